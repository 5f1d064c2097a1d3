//! What a collection needs: one consistent view of every report, and the sealed files as they are.

use std::io::{self, Write};

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension};

use super::{
    CopyError, DamagedFile, LastDay, ReadyCollection, ReadyStanding, SealedPlace, Store, StoreError, damaged,
    last_days, read_file,
    ready_records::{self, WithdrawnSoFar},
    removal::places,
    report_entry::report_entry,
    rows, signers,
    vault::{Placed, Vault},
};
use crate::{
    crypto::{Hashed, besides},
    domain::{
        Besides, CasebookSeen, CollectionId, Digest, FileEntry, ReportEntry, ReportId,
        limits::{PART_BYTES, PART_LIST_BYTES},
    },
};

/// Bytes that a report takes in a manifest, and to spare; then those of what belongs to it.
const REPORT_ROOM: usize = 400;
const MESSAGE_ROOM: usize = 320;
const CLOCK_ROOM: usize = 160;
const ANSWER_ROOM: usize = 280;
const FILE_ROOM: usize = 110;
/// Reports that are named as gone in one part: some 2 MiB of its list, besides what is said of reports that are here.
const GONE: usize = 100_000;

/// The last collection that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionRecord {
    /// From 1 in each epoch.
    pub number: u64,
    /// Its random name.
    pub id: CollectionId,
    /// The day on which it was made, Europe/London; nothing finer.
    pub on: Date,
    /// What each of its files is told by, in the order of the parts, if it has not got its name yet.
    pub files: Vec<Digest>,
}

/// What the next collection is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextCollection {
    /// From 1 in each epoch.
    pub number: u64,
    /// The collection before it in that epoch; none for the first.
    pub previous: Option<CollectionId>,
}

/// Which reports a part of a collection lists.
pub type PartReports = Vec<ReportId>;

/// How a collection is cut into parts.
pub struct CollectionPlan {
    /// The reports of each part, by id; one part at least.
    pub parts: Vec<PartReports>,
    /// The reports that are in none of them.
    pub besides: Besides,
    /// Reports that are here no more: [`Self::gone_in`] a part, so many of them.
    pub gone: Vec<ReportId>,
}

impl CollectionPlan {
    /// The reports that are named as gone in a part, counted from 1: each in one part alone, so that no list grows with what
    /// nobody carried for long.
    #[must_use]
    pub fn gone_in(&self, part: usize) -> &[ReportId] {
        self.gone.chunks(GONE).nth(part.saturating_sub(1)).unwrap_or_default()
    }
}

/// The store as it is at one moment, whatever is written meanwhile: until it is dropped, no slot is wiped.
pub struct Snapshot<'a> {
    pub(super) connection: &'a Connection,
    pub(super) vault: &'a Vault,
}

impl Store {
    /// Works on one consistent view. Blocks.
    ///
    /// # Errors
    /// Those of `work`, and those of reading.
    pub fn snapshot<T, E: From<StoreError>>(&self, work: impl FnOnce(&Snapshot<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut outcome = None;
        // Before the records are read: what they name then stays where it is.
        let _held = self.vault().hold_slots().map_err(StoreError::from)?;
        self.read_all(|connection| {
            outcome = Some(work(&Snapshot { connection, vault: self.vault() }));
            Ok(())
        })?;
        outcome.unwrap_or_else(|| Err(StoreError::Stopped.into()))
    }

    /// The last collection. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn last_collection(&self) -> Result<Option<CollectionRecord>, StoreError> {
        self.read(last)
    }

    /// The day on which the box was last emptied: on which somebody took a collection with them, or fetched all of one. None
    /// if nobody did. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn last_collected_on(&self) -> Result<Option<Date>, StoreError> {
        self.read(taken_on)
    }

    /// What the next collection is called: as the one that lies ready and that nobody has any of, else by the next number.
    /// Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn next_collection(&self) -> Result<NextCollection, StoreError> {
        self.read(next)
    }

    /// Records a collection that somebody carries away, if it is the next one; else another was made meanwhile. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if it is not the next one.
    pub fn record_collection(&self, record: CollectionRecord) -> Result<(), StoreError> {
        self.change(move |connection| {
            let given_way = give_way(connection, record.number)?;
            ready_records::write(connection, &given_way)?;
            last_days::record(connection, LastDay::Fetched, record.on)?;
            insert(connection, &record)
        })
    }

    /// Records a collection that lies ready, if it is the next one; else another was made meanwhile. What was kept of earlier
    /// ones is no longer on record. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if it is not the next one, or something in it was taken back since.
    pub fn record_ready(&self, made: ReadyCollection, since: WithdrawnSoFar) -> Result<(), StoreError> {
        self.change(move |connection| {
            if ready_records::taken_back(connection)? != since {
                return Err(StoreError::Busy);
            }
            let mut all = give_way(connection, made.number)?;
            // A version that did not write this down knew of no other way to empty a box than that one.
            if let Some(on) = taken_on(connection)? {
                last_days::record(connection, LastDay::Fetched, on)?;
            }
            let ReadyCollection { number, id, on, .. } = made;
            all.retain(|ready| ready.standing != ReadyStanding::Kept);
            all.push(made);
            ready_records::write(connection, &all)?;
            insert(connection, &CollectionRecord { number, id, on, files: Vec::new() })
        })
    }
}

/// The last collection.
pub(super) fn last(connection: &Connection) -> Result<Option<CollectionRecord>, StoreError> {
    let last = connection
        .query_row("SELECT number, id, made_on FROM collection ORDER BY number DESC LIMIT 1", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    let Some((number, id, on)) = last else { return Ok(None) };
    let sql = "SELECT file FROM collection_part ORDER BY part";
    let files = rows::all(connection, sql, [], |row| rows::digest(row, "file"))?;
    Ok(Some(CollectionRecord {
        number: u64::try_from(number).map_err(|_| damaged("a collection's number"))?,
        id: CollectionId::from_slice(&id).map_err(|_| damaged("a collection's id"))?,
        on: rows::day(&on)?,
        files,
    }))
}

/// The day on which somebody last took a collection with them.
fn taken_on(connection: &Connection) -> Result<Option<Date>, StoreError> {
    if let Some(on) = last_days::read(connection, LastDay::Fetched)? {
        return Ok(Some(on));
    }
    let ready = ready_records::read(connection)?;
    // Until a collection could lie ready, whoever made one took it with them.
    Ok(last(connection)?.filter(|last| ready.iter().all(|ready| ready.id != last.id)).map(|last| last.on))
}

fn next(connection: &Connection) -> Result<NextCollection, StoreError> {
    let last = last(connection)?;
    let ready = ready_records::read(connection)?;
    if let Some(ReadyCollection { number, previous, .. }) =
        ready_records::unread(&ready, last.as_ref().map(|last| last.id))
    {
        return Ok(NextCollection { number: *number, previous: *previous });
    }
    let number = last.as_ref().map_or(1, |last| last.number + 1);
    Ok(NextCollection { number, previous: last.map(|last| last.id) })
}

/// What still lies ready once a collection of that number is made, if that is the next one.
fn give_way(connection: &Connection, number: u64) -> Result<Vec<ReadyCollection>, StoreError> {
    if next(connection)?.number != number {
        return Err(StoreError::Busy);
    }
    let mut all = ready_records::read(connection)?;
    if ready_records::unread(&all, last(connection)?.map(|last| last.id)).is_some() {
        all.pop();
    }
    Ok(all)
}

fn insert(connection: &Connection, record: &CollectionRecord) -> Result<(), StoreError> {
    let number = i64::try_from(record.number).map_err(|_| damaged("a collection's number"))?;
    // Only the last is needed: the next one names it.
    connection.execute("DELETE FROM collection", [])?;
    connection.execute("DELETE FROM collection_part", [])?;
    connection.execute(
        "INSERT INTO collection (number, id, made_on) VALUES (?1, ?2, ?3)",
        (number, record.id.0, record.on.to_string()),
    )?;
    let mut statement = connection.prepare_cached("INSERT INTO collection_part (part, file) VALUES (?1, ?2)")?;
    for (part, file) in (1_i64..).zip(&record.files) {
        statement.execute((part, file.0))?;
    }
    Ok(())
}

/// The reports that are listed, with about how many bytes each takes in a manifest and how many its sealed files have.
pub(super) const TO_TELL: &str = "SELECT report, (SELECT count(*) FROM message AS m WHERE m.report = t.report),
       (SELECT count(*) FROM clock AS c WHERE c.report = t.report),
       (SELECT count(*) FROM answer AS a WHERE a.report = t.report),
       (SELECT count(*) FROM message AS m JOIN file USING (report, seq) WHERE m.report = t.report AND m.collected = 0),
       (SELECT coalesce(sum(size), 0) FROM message AS m JOIN file USING (report, seq)
          WHERE m.report = t.report AND m.collected = 0)
     FROM report_to_tell AS t ORDER BY report";
/// The same of every report, and of every message whose files are still here.
pub(super) const ALL_TO_TELL: &str = "SELECT id, (SELECT count(*) FROM message AS m WHERE m.report = r.id),
       (SELECT count(*) FROM clock AS c WHERE c.report = r.id),
       (SELECT count(*) FROM answer AS a WHERE a.report = r.id),
       (SELECT count(*) FROM file AS f WHERE f.report = r.id),
       (SELECT coalesce(sum(size), 0) FROM file AS f WHERE f.report = r.id)
     FROM report AS r ORDER BY id";
/// Every report's id. What is not told is counted, so each is looked at.
pub(super) const IDS: &str = "SELECT id FROM report ORDER BY id";

impl Snapshot<'_> {
    /// What the box knows of the casebook whose decisions it takes.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn casebook(&self) -> Result<Option<CasebookSeen>, StoreError> {
        // One that was confirmed and delivered nothing yet was not seen at any event.
        Ok(signers::casebook(self.connection)?.filter(|seen| seen.decisions > 0))
    }

    /// How the next collection is cut into parts: what the desk was not known to have; with `again`, every report, with
    /// every file that is still here.
    ///
    /// # Errors
    /// If the records can't be read.
    pub fn plan(&self, again: bool) -> Result<CollectionPlan, StoreError> {
        let mut parts: Vec<PartReports> = vec![Vec::new()];
        let (mut list, mut files) = (0, 0);
        let mut statement = self.connection.prepare(if again { ALL_TO_TELL } else { TO_TELL })?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = report_id(&row.get::<_, Vec<u8>>(0)?)?;
            let count = |column| -> Result<usize, StoreError> {
                usize::try_from(row.get::<_, i64>(column)?).map_err(|_| damaged("a count"))
            };
            let room = room(count(1)?, count(2)?, count(3)?, count(4)?);
            let bytes = u64::try_from(row.get::<_, i64>(5)?).map_err(|_| damaged("a size"))?;
            let is_full = list > 0 && (list + room > PART_LIST_BYTES || files + bytes > PART_BYTES);
            if is_full {
                parts.push(Vec::new());
                (list, files) = (0, 0);
            }
            (list, files) = (list + room, files + bytes);
            if let Some(part) = parts.last_mut() {
                part.push(id);
            }
        }
        let mut statement = self.connection.prepare(IDS)?;
        let ids = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let mut listed = parts.iter().flatten().copied().peekable();
        let mut others = Vec::new();
        for id in ids {
            let id = report_id(&id?)?;
            if listed.next_if_eq(&id).is_none() {
                others.push(id);
            }
        }
        let gone = self.gone()?;
        parts.resize(parts.len().max(gone.len().div_ceil(GONE)), Vec::new());
        Ok(CollectionPlan { besides: besides(others), gone, parts })
    }

    fn gone(&self) -> Result<Vec<ReportId>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT report FROM gone_report ORDER BY report")?;
        let ids = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        ids.map(|id| report_id(&id?)).collect()
    }

    /// What the box says of these reports, with the files of messages that the desk is not known to have; with `again`, of
    /// all that are still here. A message of which a file is damaged is among them without its files, and added to `lost`.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn reports(
        &self,
        ids: &[ReportId],
        again: bool,
        lost: &mut Vec<DamagedFile>,
    ) -> Result<Vec<ReportEntry>, StoreError> {
        let mut placed = Vec::new();
        let mut reports = Vec::with_capacity(ids.len());
        for id in ids {
            let mut entry = report_entry(self.connection, *id)?.ok_or_else(|| damaged("a report is missing"))?;
            for message in &mut entry.messages {
                if !again && !self.is_to_be_carried(*id, message.seq)? {
                    continue;
                }
                match self.files(*id, message.seq) {
                    Ok(files) => {
                        message.files = files.iter().map(|file| not_digested(file.size)).collect();
                        placed.extend(files);
                    }
                    Err(StoreError::DamagedFile(_)) => {
                        lost.push(DamagedFile { report: *id, place: SealedPlace::Message(message.seq, 0) });
                    }
                    Err(error) => return Err(error),
                }
            }
            reports.push(entry);
        }
        // Nobody who sends a file waits for it, and no byte is hashed twice.
        let digests = read_file::each(&placed, |file| {
            let mut hashed = Hashed::new(io::sink());
            read_file::copy(self.vault, file, &mut hashed)?;
            Ok(hashed.finish().0)
        })?;
        let mut digests = digests.into_iter();
        for report in &mut reports {
            for message in &mut report.messages {
                let mut damaged = None;
                for (place, file) in message.files.iter_mut().enumerate() {
                    match digests.next().flatten() {
                        Some(digest) => file.sha256 = digest,
                        None => damaged = damaged.or(Some(place)),
                    }
                }
                if let Some(place) = damaged {
                    lost.push(DamagedFile { report: report.id, place: SealedPlace::Message(message.seq, place) });
                    message.files.clear();
                }
            }
        }
        Ok(reports)
    }

    fn is_to_be_carried(&self, report: ReportId, seq: u32) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM message WHERE report = ?1 AND seq = ?2 AND collected = 0";
        Ok(self.connection.prepare_cached(sql)?.exists((report.0, seq))?)
    }

    /// Writes a sealed file as it is.
    ///
    /// # Errors
    /// If it is not there whole, or `out` fails.
    pub fn copy_file(&self, report: ReportId, seq: u32, place: usize, mut out: impl Write) -> Result<(), CopyError> {
        read_file::copy(self.vault, &self.placed_file(report, seq, place)?, &mut out)
    }

    /// Where a sealed file of a message lies.
    pub(super) fn placed_file(&self, report: ReportId, seq: u32, place: usize) -> Result<Placed, StoreError> {
        let sql = "SELECT shelf, size, slots FROM file WHERE report = ?1 AND seq = ?2 AND place = ?3";
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        let found = self.connection.prepare_cached(sql).and_then(|mut statement| {
            let row = (report.0, seq, place);
            statement.query_row(row, |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?))).optional()
        });
        let (shelf, size, slots) = found?.ok_or_else(|| damaged("a file of a message is missing"))?;
        Placed::from_record(shelf, size, &slots)
    }

    fn files(&self, report: ReportId, seq: u32) -> Result<Vec<Placed>, StoreError> {
        let sql = "SELECT shelf, size, slots FROM file WHERE report = ?1 AND seq = ?2 ORDER BY place";
        places(self.connection, sql, (report.0, seq))
    }
}

const fn not_digested(size: u64) -> FileEntry {
    FileEntry { size, sha256: Digest([0; Digest::LEN]) }
}

/// Bytes that a report takes in a list, and to spare.
pub(super) const fn room(messages: usize, clocks: usize, answers: usize, files: usize) -> usize {
    REPORT_ROOM + MESSAGE_ROOM * messages + CLOCK_ROOM * clocks + ANSWER_ROOM * answers + FILE_ROOM * files
}

fn report_id(bytes: &[u8]) -> Result<ReportId, StoreError> {
    ReportId::from_slice(bytes).map_err(|_| damaged("a report's id"))
}
