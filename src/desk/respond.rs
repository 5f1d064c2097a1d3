use askama::Template;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    Desk, PageError, Visit,
    view::{ErrorPage, LockedPage, Shell},
};
use crate::{
    domain::FieldError,
    http::{self, tell_operator},
};

/// How long to wait before trying again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// A page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
    Ok(http::page(status, template)?)
}

/// Sends the browser on to a page after a form was taken, so that going back or loading it again does not send it
/// twice.
pub(super) fn go_to(path: &str) -> Result<Response, PageError> {
    let location = HeaderValue::from_str(path).map_err(|_| PageError::Internal)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

/// A file, to be saved under that name.
pub(super) fn download(name: &str, media_type: &'static str, file: impl Into<Body>) -> Result<Response, PageError> {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_DISPOSITION, disposition.map_err(|_| PageError::Internal)?),
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
    ];
    Ok((headers, file.into()).into_response())
}

/// What whoever has no session sees, whatever they asked for: how to open the desk, and nothing about it, but that
/// something is kept that was typed.
pub(super) fn locked_page(desk: &Desk, status: StatusCode, errors: &[FieldError]) -> Result<Response, PageError> {
    page(status, &locked(desk, &desk.shell(), errors))
}

fn locked<'a>(desk: &Desk, shell: &'a Shell, errors: &'a [FieldError]) -> LockedPage<'a> {
    LockedPage { shell, protected: desk.is_protected(), keeps_form: desk.keeps_form(), upload: false, errors }
}

/// The one layer around every page: refuses what was meant for another name or comes from another site, makes errors
/// into pages, keeps a panic to its own request, and puts the headers on whatever leaves.
pub(super) async fn finish(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = if !is_ours(&desk, &request) {
        PageError::Misdirected.into_response()
    } else if http::is_cross_site(request.method(), request.headers()) {
        PageError::CrossSite.into_response()
    } else {
        http::contained(request, next).await.unwrap_or_else(|| PageError::Internal.into_response())
    };
    let visit = response.extensions_mut().remove::<Visit>();
    if let Some(error) = response.extensions_mut().remove::<PageError>() {
        response = error_page(&desk, visit.as_ref(), &error, &response);
    }
    http::common_headers(response.headers_mut(), desk.policy());
    http::fill(&mut response, is_head);
    response
}

/// Whether it was sent to this desk under its own name. A site whose name was made to lead here (DNS rebinding) could
/// read the pages otherwise, as its own.
fn is_ours(desk: &Desk, request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let is_host = |name: &str| desk.is_host(name);
    host.to_str().is_ok_and(is_host) && request.uri().authority().is_none_or(|authority| is_host(authority.as_str()))
}

fn error_page(desk: &Desk, visit: Option<&Visit>, error: &PageError, plain: &Response) -> Response {
    let shell = visit.map_or_else(|| desk.shell(), Visit::shell);
    let made = match error {
        PageError::Locked => locked_page(desk, error.status(), &[]),
        PageError::LockedUpload => page(error.status(), &LockedPage { upload: true, ..locked(desk, &shell, &[]) }),
        _ => page(error.status(), &ErrorPage::new(&shell, error.words())),
    };
    let mut response = made.unwrap_or_else(|_| {
        tell_operator(&"the error page can't be made; this is a fault in candour");
        (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong. Go back and try again.\n").into_response()
    });
    if let Some(allow) = plain.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}
