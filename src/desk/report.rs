//! One report: everything that was said, and what was decided.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    respond::{go_to, page},
    seen::OfReport,
    session::Posted,
    view::{Parts, ReportPage},
};
use crate::{
    casebook::NewDecision,
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
async fn report(State(desk): State<Desk>, visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    show(&desk, &visit, id, None).await
}

/// `GET /reports/{id}/print`: the same for paper, or the parts of it that the query names.
async fn print(
    State(desk): State<Desk>,
    visit: Visit,
    OfReport(id): OfReport,
    uri: Uri,
) -> Result<Response, PageError> {
    show(&desk, &visit, id, Some(forms::query(&uri))).await
}

async fn show(desk: &Desk, visit: &Visit, id: ReportId, for_paper: Option<Entries>) -> Result<Response, PageError> {
    let shell = desk.shell(Some(visit));
    desk.with(visit, move |desk, bench| {
        let casebook = bench.casebook()?;
        let report = casebook.show(id, desk.shown_day(), desk.calendar())?;
        let parts = for_paper.as_ref().map(Parts::chosen);
        page(StatusCode::OK, &ReportPage::new(&shell, &report, casebook, desk.shown_day(), parts))
    })
    .await
}

/// `POST /reports/{id}/read`: everything up to the message that the page showed.
async fn read(
    State(desk): State<Desk>,
    visit: Visit,
    OfReport(id): OfReport,
    form: Posted,
) -> Result<Response, PageError> {
    let read = form.first("read").parse().map_err(|_| PageError::NotFound)?;
    desk.with(&visit, move |desk, bench| {
        let decision = NewDecision { read: Some(read), ..NewDecision::default() };
        bench.edit()?.decide(id, decision, desk.today())?;
        go_to(&format!("/reports/{id}"))
    })
    .await
}
