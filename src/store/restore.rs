//! Making a box of what a backup holds: records as they were, sealed files in slots that are drawn anew.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use data_encoding::BASE64;
use rusqlite::{Connection, ErrorCode};
use zeroize::Zeroizing;

use super::{
    BoxRecords, DATABASE, DeliveredFile, ReportRecords, SealedPlace, Settings, StoreError,
    backup::{AnswerRecords, MessageRecords},
    damaged,
    epoch::begin_epoch,
    fold::{begin_folding, size},
    intake::IntakeFile,
    schema,
    settings::CARRIED,
    signers::set_casebook,
    slot_records::set_all_taken,
    vault::{FilledSlot, FreeSlots, Placed, Shelf, ShelfFile, Vault},
};
use crate::{
    crypto::os_random,
    domain::{
        ClockEntry, Date, Epoch, ReportId,
        limits::{NUMBER_MAX, SEQ_MAX},
    },
};

/// A box that is being made of a backup, in a directory of its own. Nobody else uses it, and what is cut off is begun anew:
/// so nothing has to be on the disk before [`Restoration::finish`].
pub struct Restoration {
    directory: PathBuf,
    connection: Connection,
    settings: Settings,
    shelves: [ShelfToFill; 3],
}

/// A shelf of the vault with the slots that are still free.
struct ShelfToFill {
    file: ShelfFile,
    free: FreeSlots,
}

impl Restoration {
    /// Begins it with what there is besides reports, in a new epoch.
    ///
    /// # Errors
    /// If it can't be written, or the records are of no box.
    pub fn begin(
        directory: &Path,
        records: &BoxRecords,
        epoch: &Epoch,
        backed_up_on: Date,
    ) -> Result<Self, StoreError> {
        let mut connection = schema::open_writer(&directory.join(DATABASE), true)?;
        schema::migrate(&mut connection)?;
        for (name, value) in [("journal_mode", "OFF"), ("synchronous", "OFF")] {
            connection.pragma_update(None, name, value)?;
        }
        let step = connection.unchecked_transaction()?;
        for (name, value) in &records.settings {
            if !CARRIED.contains(&name.as_str()) {
                return Err(damaged("a setting that no backup has"));
            }
            let value =
                BASE64.decode(value.as_str().as_bytes()).map_err(|_| damaged("a setting that is not in base64"))?;
            set(&step, name, &Zeroizing::new(value))?;
        }
        // Its place, which the next line fills.
        set(&step, "epoch", b"")?;
        begin_epoch(&step, epoch)?;
        set(&step, "backed_up", backed_up_on.to_string().as_bytes())?;
        for key in &records.signers {
            step.execute("INSERT OR IGNORE INTO signer (key) VALUES (?1)", [key])?;
        }
        if let Some(seen) = records.casebook {
            if seen.decisions.max(seen.head.number) > NUMBER_MAX {
                return Err(damaged("the number of a casebook's last decisions"));
            }
            set_casebook(&step, seen)?;
        }
        for part in &records.decisions_parts {
            step.execute("INSERT OR IGNORE INTO decisions_part VALUES (?1, ?2)", (part.number, part.of))?;
        }
        step.commit()?;
        // Whatever is missing is said before anything is put in.
        let settings = Settings::load(&connection)?;
        Vault::create(directory)?;
        IntakeFile::create(directory, begin_folding(&connection)?)?;
        let [short, long, answers] = Shelf::ALL.map(|shelf| ShelfToFill::open(directory, shelf));
        connection.execute_batch("BEGIN")?;
        Ok(Self { directory: directory.to_owned(), connection, settings, shelves: [short?, long?, answers?] })
    }

    /// What was fixed when the box was made.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Puts in which decisions files were delivered, and which reports are gone.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn add_lists(&self, deliveries: &[DeliveredFile], gone: &[ReportId]) -> Result<(), StoreError> {
        for DeliveredFile { sha256, done } in deliveries {
            let sql = "INSERT OR IGNORE INTO delivery (sha256, done) VALUES (?1, ?2)";
            self.connection.prepare_cached(sql)?.execute((sha256.0, done))?;
        }
        for id in gone {
            self.connection.prepare_cached("INSERT OR IGNORE INTO gone_report VALUES (?1)")?.execute([id.0])?;
        }
        Ok(())
    }

    /// Puts in what a backup says of reports. Their sealed files are to follow.
    ///
    /// # Errors
    /// If it can't be written, or it is not what a box has.
    pub fn add_reports(&self, reports: &[ReportRecords]) -> Result<(), StoreError> {
        for records in reports {
            let messages = records.messages.iter().map(|message| message.seq);
            let numbers = messages.chain(records.clocks.iter().map(|entry| entry.seq));
            let mut numbers = numbers.chain(records.answers.iter().map(|answer| answer.seq));
            // What comes next is one more than the last.
            if numbers.any(|seq| seq == 0 || seq > SEQ_MAX) {
                return Err(damaged("the number of a message or an answer"));
            }
            insert(&self.connection, records).map_err(contradiction)?;
        }
        Ok(())
    }

    /// Puts in a sealed file of a report, of so many bytes, which `fill` writes.
    ///
    /// # Errors
    /// Those of `fill`, and if it can't be written.
    pub fn add_file<E: From<StoreError>>(
        &mut self,
        report: ReportId,
        place: SealedPlace,
        size: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        let shelf = if matches!(place, SealedPlace::Answer(_)) { Shelf::Answers } else { Shelf::of_size(size) };
        let mut filling = Filling {
            shelf: &mut self.shelves[usize::from(shelf.number())],
            part: Vec::with_capacity(shelf.slot_bytes()),
            placed: Placed { shelf, size: 0, slots: Vec::new() },
            failed: None,
        };
        let filled = fill(&mut filling);
        // What went wrong with the vault tells more than that nothing could be written there.
        if let Some(error) = filling.failed.take() {
            return Err(error.into());
        }
        filled?;
        let placed = filling.finish()?;
        Ok(link(&self.connection, report, place, &placed).map_err(contradiction)?)
    }

    /// Has all of it on the disk, as a box that was stopped.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn finish(self) -> Result<(), StoreError> {
        let Self { directory, connection, shelves, .. } = self;
        for ShelfToFill { file, free } in &shelves {
            let slots = free.slots();
            set_all_taken(&connection, file.shelf, slots, |slot| free.is_taken(slot))?;
            // Those that were there from the beginning hold random bytes already.
            file.wipe((file.shelf.first_slots()..slots).filter(|slot| !free.is_taken(*slot)))?;
            file.sync()?;
        }
        connection.execute_batch("COMMIT")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.close().map_err(|(_, error)| error)?;
        File::open(directory.join(DATABASE))?.sync_all()?;
        Ok(File::open(directory)?.sync_all()?)
    }
}

impl ShelfToFill {
    fn open(directory: &Path, shelf: Shelf) -> Result<Self, StoreError> {
        let file = ShelfFile::open(directory, shelf)?;
        let free = FreeSlots::new(file.slots()?);
        Ok(Self { file, free })
    }

    /// Any of the free ones. Grows at once: what is not filled is wiped at the end.
    fn take(&mut self) -> Result<u32, StoreError> {
        if self.free.free() == 0 {
            let (slots, step) = (self.free.slots(), self.file.shelf.step());
            // A disk that has little room gets the smaller steps.
            let steps = [step.max(slots / 4), step, step / 8];
            let mut grown = Ok(());
            for by in steps {
                grown = self.file.grow_at_once(slots, slots + by);
                if grown.is_ok() {
                    self.free.grow(slots + by);
                    break;
                }
            }
            grown?;
        }
        self.free.take_any(&mut os_random()).ok_or(StoreError::Full)
    }
}

/// A sealed file on its way into slots.
struct Filling<'a> {
    shelf: &'a mut ShelfToFill,
    part: Vec<u8>,
    placed: Placed,
    failed: Option<StoreError>,
}

impl Filling<'_> {
    fn put(&mut self) -> Result<(), StoreError> {
        let number = self.shelf.take()?;
        self.shelf.file.write(number, &self.part)?;
        self.placed.slots.push(FilledSlot { number, crc: crc32fast::hash(&self.part) });
        self.part.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<Placed, StoreError> {
        if !self.part.is_empty() {
            self.put()?;
        }
        Ok(self.placed)
    }
}

impl Write for Filling<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.placed.shelf.slot_bytes() - self.part.len();
        let taken = bytes.len().min(room);
        self.part.extend_from_slice(&bytes[..taken]);
        self.placed.size += taken as u64;
        if taken == room
            && let Err(error) = self.put()
        {
            self.failed = Some(error);
            return Err(io::Error::other("the vault"));
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn set(connection: &Connection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", (name, value))?;
    Ok(())
}

/// What can't stand beside something else that the backup says.
fn contradiction(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => {
            damaged("two of its records contradict each other")
        }
        _ => error.into(),
    }
}

fn insert(connection: &Connection, records: &ReportRecords) -> rusqlite::Result<()> {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    if let Some(row) = &records.begins {
        let sql = "INSERT INTO report (id, locator, route, received_on, reply_to) VALUES (?1, ?2, ?3, ?4, ?5)";
        let columns =
            (records.id.0, row.locator.0, row.route.slug(), row.received_on.to_string(), row.reply_to.as_str());
        connection.prepare_cached(sql)?.execute(columns)?;
        if row.closed_on.is_some() || row.withdrawn_on.is_some() || row.set_aside.is_some() {
            // Once the row is there: the lists of what is over are kept when it changes.
            let sql = "UPDATE report SET closed_on = ?2, withdrawn_on = ?3, set_aside_on = ?4, set_aside = ?5
                       WHERE id = ?1";
            let (on, reason) = (row.set_aside.map(|aside| aside.on), row.set_aside.map(|aside| aside.reason.slug()));
            let columns = (records.id.0, day(row.closed_on), day(row.withdrawn_on), day(on), reason);
            connection.prepare_cached(sql)?.execute(columns)?;
        }
    }
    for message in &records.messages {
        insert_message(connection, records.id, message)?;
    }
    for (entries, sql) in [
        (
            &records.clocks,
            "INSERT INTO clock (report, seq, kind, started_on, due_on, met_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        ),
        // What ended was not met.
        (
            &records.ended_clocks,
            "INSERT INTO ended_clock (report, seq, kind, started_on, due_on)
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?6 IS NULL",
        ),
    ] {
        for ClockEntry { seq, clock } in entries {
            let (started_on, due_on) = (clock.started_on.to_string(), clock.due_on.to_string());
            let columns = (records.id.0, seq, clock.kind.slug(), started_on, due_on, day(clock.met_on));
            connection.prepare_cached(sql)?.execute(columns)?;
        }
    }
    records.answers.iter().try_for_each(|answer| insert_answer(connection, records.id, answer))
}

/// What is still here is told to the desk once more; what is not, the desk has, or the person took it back.
fn insert_message(connection: &Connection, report: ReportId, message: &MessageRecords) -> rusqlite::Result<()> {
    let sql = "INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary, collected, held)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let held = message.files.is_some();
    let (kind, received_on) = (message.kind.slug(), message.received_on.to_string());
    let digests = (message.commitment.0, message.summary.0);
    connection.prepare_cached(sql)?.execute((
        report.0,
        message.seq,
        kind,
        received_on,
        message.send_id.0,
        digests.0,
        digests.1,
        !held,
        held,
    ))?;
    Ok(())
}

fn insert_answer(connection: &Connection, report: ReportId, answer: &AnswerRecords) -> rusqlite::Result<()> {
    let sql = "INSERT INTO answer (report, seq, delivered_on, sha256, kind, text, demanded, size, slots)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, x'')";
    connection.prepare_cached(sql)?.execute((
        report.0,
        answer.seq,
        answer.delivered_on.to_string(),
        answer.sha256.0,
        answer.kind.slug(),
        answer.text.0,
        answer.demanded,
    ))?;
    if answer.size.is_none() {
        let sql = "UPDATE answer SET held = 0 WHERE report = ?1 AND seq = ?2";
        connection.prepare_cached(sql)?.execute((report.0, answer.seq))?;
    }
    Ok(())
}

/// Says of a sealed file where it lies.
fn link(connection: &Connection, report: ReportId, place: SealedPlace, placed: &Placed) -> rusqlite::Result<()> {
    let (shelf, size, slots) = (placed.shelf.number(), size(placed), placed.encoded_slots());
    match place {
        SealedPlace::Message(seq, place) => {
            let sql = "INSERT INTO file (report, seq, place, shelf, size, slots) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            connection.prepare_cached(sql)?.execute((report.0, seq, place, shelf, size, slots))?;
        }
        SealedPlace::OwnCopy(seq) => {
            let sql = "INSERT INTO own_copy (report, seq, shelf, size, slots) VALUES (?1, ?2, ?3, ?4, ?5)";
            connection.prepare_cached(sql)?.execute((report.0, seq, shelf, size, slots))?;
        }
        SealedPlace::Answer(seq) => {
            let sql = "UPDATE answer SET size = ?3, slots = ?4 WHERE report = ?1 AND seq = ?2";
            connection.prepare_cached(sql)?.execute((report.0, seq, size, slots))?;
        }
    }
    Ok(())
}
