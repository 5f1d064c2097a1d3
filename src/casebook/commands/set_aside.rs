//! Setting reports aside, many at once: nothing more is owed for them, and the persons read why.

use crate::{
    casebook::{
        CasebookError, Editor,
        error::NotAllowed,
        log::event::{SettingAside, What},
    },
    domain::{ReportId, SetAsideReason, Today},
};

/// Reports that one event sets aside, at most: it has room for several times as many.
const AT_ONCE: usize = 100_000;

impl Editor<'_> {
    /// Sets reports aside. The next decisions tell the box, which tells each person why. Whoever adds something to such a
    /// report is heard again, and an answer to it ends that.
    ///
    /// # Errors
    /// If there is no such report, this member can't open it, or it is withdrawn or set aside already; then none is set aside.
    pub fn set_aside(
        &mut self,
        reports: &[ReportId],
        reason: SetAsideReason,
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        let mut reports = reports.to_vec();
        reports.sort_unstable();
        reports.dedup();
        if let Some(id) = reports.iter().find(|id| !self.casebook.state.reports.contains_key(id)) {
            return Err(self.casebook.no_report(*id));
        }
        let is_aside = |id: &&ReportId| self.casebook.state.reports.get(id).is_some_and(|it| it.set_aside.is_some());
        if let Some(id) = reports.iter().find(is_aside) {
            return Err(NotAllowed::SetAside(*id).into());
        }
        // One that can't be set aside keeps all of them from it, wherever it stands.
        for part in reports.chunks(AT_ONCE) {
            self.casebook.state.judge_set_aside(self.me, &SettingAside { reports: part.to_vec(), reason })?;
        }
        for part in reports.chunks(AT_ONCE) {
            self.append(What::SetAside(SettingAside { reports: part.to_vec(), reason }), today)?;
        }
        Ok(())
    }
}
