use std::borrow::Cow;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{App, WebError, capacity::Stage};
use crate::{domain::Route, http::note_fault};

/// `GET /healthz`: whether a report could be accepted now, and kept. Says no more than is known already: asking costs nothing
/// and leaves nothing on the disk.
pub(super) async fn healthz(State(app): State<App>) -> Response {
    let reason = match why_closed(&app, Route::ALL) {
        Ok(None) => return (StatusCode::OK, "ok\n").into_response(),
        Ok(Some(reason)) => reason,
        Err(_) => Cow::Borrowed("the box can't answer"),
    };
    (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response()
}

/// Refuses before a person types anything, if what they send could not be kept or its due dates not be worked out.
pub(super) fn must_be_open(app: &App, routes: &'static [Route]) -> Result<(), WebError> {
    match why_closed(app, routes)? {
        None => Ok(()),
        Some(_) => Err(WebError::Closed),
    }
}

fn why_closed(app: &App, routes: &'static [Route]) -> Result<Option<Cow<'static, str>>, WebError> {
    let today = app.today();
    if let Some(error) = routes.iter().find_map(|route| app.clocks(*route, today).err()) {
        note_fault(&error);
        return Ok(Some("no bank holidays are loaded for a due date".into()));
    }
    if let Some(reason) = app.last_look().why_not() {
        return Ok(Some(reason.into()));
    }
    if let Some(reason) = app.why_full(Stage::Before)? {
        return Ok(Some(reason.into()));
    }
    Ok(app.last_write().failed().then_some("the store can't be written".into()))
}
