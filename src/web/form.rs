//! The form and the page on which it is checked.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError,
    capacity::Stage,
    codes::{self, Origin},
    health,
    respond::page,
    view::{CheckPage, FormPage, FormParts, KeepCode, NotSent, RoutesPage},
};
use crate::{
    domain::{Concern, ConcernField, Entries, FieldError, Route},
    http::forms,
};

/// `GET /report`: refused here rather than after the typing, if a report can't be accepted. The form carries the code
/// that its receipt will show, so that whichever page is sent again, it is the same report.
pub(super) async fn form(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let query = forms::query(request.uri());
    let route = Route::from_slug(query.first(ConcernField::Route.slug()));
    let routes = route
        .and_then(|route| Route::ALL.iter().position(|each| *each == route))
        .map_or(Route::ALL, |place| &Route::ALL[place..=place]);
    health::must_be_open(&app, routes)?;
    match route {
        Some(route) => {
            let parts = parts(&app, codes::issue(&app), Stage::Before)?;
            page(StatusCode::OK, &FormPage::empty(parts, route))
        }
        None => page(StatusCode::OK, &RoutesPage { shell: app.shell() }),
    }
}

/// `POST /report`: the form with everything in it, to change an answer.
pub(super) async fn change(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let origin = Origin::of(request.headers());
    let typed = forms::read(request).await?;
    let keep = codes::carry_on(&app, &typed, origin);
    page(StatusCode::OK, &FormPage::with(parts(&app, keep, Stage::Sending)?, &typed, &[]))
}

/// `POST /report/check`
pub(super) async fn check(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let origin = Origin::of(request.headers());
    let typed = forms::read(request).await?;
    match Concern::parse(&typed) {
        Ok((route, concern)) => {
            let keep = codes::carry_on(&app, &typed, origin);
            check_page(&app, keep, route, concern, None).await
        }
        Err(errors) => form_with_errors(&app, &typed, &errors, origin),
    }
}

/// The form again, with what is wrong.
pub(super) fn form_with_errors(
    app: &App,
    typed: &Entries,
    errors: &[FieldError],
    origin: Origin,
) -> Result<Response, WebError> {
    let keep = codes::carry_on(app, typed, origin);
    page(StatusCode::UNPROCESSABLE_ENTITY, &FormPage::with(parts(app, keep, Stage::Sending)?, typed, errors))
}

/// The page on which a concern is checked once more, with a new code and why it was not sent.
pub(super) async fn not_sent(app: &App, route: Route, concern: Concern, why: NotSent) -> Result<Response, WebError> {
    check_page(app, codes::issue(app), route, concern, Some(why)).await
}

async fn check_page(
    app: &App,
    keep: KeepCode,
    route: Route,
    concern: Concern,
    not_sent: Option<NotSent>,
) -> Result<Response, WebError> {
    let clocks = app.clocks(route, app.today())?;
    // Looking through a text is work.
    app.making_a_page(move |app| {
        let parts = parts(app, keep, Stage::Sending)?;
        let check = CheckPage::new(parts, route, &concern, &clocks).ok_or(WebError::Internal)?;
        let status = if not_sent.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        page(status, &check.not_sent(not_sent))
    })
    .await
}

fn parts(app: &App, keep: KeepCode, stage: Stage) -> Result<FormParts<'_>, WebError> {
    let files_closed = app.files_closed(stage)?;
    Ok(FormParts { shell: app.shell(), limits: app.config().limits, files_closed, keep })
}
