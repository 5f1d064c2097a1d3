//! What the box keeps, in one SQLite database: all the SQL there is.
//!
//! One thread writes, with as many waiting writes in one commit as there are; many read. Nothing is told to be done before
//! the commit is on the disk. What goes in is sealed already ([`crate::crypto::Sealed`], [`Upload`]).

mod clocks;
mod collect;
mod deliver;
mod maintain;
mod reports;
mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod upload;
mod writer;

pub use clocks::ReportClock;
pub use collect::{CollectionRecord, CopyError, Snapshot};
pub use deliver::{Applied, ApplyError, Delivery};
pub use reports::{AddMessage, AddReport, NewMessage, NewReport, StoredAnswer, StoredMessage, StoredReport};
pub use settings::Settings;
pub use upload::{FinishedUpload, Upload};

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use crate::files;

/// The database's name in the data directory.
pub const DATABASE: &str = "candour.db";

/// Something is wrong with the store. None of a person's input is in it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// No database.
    #[error("there is no box in {}; make one with `candour init`", .0.display())]
    Missing(PathBuf),
    /// There is one already.
    #[error("there is a box in {} already; nothing was changed: give another directory", .0.display())]
    Exists(PathBuf),
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
    #[error("the database is damaged ({0}); stop the box and restore the data directory from a backup")]
    Damaged(String),
    /// Anything else that SQLite says.
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

/// A value in the database is not what was put there.
fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}

/// An open store. Cheap to clone; the last clone dropped stops the writer.
#[derive(Clone)]
pub struct Store {
    writer: writer::Writer,
    readers: Arc<Readers>,
    settings: Arc<Settings>,
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Store {
    /// Makes a box's database in a data directory.
    ///
    /// # Errors
    /// If there is one already or it can't be written.
    pub fn create(directory: &Path, settings: &Settings) -> Result<(), StoreError> {
        let path = directory.join(DATABASE);
        if path.symlink_metadata().is_ok() {
            return Err(StoreError::Exists(directory.to_owned()));
        }
        // Made under another name, so that a box is there whole or not at all.
        let partial = files::partial_path(&path);
        for leftover in ["", "-wal", "-shm"].map(|end| format!("{}{end}", partial.display())) {
            let _ = std::fs::remove_file(leftover);
        }
        let mut connection = schema::open_writer(&partial, true)?;
        schema::migrate(&mut connection)?;
        settings.save(&connection)?;
        // Closing writes the log into the file.
        connection.close().map_err(|(_, error)| error)?;
        files::rename_new(&partial, &path).map_err(|error| StoreError::Sqlite(error.to_string()))
    }

    /// Opens it, brings it to this version's schema, and starts the writer.
    ///
    /// # Errors
    /// If there is none, it is damaged, or it is of a later version.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(DATABASE);
        if !path.is_file() {
            return Err(StoreError::Missing(directory.to_owned()));
        }
        let mut connection = schema::open_writer(&path, false)?;
        schema::migrate(&mut connection)?;
        let settings = Arc::new(Settings::load(&connection)?);
        let readers = Arc::new(Readers { path, idle: Mutex::default() });
        Ok(Self { writer: writer::Writer::start(connection)?, readers, settings })
    }

    /// What was fixed when the box was made.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.readers.path
    }

    /// Queues a write. The answer comes when its commit is on the disk.
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        self.writer.queue(work)
    }

    /// Writes and waits, on a thread that may block.
    fn write_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write(work)?.blocking_recv().map_err(|_| StoreError::Stopped)?
    }

    /// Reads in one transaction, on a thread that may block.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.readers.path)?,
        };
        let transaction = connection.unchecked_transaction()?;
        let result = work(&transaction);
        drop(transaction);
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        result
    }
}
