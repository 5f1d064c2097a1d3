use askama::Template;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    Allowance,
    filler::{Filler, fitting},
    scrub,
};

/// Headers of every response, whatever it is. The content security policy is apart, because it names the style's hash.
const HEADERS: &[(&str, &str)] = &[
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Whatever changes an answer on its way, as by compressing it, gives it a size of its own.
    ("cache-control", "no-store, no-transform"),
    ("content-encoding", "identity"),
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

/// A text that becomes an answer's body once all headers are there: both together have one size.
#[derive(Clone)]
struct Unfilled {
    text: String,
    filler: Filler,
}

/// A page.
///
/// # Errors
/// If the template can't be rendered.
pub fn page(status: StatusCode, template: &impl Template) -> Result<Response, askama::Error> {
    Ok(unfilled(status, "text/html; charset=utf-8", template.render()?, Filler::Comment))
}

/// A plain text in which a line that begins with `#` says nothing.
#[must_use]
pub fn plain(text: String) -> Response {
    unfilled(StatusCode::OK, "text/plain; charset=utf-8", text, Filler::Lines)
}

fn unfilled(status: StatusCode, media_type: &'static str, text: String, filler: Filler) -> Response {
    let mut response = (status, [(header::CONTENT_TYPE, media_type)]).into_response();
    response.extensions_mut().insert(Unfilled { text, filler });
    response
}

/// The last that is done to an answer: makes it so long that head and body together are as long as of every other. What is
/// neither a page nor a plain text is left as it is. A `HEAD` gets the head of what a `GET` gets.
pub fn fill(response: &mut Response, is_head: bool) {
    let Some(Unfilled { mut text, filler }) = response.extensions_mut().remove() else { return };
    // As the server would say it: each connection carries one request.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    let size = fitting(head_bytes(response), text.len() + filler.shortest());
    filler.fill(&mut text, size);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    *response.body_mut() = if is_head { Body::empty() } else { Body::from(text) };
}

/// Bytes of an answer's head as HTTP/1.1 writes it, without a line for the length of the body.
fn head_bytes(response: &Response) -> usize {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let lines = response.headers().iter().map(|(name, value)| name.as_str().len() + ": \r\n".len() + value.len());
    format!("HTTP/1.1 {} {reason}\r\n\r\n", status.as_str()).len() + lines.sum::<usize>()
}

/// Puts the headers on a response that every one has, whatever it is.
pub fn common_headers(headers: &mut HeaderMap, policy: &HeaderValue) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    for &(name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

/// Names and values of the headers that every answer has, but for the policy.
pub fn headers_of_every_answer() -> impl Iterator<Item = (&'static str, &'static str)> {
    HEADERS.iter().copied()
}

/// Whether a browser says that another site's page sent this. Browsers that don't say so by `Sec-Fetch-Site`, because they are
/// old or the address is plain HTTP, may by `Origin`; but they send `null` there from pages that tell no referrer, as these
/// do, so that says nothing.
#[must_use]
pub fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    !reads && (comes_from_elsewhere(headers) || is_other_origin(headers))
}

/// Whether a browser says that a page of another site led here.
#[must_use]
pub fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

/// Whether a browser says that a page of this very site sent this. One that says nothing may be old, or the address plain HTTP.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "same-origin")
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
