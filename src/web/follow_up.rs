//! Adding to a report.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, LimitsConfig, WebError,
    departure::Steps,
    message::UnsealedMessage,
    receive::{self, Files, LeftOut, Received},
    respond::page,
    status::{self, Lookup, OpenedReport},
    view::{FollowUpCheckPage, FollowedUpPage, SentFiles, WithdrawnPage},
};
use crate::{
    crypto::{Code, os_random},
    domain::{Clock, ConcernField, Date, Entries, FieldError, FollowUp, FormField, MessageContent, SendId},
    http::{Day, forms},
    store::StoredReport,
};

/// `POST /status/follow-up/check`: what was typed, before it is sent. Nothing is looked up for it.
pub(super) async fn check(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    let typed = form.first(FormField::Code.slug());
    match Code::parse(typed) {
        Ok(code) => {
            let errors: Vec<FieldError> =
                FollowUp::too_long(form.first(FormField::Message.slug())).into_iter().collect();
            check_page(&app, code, form, errors).await
        }
        Err(error) => status::ask_again(&app, &form, &error.to_string()),
    }
}

/// `POST /status/follow-up`
pub(super) async fn follow_up(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let Received { fields, files, left_out } = receive::receive(&app, request).await?;
    // Counted from when its files have come: how long they take says nothing of the code.
    let steps = Steps::for_writing();
    let (opened, departure) = match status::find(&app, &fields, steps).await? {
        Lookup::Report(opened, departure) => (opened, departure),
        Lookup::Nothing(response) => return Ok(response),
    };
    let answer = send(&app, opened, fields, files, &left_out).await;
    departure.wait().await;
    answer
}

async fn send(
    app: &App,
    opened: Box<OpenedReport>,
    fields: Entries,
    files: Files,
    left_out: &LeftOut,
) -> Result<Response, WebError> {
    if let Some(on) = opened.report.withdrawn_on {
        let message = fields.first(FormField::Message.slug());
        let unsent = (!message.trim().is_empty()).then(|| (ConcernField::Description.slug(), message.to_owned()));
        let unsent = unsent.into_iter().collect();
        return page(StatusCode::GONE, &WithdrawnPage { shell: app.shell(), unsent, on: Day(on) });
    }
    let message = match FollowUp::parse(&fields, !files.is_empty()) {
        Ok(follow_up) => follow_up.message,
        Err(errors) => {
            let is_empty = fields.first(FormField::Message.slug()).trim().is_empty();
            let empty = is_empty.then(|| nothing_to_send(app.config().limits, !left_out.names().is_empty())).flatten();
            let errors = empty.map_or(errors, |error| vec![error]);
            return check_page(app, opened.code, fields, errors).await;
        }
    };
    let on = app.today();
    let clock = Clock::start(Clock::NOTICE, on, app.calendar())?;
    if !app.sends().take() {
        return Err(WebError::TooManySends);
    }
    let send_id = status::send_id(&fields).unwrap_or_else(|| SendId::random(&mut os_random()));
    let sent = SentFiles::new(files.described(), left_out);
    let content = MessageContent::FollowUp(message);
    let outgoing = UnsealedMessage { content, files, on, clocks: vec![clock], send_id };
    let code = opened.code.grouped();
    let sent_before = app.blocking(move |app| {
        let OpenedReport { receipt, report, .. } = *opened;
        outgoing.append(app, &receipt, report, |report| sent_before(report, send_id))
    });
    let sent_before = sent_before.await?;
    let (files, unsent) = match sent_before {
        None => (Some(sent), String::new()),
        Some(_) => (None, fields.first(FormField::Message.slug()).to_owned()),
    };
    let (received_on, notice_due) = sent_before.unwrap_or((on, Some(clock.due_on)));
    let (received_on, notice_due) = (Day(received_on), notice_due.map(Day));
    page(StatusCode::OK, &FollowedUpPage { shell: app.shell(), code, received_on, notice_due, files, unsent })
}

/// What to do where nothing is left to send because of what files the box takes.
fn nothing_to_send(limits: LimitsConfig, were_left_out: bool) -> Option<FieldError> {
    let (field, problem) = match (limits.attachments, were_left_out) {
        (0, true) => (FormField::Message, "This service takes no files. Enter a message".to_owned()),
        (0, false) => (FormField::Message, "Enter a message".to_owned()),
        (_, true) => {
            (FormField::Attachment, format!("Choose files that are {} MB or less together", limits.attachment_mib))
        }
        (_, false) => return None,
    };
    Some(FieldError::new(field.slug(), problem))
}

/// Looking through a text is work.
async fn check_page(app: &App, code: Code, form: Entries, errors: Vec<FieldError>) -> Result<Response, WebError> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    app.blocking(move |app| {
        let typed = status::typed_follow_up(&form);
        let view = FollowUpCheckPage::new(app.shell(), app.config().limits, code.grouped(), typed, &errors);
        page(status, &view)
    })
    .await
}

/// The days on which the follow-up of an earlier send of the same form came in and its notice is due. None is due if the team
/// set the report aside since.
fn sent_before(report: &StoredReport, send_id: SendId) -> Option<(Date, Option<Date>)> {
    let message = report.messages.iter().find(|message| message.send_id == send_id)?;
    let mut clocks = report.clocks.iter().filter(|entry| entry.seq == message.seq).map(|entry| entry.clock);
    Some((message.on, clocks.find(|clock| clock.kind == Clock::NOTICE.0).map(|clock| clock.due_on)))
}
