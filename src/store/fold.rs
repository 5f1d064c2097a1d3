//! Putting what the intake holds into the database, in the order of random ids.

use rusqlite::{Connection, OptionalExtension};

use super::{
    StoreError, damaged,
    intake::{PendingMessage, later_generation},
    removal::withdraw,
    slot_records::take,
    vault::Placed,
};
use crate::domain::MessageKind;

/// Puts a message in, unless it is there already: a fold that was cut off is done again.
pub(super) fn fold_message(connection: &Connection, message: &PendingMessage) -> Result<(), StoreError> {
    let PendingMessage { report, seq, .. } = *message;
    let there = "SELECT 1 FROM message WHERE report = ?1 AND seq = ?2";
    if connection.prepare_cached(there)?.query_row((report.0, seq), |_| Ok(())).optional()?.is_some() {
        return Ok(());
    }
    if let Some(begins) = &message.begins {
        let sql = "INSERT INTO report (id, locator, route, received_on, reply_to) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = (report.0, begins.locator(), begins.route.slug(), message.on.to_string(), &begins.reply_to);
        connection.prepare_cached(sql)?.execute(row)?;
    } else {
        let known = "SELECT 1 FROM report WHERE id = ?1";
        if connection.prepare_cached(known)?.query_row([report.0], |_| Ok(())).optional()?.is_none() {
            return Err(damaged("the intake holds a message to a report that is not in the database"));
        }
    }
    if message.kind == MessageKind::Withdrawal {
        withdraw(connection, report, message.on)?;
    }
    insert(connection, message)
}

/// Begins with a random generation as the last one that was folded, and gives it: where a box began would tell how often something
/// came since.
pub(super) fn begin_folding(connection: &Connection) -> Result<u64, StoreError> {
    let begin = later_generation(0);
    set_folded_generation(connection, begin)?;
    Ok(begin)
}

/// The generation of the last state of the intake that was folded.
pub(super) fn folded_generation(connection: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = 'folded'";
    let value: Option<Vec<u8>> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    let Some(value) = value else { return Ok(0) };
    value.try_into().map(u64::from_le_bytes).map_err(|_| damaged("what was folded"))
}

/// Records it, in the commit that folds it.
pub(super) fn set_folded_generation(connection: &Connection, generation: u64) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('folded', ?1)";
    connection.prepare_cached(sql)?.execute([generation.to_le_bytes()])?;
    Ok(())
}

fn insert(connection: &Connection, message: &PendingMessage) -> Result<(), StoreError> {
    let PendingMessage { report, seq, .. } = *message;
    let sql = "INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute((
        report.0,
        seq,
        message.kind.slug(),
        message.on.to_string(),
        message.send_id.0,
        message.commitment.0,
        message.summary.0,
    ))?;
    let sql = "INSERT INTO clock (report, seq, kind, started_on, due_on, met_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare_cached(sql)?;
    for clock in &message.clocks {
        let met_on = clock.met_on.map(|day| day.to_string());
        let (started_on, due_on) = (clock.started_on.to_string(), clock.due_on.to_string());
        statement.execute((report.0, seq, clock.kind.slug(), started_on, due_on, met_on))?;
    }
    let sql = "INSERT INTO file (report, seq, place, shelf, size, slots) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare_cached(sql)?;
    for (place, file) in (0_i64..).zip(&message.files) {
        take(connection, file.shelf, file.numbers())?;
        statement.execute((report.0, seq, place, file.shelf.number(), size(file), file.encoded_slots()))?;
    }
    if let Some(copy) = &message.own_copy {
        take(connection, copy.shelf, copy.numbers())?;
        let sql = "INSERT INTO own_copy (report, seq, shelf, size, slots) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = (report.0, seq, copy.shelf.number(), size(copy), copy.encoded_slots());
        connection.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

/// Bytes as a column takes them.
pub(super) fn size(placed: &Placed) -> i64 {
    i64::try_from(placed.size).unwrap_or(i64::MAX)
}
