use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

/// Something is wrong with the store. None of a person's input is in it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// No database.
    #[error("there is no box in {}; make one with `candour init`", .0.display())]
    Missing(PathBuf),
    /// There is one already.
    #[error("there is a box in {} already; nothing was changed: give another directory", .0.display())]
    Exists(PathBuf),
    /// Sealed files without the database that says whose they are.
    #[error("what people sent lies in {}, and candour.db is not there; nothing was changed: restore the box from its backup with `candour restore` into an empty directory, or give another one", .0.display())]
    WithoutRecords(PathBuf),
    /// Not enough room.
    #[error("the disk is full; free some space")]
    Full,
    /// Another process holds it for too long.
    #[error("the database is in use by another command; run this one again when that has finished")]
    Busy,
    /// Made by a later version.
    #[error("the database is of a later version ({found}, this one knows {known}); use the newer candour")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// What is in it can't be right.
    #[error("the data directory is damaged ({0}); stop the box, and restore it from its backup with `candour restore`")]
    Damaged(String),
    /// Reading or writing the vault or the intake.
    #[error("the data directory can't be used: {0}; run `candour check`")]
    Disk(String),
    /// Files that are still arriving take all the room that is set aside for them.
    #[error("files that are still arriving take all the room that they may")]
    Arriving,
    /// Anything else that `SQLite` says.
    #[error("the database can't be used: {0}; run `candour check`")]
    Sqlite(String),
    /// The writer has stopped.
    #[error("the store has stopped; start the box again")]
    Stopped,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged("SQLite can't read it".into()),
            Some(_) => match &error {
                // Only SQLite's own words: rusqlite's may hold a statement.
                rusqlite::Error::SqliteFailure(code, _) => {
                    Self::Sqlite(rusqlite::ffi::code_to_str(code.extended_code).to_owned())
                }
                _ => Self::Sqlite("a statement failed".into()),
            },
            None => Self::Damaged("a value is not of its kind".into()),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Damaged("a file of it is missing".to_owned()),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            // Only the system's own words.
            _ => Self::Disk(error.raw_os_error().map_or_else(
                || "a part of it is missing".to_owned(),
                |code| io::Error::from_raw_os_error(code).to_string(),
            )),
        }
    }
}

/// Copying a file out of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// On the store's side.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// On the other side.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// A value in the database is not what was put there.
pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}
