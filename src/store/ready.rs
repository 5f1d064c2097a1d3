//! Collections that lie ready at the box, for somebody to fetch over a line.
//!
//! One that nobody was handed any of gives way to the next under its own number, so that the desk sees no gap however seldom
//! somebody comes. Once a byte of it was handed out its number is used up, and it waits until all of it was fetched.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, damaged, last_days};
use crate::domain::{CollectionId, Date, FileEntry};

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

/// How far a collection is on its way to whoever fetches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadyStanding {
    /// Nobody has any of it.
    Waits,
    /// Somebody may have a part of it.
    HandedOut,
    /// Somebody said that they have all of it.
    Kept,
}

impl Store {
    /// What lies ready, in the order of the numbers. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn ready_collections(&self) -> Result<Vec<ReadyCollection>, StoreError> {
        self.read(read)
    }

    /// Some of it is about to leave. False if no such collection lies ready any more. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn hand_out(&self, id: CollectionId) -> Result<bool, StoreError> {
        // Asked for each piece of it, and written once.
        let known = self.ready_collections()?.into_iter().find(|ready| ready.id == id);
        if known.is_some_and(|ready| ready.standing != ReadyStanding::Waits) {
            return Ok(true);
        }
        self.change(move |connection| stands(connection, id, ReadyStanding::HandedOut))
    }

    /// All of it was fetched, on that day. False if no such collection was handed out. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn keep(&self, id: CollectionId, on: Date) -> Result<bool, StoreError> {
        self.change(move |connection| {
            let found = read(connection)?.into_iter().find(|ready| ready.id == id);
            if found.is_none_or(|ready| ready.standing == ReadyStanding::Waits) {
                return Ok(false);
            }
            last_days::record(connection, super::LastDay::Fetched, on)?;
            stands(connection, id, ReadyStanding::Kept)
        })
    }
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

/// The last collection, if it lies ready and nobody has any of it.
pub(super) fn unread(ready: &[ReadyCollection], last: Option<CollectionId>) -> Option<&ReadyCollection> {
    ready.last().filter(|ready| ready.standing == ReadyStanding::Waits && Some(ready.id) == last)
}

fn stands(connection: &Connection, id: CollectionId, standing: ReadyStanding) -> Result<bool, StoreError> {
    let mut all = read(connection)?;
    let Some(found) = all.iter_mut().find(|ready| ready.id == id) else { return Ok(false) };
    found.standing = standing;
    write(connection, &all)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{CollectionRecord, LastDay, NextCollection},
        world::EmptyBox,
    };

    const ON: Date = Date::constant(2026, 12, 1);
    const LATER: Date = Date::constant(2026, 12, 2);

    fn id(byte: u8) -> CollectionId {
        CollectionId([byte; 16])
    }

    fn record(store: &Store, byte: u8, on: Date) -> Result<NextCollection, StoreError> {
        let next = store.next_collection()?;
        store.record_collection(CollectionRecord { number: next.number, id: id(byte), on, files: vec![] })?;
        Ok(next)
    }

    fn make_ready(store: &Store, byte: u8, on: Date) -> Result<NextCollection, StoreError> {
        let next = store.next_collection()?;
        let NextCollection { number, previous } = next;
        let standing = ReadyStanding::Waits;
        store.record_ready(ReadyCollection { number, id: id(byte), previous, on, parts: vec![], standing })?;
        Ok(next)
    }

    #[test]
    fn what_nobody_has_any_of_gives_way_under_its_own_number() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        assert_eq!(record(&store, 1, ON).unwrap(), NextCollection { number: 1, previous: None });
        for byte in [2, 3, 4] {
            let next = make_ready(&store, byte, LATER).unwrap();
            assert_eq!(next, NextCollection { number: 2, previous: Some(id(1)) });
        }
        assert_eq!(store.ready_collections().unwrap().len(), 1);
        assert!(!store.hand_out(id(3)).unwrap(), "it gave way");
        assert!(store.hand_out(id(4)).unwrap() && store.hand_out(id(4)).unwrap());
        assert_eq!(make_ready(&store, 5, LATER).unwrap(), NextCollection { number: 3, previous: Some(id(4)) });
        // What was written for somebody to carry takes the number of what nobody has.
        assert_eq!(record(&store, 6, LATER).unwrap(), NextCollection { number: 3, previous: Some(id(4)) });
        let ready = store.ready_collections().unwrap();
        assert_eq!(ready.iter().map(|ready| ready.id).collect::<Vec<_>>(), [id(4)]);
        assert_eq!(make_ready(&store, 7, LATER).unwrap(), NextCollection { number: 4, previous: Some(id(6)) });
    }

    #[test]
    fn it_was_emptied_on_the_day_on_which_somebody_had_all_of_it() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        make_ready(&store, 1, ON).unwrap();
        assert!(!store.keep(id(1), ON).unwrap(), "nobody was handed any of it");
        store.hand_out(id(1)).unwrap();
        assert_eq!((store.last_collected_on().unwrap(), store.last_day(LastDay::Fetched).unwrap()), (None, None));
        assert!(
            store.keep(id(1), LATER).unwrap() && store.keep(id(1), LATER).unwrap() && !store.keep(id(2), ON).unwrap()
        );
        assert_eq!(store.last_collected_on().unwrap(), Some(LATER));
        // It goes from the list with the next.
        make_ready(&store, 2, LATER).unwrap();
        assert_eq!(store.ready_collections().unwrap().len(), 1);
    }

    #[test]
    fn what_an_earlier_version_collected_was_carried_away() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        record(&store, 1, ON).unwrap();
        store
            .change(|connection| Ok(connection.execute("DELETE FROM last_day WHERE what = 'fetched'", []).map(drop)?))
            .unwrap();
        assert_eq!(store.last_collected_on().unwrap(), Some(ON));
        make_ready(&store, 2, LATER).unwrap();
        assert_eq!(store.last_collected_on().unwrap(), Some(ON));
    }

    #[test]
    fn another_that_was_made_meanwhile_is_seen() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let NextCollection { number, previous } = make_ready(&store, 1, ON).unwrap();
        store.hand_out(id(1)).unwrap();
        let standing = ReadyStanding::Waits;
        let stale = ReadyCollection { number, id: id(2), previous, on: ON, parts: vec![], standing };
        assert!(matches!(store.record_ready(stale), Err(StoreError::Busy)));
    }
}
