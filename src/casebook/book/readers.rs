//! Whom the keys of a casebook and of its reports are sealed to.

use crate::{
    casebook::{
        Editor,
        state::{member::Member, report::Report},
    },
    crypto::GovernanceRecipients,
    domain::{MemberId, ReportId},
};

impl Editor<'_> {
    /// The reports from which someone is shut out.
    pub(in crate::casebook) fn restricted(&self) -> impl Iterator<Item = ReportId> {
        let reports = self.casebook.state.reports.iter();
        reports
            .filter(|(_, report)| !report.shut_out.is_empty() || !report.shut_out_roles.is_empty())
            .map(|(id, _)| *id)
    }

    /// The members who may open a report.
    pub(in crate::casebook) fn readers(&self, report: &Report) -> GovernanceRecipients {
        self.recipients_of(|id, member| report.is_open_to(id, member))
    }

    /// The recipients of some of the members.
    pub(in crate::casebook) fn recipients_of(&self, of: impl Fn(MemberId, &Member) -> bool) -> GovernanceRecipients {
        let chosen = self.casebook.state.active().filter(|(id, member)| of(**id, member));
        let parsed = chosen.filter_map(|(_, member)| GovernanceRecipients::parse(&member.recipients.join("\n")).ok());
        // Whoever writes is always among them.
        parsed.fold(self.casebook.member.recipients(), |all, one| all.and(&one))
    }
}
