//! Taking in what the team decided, in small steps: a box that serves waits for none of them long.

use std::{ops::Range, sync::Arc};

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension};

use super::{
    LastDay, Store, StoreError,
    acknowledge::{ListPosition, acknowledge, heard_gone, set_aside},
    answer_places::AnswerPlaces,
    damaged,
    delivery::{Applied, ApplyError, Delivery, Skipped, WhySkipped},
    ended_clocks::resume_clocks,
    entered,
    fold::size,
    last_days,
    signers::{casebook, set_casebook},
    vault::{Placed, Vault},
};
use crate::{
    crypto::Sealed,
    domain::{
        AnswerEntry, CasebookSeen, ClockKind, Decisions, Digest, ReportId,
        limits::{ANSWERS_MAX, DECISIONS_AHEAD, DECISIONS_FIRST, ENTERED_MAX, EVENTS_AHEAD, MIB, NUMBER_MAX},
    },
};

/// Answers in one transaction, at most; each is some pages of the vault.
const ANSWERS: usize = 64;
/// Bytes of them in one transaction, and those of one answer besides.
const ANSWER_STEP: u64 = 4 * MIB as u64;
/// Reports that are gone in one transaction.
const GONE: usize = 4096;

impl Store {
    /// Applies a decisions file in small steps, each of which is on the disk when the next begins; killed in between, the
    /// same file goes on where it was. Twice is the same as once. Blocks.
    ///
    /// # Errors
    /// If it is not this box's to take, and then nothing was changed; or if the store fails.
    pub fn apply(&self, delivery: Delivery) -> Result<Applied, ApplyError> {
        let delivery = Arc::new(delivery);
        let begun = self.step(&delivery, |connection, delivery, _| begin(connection, delivery))?;
        let document = delivery.decisions.document();
        if begun == Begun::Done {
            return Ok(self.read(|connection| look_again(connection, &document.answers))?);
        }
        let mut applied = Applied::default();
        // Before the answers to them.
        if !document.entered.is_empty() {
            applied.add(self.step(&delivery, |connection, delivery, _| Ok(entered::make_all(connection, delivery)?))?);
        }
        let mut from = 0;
        while from < document.answers.len() {
            let span = span(&document.answers, from);
            from = span.end;
            applied.add(self.step(&delivery, move |connection, delivery, vault| {
                apply_answers(connection, vault, delivery, span)
            })?);
        }
        let mut from = ListPosition::default();
        while from.entry < document.collected.len() {
            let step = self.step(&delivery, move |connection, delivery, _| acknowledge(connection, delivery, from))?;
            applied.add(step.0);
            from = step.1;
        }
        let mut from = ListPosition::default();
        while from.entry < document.set_aside.len() {
            let step = self.step(&delivery, move |connection, delivery, _| set_aside(connection, delivery, from))?;
            applied.add(step.0);
            from = step.1;
        }
        for from in (0..document.gone.len()).step_by(GONE) {
            self.step(&delivery, move |connection, delivery, _| {
                let gone = &delivery.decisions.document().gone;
                heard_gone(connection, &gone[from..gone.len().min(from + GONE)])
            })?;
        }
        self.step(&delivery, |connection, delivery, _| {
            // Not of a file that was taken before: whoever finds an old one would keep it from being noticed that none comes.
            last_days::record(connection, LastDay::Delivered, delivery.on)?;
            let digest = delivery.decisions.digest();
            connection
                .execute("UPDATE delivery SET done = 1 WHERE sha256 = ?1", [digest.0])
                .map_err(StoreError::from)?;
            Ok(())
        })?;
        // The delivery is on the disk; what can't be wiped now, the next tick wipes.
        let _ = self.wipe_if_nobody_serves();
        Ok(applied)
    }

    fn step<T: Send + 'static>(
        &self,
        delivery: &Arc<Delivery>,
        work: impl FnOnce(&Connection, &Delivery, &Vault) -> Result<T, ApplyError> + Send + 'static,
    ) -> Result<T, ApplyError> {
        let (vault, delivery) = (Arc::clone(self.vault()), Arc::clone(delivery));
        self.change(move |connection| {
            // An error inside must undo this write, and yet be told from the store's own.
            match work(connection, &delivery, &vault) {
                Ok(done) => Ok(Ok(done)),
                Err(ApplyError::Store(error)) => Err(error),
                Err(refused) => {
                    connection.execute_batch("ROLLBACK TO job")?;
                    Ok(Err(refused))
                }
            }
        })?
    }
}

/// Whether there is anything to be done.
#[derive(PartialEq, Eq)]
enum Begun {
    /// All of it was done before.
    Done,
    /// It is new, or was cut off.
    Now,
}

fn begin(connection: &Connection, delivery: &Delivery) -> Result<Begun, ApplyError> {
    let digest = delivery.decisions.digest();
    let found: Option<bool> = connection
        .query_row("SELECT done FROM delivery WHERE sha256 = ?1", [digest.0], |row| row.get(0))
        .optional()
        .map_err(StoreError::from)?;
    match found {
        Some(true) => return Ok(Begun::Done),
        Some(false) => return Ok(Begun::Now),
        None => {}
    }
    let document = delivery.decisions.document();
    if document.entered.len() > ENTERED_MAX {
        return Err(ApplyError::TooManyEntered(document.entered.len()));
    }
    follow(connection, document)?;
    connection.execute("INSERT INTO delivery (sha256, done) VALUES (?1, 0)", [digest.0]).map_err(StoreError::from)?;
    Ok(Begun::Now)
}

/// The first casebook whose decisions are delivered is the one from then on, and its decisions come in rising numbers, the
/// parts of each in any order. The furthest end of it that any of them names is kept, to be told to the desk.
fn follow(connection: &Connection, decisions: &Decisions) -> Result<(), ApplyError> {
    let Decisions { casebook: found, number, part, head, .. } = *decisions;
    let pinned = casebook(connection)?;
    let seen = pinned.unwrap_or(CasebookSeen { casebook: found, decisions: 0, head });
    if seen.casebook != found {
        return Err(ApplyError::OtherCasebook { found, pinned: seen.casebook });
    }
    let last = seen.decisions;
    if !part.is_sound() {
        return Err(ApplyError::NoPart(part));
    }
    if number == 0 {
        return Err(ApplyError::NoNumber);
    }
    let has = |sql: &str, value: u32| Ok::<_, StoreError>(connection.prepare_cached(sql)?.exists([value])?);
    if number == last && has("SELECT 1 FROM decisions_part WHERE parts <> ?1", part.of)? {
        return Err(ApplyError::OtherParts { number, of: part.of });
    }
    if number < last || (number == last && has("SELECT 1 FROM decisions_part WHERE part = ?1", part.number)?) {
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
    set_casebook(connection, CasebookSeen { casebook: found, decisions: number, head: furthest })?;
    if number > last {
        connection.execute("DELETE FROM decisions_part", []).map_err(StoreError::from)?;
    }
    connection
        .execute("INSERT INTO decisions_part VALUES (?1, ?2)", (part.number, part.of))
        .map_err(StoreError::from)?;
    Ok(())
}

/// The answers from one on that are taken in one transaction.
fn span(answers: &[AnswerEntry], from: usize) -> Range<usize> {
    let mut bytes = 0;
    let fitting = answers[from..].iter().take(ANSWERS).take_while(|entry| {
        bytes += entry.size;
        bytes <= ANSWER_STEP
    });
    from..from + fitting.count().max(1)
}

fn apply_answers(
    connection: &Connection,
    vault: &Vault,
    delivery: &Delivery,
    span: Range<usize>,
) -> Result<Applied, ApplyError> {
    let mut applied = Applied::default();
    let mut places = AnswerPlaces::new(connection, vault)?;
    let listed = &delivery.decisions.document().answers;
    for (entry, sealed) in listed[span.clone()].iter().zip(&delivery.answers[span]) {
        apply_answer(&mut places, entry, sealed, delivery, &mut applied)?;
    }
    // Before the commit that names them.
    places.finish()?;
    Ok(applied)
}

/// How an answer stands to what the box has.
enum AnswerStanding {
    /// The next one of its report.
    Next,
    Known,
    Withdrawn,
    NotTaken(WhySkipped),
}

impl AnswerStanding {
    fn count(self, entry: &AnswerEntry, applied: &mut Applied) {
        let why = match self {
            Self::Known => return applied.known += 1,
            Self::Withdrawn => return applied.withdrawn += 1,
            Self::Next => WhySkipped::PassedOver,
            Self::NotTaken(why) => why,
        };
        applied.skipped.push(Skipped { report: entry.report, seq: entry.seq, why });
    }
}

/// What became of answers that were delivered before: so whoever asks again is told again.
fn look_again(connection: &Connection, answers: &[AnswerEntry]) -> Result<Applied, StoreError> {
    let mut applied = Applied::default();
    for entry in answers {
        standing(connection, entry)?.count(entry, &mut applied);
    }
    Ok(applied)
}

fn standing(connection: &Connection, entry: &AnswerEntry) -> Result<AnswerStanding, StoreError> {
    let AnswerEntry { report, seq, .. } = *entry;
    let sql = "SELECT withdrawn_on IS NOT NULL FROM report WHERE id = ?1";
    let withdrawn: Option<bool> = connection.prepare_cached(sql)?.query_row([report.0], |row| row.get(0)).optional()?;
    match withdrawn {
        None => return Ok(AnswerStanding::NotTaken(WhySkipped::NoReport)),
        Some(true) => return Ok(AnswerStanding::Withdrawn),
        Some(false) => {}
    }
    let sql = "SELECT sha256 FROM answer WHERE report = ?1 AND seq = ?2";
    let there: Option<Vec<u8>> =
        connection.prepare_cached(sql)?.query_row((report.0, seq), |row| row.get(0)).optional()?;
    if let Some(there) = there {
        let is_it = Digest::from_slice(&there).map_err(|_| damaged("a digest"))? == entry.sha256;
        return Ok(if is_it { AnswerStanding::Known } else { AnswerStanding::NotTaken(WhySkipped::Another) });
    }
    if seq > ANSWERS_MAX {
        return Ok(AnswerStanding::NotTaken(WhySkipped::TooMany));
    }
    let sql = "SELECT coalesce(max(seq), 0) FROM answer WHERE report = ?1";
    let last: u32 = connection.prepare_cached(sql)?.query_row([report.0], |row| row.get(0))?;
    let is_next = last.checked_add(1) == Some(seq);
    Ok(if is_next { AnswerStanding::Next } else { AnswerStanding::NotTaken(WhySkipped::Early(last.saturating_add(1))) })
}

fn apply_answer(
    places: &mut AnswerPlaces<'_>,
    entry: &AnswerEntry,
    sealed: &Sealed,
    delivery: &Delivery,
    applied: &mut Applied,
) -> Result<(), StoreError> {
    let (report, connection) = (entry.report, places.connection);
    match standing(connection, entry)? {
        AnswerStanding::Next => {}
        other => {
            other.count(entry, applied);
            return Ok(());
        }
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
    // One that is set aside keeps the days of that: an update that says no more than that nothing is done closes nothing.
    let aside = &delivery.decisions.document().set_aside;
    let is_plain = entry.closed && !entry.kind.is_text();
    let is_told_so = is_plain && aside.binary_search_by_key(&entry.report, |aside| aside.report).is_ok();
    let sql = "UPDATE report
               SET closed_on = CASE WHEN ?4 OR (?5 AND set_aside_on IS NOT NULL) THEN closed_on
                                    WHEN ?2 THEN coalesce(closed_on, ?3) END
               WHERE id = ?1";
    connection.execute(sql, (entry.report.0, entry.closed, delivery.on.to_string(), is_told_so, is_plain))?;
    if entry.kind.ends_set_aside(entry.closed) {
        connection
            .execute("UPDATE report SET set_aside_on = NULL, set_aside = NULL WHERE id = ?1", [entry.report.0])?;
        resume_clocks(connection, entry.report)?;
    }
    Ok(())
}

/// Meets every open clock of that kind: one notice meets all that are open when it is delivered.
fn meet(connection: &Connection, report: ReportId, kind: ClockKind, on: Date) -> Result<usize, StoreError> {
    let sql = "UPDATE clock SET met_on = ?3 WHERE report = ?1 AND kind = ?2 AND met_on IS NULL";
    Ok(connection.execute(sql, (report.0, kind.slug(), on.to_string()))?)
}
