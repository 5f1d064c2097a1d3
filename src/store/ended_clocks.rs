//! Clocks of a report that was set aside: nothing is owed by them, unless that ends.

use rusqlite::Connection;

use super::{StoreError, rows};
use crate::domain::{ClockEntry, ReportId};

/// Ends the open clocks of one message of a report. Gives how many.
pub(super) fn end_clocks(connection: &Connection, report: ReportId, seq: u32) -> Result<usize, StoreError> {
    let sql = "INSERT OR REPLACE INTO ended_clock SELECT report, seq, kind, started_on, due_on FROM clock
               WHERE report = ?1 AND seq = ?2 AND met_on IS NULL";
    connection.prepare_cached(sql)?.execute((report.0, seq))?;
    let sql = "DELETE FROM clock WHERE report = ?1 AND seq = ?2 AND met_on IS NULL";
    Ok(connection.prepare_cached(sql)?.execute((report.0, seq))?)
}

/// Lets them go on, due on the day that the person was told.
pub(super) fn resume_clocks(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
    for sql in [
        "INSERT OR IGNORE INTO clock SELECT report, seq, kind, started_on, due_on, NULL FROM ended_clock WHERE report = ?1",
        "DELETE FROM ended_clock WHERE report = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([report.0])?;
    }
    Ok(())
}

/// Those of a report, which go on if it is set aside no more.
pub(super) fn ended_clocks(connection: &Connection, report: ReportId) -> Result<Vec<ClockEntry>, StoreError> {
    let sql =
        "SELECT seq, kind, started_on, due_on, NULL AS met_on FROM ended_clock WHERE report = ?1 ORDER BY seq, kind";
    rows::all(connection, sql, [report.0], rows::clock)
}
