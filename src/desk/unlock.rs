//! Opening the desk, and locking it.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use zeroize::Zeroizing;

use super::{
    Desk, PageError,
    form::carried::TOKEN,
    kept_form::TYPED,
    respond::locked_page,
    session::{remove_cookie, set_cookie},
    visit::Posted,
};
use crate::{domain::FieldError, http::forms, unseal::Passphrase};

/// The field that the passphrase is typed in.
const PASSPHRASE: &str = "passphrase";
/// Where a browser goes once it is in, or out.
const START: HeaderValue = HeaderValue::from_static("/");
/// What a browser keeps of the pages that it showed, to be cleared. Not its cookies: those of other ports would go too.
const CLEAR_SITE_DATA: HeaderValue = HeaderValue::from_static("\"cache\"");

/// `GET /open?token=…`: the address that candour prints. It works once.
pub(super) async fn open(State(desk): State<Desk>, request: Request) -> Result<Response, PageError> {
    let query = request.uri().query().unwrap_or_default();
    let token = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == TOKEN);
    let cookie = desk.redeem(&token.map(|(_, token)| Zeroizing::new(token.into_owned())).unwrap_or_default()).await?;
    Ok(come_in(&desk, &cookie))
}

/// `POST /unlock`: the passphrase, on the locked page.
pub(super) async fn unlock(State(desk): State<Desk>, request: Request) -> Result<Response, PageError> {
    let form = forms::read(request).await?;
    if !desk.is_unlock_token(form.first(TOKEN)) {
        return Err(PageError::Forged);
    }
    if !desk.is_protected() {
        return Err(PageError::Locked);
    }
    let passphrase = Passphrase::new(&Zeroizing::new(form.first(PASSPHRASE).to_owned()));
    let problem = if passphrase.is_empty() {
        "Enter the passphrase of your keys"
    } else {
        match desk.unlock(passphrase).await? {
            Some(cookie) => return Ok(come_in(&desk, &cookie)),
            None => "This passphrase does not open your keys. Check it and type it again",
        }
    };
    locked_page(&desk, StatusCode::UNPROCESSABLE_ENTITY, &[FieldError::new(PASSPHRASE, problem)])
}

/// `POST /lock`
pub(super) async fn lock(State(desk): State<Desk>, _posted: Posted) -> Response {
    desk.lock().await;
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, START)]).into_response();
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, remove_cookie(desk.cookie_name()));
    headers.insert(HeaderName::from_static("clear-site-data"), CLEAR_SITE_DATA);
    response
}

fn come_in(desk: &Desk, cookie: &Zeroizing<String>) -> Response {
    let cookie = set_cookie(desk.cookie_name(), cookie);
    // Whoever was writing goes on with that.
    let first = if desk.keeps_form() { HeaderValue::from_static(TYPED) } else { START };
    (StatusCode::SEE_OTHER, [(header::LOCATION, first), (header::SET_COOKIE, cookie)]).into_response()
}
