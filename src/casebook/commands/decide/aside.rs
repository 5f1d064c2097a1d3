use super::{note::NewNote, record::NewEntry};
use crate::{
    casebook::{CasebookError, Editor, Seen, state::outcome::Assessed},
    domain::{Assessment, LinkKind, ReportId, ReportLink, Text, Today, WhoElse},
};

impl Editor<'_> {
    /// Records what only a report's readers may know of why it was just set aside: which report it is the same as, whom its
    /// person can turn to, and a note. It reads nothing, and changes nothing else.
    pub(in crate::casebook) fn record_about_aside(
        &mut self,
        id: ReportId,
        note: Option<&Text>,
        same_as: Option<ReportId>,
        turn_to: Vec<WhoElse>,
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        let note = note.cloned().map(NewNote::new).transpose()?;
        let report = self.casebook.state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        let seen = Seen { version: report.version(), read: report.read };
        let link = same_as.map(|report| ReportLink { report, kind: LinkKind::SameMatter });
        let assessed = match link.filter(|link| !report.assessment.links.contains(link)) {
            None => Assessed::AsItIs,
            Some(link) => {
                let mut assessment: Assessment = report.assessment.clone();
                assessment.links.push(link);
                Assessed::Anew(Box::new(assessment))
            }
        };
        if note.is_none() && turn_to.is_empty() && matches!(assessed, Assessed::AsItIs) {
            return Ok(());
        }
        self.record(id, seen, NewEntry { assessed, note, is_about_aside: true, turn_to, ..NewEntry::default() }, today)
            .map(drop)
    }
}
