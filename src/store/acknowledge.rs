//! What the desk says that it has, heard of, or set aside. Everything is named by its digest: a number may have been given
//! twice by a box that was restored.

use rusqlite::{Connection, OptionalExtension};

use super::{
    StoreError,
    delivery::{Applied, ApplyError, Delivery},
    ended_clocks::end_clocks,
    ready_records::take_back,
    removal::{delete_files, delete_own_copies, leave_no_trace, remove_if_withdrawn},
    report_entry::report_entry,
};
use crate::{
    crypto::record_digest,
    domain::{Digest, ReportId, SetAsideEntry},
};

/// Messages that are looked at and slots that are given up in one transaction, and those of one message besides: however
/// large what is deleted, whoever else uses the database waits for no more than that.
const STEP: usize = 512;

/// How far a list of reports was worked through, each with messages of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ListPosition {
    /// The entry of the list that comes next.
    pub(super) entry: usize,
    /// The message of it that comes next.
    pub(super) message: usize,
}

impl ListPosition {
    /// Where to begin in an entry.
    const fn in_entry(self, entry: usize) -> usize {
        if entry == self.entry { self.message } else { 0 }
    }
}

/// Notes what the desk has, as much as one transaction takes, and gives where to go on. What one signer says stays here for
/// a time, sealed; what a second one says too is deleted.
pub(super) fn acknowledge(
    connection: &Connection,
    delivery: &Delivery,
    from: ListPosition,
) -> Result<(Applied, ListPosition), ApplyError> {
    let collected = &delivery.decisions.document().collected;
    let (mut applied, mut work) = (Applied::default(), 0);
    for (entry, told) in collected.iter().enumerate().skip(from.entry) {
        for (message, commitment) in told.messages.iter().enumerate().skip(from.in_entry(entry)) {
            if work >= STEP {
                return Ok((applied, ListPosition { entry, message }));
            }
            work += acknowledge_message(connection, told.report, *commitment, delivery, &mut applied)?.work;
        }
        if work >= STEP {
            return Ok((applied, ListPosition { entry, message: told.messages.len() }));
        }
        work += acknowledge_record(connection, told.report, told.record)?;
        remove_if_withdrawn(connection, told.report)?;
    }
    Ok((applied, ListPosition { entry: collected.len(), message: 0 }))
}

/// The desk heard that these reports are gone.
pub(super) fn heard_gone(connection: &Connection, reports: &[ReportId]) -> Result<(), ApplyError> {
    let forget = |id: &ReportId| -> Result<(), StoreError> {
        connection.prepare_cached("DELETE FROM gone_report WHERE report = ?1")?.execute([id.0])?;
        Ok(())
    };
    reports.iter().try_for_each(forget)?;
    if !reports.is_empty() {
        leave_no_trace(connection)?;
    }
    Ok(())
}

/// Sets reports aside, as many as one transaction takes, and gives where to go on: nothing more is owed for them. Their sealed
/// files go as those do that the desk acknowledged: no report is lost on one signer's word, nor is what nobody has read.
pub(super) fn set_aside(
    connection: &Connection,
    delivery: &Delivery,
    from: ListPosition,
) -> Result<(Applied, ListPosition), ApplyError> {
    let entries = &delivery.decisions.document().set_aside;
    let (mut applied, mut work) = (Applied::default(), 0);
    for (entry, SetAsideEntry { report, reason, messages }) in entries.iter().enumerate().skip(from.entry) {
        if work >= STEP {
            return Ok((applied, ListPosition { entry, message: 0 }));
        }
        work += 1;
        let sql = "UPDATE report SET set_aside_on = ?2, set_aside = ?3
                   WHERE id = ?1 AND withdrawn_on IS NULL AND set_aside IS NOT ?3";
        let (on, deleted) = (delivery.on.to_string(), applied.deleted);
        applied.set_aside += execute(connection, sql, (report.0, &on, reason.slug()))?;
        // What the team did not have when it decided that is owed, and stays.
        for (message, commitment) in messages.iter().enumerate().skip(from.in_entry(entry)) {
            if work >= STEP {
                return Ok((applied, ListPosition { entry, message }));
            }
            let Acknowledged { seq, work: more } =
                acknowledge_message(connection, *report, *commitment, delivery, &mut applied)?;
            work += more;
            if let Some(seq) = seq
                && end_clocks(connection, *report, seq)? > 0
            {
                // Of what the person said since it was set aside before, this is the answer.
                let sql = "UPDATE report SET set_aside_on = ?2 WHERE id = ?1 AND set_aside_on IS NOT NULL";
                execute(connection, sql, (report.0, &on))?;
            }
        }
        if applied.deleted > deleted {
            take_back(connection)?;
        }
        // The person's own copies go with the last of what is sealed to the team, and so not on one signer's word either.
        if applied.deleted > deleted
            && !has(connection, "SELECT 1 FROM message WHERE report = ?1 AND held = 1", *report)?
        {
            delete_own_copies(connection, *report)?;
        }
    }
    Ok((applied, ListPosition { entry: entries.len(), message: 0 }))
}

/// The number of the message that was committed to so; none if there is none.
fn number_of(connection: &Connection, report: ReportId, commitment: Digest) -> Result<Option<u32>, StoreError> {
    let sql = "SELECT seq FROM message WHERE report = ?1 AND commitment = ?2";
    let row = (report.0, commitment.0);
    Ok(connection.prepare_cached(sql)?.query_row(row, |row| row.get(0)).optional()?)
}

/// What became of a message that the desk has.
struct Acknowledged {
    /// Its number here; none if it is not here by that commitment.
    seq: Option<u32>,
    /// How much that was of what one transaction takes.
    work: usize,
}

fn acknowledge_message(
    connection: &Connection,
    report: ReportId,
    commitment: Digest,
    delivery: &Delivery,
    applied: &mut Applied,
) -> Result<Acknowledged, StoreError> {
    let Some(seq) = number_of(connection, report, commitment)? else {
        applied.unknown += 1;
        return Ok(Acknowledged { seq: None, work: 1 });
    };
    let sql = "SELECT acknowledged_by, held FROM message WHERE report = ?1 AND seq = ?2";
    let (by, held): (Option<String>, bool) =
        connection.prepare_cached(sql)?.query_row((report.0, seq), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let signer = delivery.signer.to_base64();
    let mut work = 1;
    match by {
        None => {
            let sql = "UPDATE message SET collected = 1, acknowledged_on = ?3, acknowledged_by = ?4
                       WHERE report = ?1 AND seq = ?2";
            execute(connection, sql, (report.0, seq, delivery.on.to_string(), &signer))?;
            applied.acknowledged += 1;
        }
        Some(first) if first != signer && held => {
            work += delete_files(connection, report, seq)?;
            applied.deleted += 1;
        }
        Some(_) => {}
    }
    Ok(Acknowledged { seq: Some(seq), work })
}

/// The desk knows what the box says of a report, if that is still so and every message of it is there. Gives how much of what
/// one transaction takes that was.
fn acknowledge_record(connection: &Connection, report: ReportId, record: Digest) -> Result<usize, StoreError> {
    let Some(entry) = report_entry(connection, report)? else { return Ok(1) };
    if record_digest(&entry).ok() == Some(record) {
        let sql = "DELETE FROM report_to_tell WHERE report = ?1
                     AND NOT EXISTS (SELECT 1 FROM message WHERE report = ?1 AND collected = 0)";
        execute(connection, sql, [report.0])?;
    }
    Ok(1 + entry.messages.len())
}

fn has(connection: &Connection, sql: &str, report: ReportId) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached(sql)?.exists([report.0])?)
}

fn execute(connection: &Connection, sql: &str, row: impl rusqlite::Params) -> Result<usize, StoreError> {
    Ok(connection.prepare_cached(sql)?.execute(row)?)
}
