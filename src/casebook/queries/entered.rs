//! What was entered a moment ago, so that a form that is sent twice enters it once.

use crate::{
    casebook::{Casebook, CasebookError},
    domain::{Concern, ReportId},
};

impl Casebook {
    /// Whether a report was entered here, and did not come through the box.
    #[must_use]
    pub fn was_entered(&self, id: ReportId) -> bool {
        self.state.outlines.get(&id).is_some_and(|outline| outline.was_entered())
    }

    /// The report that this member entered after an event with that very concern.
    ///
    /// # Errors
    /// If what was entered since can't be opened.
    pub fn entered_since(&self, event: u64, concern: &Concern) -> Result<Option<ReportId>, CasebookError> {
        let me = self.me();
        for (id, report) in &self.state.reports {
            let is_mine = report.entered.is_some_and(|entered| entered.event > event && Some(entered.by) == me);
            let Some(first) = report.messages.first().filter(|_| is_mine) else { continue };
            if self.open_message(*id, first)?.content.concern() == Some(concern) {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }
}
