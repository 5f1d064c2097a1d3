//! Pages that are the same for everyone.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    App, WebError,
    respond::{Indexed, OwnPolicy, is_for_onion, page},
    view::{
        AccessibilityPage, BeforePage, EasyReadPage, KeysPage, LeavePage, PrivacyPage, SafePage, StartPage, WhoElsePage,
    },
};
use crate::http::plain;

/// What a browser keeps of this site, to be cleared.
const CLEAR_SITE_DATA: HeaderValue = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");

/// Where the way out goes on.
const LEAVE: &str = "/leave";

/// `GET /`: the one page that search engines may list, if the operator wants that. Never in a demonstration, and never
/// at the onion service, which is found by those who were told of it.
pub(super) async fn start(State(app): State<App>, headers: HeaderMap) -> Result<Response, WebError> {
    let is_indexed = app.config().service.indexed && !app.shell().demo && !is_for_onion(&headers);
    let mut response = page(StatusCode::OK, &StartPage { shell: app.shell(), is_indexed })?;
    if is_indexed {
        response.extensions_mut().insert(Indexed);
    }
    Ok(response)
}

/// `GET /easy-read`
pub(super) async fn easy_read(State(app): State<App>) -> Result<Response, WebError> {
    let shell = app.shell().easy_read();
    let mut response = page(StatusCode::OK, &EasyReadPage { shell: &shell })?;
    response.extensions_mut().insert(OwnPolicy(shell.policy));
    Ok(response)
}

/// `GET /before-you-start`
pub(super) async fn before_you_start(State(app): State<App>) -> Result<Response, WebError> {
    page(StatusCode::OK, &BeforePage { shell: app.shell() })
}

/// `GET /who-else`
pub(super) async fn who_else(State(app): State<App>) -> Result<Response, WebError> {
    page(StatusCode::OK, &WhoElsePage::new(app.shell()))
}

/// `GET /keys`
pub(super) async fn keys(State(app): State<App>) -> Result<Response, WebError> {
    let recipients = app.recipients();
    page(
        StatusCode::OK,
        &KeysPage { shell: app.shell(), keys: recipients.keys(), fingerprint: recipients.fingerprint().to_string() },
    )
}

/// `GET /keys/governance.recipients`
pub(super) async fn recipients(State(app): State<App>) -> Response {
    let file: String = app.recipients().keys().into_iter().map(|key| key + "\n").collect();
    plain(file)
}

/// `GET /privacy`
pub(super) async fn privacy(State(app): State<App>) -> Result<Response, WebError> {
    page(StatusCode::OK, &PrivacyPage { shell: app.shell() })
}

/// `GET /accessibility`
pub(super) async fn accessibility(State(app): State<App>) -> Result<Response, WebError> {
    page(StatusCode::OK, &AccessibilityPage { shell: app.shell() })
}

/// `GET /how-this-is-kept-safe`
pub(super) async fn kept_safe(State(app): State<App>) -> Result<Response, WebError> {
    let recipients = app.recipients();
    let fingerprint = recipients.fingerprint().to_string();
    page(StatusCode::OK, &SafePage { shell: app.shell(), keys: recipients.keys().len(), fingerprint })
}

/// `GET /.well-known/security.txt` (RFC 9116), if the operator gave a contact.
pub(super) async fn security_txt(State(app): State<App>) -> Result<Response, WebError> {
    let security = &app.config().security;
    let (Some(contact), Some(expires)) = (&security.contact, security.expires) else {
        return Err(WebError::NotFound);
    };
    let text = format!("Contact: {contact}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: en\n");
    Ok(plain(text))
}

/// `POST /leave`: by way of a second page of this site. A browser keeps a page that it can go back to, and clears it only when
/// it is told so after it has left that page.
pub(super) async fn leave(State(app): State<App>) -> Result<Response, WebError> {
    leaving_for(LEAVE, &app)
}

/// `GET /leave`: clears once more, and goes to the everyday page.
pub(super) async fn left(State(app): State<App>) -> Result<Response, WebError> {
    leaving_for(&app.config().service.everyday_page, &app)
}

/// By a refresh, because browsers hold a redirect after a form against `form-action`. The page in between names nothing of
/// this service: someone may be looking over a shoulder.
fn leaving_for(to: &str, app: &App) -> Result<Response, WebError> {
    let mut response = page(StatusCode::OK, &LeavePage { everyday_page: &app.config().service.everyday_page })?;
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("clear-site-data"), CLEAR_SITE_DATA);
    // The address was checked to be visible ASCII; one that was not still has its link on the page.
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={to}")) {
        headers.insert(header::REFRESH, refresh);
    }
    Ok(response)
}
