use crate::{
    casebook::{Casebook, CasebookError, DecisionError, queries::report::ReportView},
    domain::ReportId,
};

/// A report as it stood when whoever decides about it looked: if anybody has decided meanwhile, nothing is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// [`crate::casebook::QueueEntry::version`].
    pub version: u64,
    /// The last message of the person that was read, 0 for none.
    pub read: u32,
}

impl Casebook {
    /// A report as it stands now.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn seen(&self, id: ReportId) -> Result<Seen, CasebookError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        Ok(Seen { version: report.version(), read: report.last_message() })
    }

    /// A report as it stands now, with nothing read that was not: for what is decided on without looking at it.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn seen_unopened(&self, id: ReportId) -> Result<Seen, CasebookError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        Ok(Seen { version: report.version(), read: report.read })
    }

    /// Whether a report still stands as it was seen. Numbers of notices that were taken back are given anew, so only
    /// that tells whether it is still the notice that was read.
    ///
    /// # Errors
    /// [`DecisionError::Changed`] if it does not, and if there is no such report.
    pub(in crate::casebook) fn check_unchanged(&self, id: ReportId, seen: Seen) -> Result<(), CasebookError> {
        if self.seen(id)? == seen { Ok(()) } else { Err(DecisionError::Changed(id).into()) }
    }
}

impl ReportView {
    /// As whoever looks at it now sees it.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let theirs = self.messages.iter().filter(|message| message.is_by_person());
        Seen { version: self.entry.version, read: theirs.map(|message| message.seq).max().unwrap_or_default() }
    }

    /// The last message of the person that somebody said they read, 0 for none.
    #[must_use]
    pub fn read(&self) -> u32 {
        self.decisions.iter().map(|decision| decision.read).max().unwrap_or_default()
    }
}
