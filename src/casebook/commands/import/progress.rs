//! How far an import has come.

use std::{
    fs::File,
    io::{self, Read},
    sync::atomic::{AtomicU64, Ordering},
};

/// How far an import has come, for whoever waits.
#[derive(Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Bytes of the collection that were read, and all of them.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

/// A collection's file that counts what is read of it.
pub(super) struct CountedRead<'a> {
    input: File,
    progress: &'a Progress,
}

impl<'a> CountedRead<'a> {
    /// Of a file of that many bytes.
    pub(super) fn new(input: File, length: u64, progress: &'a Progress) -> Self {
        progress.total.store(length, Ordering::Relaxed);
        Self { input, progress }
    }
}

impl Read for CountedRead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.progress.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
