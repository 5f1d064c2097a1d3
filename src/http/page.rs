use askama::Template;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::scrub;
use crate::domain::limits::KIB;

/// What the size of every page is a multiple of.
const PAGE_STEP: usize = 16 * KIB;
/// The size of every page that is not longer: all ordinary ones, so that they can't be told apart by it.
pub const PAGE_MIN: usize = 3 * PAGE_STEP;

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

/// A page, padded.
///
/// # Errors
/// If the template can't be rendered.
pub fn page(status: StatusCode, template: &impl Template) -> Result<Response, askama::Error> {
    let html = padded(template.render()?);
    Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// A page's text, as long as every page is.
pub(super) fn padded(mut html: String) -> String {
    let needed = html.len() + PAD_START.len() + PAD_END.len();
    let size = needed.next_multiple_of(PAGE_STEP).max(PAGE_MIN);
    html.reserve_exact(size - html.len());
    html.push_str(PAD_START);
    html.extend(std::iter::repeat_n(' ', size - needed));
    html.push_str(PAD_END);
    html
}

/// Puts the headers on a response that every one has, whatever it is.
pub fn common_headers(headers: &mut HeaderMap, policy: &HeaderValue) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    for &(name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

/// Whether a browser says that another site's page sent this.
#[must_use]
pub fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    // Not by `Origin`: browsers send `null` there, because these pages tell no referrer.
    !reads && headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

/// Answers a request on a task of its own: a panic there ends the task and nothing else. None if there was one.
pub async fn contained(answer: impl Future<Output = Response> + Send + 'static) -> Option<Response> {
    let task = tokio::spawn(async move {
        let response = answer.await;
        scrub::wipe();
        response
    });
    let handled = task.await;
    scrub::wipe();
    handled.ok()
}
