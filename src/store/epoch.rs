//! The life of the box from one restore to the next, and telling the desk everything once more.

use rusqlite::{Connection, OptionalExtension};

use super::{Settings, Store, StoreError, damaged};
use crate::domain::{Date, Epoch};

impl Store {
    /// Begins an epoch: collections are numbered from 1, and everything is told anew. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn begin_epoch(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.change(move |connection| begin_epoch(connection, &epoch))
    }

    /// Records the day on which a backup was made; nothing finer. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn record_backup(&self, on: Date) -> Result<(), StoreError> {
        self.change(move |connection| {
            let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('backed_up', ?1)";
            connection.execute(sql, [on.to_string().as_bytes()])?;
            Ok(())
        })
    }

    /// The day of the last backup; none if there was none. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn backed_up_on(&self) -> Result<Option<Date>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT value FROM setting WHERE name = 'backed_up'";
            let found: Option<Vec<u8>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
            let day = |bytes: Vec<u8>| String::from_utf8(bytes).ok()?.parse().ok();
            found.map(|bytes| day(bytes).ok_or_else(|| damaged("the day of the last backup"))).transpose()
        })
    }

    /// Has the next collection list every report, with the files of every message that is still here. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn tell_everything(&self) -> Result<(), StoreError> {
        self.change(tell_everything)
    }
}

pub(super) fn begin_epoch(connection: &Connection, epoch: &Epoch) -> Result<(), StoreError> {
    Settings::set_epoch(connection, epoch)?;
    connection.execute("DELETE FROM collection", [])?;
    connection.execute("DELETE FROM collection_part", [])?;
    tell_everything(connection)
}

/// What the desk was known to have counts no more: nobody knows which casebook hears it now.
fn tell_everything(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("INSERT OR IGNORE INTO report_to_tell SELECT id FROM report", [])?;
    let sql = "UPDATE message SET collected = 0, acknowledged_on = NULL, acknowledged_by = NULL WHERE held = 1";
    connection.execute(sql, [])?;
    Ok(())
}
