//! The days on which something last happened that an operator has to know of: days, and nothing finer.

use rusqlite::{Connection, OptionalExtension};

use super::{Store, StoreError, rows};
use crate::domain::Date;

/// What last happened on a day that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastDay {
    /// A collection left the box: it was written for somebody to carry, or all of it was fetched.
    Fetched,
    /// Decisions were taken.
    Delivered,
    /// The front was looked at, and nothing was wrong with it.
    FrontProved,
}

impl LastDay {
    const fn name(self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Delivered => "delivered",
            Self::FrontProved => "front_proved",
        }
    }
}

impl Store {
    /// The day on which that last happened; none if it never did. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn last_day(&self, what: LastDay) -> Result<Option<Date>, StoreError> {
        self.read(|connection| read(connection, what))
    }

    /// Records that it happened on that day. Blocks.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn record_last_day(&self, what: LastDay, on: Date) -> Result<(), StoreError> {
        self.change(move |connection| record(connection, what, on))
    }
}

pub(super) fn read(connection: &Connection, what: LastDay) -> Result<Option<Date>, StoreError> {
    let sql = "SELECT on_day FROM last_day WHERE what = ?1";
    let found: Option<String> = connection.query_row(sql, [what.name()], |row| row.get(0)).optional()?;
    found.as_deref().map(rows::day).transpose()
}

pub(super) fn record(connection: &Connection, what: LastDay, on: Date) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO last_day (what, on_day) VALUES (?1, ?2)";
    connection.execute(sql, (what.name(), on.to_string()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::SigningKey,
        store::{Delivery, tests::delivery_by},
        world::EmptyBox,
    };

    #[test]
    fn decisions_that_are_brought_again_are_no_news() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let (key, _) = SigningKey::generate().unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        for brought_on in ["2026-12-01", "2026-12-05"].map(day) {
            store.apply(Delivery { on: brought_on, ..delivery_by(&key, &store, 1, vec![], vec![]) }).unwrap();
            assert_eq!(store.last_day(LastDay::Delivered).unwrap(), Some(day("2026-12-01")));
        }
    }

    #[test]
    fn each_day_is_kept_by_itself() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(store.last_day(LastDay::Fetched).unwrap(), None);
        store.record_last_day(LastDay::Fetched, day("2026-12-01")).unwrap();
        store.record_last_day(LastDay::Fetched, day("2026-12-02")).unwrap();
        store.record_last_day(LastDay::Delivered, day("2026-12-03")).unwrap();
        assert_eq!(store.last_day(LastDay::Fetched).unwrap(), Some(day("2026-12-02")));
        assert_eq!(store.last_day(LastDay::Delivered).unwrap(), Some(day("2026-12-03")));
        assert_eq!(store.last_day(LastDay::FrontProved).unwrap(), None);
    }
}
