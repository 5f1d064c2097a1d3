//! Adding to a report.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError,
    receive::{self, Files, Received},
    respond::page,
    send::{over_limit, seal},
    status::{self, Found, Opened},
    view::{FollowedUpPage, TypedFollowUp},
};
use crate::{
    crypto::os_random,
    domain::{Clock, Date, FollowUp, FormField, Message, MessageContent, MessageKind, SendId, Text},
    http::Day,
    store::{AddMessage, NewMessage, StoredReport},
};

/// How often a message is sealed again under the next number because another came first.
const ATTEMPTS: usize = 10;

/// `POST /status/follow-up`
pub(super) async fn follow_up(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let Received { fields, files, over } = receive::receive(&app, request).await?;
    let opened = match status::find(&app, fields.first(FormField::Code.slug())).await? {
        Found::Report(opened) => opened,
        Found::Nothing(response) => return Ok(response),
    };
    let send_id = status::send_id(&fields);
    let typed = |errors| TypedFollowUp { typed: fields.first(FormField::Message.slug()).to_owned(), errors, send_id };
    if opened.report.withdrawn_on.is_some() {
        return Err(WebError::Withdrawn);
    }
    if let Some(over) = over {
        let (status, error) = over_limit(&app, over);
        return opened.page(&app, status, typed(vec![error])).await;
    }
    let message = match FollowUp::parse(&fields) {
        Ok(follow_up) => follow_up.message,
        Err(errors) => return opened.page(&app, StatusCode::UNPROCESSABLE_ENTITY, typed(errors)).await,
    };
    let on = app.today();
    let clock = Clock::start(Clock::NOTICE, on, app.calendar())?;
    if !app.sends().take() {
        return Err(WebError::TooManySends);
    }
    let adding = Adding {
        text: message,
        files,
        on,
        clock,
        send_id: send_id.unwrap_or_else(|| SendId::random(&mut os_random())),
    };
    let code = opened.code.grouped();
    let (received_on, notice_due) = app.blocking(move |app| add(app, *opened, adding)).await?;
    page(
        StatusCode::OK,
        &FollowedUpPage { shell: app.shell(), code, received_on: Day(received_on), notice_due: Day(notice_due) },
    )
}

struct Adding {
    text: Text,
    files: Files,
    on: Date,
    clock: Clock,
    send_id: SendId,
}

/// Adds the follow-up, unless its form was sent before. Gives the days on which it came in and its notice is due, as stored.
fn add(app: &App, opened: Opened, adding: Adding) -> Result<(Date, Date), WebError> {
    let Opened { receipt, mut report, .. } = opened;
    let Adding { text, files, on, clock, send_id } = adding;
    let (attachments, uploads) = files.take();
    let mut message = Message {
        r#box: app.store().settings().box_id,
        report: report.id,
        seq: 0,
        route: report.route,
        on,
        content: MessageContent::FollowUp(text),
        reply_to: receipt.reply.recipient().to_string(),
        attachments,
    };
    let mut new = NewMessage { seq: 0, kind: MessageKind::FollowUp, on, send_id, clocks: vec![clock], files: uploads };
    for attempt in 0..ATTEMPTS {
        if let Some(days) = sent_before(&report, send_id) {
            return Ok(days);
        }
        message.seq = next_number(&report);
        new.seq = message.seq;
        let sealed = seal(app, &message)?;
        if attempt == 0 {
            new.files.insert(0, sealed);
        } else {
            // In place of the one that names the earlier number; that is removed as it is dropped.
            new.files[0] = sealed;
        }
        let bytes = new.bytes();
        match app.store().try_add_message(report.id, &mut new)? {
            AddMessage::Added => {
                app.room().took(on, bytes);
                return Ok((on, clock.due_on));
            }
            AddMessage::Gone => return Err(WebError::Withdrawn),
            AddMessage::SentBefore | AddMessage::NumberTaken => {}
        }
        report = app.store().report_at(receipt.locator)?.ok_or(WebError::Withdrawn)?;
    }
    Err(WebError::Busy)
}

/// The number of the next message.
pub(super) fn next_number(report: &StoredReport) -> u32 {
    report.messages.iter().map(|message| message.seq).max().unwrap_or_default() + 1
}

fn sent_before(report: &StoredReport, send_id: SendId) -> Option<(Date, Date)> {
    let message = report.messages.iter().find(|message| message.send_id == send_id)?;
    let notice = report.clocks.iter().find(|entry| entry.seq == message.seq && entry.clock.kind == Clock::NOTICE.0)?;
    Some((message.on, notice.clock.due_on))
}
