//! What has to be known before a letter is written.

use crate::{
    casebook::{
        queries::{queue::QueueEntry, report::ReportView},
        state::letter::{Hindrance, Letter},
    },
    domain::{ClockState, ClockView},
};

impl ReportView {
    /// Why a letter can't be written to the person, if it can't.
    #[must_use]
    pub fn hindrance(&self, letter: Letter) -> Option<Hindrance> {
        letter.hindrance(self.entry.withdrawn, self.has_notice)
    }
}

impl QueueEntry {
    /// The open promises that a letter keeps once the box has it.
    pub fn kept_by(&self, letter: Letter) -> impl Iterator<Item = &ClockView> {
        self.open_clocks().filter(move |clock| letter.keeps(clock.kind, clock.supplementary))
    }

    /// The overdue promise that a letter keeps, the first to be due if there are several: why it is late has to be
    /// said.
    #[must_use]
    pub fn late_for(&self, letter: Letter) -> Option<&ClockView> {
        self.kept_by(letter).filter(|clock| clock.state == ClockState::Overdue).min_by_key(|clock| clock.due_on)
    }
}
