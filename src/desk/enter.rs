//! Entering a concern that came by telephone, by letter, by e-mail or in person: asked as the box asks, looked at once more,
//! and saved; and its receipt code, shown once.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    form::{carried::CarriedField, enter::read_entered},
    view::{EnterCheckPage, EnterPage, EnteredCodePage},
    visit::Posted,
};
use crate::casebook::{CasebookError, EnterError, EnteredReport};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/enter", get(ask).post(change))
        .route("/enter/check", post(check))
        .route("/enter/record", post(record))
}

/// `GET /enter`
async fn ask(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&EnterPage::new(&page.shell, casebook, &page.form, &[]))).await
}

/// `POST /enter`: back from the check, with everything in it.
async fn change(posted: Posted) -> Result<Response, PageError> {
    posted.read(|page, casebook| page.show(&EnterPage::new(&page.shell, casebook, &page.form, &[]))).await
}

/// `POST /enter/check`
async fn check(posted: Posted) -> Result<Response, PageError> {
    posted
        .read(|page, casebook| match read_entered(&page.form, page.desk.today().today()) {
            Ok(new) => page.show(&EnterCheckPage::new(&page.shell, (casebook, page.desk.calendar()), &page.form, &new)),
            Err(errors) => page.show_again(&EnterPage::new(&page.shell, casebook, &page.form, &errors)),
        })
        .await
}

/// `POST /enter/record`
async fn record(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let new = match read_entered(&page.form, page.desk.today().today()) {
                Ok(new) => new,
                Err(errors) => {
                    let again = EnterPage::new(&page.shell, editor.casebook(), &page.form, &errors);
                    return page.show_again(&again);
                }
            };
            // A page that is loaded anew sends its form once more.
            let seen = page.form.first(CarriedField::Seen.name()).parse().unwrap_or_default();
            if let Some(id) = editor.casebook().entered_since(seen, &new.concern)? {
                return page.done(
                    &format!("/reports/{id}"),
                    "This concern was entered already, and nothing was added. If a receipt code was made, it was shown then.",
                );
            }
            let (way, received_on) = (new.way, new.received_on);
            match editor.enter(new, page.desk.calendar(), page.desk.today()) {
                Ok(EnteredReport { id, code: None }) => page.done_with(id, "Concern entered. Files that came with it can be added now, under “Other things to do”."),
                Ok(EnteredReport { id, code: Some(code) }) => {
                    page.show(&EnteredCodePage::new(&page.shell, id, &code.grouped(), (way, received_on)))
                }
                Err(CasebookError::Enter(EnterError::NoBox)) => {
                    page.show_again(&EnterPage::new(&page.shell, editor.casebook(), &page.form, &[]))
                }
                Err(other) => Err(other.into()),
            }
        })
        .await
}
