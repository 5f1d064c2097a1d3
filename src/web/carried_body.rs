//! What goes between a carrier and the box, piece by piece.

use std::{
    fs::File,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{body::HttpBody, extract::Request};
use bytes::{Buf, Bytes};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::{sync::mpsc, task::JoinHandle, time};

use super::carriage::SendingPart;
use crate::{
    crypto::{Hasher, carried_size},
    domain::{
        Digest,
        limits::{CARRIED_DECISIONS_BYTES, CARRY_HEAD_BYTES, KIB},
    },
    http::{
        Allowance,
        body_limits::{Guarded, Watch},
    },
};

/// Bytes of a collection that are read at a time.
const PIECE: usize = 128 * KIB;
/// How long what was refused is read for.
const DISCARDED_WITHIN: Duration = Duration::from_mins(1);
/// How long small decisions may take to be brought, and how many bytes a second larger ones have to come to.
const BROUGHT_WITHIN: Duration = Duration::from_mins(2);
const BROUGHT_RATE: u64 = 16 * KIB as u64;
/// What a part is padded with.
const ZEROS: &[u8] = &[0; PIECE];

/// A request as it arrives.
pub(super) struct CarriedBody {
    body: Guarded,
    watch: Watch,
    /// What came and was not taken yet.
    piece: Bytes,
}

impl CarriedBody {
    /// Of a carrier's request.
    pub(super) fn new(request: Request) -> Self {
        let allowance = Allowance::of(&request);
        let most = carried_size(CARRY_HEAD_BYTES as u64 + CARRIED_DECISIONS_BYTES);
        let body = Guarded::new(request.into_body(), most, allowance);
        let watch = body.watch();
        Self { body, watch, piece: Bytes::new() }
    }

    /// Reads what is left of it and looks at none of it: whoever sends hears an answer when all of it is sent.
    pub(super) fn discard(mut self) {
        let all = async move { while self.next().await.is_some() {} };
        tokio::spawn(time::timeout(DISCARDED_WITHIN, all));
    }

    /// What comes next; none at the end, or if it broke off.
    async fn next(&mut self) -> Option<Bytes> {
        while self.piece.is_empty() {
            let frame = self.body.frame().await?.ok()?;
            self.watch.progress();
            self.piece = frame.into_data().unwrap_or_default();
        }
        Some(std::mem::take(&mut self.piece))
    }

    /// The head alone: nothing more is looked at before its signature held.
    pub(super) async fn head(&mut self) -> Option<Vec<u8>> {
        let mut head = Vec::with_capacity(CARRY_HEAD_BYTES);
        while head.len() < CARRY_HEAD_BYTES {
            let mut piece = self.next().await?;
            head.extend_from_slice(&piece.split_to(piece.len().min(CARRY_HEAD_BYTES - head.len())));
            self.piece = piece;
        }
        Some(head)
    }

    /// Passes so many bytes on, and reads what they are padded with: whoever sends hears an answer when all of it is sent.
    /// Whoever takes far longer than any line does is not waited for, for others want to bring theirs.
    pub(super) async fn pass_on(&mut self, size: u64, to: mpsc::Sender<Bytes>) {
        let within = BROUGHT_WITHIN.max(Duration::from_secs(carried_size(size) / BROUGHT_RATE));
        // What did not come by then is missing, and nothing of it is applied.
        let _ = time::timeout(within, self.pass_all_on(size, to)).await;
    }

    async fn pass_all_on(&mut self, mut size: u64, to: mpsc::Sender<Bytes>) {
        let mut to = Some(to);
        while let Some(mut piece) = self.next().await {
            let length = usize::try_from(size).map_or(piece.len(), |left| left.min(piece.len()));
            piece.truncate(length);
            size -= length as u64;
            let is_read = match &to {
                Some(to) if !piece.is_empty() => to.send(piece).await.is_ok(),
                _ => true,
            };
            if !is_read || size == 0 {
                to = None;
            }
        }
    }
}

/// Decisions as they arrive. What is not what the request named ends in an error, before anything of it is applied.
pub(super) struct ArrivingDecisions {
    arrived: mpsc::Receiver<Bytes>,
    piece: Bytes,
    left: u64,
    sha256: Digest,
    hasher: Option<Hasher>,
}

impl ArrivingDecisions {
    /// So many bytes of that digest, as they arrive.
    pub(super) fn new(arrived: mpsc::Receiver<Bytes>, size: u64, sha256: Digest) -> Self {
        Self { arrived, piece: Bytes::new(), left: size, sha256, hasher: Some(Hasher::default()) }
    }
}

impl Read for ArrivingDecisions {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.left > 0 {
            self.piece = self.arrived.blocking_recv().ok_or(io::ErrorKind::UnexpectedEof)?;
            self.left = self.left.saturating_sub(self.piece.len() as u64);
        }
        let length = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&buffer[..length]);
        }
        if self.left == 0 && self.piece.is_empty() {
            // All of it came: once.
            let digest = self.hasher.take().map(Hasher::finish);
            if digest.is_some_and(|digest| digest != self.sha256) {
                return Err(io::Error::other("it is not what was sent"));
            }
        }
        Ok(length)
    }
}

/// The bytes of a part as they are read from the disk, between what is told of them and what they are padded with.
pub(super) struct PieceBody {
    head: Option<Bytes>,
    file: ReadFile,
    data: u64,
    padding: u64,
    sending: SendingPart,
}

enum ReadFile {
    Rests(File),
    IsRead(JoinHandle<io::Result<(File, Bytes)>>),
    Ended,
}

impl PieceBody {
    /// What is told, and the bytes of a file from where it stands, so many.
    pub(super) fn new(head: Vec<u8>, file: File, data: u64, sending: SendingPart) -> Self {
        let said = head.len() as u64 + data;
        Self { head: Some(head.into()), file: ReadFile::Rests(file), data, padding: carried_size(said) - said, sending }
    }

    /// What leaves last says so: whoever sends this may not ask for more than its length.
    fn leaves(&mut self, piece: Bytes) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.data == 0 && self.padding == 0 {
            self.sending.ended();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        loop {
            match std::mem::replace(&mut self.file, ReadFile::Ended) {
                ReadFile::Ended => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                ReadFile::Rests(mut file) => {
                    let wanted = usize::try_from(self.data).map_or(PIECE, |left| left.min(PIECE));
                    self.file = ReadFile::IsRead(tokio::task::spawn_blocking(move || {
                        let mut piece = vec![0; wanted];
                        file.read_exact(&mut piece)?;
                        Ok((file, piece.into()))
                    }));
                }
                ReadFile::IsRead(mut reading) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(context) else {
                        self.file = ReadFile::IsRead(reading);
                        return Poll::Pending;
                    };
                    let (file, piece) = read.map_err(io::Error::other)??;
                    self.file = ReadFile::Rests(file);
                    self.data -= piece.len() as u64;
                    return Poll::Ready(Ok(piece));
                }
            }
        }
    }
}

impl HttpBody for PieceBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(head) = self.head.take() {
            return self.leaves(head);
        }
        if self.data > 0 {
            let piece = match ready!(self.poll_data(context)) {
                Ok(piece) => piece,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            self.sending.sent(piece.len() as u64);
            return self.leaves(piece);
        }
        if self.padding == 0 {
            return Poll::Ready(None);
        }
        let length = usize::try_from(self.padding).map_or(PIECE, |left| left.min(PIECE));
        self.padding -= length as u64;
        self.leaves(Bytes::from_static(&ZEROS[..length]))
    }

    fn is_end_stream(&self) -> bool {
        self.head.is_none() && self.data == 0 && self.padding == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.head.as_ref().map_or(0, Bytes::len) as u64 + self.data + self.padding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest;

    #[test]
    fn decisions_that_are_not_what_was_signed_end_in_an_error() {
        let read = |pieces: &[&'static [u8]], size, sha256| {
            let (to, arrived) = mpsc::channel(8);
            pieces.iter().for_each(|piece| to.try_send(Bytes::from_static(piece)).unwrap());
            drop(to);
            let mut file = ArrivingDecisions::new(arrived, size, sha256);
            let mut all = Vec::new();
            file.read_to_end(&mut all).map(|_| all)
        };
        assert_eq!(read(&[b"one ", b"two"], 7, digest(b"one two")).unwrap(), b"one two");
        assert!(read(&[b"one ", b"six"], 7, digest(b"one two")).is_err(), "another");
        assert!(read(&[b"one "], 7, digest(b"one two")).is_err(), "cut");
        assert!(read(&[], 0, digest(b"x")).is_err(), "none");
    }

    /// A byte a second, without an end.
    struct Drip(time::Interval);

    impl HttpBody for Drip {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            self.0.poll_tick(context).map(|_| Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_brings_a_byte_a_second_is_not_waited_for() {
        let drip = Drip(time::interval(Duration::from_secs(1)));
        let mut arriving = CarriedBody::new(Request::new(axum::body::Body::new(drip)));
        let (to, mut pieces) = mpsc::channel(1024);
        let begun = time::Instant::now();
        arriving.pass_on(100_000, to).await;
        assert_eq!(begun.elapsed().as_secs(), BROUGHT_WITHIN.as_secs());
        // Nothing more comes, and whoever reads hears that.
        while pieces.recv().await.is_some() {}
    }
}
