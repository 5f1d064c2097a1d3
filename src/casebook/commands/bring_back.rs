//! Undoing that reports were set aside, as long as the box does not know of it.

use crate::{
    casebook::{CasebookError, Editor, log::event::What},
    domain::{ReportId, Today},
};

impl Editor<'_> {
    /// Brings reports back that were set aside and of which no export told the box.
    ///
    /// # Errors
    /// If there is no such report, this member can't open it, or it is not set aside or the box was told; then none is brought
    /// back.
    pub fn bring_back(&mut self, reports: &[ReportId], today: &dyn Today) -> Result<(), CasebookError> {
        let mut reports = reports.to_vec();
        reports.sort_unstable();
        reports.dedup();
        if let Some(id) = reports.iter().find(|id| !self.casebook.state.reports.contains_key(id)) {
            return Err(self.casebook.no_report(*id));
        }
        self.append(What::BroughtBack(reports), today).map(drop)
    }
}
