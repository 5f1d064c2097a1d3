//! Letting someone join the team.

use crate::{
    casebook::{
        CasebookError, Editor, TeamError,
        log::{
            event::{Joined, What},
            keyring::Owner,
        },
    },
    crypto::{GovernanceRecipients, SignerRole, VerifyingKey, os_random},
    domain::{MemberId, ReportId, TeamRole, Text, Today, limits::SHORT_MAX},
};

/// Someone who is to join.
pub struct NewMember {
    /// What the others will call them.
    pub name: Text,
    /// What they do.
    pub role: TeamRole,
    /// Their minisign public key.
    pub signer: VerifyingKey<SignerRole>,
    /// Their age recipients.
    pub recipients: GovernanceRecipients,
}

impl Editor<'_> {
    /// Lets someone join: from now on they open everything but the reports that their role is shut out of.
    ///
    /// # Errors
    /// If the name is empty or long, or someone has that key already.
    pub fn join(&mut self, new: NewMember, today: &dyn Today) -> Result<MemberId, CasebookError> {
        if new.name.is_empty() || new.name.is_longer_than(SHORT_MAX) {
            return Err(CasebookError::Team(TeamError::MemberName));
        }
        let signer = new.signer.to_base64();
        if self.casebook.state.active().any(|(_, member)| member.signer == signer) {
            return Err(CasebookError::Team(TeamError::KnownMember));
        }
        let id = MemberId::random(&mut os_random());
        let generation = self.casebook.state.generation + 1;
        let to = self.recipients_of(|_, _| true).and(&new.recipients);
        self.casebook.keys.next_casebook(generation, &to, false)?;
        // A report from which others are shut out is sealed to each reader: the new one needs its key too. Only the
        // readers' own list changes, so the generation stays, and it can be done again.
        let restricted: Vec<ReportId> = self.restricted().collect();
        for report in restricted {
            let stored = &self.casebook.state.reports[&report];
            if !stored.shut_out_roles.contains(&new.role) {
                let readers = self.readers(stored).and(&new.recipients);
                self.casebook.keys.reseal(report, stored.key.generation, &readers)?;
            }
        }
        let joined =
            Joined { id, name: new.name, role: new.role, signer, recipients: new.recipients.keys(), generation };
        self.append(What::Joined(joined), Vec::new(), today)?;
        self.casebook.keys.settle(Owner::Casebook, Some(generation))?;
        Ok(id)
    }
}
