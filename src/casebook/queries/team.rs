//! Who works on a casebook, and who may open which report.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    casebook::{Casebook, CasebookError},
    crypto::{Fingerprint, GovernanceRecipients, SignerRole, VerifyingKey, signers_fingerprint},
    domain::{Date, MemberId, ReportId, TeamRole, Text},
};

/// A member of the team as pages and commands show them.
#[derive(Clone, Serialize)]
pub struct MemberView {
    /// A random name for forms.
    pub id: MemberId,
    /// What the others call them.
    pub name: Text,
    /// What they do.
    pub role: TeamRole,
    /// Of their signing key, for comparing.
    #[serde(skip)]
    pub fingerprint: Option<Fingerprint>,
    /// Their minisign public key, as signers.pub at the box needs it.
    pub signer: String,
    /// The day they joined.
    pub joined_on: Date,
    /// The day they left; none for a member.
    pub left_on: Option<Date>,
    /// Whether it is whoever looks.
    pub is_me: bool,
}

impl Casebook {
    /// Every member, those who left last.
    #[must_use]
    pub fn team(&self) -> Vec<MemberView> {
        let me = self.state.me;
        let mut team: Vec<_> = self
            .state
            .members
            .iter()
            .map(|(id, member)| MemberView {
                id: *id,
                name: member.name.clone(),
                role: member.role,
                fingerprint: VerifyingKey::<SignerRole>::from_base64(&member.signer).ok().map(|key| key.fingerprint()),
                signer: member.signer.clone(),
                joined_on: member.joined_on,
                left_on: member.left_on,
                is_me: me == Some(*id),
            })
            .collect();
        team.sort_by_key(|member| (member.left_on.is_some(), member.joined_on, member.id));
        team
    }

    /// What a member is called; none if there never was one.
    #[must_use]
    pub fn member_name(&self, id: MemberId) -> Option<&Text> {
        self.state.members.get(&id).map(|member| &member.name)
    }

    /// The member who looks.
    #[must_use]
    pub fn me(&self) -> Option<MemberId> {
        self.state.myself().map(|(id, _)| id)
    }

    /// The last collection that was imported, and the day it was made at the box.
    #[must_use]
    pub fn last_collection(&self) -> Option<(u64, Date)> {
        self.state.collected_on.map(|on| (self.state.at_box.number(), on))
    }

    /// For a new member to compare before they open it the first time.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.trusted.fingerprint()
    }

    /// Whether every text to a person needs a second approver.
    #[must_use]
    pub const fn second_approver(&self) -> bool {
        self.state.second_approver
    }

    /// The members who were chosen as a report's readers; none if every member may open it.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn chosen_readers(&self, id: ReportId) -> Result<Option<Vec<MemberId>>, CasebookError> {
        if !self.state.reports.contains_key(&id) {
            return Err(self.no_report(id));
        }
        let chosen = self.state.outlines.get(&id).and_then(|outline| outline.access.chosen());
        Ok(chosen.map(|readers| readers.iter().copied().collect()))
    }

    /// Whether a member was shut out of a report, so that it takes two readers to let them in again.
    #[must_use]
    pub fn is_shut_out(&self, id: ReportId, member: MemberId) -> bool {
        self.state.outlines.get(&id).is_some_and(|outline| outline.access.shuts_out(member))
    }

    /// The members who may open a report, of all that there are now; nobody, if this member can't open it.
    #[must_use]
    pub fn readers(&self, id: ReportId) -> Vec<MemberView> {
        let outline = self.state.outlines.get(&id).filter(|_| self.state.reports.contains_key(&id));
        let Some(outline) = outline else { return Vec::new() };
        let is_open_to = |view: &MemberView| view.left_on.is_none() && outline.access.is_open_to(view.id);
        self.team().into_iter().filter(is_open_to).collect()
    }

    /// The reports that this member can't open.
    #[must_use]
    pub fn closed_to_me(&self) -> Vec<ReportId> {
        self.state.closed().collect()
    }

    /// What governance.recipients at the box has to be for the team as it is now: for comparing.
    #[must_use]
    pub fn recipients_fingerprint(&self) -> Fingerprint {
        let keys: Vec<String> = self
            .state
            .active()
            .flat_map(|(_, member)| member.recipients.iter())
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        GovernanceRecipients::fingerprint_over(&keys)
    }

    /// What signers.pub at the box has to be for the team as it is now: for comparing.
    #[must_use]
    pub fn signers_fingerprint(&self) -> Fingerprint {
        let signers = self.state.active().map(|(_, member)| VerifyingKey::<SignerRole>::from_base64(&member.signer));
        // Each was read when its member joined.
        let signers: Vec<_> = signers.filter_map(Result::ok).collect();
        signers_fingerprint(&signers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{NewProposal, NewReaders},
        domain::{Route, TeamRole, Text},
        world::{TODAY, casebook::World},
    };

    #[test]
    fn whoever_left_or_was_shut_out_is_no_reader() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let adviser = world.colleague("Adviser", TeamRole::Adviser);
        let named = world.colleague("Named", TeamRole::Reviewer);
        let left = world.colleague("Left", TeamRole::Reviewer);
        let stays = world.colleague("Stays", TeamRole::Reviewer);
        world.agree(NewProposal::Leave(left.id)).unwrap();
        let me = world.open().unwrap().me().unwrap();
        let reason = Text::typed("They worked there.");
        world.edit(|editor| editor.restrict(id, NewReaders { readers: vec![me, stays.id], reason }, &TODAY)).unwrap();
        let casebook = world.open().unwrap();
        let mut readers: Vec<_> = casebook.readers(id).iter().map(|member| member.id).collect();
        let mut expected = vec![casebook.me().unwrap(), stays.id];
        readers.sort();
        expected.sort();
        assert_eq!(readers, expected);
        assert!(!readers.contains(&adviser.id) && casebook.is_shut_out(id, named.id));
        assert!(casebook.readers(ReportId([9; 8])).is_empty(), "there is no such report");
    }
}
