//! Bodies that are bounded in size, in time and in how much of them waits in memory.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Frame;
use tokio::time::{self, Instant, Sleep};

use super::{Allowance, Share, pace::RATE};
use crate::domain::limits::KIB;

/// How long a body may pause, and how long whoever reads an answer.
pub(super) const PAUSE: Duration = Duration::from_mins(1);
/// How long a body that was refused may pause.
const REFUSED_PAUSE: Duration = Duration::from_secs(2);
/// How long a body may take whatever its size, and how long an answer may take to be read.
/// After that, either must have come to [`RATE`].
pub(super) const AT_ANY_RATE: Duration = Duration::from_mins(10);
/// Bytes that may arrive without a field or a piece of one coming out: part headers that never end would fill the
/// memory.
const UNREAD: usize = 512 * KIB;

/// Bytes of a body that are handed on before it gives way, however many are there.
const IN_ONE_GO: usize = 128 * KIB;

/// Why a body was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It ended early or is not what a form sends.
    Broken,
    /// It is of another type than the form's.
    Type,
    /// It did not arrive in time.
    Slow,
    /// It is more than the limits allow.
    TooLarge,
    /// Others take all the memory that there is for it.
    Busy,
}

/// A body that can't be too large, too slow, or pile up in memory.
pub struct Guarded {
    body: Body,
    left: u64,
    received: u64,
    started: Instant,
    late: Pin<Box<Sleep>>,
    /// Bytes since it gave way: whoever reads until nothing is ready gets so many at a time.
    in_one_go: usize,
    /// Whether nothing more comes.
    has_ended: bool,
    watch: Watch,
}

/// The guard ended the body; [`Watch::cause`] says why.
#[derive(Debug, thiserror::Error)]
#[error("the body was refused")]
pub struct Refused;

/// What is known of a guarded body from outside.
#[derive(Clone)]
pub struct Watch {
    allowance: Allowance,
    unread: Arc<AtomicUsize>,
    cause: Arc<OnceLock<BodyError>>,
}

impl Guarded {
    /// Lets at most that many bytes through. What was not read yet takes of the memory given.
    #[must_use]
    pub fn new(body: Body, limit: u64, allowance: Allowance) -> Self {
        let started = Instant::now();
        let late = Box::pin(time::sleep_until(started + PAUSE));
        let watch = Watch { allowance, unread: Arc::default(), cause: Arc::default() };
        Self { body, left: limit, received: 0, started, late, in_one_go: 0, has_ended: false, watch }
    }

    /// To learn why it ended.
    #[must_use]
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    fn fail(&self, cause: BodyError) -> Poll<Option<Result<Frame<Bytes>, Refused>>> {
        // The first cause stands.
        let _ = self.watch.cause.set(cause);
        Poll::Ready(Some(Err(Refused)))
    }

    /// Lets others have their turn, and goes on after that.
    fn give_way(&mut self, context: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Refused>>> {
        self.in_one_go = 0;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Watch {
    /// Something came out of what was read.
    pub fn progress(&self) {
        let read = self.unread.swap(0, Ordering::Relaxed);
        if read > 0 {
            self.allowance.give_back(Share::Text, read);
        }
    }

    /// Why reading failed: the guard's reason, else that the body is broken.
    #[must_use]
    pub fn cause(&self) -> BodyError {
        self.cause.get().copied().unwrap_or(BodyError::Broken)
    }
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = Refused;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.in_one_go >= IN_ONE_GO {
            return self.give_way(context);
        }
        if self.has_ended {
            return Poll::Ready(None);
        }
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Pending if self.late.as_mut().poll(context).is_ready() => return self.fail(BodyError::Slow),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => {
                self.has_ended = true;
                // Multer looks for more twice before it finds where a form begins. If all of it came in between, with its
                // end, it takes a whole form for one that broke off (https://github.com/rwf2/multer/pull/70). So the end is
                // never told in the same go as what came before it.
                return if self.in_one_go > 0 { self.give_way(context) } else { Poll::Ready(None) };
            }
            Poll::Ready(Some(Err(_))) => return self.fail(BodyError::Broken),
            Poll::Ready(Some(Ok(frame))) => frame,
        };
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(left) = self.left.checked_sub(length as u64) else { return self.fail(BodyError::TooLarge) };
        self.left = left;
        self.received += length as u64;
        // Nobody knows yet what it is a part of.
        if !self.watch.allowance.take(Share::Text, length) {
            return self.fail(BodyError::Busy);
        }
        if self.watch.unread.fetch_add(length, Ordering::Relaxed) + length > UNREAD {
            return self.fail(BodyError::Broken);
        }
        let at_the_latest = self.started + AT_ANY_RATE + Duration::from_secs(self.received / RATE);
        let deadline = at_the_latest.min(Instant::now() + PAUSE);
        self.late.as_mut().reset(deadline);
        self.in_one_go += length;
        Poll::Ready(Some(Ok(frame)))
    }
}

/// Reads a body that was refused, for a while: a browser shows the answer only when it could send everything.
pub fn discard(mut body: Body) {
    let_end(async move { while let Ok(Some(Ok(_))) = time::timeout(REFUSED_PAUSE, body.frame()).await {} });
}

/// Goes on with reading what was refused, for a while.
pub fn let_end(reading: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(time::timeout(PAUSE, reading));
}

#[cfg(test)]
mod tests {
    use axum::{
        extract::{FromRequest, Multipart, Request},
        http::header,
    };

    use super::*;

    /// What a body gives each time it is asked: nothing yet, a piece, or the end.
    struct Scripted(std::vec::IntoIter<Option<&'static str>>);

    impl HttpBody for Scripted {
        type Data = Bytes;
        type Error = Refused;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            match self.0.next() {
                None => Poll::Ready(None),
                Some(Some(piece)) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(piece))))),
                Some(None) => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            }
        }
    }

    async fn fields(script: Vec<Option<&'static str>>) -> Option<Vec<String>> {
        let allowance = Allowance::of(&Request::default());
        let body = Guarded::new(Body::new(Scripted(script.into_iter())), KIB as u64, allowance);
        let request = Request::post("/").header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        let mut form = Multipart::from_request(request.body(Body::new(body)).unwrap(), &()).await.unwrap();
        let mut values = Vec::new();
        while let Some(field) = form.next_field().await.ok()? {
            values.push(field.text().await.ok()?);
        }
        Some(values)
    }

    #[tokio::test]
    async fn a_form_is_whole_at_whatever_moment_its_pieces_and_its_end_come() {
        let pieces = ["--", "b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nval", "ue\r\n--b", "--\r\n"];
        let whole = Some(vec!["value".to_owned()]);
        // Whether it keeps its reader waiting before each piece and before the end.
        for waits in 0..1_u32 << (pieces.len() + 1) {
            let comes = pieces.map(Some).into_iter().chain([None]);
            let script = (0..).zip(comes).flat_map(|(place, piece)| {
                let wait = ((waits >> place) & 1 == 1).then_some(None);
                wait.into_iter().chain(piece.map(Some))
            });
            assert_eq!(fields(script.collect()).await, whole, "{waits:b}");
        }
    }
}
