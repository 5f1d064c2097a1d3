//! One report: everything that was said, and what was decided.

use axum::{
    Router,
    http::Uri,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::carried::CarriedField,
    respond::go_to,
    view::{ReportPage, ShownParts},
    visit::Posted,
};
use crate::{
    domain::{Entries, ReportId},
    http::forms,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}", get(report))
        .route("/reports/{id}/print", get(print))
        .route("/reports/{id}/read", post(read))
}

/// `GET /reports/{id}`
async fn report(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    show(visit, id, None).await
}

/// `GET /reports/{id}/print`: the same for paper, or the parts of it that the query names.
async fn print(visit: Visit, OfReport(id): OfReport, uri: Uri) -> Result<Response, PageError> {
    show(visit, id, Some(forms::query(&uri))).await
}

async fn show(visit: Visit, id: ReportId, for_paper: Option<Entries>) -> Result<Response, PageError> {
    visit
        .work(move |page, open| {
            let mut editor = open.edit()?;
            if for_paper.is_some() {
                editor.note_print(id, page.desk.today())?;
            }
            let report = page.report(&mut editor, id)?;
            let parts = for_paper.as_ref().map(ShownParts::chosen);
            page.show(&ReportPage::new(&page.shell, &report, editor.casebook(), page.desk.shown_day(), parts))
        })
        .await
}

/// `POST /reports/{id}/read`: everything up to the message that the page showed.
async fn read(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    let read = posted.form().first(CarriedField::Read.name()).parse().map_err(|_| PageError::NotFound)?;
    posted
        .change(move |page, editor| {
            editor.mark_read(id, read, page.desk.today())?;
            go_to(&format!("/reports/{id}"))
        })
        .await
}
