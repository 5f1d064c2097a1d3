use std::{
    collections::VecDeque,
    io::{self, Write},
};

use tokio::sync::oneshot;

use super::{Store, StoreError};
use crate::{
    crypto::{Hasher, frame, os_random},
    domain::{Digest, FileId, limits::CHUNK_BYTES},
};

/// Sealed bytes in one row: a row of [`CHUNK_BYTES`] less the four that say how many are true.
const ROW: usize = CHUNK_BYTES - 4;
/// Rows that may be on their way to the disk while the next is being filled.
const IN_FLIGHT: usize = 2;

/// A sealed file on its way into the store. Unreachable until a message names it; dropped before, it is removed.
///
/// It is written on a thread that may block.
pub struct Upload {
    store: Store,
    id: FileId,
    row: Vec<u8>,
    place: i64,
    size: u64,
    hasher: Hasher,
    in_flight: VecDeque<oneshot::Receiver<Result<(), StoreError>>>,
    linked: bool,
}

/// A file that is whole in the store, for [`Store::add_report`] and [`Store::add_message`] to link.
pub struct FinishedUpload {
    upload: Upload,
    sha256: Digest,
}

impl Store {
    /// Begins a sealed file.
    #[must_use]
    pub fn upload(&self) -> Upload {
        Upload {
            store: self.clone(),
            id: FileId::random(&mut os_random()),
            row: Vec::with_capacity(ROW),
            place: 0,
            size: 0,
            hasher: Hasher::default(),
            in_flight: VecDeque::new(),
            linked: false,
        }
    }
}

impl Upload {
    /// The last row, and the word that all rows are on the disk.
    ///
    /// # Errors
    /// If any of them could not be written.
    pub fn finish(mut self) -> Result<FinishedUpload, StoreError> {
        if !self.row.is_empty() {
            self.send_row()?;
        }
        while let Some(row) = self.in_flight.pop_front() {
            row.blocking_recv().map_err(|_| StoreError::Stopped)??;
        }
        let sha256 = std::mem::take(&mut self.hasher).finish();
        Ok(FinishedUpload { upload: self, sha256 })
    }

    fn send_row(&mut self) -> Result<(), StoreError> {
        let data = frame(&self.row);
        self.row.clear();
        let (id, place) = (self.id, self.place);
        self.place += 1;
        let row = self.store.write(move |connection| {
            connection
                .prepare_cached("INSERT INTO chunk (file, place, data) VALUES (?1, ?2, ?3)")?
                .execute((id.0, place, data))?;
            Ok(())
        })?;
        self.in_flight.push_back(row);
        while self.in_flight.len() > IN_FLIGHT {
            if let Some(oldest) = self.in_flight.pop_front() {
                oldest.blocking_recv().map_err(|_| StoreError::Stopped)??;
            }
        }
        Ok(())
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(ROW - self.row.len());
        self.row.extend_from_slice(&bytes[..taken]);
        self.hasher.update(&bytes[..taken]);
        self.size += taken as u64;
        if self.row.len() == ROW {
            self.send_row().map_err(io::Error::other)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.linked && self.place > 0 {
            let id = self.id;
            // If this can't be done now, the sweep at the next start does it.
            let _ = self.store.write(move |connection| {
                connection.execute("DELETE FROM chunk WHERE file = ?1", [id.0])?;
                Ok(())
            });
        }
    }
}

impl FinishedUpload {
    /// Its random name.
    pub(super) const fn id(&self) -> FileId {
        self.upload.id
    }

    /// Rows in it.
    pub(super) const fn rows(&self) -> i64 {
        self.upload.place
    }

    /// Bytes of the sealed file.
    pub(super) const fn size(&self) -> u64 {
        self.upload.size
    }

    /// SHA-256 of the sealed file.
    pub(super) const fn sha256(&self) -> Digest {
        self.sha256
    }

    /// A message names it now, so it stays.
    pub(super) fn keep(mut self) {
        self.upload.linked = true;
    }
}
