use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Calendar, CalendarError},
    choice::choices,
    limits::{DUE_SOON, PROMISE_YEARS},
};

choices! {
    /// What is promised.
    pub enum ClockKind {
        Acknowledgement = "acknowledgement", "We tell you that we have it";
        Advice = "advice", "We give advice, or say what we intend to do";
        Decision = "decision", "We give a provisional decision or a further response";
        InformationUseNotice = "information-use-notice", "We tell you what other work your information will be used for";
        DataAcknowledgement = "data-acknowledgement", "We tell you that we have your complaint about personal information";
    }
}

choices! {
    /// Where a promise stands.
    pub enum ClockState {
        Open = "open", "Open";
        DueSoon = "due-soon", "Due soon";
        DueToday = "due-today", "Due today";
        Overdue = "overdue", "Overdue";
        Met = "met", "Met";
        MetLate = "met-late", "Met late";
    }
}

choices! {
    /// What became of a promise.
    pub enum Kept {
        OnTime = "on-time", "Kept on time";
        Late = "late", "Kept late";
        Overdue = "overdue", "Overdue";
        Open = "open", "Still open";
        Lapsed = "lapsed", "No longer owed: withdrawn";
        NotOwed = "not-owed", "Not owed: set aside";
    }
}

/// Why nothing more is owed for a report, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLongerOwed {
    /// The person withdrew it.
    Withdrawn(Date),
    /// The team set it aside.
    SetAside(Date),
}

impl NoLongerOwed {
    /// Since that day.
    #[must_use]
    pub const fn since(self) -> Date {
        match self {
            Self::Withdrawn(on) | Self::SetAside(on) => on,
        }
    }

    /// What becomes of a promise that was still to be kept then.
    const fn kept(self) -> Kept {
        match self {
            Self::Withdrawn(_) => Kept::Lapsed,
            Self::SetAside(_) => Kept::NotOwed,
        }
    }
}

/// How long a promise runs. The day of receipt is day 0; it is due at the end of the last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Working days in England.
    WorkingDays(u32),
    /// Calendar days.
    Days(u32),
}

/// A promise with a due date, worked out once: a later change of the calendar does not move what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What is promised.
    pub kind: ClockKind,
    /// Day 0.
    pub started_on: Date,
    /// The last day on which it is kept.
    pub due_on: Date,
    /// The day on which it was kept.
    pub met_on: Option<Date>,
}

/// Where a clock, or anything else that is to be done by a day, stands on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In a word.
    pub state: ClockState,
    /// Working days after today up to and with the due date, negative when it is past; none once it is met, or if they
    /// can't be counted.
    pub working_days_left: Option<i64>,
}

impl Standing {
    /// Of what is still to be done by a day: something promised, or what the team itself set out to do.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] if the days up to it can't be counted.
    pub fn until(by: Date, today: Date, calendar: &Calendar) -> Result<Self, CalendarError> {
        let left = calendar.working_days_between(today, by)?;
        let state = match Self::until_uncounted(by, today).state {
            ClockState::Open if left <= DUE_SOON => ClockState::DueSoon,
            other => other,
        };
        Ok(Self { state, working_days_left: Some(left) })
    }

    /// The same; if its days can't be counted, without how many are left.
    #[must_use]
    pub fn until_if_counted(by: Date, today: Date, calendar: &Calendar) -> Self {
        Self::until(by, today, calendar).unwrap_or_else(|_| Self::until_uncounted(by, today))
    }

    fn until_uncounted(by: Date, today: Date) -> Self {
        let state = match today.cmp(&by) {
            Ordering::Greater => ClockState::Overdue,
            Ordering::Equal => ClockState::DueToday,
            Ordering::Less => ClockState::Open,
        };
        Self { state, working_days_left: None }
    }
}

impl Clock {
    /// The information-use notice that every message from the person starts.
    pub const NOTICE: (ClockKind, Term) = (ClockKind::InformationUseNotice, Term::WorkingDays(10));

    /// That we have a complaint about personal data: within 30 days from the one on which it came (Data Protection Act
    /// 2018, section 164A, put in by section 103 of the Data (Use and Access) Act 2025).
    pub const DATA_ACKNOWLEDGEMENT: (ClockKind, Term) = (ClockKind::DataAcknowledgement, Term::Days(30));

    /// Starts a clock on that day.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] if the calendar does not reach the due date.
    pub fn start((kind, term): (ClockKind, Term), on: Date, calendar: &Calendar) -> Result<Self, CalendarError> {
        let due_on = match term {
            Term::WorkingDays(count) => calendar.add_working_days(on, count)?,
            Term::Days(count) => calendar.add_days(on, count)?,
        };
        // The receipt page is the acknowledgement.
        let met_on = matches!(kind, ClockKind::Acknowledgement | ClockKind::DataAcknowledgement).then_some(on);
        Ok(Self { kind, started_on: on, due_on, met_on })
    }

    /// What became of it by that day. What is no longer owed was owed until then: what was overdue on that day stays so.
    #[must_use]
    pub fn kept(&self, today: Date, unowed: Option<NoLongerOwed>) -> Kept {
        match (self.met_on, unowed) {
            (Some(met_on), _) if met_on <= self.due_on => Kept::OnTime,
            (Some(_), _) => Kept::Late,
            (None, Some(unowed)) if unowed.since() <= self.due_on => unowed.kept(),
            (None, None) if today <= self.due_on => Kept::Open,
            (None, _) => Kept::Overdue,
        }
    }

    /// Where it stands on that day.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] if an open clock's days can't be counted.
    pub fn standing(&self, today: Date, calendar: &Calendar) -> Result<Standing, CalendarError> {
        if self.met_on.is_some() {
            return Ok(self.standing_uncounted(today));
        }
        Standing::until(self.due_on, today, calendar)
    }

    /// Where it stands on that day as far as that can be told without counting working days: not whether it is due soon.
    #[must_use]
    pub fn standing_uncounted(&self, today: Date) -> Standing {
        let state = match self.met_on {
            None => return Standing::until_uncounted(self.due_on, today),
            Some(met_on) if met_on <= self.due_on => ClockState::Met,
            Some(_) => ClockState::MetLate,
        };
        Standing { state, working_days_left: None }
    }

    /// Whether it is due no earlier than it started, and not much later than anything is promised for.
    #[must_use]
    pub fn is_of_a_promise(&self) -> bool {
        let last = self.started_on.saturating_add(jiff::Span::new().years(PROMISE_YEARS));
        self.started_on <= self.due_on && self.due_on <= last
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::Route;

    #[test]
    fn every_route_has_the_promised_dates() {
        let calendar = Calendar::default();
        // Tuesday 1 December 2026.
        let on = date(2026, 12, 1);
        for (route, expected) in [
            (Route::StaffConcern, vec![]),
            (
                Route::PatientChoice,
                vec![(ClockKind::Acknowledgement, date(2026, 12, 3)), (ClockKind::Advice, date(2026, 12, 29))],
            ),
            (
                Route::Procurement,
                vec![(ClockKind::Acknowledgement, date(2026, 12, 3)), (ClockKind::Advice, date(2026, 12, 15))],
            ),
            (
                Route::ServiceComplaint,
                vec![(ClockKind::Acknowledgement, date(2026, 12, 4)), (ClockKind::Decision, date(2026, 12, 31))],
            ),
        ] {
            let clocks: Vec<_> = route
                .promises()
                .iter()
                .map(|promise| Clock::start(*promise, on, &calendar).unwrap())
                .map(|clock| (clock.kind, clock.due_on))
                .collect();
            assert_eq!(clocks, expected, "{route}");
        }
    }

    #[test]
    fn the_states_follow_each_other() {
        let calendar = Calendar::default();
        let clock = Clock::start(Clock::NOTICE, date(2026, 12, 1), &calendar).unwrap();
        for (today, state, left) in [
            (date(2026, 12, 1), ClockState::Open, 10),
            (date(2026, 12, 9), ClockState::Open, 4),
            (date(2026, 12, 10), ClockState::DueSoon, 3),
            (date(2026, 12, 14), ClockState::DueSoon, 1),
            (date(2026, 12, 15), ClockState::DueToday, 0),
            (date(2026, 12, 16), ClockState::Overdue, -1),
        ] {
            assert_eq!(
                clock.standing(today, &calendar),
                Ok(Standing { state, working_days_left: Some(left) }),
                "{today}"
            );
        }
        let met = |on| Clock { met_on: Some(on), ..clock }.standing(date(2027, 6, 1), &calendar).unwrap().state;
        assert_eq!(met(date(2026, 12, 15)), ClockState::Met);
        assert_eq!(met(date(2026, 12, 16)), ClockState::MetLate);
    }

    #[test]
    fn days_that_cant_be_counted_are_not_guessed() {
        let day = date(9990, 12, 1);
        let clock = Clock { kind: ClockKind::Advice, started_on: day, due_on: day, met_on: None };
        assert!(clock.standing(date(2026, 12, 1), &Calendar::default()).is_err());
        for (today, state) in [
            (date(2026, 12, 1), ClockState::Open),
            (day, ClockState::DueToday),
            (date(9990, 12, 2), ClockState::Overdue),
        ] {
            assert_eq!(clock.standing_uncounted(today), Standing { state, working_days_left: None });
        }
    }

    #[test]
    fn a_promise_is_kept_or_not() {
        let clock = Clock::start(Clock::NOTICE, date(2026, 12, 1), &Calendar::default()).unwrap();
        let (in_time, late) = (date(2026, 12, 15), date(2026, 12, 16));
        let met = |on| Clock { met_on: Some(on), ..clock };
        let (withdrawn, aside) = (NoLongerOwed::Withdrawn, NoLongerOwed::SetAside);
        for (clock, today, unowed, expected) in [
            (clock, in_time, None, Kept::Open),
            (clock, late, None, Kept::Overdue),
            (clock, late, Some(withdrawn(in_time)), Kept::Lapsed),
            (clock, late, Some(withdrawn(late)), Kept::Overdue),
            (clock, in_time, Some(aside(in_time)), Kept::NotOwed),
            (clock, late, Some(aside(in_time)), Kept::NotOwed),
            (clock, late, Some(aside(late)), Kept::Overdue),
            (met(in_time), late, Some(aside(in_time)), Kept::OnTime),
            (met(in_time), late, None, Kept::OnTime),
            (met(late), late, Some(withdrawn(late)), Kept::Late),
        ] {
            assert_eq!(clock.kept(today, unowed), expected);
        }
    }

    #[test]
    fn the_receipt_page_is_the_acknowledgement() {
        for (promise, due_on) in [
            ((ClockKind::Acknowledgement, Term::Days(2)), date(2026, 12, 3)),
            (Clock::DATA_ACKNOWLEDGEMENT, date(2026, 12, 31)),
        ] {
            let clock = Clock::start(promise, date(2026, 12, 1), &Calendar::default()).unwrap();
            assert_eq!((clock.met_on, clock.due_on), (Some(date(2026, 12, 1)), due_on));
        }
    }
}
