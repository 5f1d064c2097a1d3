//! Keeping the database clean, and knowing whether it is well.

use std::path::Path;

use rusqlite::Connection;

use super::{
    Store, StoreError, damaged,
    deliver::{delete_files, remove_withdrawn},
    schema,
};
use crate::domain::Date;

impl Store {
    /// Removes what broken uploads left. Only when no upload is under way: at the start. Gives the rows removed.
    /// Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn sweep(&self) -> Result<usize, StoreError> {
        self.write_blocking(|connection| {
            Ok(connection.execute("DELETE FROM chunk WHERE file NOT IN (SELECT id FROM file)", [])?)
        })
    }

    /// Deletes what decisions said the desk has, once so many days are over since. Gives how many messages. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn forget_acknowledged(&self, today: Date, days: u32) -> Result<usize, StoreError> {
        let Ok(until) = today.checked_sub(jiff::Span::new().days(days)) else { return Ok(0) };
        let deleted = self.write_blocking(move |connection| {
            let told = "acknowledged_on IS NOT NULL AND acknowledged_on <= ?1";
            let deleted = delete_files(connection, told, (until.to_string(),))?;
            remove_withdrawn(connection)?;
            Ok(deleted)
        })?;
        if deleted > 0 {
            self.truncate_log()?;
        }
        Ok(deleted)
    }

    /// Writes the whole database anew in the order of its random keys, so that the places of pages in the file no
    /// longer say in which order reports came, and cuts the log. Blocks, and holds the database for as long as it
    /// takes.
    ///
    /// # Errors
    /// If there is no room for a second copy, or another command is using the database.
    pub fn rewrite(&self) -> Result<(), StoreError> {
        let connection = schema::open_writer(self.path(), false)?;
        // A copy as large as the database does not belong in memory, and goes to no shared directory: SQLite removes
        // the name of its temporary file as soon as it has opened it.
        let directory = self.path().parent().unwrap_or(Path::new("."));
        connection.pragma_update(None, "temp_store_directory", directory.to_string_lossy())?;
        connection.pragma_update(None, "temp_store", "FILE")?;
        connection.execute_batch("VACUUM")?;
        truncate_log(&connection)
    }

    /// Writes the log into the database and cuts it to nothing, so that what was deleted stands in neither. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn truncate_log(&self) -> Result<(), StoreError> {
        // Not on the writer's connection: that is always inside a transaction while it works.
        truncate_log(&schema::open_writer(self.path(), false)?)
    }

    /// Whether a write would reach the disk now. Blocks.
    ///
    /// # Errors
    /// Why it would not.
    pub fn probe(&self) -> Result<(), StoreError> {
        self.write_blocking(|connection| {
            // SQLite writes no row that stays as it was; this number it writes whatever it is.
            let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok(connection.pragma_update(None, "user_version", version)?)
        })
    }

    /// Bytes of the disk that are free for the box. Blocks.
    ///
    /// # Errors
    /// If it can't be told.
    pub fn free_bytes(&self) -> Result<u64, StoreError> {
        let disk = rustix::fs::statvfs(self.path())
            .map_err(|_| StoreError::Sqlite("its disk does not say how much of it is free".into()))?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
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
}

fn truncate_log(connection: &Connection) -> Result<(), StoreError> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(StoreError::from)
}
