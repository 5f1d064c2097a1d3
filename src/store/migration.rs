//! Bringing a box of an earlier version to this one, once whoever does it could go back.

use std::path::Path;

use super::{DATABASE, Store, StoreError, epoch::read_last_backup, schema, soundness::DatabaseFile, vault::Vault};
use crate::domain::Date;

/// How many days old a backup may be that a box is brought forward after.
const BACKUP_DAYS: i32 = 1;

impl Store {
    /// Brings the database in a data directory to this version, if it is of an earlier one. Each step is one transaction: cut
    /// off in between it is as before. What is not there or not sound is left to [`Store::open`]. Blocks.
    ///
    /// # Errors
    /// If a program of the version before uses it, there is no backup of that day or the one before, or it can't be
    /// written; then nothing was changed.
    pub fn bring_forward(directory: &Path, today: Date) -> Result<(), StoreError> {
        bring_forward(directory, today).map_err(|error| error.on_disk(directory))
    }
}

fn bring_forward(directory: &Path, today: Date) -> Result<(), StoreError> {
    let path = directory.join(DATABASE);
    if !path.is_file() {
        return Ok(());
    }
    // Closed last: see `DatabaseFile`.
    let database = DatabaseFile::open(&path)?;
    let whole = database.look()?;
    if !(1..schema::known()).contains(&whole.version) {
        return Ok(());
    }
    let looking = schema::open_to_look(&path, &whole)?;
    let backed_up = read_last_backup(&looking)?.map(|(day, _)| day);
    drop(looking);
    if !backed_up.is_some_and(|day| today.since(day).is_ok_and(|span| (0..=BACKUP_DAYS).contains(&span.get_days()))) {
        return Err(StoreError::NotBackedUp);
    }
    let vault = Vault::open(directory)?;
    let (Some(_serving), Some(_reading)) = (vault.may_serve()?, vault.may_wipe()?) else {
        return Err(StoreError::EarlierRuns);
    };
    let mut connection = schema::open_writer(&path, false)?;
    schema::migrate(&mut connection)?;
    // Closing writes the log into the file, while the locks are held.
    connection.close().map_err(|(_, error)| error.into())
}
