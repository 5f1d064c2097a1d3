//! One report: everything that was said, and what was decided.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    respond::{go_to, page},
    seen::report_id,
    session::Posted,
    view::ReportPage,
};
use crate::desk::NewDecision;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}", get(report))
        .route("/reports/{id}/print", get(print))
        .route("/reports/{id}/read", post(read))
}

/// `GET /reports/{id}`
async fn report(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    show(&desk, &visit, &id, false).await
}

/// `GET /reports/{id}/print`: the same for paper.
async fn print(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    show(&desk, &visit, &id, true).await
}

async fn show(desk: &Desk, visit: &Visit, id: &str, on_paper: bool) -> Result<Response, PageError> {
    let id = report_id(id)?;
    let shell = desk.shell(Some(visit));
    desk.with(visit, move |desk, bench| {
        let casebook = bench.casebook()?;
        let report = casebook.show(id, desk.shown_day(), desk.calendar())?;
        page(StatusCode::OK, &ReportPage::new(&shell, &report, casebook, desk.shown_day(), on_paper))
    })
    .await
}

/// `POST /reports/{id}/read`: everything up to the message that the page showed.
async fn read(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, PageError> {
    let id = report_id(&id)?;
    let read = form.first("read").parse().map_err(|_| PageError::NotFound)?;
    desk.with(&visit, move |desk, bench| {
        let decision = NewDecision { read: Some(read), ..NewDecision::default() };
        bench.edit()?.decide(id, decision, desk.today())?;
        go_to(&format!("/reports/{id}"))
    })
    .await
}
