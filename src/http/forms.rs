//! Reading what a form sent.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Uri, header},
};
use http_body_util::BodyExt;
use zeroize::Zeroizing;

use super::{BodyError, body_limits};
use crate::domain::{
    Entries,
    limits::{FIELDS, FORM_BYTES},
};

/// An urlencoded form, bounded.
///
/// # Errors
/// If the body is of another type, too large, too slow, or does not arrive whole.
pub async fn read(request: Request) -> Result<Entries, BodyError> {
    if !is_type(request.headers(), "application/x-www-form-urlencoded") {
        return Err(BodyError::Type);
    }
    let body = bounded(request, FORM_BYTES as u64)?;
    let guarded = body_limits::Guarded::new(body, FORM_BYTES as u64);
    let watch = guarded.watch();
    let mut body = std::pin::pin!(guarded);
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| watch.cause())?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
        watch.progress();
    }
    let mut entries = Entries::default();
    for (count, (name, value)) in form_urlencoded::parse(&bytes).enumerate() {
        if count == FIELDS {
            return Err(BodyError::TooLarge);
        }
        entries.push(name.into_owned(), value.into_owned());
    }
    Ok(entries)
}

/// What stands in an address after its question mark.
#[must_use]
pub fn query(uri: &Uri) -> Entries {
    let mut entries = Entries::default();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        entries.push(name.into_owned(), value.into_owned());
    }
    entries
}

/// The body, unless it says itself that it is too large.
///
/// # Errors
/// [`BodyError::TooLarge`] if it does.
pub fn bounded(request: Request, limit: u64) -> Result<Body, BodyError> {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit) {
        refuse(request);
        return Err(BodyError::TooLarge);
    }
    Ok(request.into_body())
}

/// Lets a form that is not taken be sent to its end, unread.
pub fn refuse(request: Request) {
    // Whoever asks first is told before it sends.
    if !request.headers().contains_key(header::EXPECT) {
        body_limits::discard(request.into_body());
    }
}

/// Whether the body is of that media type.
#[must_use]
pub fn is_type(headers: &HeaderMap, media_type: &str) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}
