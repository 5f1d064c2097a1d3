//! Retention: what may be destroyed, and proposing that it is.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{one_question::DestroyField, question::AskedField},
    proposed::proposed,
    view::{DestroyPage, RetentionPage},
    visit::Posted,
};
use crate::casebook::NewProposal;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/retention", get(retention)).route("/reports/{id}/destroy", get(ask).post(destroy))
}

/// `GET /retention`: what is over, what is kept and until when.
async fn retention(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| {
            let queue = page.queue(casebook);
            page.show(&RetentionPage::new(&page.shell, casebook, &queue, page.desk.shown_day()))
        })
        .await
}

/// `GET /reports/{id}/destroy`
async fn ask(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .read(move |page, casebook| {
            let queue = page.queue(casebook);
            let entry = queue.iter().find(|entry| entry.id == id).ok_or(PageError::NotFound)?;
            page.show(&DestroyPage::new(&page.shell, entry, page.desk.shown_day(), Vec::new()))
        })
        .await
}

/// `POST /reports/{id}/destroy`: only when its id's first digits were typed, since it can't be undone. A second reader
/// has to consent.
async fn destroy(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            if DestroyPage::is_confirmed(id, page.form.first(DestroyField::Confirm.name())) {
                let outcome = editor.propose(NewProposal::Destroy(id), page.desk.today())?;
                let what = format!("report {} is destroyed", id.named());
                // It may be gone by now: back to the queue from which it was opened, if it was.
                return page.done(&page.shell.queue_or("/retention"), proposed(&outcome, &what));
            }
            let queue = page.queue(editor.casebook());
            let entry = queue.iter().find(|entry| entry.id == id).ok_or(PageError::NotFound)?;
            page.show_again(&DestroyPage::new(
                &page.shell,
                entry,
                page.desk.shown_day(),
                vec![DestroyField::Confirm.remedy()],
            ))
        })
        .await
}
