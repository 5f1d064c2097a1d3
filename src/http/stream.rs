use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    time,
};

use super::{
    body_limits::PAUSE,
    connections::Conduct,
    pace::{GRACE, RATE},
    sockets::SEND_BUFFER,
};
use crate::domain::limits::KIB;

/// Bytes that are read at once of what comes after an answer and is thrown away.
const THROWN_AWAY: usize = 4 * KIB;
/// How long it takes whoever reads slowly to fetch what the kernel still has of an answer.
const LAST_BYTES: Duration = Duration::from_secs(SEND_BUFFER as u64 / RATE);

/// A connection that carries answers of the pages alone.
///
/// What the HTTP library can't read, it would answer itself, with none of the headers: such a connection is closed
/// without a word. It serves one request; more after it would have to be told apart.
pub(super) struct Answers<S> {
    stream: S,
    asked: Asked,
    conduct: Arc<Conduct>,
    /// Whether nothing more comes.
    has_ended: bool,
    /// Whether any of an answer left.
    has_answered: bool,
}

/// Whether a request came that could be read.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<AtomicBool>);

impl Asked {
    /// There is one, and its answer may leave.
    pub(super) fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether there is one; else the connection is at its end.
    fn told(&self) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Answers<S> {
    pub(super) const fn new(stream: S, asked: Asked, conduct: Arc<Conduct>) -> Self {
        Self { stream, asked, conduct, has_ended: false, has_answered: false }
    }

    /// Waits until whoever asked has closed the connection too. Before that nobody knows whether they have the whole answer:
    /// the system throws away what it still has of it when the connection is closed.
    pub(super) async fn end(&mut self) {
        if !self.has_answered || self.stream.shutdown().await.is_err() {
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
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Answers<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.asked.told()?;
        self.has_answered = true;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.asked.told()?;
        self.has_answered = true;
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
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
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.has_ended |= read.is_ready() && buffer.filled().len() == before;
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
}
