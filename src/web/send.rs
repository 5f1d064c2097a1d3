//! Sending a concern, and the receipt for it.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError, hashing,
    receive::{self, Files, Over, Received},
    report,
    respond::page,
    view::{ReceiptPage, RightPage, WithdrawnPage},
};
use crate::{
    crypto::{Code, Receipt, os_random, seal_message},
    domain::{
        Clock, Concern, Date, FieldError, FormField, Message, MessageContent, MessageKind, ReportId, Route, SendId,
    },
    http::{Day, forms},
    store::{AddReport, FinishedUpload, NewMessage, NewReport, StoredReport},
};

/// `POST /report/send`: the same answer however often the same form is sent.
pub(super) async fn send(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let Received { fields, files, over } = receive::receive(&app, request).await?;
    let code = report::issued_code(&app, &fields).ok_or(WebError::NotIssued)?;
    let (route, concern) = match Concern::parse(&fields) {
        Ok(parsed) => parsed,
        Err(errors) => return report::form_with_errors(&app, &fields, &errors, Some(&code)),
    };
    if let Some(over) = over {
        let (status, error) = over_limit(&app, over);
        return report::check_page(&app, status, route, &concern, &[error], &code);
    }
    if !app.sends().take() {
        return Err(WebError::TooManySends);
    }
    let receipt = hashing::for_send(&app, code.clone()).await?;
    let on = app.today();
    let clocks = app.clocks(route, on)?;
    let stored = app.blocking(move |app| add(app, &receipt, Sending { route, concern, files, on, clocks })).await?;
    receipt_page(&app, &code, &stored, StatusCode::OK, ("", &[]))
}

/// `POST /receipt/check`: whether the person's copy of the code is right. The form carries the code that was shown, with the
/// box's tag over it, so that a right copy is told without hashing; a wrong one gets the same receipt page again.
pub(super) async fn check_copy(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    let code = report::issued_code(&app, &form).ok_or(WebError::NotIssued)?;
    let typed = form.first(FormField::CodeAgain.slug());
    let problem = match Code::parse(typed) {
        Ok(copy) if *copy.grouped() == *code.grouped() => {
            return page(StatusCode::OK, &RightPage { shell: app.shell() });
        }
        Ok(_) => "This is another code. Check it against the one on this page".to_owned(),
        Err(error) => error.to_string(),
    };
    let receipt = hashing::look_up(&app, code.clone()).await?;
    let stored = app.blocking(move |app| Ok(app.store().report_at(receipt.locator)?)).await?;
    let errors = [FieldError::new(FormField::CodeAgain.slug(), problem)];
    receipt_page(&app, &code, &stored.ok_or(WebError::NotIssued)?, StatusCode::UNPROCESSABLE_ENTITY, (typed, &errors))
}

/// What is wrong with files past a limit.
pub(super) fn over_limit(app: &App, over: Over) -> (StatusCode, FieldError) {
    let limits = app.config().limits;
    match over {
        Over::Count => (
            StatusCode::UNPROCESSABLE_ENTITY,
            FieldError::new(FormField::Attachment.slug(), format!("Choose {} files or fewer", limits.attachments)),
        ),
        Over::Size => {
            let message = format!("Choose files that are {} MB or less together", limits.attachment_mib);
            (StatusCode::PAYLOAD_TOO_LARGE, FieldError::new(FormField::Attachment.slug(), message))
        }
    }
}

/// Seals a message into the store.
pub(super) fn seal(app: &App, message: &Message) -> Result<FinishedUpload, WebError> {
    let sealed = seal_message(message, app.recipients())?;
    let mut upload = app.store().upload();
    std::io::Write::write_all(&mut upload, sealed.as_bytes()).map_err(crate::crypto::SealError::from)?;
    Ok(upload.finish()?)
}

struct Sending {
    route: Route,
    concern: Concern,
    files: Files,
    on: Date,
    clocks: Vec<Clock>,
}

/// Adds the report, unless its code has one. Gives the report as it is stored: the first that was sent.
fn add(app: &App, receipt: &Receipt, sending: Sending) -> Result<StoredReport, WebError> {
    if let Some(stored) = app.store().report_at(receipt.locator)? {
        return Ok(stored);
    }
    let Sending { route, concern, files, on, clocks } = sending;
    let (attachments, mut uploads) = files.take();
    let id = ReportId::random(&mut os_random());
    let message = Message {
        r#box: app.store().settings().box_id,
        report: id,
        seq: 1,
        route,
        on,
        content: MessageContent::Concern(concern),
        reply_to: receipt.reply.recipient().to_string(),
        attachments,
    };
    uploads.insert(0, seal(app, &message)?);
    let send_id = SendId::random(&mut os_random());
    let message = NewMessage { seq: 1, kind: MessageKind::Concern, on, send_id, clocks, files: uploads };
    let bytes = message.bytes();
    // Added now or sent before: what is shown is what is stored.
    if app.store().add_report(NewReport { id, locator: receipt.locator, route, message })? == AddReport::Added {
        app.room().took(on, bytes);
    }
    app.store().report_at(receipt.locator)?.ok_or(WebError::Internal)
}

fn receipt_page(
    app: &App,
    code: &Code,
    stored: &StoredReport,
    status: StatusCode,
    (typed, errors): (&str, &[FieldError]),
) -> Result<Response, WebError> {
    if let Some(on) = stored.withdrawn_on {
        return page(StatusCode::OK, &WithdrawnPage { shell: app.shell(), on: Day(on) });
    }
    let clocks: Vec<Clock> = stored.clocks.iter().filter(|entry| entry.seq == 1).map(|entry| entry.clock).collect();
    let receipt = ReceiptPage::new(app.shell(), report::keep(app, code), stored.received_on, &clocks);
    page(status, &receipt.ok_or(WebError::Internal)?.wrong(errors, typed))
}
