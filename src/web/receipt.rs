//! The receipt page, and whether the person's copy of its code is right.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    App, WebError,
    codes::{self, CameWith, Origin},
    respond::page,
    view::{ReceiptPage, ReturnAddress, RightPage, ToldOnReceipt, WithdrawnPage},
    waiting::ShownReceipt,
};
use crate::{
    crypto::Code,
    domain::{Clock, ConcernField, FieldError, FormField},
    http::{Day, forms},
};

/// `POST /receipt/check`: whether the person's copy of the code is right. The form carries the code that was shown,
/// with the box's tag over it, so that a right copy is told without hashing; a wrong one gets the same receipt page
/// again. The page may have been open for days: a tag that has ended will do.
pub(super) async fn check_copy(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let headers = request.headers().clone();
    let form = forms::read(request).await?;
    let (CameWith::Valid(code, issue) | CameWith::Ended(code, issue)) = CameWith::form(&app, &form) else {
        return Err(WebError::NotIssued);
    };
    let typed = form.first(FormField::CodeAgain.slug());
    let problem = match Code::parse(typed) {
        Ok(copy) if *copy.grouped() == *code.grouped() => {
            return page(StatusCode::OK, &RightPage { shell: app.shell() });
        }
        Ok(_) => "This is another code. Check it against the one on this page".to_owned(),
        Err(error) => error.to_string(),
    };
    // A page with somebody else's code must not look like the person's own receipt.
    if Origin::of(&headers) == Origin::Unknown {
        return Err(WebError::OtherCopy);
    }
    let receipt = app.look_up(code.clone()).await?;
    let stored = app.blocking(move |app| Ok(app.store().report_at(receipt.locator)?)).await?;
    let stored = stored.ok_or(WebError::NotIssued)?;
    let errors = [FieldError::new(FormField::CodeAgain.slug(), problem)];
    let keep = codes::keep(&app, &code, &issue);
    let shown = ShownReceipt { code, keep, stored, told: ToldOnReceipt::carried(&form), unsent: vec![] };
    shown.page(&app, &headers, StatusCode::UNPROCESSABLE_ENTITY, (typed, &errors))
}

impl ShownReceipt {
    /// Its page, with what is wrong with the copy that was typed.
    pub(super) fn page(
        &self,
        app: &App,
        headers: &HeaderMap,
        status: StatusCode,
        (typed, errors): (&str, &[FieldError]),
    ) -> Result<Response, WebError> {
        let Self { code, keep, stored, told, unsent } = self;
        if let Some(on) = stored.withdrawn_on {
            return page(StatusCode::OK, &WithdrawnPage { shell: app.shell(), unsent: unsent.clone(), on: Day(on) });
        }
        let clocks: Vec<Clock> = stored.clocks.iter().filter(|entry| entry.seq == 1).map(|entry| entry.clock).collect();
        let way_back = ReturnAddress::new(app.shell(), headers);
        let receipt = ReceiptPage::new(app.shell(), way_back, keep.clone(), stored.received_on, &clocks, told.clone());
        let description = unsent.iter().find(|(name, _)| *name == ConcernField::Description.slug());
        let description = description.map(|(_, text)| text.clone()).unwrap_or_default();
        let receipt = receipt.unsent(description, codes::follow_up_tag(app, code));
        page(status, &receipt.wrong(errors, typed))
    }
}
