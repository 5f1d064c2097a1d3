use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Settings, StoreError, schema, writer};
use crate::{
    crypto::{SignerRole, VerifyingKey},
    files,
};

/// The database's name in the data directory.
pub const DATABASE: &str = "candour.db";

/// An open store. Cheap to clone; the last clone dropped stops the writer.
#[derive(Clone)]
pub struct Store {
    writer: writer::Writer,
    readers: Arc<ReadConnections>,
    settings: Arc<Settings>,
}

struct ReadConnections {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Store {
    /// Makes a box's database in a data directory.
    ///
    /// # Errors
    /// If there is one already or it can't be written.
    pub fn create(
        directory: &Path,
        settings: &Settings,
        signers: &[VerifyingKey<SignerRole>],
    ) -> Result<(), StoreError> {
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
        Settings::add_signers(&connection, signers)?;
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
        let readers = Arc::new(ReadConnections { path, idle: Mutex::default() });
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
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        self.writer.queue(work)
    }

    /// Writes and waits, on a thread that may block.
    pub(super) fn write_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write(work)?.blocking_recv().map_err(|_| StoreError::Stopped)?
    }

    /// Reads in one transaction, on a thread that may block.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
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
