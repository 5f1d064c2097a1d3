use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

/// Bank holidays that are known when this is compiled, in GOV.UK's own form. Source: GOV.UK, "UK bank holidays",
/// division `england-and-wales`.
const BUNDLED: &str = include_str!("bank-holidays.json");

/// The fewest bank holidays that a year has had since 1978; a year with fewer is not taken as covered.
const HOLIDAYS_A_YEAR: usize = 8;

/// A date that can't be worked out, or a holiday file that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The count reaches a year whose bank holidays are not loaded.
    #[error("no bank holidays are loaded for {0}; give a newer bank-holidays.json from GOV.UK")]
    NotCovered(i16),
    /// The date is outside the years that a calendar has.
    #[error("the date is out of range; give one between the years covered")]
    OutOfRange,
    /// The operator's file is not GOV.UK's `bank-holidays.json`.
    #[error("the bank holiday file can't be read ({0}); download bank-holidays.json from GOV.UK again")]
    File(String),
}

/// The working-day rule: a working day is not a Saturday, a Sunday or a bank holiday in England.
#[derive(Clone, Debug)]
pub struct Calendar {
    years: BTreeMap<i16, Vec<Date>>,
}

impl Default for Calendar {
    fn default() -> Self {
        // It is a constant, which every test of this file reads.
        Self { years: years(BUNDLED).expect("the bundled file is GOV.UK's") }
    }
}

#[derive(Deserialize)]
struct GovUkFile {
    #[serde(rename = "england-and-wales")]
    division: GovUkDivision,
}

#[derive(Deserialize)]
struct GovUkDivision {
    events: Vec<GovUkEvent>,
}

#[derive(Deserialize)]
struct GovUkEvent {
    date: Date,
}

impl Calendar {
    /// The bundled years, with each whole year of GOV.UK's `bank-holidays.json` in place of the bundled one.
    ///
    /// # Errors
    /// If the text is not that file.
    pub fn with_file(json: &str) -> Result<Self, CalendarError> {
        let mut calendar = Self::default();
        calendar.years.extend(years(json)?);
        Ok(calendar)
    }

    /// The last year whose bank holidays are loaded.
    #[must_use]
    pub fn last_year(&self) -> i16 {
        self.years.keys().next_back().copied().unwrap_or_default()
    }

    /// Whether that day counts.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] if its year is not loaded: it is refused, not guessed.
    pub fn is_working_day(&self, day: Date) -> Result<bool, CalendarError> {
        let holidays = self.years.get(&day.year()).ok_or(CalendarError::NotCovered(day.year()))?;
        Ok(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !holidays.contains(&day))
    }

    /// The working day that is `count` after `from`, which is day 0 whether it is a working day or not.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] if a year on the way is not loaded.
    pub fn add_working_days(&self, from: Date, count: u32) -> Result<Date, CalendarError> {
        self.is_working_day(from)?;
        let (mut day, mut left) = (from, count);
        while left > 0 {
            day = day.tomorrow().map_err(|_| CalendarError::OutOfRange)?;
            left -= u32::from(self.is_working_day(day)?);
        }
        Ok(day)
    }

    /// The day that is `count` calendar days after `from`.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] past the year 9999.
    pub fn add_days(&self, from: Date, count: u32) -> Result<Date, CalendarError> {
        from.checked_add(jiff::Span::new().try_days(count).map_err(|_| CalendarError::OutOfRange)?)
            .map_err(|_| CalendarError::OutOfRange)
    }

    /// Working days after `from` up to and with `to`; negative when `to` is the earlier.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] if a year on the way is not loaded.
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<i64, CalendarError> {
        if to < from {
            return self.working_days_between(to, from).map(|days| -days);
        }
        let (mut day, mut count) = (from, 0);
        while day < to {
            day = day.tomorrow().map_err(|_| CalendarError::OutOfRange)?;
            count += i64::from(self.is_working_day(day)?);
        }
        Ok(count)
    }
}

/// The days of GOV.UK's `bank-holidays.json`, year by year.
fn years(json: &str) -> Result<BTreeMap<i16, Vec<Date>>, CalendarError> {
    let file: GovUkFile = serde_json::from_str(json).map_err(|e| CalendarError::File(e.to_string()))?;
    let mut years: BTreeMap<i16, Vec<Date>> = BTreeMap::new();
    for event in &file.division.events {
        years.entry(event.date.year()).or_default().push(event.date);
    }
    // The file begins and ends with whole years; one with fewer days is a file that was cut.
    match years.iter().find(|(_, days)| days.len() < HOLIDAYS_A_YEAR) {
        Some((year, days)) => Err(CalendarError::File(format!("only {} bank holidays in {year}", days.len()))),
        None => Ok(years),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ten_working_days_as_promised() {
        let calendar = Calendar::default();
        for (received, due) in [
            (date(2026, 12, 1), date(2026, 12, 15)),
            (date(2026, 12, 18), date(2027, 1, 6)),
            (date(2026, 12, 20), date(2027, 1, 6)),
            (date(2026, 12, 24), date(2027, 1, 12)),
            (date(2027, 3, 24), date(2027, 4, 9)),
        ] {
            assert_eq!(calendar.add_working_days(received, 10), Ok(due), "{received}");
        }
    }

    #[test]
    fn the_bundled_file_holds_the_days_that_were_proclaimed() {
        let calendar = Calendar::default();
        for (year, days) in [
            (2024, ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"]),
            (2025, ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"]),
            (2026, ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"]),
            (2027, ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"]),
            (2028, ["01-03", "04-14", "04-17", "05-01", "05-29", "08-28", "12-25", "12-26"]),
        ] {
            let held: Vec<_> = calendar.years[&year].iter().map(Date::to_string).collect();
            assert_eq!(held, days.map(|day| format!("{year}-{day}")));
        }
    }

    #[test]
    fn each_bundled_year_has_its_eight_days_on_weekdays() {
        let calendar = Calendar::default();
        for (year, days) in &calendar.years {
            assert_eq!(days.len(), HOLIDAYS_A_YEAR, "{year}");
            assert!(days.iter().all(|d| !matches!(d.weekday(), Weekday::Saturday | Weekday::Sunday)), "{year}");
        }
        assert_eq!(calendar.years.keys().copied().collect::<Vec<_>>(), [2024, 2025, 2026, 2027, 2028]);
    }

    #[test]
    fn a_year_that_is_not_loaded_is_refused() {
        let calendar = Calendar::default();
        assert_eq!(calendar.add_working_days(date(2028, 12, 22), 10), Err(CalendarError::NotCovered(2029)));
        assert_eq!(calendar.add_working_days(date(2023, 12, 29), 1), Err(CalendarError::NotCovered(2023)));
        assert_eq!(
            calendar.working_days_between(date(2028, 12, 29), date(2029, 1, 1)),
            Err(CalendarError::NotCovered(2029))
        );
        assert_eq!(calendar.add_days(date(2028, 12, 31), 2), Ok(date(2029, 1, 2)));
    }

    #[test]
    fn the_operators_file_extends_the_years() {
        let days = ["01-01", "03-30", "04-02", "05-07", "05-28", "08-27", "12-25", "12-26"];
        let file = |days: &[&str]| {
            let events: Vec<_> = days
                .iter()
                .map(|day| serde_json::json!({"title": "Holiday", "date": format!("2029-{day}"), "notes": "", "bunting": true}))
                .collect();
            serde_json::json!({"england-and-wales": {"division": "england-and-wales", "events": events}}).to_string()
        };
        let calendar = Calendar::with_file(&file(&days)).unwrap();
        assert_eq!(calendar.last_year(), 2029);
        assert_eq!(calendar.add_working_days(date(2028, 12, 29), 1), Ok(date(2029, 1, 2)));
        assert_eq!(calendar.add_working_days(date(2026, 12, 1), 10), Ok(date(2026, 12, 15)));
        assert!(matches!(Calendar::with_file(&file(&days[..3])), Err(CalendarError::File(_))));
        assert!(matches!(Calendar::with_file("{}"), Err(CalendarError::File(_))));
    }

    proptest! {
        #[test]
        fn a_due_date_is_a_working_day_and_counts_back(offset in 0i64..1200, count in 1u32..60) {
            let calendar = Calendar::default();
            let from = date(2024, 1, 1).checked_add(jiff::Span::new().days(offset)).unwrap();
            let due = calendar.add_working_days(from, count).unwrap();
            prop_assert!(calendar.is_working_day(due).unwrap());
            prop_assert_eq!(calendar.working_days_between(from, due).unwrap(), i64::from(count));
            prop_assert_eq!(calendar.working_days_between(due, from).unwrap(), -i64::from(count));
        }
    }
}
