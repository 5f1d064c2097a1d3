//! What one thread opens and another one seals, on its way between them: in a few pieces of memory that go back and
//! forth, so that a file of any size takes as much as these, and that are wiped at the end.

use std::{
    io::{self, BufRead, Read, Write},
    ops::Range,
    sync::mpsc::{self, Receiver, Sender},
};

use zeroize::Zeroizing;

use crate::domain::limits::KIB;

/// Bytes of a piece: two of age's own, for fewer changes between threads.
const PIECE: usize = 128 * KIB;
/// Pieces of one pipe: each side works on one, and neither waits for the other over one or two.
const PIECES: usize = 4;

/// Memory of [`PIECE`] bytes once it was used; wiped when it is dropped.
type PlainPiece = Zeroizing<Vec<u8>>;

/// What goes through.
enum Passed {
    /// So many bytes at the beginning of a piece.
    Filled(PlainPiece, usize),
    Failed(io::Error),
    End,
}

/// The other side has given up; why is for that side to say.
#[derive(Debug, thiserror::Error)]
#[error("the other side of the pipe gave up")]
struct GivenUp;

/// A pipe between two threads. It holds a few pieces and then makes the writer wait.
#[must_use]
pub fn pipe() -> (PipeWriter, PipeReader) {
    let (to_reader, from_writer) = mpsc::channel();
    let (to_writer, from_reader) = mpsc::channel();
    for _ in 0..PIECES {
        // Empty: memory is taken for those that are needed. The other end is here, so this can't fail.
        let _ = to_writer.send(PlainPiece::default());
    }
    let writer = PipeWriter { to_reader, from_reader, piece: None };
    (writer, PipeReader { from_writer, to_writer, piece: PlainPiece::default(), unread: 0..0, ended: false })
}

/// Whether an error of either end says only that the other side gave up.
#[must_use]
pub fn is_given_up(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<GivenUp>())
}

fn given_up() -> io::Error {
    io::Error::other(GivenUp)
}

/// The end that is written to. Dropped without [`PipeWriter::finish`], it has given up, and the reader is told.
pub struct PipeWriter {
    to_reader: Sender<Passed>,
    from_reader: Receiver<PlainPiece>,
    /// What is being filled, and how far; never full.
    piece: Option<(PlainPiece, usize)>,
}

impl PipeWriter {
    /// All of it was written.
    ///
    /// # Errors
    /// If the reader gave up.
    pub fn finish(mut self) -> io::Result<()> {
        self.pass_filled()?;
        self.pass(Passed::End)
    }

    /// Passes on all that can be read, and that it ended or failed. If the reader gives up, so does this.
    pub fn pass_on(mut self, mut input: impl Read) {
        let outcome = loop {
            match self.fill(|room| input.read(room)) {
                Ok(0) => break Passed::End,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_given_up(&error) => return,
                Err(error) => break Passed::Failed(error),
            }
        };
        // Whoever gave up does not have to be told.
        let _ = self.pass_filled().and_then(|()| self.pass(outcome));
    }

    /// Has the room that is left in a piece filled, and passes that on once it is full. Gives how many bytes came.
    fn fill(&mut self, with: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        let (piece, filled) = match &mut self.piece {
            Some(begun) => begun,
            none => {
                let mut piece = self.from_reader.recv().map_err(|_| given_up())?;
                // From nothing to its size at once, so it is never moved.
                piece.resize(PIECE, 0);
                none.insert((piece, 0))
            }
        };
        let came = with(&mut piece[*filled..])?;
        *filled += came;
        if *filled == PIECE {
            self.pass_filled()?;
        }
        Ok(came)
    }

    fn pass_filled(&mut self) -> io::Result<()> {
        self.piece.take().map_or(Ok(()), |(piece, filled)| self.pass(Passed::Filled(piece, filled)))
    }

    fn pass(&self, passed: Passed) -> io::Result<()> {
        self.to_reader.send(passed).map_err(|_| given_up())
    }
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.fill(|room| {
            let taken = bytes.len().min(room.len());
            room[..taken].copy_from_slice(&bytes[..taken]);
            Ok(taken)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end that is read from. It ends where the writer finished; if that one gave up, reading fails.
pub struct PipeReader {
    from_writer: Receiver<Passed>,
    to_writer: Sender<PlainPiece>,
    /// What is being read, and which of its bytes are still to be.
    piece: PlainPiece,
    unread: Range<usize>,
    ended: bool,
}

impl BufRead for PipeReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.unread.is_empty() && !self.ended {
            match self.from_writer.recv() {
                Ok(Passed::Filled(next, filled)) => {
                    self.unread = 0..filled;
                    let before = std::mem::replace(&mut self.piece, next);
                    // The first is none of the writer's. A writer that has ended needs none.
                    if !before.is_empty() {
                        let _ = self.to_writer.send(before);
                    }
                }
                Ok(Passed::End) => self.ended = true,
                Ok(Passed::Failed(error)) => return Err(error),
                Err(_) => return Err(given_up()),
            }
        }
        Ok(&self.piece[self.unread.clone()])
    }

    fn consume(&mut self, amount: usize) {
        self.unread.start = self.unread.end.min(self.unread.start + amount);
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let taken = there.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&there[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Reads so many bytes, and then fails.
    struct Failing(usize);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let read = self.0.min(buffer.len());
            self.0 -= read;
            buffer[..read].fill(7);
            Ok(read)
        }
    }

    fn sample(length: usize) -> Vec<u8> {
        (0..length).map(|place| (place % 251).to_le_bytes()[0]).collect()
    }

    #[test]
    fn what_is_written_is_read_whole_and_in_order() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECES * PIECE + 5] {
            let all = sample(length);
            let (mut writer, mut reader) = pipe();
            let (written, read) = thread::scope(|scope| {
                let writing = scope.spawn(|| {
                    all.chunks(70_001).try_for_each(|part| writer.write_all(part)).and_then(|()| writer.finish())
                });
                let mut read = Vec::new();
                reader.read_to_end(&mut read).unwrap();
                (writing.join().unwrap(), read)
            });
            written.unwrap();
            assert!(read == all, "{length}");
            assert_eq!(reader.read(&mut [0]).unwrap(), 0, "the end stays the end");

            let (writer, mut reader) = pipe();
            let mut read = Vec::new();
            thread::scope(|scope| {
                scope.spawn(|| writer.pass_on(all.as_slice()));
                reader.read_to_end(&mut read).unwrap();
            });
            assert!(read == all, "{length}");
        }
    }

    #[test]
    fn the_writer_waits_and_no_more_memory_is_taken() {
        let (mut writer, mut reader) = pipe();
        // All that there is room for, with nobody reading.
        writer.write_all(&vec![1; PIECES * PIECE]).unwrap();
        for _ in 0..PIECES - 1 {
            reader.fill_buf().unwrap();
            reader.consume(PIECE);
        }
        // Those that were read are those that are filled next.
        let back: Vec<_> = writer.from_reader.try_iter().map(|piece| piece.len()).collect();
        assert_eq!(back, vec![PIECE; PIECES - 2]);
    }

    #[test]
    fn why_reading_failed_is_told_after_what_was_read() {
        let (writer, mut reader) = pipe();
        thread::scope(|scope| {
            scope.spawn(|| writer.pass_on(Failing(PIECE + 3)));
            let mut read = Vec::new();
            let error = reader.read_to_end(&mut read).unwrap_err();
            assert_eq!((error.kind(), read), (io::ErrorKind::InvalidData, vec![7; PIECE + 3]));
            assert!(!is_given_up(&error));
        });
    }

    #[test]
    fn whoever_is_left_alone_is_told_and_waits_for_nobody() {
        let (mut writer, mut reader) = pipe();
        writer.write_all(b"half").unwrap();
        drop(writer);
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(is_given_up(&error), "what was not finished is not whole: {error}");

        let (mut writer, reader) = pipe();
        drop(reader);
        let error = writer.write_all(&vec![0; (PIECES + 1) * PIECE]).unwrap_err();
        assert!(is_given_up(&error), "{error}");
        assert!(writer.finish().is_err());
        let (writer, reader) = pipe();
        drop(reader);
        // It ends, though what it reads does not.
        writer.pass_on(io::repeat(0));
    }
}
