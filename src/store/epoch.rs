//! The life of the box from one restore to the next, and telling the desk everything once more.

use rusqlite::{Connection, OptionalExtension};

use super::{Settings, Store, StoreError, damaged};
use crate::domain::{Date, Digest, Epoch};

impl Store {
    /// Begins an epoch: collections are numbered from 1, and everything is told anew. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn begin_epoch(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.change(move |connection| begin_epoch(connection, &epoch))
    }

    /// Records the day on which a backup was made, nothing finer; and what its file is told by, until it has its name. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn record_backup(&self, on: Date, file: Option<Digest>) -> Result<(), StoreError> {
        self.change(move |connection| {
            let written = file.map_or_else(|| on.to_string(), |file| format!("{on} {file}"));
            let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('backed_up', ?1)";
            connection.execute(sql, [written.as_bytes()])?;
            Ok(())
        })
    }

    /// The day of the last backup, and what its file is told by if it may not have its name yet; none if there was none.
    /// Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn last_backup(&self) -> Result<Option<(Date, Option<Digest>)>, StoreError> {
        self.read(read_last_backup)
    }

    /// The day of the last backup; none if there was none. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn backed_up_on(&self) -> Result<Option<Date>, StoreError> {
        Ok(self.last_backup()?.map(|(on, _)| on))
    }

    /// Has the next collection list every report, with the files of every message that is still here. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn tell_everything(&self) -> Result<(), StoreError> {
        self.change(tell_everything)
    }
}

/// As every version has kept it.
pub(super) fn read_last_backup(connection: &Connection) -> Result<Option<(Date, Option<Digest>)>, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = 'backed_up'";
    let found: Option<Vec<u8>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    let parsed = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).ok()?;
        Some(match text.split_once(' ') {
            Some((day, file)) => (day.parse().ok()?, Some(file.parse().ok()?)),
            None => (text.parse().ok()?, None),
        })
    };
    found.map(|bytes| parsed(bytes).ok_or_else(|| damaged("the day of the last backup"))).transpose()
}

pub(super) fn begin_epoch(connection: &Connection, epoch: &Epoch) -> Result<(), StoreError> {
    Settings::set_epoch(connection, epoch)?;
    connection.execute("DELETE FROM collection", [])?;
    connection.execute("DELETE FROM collection_part", [])?;
    // Nothing of this epoch lies ready, and nobody took any of it with them.
    connection.execute("DELETE FROM setting WHERE name = 'ready'", [])?;
    connection.execute("DELETE FROM last_day WHERE what = 'fetched'", [])?;
    tell_everything(connection)
}

/// What the desk was known to have counts no more: nobody knows which casebook hears it now.
fn tell_everything(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("INSERT OR IGNORE INTO report_to_tell SELECT id FROM report", [])?;
    let sql = "UPDATE message SET collected = 0, acknowledged_on = NULL, acknowledged_by = NULL WHERE held = 1";
    connection.execute(sql, [])?;
    Ok(())
}
