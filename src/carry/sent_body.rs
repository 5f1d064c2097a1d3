use std::{
    fs::File,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// Bytes that are sent at a time.
const PIECE: usize = 128 * 1024;
/// Pieces that wait in memory to be sent.
const WAITING: usize = 4;

/// The body of a request, of a length that is known before.
pub(super) struct SentBody {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
}

impl SentBody {
    /// A few bytes.
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        let left = bytes.len() as u64;
        let (to, pieces) = mpsc::channel(1);
        // There is room for one.
        let _ = to.try_send(Ok(bytes.into()));
        Self { pieces, left }
    }

    /// A head, a file after it, and zeros up to a length.
    pub(super) fn with_file(head: Vec<u8>, file: File, length: u64) -> Self {
        let (to, pieces) = mpsc::channel(WAITING);
        let mut rest = length;
        let mut all = io::Cursor::new(head).chain(file).chain(io::repeat(0));
        tokio::task::spawn_blocking(move || {
            while rest > 0 {
                let mut piece = vec![0; usize::try_from(rest).map_or(PIECE, |rest| rest.min(PIECE))];
                let read = all.read(&mut piece);
                let piece = read.map(|read| {
                    piece.truncate(read);
                    rest -= read as u64;
                    Bytes::from(piece)
                });
                let failed = piece.is_err();
                // Whoever has enough lets go of the other end.
                if to.blocking_send(piece).is_err() || failed {
                    return;
                }
            }
        });
        Self { pieces, left: length }
    }
}

impl Body for SentBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(context).map(|piece| {
            let piece = piece?;
            if let Ok(piece) = &piece {
                self.left = self.left.saturating_sub(piece.len() as u64);
            }
            Some(piece.map(Frame::data))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
