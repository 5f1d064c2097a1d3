//! What is taken out of the records, with the slots that it lay in: these are wiped before anybody gets them.

use jiff::civil::Date;
use rusqlite::Connection;

use super::{StoreError, ready_records::take_back, slot_records::free, vault::Placed};
use crate::domain::ReportId;

/// The setting that says that a report was removed since the database was written anew.
pub(super) const REMOVED: &str = "removed";

/// Deletes the sealed files of a message. Gives how many slots were given up.
pub(super) fn delete_files(connection: &Connection, report: ReportId, seq: u32) -> Result<usize, StoreError> {
    let sql = "SELECT shelf, size, slots FROM file WHERE report = ?1 AND seq = ?2";
    let placed = places(connection, sql, (report.0, seq))?;
    let slots = placed.iter().map(|file| file.slots.len()).sum();
    free_all(connection, placed)?;
    connection.prepare_cached("DELETE FROM file WHERE report = ?1 AND seq = ?2")?.execute((report.0, seq))?;
    let sql = "UPDATE message SET held = 0 WHERE report = ?1 AND seq = ?2";
    connection.prepare_cached(sql)?.execute((report.0, seq))?;
    Ok(slots)
}

/// Deletes the copies of a report that the box keeps for the person.
pub(super) fn delete_own_copies(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
    let sql = "SELECT shelf, size, slots FROM own_copy WHERE report = ?1";
    free_all(connection, places(connection, sql, [report.0])?)?;
    connection.prepare_cached("DELETE FROM own_copy WHERE report = ?1")?.execute([report.0])?;
    Ok(())
}

/// Deletes the sealed file of an answer: what it was stays on record.
pub(super) fn delete_answer(connection: &Connection, report: ReportId, seq: u32) -> Result<(), StoreError> {
    let sql = "SELECT 2, size, slots FROM answer WHERE report = ?1 AND seq = ?2 AND held = 1";
    free_all(connection, places(connection, sql, (report.0, seq))?)?;
    let sql = "UPDATE answer SET held = 0, size = 0, slots = x'' WHERE report = ?1 AND seq = ?2";
    connection.prepare_cached(sql)?.execute((report.0, seq))?;
    Ok(())
}

/// Deletes what the box holds of a report, and its clocks: a promise to someone who has left can't be kept.
pub(super) fn withdraw(connection: &Connection, report: ReportId, on: Date) -> Result<(), StoreError> {
    delete_contents(connection, report)?;
    // Also where its files went before: what waits may be older than that.
    take_back(connection)?;
    drop_clocks(connection, report)?;
    connection.prepare_cached("UPDATE message SET collected = 1, held = 0 WHERE report = ?1")?.execute([report.0])?;
    let sql = "UPDATE report SET withdrawn_on = ?2, set_aside_on = NULL, set_aside = NULL WHERE id = ?1";
    connection.prepare_cached(sql)?.execute((report.0, on.to_string()))?;
    Ok(())
}

fn drop_clocks(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
    for sql in ["DELETE FROM clock WHERE report = ?1", "DELETE FROM ended_clock WHERE report = ?1"] {
        connection.prepare_cached(sql)?.execute([report.0])?;
    }
    Ok(())
}

/// Removes a report altogether. That it was here is kept until the desk is known to have heard that it is not.
pub(super) fn remove_report(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
    if delete_contents(connection, report)? > 0 {
        take_back(connection)?;
    }
    // What belongs to it goes with it.
    connection.prepare_cached("DELETE FROM report WHERE id = ?1")?.execute([report.0])?;
    connection.prepare_cached("INSERT OR IGNORE INTO gone_report VALUES (?1)")?.execute([report.0])?;
    leave_no_trace(connection)
}

/// Has the database written anew at the next tick. What is deleted is overwritten; but when pages are balanced, the library
/// leaves copies of rows in their unused parts, and those may be of a row that is deleted later.
pub(super) fn leave_no_trace(connection: &Connection) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, x'')";
    connection.prepare_cached(sql)?.execute([REMOVED])?;
    Ok(())
}

/// A report that was withdrawn goes altogether once the desk knows, and nothing of it is kept any more.
pub(super) fn remove_if_withdrawn(connection: &Connection, report: ReportId) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM report WHERE id = ?1 AND withdrawn_on IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM message WHERE report = ?1 AND (collected = 0 OR held = 1))";
    let is_over = connection.prepare_cached(sql)?.exists([report.0])?;
    if is_over { remove_report(connection, report) } else { Ok(()) }
}

/// Gives how many files that are sealed to the team were deleted.
fn delete_contents(connection: &Connection, report: ReportId) -> Result<usize, StoreError> {
    for sql in [
        "SELECT shelf, size, slots FROM file WHERE report = ?1",
        "SELECT shelf, size, slots FROM own_copy WHERE report = ?1",
        "SELECT 2, size, slots FROM answer WHERE report = ?1 AND held = 1",
    ] {
        free_all(connection, places(connection, sql, [report.0])?)?;
    }
    for sql in ["DELETE FROM own_copy WHERE report = ?1", "DELETE FROM answer WHERE report = ?1"] {
        connection.prepare_cached(sql)?.execute([report.0])?;
    }
    Ok(connection.prepare_cached("DELETE FROM file WHERE report = ?1")?.execute([report.0])?)
}

fn free_all(connection: &Connection, places: Vec<Placed>) -> Result<(), StoreError> {
    places.into_iter().try_for_each(|placed| free(connection, placed.shelf, placed.numbers()))
}

/// Where files lie: shelf, size and slots, in the first three columns.
pub(super) fn places(connection: &Connection, sql: &str, of: impl rusqlite::Params) -> Result<Vec<Placed>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows =
        statement.query_map(of, |row| Ok((row.get::<_, u8>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?)))?;
    rows.map(|row| {
        let (shelf, size, slots) = row?;
        Placed::from_record(shelf, size, &slots)
    })
    .collect()
}
