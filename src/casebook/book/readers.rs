//! Whom the keys of a casebook and of its reports are sealed to.

use crate::{
    casebook::{
        Casebook, CasebookError, Editor,
        log::{event::NewKey, keyring::first},
        state::outline::Access,
    },
    crypto::GovernanceRecipients,
    domain::{MemberId, ReportId},
};

impl Editor<'_> {
    /// Whom a report's key is sealed to: the casebook's key if everyone may open it, else the readers who are members.
    pub(in crate::casebook) fn readers(&self, access: &Access) -> Result<GovernanceRecipients, CasebookError> {
        match access.chosen() {
            Some(readers) => Ok(self.casebook.recipients_of(|member| readers.contains(&member))),
            None => self.casebook.team_recipient(),
        }
    }

    /// The next key of a report, on the disk and sealed to those who may open it. Its event is still to be written.
    pub(in crate::casebook) fn new_report_key(&self, id: ReportId, access: &Access) -> Result<NewKey, CasebookError> {
        let outline = self.casebook.state.outlines.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        let generation = outline.key.generation + 1;
        let named: Vec<String> = outline.recipients().map(str::to_owned).collect();
        let key = self.casebook.keys.fresh(id, &named)?;
        self.casebook.keys.save(id, generation, &key, &self.readers(access)?, true)?;
        Ok(NewKey { generation, recipient: first(&key) })
    }
}

impl Casebook {
    /// Whom the casebook's key is sealed to: every member but one who leaves, and the keys in the safe.
    pub(in crate::casebook) fn everyone(&self, but: Option<MemberId>) -> GovernanceRecipients {
        let members = self.recipients_of(|member| Some(member) != but);
        let in_safe = self.state.recovery.as_ref().and_then(|keys| GovernanceRecipients::of(&keys.recipients).ok());
        in_safe.map_or_else(|| members.clone(), |keys| members.and(&keys))
    }

    /// The recipients of some of the members.
    pub(in crate::casebook) fn recipients_of(&self, of: impl Fn(MemberId) -> bool) -> GovernanceRecipients {
        let chosen = self.state.active().filter(|(id, _)| of(**id));
        let parsed = chosen.filter_map(|(_, member)| GovernanceRecipients::of(&member.recipients).ok());
        // Whoever writes is always among them.
        parsed.fold(self.member.recipients(), |all, one| all.and(&one))
    }
}
