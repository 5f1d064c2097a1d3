//! What waits for the team, and finding a report by what was written in it.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    respond::page,
    session::Posted,
    view::{Filter, QueuePage},
};
use crate::{domain::Text, http::forms};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/", get(queue)).route("/search", post(search))
}

/// `GET /`, with what is to be shown in the query: nothing of it is content.
async fn queue(State(desk): State<Desk>, visit: Visit, uri: Uri) -> Result<Response, PageError> {
    let query = forms::query(&uri);
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let casebook = bench.casebook()?;
        let (today, calendar) = (desk.shown_day(), desk.calendar());
        let queue = casebook.list(today, calendar)?;
        let filter = Filter::read(&query, casebook.me(), today);
        page(StatusCode::OK, &QueuePage::new(&shell, casebook, queue, &filter, (today, calendar)))
    })
    .await
}

/// `POST /search`: what is looked for is content, so it stands in no address.
async fn search(State(desk): State<Desk>, visit: Visit, form: Posted) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let casebook = bench.casebook()?;
        let asked = Text::typed(form.first("q"));
        let found = casebook.search(&asked)?;
        let mut queue = casebook.list(desk.shown_day(), desk.calendar())?;
        queue.retain(|entry| found.contains(&entry.id));
        let status = if asked.is_empty() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        page(status, &QueuePage::found(&shell, casebook, &queue, &asked))
    })
    .await
}
