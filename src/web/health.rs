use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{App, WebError, capacity::Stage};
use crate::{domain::Route, http::tell_operator};

/// `GET /healthz`: whether a report could be accepted now.
pub(super) async fn healthz(State(app): State<App>) -> Response {
    let reason = match why_closed(&app, Route::ALL).await {
        Ok(None) => return (StatusCode::OK, "ok\n").into_response(),
        Ok(Some(reason)) => reason,
        Err(_) => "the box can't answer",
    };
    (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response()
}

/// Refuses before a person types anything, if what they send could not be kept or its due dates not be worked out.
pub(super) async fn must_be_open(app: &App, routes: &'static [Route]) -> Result<(), WebError> {
    match why_closed(app, routes).await? {
        None => Ok(()),
        Some(_) => Err(WebError::Closed),
    }
}

async fn why_closed(app: &App, routes: &'static [Route]) -> Result<Option<&'static str>, WebError> {
    let today = app.today();
    if let Some(error) = routes.iter().find_map(|route| app.clocks(*route, today).err()) {
        tell_operator(&error);
        return Ok(Some("no bank holidays are loaded for a due date"));
    }
    app.blocking(|app| {
        if let Some(reason) = app.why_full(Stage::Before)? {
            return Ok(Some(reason));
        }
        Ok(app.store().probe().err().map(|error| {
            tell_operator(&error);
            "the store can't be written"
        }))
    })
    .await
}
