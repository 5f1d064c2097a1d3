//! The form and the page on which it is checked.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError, health,
    respond::page,
    view::{CheckPage, FormPage, KeepCode},
};
use crate::{
    crypto::{Code, os_random},
    domain::{Concern, ConcernField, Entries, FieldError, FormField, Route},
    http::forms,
};

/// `GET /report`: refused here rather than after the typing, if a report can't be accepted.
pub(super) async fn form(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let query = request.uri().query().unwrap_or_default();
    let route = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == ConcernField::Route.slug())
        .and_then(|(_, slug)| Route::from_slug(&slug));
    let routes = route
        .and_then(|route| Route::ALL.iter().position(|each| *each == route))
        .map_or(Route::ALL, |place| &Route::ALL[place..=place]);
    health::must_be_open(&app, routes).await?;
    page(StatusCode::OK, &FormPage::empty(app.shell(), route))
}

/// `POST /report`: the form with everything in it, to change an answer.
pub(super) async fn change(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let typed = forms::read(request).await?;
    let keep = issued_code(&app, &typed).map(|code| keep(&app, &code));
    page(StatusCode::OK, &FormPage::with(app.shell(), &typed, &[], keep))
}

/// `POST /report/check`
pub(super) async fn check(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let typed = forms::read(request).await?;
    let code = issued_code(&app, &typed);
    match Concern::parse(&typed) {
        Ok((route, concern)) => {
            let code = code.unwrap_or_else(|| Code::issue(&mut os_random()));
            check_page(&app, StatusCode::OK, route, &concern, &[], &code)
        }
        Err(errors) => form_with_errors(&app, &typed, &errors, code.as_ref()),
    }
}

/// The form again, with what is wrong.
pub(super) fn form_with_errors(
    app: &App,
    typed: &Entries,
    errors: &[FieldError],
    code: Option<&Code>,
) -> Result<Response, WebError> {
    let keep = code.map(|code| keep(app, code));
    page(StatusCode::UNPROCESSABLE_ENTITY, &FormPage::with(app.shell(), typed, errors, keep))
}

/// The page on which answers are checked.
pub(super) fn check_page(
    app: &App,
    status: StatusCode,
    route: Route,
    concern: &Concern,
    errors: &[FieldError],
    code: &Code,
) -> Result<Response, WebError> {
    let clocks = app.clocks(route, app.today())?;
    let check = CheckPage::new(app.shell(), app.config().limits, route, concern, errors, keep(app, code), &clocks)
        .ok_or(WebError::Internal)?;
    page(status, &check)
}

/// A code as a page carries it.
pub(super) fn keep(app: &App, code: &Code) -> KeepCode {
    KeepCode { code: code.grouped().to_string(), tag: app.store().settings().tagger.tag(code) }
}

/// The receipt code that a form carries, if this box issued it.
pub(super) fn issued_code(app: &App, form: &Entries) -> Option<Code> {
    let code = Code::parse(form.first(FormField::Code.slug())).ok()?;
    app.store().settings().tagger.issued(&code, form.first(FormField::CodeTag.slug())).then_some(code)
}
