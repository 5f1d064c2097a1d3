//! What goes once its time is over: in small batches, so that whoever sends meanwhile waits for none of them long.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    Store, StoreError, damaged,
    removal::{delete_answer, delete_files, delete_own_copies, remove_if_withdrawn, remove_report},
    rows,
};
use crate::domain::{Date, Periods, ReportId};

/// Rows of a list that are looked at in one transaction.
const AT_ONCE: i64 = 64;
/// Slots that are given up in one transaction, and those of one message besides: as many as its files are large.
const SLOTS: usize = 4096;

pub(super) const TO_FORGET: &str =
    "SELECT acknowledged_on, report, seq FROM message_to_forget WHERE acknowledged_on <= ?1 LIMIT ?2";
pub(super) const OVER: &str = "SELECT over_on, report, 0 FROM report_over
     WHERE over_on <= ?1 AND (over_on, report) > (?3, ?4) ORDER BY over_on, report LIMIT ?2";
pub(super) const ANSWERS_TO_FORGET: &str = "SELECT delivered_on, report, seq FROM answer_to_forget
     WHERE delivered_on <= ?1 AND (delivered_on, report, seq) > (?3, ?4, ?5) ORDER BY delivered_on, report, seq LIMIT ?2";

/// A row of a list: a day, a report, and a number.
type Listed = (String, ReportId, u32);

impl Store {
    /// Deletes what decisions said the desk has, once so many days are over since. Gives how many messages. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn forget_acknowledged(&self, today: Date, days: u32) -> Result<usize, StoreError> {
        let Some(until) = before(today, days) else { return Ok(0) };
        let mut forgotten = 0;
        loop {
            let until = until.to_string();
            let done = self.change(move |connection| {
                let over = listed(connection, TO_FORGET, (until, AT_ONCE))?;
                let (mut done, mut slots) = (0, 0);
                for (_, report, seq) in &over {
                    if slots > SLOTS {
                        break;
                    }
                    slots += delete_files(connection, *report, *seq)?;
                    remove_if_withdrawn(connection, *report)?;
                    delete_copies_if_set_aside(connection, *report)?;
                    done += 1;
                }
                Ok(done)
            })?;
            forgotten += done;
            if done == 0 {
                return Ok(forgotten);
            }
        }
    }

    /// Removes reports that were closed or set aside, and answers, whose time is over. Each report has a delay of its own, so
    /// that those which were closed on one day don't go on one day. Gives how many went. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn forget_over(&self, today: Date, periods: &Periods) -> Result<usize, StoreError> {
        Ok(self.forget_reports(today, periods)? + self.forget_answers(today, periods)?)
    }

    fn forget_reports(&self, today: Date, periods: &Periods) -> Result<usize, StoreError> {
        let shortest = periods.closed_days.min(periods.set_aside_days);
        let Some(until) = before(today, shortest) else { return Ok(0) };
        let (until, delay, periods) = (until.to_string(), self.delays(periods.spread_days), *periods);
        let mut last = (String::new(), ReportId([0; ReportId::LEN]), 0);
        let mut removed = 0;
        loop {
            // Nothing is written for those whose time is not over, however many there are.
            let from = (&until, AT_ONCE, &last.0, last.1.0);
            let looked_at = self.read(|connection| listed(connection, OVER, from))?;
            let Some(furthest) = looked_at.last().cloned() else { return Ok(removed) };
            last = furthest;
            let may_go = |(on, report, _): &Listed| {
                let late = is_past(today, rows::day(on)?, shortest + delay(*report));
                Ok::<_, StoreError>(late.then_some(*report))
            };
            let over: Vec<ReportId> =
                looked_at.iter().filter_map(|row| may_go(row).transpose()).collect::<Result<_, _>>()?;
            if over.is_empty() {
                continue;
            }
            let delay = delay.clone();
            removed += self.change(move |connection| {
                let mut done = 0;
                for report in over {
                    if is_over(connection, report, today, &periods, delay(report))? {
                        remove_report(connection, report)?;
                        done += 1;
                    }
                }
                Ok(done)
            })?;
        }
    }

    fn forget_answers(&self, today: Date, periods: &Periods) -> Result<usize, StoreError> {
        let Some(until) = before(today, periods.answer_days) else { return Ok(0) };
        let (until, delay, days) = (until.to_string(), self.delays(periods.spread_days), periods.answer_days);
        let mut last = (String::new(), ReportId([0; ReportId::LEN]), 0);
        let mut removed = 0;
        loop {
            let from = (&until, AT_ONCE, &last.0, last.1.0, last.2);
            let looked_at = self.read(|connection| listed(connection, ANSWERS_TO_FORGET, from))?;
            let Some(furthest) = looked_at.last().cloned() else { return Ok(removed) };
            last = furthest;
            let is_over = |(on, report, seq): &Listed| {
                let late = is_past(today, rows::day(on)?, days + delay(*report));
                Ok::<_, StoreError>(late.then_some((*report, *seq)))
            };
            let over: Vec<_> = looked_at.iter().filter_map(|row| is_over(row).transpose()).collect::<Result<_, _>>()?;
            if over.is_empty() {
                continue;
            }
            removed += over.len();
            self.change(move |connection| {
                over.iter().try_for_each(|(report, seq)| delete_answer(connection, *report, *seq))
            })?;
        }
    }

    /// The delay of each report in days: its own, and nobody's to know without the key that tags receipt codes.
    fn delays(&self, spread_days: u32) -> impl Fn(ReportId) -> u32 + Clone + Send + 'static {
        let tagger = self.settings().tagger.clone();
        move |report| tagger.spread(report, spread_days)
    }
}

/// Whether a report's time is over: the longer of its periods, since it was over and since anything was last said. One of
/// which the desk has not all, of which something sealed is still kept, or for which anything is owed, stays: nothing that a
/// person was shown a receipt for is lost by the calendar.
fn is_over(
    connection: &Connection,
    report: ReportId,
    today: Date,
    periods: &Periods,
    delay: u32,
) -> Result<bool, StoreError> {
    let sql = "SELECT closed_on, set_aside_on,
                 coalesce((SELECT max(received_on) FROM message WHERE report = ?1), received_on)
               FROM report WHERE id = ?1 AND withdrawn_on IS NULL
                 AND NOT EXISTS (SELECT 1 FROM message WHERE report = ?1 AND (collected = 0 OR held = 1))
                 AND NOT EXISTS (SELECT 1 FROM clock WHERE report = ?1 AND met_on IS NULL)";
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let found: Option<(Option<String>, Option<String>, String)> =
        connection.prepare_cached(sql)?.query_row([report.0], columns).optional()?;
    let Some((closed_on, set_aside_on, last_said)) = found else { return Ok(false) };
    let day = |on: Option<String>| on.as_deref().map(rows::day).transpose();
    let over_on = periods.over_on(day(closed_on)?, day(set_aside_on)?, rows::day(&last_said)?);
    Ok(over_on.is_some_and(|over_on| is_past(today, over_on, delay)))
}

fn delete_copies_if_set_aside(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM report WHERE id = ?1 AND set_aside_on IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM message WHERE report = ?1 AND held = 1)";
    if connection.prepare_cached(sql)?.exists([report.0])? { delete_own_copies(connection, report) } else { Ok(()) }
}

/// Whether so many days are over since a day.
fn is_past(today: Date, since: Date, days: u32) -> bool {
    before(today, days).is_some_and(|day| since <= day)
}

fn before(today: Date, days: u32) -> Option<Date> {
    today.checked_sub(jiff::Span::new().try_days(days).ok()?).ok()
}

/// A day, a report and a number, as a list has them.
fn listed(connection: &Connection, sql: &str, row: impl rusqlite::Params) -> Result<Vec<Listed>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(row, |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?)))?;
    rows.map(|row| {
        let (on, report, seq) = row?;
        Ok((on, ReportId::from_slice(&report).map_err(|_| damaged("a report's id"))?, seq))
    })
    .collect()
}
