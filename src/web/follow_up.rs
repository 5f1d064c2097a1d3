//! Adding to a report.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError,
    message::UnsealedMessage,
    receive::{self, Received},
    respond::page,
    status::{self, Lookup, OpenedReport},
    view::{FollowUpCheckPage, FollowedUpPage, SentFiles},
};
use crate::{
    crypto::{Code, os_random},
    domain::{Clock, Date, Entries, FieldError, FollowUp, FormField, MessageContent, SendId},
    http::{Day, forms},
    store::StoredReport,
};

/// `POST /status/follow-up/check`: what was typed, before it is sent. Nothing is looked up for it.
pub(super) async fn check(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    let typed = form.first(FormField::Code.slug());
    match Code::parse(typed) {
        Ok(code) => {
            let errors: Vec<FieldError> = FollowUp::too_long(&form).into_iter().collect();
            check_page(&app, &code, &form, &errors)
        }
        Err(error) => status::ask_again(&app, typed, &error.to_string()),
    }
}

/// `POST /status/follow-up`
pub(super) async fn follow_up(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let Received { fields, files, left_out } = receive::receive(&app, request).await?;
    let opened = match status::find(&app, fields.first(FormField::Code.slug())).await? {
        Lookup::Report(opened) => opened,
        Lookup::Nothing(response) => return Ok(response),
    };
    if opened.report.withdrawn_on.is_some() {
        return Err(WebError::Withdrawn);
    }
    let message = match FollowUp::parse(&fields, !files.is_empty()) {
        Ok(follow_up) => follow_up.message,
        Err(_) if !left_out.names().is_empty() => {
            let problem = format!("Choose files that are {} MB or less together", app.config().limits.attachment_mib);
            let errors = [FieldError::new(FormField::Attachment.slug(), problem)];
            return check_page(&app, &opened.code, &fields, &errors);
        }
        Err(errors) => return check_page(&app, &opened.code, &fields, &errors),
    };
    let on = app.today();
    let clock = Clock::start(Clock::NOTICE, on, app.calendar())?;
    if !app.sends().take() {
        return Err(WebError::TooManySends);
    }
    let send_id = status::send_id(&fields).unwrap_or_else(|| SendId::random(&mut os_random()));
    let sent = SentFiles::new(files.described(), &left_out);
    let content = MessageContent::FollowUp(message);
    let outgoing = UnsealedMessage { content, files, on, clocks: vec![clock], send_id };
    let code = opened.code.grouped();
    let sent_before = app.blocking(move |app| {
        let OpenedReport { receipt, report, .. } = *opened;
        outgoing.append(app, &receipt, report, |report| sent_before(report, send_id))
    });
    let sent_before = sent_before.await?;
    let files = sent_before.is_none().then_some(sent);
    let (received_on, notice_due) = sent_before.unwrap_or((on, clock.due_on));
    let (received_on, notice_due) = (Day(received_on), Day(notice_due));
    page(StatusCode::OK, &FollowedUpPage { shell: app.shell(), code, received_on, notice_due, files })
}

fn check_page(app: &App, code: &Code, form: &Entries, errors: &[FieldError]) -> Result<Response, WebError> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let typed = status::typed_follow_up(form);
    page(status, &FollowUpCheckPage::new(app.shell(), app.config().limits, code.grouped(), typed, errors))
}

/// The days on which the follow-up of an earlier send of the same form came in and its notice is due.
fn sent_before(report: &StoredReport, send_id: SendId) -> Option<(Date, Date)> {
    let message = report.messages.iter().find(|message| message.send_id == send_id)?;
    let notice = report.clocks.iter().find(|entry| entry.seq == message.seq && entry.clock.kind == Clock::NOTICE.0)?;
    Some((message.on, notice.clock.due_on))
}
