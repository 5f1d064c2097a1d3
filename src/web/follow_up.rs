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
    view::{FollowedUpPage, TypedFollowUp},
};
use crate::{
    crypto::os_random,
    domain::{Clock, Date, FollowUp, FormField, MessageContent, SendId},
    http::Day,
    store::StoredReport,
};

/// `POST /status/follow-up`
pub(super) async fn follow_up(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let Received { fields, files, over } = receive::receive(&app, request).await?;
    let opened = match status::find(&app, fields.first(FormField::Code.slug())).await? {
        Lookup::Report(opened) => opened,
        Lookup::Nothing(response) => return Ok(response),
    };
    let send_id = status::send_id(&fields);
    let typed = |errors| TypedFollowUp { typed: fields.first(FormField::Message.slug()).to_owned(), errors, send_id };
    if opened.report.withdrawn_on.is_some() {
        return Err(WebError::Withdrawn);
    }
    if let Some(over) = over {
        let (status, error) = over.limit(app.config().limits);
        return opened.page(&app, status, typed(vec![error])).await;
    }
    let message = match FollowUp::parse(&fields, !files.is_empty()) {
        Ok(follow_up) => follow_up.message,
        Err(errors) => return opened.page(&app, StatusCode::UNPROCESSABLE_ENTITY, typed(errors)).await,
    };
    let on = app.today();
    let clock = Clock::start(Clock::NOTICE, on, app.calendar())?;
    if !app.sends().take() {
        return Err(WebError::TooManySends);
    }
    let send_id = send_id.unwrap_or_else(|| SendId::random(&mut os_random()));
    let content = MessageContent::FollowUp(message);
    let outgoing = UnsealedMessage { content, files, on, clocks: vec![clock], send_id };
    let code = opened.code.grouped();
    let sent_before = app.blocking(move |app| {
        let OpenedReport { receipt, report, .. } = *opened;
        outgoing.append(app, &receipt, report, |report| sent_before(report, send_id))
    });
    let (received_on, notice_due) = sent_before.await?.unwrap_or((on, clock.due_on));
    page(
        StatusCode::OK,
        &FollowedUpPage { shell: app.shell(), code, received_on: Day(received_on), notice_due: Day(notice_due) },
    )
}

/// The days on which the follow-up of an earlier send of the same form came in and its notice is due.
fn sent_before(report: &StoredReport, send_id: SendId) -> Option<(Date, Date)> {
    let message = report.messages.iter().find(|message| message.send_id == send_id)?;
    let notice = report.clocks.iter().find(|entry| entry.seq == message.seq && entry.clock.kind == Clock::NOTICE.0)?;
    Some((message.on, notice.clock.due_on))
}
