use std::fmt;

use crate::{casebook::log::fact::Fact, domain::Date};

/// The year of an annual report of a prescribed person: April to March.
///
/// Source: the Prescribed Persons (Reports on Disclosures of Information) Regulations 2017 (SI 2017/507), regulation 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReportingYear {
    /// The calendar year of its April.
    begins_in: i16,
}

/// The months of a reporting year.
const MONTHS: [&str; 12] = [
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "January",
    "February",
    "March",
];
/// How many of them are in the calendar year in which it begins.
const BEFORE_JANUARY: usize = 9;

impl ReportingYear {
    /// The one that a day is in.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { begins_in: day.year() - i16::from(day.month() < 4) }
    }

    /// The one whose April is in that calendar year.
    #[must_use]
    pub const fn beginning_in(begins_in: i16) -> Self {
        Self { begins_in }
    }

    /// Those in which any of these reports came in or further action was decided, the latest first.
    #[must_use]
    pub fn all(facts: &[Fact]) -> Vec<Self> {
        let days = facts.iter().flat_map(|fact| fact.acted_on.into_iter().chain([fact.received_on]));
        let mut years: Vec<_> = days.map(Self::of).collect();
        years.sort_unstable_by(|one, other| other.cmp(one));
        years.dedup();
        years
    }

    /// The calendar year of its April, by which its narrative is kept.
    #[must_use]
    pub const fn begins_in(self) -> i16 {
        self.begins_in
    }

    /// Its first month, with the calendar year.
    #[must_use]
    pub fn first_month(self) -> String {
        format!("April {}", self.begins_in)
    }

    /// Its last month, likewise.
    #[must_use]
    pub fn last_month(self) -> String {
        format!("March {}", self.begins_in.saturating_add(1))
    }

    /// The word in addresses and names of files: the calendar year of its April.
    #[must_use]
    pub fn slug(self) -> String {
        format!("{:04}", self.begins_in)
    }

    /// The one that such a word names.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        let is_year = slug.len() == 4 && slug.bytes().all(|byte| byte.is_ascii_digit());
        slug.parse().ok().filter(|_| is_year).map(Self::beginning_in)
    }

    /// Whether it is over.
    #[must_use]
    pub fn has_ended(self, today: Date) -> bool {
        Self::of(today) > self
    }

    /// Its months by name, each with its calendar year.
    pub(super) fn months(self) -> impl Iterator<Item = String> {
        let name = move |(place, month)| {
            let year = if place < BEFORE_JANUARY { self.begins_in } else { self.begins_in.saturating_add(1) };
            format!("{month} {year}")
        };
        MONTHS.iter().enumerate().map(name)
    }

    /// The place of a day's month among its year's.
    pub(super) fn place(day: Date) -> usize {
        // A month is 1 to 12.
        usize::from(day.month().unsigned_abs() + 8) % MONTHS.len()
    }
}

impl fmt::Display for ReportingYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.first_month(), self.last_month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_begins_in_april() {
        let year = ReportingYear::of(Date::constant(2026, 4, 1));
        assert_eq!(year.to_string(), "April 2026 to March 2027");
        assert_eq!(ReportingYear::of(Date::constant(2027, 3, 31)), year);
        assert!(ReportingYear::of(Date::constant(2026, 3, 31)) < year);
        assert!(!year.has_ended(Date::constant(2027, 3, 31)) && year.has_ended(Date::constant(2027, 4, 1)));
    }

    #[test]
    fn every_month_has_its_place() {
        let year = ReportingYear::beginning_in(2026);
        let months: Vec<_> = year.months().collect();
        for (month, calendar_year, name) in
            [(4, 2026, "April 2026"), (12, 2026, "December 2026"), (1, 2027, "January 2027"), (3, 2027, "March 2027")]
        {
            assert_eq!(months[ReportingYear::place(Date::constant(calendar_year, month, 1))], name);
        }
    }

    #[test]
    fn a_year_is_found_by_its_word() {
        let year = ReportingYear::beginning_in(2026);
        assert_eq!(ReportingYear::from_slug(&year.slug()), Some(year));
        for wrong in ["", "26", "+026", "20261", "2026-27", "２０２６"] {
            assert_eq!(ReportingYear::from_slug(wrong), None, "{wrong}");
        }
    }
}
