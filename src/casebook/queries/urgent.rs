//! What can't wait until somebody looks at the queue: counted without making it. Nothing of it is in the person's words.

use serde::Serialize;

use crate::{
    casebook::{Casebook, state::report::Report},
    domain::{ClockKind, Date, ReportId, SeriousHarm},
};

/// Why one report can't wait.
#[derive(Serialize)]
pub struct UrgentReport {
    /// The name of the report on both sides.
    pub id: ReportId,
    /// Its name in two words.
    pub name: String,
    /// Whether someone could be seriously harmed soon, and nobody has said that it is seen to.
    pub serious_harm: bool,
    /// What is due today or was due before, the earliest first.
    pub due: Vec<DuePromise>,
    /// By when the team itself set out to do something, if that is today or past.
    pub action_by: Option<Date>,
    /// The day of the first follow-up after which nobody wrote to the person.
    pub unanswered_since: Option<Date>,
}

/// A promise that is open on the day on which it is due, or after it.
#[derive(Clone, Copy, Serialize)]
pub struct DuePromise {
    /// The last day on which it is kept.
    pub due_on: Date,
    /// What is promised.
    pub kind: ClockKind,
    /// Whether a change of use started it.
    pub supplementary: bool,
}

/// How many reports can't wait, and why.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct UrgentCounts {
    /// Where someone could be seriously harmed soon.
    pub harm: usize,
    /// With a promise that is overdue.
    pub overdue: usize,
    /// With a promise that is due today, and none that is overdue.
    pub due_today: usize,
    /// For which the team set out to do something by today, or before.
    pub own_dates: usize,
    /// With a follow-up that nobody answered.
    pub unanswered: usize,
}

impl Casebook {
    /// How many reports can't wait.
    #[must_use]
    pub fn urgent_counts(&self, today: Date) -> UrgentCounts {
        let mut counts = UrgentCounts::default();
        for (_, reasons) in self.reasons(today) {
            let is_overdue = reasons.due.iter().any(|promise| promise.due_on < today);
            counts.harm += usize::from(reasons.serious_harm);
            counts.overdue += usize::from(is_overdue);
            counts.due_today += usize::from(!is_overdue && !reasons.due.is_empty());
            counts.own_dates += usize::from(reasons.action_by.is_some());
            counts.unanswered += usize::from(reasons.unanswered_since.is_some());
        }
        counts
    }

    /// Every report that can't wait: where someone could be seriously harmed first, then what was due first, then by id.
    #[must_use]
    pub fn urgent(&self, today: Date) -> Vec<UrgentReport> {
        let urgent = self.reasons(today).filter(|(_, reasons)| reasons.are_some());
        let mut urgent: Vec<UrgentReport> = urgent
            .map(|(id, Reasons { serious_harm, due, action_by, unanswered_since })| UrgentReport {
                id,
                name: id.in_words(),
                serious_harm,
                due,
                action_by,
                unanswered_since,
            })
            .collect();
        urgent.sort_by_key(|report| {
            let first = report.due.first().map(|promise| promise.due_on);
            (!report.serious_harm, first.is_none(), first, report.id)
        });
        urgent
    }

    fn reasons(&self, today: Date) -> impl Iterator<Item = (ReportId, Reasons)> {
        self.state.reports.iter().map(move |(id, report)| (*id, Reasons::of(report, today)))
    }
}

/// Why a report can't wait; nothing takes memory where it can.
struct Reasons {
    serious_harm: bool,
    due: Vec<DuePromise>,
    action_by: Option<Date>,
    unanswered_since: Option<Date>,
}

impl Reasons {
    fn of(report: &Report, today: Date) -> Self {
        let is_over = report.is_over();
        // A promise to someone who has left can't be kept.
        let promises = report
            .message_clocks()
            .map(|entry| (entry.clock, false))
            .chain(report.supplementary_clocks().map(|entry| (entry.clock, true)))
            .filter(|(clock, _)| !report.withdrawn && clock.met_on.is_none() && clock.due_on <= today);
        let mut due: Vec<DuePromise> = promises
            .map(|(clock, supplementary)| DuePromise { due_on: clock.due_on, kind: clock.kind, supplementary })
            .collect();
        due.sort_by_key(|promise| promise.due_on);
        Self {
            serious_harm: report.serious_harm == Some(SeriousHarm::Yes) && !is_over && report.assessment.harm.is_none(),
            due,
            action_by: report.assessment.action_by.filter(|by| !is_over && *by <= today),
            unanswered_since: report.unanswered_since().filter(|_| !is_over),
        }
    }

    const fn are_some(&self) -> bool {
        self.serious_harm || !self.due.is_empty() || self.action_by.is_some() || self.unanswered_since.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Calendar, MessageKind, ReportState, Route},
        world::{
            DAY,
            casebook::{MARKER, World, moved},
        },
    };

    #[test]
    fn what_cant_wait_is_what_the_queue_says_of_it() {
        let mut world = World::new();
        for number in 1..=4 {
            world.concern(number, Route::StaffConcern, &[]);
        }
        let [one, two, three, four] = [1, 2, 3, 4].map(|number| ReportId([number; 8]));
        world.say(two, MessageKind::FollowUp, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.decide(four, moved(ReportState::Closed)).unwrap();
        let casebook = world.open().unwrap();
        let due = casebook.list(DAY, &Calendar::default())[0].clocks[0].due_on;
        let eve = due.yesterday().unwrap();
        let morrow = due.tomorrow().unwrap();

        for day in [DAY, eve, due, morrow] {
            let queue = casebook.list(day, &Calendar::default());
            let count = |holds: &dyn Fn(&crate::casebook::QueueEntry) -> bool| {
                queue.iter().filter(|entry| holds(entry)).count()
            };
            let expected = UrgentCounts {
                harm: count(&crate::casebook::QueueEntry::is_urgent),
                overdue: count(&|entry| entry.is_due(|on| on < day)),
                due_today: count(&|entry| entry.is_due(|on| on == day) && !entry.is_due(|on| on < day)),
                own_dates: count(&|entry| entry.action_by.is_some_and(|by| by <= day)),
                unanswered: count(&|entry| entry.unanswered_since.is_some()),
            };
            assert_eq!(casebook.urgent_counts(day), expected, "{day}");
        }
        let counts = casebook.urgent_counts(due);
        assert_eq!((counts.harm, counts.unanswered), (3, 1), "one is closed");
        assert!(counts.due_today >= 3 && counts.overdue == 0);
        assert!(casebook.urgent_counts(morrow).overdue >= 3 && casebook.urgent_counts(morrow).due_today == 0);

        let urgent = casebook.urgent(due);
        assert_eq!(urgent.iter().map(|report| report.id).take(3).collect::<Vec<_>>(), [one, two, three]);
        assert!(urgent[1].unanswered_since.is_some() && urgent[1].due[0].due_on == due);
        let json = serde_json::to_string(&urgent).unwrap();
        assert!(!json.contains(MARKER), "{json}");
        assert_eq!(casebook.urgent_counts(eve).due_today, 0);
    }

    #[test]
    fn an_empty_casebook_has_nothing_that_cant_wait() {
        let world = World::new();
        let casebook = world.open().unwrap();
        assert_eq!(casebook.urgent_counts(DAY), UrgentCounts::default());
        assert!(casebook.urgent(DAY).is_empty());
    }
}
