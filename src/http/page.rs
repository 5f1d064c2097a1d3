use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Allowance, scrub};
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

/// Whether a browser says that another site's page sent this. Browsers that don't say so by `Sec-Fetch-Site`, because they are
/// old or the address is plain HTTP, may by `Origin`; but they send `null` there from pages that tell no referrer, as these
/// do, so that says nothing.
#[must_use]
pub fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let elsewhere = headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none");
    !reads && (elsewhere || is_other_origin(headers))
}

fn is_other_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN).filter(|origin| *origin != "null") else { return false };
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    // A front that asks for an address of its own machine hides what the browser asked for.
    text(header::HOST).is_some_and(|own| is_public_name(own) && !own.eq_ignore_ascii_case(host))
}

/// Whether a host, perhaps with a port, is a name by which something is reached from elsewhere: not an address in numbers,
/// and not a name of one label, as `localhost` is.
#[must_use]
pub fn is_public_name(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    name.rsplit_once('.').is_some_and(|(_, last)| last.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Answers a request on a task of its own: a panic there ends the task and nothing else. None if there was one. The memory
/// that the request takes stays taken until then, whether somebody still waits for the answer or not.
pub async fn contained(request: Request, next: Next) -> Option<Response> {
    let allowance = Allowance::of(&request);
    let task = tokio::spawn(async move {
        let response = next.run(request).await;
        drop(allowance);
        scrub::wipe();
        response
    });
    let handled = task.await;
    scrub::wipe();
    handled.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_site_s_page_sends_is_known_by_either_header() {
        let is_refused = |headers: &[(&'static str, &'static str)]| {
            let headers =
                headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            is_cross_site(&Method::POST, &headers.collect())
        };
        let host = ("host", "box.example");
        for taken in [
            &[host][..],
            &[host, ("sec-fetch-site", "same-origin")],
            &[host, ("sec-fetch-site", "none")],
            &[host, ("origin", "null")],
            &[host, ("origin", "https://BOX.example")],
            // A front that hides the name.
            &[("host", "127.0.0.1:8080"), ("origin", "https://box.example")],
            &[("host", "candour:8080"), ("origin", "https://box.example")],
        ] {
            assert!(!is_refused(taken), "{taken:?}");
        }
        for refused in [
            &[host, ("sec-fetch-site", "cross-site")][..],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("origin", "https://evil.example")],
            &[host, ("origin", "https://box.example.evil.example")],
            &[host, ("origin", "https://box.example:8443")],
        ] {
            assert!(is_refused(refused), "{refused:?}");
        }
        let elsewhere = [(HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static("cross-site"))];
        assert!(!is_cross_site(&Method::GET, &elsewhere.into_iter().collect()), "a link may lead here");
    }
}
