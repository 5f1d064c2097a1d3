//! Concerns that came another way than through the box: which way, and what can be promised for them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Calendar, CalendarError},
    choice::{Labelled, choices},
    clock::{Clock, ClockKind, Term},
    ids::{Digest, ReportId},
    limits::ENTERED_YEARS,
    route::Route,
};

choices! {
    /// The way in which a concern came.
    pub enum WayIn {
        Box = "box", "Through the box";
        Telephone = "telephone", "By telephone";
        Letter = "letter", "By letter";
        Email = "email", "By e-mail";
        InPerson = "in-person", "In person";
    }
}

choices! {
    /// Whose words a concern is in that was entered.
    pub enum WhoseWords {
        Own = "own", "The person’s own words";
        Noted = "noted", "As whoever took it wrote it down";
    }
}

impl WayIn {
    /// Those in which one is entered by hand.
    pub const BY_HAND: Labelled = match Self::LABELLED {
        [_, by_hand @ ..] => by_hand,
        [] => &[],
    };

    /// One of those in which a concern is entered by hand.
    #[must_use]
    pub fn by_hand(slug: &str) -> Option<Self> {
        Self::from_slug(slug).filter(|way| *way != Self::Box)
    }
}

/// A report that was entered at the desk and has a receipt code, as decisions tell the box of it. Of the code there is where
/// it leads and what is sealed to it, and of what the person said two digests that tell nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnteredEntry {
    /// Its name.
    pub report: ReportId,
    /// Known outside the seal, because clocks follow from it.
    pub route: Route,
    /// The day the concern came in.
    pub received_on: Date,
    /// Where the receipt code leads.
    pub locator: Digest,
    /// What the code was hashed at: a box of other costs would look elsewhere.
    pub kdf: String,
    /// The age recipient that answers are sealed to.
    pub reply_to: String,
    /// What is promised for it, as the desk started it.
    pub clocks: Vec<Clock>,
    /// SHA-256 over the concern's salt and its JSON.
    pub commitment: Digest,
    /// The same over its salt and the JSON of its summary.
    pub summary: Digest,
}

/// What can't be promised for a concern that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnteredProblem {
    /// It came on a day to come, or long ago.
    #[error("it came on a day to come, or more than {ENTERED_YEARS} years ago")]
    Day,
    /// The clocks are not those of its route.
    #[error("its promises are not those of such a concern")]
    Clocks,
}

/// Every clock that a concern starts, from the day it came; the acknowledgement is met on the day on which the person was told
/// that it is here.
///
/// # Errors
/// [`CalendarError::NotCovered`] if the calendar does not reach a due date.
pub fn entered_clocks(
    route: Route,
    received_on: Date,
    acknowledged_on: Option<Date>,
    calendar: &Calendar,
) -> Result<Vec<Clock>, CalendarError> {
    let clock = |promise| {
        let clock = Clock::start(promise, received_on, calendar)?;
        Ok(if clock.met_on.is_some() { Clock { met_on: acknowledged_on, ..clock } } else { clock })
    };
    promised(route).map(clock).collect()
}

/// What is wrong with a concern as it is said, on a day, to have been entered; none if nothing is. Bank holidays are not the
/// same on all machines, so a due day is only held against what it can be.
#[must_use]
pub fn entered_problem(route: Route, received_on: Date, clocks: &[Clock], on: Date) -> Option<EnteredProblem> {
    if received_on > on || received_on < earliest_entered(on) {
        return Some(EnteredProblem::Day);
    }
    let fits = |((kind, term), clock): ((ClockKind, Term), &Clock)| {
        let met = clock
            .met_on
            .is_none_or(|met| matches!(kind, ClockKind::Acknowledgement) && received_on <= met && met <= on);
        (clock.kind, clock.started_on) == (kind, received_on) && met && may_be_due(clock.due_on, received_on, term)
    };
    let is_whole = promised(route).count() == clocks.len() && promised(route).zip(clocks).all(fits);
    (!is_whole).then_some(EnteredProblem::Clocks)
}

/// The first day on which a concern may have come that is entered on that day.
#[must_use]
pub fn earliest_entered(on: Date) -> Date {
    on.saturating_sub(jiff::Span::new().years(ENTERED_YEARS))
}

fn promised(route: Route) -> impl Iterator<Item = (ClockKind, Term)> {
    route.promises().iter().copied().chain([Clock::NOTICE])
}

fn may_be_due(due_on: Date, from: Date, term: Term) -> bool {
    /// Days that weekends and holidays can add, besides one for each working day.
    const HOLIDAYS: u32 = 14;

    let day = |count: u32| from.saturating_add(jiff::Span::new().days(i64::from(count)));
    match term {
        Term::Days(count) => day(count) == due_on,
        Term::WorkingDays(count) => {
            let (first, last) = (day(count), day(count.saturating_mul(2).saturating_add(HOLIDAYS)));
            first <= due_on && due_on <= last
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_concern_that_was_entered_promises_what_one_at_the_box_does() {
        let calendar = Calendar::default();
        let (came, told) = (date(2026, 12, 1), date(2026, 12, 2));
        for route in Route::ALL {
            let clocks = entered_clocks(*route, came, Some(told), &calendar).unwrap();
            assert_eq!(entered_problem(*route, came, &clocks, told), None, "{route}");
            let acknowledged = clocks.iter().filter(|clock| clock.kind == ClockKind::Acknowledgement);
            assert!(acknowledged.clone().all(|clock| clock.met_on == Some(told)), "{route}");
            assert_eq!(acknowledged.count(), usize::from(*route != Route::StaffConcern));
            // It is told tomorrow.
            let early = (*route != Route::StaffConcern).then_some(EnteredProblem::Clocks);
            assert_eq!(entered_problem(*route, came, &clocks, came), early);
            assert_eq!(entered_problem(*route, came, &clocks[1..], told), Some(EnteredProblem::Clocks), "{route}");
        }
    }

    #[test]
    fn nobody_puts_off_what_is_promised_or_says_that_it_is_kept() {
        let (came, route) = (date(2026, 12, 1), Route::StaffConcern);
        let clocks = entered_clocks(route, came, None, &Calendar::default()).unwrap();
        let problem = |change: &dyn Fn(&mut Clock)| {
            let mut clocks = clocks.clone();
            change(&mut clocks[0]);
            entered_problem(route, came, &clocks, date(2026, 12, 20))
        };
        assert_eq!(problem(&|_| {}), None);
        assert_eq!(problem(&|clock| clock.due_on = date(2027, 2, 1)), Some(EnteredProblem::Clocks));
        assert_eq!(problem(&|clock| clock.due_on = came), Some(EnteredProblem::Clocks));
        assert_eq!(problem(&|clock| clock.started_on = date(2026, 12, 2)), Some(EnteredProblem::Clocks));
        assert_eq!(problem(&|clock| clock.met_on = Some(came)), Some(EnteredProblem::Clocks));
    }

    #[test]
    fn nothing_came_tomorrow_or_long_ago() {
        let today = date(2026, 12, 1);
        let problem = |came| entered_problem(Route::StaffConcern, came, &[], today);
        assert_eq!(problem(date(2026, 12, 2)), Some(EnteredProblem::Day));
        assert_eq!(problem(date(2023, 11, 30)), Some(EnteredProblem::Day));
        assert_eq!(problem(date(2023, 12, 1)), Some(EnteredProblem::Clocks), "the day itself is one of them");
    }

    #[test]
    fn what_is_entered_by_hand_never_came_through_the_box() {
        assert!(WayIn::BY_HAND.iter().all(|(slug, _)| WayIn::by_hand(slug).is_some()));
        assert_eq!((WayIn::BY_HAND.len() + 1, WayIn::by_hand("box")), (WayIn::ALL.len(), None));
    }
}
