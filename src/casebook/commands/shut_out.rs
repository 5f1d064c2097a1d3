//! Shutting members out of a report, and letting them in again.

use crate::{
    casebook::{
        CasebookError, Editor, TeamError, TypedError,
        log::{
            chain,
            event::{Matter, NewKey, ShutOut, What},
            keyring::{Owner, first, newest},
            snapshot,
        },
    },
    domain::{MemberId, ReportId, TeamRole, Text, Today, limits::DETAIL_MAX},
};

/// Who is to be shut out of a report from now on, in place of those before.
pub struct NewShutOut {
    /// By name.
    pub members: Vec<MemberId>,
    /// By what they do, those who join later too.
    pub roles: Vec<TeamRole>,
    /// Why, for those who may still read it.
    pub reason: Text,
}

impl Editor<'_> {
    /// Shuts members out of a report: from now on it is sealed so that they can't open it, and what was sealed before
    /// they can't open either, unless they kept a copy of its key. Nobody can shut themselves out, so someone can
    /// always open it.
    ///
    /// # Errors
    /// If there is no such report, or it would shut out whoever does it.
    pub fn shut_out(&mut self, id: ReportId, new: NewShutOut, today: &dyn Today) -> Result<(), CasebookError> {
        if new.reason.is_empty() {
            return Err(CasebookError::Typed(TypedError::Empty("reason")));
        }
        if new.reason.is_longer_than(DETAIL_MAX) {
            return Err(CasebookError::Typed(TypedError::LongReason));
        }
        let state = &self.casebook.state;
        if new.members.iter().any(|member| !state.members.contains_key(member)) {
            return Err(CasebookError::Team(TeamError::NoMember));
        }
        let role = state.members.get(&self.me).map(|member| member.role);
        if new.members.contains(&self.me) || role.is_some_and(|role| new.roles.contains(&role)) {
            return Err(CasebookError::Team(TeamError::ShuttingOutOneself));
        }
        // Only who can open it may decide who else can.
        self.casebook.report_key(id)?;
        let generation = state.reports[&id].key.generation + 1;
        let to = self.recipients_of(|member, known| !new.members.contains(&member) && !new.roles.contains(&known.role));
        let nobody = new.members.is_empty() && new.roles.is_empty();
        let key = self.casebook.keys.fresh(id)?;
        self.casebook.keys.save(id, generation, &key, (!nobody).then_some(&to), true)?;
        let reason = Matter::Reason(new.reason);
        let why = chain::seal_matter(&newest(&key), id, &reason)?;
        let key = NewKey { generation, recipient: first(&key) };
        let event = ShutOut { report: id, key, members: new.members, roles: new.roles, why };
        self.append(What::ShutOut(event), vec![reason], today)?;
        self.casebook.keys.settle(Owner::Report(id), Some(generation))?;
        // Others' checkpoints may say what they were allowed to know until now, or lack what they may know from now on.
        Ok(snapshot::remove_all(&self.casebook.directory)?)
    }
}
