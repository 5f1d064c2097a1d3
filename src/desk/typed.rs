//! What was being written when the desk locked: shown, to go on with or to throw away.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    kept_form::{REDONE, TYPED},
    respond::go_to,
    view::TypedPage,
    visit::Posted,
};

/// Where a browser goes once nothing is kept any more.
const QUEUE: &str = "/";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route(TYPED, get(typed)).route("/typed/discard", post(discard))
}

/// `GET /typed`
async fn typed(visit: Visit) -> Result<Response, PageError> {
    visit
        .work(|page, open| match page.desk.open_form(open.identity()) {
            Some(posted) => page.show(&TypedPage::new(&page.shell, &posted, REDONE)),
            None => go_to(QUEUE),
        })
        .await
}

/// `POST /typed/discard`
async fn discard(posted: Posted) -> Result<Response, PageError> {
    posted
        .work(|page, _| {
            page.desk.forget_form();
            page.done(QUEUE, "What you had typed is thrown away.")
        })
        .await
}
