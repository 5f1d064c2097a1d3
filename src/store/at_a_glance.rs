//! How a box stands: what an operator has to know of it, and nothing of what came but how it is with promises.

use rusqlite::Connection;

use super::{LastDay, Store, StoreError, rows, slot_records, vault::Shelf};
use crate::domain::Date;

/// What is promised and not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPromises {
    /// How many are overdue.
    pub overdue: u64,
    /// The day since which somebody waits for an information-use notice, of those that is due first; none if nobody does.
    pub waiting_since: Option<Date>,
}

/// How large the vault is, and how much of it holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultUse {
    /// Bytes of all its files.
    pub bytes: u64,
    /// Bytes of slots that hold something, or did and wait to be wiped.
    pub taken: u64,
}

/// Every message starts the clock of a notice, so those show since when somebody waits, and which open day is the newest. Both
/// end at the first row that fits, and rows that do not fit are few: a day's other clocks.
const FIRST_NOTICE: &str = "SELECT started_on FROM open_clock CROSS JOIN clock USING (report, seq, kind)
    WHERE open_clock.kind = 'information-use-notice' ORDER BY open_clock.due_on LIMIT 1";
const LAST_NOTICE: &str = "SELECT started_on FROM open_clock CROSS JOIN clock USING (report, seq, kind)
    WHERE open_clock.kind = 'information-use-notice' ORDER BY open_clock.due_on DESC LIMIT 1";
/// What is not open any more left its day here; each is the last of a list that is kept by its days.
const LAST_OF_LISTS: [&str; 4] = [
    "SELECT max(delivered_on) FROM answer_to_forget",
    "SELECT max(acknowledged_on) FROM message_to_forget",
    "SELECT max(over_on) FROM report_over",
    "SELECT max(made_on) FROM collection",
];

impl Store {
    /// The newest day that the store has, so far as it can be told without reading all of it: of what is waited for, of answers
    /// and of what was acknowledged or is over while it is here, of the last collection, fetching, delivery, proof of the front and
    /// backup, and the one on which the epoch began. A clock that says an earlier one is wrong. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn newest_day(&self) -> Result<Date, StoreError> {
        let of_records = self.read_all(|connection| {
            let found = LAST_OF_LISTS.iter().chain([&LAST_NOTICE]).map(|sql| day_of(connection, sql));
            Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().max())
        })?;
        let last = [LastDay::Fetched, LastDay::Delivered, LastDay::FrontProved].map(|what| self.last_day(what));
        let last = last.into_iter().chain([self.backed_up_on()]).collect::<Result<Vec<_>, _>>()?;
        let began = self.settings().epoch.began_on;
        Ok(last.into_iter().flatten().chain(of_records).fold(began, Date::max))
    }

    /// What is promised and not met. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn open_promises(&self, today: Date) -> Result<OpenPromises, StoreError> {
        self.read_all(|connection| {
            let sql = "SELECT count(*) AS size FROM open_clock WHERE due_on < ?1";
            let overdue = rows::one(connection, sql, [today.to_string()], |row| rows::size(row, "size"))?.unwrap_or(0);
            Ok(OpenPromises { overdue, waiting_since: day_of(connection, FIRST_NOTICE)? })
        })
    }

    /// How large the vault is, and how much of it holds something. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn vault_use(&self) -> Result<VaultUse, StoreError> {
        self.read_all(|connection| {
            let mut all = VaultUse { bytes: 0, taken: 0 };
            for shelf in Shelf::ALL {
                let slot = shelf.slot_bytes() as u64;
                all.bytes += slot * u64::from(self.vault().file(shelf).slots()?);
                all.taken += slot * slot_records::taken(connection, shelf)?;
            }
            Ok(all)
        })
    }
}

fn day_of(connection: &Connection, sql: &str) -> Result<Option<Date>, StoreError> {
    let found = rows::one(connection, sql, [], |row| Ok(row.get::<_, Option<String>>(0)?))?;
    found.flatten().as_deref().map(rows::day).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{ClockKind, limits::SHORT_SLOT_BYTES},
        world::EmptyBox,
    };

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn add(store: &Store, report: u8, kind: ClockKind, started: &str, due: &str) {
        let kind = kind.to_string();
        let (started, due) = (started.to_owned(), due.to_owned());
        let change = move |connection: &Connection| {
            connection.execute(
                "INSERT OR IGNORE INTO report (id, locator, route, received_on, reply_to) VALUES (?1, ?1, 'staff-concern', ?2, '')",
                ([report; 8], &started),
            )?;
            let sql = "INSERT INTO clock (report, seq, kind, started_on, due_on) VALUES (?1, 1, ?2, ?3, ?4)";
            connection.execute(sql, ([report; 8], kind, started, due))?;
            Ok(())
        };
        store.change(change).unwrap();
    }

    #[test]
    fn the_newest_day_is_found_wherever_it_stands() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let began = store.settings().epoch.began_on;
        assert_eq!(store.newest_day().unwrap(), began);
        // A later due date of something older does not hide what came last.
        add(&store, 1, ClockKind::InformationUseNotice, "2027-01-04", "2027-01-18");
        add(&store, 2, ClockKind::InformationUseNotice, "2027-01-05", "2027-01-19");
        add(&store, 1, ClockKind::Decision, "2027-01-04", "2027-02-01");
        assert_eq!(store.newest_day().unwrap(), day("2027-01-05"));
        store.record_backup(day("2027-01-06"), None).unwrap();
        assert_eq!(store.newest_day().unwrap(), day("2027-01-06"));
        store.record_last_day(LastDay::Fetched, day("2027-01-07")).unwrap();
        assert_eq!(store.newest_day().unwrap(), day("2027-01-07"));
        for (table, newest) in
            [("answer_to_forget", "2027-01-08"), ("message_to_forget", "2027-01-09"), ("report_over", "2027-01-10")]
        {
            let change = move |connection: &Connection| {
                let more = if table == "report_over" { "" } else { ", 1" };
                connection.execute(&format!("INSERT INTO {table} VALUES ('{newest}', x'01'{more})"), [])?;
                Ok(())
            };
            store.change(change).unwrap();
            assert_eq!(store.newest_day().unwrap(), day(newest), "{table}");
        }
    }

    #[test]
    fn promises_are_overdue_on_the_day_after_and_who_waits_is_known_by_the_first_notice() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let none = OpenPromises { overdue: 0, waiting_since: None };
        assert_eq!(store.open_promises(day("2027-01-18")).unwrap(), none);
        add(&store, 1, ClockKind::Acknowledgement, "2027-01-05", "2027-01-07");
        add(&store, 1, ClockKind::InformationUseNotice, "2027-01-05", "2027-01-19");
        add(&store, 2, ClockKind::InformationUseNotice, "2027-01-04", "2027-01-18");
        let waiting_since = Some(day("2027-01-04"));
        for (today, overdue) in [("2027-01-07", 0), ("2027-01-08", 1), ("2027-01-18", 1), ("2027-01-20", 3)] {
            assert_eq!(store.open_promises(day(today)).unwrap(), OpenPromises { overdue, waiting_since }, "{today}");
        }
    }

    #[test]
    fn a_slot_that_is_taken_is_counted() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let before = store.vault_use().unwrap();
        assert_eq!(before.taken, 0);
        store.change(|connection| slot_records::take(connection, Shelf::Short, [0, 9])).unwrap();
        let after = store.vault_use().unwrap();
        assert_eq!((after.bytes, after.taken), (before.bytes, 2 * SHORT_SLOT_BYTES as u64));
    }
}
