//! Taking in the team's answers: all of a file or none of it.

use std::sync::Arc;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension};

use super::{
    Store, StoreError, damaged,
    fold::size,
    signers::{casebook, set_casebook},
    slot_records::{free, free_slots, take},
    vault::{FilledSlot, FreeSlots, Placed, Shelf, Vault},
};
use crate::{
    crypto::{Sealed, SignerRole, Verified, VerifyingKey, os_random},
    domain::{
        AnswerEntry, CasebookId, CasebookSeen, ClockKind, Collected, Decisions, Digest, ReportId,
        limits::{DECISIONS_AHEAD, DECISIONS_FIRST, EVENTS_AHEAD, NUMBER_MAX},
    },
};

/// A decisions file whose signature was checked, with the sealed answers in the order of its list.
pub struct Delivery {
    /// The signed part.
    pub decisions: Verified<Decisions>,
    /// The sealed answers, in the order of the list.
    pub answers: Vec<Sealed>,
    /// The day of delivery, Europe/London: the day on which clocks are met.
    pub on: Date,
    /// Who signed it.
    pub signer: VerifyingKey<SignerRole>,
    /// How many signers have to stand by a text to a person; by an update, one of them.
    pub demanded: usize,
}

/// What a delivery changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Answers that are new at the box.
    pub answers: usize,
    /// Answers that it had already.
    pub known: usize,
    /// Answers to reports that the person withdrew: there is nobody to read them.
    pub withdrawn: usize,
    /// Messages that the desk has now, and that are kept here for a time all the same.
    pub acknowledged: usize,
    /// Messages deleted because a second signer says too that the desk has them.
    pub deleted: usize,
    /// Clocks met.
    pub met: usize,
}

/// A decisions file that can't be applied. Nothing of it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// Decisions of another casebook than the one that is pinned.
    #[error(
        "they are of casebook {found}, and this box takes those of casebook {pinned}; if the team's desk shows {found} under Team, run `candour init` with --confirm-casebook {found}"
    )]
    OtherCasebook {
        /// The one that wrote them.
        found: CasebookId,
        /// The one that the box takes.
        pinned: CasebookId,
    },
    /// Older than the last file.
    #[error(
        "they are number {number}, and number {last} was delivered already; if the team's casebook was restored from a copy, find the newer one first and go on with that; if this file was only passed over, let the desk write what is in it once more with `candour desk export --again`"
    )]
    Old {
        /// Of the file.
        number: u64,
        /// The last that was delivered.
        last: u64,
    },
    /// Far past the last file.
    #[error(
        "they are number {number}, and number {last} was the last one delivered: no casebook writes so many; ask the team, for somebody signed them by hand"
    )]
    FarAhead {
        /// Of the file.
        number: u64,
        /// The last that was delivered.
        last: u64,
    },
    /// The first file of a casebook, with a number that none reaches.
    #[error("they are number {0}, and no casebook has written so many: ask the team, for somebody signed them by hand")]
    FirstFarAhead(u64),
    /// The end of the casebook that they name is far past the one before.
    #[error(
        "they say that their casebook has {number} events, and it had {last} when it was seen last: no casebook grows so fast; ask the team, for somebody signed them by hand"
    )]
    HeadFarAhead {
        /// The last event that they name.
        number: u64,
        /// The last event that the box knew of.
        last: u64,
    },
    /// It answers a report that this box does not have.
    #[error("it answers report {0}, which this box does not have; check that the file is for this box")]
    UnknownReport(ReportId),
    /// There is another answer of that number.
    #[error(
        "it has another answer {seq} to report {report} than the one delivered before; ask the desk which of its files came first. If it knows of one only, somebody signed the other by hand: import a new collection there, and let it write the rest with `candour desk export --again`"
    )]
    Different {
        /// The one that the decision is about.
        report: ReportId,
        /// The answer.
        seq: u32,
    },
    /// An earlier answer is missing.
    #[error(
        "it has answer {seq} to report {report}, but answer {expected} has not been delivered; deliver the earlier decisions file first; if that is lost, write one with `candour desk export --again`"
    )]
    Early {
        /// The one that the decision is about.
        report: ReportId,
        /// The answer.
        seq: u32,
        /// The answer that is next.
        expected: u32,
    },
    /// The desk says it has what was never sent.
    #[error(
        "it says that the desk has message {through} of report {report}, which this box never had; check that the file is for this box"
    )]
    NeverSent {
        /// The one that the decision is about.
        report: ReportId,
        /// The message.
        through: u32,
    },
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Applies a decisions file in one transaction; done when it is on the disk. The same file twice changes nothing
    /// the second time. Blocks.
    ///
    /// # Errors
    /// The first thing in it that does not fit; then nothing was changed.
    pub fn apply(&self, delivery: Delivery) -> Result<Applied, ApplyError> {
        let vault = Arc::clone(self.vault());
        let applied = self.change(move |connection| {
            // An error inside must undo this write, and yet be told from the store's own.
            let result = apply(connection, &vault, &delivery);
            match result {
                Ok(applied) => Ok(Ok(applied)),
                Err(ApplyError::Store(error)) => Err(error),
                Err(refused) => {
                    connection.execute_batch("ROLLBACK TO job")?;
                    Ok(Err(refused))
                }
            }
        })??;
        // The delivery is on the disk; what can't be wiped now, the next tick wipes.
        let _ = self.wipe_if_nobody_serves();
        Ok(applied)
    }
}

fn apply(connection: &Connection, vault: &Vault, delivery: &Delivery) -> Result<Applied, ApplyError> {
    let mut applied = Applied::default();
    let digest = delivery.decisions.digest();
    if connection
        .query_row("SELECT 1 FROM delivery WHERE sha256 = ?1", [digest.0], |_| Ok(()))
        .optional()
        .map_err(StoreError::from)?
        .is_some()
    {
        applied.known = delivery.answers.len();
        return Ok(applied);
    }
    follow(connection, delivery.decisions.document())?;
    let mut places = AnswerPlaces::new(connection, vault)?;
    for (entry, sealed) in delivery.decisions.document().answers.iter().zip(&delivery.answers) {
        apply_answer(&mut places, entry, sealed, delivery, &mut applied)?;
    }
    // Before the commit that names them.
    places.finish()?;
    for collected in &delivery.decisions.document().collected {
        apply_collected(connection, *collected, delivery, &mut applied)?;
    }
    connection.execute("INSERT INTO delivery (sha256) VALUES (?1)", [digest.0]).map_err(StoreError::from)?;
    Ok(applied)
}

/// The first casebook whose decisions are delivered is the one from then on, and its files come in rising numbers. The
/// furthest end of it that any of them names is kept, to be told to the desk.
fn follow(connection: &Connection, decisions: &Decisions) -> Result<(), ApplyError> {
    let Decisions { casebook: found, number, head, .. } = *decisions;
    let pinned = casebook(connection)?;
    let seen = pinned.unwrap_or(CasebookSeen { casebook: found, decisions: 0, head });
    if seen.casebook != found {
        return Err(ApplyError::OtherCasebook { found, pinned: seen.casebook });
    }
    let last = seen.decisions;
    if number <= last {
        return Err(ApplyError::Old { number, last });
    }
    // A casebook that the box did not know may have written many files before. Without an end to that, one file would be
    // the last that the box ever takes.
    if last == 0 && number > DECISIONS_FIRST {
        return Err(ApplyError::FirstFarAhead(number));
    }
    if number > NUMBER_MAX || (last > 0 && number - last > DECISIONS_AHEAD) {
        return Err(ApplyError::FarAhead { number, last });
    }
    // An end that no casebook reaches would stay the furthest for good, and hide that one was put back.
    let known = pinned.map_or(0, |pinned| pinned.head.number);
    if head.number > NUMBER_MAX || head.number.saturating_sub(known) > EVENTS_AHEAD {
        return Err(ApplyError::HeadFarAhead { number: head.number, last: known });
    }
    let furthest = if head.number > seen.head.number { head } else { seen.head };
    Ok(set_casebook(connection, CasebookSeen { casebook: found, decisions: number, head: furthest })?)
}

fn apply_answer(
    places: &mut AnswerPlaces<'_>,
    entry: &AnswerEntry,
    sealed: &Sealed,
    delivery: &Delivery,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let AnswerEntry { report, seq, .. } = *entry;
    let connection = places.connection;
    let withdrawn: Option<bool> = connection
        .query_row("SELECT withdrawn_on IS NOT NULL FROM report WHERE id = ?1", [report.0], |row| row.get(0))
        .optional()
        .map_err(StoreError::from)?;
    match withdrawn {
        None => return Err(ApplyError::UnknownReport(report)),
        Some(true) => {
            applied.withdrawn += 1;
            return Ok(());
        }
        Some(false) => {}
    }
    let there = connection
        .query_row("SELECT sha256 FROM answer WHERE report = ?1 AND seq = ?2", (report.0, seq), |row| {
            row.get::<_, Vec<u8>>(0)
        })
        .optional()
        .map_err(StoreError::from)?;
    if let Some(there) = there {
        let there = Digest::from_slice(&there).map_err(|_| damaged("a digest"))?;
        if there != entry.sha256 {
            return Err(ApplyError::Different { report, seq });
        }
        applied.known += 1;
        return Ok(());
    }
    let last: u32 = connection
        .query_row("SELECT coalesce(max(seq), 0) FROM answer WHERE report = ?1", [report.0], |row| row.get(0))
        .map_err(StoreError::from)?;
    if seq != last + 1 {
        return Err(ApplyError::Early { report, seq, expected: last + 1 });
    }
    let placed = places.put(sealed.as_bytes())?;
    insert_answer(connection, entry, &placed, delivery)?;
    applied.answers += 1;
    for kind in ClockKind::ALL.iter().filter(|clock| entry.kind.meets(**clock)) {
        applied.met += meet(connection, report, *kind, delivery.on)?;
    }
    Ok(())
}

fn insert_answer(
    connection: &Connection,
    entry: &AnswerEntry,
    placed: &Placed,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    // An update says nothing in words: its writer is enough.
    let demanded = if entry.kind.is_text() { delivery.demanded } else { delivery.demanded.min(1) };
    connection.execute(
        "INSERT INTO answer (report, seq, delivered_on, sha256, kind, text, demanded, size, slots)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            entry.report.0,
            entry.seq,
            delivery.on.to_string(),
            entry.sha256.0,
            entry.kind.slug(),
            entry.text.0,
            u32::try_from(demanded).unwrap_or(u32::MAX),
            size(placed),
            placed.encoded_slots(),
        ),
    )?;
    connection.execute("UPDATE report SET closed = ?2 WHERE id = ?1", (entry.report.0, entry.closed))?;
    Ok(())
}

/// Meets every open clock of that kind: one notice meets all that are open when it is delivered.
fn meet(connection: &Connection, report: ReportId, kind: ClockKind, on: Date) -> Result<usize, StoreError> {
    let sql = "UPDATE clock SET met_on = ?3 WHERE report = ?1 AND kind = ?2 AND met_on IS NULL";
    Ok(connection.execute(sql, (report.0, kind.slug(), on.to_string()))?)
}

/// Notes what the desk has. What one signer says stays here for a time, sealed; what a second one says too is deleted.
fn apply_collected(
    connection: &Connection,
    Collected { report, through }: Collected,
    delivery: &Delivery,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let last: Option<u32> = connection
        .query_row("SELECT max(seq) FROM message WHERE report = ?1", [report.0], |row| row.get(0))
        .map_err(StoreError::from)?;
    // A report that is gone was withdrawn and acknowledged before.
    let Some(last) = last else { return Ok(()) };
    if through > last {
        return Err(ApplyError::NeverSent { report, through });
    }
    let signer = delivery.signer.to_base64();
    let second = "SELECT seq FROM message WHERE report = ?1 AND seq <= ?2 AND held = 1
                    AND acknowledged_by IS NOT NULL AND acknowledged_by <> ?3";
    let confirmed: Vec<u32> = connection
        .prepare_cached(second)
        .and_then(|mut statement| {
            let rows = statement.query_map((report.0, through, &signer), |row| row.get(0))?;
            rows.collect()
        })
        .map_err(StoreError::from)?;
    for seq in confirmed {
        delete_files(connection, report, seq)?;
        applied.deleted += 1;
    }
    let sql = "UPDATE message SET collected = 1, acknowledged_on = ?3, acknowledged_by = ?4
               WHERE report = ?1 AND seq <= ?2 AND acknowledged_on IS NULL";
    let told = (report.0, through, delivery.on.to_string(), &signer);
    applied.acknowledged += connection.execute(sql, told).map_err(StoreError::from)?;
    Ok(remove_withdrawn(connection, report)?)
}

/// Deletes the sealed files of a message.
pub(super) fn delete_files(connection: &Connection, report: ReportId, seq: u32) -> Result<(), StoreError> {
    let sql = "SELECT shelf, size, slots FROM file WHERE report = ?1 AND seq = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((report.0, seq), |row| {
        Ok((row.get::<_, u8>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
    })?;
    for row in rows {
        let (shelf, size, slots) = row?;
        let placed = Placed::from_record(shelf, size, &slots)?;
        free(connection, placed.shelf, placed.numbers())?;
    }
    connection.prepare_cached("DELETE FROM file WHERE report = ?1 AND seq = ?2")?.execute((report.0, seq))?;
    let sql = "UPDATE message SET held = 0 WHERE report = ?1 AND seq = ?2";
    connection.prepare_cached(sql)?.execute((report.0, seq))?;
    Ok(())
}

/// A report that was withdrawn goes altogether once the desk knows, and nothing of it is kept any more.
pub(super) fn remove_withdrawn(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
    let sql = "DELETE FROM report WHERE id = ?1 AND withdrawn_on IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM message WHERE message.report = report.id AND held = 1)
                 AND EXISTS (SELECT 1 FROM message WHERE message.report = report.id AND kind = 'withdrawal'
                   AND acknowledged_on IS NOT NULL)";
    connection.prepare_cached(sql)?.execute([report.0])?;
    Ok(())
}

/// Where answers are put: slots that the records say are free, under the database's own lock.
struct AnswerPlaces<'a> {
    connection: &'a Connection,
    vault: &'a Vault,
    slots: FreeSlots,
    is_written: bool,
}

impl<'a> AnswerPlaces<'a> {
    fn new(connection: &'a Connection, vault: &'a Vault) -> Result<Self, StoreError> {
        let slots = free_slots(connection, Shelf::Answers, vault.file(Shelf::Answers).slots()?)?;
        Ok(Self { connection, vault, slots, is_written: false })
    }

    fn put(&mut self, sealed: &[u8]) -> Result<Placed, StoreError> {
        let file = self.vault.file(Shelf::Answers);
        let mut placed = Placed { shelf: Shelf::Answers, size: sealed.len() as u64, slots: vec![] };
        for part in sealed.chunks(Shelf::Answers.slot_bytes()) {
            if self.slots.free() == 0 {
                let more = self.slots.slots() + Shelf::Answers.step().max(self.slots.slots() / 4);
                file.grow(self.slots.slots(), more)?;
                self.slots.grow(more);
            }
            let number = self.slots.take_any(&mut os_random()).ok_or(StoreError::Full)?;
            file.write(number, part)?;
            placed.slots.push(FilledSlot { number, crc: crc32fast::hash(part) });
        }
        take(self.connection, Shelf::Answers, placed.numbers())?;
        self.is_written = true;
        Ok(placed)
    }

    fn finish(self) -> Result<(), StoreError> {
        if self.is_written { self.vault.sync(Shelf::Answers) } else { Ok(()) }
    }
}
