//! What the store does on a timer, whatever comes or does not come: so that when it is done tells nothing.

use std::{
    fs::File,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use rustix::{
    fs::{AtFlags, CWD, Timespec, Timestamps, utimensat},
    io::Errno,
};

use super::{
    Budget, DATABASE, Store, StoreError, VAULT_FILES, damaged,
    intake::PendingMessage,
    removal::REMOVED,
    schema::MAYBE_SHORT,
    slot_records::{free_slots, release, unwiped},
    vault::Shelf,
    writer::Engine,
};
use crate::domain::{Date, limits::MIB};

/// Bytes of a database that is written anew in the order of its random keys whenever it was changed. In a larger one the
/// pages are so many that the order of the keys alone hides that of the changes.
const REWRITE_BYTES: u64 = 2 * MIB as u64;
/// Bytes of a database that is written anew once a report was removed from it: some 100,000 reports, in about a second for
/// which whoever sends waits.
const SCRUB_BYTES: u64 = 64 * MIB as u64;
/// Rows of a table that is short, likewise.
const SHORT_ROWS: i64 = 2_000;
/// Bytes that are wiped before anybody may hold the slots in between.
const WIPE_BYTES: usize = 16 * MIB;
/// How long whoever is to serve waits for a command.
const PATIENCE: Duration = Duration::from_secs(2);
/// Seconds of a day.
const DAY: i64 = 86_400;

/// The right to serve: while it is held, nobody else hands out slots or wipes them.
pub struct ServingRight {
    _lock: File,
}

/// Sets the times of these files to the day: when they were written to, and when they were read.
pub fn show_day_alone(files: impl IntoIterator<Item = PathBuf>, today: Date) {
    let Ok(midnight) = today.at(0, 0, 0, 0).in_tz("UTC") else { return };
    let begin = midnight.timestamp().as_second();
    let time = |tv_sec: i64| Timespec { tv_sec, tv_nsec: 0 };
    // A file whose last reading lies ahead is not marked each time it is read, as far as the file system leaves that out for
    // files that were read since they were changed.
    let times = Timestamps { last_access: time(begin + DAY), last_modification: time(begin) };
    for file in files {
        // Files of others, or that are not there now.
        let _: Result<(), Errno> = utimensat(CWD, &file, &times, AtFlags::SYMLINK_NOFOLLOW);
    }
}

impl Store {
    /// Takes the right to serve, with a budget for the vault. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another program has it.
    pub fn begin_serving(&self, budget: Budget) -> Result<ServingRight, StoreError> {
        let begun = Instant::now();
        let lock = loop {
            match self.vault().may_serve()? {
                Some(lock) => break lock,
                // A command may be wiping what it deleted.
                None if begun.elapsed() < PATIENCE => thread::sleep(PATIENCE / 20),
                None => return Err(StoreError::Busy),
            }
        };
        self.vault().set_budget(budget);
        // On a full disk what is pending can't be folded, and must be read here all the same.
        self.upkeep(Engine::adopt)?;
        self.know_free_slots()?;
        Ok(ServingRight { _lock: lock })
    }

    /// Folds what came into the database, wipes what was deleted, writes a small database anew in the order of its random
    /// keys, cuts the log, and grows what has little room left. To be called on a timer. Blocks.
    ///
    /// # Errors
    /// If it can't be written; what is not done is done at the next call.
    pub fn tick(&self, today: Date) -> Result<(), StoreError> {
        let folded = self.upkeep(|engine| engine.without_waiting(Engine::fold_now));
        let wiped = self.wipe();
        let tidied = self.upkeep(|engine| engine.without_waiting(Engine::tidy));
        let grown = self.vault().grow_ahead();
        self.renew_times(today);
        match [folded, wiped, tidied].into_iter().find_map(Result::err) {
            // Another command is using it.
            None | Some(StoreError::Busy) => match grown {
                // There is room yet; when there is none, whoever sends is told.
                Ok(()) | Err(StoreError::Full) => Ok(()),
                Err(error) => Err(error),
            },
            Some(error) => Err(error),
        }
    }

    /// Sets the times of all files to the day: when they were written to, and when they were read. The time at which these
    /// were changed, which no program can set, is then the time of this call. Blocks.
    pub fn renew_times(&self, today: Date) {
        show_day_alone(self.written_files(), today);
    }

    /// Everything that is written while the box serves, and the directory that it lies in.
    fn written_files(&self) -> Vec<PathBuf> {
        let database = ["", "-wal", "-shm"].map(|end| format!("{DATABASE}{end}"));
        let names = database.into_iter().chain(VAULT_FILES.map(str::to_owned));
        names.map(|name| self.directory().join(name)).chain([self.directory().to_owned()]).collect()
    }

    /// Wipes what was deleted, unless a box serves: that does it on its timer. Blocks.
    pub(super) fn wipe_if_nobody_serves(&self) -> Result<(), StoreError> {
        let Some(_right) = self.vault().may_serve()? else { return Ok(()) };
        self.wipe()?;
        self.upkeep(|engine| engine.without_waiting(Engine::tidy))
    }

    /// Writes random bytes over every slot that was given up; only then is it told to be free.
    fn wipe(&self) -> Result<(), StoreError> {
        for shelf in Shelf::ALL {
            loop {
                // A collection, a backup or a check reads what was there when it began.
                let Some(_right) = self.vault().may_wipe()? else { return Ok(()) };
                let slots = self.read(|connection| unwiped(connection, shelf, WIPE_BYTES / shelf.slot_bytes()))?;
                if slots.is_empty() {
                    break;
                }
                self.vault().file(shelf).wipe(slots.iter().copied())?;
                self.vault().sync(shelf)?;
                let wiped = slots.clone();
                self.change(move |connection| release(connection, shelf, &wiped))?;
                self.vault().is_wiped(shelf, &slots);
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Asks the records which slots are free.
    pub(super) fn know_free_slots(&mut self) -> Result<(), StoreError> {
        match self.fold() {
            // On a full disk people must be able to read their answers all the same.
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
        let map = |shelf| free_slots(&self.connection, shelf, self.vault.file(shelf).slots()?);
        let (mut short, mut long) = (map(Shelf::Short)?, map(Shelf::Long)?);
        for placed in self.pending().all().flat_map(PendingMessage::places) {
            let map = if placed.shelf == Shelf::Long { &mut long } else { &mut short };
            for slot in placed.numbers() {
                map.take(slot);
            }
        }
        self.vault.load(short, long);
        Ok(())
    }

    /// Writes a small database anew if it was changed, one of some size if something was removed from it, and cuts the log.
    pub(super) fn tidy(&mut self) -> Result<(), StoreError> {
        let number = |name: &str| -> Result<u64, StoreError> {
            let number: i64 = self.connection.pragma_query_value(None, name, |row| row.get(0))?;
            u64::try_from(number).map_err(|_| damaged("a number of the database"))
        };
        // The first counts this program's changes, the second all others'.
        let version = (self.connection.total_changes(), number("data_version")?);
        if self.tidied != Some(version) {
            let bytes = number("page_count")? * number("page_size")?;
            let was_removed = "SELECT 1 FROM setting WHERE name = ?1";
            let was_removed = self.connection.prepare_cached(was_removed)?.exists([REMOVED])?;
            if bytes <= REWRITE_BYTES || (was_removed && bytes <= SCRUB_BYTES) {
                self.connection.execute_batch("VACUUM")?;
                self.connection.execute("DELETE FROM setting WHERE name = ?1", [REMOVED])?;
            } else {
                rewrite_short_tables(&self.connection)?;
            }
            self.tidied = Some((self.connection.total_changes(), number("data_version")?));
        }
        cut_log(&self.connection)
    }
}

/// Writes tables with few rows anew in the order of their keys.
fn rewrite_short_tables(connection: &Connection) -> Result<(), StoreError> {
    let step = connection.unchecked_transaction()?;
    for (table, key) in MAYBE_SHORT {
        let count = format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {})", SHORT_ROWS + 1);
        let rows: i64 = step.query_row(&count, [], |row| row.get(0))?;
        if (1..=SHORT_ROWS).contains(&rows) {
            step.execute_batch(&format!(
                "CREATE TEMP TABLE anew AS SELECT * FROM main.{table};
                 DELETE FROM main.{table};
                 INSERT INTO main.{table} SELECT * FROM temp.anew ORDER BY {key};
                 DROP TABLE temp.anew;"
            ))?;
        }
    }
    Ok(step.commit()?)
}

/// Writes the log into the database and cuts it to nothing. If somebody reads what is in it, it is cut another time.
fn cut_log(connection: &Connection) -> Result<(), StoreError> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(StoreError::from)
}
