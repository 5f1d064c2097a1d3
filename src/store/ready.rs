//! Collections that lie ready at the box, for somebody to fetch over a line.
//!
//! One that nobody was handed any of gives way to the next under its own number, so that the desk sees no gap however seldom
//! somebody comes. Once a byte of it was handed out its number is used up, and it waits until all of it was fetched.
//!
//! One that waits is a copy of what the store has. When that is withdrawn or removed, the copy goes too, and its number stays for
//! the next.

use super::{
    LastDay, Store, StoreError, last_days,
    ready_records::{ReadyCollection, ReadyStanding, WithdrawnSoFar, read, taken_back, write},
};
use crate::domain::{CollectionId, Date};

impl Store {
    /// What lies ready, in the order of the numbers. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn ready_collections(&self) -> Result<Vec<ReadyCollection>, StoreError> {
        self.read(read)
    }

    /// What was taken back so far, what is pending too. To be asked for before a collection is made. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn taken_back(&self) -> Result<WithdrawnSoFar, StoreError> {
        self.read_all(taken_back)
    }

    /// Some of it is about to leave. False if no such collection lies ready any more: what was withdrawn a moment ago is folded
    /// before, and takes what waits back. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn hand_out(&self, id: CollectionId) -> Result<bool, StoreError> {
        // Asked for each piece of it, and written once.
        let known = self.ready_collections()?.into_iter().find(|ready| ready.id == id);
        if known.is_some_and(|ready| ready.standing == ReadyStanding::HandedOut) {
            return Ok(true);
        }
        self.change(move |connection| {
            let mut all = read(connection)?;
            let Some(found) = all.iter_mut().find(|ready| ready.id == id) else { return Ok(false) };
            match found.standing {
                ReadyStanding::HandedOut => return Ok(true),
                ReadyStanding::TakenBack | ReadyStanding::Kept => return Ok(false),
                ReadyStanding::Waits => found.standing = ReadyStanding::HandedOut,
            }
            write(connection, &all)?;
            Ok(true)
        })
    }

    /// All of it was fetched, on that day or before. False if no such collection was handed out. What counts as the day on which
    /// the box was emptied is the one on which it was made: nobody has more of what came than that, however late they say so.
    /// Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn keep(&self, id: CollectionId, on: Date) -> Result<bool, StoreError> {
        self.change(move |connection| {
            let mut all = read(connection)?;
            let Some(found) = all.iter_mut().find(|ready| ready.id == id) else { return Ok(false) };
            match found.standing {
                ReadyStanding::Waits | ReadyStanding::TakenBack => return Ok(false),
                // Said once more, it is no news of any day.
                ReadyStanding::Kept => return Ok(true),
                ReadyStanding::HandedOut => found.standing = ReadyStanding::Kept,
            }
            let emptied_on = found.on.min(on);
            if last_days::read(connection, LastDay::Fetched)?.is_none_or(|before| before < emptied_on) {
                last_days::record(connection, LastDay::Fetched, emptied_on)?;
            }
            write(connection, &all)?;
            Ok(true)
        })
    }
}

impl Store {
    /// What was handed out and can't be read any more is offered to nobody. Its number is used up. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn give_up_ready(&self, ids: Vec<CollectionId>) -> Result<(), StoreError> {
        self.change(move |connection| {
            let mut all = read(connection)?;
            all.retain(|ready| ready.standing != ReadyStanding::HandedOut || !ids.contains(&ready.id));
            write(connection, &all)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::MessageKind,
        store::{
            CollectionRecord, NextCollection,
            tests::{add, locator, message},
        },
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
        let since = store.taken_back()?;
        store.record_ready(ReadyCollection { number, id: id(byte), previous, on, parts: vec![], standing }, since)?;
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
    fn it_was_emptied_on_the_day_of_what_somebody_had_all_of() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        make_ready(&store, 1, ON).unwrap();
        assert!(!store.keep(id(1), ON).unwrap(), "nobody was handed any of it");
        store.hand_out(id(1)).unwrap();
        assert_eq!((store.last_collected_on().unwrap(), store.last_day(LastDay::Fetched).unwrap()), (None, None));
        assert!(store.keep(id(1), LATER).unwrap() && !store.keep(id(2), ON).unwrap());
        assert_eq!(store.last_collected_on().unwrap(), Some(ON));
        // Whoever says it again tells of no other day, and a piece that was asked for in vain changes nothing.
        store.record_last_day(LastDay::Fetched, Date::constant(2026, 11, 1)).unwrap();
        assert!(store.keep(id(1), LATER).unwrap() && !store.hand_out(id(1)).unwrap());
        assert_eq!(store.ready_collections().unwrap()[0].standing, ReadyStanding::Kept);
        assert_eq!(store.last_collected_on().unwrap(), Some(Date::constant(2026, 11, 1)));
        store.record_last_day(LastDay::Fetched, LATER).unwrap();
        // It goes from the list with the next.
        make_ready(&store, 2, LATER).unwrap();
        assert_eq!(store.ready_collections().unwrap().len(), 1);
        // Of an older one than what was carried away since, the day is not put back.
        store.record_last_day(LastDay::Fetched, Date::constant(2026, 12, 9)).unwrap();
        assert!(store.hand_out(id(2)).unwrap() && store.keep(id(2), LATER).unwrap());
        assert_eq!(store.last_collected_on().unwrap(), Some(Date::constant(2026, 12, 9)));
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
        let since = store.taken_back().unwrap();
        assert!(matches!(store.record_ready(stale, since), Err(StoreError::Busy)));
    }

    #[test]
    fn what_waits_is_taken_back_with_a_withdrawal_and_gives_its_number_to_the_next() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let standings = || store.ready_collections().unwrap().into_iter().map(|r| r.standing).collect::<Vec<_>>();
        make_ready(&store, 1, ON).unwrap();
        store.hand_out(id(1)).unwrap();
        let next = make_ready(&store, 2, ON).unwrap();
        let report = add(&store, locator(&store), &[b"concern"]);
        let withdrawal = message(&store, 2, MessageKind::Withdrawal, &[b"withdrawn"]);
        let since = store.taken_back().unwrap();
        let ReadyCollection { number, previous, .. } = store.ready_collections().unwrap()[1].clone();
        store.add_message(report, withdrawal).unwrap();
        // At once, and not only once a tick folded it: whoever asks for a piece is told that it is gone.
        assert!(!store.hand_out(id(2)).unwrap());
        // What somebody has a part of is theirs.
        assert_eq!(standings(), [ReadyStanding::HandedOut, ReadyStanding::TakenBack]);
        assert!(!store.keep(id(2), ON).unwrap());
        // One that was being made meanwhile holds it still.
        let standing = ReadyStanding::Waits;
        let stale = ReadyCollection { number, id: id(3), previous, on: ON, parts: vec![], standing };
        assert!(matches!(store.record_ready(stale, since), Err(StoreError::Busy)));
        assert_eq!(make_ready(&store, 4, LATER).unwrap(), next);
        assert_eq!(standings(), [ReadyStanding::HandedOut, ReadyStanding::Waits]);
        assert!(store.hand_out(id(4)).unwrap());
    }
}
