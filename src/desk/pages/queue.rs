//! What waits for the team.

use axum::{Router, extract::State, http::StatusCode, response::Response, routing::get};

use super::{Desk, PageError, Visit, respond::page, view::QueuePage};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/", get(queue))
}

/// `GET /`
async fn queue(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let queue = bench.casebook()?.list(desk.shown_day(), desk.calendar())?;
        page(StatusCode::OK, &QueuePage::new(&shell, &queue))
    })
    .await
}
