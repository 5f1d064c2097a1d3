//! What waits for the team, and finding a report by what was written in it.

use axum::{
    Router,
    http::Uri,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    form::{one_question::SearchField, question::AskedField},
    view::{Filter, QueuePage, SearchPage},
    visit::Posted,
};
use crate::http::forms;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/", get(queue)).route("/search", post(search))
}

/// `GET /`, with what is to be shown in the query: nothing of it is content.
async fn queue(visit: Visit, uri: Uri) -> Result<Response, PageError> {
    let query = forms::query(&uri);
    visit
        .read(move |page, casebook| {
            let (today, calendar) = (page.desk.shown_day(), page.desk.calendar());
            let filter = Filter::read(&query, casebook.me(), today);
            page.show(&QueuePage::new(&page.shell, casebook, page.queue(casebook), &filter, (today, calendar)))
        })
        .await
}

/// `POST /search`: what is looked for is content, so it stands in no address.
async fn search(posted: Posted) -> Result<Response, PageError> {
    posted
        .read(|page, casebook| {
            let words = match SearchField::Words.text(&page.form) {
                Ok(words) => words,
                Err(error) => {
                    return page.show_again(&SearchPage::refused(&page.shell, &page.form, vec![error]));
                }
            };
            let found = casebook.search(&words)?;
            let queue = page.queue(casebook);
            page.show(&SearchPage::new(&page.shell, casebook, &queue, found, &page.form))
        })
        .await
}
