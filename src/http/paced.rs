use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    time::{self, Instant, Sleep},
};

use super::{
    body_limits::{AT_ANY_RATE, PAUSE},
    connections::Conduct,
    pace::RATE,
};

/// A connection as it is on the wire, below TLS: how it keeps up is seen here, and whoever does not read is not waited for.
/// Above TLS neither can be seen, for that takes an answer whole.
pub(super) struct Paced<S> {
    stream: S,
    conduct: Arc<Conduct>,
    /// The first byte, until it is read.
    first: Option<u8>,
    /// Bytes that may still be read, while they are bounded.
    readable: Option<usize>,
    /// Bytes that left.
    written: u64,
    /// When the reader first kept something waiting.
    waiting_since: Option<Instant>,
    /// Runs while they do.
    late: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Paced<S> {
    /// Waits for the first byte, with no more memory than for that one.
    ///
    /// # Errors
    /// If none comes.
    pub(super) async fn begin(stream: S, conduct: Arc<Conduct>) -> io::Result<Self> {
        let (first, readable, written, waiting_since, late) = (None, None, 0, None, None);
        let mut begun = Self { stream, conduct, first, readable, written, waiting_since, late };
        begun.first = Some(begun.read_u8().await?);
        Ok(begun)
    }

    /// The first byte, if nothing was read yet.
    #[cfg(feature = "box")]
    pub(super) const fn first(&self) -> Option<u8> {
        self.first
    }

    /// Lets no more than so many bytes be read from now on, or as many as there are.
    #[cfg(feature = "box")]
    pub(super) const fn bound_reading(&mut self, bytes: Option<usize>) {
        self.readable = bytes;
    }

    /// What became of an attempt to write, unless the reader has kept it waiting for too long.
    fn poll_written(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
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

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Paced<S> {
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

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(first) = self.first.take() {
            buffer.put_slice(&[first]);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_pending() {
            self.conduct.pace.waits();
            return Poll::Pending;
        }
        let length = buffer.filled().len() - before;
        self.conduct.pace.moved(length);
        if let Some(readable) = self.readable {
            let Some(left) = readable.checked_sub(length) else {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            };
            self.readable = Some(left);
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;
    use crate::{crypto::os_random, http::connections::Connections};

    async fn paced<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> Paced<S> {
        let seat = Connections::new(1).seat(&mut os_random()).unwrap();
        Paced::begin(stream, Arc::clone(seat.conduct())).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stops_or_dawdles_is_not_waited_for() {
        let page = vec![b'x'; 64 * 1024];
        // One that never reads.
        let (near, mut far) = duplex(1024);
        far.write_u8(0).await.unwrap();
        let mut written = paced(near).await;
        let start = Instant::now();
        let error = written.write_all(&page).await.unwrap_err();
        assert_eq!((error.kind(), start.elapsed().as_secs()), (io::ErrorKind::TimedOut, PAUSE.as_secs()));
        // One that reads a byte in half a minute: never still for long, but slower than any network.
        let (near, mut far) = duplex(1024);
        far.write_u8(0).await.unwrap();
        let dawdler = tokio::spawn(async move {
            while far.read_u8().await.is_ok() {
                time::sleep(PAUSE / 2).await;
            }
        });
        let mut written = paced(near).await;
        let start = Instant::now();
        let error = written.write_all(&page).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let took = start.elapsed();
        assert!((AT_ANY_RATE..AT_ANY_RATE + PAUSE).contains(&took), "{took:?}");
        dawdler.abort();
        // One that is slow and steady gets its page.
        let (near, mut far) = duplex(1024);
        far.write_u8(0).await.unwrap();
        let steady = tokio::spawn(async move {
            let mut read = Vec::new();
            while far.read_buf(&mut read).await.is_ok_and(|length| length > 0) {
                time::sleep(Duration::from_secs(5)).await;
            }
            read.len()
        });
        let mut written = paced(near).await;
        written.write_all(&page).await.unwrap();
        drop(written);
        assert_eq!(steady.await.unwrap(), page.len());
    }
}
