//! Every promise as a calendar file, for Outlook on another machine: it names no content.

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{Desk, PageError, Visit};
use crate::domain::icalendar;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/promises.ics", get(promises))
}

/// `GET /promises.ics`: what is met since is cancelled in it, so that importing it again tidies up.
async fn promises(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    desk.with(&visit, |desk, bench| {
        let queue = bench.casebook()?.list(desk.shown_day(), desk.calendar())?;
        let clocks = queue.iter().flat_map(|entry| entry.clocks.iter().map(|clock| (entry.id, clock)));
        let file = icalendar(clocks, desk.shown_day());
        let name = HeaderValue::from_static("attachment; filename=\"promises.ics\"");
        let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
        Ok(([(header::CONTENT_DISPOSITION, name), (header::CONTENT_TYPE, kind)], file).into_response())
    })
    .await
}
