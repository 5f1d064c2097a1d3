//! What waits for the team, and finding a report by what was written in it.

use axum::{
    Router,
    http::Uri,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    view::{Filter, QueuePage, SEARCH},
    visit::Posted,
};
use crate::{domain::Text, http::forms};

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
            page.show(&QueuePage::new(&page.shell, casebook, page.queue(casebook)?, &filter, (today, calendar)))
        })
        .await
}

/// `POST /search`: what is looked for is content, so it stands in no address.
async fn search(posted: Posted) -> Result<Response, PageError> {
    posted
        .read(|page, casebook| {
            let words = Text::typed(page.form.first(SEARCH));
            let found = casebook.search(&words)?;
            let mut queue = page.queue(casebook)?;
            queue.retain(|entry| found.contains(&entry.id));
            let view = QueuePage::found(&page.shell, casebook, &queue, &words);
            if words.is_empty() { page.show_again(&view) } else { page.show(&view) }
        })
        .await
}
