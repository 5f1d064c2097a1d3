//! For how long the box keeps what is over.

use jiff::{Span, civil::Date};

/// For how long the box keeps what is over, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// A report after the team closed it, and after anything was last said: with its answers and its receipt code.
    pub closed_days: u32,
    /// Likewise, after the team set it aside.
    pub set_aside_days: u32,
    /// An answer after it was delivered.
    pub answer_days: u32,
    /// Days by which each of them may be longer, as the box draws it for each report.
    pub spread_days: u32,
}

impl Periods {
    /// The day on which a report's time here is over, its own delay aside: the longest of its periods, since it was closed,
    /// since it was set aside, and since anything was last said. None if it is neither closed nor set aside.
    #[must_use]
    pub fn over_on(&self, closed_on: Option<Date>, set_aside_on: Option<Date>, last_said: Date) -> Option<Date> {
        let since = [(closed_on, self.closed_days), (set_aside_on, self.set_aside_days)];
        let since = since.into_iter().filter_map(|(on, days)| Some((on?, days)));
        // What was said counts for as long as that by which the report is over.
        let said = since.clone().map(|(_, days)| days).max().map(|days| (last_said, days));
        let ends = since.chain(said).map(|(on, days)| later(on, days).unwrap_or(Date::MAX));
        ends.max()
    }
}

/// So many days later; none if no calendar has that day.
fn later(on: Date, days: u32) -> Option<Date> {
    on.checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_over_by_the_longest_of_its_periods() {
        let periods = Periods { closed_days: 100, set_aside_days: 10, answer_days: 1, spread_days: 1 };
        let day = |day: i8| Date::constant(2026, 12, day);
        let after = |on: Date, days: u32| later(on, days);
        let (closed, aside, said) = (day(5), day(9), day(1));
        assert_eq!(periods.over_on(None, None, said), None);
        assert_eq!(periods.over_on(Some(closed), None, said), after(closed, 100));
        assert_eq!(periods.over_on(None, Some(aside), said), after(aside, 10));
        // What was said since.
        assert_eq!(periods.over_on(Some(closed), None, day(20)), after(day(20), 100));
        assert_eq!(periods.over_on(None, Some(aside), day(20)), after(day(20), 10));
        // Both: whichever is later.
        assert_eq!(periods.over_on(Some(closed), Some(aside), said), after(closed, 100));
        let long_ago = Date::constant(2026, 1, 1);
        assert_eq!(periods.over_on(Some(long_ago), Some(aside), long_ago), after(aside, 10));
        // Past the end of the calendar nothing is ever over.
        assert_eq!(periods.over_on(Some(Date::MAX), None, said), Some(Date::MAX));
    }
}
