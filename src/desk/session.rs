//! What a request of the session carries: the cookie that lets it in, and the token in each of its forms.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use cookie::{Cookie, SameSite};
use zeroize::Zeroizing;

use super::{
    Desk, PageError, Visit,
    form::carried::{TOKEN, YES},
    kept_form::{PostedForm, REDONE, TYPED},
    respond::go_to,
    upload::{ArrivingForm, LARGEST_COLLECTION},
};
use crate::{domain::Entries, http::forms};

/// The layer around every page but those that open the desk: without the session's cookie there is the locked page, and
/// a form without the session's token is refused. What was typed into a form of a session that has ended here is kept.
pub(super) async fn require(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let Some((session, token)) = desk.admit(&sent(request.headers(), desk.cookie_name())) else {
        return turned_away(&desk, request).await.into_response();
    };
    let _stay = Stay { desk: desk.clone(), session };
    let visit = Visit::new(desk.clone(), session, token, (request.method(), request.uri()));
    let mut response = match check(request, &visit).await {
        Ok(Checked { request, is_redone }) => {
            let response = next.run(request).await;
            // It is on a page by now, or recorded. After a failure it is still there, to be tried again.
            if is_redone && is_taken(response.status()) {
                desk.forget_form();
            }
            response
        }
        Err(error) => error,
    };
    response.extensions_mut().insert(visit);
    response
}

/// The cookie of a new session. It ends with the browser and goes to this desk alone.
pub(super) fn set_cookie(name: &str, value: &Zeroizing<String>) -> HeaderValue {
    header_value(&cookie(name, value))
}

/// Takes the cookie away.
pub(super) fn remove_cookie(name: &str) -> HeaderValue {
    let mut cookie = cookie(name, "");
    cookie.set_max_age(cookie::time::Duration::ZERO);
    header_value(&cookie)
}

/// Ends a visit when it is dropped, however that comes.
struct Stay {
    desk: Desk,
    session: u64,
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.desk.leave(self.session);
    }
}

/// A request of the session, and whether its form was kept before.
struct Checked {
    request: Request,
    is_redone: bool,
}

/// Reads the form of whatever is not a reading request, and holds its token against the session's.
async fn check(mut request: Request, visit: &Visit) -> Result<Checked, Response> {
    let mut is_redone = false;
    // A file is too large to be read here: whoever takes it holds the token, which comes first, against the session's.
    if !is_reading(&request) && !is_upload(&request) {
        let (parts, body) = request.into_parts();
        let form = forms::read(Request::from_parts(parts.clone(), body)).await;
        let mut form = form.map_err(|error| PageError::from(error).into_response())?;
        if !visit.form_token_is(form.first(TOKEN)) {
            return Err(not_of_this_session(visit.desk(), &address(&parts.uri), &form).await.into_response());
        }
        is_redone = form.has(REDONE, YES);
        if is_redone {
            form = without(&form, REDONE);
        }
        request = Request::from_parts(parts, Body::empty());
        request.extensions_mut().insert(visit.posted(form));
    }
    request.extensions_mut().insert(visit.clone());
    Ok(Checked { request, is_redone })
}

/// Whoever has no session sees the locked page. What they typed in one that has ended here is kept.
async fn turned_away(desk: &Desk, request: Request) -> PageError {
    if is_reading(&request) {
        return PageError::Locked;
    }
    let path = address(request.uri());
    if is_upload(&request) {
        // What was typed stands before the files, which are not kept.
        if let Ok(mut upload) = ArrivingForm::begin(request, LARGEST_COLLECTION).await
            && let Ok(form) = upload.typed().await
        {
            upload.discard();
            keep(desk, &path, &form).await;
        }
        return PageError::LockedUpload;
    }
    if let Ok(form) = forms::read(request).await {
        keep(desk, &path, &form).await;
    }
    PageError::Locked
}

/// The answer to a form of another session: what was typed in one that has ended here is kept.
pub(super) async fn not_of_this_session(desk: &Desk, path: &str, form: &Entries) -> Result<Response, PageError> {
    if keep(desk, path, form).await { go_to(TYPED) } else { Err(PageError::Forged) }
}

/// Whether the session of a form ended while its files came: what was typed is kept as of any other form.
pub(super) async fn ended_meanwhile(visit: &Visit, path: &str, form: &Entries) -> bool {
    let has_ended = !visit.is_current();
    if has_ended {
        keep(visit.desk(), path, form).await;
    }
    has_ended
}

async fn keep(desk: &Desk, path: &str, form: &Entries) -> bool {
    match PostedForm::new(path, form, &[TOKEN, REDONE]) {
        Some(posted) => desk.keep_form(form.first(TOKEN), posted).await,
        None => false,
    }
}

/// Where a form is posted to, on this desk.
fn address(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

fn is_reading(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn is_upload(request: &Request) -> bool {
    forms::is_type(request.headers(), "multipart/form-data")
}

/// Whether a form was recorded, or is on the page again.
fn is_taken(status: StatusCode) -> bool {
    status.is_success() || status.is_redirection() || status == StatusCode::UNPROCESSABLE_ENTITY
}

fn without(form: &Entries, name: &str) -> Entries {
    let mut rest = Entries::default();
    form.iter().filter(|(it, _)| *it != name).for_each(|(name, value)| rest.push(name.to_owned(), value.to_owned()));
    rest
}

/// What a browser sent under a cookie's name; more than one if another path of this address has one too.
fn sent(headers: &HeaderMap, name: &str) -> Vec<Zeroizing<String>> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let cookies = lines.flat_map(Cookie::split_parse).flatten();
    cookies.filter(|cookie| cookie.name() == name).map(|cookie| Zeroizing::new(cookie.value().to_owned())).collect()
}

fn cookie<'a>(name: &'a str, value: &'a str) -> Cookie<'a> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Strict).build()
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    let text = Zeroizing::new(cookie.to_string());
    // Hex, and the crate's words around it, are visible ASCII.
    let mut value = HeaderValue::from_str(&text).expect("the cookie is ASCII");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_to_this_desk_alone_and_ends_with_the_browser() {
        let value = Zeroizing::new("00ff".to_owned());
        assert_eq!(set_cookie("desk-1", &value), "desk-1=00ff; HttpOnly; SameSite=Strict; Path=/");
        assert_eq!(remove_cookie("desk-1"), "desk-1=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    }

    #[test]
    fn cookies_are_found_among_those_of_other_ports() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("other=1; desk-1=aa; desk-10=bb"));
        headers.append(header::COOKIE, HeaderValue::from_static("desk-1=cc"));
        let found = sent(&headers, "desk-1");
        assert_eq!(found.iter().map(|value| value.as_str()).collect::<Vec<_>>(), ["aa", "cc"]);
        assert!(sent(&headers, "desk").is_empty());
    }
}
