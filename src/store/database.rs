use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use rusqlite::Connection;

use super::{
    Settings, StoreError,
    fold::begin_folding,
    intake::{IntakeFile, Pending},
    schema,
    slot_records::refuse_cut,
    soundness::{DatabaseFile, look_through_small},
    standing::StoreFiles,
    vault::{Shelf, Vault},
    writer::{self, Engine},
};
use crate::{
    crypto::{SignerRole, VerifyingKey},
    files,
};

/// The database's name in the data directory.
pub const DATABASE: &str = "candour.db";

/// That, and what `SQLite` writes beside it while it is open: the log, without which it is older than it was.
const DATABASE_FILES: [&str; 3] = [DATABASE, "candour.db-wal", "candour.db-shm"];

/// The other files there that the store writes.
pub const VAULT_FILES: [&str; 4] =
    [Shelf::Short.file_name(), Shelf::Long.file_name(), Shelf::Answers.file_name(), IntakeFile::file_name()];

/// An open store: records in `SQLite`, sealed files in the vault, and what came since the last fold in the intake. Cheap
/// to clone; the last clone dropped stops the writer.
#[derive(Clone)]
pub struct Store {
    readers: Arc<ReadConnections>,
    // After those who read: the last connection takes the log away when it is closed.
    writer: writer::Writer,
    settings: Arc<Settings>,
    vault: Arc<Vault>,
    intake: Arc<IntakeFile>,
    pending: Arc<RwLock<Arc<Pending>>>,
    // After every connection: see `StoreFiles`.
    files: Arc<StoreFiles>,
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
        Self::create_with(directory, settings, signers, || Ok(()))
    }

    /// The same, with what has to be there before it is a box.
    ///
    /// # Errors
    /// As [`Store::create`], and those of `beside`.
    pub fn create_with<E: From<StoreError>>(
        directory: &Path,
        settings: &Settings,
        signers: &[VerifyingKey<SignerRole>],
        beside: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let partial = Self::begin_creating(directory, settings, signers).map_err(|error| error.on_disk(directory))?;
        beside()?;
        let named = files::rename_new(&partial, &directory.join(DATABASE));
        Ok(named.map_err(|error| StoreError::Sqlite(error.to_string()))?)
    }

    /// Whether making a box was cut off in a data directory: what is there but the database was left by that.
    #[must_use]
    pub fn is_half_made(directory: &Path) -> bool {
        let path = directory.join(DATABASE);
        path.symlink_metadata().is_err() && files::partial_path(&path).symlink_metadata().is_ok()
    }

    fn begin_creating(
        directory: &Path,
        settings: &Settings,
        signers: &[VerifyingKey<SignerRole>],
    ) -> Result<PathBuf, StoreError> {
        let path = directory.join(DATABASE);
        if path.symlink_metadata().is_ok() {
            return Err(StoreError::Exists(directory.to_owned()));
        }
        // Made under another name, so that a box is there whole or not at all.
        let partial = files::partial_path(&path);
        // What an earlier attempt left may go; what people sent may not.
        let is_left_over = partial.symlink_metadata().is_ok();
        if !is_left_over && VAULT_FILES.iter().any(|name| directory.join(name).symlink_metadata().is_ok()) {
            return Err(StoreError::WithoutRecords(directory.to_owned()));
        }
        for leftover in ["", "-wal", "-shm"].map(|end| format!("{}{end}", partial.display())) {
            let _ = std::fs::remove_file(leftover);
        }
        let mut connection = schema::open_writer(&partial, true)?;
        schema::migrate(&mut connection)?;
        settings.save(&connection)?;
        Settings::add_signers(&connection, signers)?;
        let folded = begin_folding(&connection)?;
        // Closing writes the log into the file.
        connection.close().map_err(|(_, error)| error)?;
        Vault::create(directory)?;
        IntakeFile::create(directory, folded)?;
        Ok(partial)
    }

    /// Opens it and starts the writer.
    ///
    /// # Errors
    /// If there is none, it is damaged, or it is of another version: an earlier one is brought to this one by
    /// [`Store::bring_forward`].
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let store = Self::open_to_save(directory)?;
        store.read(|connection| {
            Shelf::ALL.iter().try_for_each(|shelf| refuse_cut(connection, store.vault.file(*shelf)))
        })?;
        Ok(store)
    }

    /// The same, whatever the vault has lost: to take out of it what is still there.
    ///
    /// # Errors
    /// As [`Store::open`], but for what is lost.
    pub fn open_to_save(directory: &Path) -> Result<Self, StoreError> {
        Self::open_unchecked(directory).map_err(|error| error.on_disk(directory))
    }

    fn open_unchecked(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(DATABASE);
        if !path.is_file() {
            return Err(StoreError::Missing(directory.to_owned()));
        }
        let database = DatabaseFile::open(&path)?;
        let whole = database.look()?;
        let looking = schema::open_to_look(&path, &whole)?;
        schema::refuse_other_version(&looking)?;
        look_through_small(&looking)?;
        drop(looking);
        let connection = schema::open_writer(&path, false)?;
        let settings = Arc::new(Settings::load(&connection)?);
        let files = Arc::new(StoreFiles::of(directory.to_owned(), database, &DATABASE_FILES, &VAULT_FILES)?);
        let (vault, intake) = (Arc::new(Vault::open(directory)?), Arc::new(IntakeFile::open(directory)?));
        let pending = Arc::<RwLock<Arc<Pending>>>::default();
        let (engine_vault, engine_intake) = (Arc::clone(&vault), Arc::clone(&intake));
        let mut engine =
            Engine::new(connection, engine_vault, engine_intake, Arc::clone(&pending), Arc::clone(&files))?;
        match engine.fold() {
            // A full disk keeps nobody from reading; whoever needs it folded tries again.
            Ok(())
            | Err(
                StoreError::Full
                | StoreError::ReadOnly
                | StoreError::Busy
                | StoreError::Disk(_)
                | StoreError::Sqlite(_),
            ) => {}
            Err(error) => return Err(error),
        }
        let readers = Arc::new(ReadConnections { path, idle: Mutex::default() });
        Ok(Self { writer: writer::Writer::start(engine)?, readers, settings, vault, intake, pending, files })
    }

    /// What was fixed when the box was made.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The data directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.readers.path.parent().unwrap_or(Path::new("."))
    }

    pub(super) const fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    pub(super) const fn intake(&self) -> &Arc<IntakeFile> {
        &self.intake
    }

    pub(super) const fn files(&self) -> &Arc<StoreFiles> {
        &self.files
    }

    pub(super) const fn writer(&self) -> &writer::Writer {
        &self.writer
    }

    /// Changes the database and waits, on a thread that may block.
    pub(super) fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.writer.change(work)?.blocking_recv().map_err(|_| StoreError::Stopped)?;
        done.map_err(|error| error.on_disk(self.directory()))
    }

    /// What is done between two commits. Waits, on a thread that may block.
    pub(super) fn upkeep<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Engine) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.writer.upkeep(work)?.blocking_recv().map_err(|_| StoreError::Stopped)?;
        done.map_err(|error| error.on_disk(self.directory()))
    }

    /// What was committed and may not be in the database yet. To be asked for before the database is read: meanwhile it can
    /// only go there, and what is there already is not counted twice.
    pub(super) fn pending(&self) -> Result<Arc<Pending>, StoreError> {
        let pending = Arc::clone(&self.pending.read().unwrap_or_else(PoisonError::into_inner));
        if pending.is_empty() || self.intake.is_own()? {
            return Ok(pending);
        }
        // Another program wrote it: most often to say that all of it was folded.
        Ok(Arc::new(Pending::read(&self.intake.latest()?.body)?))
    }

    /// Asks the records which slots are free, once, before the first is handed out.
    pub(super) fn know_free_slots(&self) -> Result<(), StoreError> {
        if self.vault.is_loaded() {
            return Ok(());
        }
        self.upkeep(|engine| engine.know_free_slots())
    }

    /// Reads everything in one transaction, what is pending too, on a thread that may block.
    pub(super) fn read_all<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.upkeep(Engine::fold)?;
        self.read(work)
    }

    /// Reads the database in one transaction, on a thread that may block.
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
