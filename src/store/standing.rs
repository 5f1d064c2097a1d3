//! Whether what the store has open is still what lies in its directory: what goes into a file that nobody finds again is
//! lost, though every write succeeds.

use std::{fs::Metadata, io, os::unix::fs::MetadataExt, path::PathBuf};

use super::{StoreError, damaged, soundness::DatabaseFile};

/// The files of an open store, as they were when it was opened.
pub(super) struct StoreFiles {
    directory: PathBuf,
    database: DatabaseFile,
    known: Vec<KnownFile>,
}

struct KnownFile {
    name: &'static str,
    device: u64,
    inode: u64,
    /// Bytes that it had: none ever gets shorter but the database, which says itself how long it is, and its log.
    least: u64,
}

impl StoreFiles {
    /// Once the database is open: its own file, with what `SQLite` writes beside it, and those that never get shorter.
    pub(super) fn of(
        directory: PathBuf,
        database: DatabaseFile,
        of_database: &[&'static str],
        others: &[&'static str],
    ) -> io::Result<Self> {
        let known = of_database.iter().chain(others).map(|name| {
            let found = directory.join(name).symlink_metadata()?;
            let least = if others.contains(name) { found.len() } else { 0 };
            Ok(KnownFile { name, device: found.dev(), inode: found.ino(), least })
        });
        let known = known.collect::<io::Result<_>>()?;
        Ok(Self { directory, database, known })
    }

    /// Refuses files that are not those that are open, or that were cut. Some microseconds.
    pub(super) fn refuse_changed(&self) -> Result<(), StoreError> {
        for known in &self.known {
            let found = self.directory.join(known.name).symlink_metadata();
            if let Some(what) = known.what_became_of_it(found) {
                return Err(damaged(&format!("{} {what} while it was in use", known.name)));
            }
        }
        self.database.refuse_cut()
    }
}

impl KnownFile {
    fn what_became_of_it(&self, found: io::Result<Metadata>) -> Option<&'static str> {
        match found {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some("was removed"),
            Err(_) => Some("went out of reach"),
            Ok(found) if (found.dev(), found.ino()) != (self.device, self.inode) => Some("was replaced"),
            Ok(found) if found.len() < self.least => Some("was cut off"),
            Ok(_) => None,
        }
    }
}
