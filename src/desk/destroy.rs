//! Retention: what may be destroyed, and destroying it.

use axum::{Router, extract::State, http::StatusCode, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    respond::{go_to, page},
    seen::OfReport,
    session::Posted,
    view::{DestroyPage, RetentionPage},
};
use crate::domain::{FieldError, ReportId};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/retention", get(retention)).route("/reports/{id}/destroy", get(ask).post(destroy))
}

/// `GET /retention`: what is over, what is kept and until when.
async fn retention(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let casebook = bench.casebook()?;
        let queue = casebook.list(desk.shown_day(), desk.calendar())?;
        page(StatusCode::OK, &RetentionPage::new(&shell, &queue, casebook.destroyed(), desk.shown_day()))
    })
    .await
}

/// `GET /reports/{id}/destroy`
async fn ask(State(desk): State<Desk>, visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    destroy_page(&desk, &visit, StatusCode::OK, id, Vec::new()).await
}

async fn destroy_page(
    desk: &Desk,
    visit: &Visit,
    status: StatusCode,
    id: ReportId,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(visit));
    desk.with(visit, move |desk, bench| {
        let queue = bench.casebook()?.list(desk.shown_day(), desk.calendar())?;
        let entry = queue.iter().find(|entry| entry.id == id).ok_or(PageError::NotFound)?;
        page(status, &DestroyPage::new(&shell, entry, desk.shown_day(), errors))
    })
    .await
}

/// `POST /reports/{id}/destroy`: only when its id's first digits were typed, since it can't be undone.
async fn destroy(
    State(desk): State<Desk>,
    visit: Visit,
    OfReport(id): OfReport,
    form: Posted,
) -> Result<Response, PageError> {
    if !DestroyPage::is_confirmed(id, form.first("confirm")) {
        let error = FieldError::new("confirm", "Enter the first four characters of the report’s id");
        return destroy_page(&desk, &visit, StatusCode::UNPROCESSABLE_ENTITY, id, vec![error]).await;
    }
    desk.with(&visit, move |desk, bench| {
        bench.edit()?.destroy(id, desk.today())?;
        go_to("/retention")
    })
    .await
}
