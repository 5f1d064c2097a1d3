use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::{self, Instant, Sleep},
};

use super::{
    body_limits::{AT_ANY_RATE, PAUSE},
    connections::Conduct,
    pace::{GRACE, RATE},
    sockets::SEND_BUFFER,
};
use crate::domain::limits::KIB;

/// Bytes that are read at once of what comes after an answer and is thrown away.
const THROWN_AWAY: usize = 4 * KIB;
/// How long it takes whoever reads slowly to fetch what the kernel still has of an answer.
const LAST_BYTES: Duration = Duration::from_secs(SEND_BUFFER as u64 / RATE);

/// A connection that carries answers of the pages alone, and only as long as someone reads them.
///
/// What the HTTP library can't read, it would answer itself, with none of the headers: such a connection is closed
/// without a word. It serves one request; more after it would have to be told apart.
pub(super) struct Answers<S> {
    stream: S,
    asked: Asked,
    conduct: Arc<Conduct>,
    /// The first byte, until the HTTP library reads it.
    first: Option<u8>,
    /// Whether nothing more comes.
    has_ended: bool,
    /// Bytes that left.
    written: u64,
    /// When the reader first kept an answer waiting.
    waiting_since: Option<Instant>,
    /// Runs while it does.
    late: Option<Pin<Box<Sleep>>>,
}

/// Whether a request came that could be read.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<AtomicBool>);

impl Asked {
    /// There is one, and its answer may leave.
    pub(super) fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Answers<S> {
    pub(super) fn new(stream: S, asked: Asked, conduct: Arc<Conduct>) -> Self {
        let (first, has_ended, written, waiting_since, late) = (None, false, 0, None, None);
        Self { stream, asked, conduct, first, has_ended, written, waiting_since, late }
    }

    /// Waits for the first byte, with no more memory than for that one.
    ///
    /// # Errors
    /// If none comes.
    pub(super) async fn begin(&mut self) -> io::Result<()> {
        let first = self.read_u8().await?;
        self.first = Some(first);
        Ok(())
    }

    /// Waits until whoever asked has closed the connection too. Before that nobody knows whether they have the whole answer:
    /// the system throws away what it still has of it when the connection is closed.
    pub(super) async fn end(&mut self) {
        if self.written == 0 || self.stream.shutdown().await.is_err() {
            return;
        }
        if self.has_ended {
            // They had said before that they send nothing more, and will not say when they have read everything.
            self.conduct.pace.waits();
            time::sleep(GRACE).await;
            return;
        }
        let all = async {
            let mut piece = [0; THROWN_AWAY];
            while self.read(&mut piece).await.is_ok_and(|length| length > 0) {}
        };
        let _ = time::timeout(PAUSE + LAST_BYTES, all).await;
    }

    /// What became of an attempt to write, unless nothing may leave or the reader has kept it waiting for too long.
    fn poll_written(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if !self.asked.0.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        if let Poll::Ready(result) = write(Pin::new(&mut self.stream), context) {
            self.late = None;
            let length = *result.as_ref().unwrap_or(&0);
            self.written += length as u64;
            self.conduct.pace.moved(length);
            return Poll::Ready(result);
        }
        self.conduct.pace.waits();
        let now = Instant::now();
        let since = *self.waiting_since.get_or_insert(now);
        let at_the_latest = since + AT_ANY_RATE + Duration::from_secs(self.written / RATE);
        let deadline = at_the_latest.min(now + PAUSE);
        let late = self.late.get_or_insert_with(|| Box::pin(time::sleep_until(deadline)));
        ready!(late.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Answers<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_written(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_written(context, |stream, context| stream.poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Answers<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Some(first) = self.first.take() {
            buffer.put_slice(&[first]);
            return Poll::Ready(Ok(()));
        }
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_pending() {
            self.conduct.pace.waits();
            return Poll::Pending;
        }
        let length = buffer.filled().len() - before;
        self.conduct.pace.moved(length);
        self.has_ended |= length == 0;
        read
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use crate::{crypto::os_random, http::connections::Connections};

    fn answers<S: AsyncRead + AsyncWrite + Unpin>(stream: S, asked: &Asked) -> Answers<S> {
        let seat = Connections::new(1).seat(&mut os_random()).unwrap();
        Answers::new(stream, asked.clone(), Arc::clone(seat.conduct()))
    }

    #[tokio::test]
    async fn nothing_leaves_before_a_request_could_be_read() {
        let (near, mut far) = duplex(64);
        let asked = Asked::default();
        let mut answering = answers(near, &asked);
        assert!(answering.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.is_err());
        asked.tell();
        answering.write_all(b"page").await.unwrap();
        drop(answering);
        let mut left = String::new();
        far.read_to_string(&mut left).await.unwrap();
        assert_eq!(left, "page");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stops_or_dawdles_is_not_waited_for() {
        let asked = Asked::default();
        asked.tell();
        let page = vec![b'x'; 64 * 1024];
        // One that never reads.
        let (near, _far) = duplex(1024);
        let start = Instant::now();
        let error = answers(near, &asked).write_all(&page).await.unwrap_err();
        assert_eq!((error.kind(), start.elapsed().as_secs()), (io::ErrorKind::TimedOut, PAUSE.as_secs()));
        // One that reads a byte in half a minute: never still for long, but slower than any network.
        let (near, mut far) = duplex(1024);
        let dawdler = tokio::spawn(async move {
            while far.read_u8().await.is_ok() {
                time::sleep(PAUSE / 2).await;
            }
        });
        let start = Instant::now();
        let error = answers(near, &asked).write_all(&page).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let took = start.elapsed();
        assert!((AT_ANY_RATE..AT_ANY_RATE + PAUSE).contains(&took), "{took:?}");
        dawdler.abort();
        // One that is slow and steady gets its page.
        let (near, mut far) = duplex(1024);
        let steady = tokio::spawn(async move {
            let mut read = Vec::new();
            while far.read_buf(&mut read).await.is_ok_and(|length| length > 0) {
                time::sleep(Duration::from_secs(5)).await;
            }
            read.len()
        });
        let mut answering = answers(near, &asked);
        answering.write_all(&page).await.unwrap();
        drop(answering);
        assert_eq!(steady.await.unwrap(), page.len());
    }
}
