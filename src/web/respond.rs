use askama::Template;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{App, WebError, error::tell_operator};
use crate::domain::limits::KIB;

/// What the size of every page is a multiple of.
pub(super) const PAGE_STEP: usize = 16 * KIB;
/// The size of every page that is not longer: all ordinary ones, so that they can't be told apart by it.
const PAGE_MIN: usize = 3 * PAGE_STEP;

const PAD_START: &str = "<!--";
const PAD_END: &str = "-->\n";

/// Headers of every response, whatever it is. The content security policy is apart, because it names the style's hash.
const HEADERS: &[(&str, &str)] = &[
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "accelerometer=(), autoplay=(), bluetooth=(), browsing-topics=(), camera=(), clipboard-read=(), clipboard-write=(), \
             display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), \
             interest-cohort=(), keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
             publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), usb=(), web-share=(), window-management=(), \
             xr-spatial-tracking=()",
    ),
    ("x-robots-tag", "noindex, nofollow"),
];

/// Sent by browsers: where the page that a form was on comes from.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// How long to wait before trying again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("30");

/// A page, padded.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<Response, WebError> {
    let mut html = template.render()?;
    let needed = html.len() + PAD_START.len() + PAD_END.len();
    let size = needed.next_multiple_of(PAGE_STEP).max(PAGE_MIN);
    html.reserve_exact(size - html.len());
    html.push_str(PAD_START);
    html.extend(std::iter::repeat_n(' ', size - needed));
    html.push_str(PAD_END);
    Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// The one layer around every page: refuses what comes from other sites, makes errors into pages, keeps a panic to its own
/// request, and puts the headers on whatever leaves.
pub(super) async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = if is_cross_site(request.method(), request.headers()) {
        WebError::CrossSite.into_response()
    } else {
        // On a task of its own: a panic there ends the task and nothing else.
        let handled = tokio::spawn(next.run(request)).await;
        handled.unwrap_or_else(|_| WebError::Internal.into_response())
    };
    if let Some(error) = response.extensions_mut().remove::<WebError>() {
        response = error_page(&app, error, &response);
        if is_head {
            *response.body_mut() = Body::empty();
        }
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, app.shell().policy.clone());
    for &(name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    // Not by `Origin`: browsers send `null` there, because these pages tell no referrer.
    !reads && headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

fn error_page(app: &App, error: WebError, plain: &Response) -> Response {
    let mut response = page(error.status(), &error.page(app)).unwrap_or_else(|_| {
        tell_operator(&"the error page can't be made; this is a fault in candour");
        (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong. Go back and try again.\n").into_response()
    });
    if let Some(allow) = plain.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    if matches!(error, WebError::Busy | WebError::Closed) {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}
