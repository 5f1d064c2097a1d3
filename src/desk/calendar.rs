//! Every promise, and what the team itself set out to do, as a calendar file, for Outlook on another machine: it names no content.

use axum::{Router, response::Response, routing::get};

use super::{Desk, PageError, Visit, respond::download};
use crate::domain::icalendar_with;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/promises.ics", get(promises))
}

/// `GET /promises.ics`: what is met since is cancelled in it, so that importing it again tidies up.
async fn promises(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| {
            let queue = page.queue(casebook);
            let clocks = queue.iter().flat_map(|entry| entry.clocks.iter().map(|clock| (entry.id, clock)));
            let own = casebook.own_dates().into_iter().map(|own| (own.report, own.by, own.is_over));
            let file = icalendar_with(clocks, own, page.desk.shown_day());
            download("promises.ics", "text/calendar; charset=utf-8", file)
        })
        .await
}
