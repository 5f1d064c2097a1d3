//! What has to be known before a letter is written.

use crate::{
    casebook::{
        Casebook, CasebookError,
        queries::{queue::QueueEntry, report::ReportView, seen::Seen},
        state::letter::{Hindrance, Letter},
    },
    domain::{ClockState, ClockView, ReportId},
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

impl Casebook {
    /// A report to which something is written that was not opened for it, as it stands now: what was read of it, why that
    /// letter can't be written, if it can't.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn unopened(&self, id: ReportId, letter: Letter) -> Result<(Seen, Option<Hindrance>), CasebookError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        Ok((Seen { version: report.version(), read: report.read }, report.hindrance(letter)))
    }
}
