//! Withdrawing a report.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError,
    follow_up::next_number,
    respond::page,
    send::seal,
    status::{self, Found, Opened},
    view::WithdrawnPage,
};
use crate::{
    crypto::os_random,
    domain::{Date, FormField, Message, MessageContent, MessageKind, SendId},
    http::{Day, forms},
    store::{AddMessage, NewMessage},
};

/// How often the withdrawal is sealed again under the next number because another message came first.
const ATTEMPTS: usize = 10;

/// `POST /status/withdraw`: deletes what the box holds, and leaves a message that tells the desk.
pub(super) async fn withdraw(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    let opened = match status::find(&app, form.first(FormField::Code.slug())).await? {
        Found::Report(opened) => opened,
        Found::Nothing(response) => return Ok(response),
    };
    let send_id = status::send_id(&form).unwrap_or_else(|| SendId::random(&mut os_random()));
    let on = app.today();
    let withdrawn_on = app.blocking(move |app| add(app, *opened, on, send_id)).await?;
    page(StatusCode::OK, &WithdrawnPage { shell: app.shell(), on: Day(withdrawn_on) })
}

/// Gives the day on which it was withdrawn, now or before.
fn add(app: &App, opened: Opened, on: Date, send_id: SendId) -> Result<Date, WebError> {
    let Opened { receipt, mut report, .. } = opened;
    for _ in 0..ATTEMPTS {
        if let Some(withdrawn_on) = report.withdrawn_on {
            return Ok(withdrawn_on);
        }
        let message = Message {
            r#box: app.store().settings().box_id,
            report: report.id,
            seq: next_number(&report),
            route: report.route,
            on,
            content: MessageContent::Withdrawal,
            reply_to: receipt.reply.recipient().to_string(),
            attachments: vec![],
        };
        let files = vec![seal(app, &message)?];
        let new = NewMessage { seq: message.seq, kind: MessageKind::Withdrawal, on, send_id, clocks: vec![], files };
        if app.store().add_message(report.id, new)? == AddMessage::Added {
            return Ok(on);
        }
        // Another message came first, or the report has gone: what is stored now says which.
        report = app.store().report_at(receipt.locator)?.ok_or(WebError::Withdrawn)?;
    }
    Err(WebError::Busy)
}
