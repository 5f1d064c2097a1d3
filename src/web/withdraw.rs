//! Withdrawing a report.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError,
    departure::Steps,
    message::UnsealedMessage,
    received::Files,
    respond::page,
    status::{self, Lookup, OpenedReport},
    view::{WithdrawPage, WithdrawnPage},
};
use crate::{
    crypto::{Code, os_random},
    domain::{FormField, MessageContent, SendId},
    http::{Day, forms},
};

/// `POST /status/withdraw/check`: asks once more. Nothing is looked up for it.
pub(super) async fn check(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    let typed = form.first(FormField::Code.slug());
    match Code::parse(typed) {
        Ok(code) => {
            let send_id = SendId::random(&mut os_random());
            page(StatusCode::OK, &WithdrawPage { shell: app.shell(), code: code.grouped(), send_id })
        }
        Err(error) => status::ask_again(&app, &form, &error.to_string()),
    }
}

/// `POST /status/withdraw`: deletes what the box holds, and leaves a message that tells the desk.
pub(super) async fn withdraw(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    let (opened, departure) = match status::find(&app, &form, Steps::for_writing()).await? {
        Lookup::Report(opened, departure) => (opened, departure),
        Lookup::Nothing(response) => return Ok(response),
    };
    let send_id = status::send_id(&form).unwrap_or_else(|| SendId::random(&mut os_random()));
    let on = app.today();
    let content = MessageContent::Withdrawal;
    let outgoing = UnsealedMessage { content, files: Files::default(), on, clocks: vec![], send_id };
    let before = app.blocking(move |app| {
        let OpenedReport { receipt, report, .. } = *opened;
        outgoing.append(app, &receipt, report, |report| report.withdrawn_on)
    });
    let withdrawn = before.await.and_then(|before| {
        let withdrawn_on = Day(before.unwrap_or(on));
        page(StatusCode::OK, &WithdrawnPage { shell: app.shell(), unsent: vec![], on: withdrawn_on })
    });
    departure.wait().await;
    withdrawn
}
