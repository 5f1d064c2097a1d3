//! What the box says of a report.

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, damaged, reports};
use crate::domain::{AnswerKind, DeliveryEntry, Digest, MessageEntry, MessageKind, ReportEntry, ReportId, Route};

/// What the box says of a report, without files.
pub(super) fn report_entry(connection: &Connection, id: ReportId) -> Result<Option<ReportEntry>, StoreError> {
    let sql = "SELECT route, received_on, reply_to, withdrawn_on IS NOT NULL, set_aside_on, set_aside FROM report
               WHERE id = ?1";
    let found = connection
        .prepare_cached(sql)?
        .query_row([id.0], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get(2)?,
                row.get(3)?,
                (row.get::<_, Option<String>>(4)?, row.get::<_, Option<String>>(5)?),
            ))
        })
        .optional()?;
    let Some((route, received_on, reply_to, withdrawn, aside)) = found else { return Ok(None) };
    Ok(Some(ReportEntry {
        id,
        route: Route::from_slug(&route).ok_or_else(|| damaged("a route"))?,
        received_on: reports::day(&received_on)?,
        reply_to,
        withdrawn,
        set_aside: reports::set_aside(aside)?,
        deliveries: deliveries(connection, id)?,
        clocks: reports::clocks(connection, id)?,
        messages: messages(connection, id)?,
    }))
}

fn deliveries(connection: &Connection, report: ReportId) -> Result<Vec<DeliveryEntry>, StoreError> {
    let sql = "SELECT seq, delivered_on, kind, text, sha256 FROM answer WHERE report = ?1 ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([report.0], |row| {
        Ok((
            row.get(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Vec<u8>>(3)?,
            row.get::<_, Vec<u8>>(4)?,
        ))
    })?;
    rows.map(|row| {
        let (seq, on, kind, text, digest) = row?;
        Ok(DeliveryEntry {
            seq,
            on: reports::day(&on)?,
            kind: AnswerKind::from_slug(&kind).ok_or_else(|| damaged("a kind of answer"))?,
            text: sha256(&text)?,
            sha256: sha256(&digest)?,
        })
    })
    .collect()
}

fn messages(connection: &Connection, report: ReportId) -> Result<Vec<MessageEntry>, StoreError> {
    let sql = "SELECT seq, kind, received_on, commitment, summary FROM message WHERE report = ?1 ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([report.0], |row| {
        Ok((
            row.get(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Vec<u8>>(3)?,
            row.get::<_, Vec<u8>>(4)?,
        ))
    })?;
    rows.map(|row| {
        let (seq, kind, on, commitment, summary) = row?;
        Ok(MessageEntry {
            seq,
            kind: MessageKind::from_slug(&kind).ok_or_else(|| damaged("a kind of message"))?,
            on: reports::day(&on)?,
            files: Vec::new(),
            commitment: sha256(&commitment)?,
            summary: sha256(&summary)?,
        })
    })
    .collect()
}

pub(super) fn sha256(bytes: &[u8]) -> Result<Digest, StoreError> {
    Digest::from_slice(bytes).map_err(|_| damaged("a digest"))
}
