//! Ending someone's membership.

use crate::{
    casebook::{
        CasebookError, Editor, TeamError,
        log::{
            event::{Left, What},
            keyring::Owner,
            snapshot,
        },
    },
    domain::{MemberId, ReportId, Today},
};

impl Editor<'_> {
    /// Ends someone's membership: what is recorded from now on is not sealed to them.
    ///
    /// # Errors
    /// If they are no member, or the only one.
    pub fn leave(&mut self, member: MemberId, today: &dyn Today) -> Result<(), CasebookError> {
        let state = &self.casebook.state;
        if !state.active().any(|(id, _)| *id == member) {
            return Err(CasebookError::Team(TeamError::NoMember));
        }
        if member == self.me {
            return Err(CasebookError::Team(TeamError::LeavingOneself));
        }
        let generation = state.generation + 1;
        let to = self.recipients_of(|id, _| id != member);
        let recipient = self.casebook.keys.next_casebook(generation, &to, true)?;
        let restricted: Vec<ReportId> = self.restricted().collect();
        self.append(What::Left(Left { member, generation, recipient }), Vec::new(), today)?;
        for report in restricted {
            let stored = &self.casebook.state.reports[&report];
            let readers = self.readers(stored);
            self.casebook.keys.reseal(report, stored.key.generation, &readers)?;
        }
        self.casebook.keys.settle(Owner::Casebook, Some(generation))?;
        snapshot::remove_all(&self.casebook.directory)?;
        Ok(())
    }
}
