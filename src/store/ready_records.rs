//! What is on record of collections that lie ready.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::{StoreError, damaged};
use crate::{
    crypto::os_random,
    domain::{CollectionId, Date, FileEntry},
};

/// The setting that says when something was last taken back: a random name, and no time.
const TAKEN_BACK: &str = "taken_back";

/// A collection that lies ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadyCollection {
    /// From 1 in each epoch.
    pub number: u64,
    /// Its random name.
    pub id: CollectionId,
    /// The collection before it in that epoch; none for the first.
    pub previous: Option<CollectionId>,
    /// The day on which it was made, Europe/London; nothing finer.
    pub on: Date,
    /// Its files, in the order of the parts.
    pub parts: Vec<FileEntry>,
    /// How far it is on its way.
    pub standing: ReadyStanding,
}

/// What was taken back so far: another one once more is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawnSoFar(Option<Vec<u8>>);

/// How far a collection is on its way to whoever fetches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadyStanding {
    /// Nobody has any of it.
    Waits,
    /// Nobody had any of it, and nobody gets it: something in it was withdrawn or removed. Its number is free for the next.
    TakenBack,
    /// Somebody may have a part of it.
    HandedOut,
    /// Somebody said that they have all of it.
    Kept,
}

/// What lies ready, in the order of the numbers.
pub(super) fn read(connection: &Connection) -> Result<Vec<ReadyCollection>, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = 'ready'";
    let found: Option<Vec<u8>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    found.map_or(Ok(Vec::new()), |json| serde_json::from_slice(&json).map_err(|_| damaged("what lies ready")))
}

pub(super) fn write(connection: &Connection, ready: &[ReadyCollection]) -> Result<(), StoreError> {
    let json = serde_json::to_vec(ready).map_err(|_| damaged("what lies ready"))?;
    connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('ready', ?1)", [json])?;
    Ok(())
}

/// Whatever waits is offered to nobody any more: it holds a copy of what is being deleted.
pub(super) fn take_back(connection: &Connection) -> Result<(), StoreError> {
    let mut all = read(connection)?;
    for ready in all.iter_mut().filter(|ready| ready.standing == ReadyStanding::Waits) {
        ready.standing = ReadyStanding::TakenBack;
        ready.parts.clear();
    }
    write(connection, &all)?;
    // Whoever is making one from what was there before has to make it anew.
    let name = CollectionId::random(&mut os_random());
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute((TAKEN_BACK, name.0))?;
    Ok(())
}

pub(super) fn taken_back(connection: &Connection) -> Result<WithdrawnSoFar, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    Ok(WithdrawnSoFar(connection.query_row(sql, [TAKEN_BACK], |row| row.get(0)).optional()?))
}

/// The last collection, if it lies ready and nobody has any of it.
pub(super) fn unread(ready: &[ReadyCollection], last: Option<CollectionId>) -> Option<&ReadyCollection> {
    let is_unread =
        |ready: &&ReadyCollection| matches!(ready.standing, ReadyStanding::Waits | ReadyStanding::TakenBack);
    ready.last().filter(is_unread).filter(|ready| Some(ready.id) == last)
}
