//! What the pages need: adding a report or a message, and reading a report by its locator.

use std::str::FromStr;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{FinishedUpload, Store, StoreError, damaged};
use crate::{
    crypto::{Commitments, Locator, Sealed, frame, unframe},
    domain::{AnswerKind, Clock, ClockEntry, ClockKind, Digest, FileId, MessageKind, ReportId, Route, SendId},
};

/// A report on its way in, sealed, with its first message.
pub struct NewReport {
    /// Its random name.
    pub id: ReportId,
    /// Where its receipt code leads.
    pub locator: Locator,
    /// Fixed when it was raised: questions and clocks follow from it.
    pub route: Route,
    /// The concern.
    pub message: NewMessage,
}

/// A message on its way in, sealed.
pub struct NewMessage {
    /// 1 for a concern, then one more for each.
    pub seq: u32,
    /// Kept outside the seal: a withdrawal deletes, a follow-up starts a clock.
    pub kind: MessageKind,
    /// The day, Europe/London.
    pub on: Date,
    /// What its form carried, so that sending twice is the same as once.
    pub send_id: SendId,
    /// What the box commits to in manifests.
    pub commitments: Commitments,
    /// The clocks that it starts.
    pub clocks: Vec<Clock>,
    /// The sealed message first, then its attachments.
    pub files: Vec<FinishedUpload>,
    /// What it says, sealed to the receipt code, if the box keeps it for the person.
    pub own_copy: Option<Sealed>,
}

impl NewMessage {
    /// Bytes of all that is sealed in it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let copy = self.own_copy.as_ref().map_or(0, |copy| copy.as_bytes().len() as u64);
        self.files.iter().map(FinishedUpload::size).sum::<u64>() + copy
    }
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddReport {
    /// It is on the disk.
    Added,
    /// That receipt code has a report already: it was sent before. Nothing was added.
    SentBefore,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddMessage {
    /// It is on the disk.
    Added,
    /// That form was sent before. Nothing was added.
    SentBefore,
    /// Another message came first: seal it again under the next number.
    NumberTaken,
    /// The report is withdrawn or gone. Nothing was added.
    Gone,
}

/// A report as the box knows it.
#[derive(Clone, Debug)]
pub struct StoredReport {
    /// Its name.
    pub id: ReportId,
    /// Fixed when it was raised: questions and clocks follow from it.
    pub route: Route,
    /// The day it came in.
    pub received_on: Date,
    /// Whether the team closed it.
    pub closed: bool,
    /// The day on which the person withdrew it.
    pub withdrawn_on: Option<Date>,
    /// Every clock.
    pub clocks: Vec<ClockEntry>,
    /// Every message from the person, in order.
    pub messages: Vec<StoredMessage>,
    /// Every answer, in order, still sealed.
    pub answers: Vec<StoredAnswer>,
}

/// What the box knows of a message.
#[derive(Clone, Copy, Debug)]
pub struct StoredMessage {
    /// From 1, in the order in which the box took them.
    pub seq: u32,
    /// Kept outside the seal: a withdrawal deletes, a follow-up starts a clock.
    pub kind: MessageKind,
    /// The day it came in.
    pub on: Date,
    /// What its form carried.
    pub send_id: SendId,
    /// Whether the desk has it: decisions said so, or the person withdrew it.
    pub collected: bool,
}

/// An answer, sealed to the person.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    /// From 1, in the order in which the box took them.
    pub seq: u32,
    /// The day it was delivered to the box.
    pub delivered_on: Date,
    /// What it was listed as: what was counted as met follows from that.
    pub kind: AnswerKind,
    /// SHA-256 of its JSON, as it was listed.
    pub text: Digest,
    /// How many signers had to stand by it when it was delivered.
    pub demanded: usize,
    /// The age file.
    pub sealed: Vec<u8>,
}

impl Store {
    /// Adds a report with its first message, all or nothing; done when it is on the disk. Blocks.
    ///
    /// # Errors
    /// If it could not be put on the disk; then nothing of it stays.
    pub fn add_report(&self, report: NewReport) -> Result<AddReport, StoreError> {
        let NewReport { id, locator, route, message } = report;
        let rows = MessageRows::of(&message);
        let added = self.write_blocking(move |connection| {
            let before = "SELECT 1 FROM report WHERE locator = ?1";
            if connection.query_row(before, [locator.as_bytes()], |_| Ok(())).optional()?.is_some() {
                return Ok(AddReport::SentBefore);
            }
            connection.execute(
                "INSERT INTO report (id, locator, route, received_on) VALUES (?1, ?2, ?3, ?4)",
                (id.0, locator.as_bytes(), route.slug(), rows.on.to_string()),
            )?;
            rows.insert(connection, id)?;
            Ok(AddReport::Added)
        })?;
        if added == AddReport::Added {
            message.files.into_iter().for_each(FinishedUpload::keep);
        }
        Ok(added)
    }

    /// Adds a message to a report, all or nothing; done when it is on the disk. A withdrawal deletes the messages,
    /// answers and copies that the box holds. Blocks.
    ///
    /// # Errors
    /// If it could not be put on the disk; then nothing of it stays.
    pub fn add_message(&self, report: ReportId, mut message: NewMessage) -> Result<AddMessage, StoreError> {
        self.try_add_message(report, &mut message)
    }

    /// The same, but files that were not added stay in `message`, to be sent again under the next number. Blocks.
    ///
    /// # Errors
    /// As [`Store::add_message`].
    pub fn try_add_message(&self, report: ReportId, message: &mut NewMessage) -> Result<AddMessage, StoreError> {
        let rows = MessageRows::of(message);
        let withdrawal = rows.kind == MessageKind::Withdrawal;
        let added = self.write_blocking(move |connection| {
            let sent: Option<Vec<u8>> = connection
                .query_row("SELECT report FROM message WHERE send_id = ?1", [rows.send_id.0], |row| row.get(0))
                .optional()?;
            if let Some(sent) = sent {
                return Ok(if sent == report.0 { AddMessage::SentBefore } else { AddMessage::Gone });
            }
            let open = "SELECT withdrawn_on IS NULL FROM report WHERE id = ?1";
            if connection.query_row(open, [report.0], |row| row.get(0)).optional()? != Some(true) {
                return Ok(AddMessage::Gone);
            }
            let last: u32 =
                connection.query_row("SELECT max(seq) FROM message WHERE report = ?1", [report.0], |row| row.get(0))?;
            if rows.seq != last + 1 {
                return Ok(AddMessage::NumberTaken);
            }
            if rows.kind == MessageKind::Withdrawal {
                withdraw(connection, report, rows.on)?;
            }
            rows.insert(connection, report)?;
            Ok(AddMessage::Added)
        })?;
        if added == AddMessage::Added {
            message.files.drain(..).for_each(FinishedUpload::keep);
            if withdrawal {
                // The message is on the disk; if the log can't be cut now, the next tidying does it.
                let _ = self.truncate_log();
            }
        }
        Ok(added)
    }

    /// The report that a receipt code leads to. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn report_at(&self, locator: Locator) -> Result<Option<StoredReport>, StoreError> {
        self.read(|connection| {
            let found = connection
                .query_row(
                    "SELECT id, route, received_on, closed, withdrawn_on FROM report WHERE locator = ?1",
                    [locator.as_bytes()],
                    |row| {
                        Ok((
                            row.get::<_, Vec<u8>>(0)?,
                            row.get::<_, String>(1)?,
                            row.get::<_, String>(2)?,
                            row.get(3)?,
                            row.get::<_, Option<String>>(4)?,
                        ))
                    },
                )
                .optional()?;
            let Some((id, route, received_on, closed, withdrawn_on)) = found else { return Ok(None) };
            let id = ReportId::from_slice(&id).map_err(|_| damaged("a report's id"))?;
            Ok(Some(StoredReport {
                id,
                route: Route::from_slug(&route).ok_or_else(|| damaged("a route"))?,
                received_on: day(&received_on)?,
                closed,
                withdrawn_on: withdrawn_on.as_deref().map(day).transpose()?,
                clocks: clocks(connection, id)?,
                messages: messages(connection, id)?,
                answers: answers(connection, id)?,
            }))
        })
    }
}

/// The rows of a message, without the uploads themselves: those stay with whoever must remove them on a failure.
struct MessageRows {
    seq: u32,
    kind: MessageKind,
    on: Date,
    send_id: SendId,
    commitments: Commitments,
    clocks: Vec<Clock>,
    files: Vec<FileRow>,
    /// As one row.
    own_copy: Option<Vec<u8>>,
}

struct FileRow {
    id: FileId,
    rows: i64,
    size: u64,
    sha256: [u8; 32],
}

impl MessageRows {
    fn of(message: &NewMessage) -> Self {
        let NewMessage { seq, kind, on, send_id, commitments, ref clocks, ref files, ref own_copy } = *message;
        let files = files
            .iter()
            .map(|file| FileRow { id: file.id(), rows: file.rows(), size: file.size(), sha256: file.sha256().0 })
            .collect();
        let own_copy = own_copy.as_ref().map(|copy| frame(copy.as_bytes()));
        Self { seq, kind, on, send_id, commitments, clocks: clocks.clone(), files, own_copy }
    }

    fn insert(&self, connection: &Connection, report: ReportId) -> Result<(), StoreError> {
        connection.execute(
            "INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                report.0,
                self.seq,
                self.kind.slug(),
                self.on.to_string(),
                self.send_id.0,
                self.commitments.message.0,
                self.commitments.summary.0,
            ),
        )?;
        for clock in &self.clocks {
            connection.execute(
                "INSERT INTO clock (report, seq, kind, started_on, due_on, met_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    report.0,
                    self.seq,
                    clock.kind.slug(),
                    clock.started_on.to_string(),
                    clock.due_on.to_string(),
                    clock.met_on.map(|d| d.to_string()),
                ),
            )?;
        }
        if let Some(copy) = &self.own_copy {
            let sql = "INSERT INTO own_copy (report, seq, data) VALUES (?1, ?2, ?3)";
            connection.execute(sql, (report.0, self.seq, copy))?;
        }
        for (place, file) in (0_i64..).zip(&self.files) {
            let there: i64 =
                connection.query_row("SELECT count(*) FROM chunk WHERE file = ?1", [file.id.0], |row| row.get(0))?;
            if there != file.rows {
                // Swept away by a second box on the same data: a receipt for it would be a lie.
                return Err(StoreError::Stopped);
            }
            connection.execute(
                "INSERT INTO file (report, seq, place, id, size, sha256) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (report.0, self.seq, place, file.id.0, i64::try_from(file.size).unwrap_or(i64::MAX), file.sha256),
            )?;
        }
        Ok(())
    }
}

/// Deletes what the box holds of a report, and its clocks: a promise to someone who has left can't be kept.
fn withdraw(connection: &Connection, report: ReportId, on: Date) -> Result<(), StoreError> {
    connection.execute("DELETE FROM chunk WHERE file IN (SELECT id FROM file WHERE report = ?1)", [report.0])?;
    connection.execute("DELETE FROM file WHERE report = ?1", [report.0])?;
    connection.execute("DELETE FROM answer WHERE report = ?1", [report.0])?;
    connection.execute("DELETE FROM own_copy WHERE report = ?1", [report.0])?;
    connection.execute("DELETE FROM clock WHERE report = ?1", [report.0])?;
    connection.execute("UPDATE message SET collected = 1 WHERE report = ?1", [report.0])?;
    connection.execute("UPDATE report SET withdrawn_on = ?2 WHERE id = ?1", (report.0, on.to_string()))?;
    Ok(())
}

/// A date as stored.
pub(super) fn day(text: &str) -> Result<Date, StoreError> {
    Date::from_str(text).map_err(|_| damaged("a date"))
}

/// Every clock of a report.
pub(super) fn clocks(connection: &Connection, report: ReportId) -> Result<Vec<ClockEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, kind, started_on, due_on, met_on FROM clock WHERE report = ?1 ORDER BY seq, kind",
    )?;
    let rows = statement.query_map([report.0], clock_columns)?;
    rows.map(|row| clock_entry(row?)).collect()
}

/// The columns of a clock as they stand in the table.
pub(super) type ClockColumns = (u32, String, String, String, Option<String>);

/// Reads them from the first five columns.
pub(super) fn clock_columns(row: &Row<'_>) -> rusqlite::Result<ClockColumns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

/// Makes a clock of them.
pub(super) fn clock_entry((seq, kind, started_on, due_on, met_on): ClockColumns) -> Result<ClockEntry, StoreError> {
    let clock = Clock {
        kind: ClockKind::from_slug(&kind).ok_or_else(|| damaged("a clock"))?,
        started_on: day(&started_on)?,
        due_on: day(&due_on)?,
        met_on: met_on.as_deref().map(day).transpose()?,
    };
    Ok(ClockEntry { seq, clock })
}

fn messages(connection: &Connection, report: ReportId) -> Result<Vec<StoredMessage>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, kind, received_on, send_id, collected FROM message WHERE report = ?1 ORDER BY seq",
    )?;
    let rows = statement.query_map([report.0], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, Vec<u8>>(3)?, row.get(4)?))
    })?;
    rows.map(|row| {
        let (seq, kind, on, send_id, collected) = row?;
        Ok(StoredMessage {
            seq,
            kind: MessageKind::from_slug(&kind).ok_or_else(|| damaged("a kind of message"))?,
            on: day(&on)?,
            send_id: SendId::from_slice(&send_id).map_err(|_| damaged("a send id"))?,
            collected,
        })
    })
    .collect()
}

fn answers(connection: &Connection, report: ReportId) -> Result<Vec<StoredAnswer>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, delivered_on, kind, text, demanded, data FROM answer WHERE report = ?1 ORDER BY seq",
    )?;
    let rows = statement.query_map([report.0], |row| {
        Ok((
            row.get(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Vec<u8>>(3)?,
            row.get::<_, u32>(4)?,
            row.get::<_, Vec<u8>>(5)?,
        ))
    })?;
    rows.map(|row| {
        let (seq, on, kind, text, demanded, data) = row?;
        Ok(StoredAnswer {
            seq,
            delivered_on: day(&on)?,
            kind: AnswerKind::from_slug(&kind).ok_or_else(|| damaged("a kind of answer"))?,
            text: Digest::from_slice(&text).map_err(|_| damaged("a digest"))?,
            demanded: usize::try_from(demanded).unwrap_or(usize::MAX),
            sealed: unframe(&data).ok_or_else(|| damaged("an answer"))?.to_vec(),
        })
    })
    .collect()
}
