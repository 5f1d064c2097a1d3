//! Reading rows: what a column of each kind holds, and what it is called when it can't be that.

use std::str::FromStr;

use rusqlite::{Connection, Params, Row, types::FromSql};

use super::{StoreError, damaged};
use crate::domain::{
    AnswerKind, Clock, ClockEntry, ClockKind, Date, Digest, MessageKind, ReportId, Route, SendId, SetAside,
    SetAsideReason,
};

/// Every row of a query, as `read` makes it.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The one row of a query, as `read` makes it; none if there is none.
pub(super) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    connection.prepare_cached(sql)?.query(params)?.next()?.map(read).transpose()
}

/// A date as stored.
pub(super) fn day(text: &str) -> Result<Date, StoreError> {
    Date::from_str(text).map_err(|_| damaged("a date"))
}

pub(super) fn day_in(row: &Row<'_>, column: &str) -> Result<Date, StoreError> {
    day(&row.get::<_, String>(column)?)
}

pub(super) fn day_if_any(row: &Row<'_>, column: &str) -> Result<Option<Date>, StoreError> {
    row.get::<_, Option<String>>(column)?.as_deref().map(day).transpose()
}

pub(super) fn digest(row: &Row<'_>, column: &str) -> Result<Digest, StoreError> {
    decoded(row, column, |bytes: Vec<u8>| Digest::from_slice(&bytes).ok(), "a digest")
}

pub(super) fn report_id(row: &Row<'_>, column: &str) -> Result<ReportId, StoreError> {
    decoded(row, column, |bytes: Vec<u8>| ReportId::from_slice(&bytes).ok(), "a report's id")
}

pub(super) fn send_id(row: &Row<'_>, column: &str) -> Result<SendId, StoreError> {
    decoded(row, column, |bytes: Vec<u8>| SendId::from_slice(&bytes).ok(), "a send id")
}

pub(super) fn size(row: &Row<'_>, column: &str) -> Result<u64, StoreError> {
    decoded(row, column, |size: i64| u64::try_from(size).ok(), "a size")
}

pub(super) fn route(row: &Row<'_>) -> Result<Route, StoreError> {
    decoded(row, "route", |slug: String| Route::from_slug(&slug), "a route")
}

pub(super) fn message_kind(row: &Row<'_>) -> Result<MessageKind, StoreError> {
    decoded(row, "kind", |slug: String| MessageKind::from_slug(&slug), "a kind of message")
}

pub(super) fn answer_kind(row: &Row<'_>) -> Result<AnswerKind, StoreError> {
    decoded(row, "kind", |slug: String| AnswerKind::from_slug(&slug), "a kind of answer")
}

/// When and why a report was set aside.
pub(super) fn set_aside(row: &Row<'_>) -> Result<Option<SetAside>, StoreError> {
    let Some(on) = day_if_any(row, "set_aside_on")? else { return Ok(None) };
    let reason = |slug: String| SetAsideReason::from_slug(&slug);
    Ok(Some(SetAside { on, reason: decoded(row, "set_aside", reason, "why a report was set aside")? }))
}

/// A clock.
pub(super) fn clock(row: &Row<'_>) -> Result<ClockEntry, StoreError> {
    let clock = Clock {
        kind: decoded(row, "kind", |slug: String| ClockKind::from_slug(&slug), "a clock")?,
        started_on: day_in(row, "started_on")?,
        due_on: day_in(row, "due_on")?,
        met_on: day_if_any(row, "met_on")?,
    };
    Ok(ClockEntry { seq: row.get("seq")?, clock })
}

fn decoded<S: FromSql, T>(
    row: &Row<'_>,
    column: &str,
    decode: impl FnOnce(S) -> Option<T>,
    what: &str,
) -> Result<T, StoreError> {
    decode(row.get(column)?).ok_or_else(|| damaged(what))
}
