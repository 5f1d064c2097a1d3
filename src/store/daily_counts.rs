use std::collections::BTreeMap;

use super::{Store, StoreError, rows};
use crate::domain::{Date, MessageKind};

/// What of one day is still here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCount {
    /// Concerns that came.
    pub concerns: u64,
    /// Further messages from people: what they added, and that they withdrew.
    pub further: u64,
    /// Answers that were delivered.
    pub answers: u64,
}

/// Nothing else asks by day, so there is no index that would be written with every message.
pub(super) const MESSAGES: &str = "SELECT received_on, kind FROM message WHERE received_on BETWEEN ?1 AND ?2";

impl Store {
    /// How much came and was answered on each day from the first to the last, of what is still here; a day on which nothing did
    /// is left out. Reads every message's row. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn daily_counts(&self, first: Date, last: Date) -> Result<BTreeMap<Date, DayCount>, StoreError> {
        let days = [first.to_string(), last.to_string()];
        self.read_all(|connection| {
            // By the text of the day: to read a million of them would take longer than all else.
            let mut counts: BTreeMap<String, DayCount> = BTreeMap::new();
            let mut statement = connection.prepare(MESSAGES)?;
            let mut found = statement.query([&days[0], &days[1]])?;
            while let Some(row) = found.next()? {
                let day = row.get_ref(0)?.as_str().map_err(|_| super::damaged("a date"))?;
                if !counts.contains_key(day) {
                    counts.insert(day.to_owned(), DayCount::default());
                }
                let Some(count) = counts.get_mut(day) else { continue };
                match rows::message_kind(row)? {
                    MessageKind::Concern => count.concerns += 1,
                    _ => count.further += 1,
                }
            }
            let sql = "SELECT delivered_on, count(*) AS size FROM answer_to_forget
                WHERE delivered_on BETWEEN ?1 AND ?2 GROUP BY delivered_on";
            for (day, answers) in rows::all(connection, sql, [&days[0], &days[1]], |row| {
                Ok((row.get::<_, String>(0)?, rows::size(row, "size")?))
            })? {
                counts.entry(day).or_default().answers += answers;
            }
            counts.into_iter().map(|(day, count)| Ok((rows::day(&day)?, count))).collect()
        })
    }
}
