//! What was promised to a person, as pages show it.

use crate::{
    casebook::{QueueEntry, ReportView},
    domain::{ClockState, ClockView},
    http::Day,
};

/// When a promise is due.
pub(in crate::desk) struct Due {
    pub(in crate::desk) on: Day,
    pub(in crate::desk) state: ClockState,
    /// `3 working days left`.
    pub(in crate::desk) left: Option<String>,
}

/// A promise that is open.
pub(in crate::desk) struct OpenPromise {
    pub(in crate::desk) label: &'static str,
    pub(in crate::desk) due: Day,
    pub(in crate::desk) state: &'static str,
    pub(in crate::desk) slug: &'static str,
}

impl Due {
    /// Of a promise that is open.
    pub(in crate::desk) fn new(clock: &ClockView) -> Self {
        if clock.working_days_left.is_none() && clock.met_on.is_none() {
            let left = Some("its working days can’t be counted: no bank holidays are loaded that far".to_owned());
            return Self { on: Day(clock.due_on), state: clock.state, left };
        }
        let left = clock.working_days_left.filter(|left| *left != 0).map(|left| {
            let days = left.unsigned_abs();
            let noun = if days == 1 { "working day" } else { "working days" };
            if left > 0 { format!("{days} {noun} left") } else { format!("{days} {noun} ago") }
        });
        Self { on: Day(clock.due_on), state: clock.state, left }
    }
}

impl OpenPromise {
    /// Those of a report that are open.
    pub(in crate::desk) fn open(report: &ReportView) -> Vec<Self> {
        report.entry.clocks.iter().filter(|clock| clock.met_on.is_none()).map(Self::of).collect()
    }

    /// Of one clock.
    pub(in crate::desk) fn of(clock: &ClockView) -> Self {
        let label = if clock.supplementary { "We tell you that our plans changed" } else { clock.kind.label() };
        Self { label, due: Day(clock.due_on), state: clock.state.label(), slug: clock.state.slug() }
    }
}

/// Whether the promise of it that is due first stands so.
pub(super) fn has_next(entry: &QueueEntry, state: ClockState) -> bool {
    !entry.withdrawn && entry.next_clock().is_some_and(|clock| clock.state == state)
}
