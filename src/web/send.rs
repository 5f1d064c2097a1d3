//! Sending a concern, and the receipt for it.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    App, WebError, form,
    message::UnsealedMessage,
    receive::{self, Received},
    respond::page,
    view::{ReceiptPage, RightPage, SentFiles, ToldOnReceipt, WayBack, WithdrawnPage, carried_answers},
};
use crate::{
    crypto::{Code, os_random},
    domain::{Clock, Concern, ConcernField, FieldError, FormField, MessageContent, SendId},
    http::{Day, forms},
    store::StoredReport,
};

/// `POST /report/send`: the same answer however often the same form is sent.
pub(super) async fn send(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let headers = request.headers().clone();
    let Received { fields, files, left_out } = receive::receive(&app, request).await?;
    let code = form::issued_code(&app, &fields).ok_or(WebError::NotIssued)?;
    let (route, concern) = match Concern::parse(&fields) {
        Ok(parsed) => parsed,
        Err(errors) => return form::form_with_errors(&app, &fields, &errors, &code),
    };
    if !app.sends().take() {
        return Err(WebError::TooManySends);
    }
    let receipt = app.derive_sent(code.clone()).await?;
    let on = app.today();
    let clocks = app.clocks(route, on)?;
    let send_id = SendId::random(&mut os_random());
    let sent = SentFiles::new(files.described(), &left_out);
    let (told, unsent) = (ToldOnReceipt::new(route, &concern), carried_answers(route, &concern));
    let outgoing = UnsealedMessage { content: MessageContent::Concern(concern), files, on, clocks, send_id };
    let (stored, is_first) = app.blocking(move |app| outgoing.begin(app, &receipt, route)).await?;
    let told = told.files(is_first.then_some(sent));
    receipt_page(&app, &headers, &code, &stored, (told, unsent), StatusCode::OK, ("", &[]))
}

/// `POST /receipt/check`: whether the person's copy of the code is right. The form carries the code that was shown,
/// with the box's tag over it, so that a right copy is told without hashing; a wrong one gets the same receipt page
/// again.
pub(super) async fn check_copy(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let headers = request.headers().clone();
    let form = forms::read(request).await?;
    let code = form::issued_code(&app, &form).ok_or(WebError::NotIssued)?;
    let typed = form.first(FormField::CodeAgain.slug());
    let problem = match Code::parse(typed) {
        Ok(copy) if *copy.grouped() == *code.grouped() => {
            return page(StatusCode::OK, &RightPage { shell: app.shell() });
        }
        Ok(_) => "This is another code. Check it against the one on this page".to_owned(),
        Err(error) => error.to_string(),
    };
    let receipt = app.look_up(code.clone()).await?;
    let stored = app.blocking(move |app| Ok(app.store().report_at(receipt.locator)?)).await?;
    let stored = stored.ok_or(WebError::NotIssued)?;
    let errors = [FieldError::new(FormField::CodeAgain.slug(), problem)];
    let told = ToldOnReceipt::carried(&form);
    receipt_page(&app, &headers, &code, &stored, (told, vec![]), StatusCode::UNPROCESSABLE_ENTITY, (typed, &errors))
}

fn receipt_page(
    app: &App,
    headers: &HeaderMap,
    code: &Code,
    stored: &StoredReport,
    (told, unsent): (ToldOnReceipt, Vec<(&'static str, String)>),
    status: StatusCode,
    (typed, errors): (&str, &[FieldError]),
) -> Result<Response, WebError> {
    if let Some(on) = stored.withdrawn_on {
        return page(StatusCode::OK, &WithdrawnPage { shell: app.shell(), unsent, on: Day(on) });
    }
    let clocks: Vec<Clock> = stored.clocks.iter().filter(|entry| entry.seq == 1).map(|entry| entry.clock).collect();
    let way_back = WayBack::new(app.shell(), headers);
    let receipt = ReceiptPage::new(app.shell(), way_back, form::keep(app, code), stored.received_on, &clocks, told);
    let description = unsent.into_iter().find(|(name, _)| *name == ConcernField::Description.slug());
    let receipt = receipt.unsent(description.map(|(_, text)| text).unwrap_or_default());
    page(status, &receipt.wrong(errors, typed))
}
