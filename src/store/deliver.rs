//! Taking in the team's answers: all of a file or none of it.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension};

use super::{Store, StoreError, damaged};
use crate::{
    crypto::{Sealed, Verified, frame},
    domain::{AnswerEntry, ClockKind, Collected, Decisions, Digest, MessageKind, ReportId},
};

/// A decisions file whose signature was checked, with the sealed answers in the order of its list.
pub struct Delivery {
    /// The signed part.
    pub decisions: Verified<Decisions>,
    /// The sealed answers, in the order of the list.
    pub answers: Vec<Sealed>,
    /// The day of delivery, Europe/London: the day on which clocks are met.
    pub on: Date,
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
    /// Messages deleted because the desk has them.
    pub collected: usize,
    /// Clocks met.
    pub met: usize,
}

/// A decisions file that can't be applied. Nothing of it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// It answers a report that this box does not have.
    #[error("it answers report {0}, which this box does not have; check that the file is for this box")]
    UnknownReport(ReportId),
    /// There is another answer of that number.
    #[error(
        "it has another answer {seq} to report {report} than the one delivered before; ask the desk which of its files came first"
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
        let deleted = self.write_blocking(move |connection| {
            // An error inside must undo this write, and yet be told from the store's own.
            let result = apply(connection, &delivery);
            match result {
                Ok(applied) => Ok(Ok(applied)),
                Err(ApplyError::Store(error)) => Err(error),
                Err(refused) => {
                    connection.execute_batch("ROLLBACK TO job")?;
                    Ok(Err(refused))
                }
            }
        })??;
        if deleted.collected > 0 {
            // The delivery is on the disk; if the log can't be cut now, the next tidying does it.
            let _ = self.truncate_log();
        }
        Ok(deleted)
    }
}

fn apply(connection: &Connection, delivery: &Delivery) -> Result<Applied, ApplyError> {
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
    for (entry, sealed) in delivery.decisions.document().answers.iter().zip(&delivery.answers) {
        apply_answer(connection, entry, sealed, delivery.on, &mut applied)?;
    }
    for collected in &delivery.decisions.document().collected {
        apply_collected(connection, *collected, &mut applied)?;
    }
    connection.execute("INSERT INTO delivery (sha256) VALUES (?1)", [digest.0]).map_err(StoreError::from)?;
    Ok(applied)
}

fn apply_answer(
    connection: &Connection,
    entry: &AnswerEntry,
    sealed: &Sealed,
    on: Date,
    applied: &mut Applied,
) -> Result<(), ApplyError> {
    let AnswerEntry { report, seq, .. } = *entry;
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
    insert_answer(connection, entry, sealed, on)?;
    applied.answers += 1;
    for kind in &entry.meets {
        applied.met += meet(connection, report, *kind, on)?;
    }
    Ok(())
}

fn insert_answer(connection: &Connection, entry: &AnswerEntry, sealed: &Sealed, on: Date) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO answer (report, seq, delivered_on, sha256, data) VALUES (?1, ?2, ?3, ?4, ?5)",
        (entry.report.0, entry.seq, on.to_string(), entry.sha256.0, frame(sealed.as_bytes())),
    )?;
    connection.execute("UPDATE report SET closed = ?2 WHERE id = ?1", (entry.report.0, entry.closed))?;
    Ok(())
}

/// Meets every open clock of that kind: one notice meets all that are open when it is delivered.
fn meet(connection: &Connection, report: ReportId, kind: ClockKind, on: Date) -> Result<usize, StoreError> {
    let sql = "UPDATE clock SET met_on = ?3 WHERE report = ?1 AND kind = ?2 AND met_on IS NULL";
    Ok(connection.execute(sql, (report.0, kind.slug(), on.to_string()))?)
}

/// Deletes what the desk has. A report that was withdrawn is gone altogether once the desk knows.
fn apply_collected(
    connection: &Connection,
    Collected { report, through }: Collected,
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
    let execute = |sql: &str| connection.execute(sql, (report.0, through)).map_err(StoreError::from);
    execute("DELETE FROM chunk WHERE file IN (SELECT id FROM file WHERE report = ?1 AND seq <= ?2)")?;
    execute("DELETE FROM file WHERE report = ?1 AND seq <= ?2")?;
    applied.collected += execute("UPDATE message SET collected = 1 WHERE report = ?1 AND seq <= ?2 AND collected = 0")?;
    let withdrawn = "SELECT 1 FROM message WHERE report = ?1 AND seq <= ?2 AND kind = ?3";
    let withdrawn =
        connection.query_row(withdrawn, (report.0, through, MessageKind::Withdrawal.slug()), |_| Ok(())).optional();
    if withdrawn.map_err(StoreError::from)?.is_some() {
        connection.execute("DELETE FROM report WHERE id = ?1", [report.0]).map_err(StoreError::from)?;
    }
    Ok(())
}
