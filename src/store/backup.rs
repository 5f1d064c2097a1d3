//! What a backup of the box holds: its records as they are, and where its sealed files are found. No more than what is used.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use data_encoding::BASE64;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    CopyError, DamagedFile, SealedPlace, Snapshot, StoreError, damaged, ended_clocks::ended_clocks, read_file, reports,
    rows, settings::CARRIED, signers, vault::Placed,
};
use crate::{
    crypto::{BoxRole, VerifyingKey},
    domain::{
        AnswerKind, CasebookSeen, ClockEntry, Date, Digest, MessageKind, Part, ReportId, Route, SendId, SetAside, Text,
    },
};

/// Answers of a report that stand together: those past them follow in a further entry of the same report, so that no entry
/// is larger than what is read at once.
pub(super) const ANSWERS: u32 = 4096;
/// Bytes that an entry takes as JSON, and to spare; then those of what belongs to it.
const REPORT_ROOM: usize = 600;
const MESSAGE_ROOM: usize = 500;
const CLOCK_ROOM: usize = 200;
const ANSWER_ROOM: usize = 400;
const FILE_ROOM: usize = 24;

/// All that is kept besides what there may be very many of.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxRecords {
    /// What was fixed when the box was made, or set since, in base64. The key that tags receipt codes is among it.
    pub(super) settings: BTreeMap<String, Text>,
    /// Every signer who was ever confirmed.
    pub(super) signers: Vec<String>,
    /// The casebook whose decisions are taken.
    pub(super) casebook: Option<CasebookSeen>,
    /// The parts of its last decisions that were delivered.
    pub(super) decisions_parts: Vec<Part>,
}

impl BoxRecords {
    /// Whether they are of a box that has that key.
    #[must_use]
    pub fn are_of_key(&self, key: &VerifyingKey<BoxRole>) -> bool {
        let of_records = self.settings.get("box_key").map(Text::as_str);
        of_records == Some(BASE64.encode(key.to_base64().as_bytes()).as_str())
    }
}

/// A decisions file that was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveredFile {
    /// SHA-256 of its list.
    pub sha256: Digest,
    /// Whether all of it was, or it was cut off and goes on with the same file.
    pub done: bool,
}

/// A report with all that belongs to it but sealed files; one with very many answers has several of these, the first with
/// what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportRecords {
    /// Its name.
    pub id: ReportId,
    /// What it is; none if it follows an entry of the same report.
    pub(super) begins: Option<ReportRow>,
    pub(super) messages: Vec<MessageRecords>,
    pub(super) clocks: Vec<ClockEntry>,
    /// Those that ended because it was set aside.
    pub(super) ended_clocks: Vec<ClockEntry>,
    pub(super) answers: Vec<AnswerRecords>,
}

/// What a report is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportRow {
    /// Where its receipt code leads, as it is written down.
    pub(super) locator: Digest,
    pub(super) route: Route,
    pub(super) received_on: Date,
    pub(super) reply_to: String,
    pub(super) closed_on: Option<Date>,
    pub(super) withdrawn_on: Option<Date>,
    pub(super) set_aside: Option<SetAside>,
}

/// A message. What the desk acknowledged of it is not carried: a box that comes back asks anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageRecords {
    pub(super) seq: u32,
    pub(super) kind: MessageKind,
    pub(super) received_on: Date,
    pub(super) send_id: SendId,
    pub(super) commitment: Digest,
    pub(super) summary: Digest,
    /// Bytes of each of its sealed files, if they are here; the desk has them otherwise, or the person took them back.
    pub(super) files: Option<Vec<u64>>,
    /// Bytes of the person's own copy.
    pub(super) own_copy: Option<u64>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerRecords {
    pub(super) seq: u32,
    pub(super) delivered_on: Date,
    pub(super) sha256: Digest,
    pub(super) kind: AnswerKind,
    pub(super) text: Digest,
    pub(super) demanded: u32,
    /// Bytes of its sealed file; none if that is not kept any more.
    pub(super) size: Option<u64>,
}

impl ReportRecords {
    /// Its sealed files in the order in which a backup has them, with their bytes.
    pub fn sealed_files(&self) -> impl Iterator<Item = (SealedPlace, u64)> {
        let messages = self.messages.iter().flat_map(|message| {
            let files = message.files.iter().flatten().enumerate();
            let files = files.map(|(place, size)| (SealedPlace::Message(message.seq, place), *size));
            files.chain(message.own_copy.map(|size| (SealedPlace::OwnCopy(message.seq), size)))
        });
        messages.chain(self.answers.iter().filter_map(|answer| Some((SealedPlace::Answer(answer.seq), answer.size?))))
    }

    /// Says of a sealed file that it is not here, and of the others of its message. Tells whether it said so before.
    fn leave_out(&mut self, place: SealedPlace) -> bool {
        match place {
            SealedPlace::Message(seq, _) => {
                self.messages.iter_mut().any(|message| message.seq == seq && message.files.take().is_none())
            }
            SealedPlace::OwnCopy(seq) => {
                self.messages.iter_mut().any(|message| message.seq == seq && message.own_copy.take().is_none())
            }
            SealedPlace::Answer(seq) => {
                self.answers.iter_mut().any(|answer| answer.seq == seq && answer.size.take().is_none())
            }
        }
    }

    /// Whether it begins a report, and does not follow an entry of the same.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.begins.is_some()
    }

    /// Bytes that it takes as JSON, and to spare.
    #[must_use]
    pub fn room(&self) -> usize {
        let files: usize = self.messages.iter().flat_map(|message| &message.files).map(Vec::len).sum();
        REPORT_ROOM
            + MESSAGE_ROOM * self.messages.len()
            + CLOCK_ROOM * (self.clocks.len() + self.ended_clocks.len())
            + ANSWER_ROOM * self.answers.len()
            + FILE_ROOM * files
    }
}

impl Snapshot<'_> {
    /// All that is kept besides what there may be very many of.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn records(&self) -> Result<BoxRecords, StoreError> {
        let connection = self.connection;
        let mut settings = BTreeMap::new();
        let mut statement = connection.prepare("SELECT name, value FROM setting")?;
        let rows =
            statement.query_map([], |row| Ok((row.get::<_, String>(0)?, Zeroizing::new(row.get::<_, Vec<u8>>(1)?))))?;
        for row in rows {
            let (name, value) = row?;
            if CARRIED.contains(&name.as_str()) {
                settings.insert(name, Text::verbatim(&Zeroizing::new(BASE64.encode(&value))));
            }
        }
        let mut keys = connection.prepare("SELECT key FROM signer")?;
        let keys = keys.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut parts = connection.prepare("SELECT part, parts FROM decisions_part")?;
        let parts =
            parts.query_map([], |row| Ok(Part { number: row.get(0)?, of: row.get(1)? }))?.collect::<Result<_, _>>()?;
        Ok(BoxRecords { settings, signers: keys, casebook: signers::casebook(connection)?, decisions_parts: parts })
    }

    /// How many reports there are.
    ///
    /// # Errors
    /// If they can't be counted.
    pub fn reports_count(&self) -> Result<u64, StoreError> {
        let count: i64 = self.connection.query_row("SELECT count(*) FROM report", [], |row| row.get(0))?;
        u64::try_from(count).map_err(|_| damaged("a count"))
    }

    /// Decisions files after one, by digest, so many at the most.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn deliveries_after(&self, after: Option<Digest>, at_most: usize) -> Result<Vec<DeliveredFile>, StoreError> {
        let sql = "SELECT sha256, done FROM delivery WHERE sha256 > ?1 ORDER BY sha256 LIMIT ?2";
        let after = after.map_or_else(Vec::new, |digest| digest.0.to_vec());
        rows::all(self.connection, sql, (after, limit(at_most)), |row| {
            Ok(DeliveredFile { sha256: rows::digest(row, "sha256")?, done: row.get("done")? })
        })
    }

    /// Reports that are here no more and that the desk is not known to have heard of, after one, so many at the most.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn gone_after(&self, after: Option<ReportId>, at_most: usize) -> Result<Vec<ReportId>, StoreError> {
        let sql = "SELECT report AS id FROM gone_report WHERE report > ?1 ORDER BY report LIMIT ?2";
        self.ids(sql, after, at_most)
    }

    /// The next report after one, by id; none after the last.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn report_after(&self, after: Option<ReportId>) -> Result<Option<Vec<ReportRecords>>, StoreError> {
        let sql = "SELECT id FROM report WHERE id > ?1 ORDER BY id LIMIT ?2";
        let next = self.ids(sql, after, 1)?;
        next.first().map(|id| report(self.connection, *id)).transpose()
    }

    fn ids(&self, sql: &str, after: Option<ReportId>, at_most: usize) -> Result<Vec<ReportId>, StoreError> {
        let after = after.map_or_else(Vec::new, |id| id.0.to_vec());
        rows::all(self.connection, sql, (after, limit(at_most)), |row| rows::report_id(row, "id"))
    }

    /// Says of what is damaged that it is not here, and adds it to `lost`: so a backup is made of all else.
    ///
    /// # Errors
    /// If it can't be told.
    pub fn leave_out_damaged(
        &self,
        reports: &mut [ReportRecords],
        lost: &mut Vec<DamagedFile>,
    ) -> Result<(), StoreError> {
        let (mut named, mut placed, mut damaged) = (Vec::new(), Vec::new(), Vec::new());
        for (entry, records) in reports.iter().enumerate() {
            for (place, _) in records.sealed_files() {
                match self.placed(records.id, place) {
                    Ok(file) => {
                        named.push((entry, place));
                        placed.push(file);
                    }
                    Err(StoreError::DamagedFile(_)) => damaged.push((entry, place)),
                    Err(error) => return Err(error),
                }
            }
        }
        let read = read_file::each(&placed, |file| read_file::copy(self.vault, file, &mut io::sink()))?;
        damaged.extend(named.into_iter().zip(read).filter_map(|(name, read)| read.is_none().then_some(name)));
        for (entry, place) in damaged {
            let records = &mut reports[entry];
            if !records.leave_out(place) {
                lost.push(DamagedFile { report: records.id, place });
            }
        }
        Ok(())
    }

    /// Writes a sealed file of a report as it is.
    ///
    /// # Errors
    /// If it is not there whole, or `out` fails.
    pub fn copy_sealed(&self, id: ReportId, place: SealedPlace, mut out: impl Write) -> Result<(), CopyError> {
        read_file::copy(self.vault, &self.placed(id, place)?, &mut out)
    }

    fn placed(&self, id: ReportId, place: SealedPlace) -> Result<Placed, StoreError> {
        let (sql, seq) = match place {
            SealedPlace::Message(seq, place) => return self.placed_file(id, seq, place),
            SealedPlace::OwnCopy(seq) => {
                ("SELECT shelf, size, slots FROM own_copy WHERE report = ?1 AND seq = ?2", seq)
            }
            SealedPlace::Answer(seq) => ("SELECT 2, size, slots FROM answer WHERE report = ?1 AND seq = ?2", seq),
        };
        let found = self.connection.prepare_cached(sql).and_then(|mut statement| {
            let columns = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?));
            statement.query_row((id.0, seq), columns).optional()
        });
        let (shelf, size, slots) = found?.ok_or_else(|| damaged("a sealed file is missing"))?;
        Placed::from_record(shelf, size, &slots)
    }
}

/// A report, in as many entries as its answers need.
fn report(connection: &Connection, id: ReportId) -> Result<Vec<ReportRecords>, StoreError> {
    let mut entries = vec![ReportRecords {
        id,
        begins: Some(row(connection, id)?),
        messages: messages(connection, id)?,
        clocks: reports::clocks(connection, id)?,
        ended_clocks: ended_clocks(connection, id)?,
        answers: answers_after(connection, id, 0)?,
    }];
    while let Some(last) = entries.last().and_then(|entry| entry.answers.last()) {
        let answers = answers_after(connection, id, last.seq)?;
        if answers.is_empty() {
            break;
        }
        let (messages, clocks, ended_clocks) = (vec![], vec![], vec![]);
        entries.push(ReportRecords { id, begins: None, messages, clocks, ended_clocks, answers });
    }
    Ok(entries)
}

fn row(connection: &Connection, id: ReportId) -> Result<ReportRow, StoreError> {
    let sql =
        "SELECT locator, route, received_on, reply_to, closed_on, withdrawn_on, set_aside_on, set_aside FROM report
               WHERE id = ?1";
    let found = rows::one(connection, sql, [id.0], |row| {
        Ok(ReportRow {
            locator: rows::digest(row, "locator")?,
            route: rows::route(row)?,
            received_on: rows::day_in(row, "received_on")?,
            reply_to: row.get("reply_to")?,
            closed_on: rows::day_if_any(row, "closed_on")?,
            withdrawn_on: rows::day_if_any(row, "withdrawn_on")?,
            set_aside: rows::set_aside(row)?,
        })
    })?;
    found.ok_or_else(|| damaged("a report is missing"))
}

fn messages(connection: &Connection, id: ReportId) -> Result<Vec<MessageRecords>, StoreError> {
    let sql = "SELECT seq, kind, received_on, send_id, commitment, summary, held FROM message WHERE report = ?1
               ORDER BY seq";
    let (file, own_copy) = (
        "SELECT size FROM file WHERE report = ?1 AND seq = ?2 ORDER BY place",
        "SELECT size FROM own_copy WHERE report = ?1 AND seq = ?2",
    );
    rows::all(connection, sql, [id.0], |row| {
        let seq = row.get("seq")?;
        let sizes = |sql| rows::all(connection, sql, (id.0, seq), |row| rows::size(row, "size"));
        Ok(MessageRecords {
            seq,
            kind: rows::message_kind(row)?,
            received_on: rows::day_in(row, "received_on")?,
            send_id: rows::send_id(row, "send_id")?,
            commitment: rows::digest(row, "commitment")?,
            summary: rows::digest(row, "summary")?,
            files: if row.get("held")? { Some(sizes(file)?) } else { None },
            own_copy: sizes(own_copy)?.pop(),
        })
    })
}

fn answers_after(connection: &Connection, id: ReportId, after: u32) -> Result<Vec<AnswerRecords>, StoreError> {
    let sql = "SELECT seq, delivered_on, sha256, kind, text, demanded, size, held FROM answer
               WHERE report = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    rows::all(connection, sql, (id.0, after, ANSWERS), |row| {
        Ok(AnswerRecords {
            seq: row.get("seq")?,
            delivered_on: rows::day_in(row, "delivered_on")?,
            sha256: rows::digest(row, "sha256")?,
            kind: rows::answer_kind(row)?,
            text: rows::digest(row, "text")?,
            demanded: row.get("demanded")?,
            size: if row.get("held")? { Some(rows::size(row, "size")?) } else { None },
        })
    })
}

fn limit(at_most: usize) -> i64 {
    i64::try_from(at_most).unwrap_or(i64::MAX)
}
