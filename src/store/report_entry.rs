//! What the box says of a report.

use rusqlite::Connection;

use super::{StoreError, reports, rows};
use crate::domain::{DeliveryEntry, MessageEntry, ReportEntry, ReportId};

/// What the box says of a report, without files.
pub(super) fn report_entry(connection: &Connection, id: ReportId) -> Result<Option<ReportEntry>, StoreError> {
    let sql =
        "SELECT route, received_on, reply_to, withdrawn_on IS NOT NULL AS withdrawn, set_aside_on, set_aside FROM report
               WHERE id = ?1";
    rows::one(connection, sql, [id.0], |row| {
        Ok(ReportEntry {
            id,
            route: rows::route(row)?,
            received_on: rows::day_in(row, "received_on")?,
            reply_to: row.get("reply_to")?,
            withdrawn: row.get("withdrawn")?,
            set_aside: rows::set_aside(row)?,
            deliveries: deliveries(connection, id)?,
            clocks: reports::clocks(connection, id)?,
            messages: messages(connection, id)?,
        })
    })
}

fn deliveries(connection: &Connection, report: ReportId) -> Result<Vec<DeliveryEntry>, StoreError> {
    let sql = "SELECT seq, delivered_on, kind, text, sha256 FROM answer WHERE report = ?1 ORDER BY seq";
    rows::all(connection, sql, [report.0], |row| {
        Ok(DeliveryEntry {
            seq: row.get("seq")?,
            on: rows::day_in(row, "delivered_on")?,
            kind: rows::answer_kind(row)?,
            text: rows::digest(row, "text")?,
            sha256: rows::digest(row, "sha256")?,
        })
    })
}

fn messages(connection: &Connection, report: ReportId) -> Result<Vec<MessageEntry>, StoreError> {
    let sql = "SELECT seq, kind, received_on, commitment, summary FROM message WHERE report = ?1 ORDER BY seq";
    rows::all(connection, sql, [report.0], |row| {
        Ok(MessageEntry {
            seq: row.get("seq")?,
            kind: rows::message_kind(row)?,
            on: rows::day_in(row, "received_on")?,
            files: Vec::new(),
            commitment: rows::digest(row, "commitment")?,
            summary: rows::digest(row, "summary")?,
        })
    })
}
