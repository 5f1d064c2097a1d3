//! Knowing whether the store is well.

use rustix::fs::StatVfsMountFlags;

use super::{
    DATABASE, DamagedFile, Settings, Store, StoreError, damaged, fold::folded_generation, schema, vault::Shelf,
    writer::Engine,
};
use crate::domain::limits::MIB;

/// Bytes of disk that records may need before the vault's free slots count.
const RECORDS_NEED: u64 = 64 * MIB as u64;

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

    /// Whether a write would reach the disk now. Blocks.
    ///
    /// # Errors
    /// Why it would not.
    pub fn probe(&self) -> Result<(), StoreError> {
        self.change(|connection| {
            // SQLite writes no row that stays as it was; this number it writes whatever it is.
            let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok(connection.pragma_update(None, "user_version", version)?)
        })?;
        self.upkeep(Engine::write_again)
    }

    /// Bytes that are free for the box, on the disk and in the vault.
    ///
    /// # Errors
    /// If it can't be told.
    pub fn free_bytes(&self) -> Result<u64, StoreError> {
        let disk = rustix::fs::statvfs(self.directory())
            .map_err(|_| StoreError::Sqlite("its disk does not say how much of it is free".into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        // Records and their log need some of the disk itself.
        Ok(if free < RECORDS_NEED { free } else { free.saturating_add(self.vault().free_bytes()) })
    }

    /// Bytes of slots that files take which belong to no message: they are arriving, or about to be committed.
    #[must_use]
    pub fn arriving_bytes(&self) -> u64 {
        self.vault().arriving()
    }

    /// `SQLite`'s own check of every page and every reference. Blocks.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_integrity(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if verdict != "ok" {
                return Err(damaged("SQLite's integrity check fails"));
            }
            let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
            if statement.exists([])? { Err(damaged("a row belongs to nothing")) } else { Ok(()) }
        })
    }

    /// Reads every sealed file and compares it with what was stored: those that are damaged, a message's once. Blocks.
    ///
    /// # Errors
    /// If it can't be told.
    pub fn damaged_files(&self) -> Result<Vec<DamagedFile>, StoreError> {
        self.snapshot(|snapshot| {
            let (mut lost, mut after) = (Vec::new(), None);
            while let Some(mut report) = snapshot.report_after(after)? {
                after = report.last().map(|entry| entry.id);
                snapshot.leave_out_damaged(&mut report, &mut lost)?;
            }
            Ok(lost)
        })
    }
}
