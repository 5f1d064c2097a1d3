//! Reading what a form sent.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, header},
};
use http_body_util::BodyExt;
use zeroize::Zeroizing;

use super::{App, WebError, guard};
use crate::{
    crypto::Code,
    domain::{
        Entries,
        limits::{FIELDS, FORM_BYTES},
    },
};

/// An urlencoded form, bounded.
pub(super) async fn read(request: Request) -> Result<Entries, WebError> {
    if !is_type(request.headers(), "application/x-www-form-urlencoded") {
        return Err(WebError::Type);
    }
    let body = bounded(request, FORM_BYTES as u64)?;
    let guarded = guard::Guarded::new(body, FORM_BYTES as u64);
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
            return Err(WebError::TooLarge);
        }
        entries.push(name.into_owned(), value.into_owned());
    }
    Ok(entries)
}

/// The body, unless it says itself that it is too large.
pub(super) fn bounded(request: Request, limit: u64) -> Result<Body, WebError> {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let asks_first = request.headers().contains_key(header::EXPECT);
    let body = request.into_body();
    if length.is_some_and(|length| length > limit) {
        // Whoever asks first is told before it sends.
        if !asks_first {
            guard::discard(body);
        }
        return Err(WebError::TooLarge);
    }
    Ok(body)
}

/// Whether the body is of that media type.
pub(super) fn is_type(headers: &HeaderMap, media_type: &str) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

/// The receipt code that a form carries, if this box issued it.
pub(super) fn issued_code(app: &App, form: &Entries) -> Option<Code> {
    let code = Code::parse(form.first("code")).ok()?;
    app.store().settings().tagger.issued(&code, form.first("code_tag")).then_some(code)
}
