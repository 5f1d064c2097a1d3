//! Whether what the store has open is still what lies in its directory: what goes into a file that nobody finds again is
//! lost, though every write succeeds.

use std::{fs::Metadata, io, os::unix::fs::MetadataExt, path::PathBuf};

use rustix::fs::StatVfsMountFlags;

use super::{
    DATABASE, Settings, Store, StoreError, VAULT_FILES, damaged, fold::folded_generation, schema,
    soundness::DatabaseFile, vault::Shelf,
};

/// What `SQLite` writes beside the database while it is open: the log, without which the database is older than it was.
const BESIDE: [&str; 2] = ["candour.db-wal", "candour.db-shm"];

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
    /// Once the database is open.
    pub(super) fn of(directory: PathBuf, database: DatabaseFile) -> io::Result<Self> {
        let names = [DATABASE].into_iter().chain(BESIDE).chain(VAULT_FILES);
        let known = names.map(|name| {
            let found = directory.join(name).symlink_metadata()?;
            let least = if VAULT_FILES.contains(&name) { found.len() } else { 0 };
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

impl Store {
    /// Whether what is sent now would be kept, and could be collected: the files are those that were opened and are whole,
    /// the database is this box's, its disk can be written to and the one thread that writes lives. Reads some pages, writes
    /// nothing. Blocks.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn look(&self) -> Result<(), StoreError> {
        if !self.writer().is_running() {
            return Err(StoreError::Stopped);
        }
        self.files().refuse_changed()?;
        for shelf in [Shelf::Short, Shelf::Long] {
            self.vault().refuse_shorter(shelf)?;
        }
        match rustix::fs::statvfs(self.directory()) {
            Ok(disk) if disk.f_flag.contains(StatVfsMountFlags::RDONLY) => return Err(StoreError::ReadOnly),
            _ => {}
        }
        // What is open already has pages of its own in memory, whatever became of the file.
        let fresh = schema::open_reader(&self.directory().join(DATABASE))?;
        schema::refuse_other_version(&fresh)?;
        let found = Settings::load(&fresh)?;
        if found.box_id != self.settings().box_id {
            return Err(damaged("candour.db was replaced by another box's"));
        }
        self.intake().refuse_older(|| folded_generation(&fresh))
    }
}
