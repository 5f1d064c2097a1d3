//! Reading what a form sent.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Uri, header},
};
use http_body_util::BodyExt;
use zeroize::Zeroizing;

use super::{Allowance, BodyError, Share, body_limits};
use crate::domain::{
    Entries,
    limits::{FIELDS, FORM_BYTES},
};

/// Bytes of the smallest piece of memory that what was typed grows by.
const SMALLEST: usize = 64;

/// How much more a text takes of which each byte becomes a sign of three, in a block that is doubled as it grows; counted twice
/// as all text is.
const LOSSY: usize = 2;

/// What was typed, as it arrives: it never takes more memory than was counted.
pub struct GatheredText {
    bytes: Zeroizing<Vec<u8>>,
    allowance: Allowance,
}

impl GatheredText {
    /// Nothing yet.
    #[must_use]
    pub fn new(allowance: Allowance) -> Self {
        Self { bytes: Zeroizing::default(), allowance }
    }

    /// Adds what came next.
    ///
    /// # Errors
    /// [`BodyError::Busy`] if there is no memory for it.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BodyError> {
        let (needed, capacity) = (self.bytes.len() + piece.len(), self.bytes.capacity());
        if needed > capacity {
            // By a quarter, so that little is taken in vain and few bytes are moved often.
            let grown = needed.max(capacity + capacity / 4).max(SMALLEST);
            if !self.allowance.take(Share::Text, grown - capacity) {
                return Err(BodyError::Busy);
            }
            let more = grown - self.bytes.len();
            self.bytes.reserve_exact(more);
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// What came, as a text. What is no UTF-8, which no browser sends, takes three times the memory, and is counted so.
    ///
    /// # Errors
    /// [`BodyError::Busy`] if there is no memory for it.
    pub fn text(&self) -> Result<String, BodyError> {
        match str::from_utf8(&self.bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) if !self.allowance.take(Share::Text, LOSSY * self.bytes.len()) => Err(BodyError::Busy),
            Err(_) => Ok(String::from_utf8_lossy(&self.bytes).into_owned()),
        }
    }

    /// What came so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// An urlencoded form, bounded.
///
/// # Errors
/// If the body is of another type, too large, too slow, does not arrive whole, or finds no memory.
pub async fn read(request: Request) -> Result<Entries, BodyError> {
    if !is_type(request.headers(), "application/x-www-form-urlencoded") {
        return Err(BodyError::Type);
    }
    let allowance = Allowance::of(&request);
    let body = bounded(request, FORM_BYTES as u64)?;
    let guarded = body_limits::Guarded::new(body, FORM_BYTES as u64, allowance.clone());
    let watch = guarded.watch();
    let mut body = std::pin::pin!(guarded);
    let mut text = GatheredText::new(allowance);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| watch.cause())?;
        if let Some(data) = frame.data_ref() {
            text.push(data)?;
        }
        watch.progress();
    }
    // Browsers write such a form in ASCII.
    if !text.bytes().is_ascii() && !text.allowance.take(Share::Text, LOSSY * text.bytes().len()) {
        return Err(BodyError::Busy);
    }
    let mut entries = Entries::default();
    for (count, (name, value)) in form_urlencoded::parse(text.bytes()).enumerate() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::os_random,
        domain::limits::{BUDGET_BYTES, KIB},
        http::connections::Connections,
    };

    async fn send(allowance: &Allowance, body: String) -> Result<Entries, BodyError> {
        let request = Request::post("/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        read(request.extension(allowance.clone()).body(Body::from(body)).unwrap()).await
    }

    #[tokio::test]
    async fn what_is_no_text_is_counted_as_what_becomes_of_it() {
        let connections = Connections::new(2);
        let [others, ours] = [(), ()].map(|()| connections.seat(&mut os_random()).unwrap());
        let taken = others.allowance();
        others.conduct().has_asked();
        // Enough for the same length of text, which counts twice.
        assert!(taken.take(Share::Text, (BUDGET_BYTES - 4 * 32 * KIB) / 2));
        let gathered = |byte: u8| {
            let mut text = GatheredText::new(ours.allowance());
            text.push(&vec![byte; 30 * KIB]).unwrap();
            text.text().map(|text| text.len())
        };
        assert_eq!(gathered(b'x'), Ok(30 * KIB));
        assert_eq!(gathered(0xff), Err(BodyError::Busy));
    }

    #[tokio::test]
    async fn a_form_that_finds_no_memory_is_told_so_at_once_and_others_are_read() {
        let connections = Connections::new(2);
        let [others, ours] = [(), ()].map(|()| connections.seat(&mut os_random()).unwrap());
        let (taken, allowance) = (others.allowance(), ours.allowance());
        others.conduct().has_asked();
        // The frame while it is read, the text, and as much again for what is made of it.
        let left = 4 * 32 * KIB;
        assert!(taken.take(Share::Text, (BUDGET_BYTES - left) / 2));
        let form = |length: usize| format!("description={}", "x".repeat(length));
        assert_eq!(send(&allowance, form(40 * KIB)).await.err(), Some(BodyError::Busy));
        drop(allowance);
        let allowance = ours.allowance();
        let entries = send(&allowance, form(30 * KIB)).await.unwrap();
        assert_eq!(entries.first("description").len(), 30 * KIB);
        // What was read stays counted until its answer is made.
        assert_eq!(send(&allowance, form(30 * KIB)).await.err(), Some(BodyError::Busy));
        drop(allowance);
        assert!(send(&ours.allowance(), form(30 * KIB)).await.is_ok());
    }

    #[test]
    fn what_is_gathered_never_takes_more_than_was_counted() {
        let ours = Connections::new(1).seat(&mut os_random()).unwrap();
        let mut text = GatheredText::new(ours.allowance());
        for length in [1, 2, 3, 100, 1, 1_000, 1, 16 * KIB, 5, 200 * KIB] {
            text.push(&vec![b'x'; length]).unwrap();
            assert!(text.bytes.capacity() <= (text.bytes.len() * 5 / 4).max(SMALLEST));
        }
    }
}
