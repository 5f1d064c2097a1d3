//! The form and the page on which it is checked.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError, health,
    respond::page,
    view::{CheckPage, FormPage, FormParts, KeepCode, RoutesPage},
};
use crate::{
    crypto::{Code, os_random},
    domain::{Concern, ConcernField, Entries, FieldError, FormField, Route},
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
        Some(route) => page(StatusCode::OK, &FormPage::empty(parts(&app, &new_code()), route)),
        None => page(StatusCode::OK, &RoutesPage { shell: app.shell() }),
    }
}

/// `POST /report`: the form with everything in it, to change an answer.
pub(super) async fn change(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let typed = forms::read(request).await?;
    let code = issued_code(&app, &typed).unwrap_or_else(new_code);
    page(StatusCode::OK, &FormPage::with(parts(&app, &code), &typed, &[]))
}

/// `POST /report/check`
pub(super) async fn check(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let typed = forms::read(request).await?;
    let code = issued_code(&app, &typed).unwrap_or_else(new_code);
    match Concern::parse(&typed) {
        Ok((route, concern)) => {
            let clocks = app.clocks(route, app.today())?;
            // Looking through a text is work.
            app.blocking(move |app| {
                let check = CheckPage::new(parts(app, &code), route, &concern, &clocks).ok_or(WebError::Internal)?;
                page(StatusCode::OK, &check)
            })
            .await
        }
        Err(errors) => form_with_errors(&app, &typed, &errors, &code),
    }
}

/// The form again, with what is wrong.
pub(super) fn form_with_errors(
    app: &App,
    typed: &Entries,
    errors: &[FieldError],
    code: &Code,
) -> Result<Response, WebError> {
    page(StatusCode::UNPROCESSABLE_ENTITY, &FormPage::with(parts(app, code), typed, errors))
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

fn new_code() -> Code {
    Code::issue(&mut os_random())
}

fn parts<'a>(app: &'a App, code: &Code) -> FormParts<'a> {
    FormParts { shell: app.shell(), limits: app.config().limits, keep: keep(app, code) }
}
