//! Who works on a casebook, and who may not open which report.

use serde::Serialize;

use crate::{
    casebook::{
        Casebook, DeskError, Editor,
        log::{
            chain,
            event::{Joined, Left, Matter, NewKey, ShutOut, What},
            keyring::{Owner, first, newest},
            snapshot,
        },
        state::{replay::Member, report::Report},
    },
    crypto::{Fingerprint, GovernanceRecipients, SignerRole, VerifyingKey, os_random},
    domain::{
        Date, MemberId, ReportId, TeamRole, Text, Today,
        limits::{DETAIL_MAX, SHORT_MAX},
    },
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

/// Who is to be shut out of a report from now on, in place of those before.
pub struct NewShutOut {
    /// By name.
    pub members: Vec<MemberId>,
    /// By what they do, those who join later too.
    pub roles: Vec<TeamRole>,
    /// Why, for those who may still read it.
    pub reason: Text,
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
        self.state.collected_on.map(|on| (self.state.collection, on))
    }

    /// For a new member to compare before they open it the first time.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.trusted.fingerprint()
    }

    /// Whether every notice needs a second approver.
    #[must_use]
    pub const fn second_approver(&self) -> bool {
        self.state.second_approver
    }

    /// Who is shut out of a report: by name, and by what they do.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn shut_out_of(&self, id: ReportId) -> Result<(Vec<MemberId>, Vec<TeamRole>), DeskError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        Ok((report.shut_out.iter().copied().collect(), report.shut_out_roles.iter().copied().collect()))
    }

    /// How many members may open a report.
    #[must_use]
    pub fn readers_of(&self, id: ReportId) -> usize {
        let Some(report) = self.state.reports.get(&id) else { return 0 };
        self.state.active().filter(|(member, known)| report.is_open_to(**member, known)).count()
    }

    /// The reports that this member is shut out of.
    #[must_use]
    pub fn closed_to_me(&self) -> Vec<ReportId> {
        self.state.opaque.keys().copied().collect()
    }
}

impl Editor<'_> {
    /// Lets someone join: from now on they open everything but the reports that their role is shut out of.
    ///
    /// # Errors
    /// If the name is empty or long, or someone has that key already.
    pub fn join(&mut self, new: NewMember, today: &dyn Today) -> Result<MemberId, DeskError> {
        if new.name.is_empty() || new.name.characters() > SHORT_MAX {
            return Err(DeskError::MemberName);
        }
        let signer = new.signer.to_base64();
        if self.casebook.state.active().any(|(_, member)| member.signer == signer) {
            return Err(DeskError::KnownMember);
        }
        let id = MemberId::random(&mut os_random());
        let generation = self.casebook.state.generation + 1;
        let to = self.recipients_of(|_, _| true).and(&new.recipients);
        self.casebook.keys.next_casebook(generation, &to, false)?;
        // A report from which others are shut out is sealed to each reader: the new one needs its key too. Only the readers' own
        // list changes, so the generation stays, and it can be done again.
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

    /// Ends someone's membership: what is recorded from now on is not sealed to them.
    ///
    /// # Errors
    /// If they are no member, or the only one.
    pub fn leave(&mut self, member: MemberId, today: &dyn Today) -> Result<(), DeskError> {
        let state = &self.casebook.state;
        if !state.active().any(|(id, _)| *id == member) {
            return Err(DeskError::NoMember);
        }
        if member == self.me {
            return Err(DeskError::LeavingOneself);
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

    /// Sets whether every notice needs a second approver from now on.
    ///
    /// # Errors
    /// If it can't be recorded.
    pub fn ask_for_second_approver(&mut self, needed: bool, today: &dyn Today) -> Result<(), DeskError> {
        if self.casebook.state.second_approver != needed {
            self.append(What::SecondApprover(needed), Vec::new(), today)?;
        }
        Ok(())
    }

    /// Shuts members out of a report: from now on it is sealed so that they can't open it, and what was sealed before they can't
    /// open either, unless they kept a copy of its key. Nobody can shut themselves out, so someone can always open it.
    ///
    /// # Errors
    /// If there is no such report, or it would shut out whoever does it.
    pub fn shut_out(&mut self, id: ReportId, new: NewShutOut, today: &dyn Today) -> Result<(), DeskError> {
        if new.reason.is_empty() {
            return Err(DeskError::EmptyText("reason"));
        }
        if new.reason.characters() > DETAIL_MAX {
            return Err(DeskError::LongReason);
        }
        let state = &self.casebook.state;
        if new.members.iter().any(|member| !state.members.contains_key(member)) {
            return Err(DeskError::NoMember);
        }
        let role = state.members.get(&self.me).map(|member| member.role);
        if new.members.contains(&self.me) || role.is_some_and(|role| new.roles.contains(&role)) {
            return Err(DeskError::ShuttingOutOneself);
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

    /// The reports from which someone is shut out.
    fn restricted(&self) -> impl Iterator<Item = ReportId> {
        let reports = self.casebook.state.reports.iter();
        reports
            .filter(|(_, report)| !report.shut_out.is_empty() || !report.shut_out_roles.is_empty())
            .map(|(id, _)| *id)
    }

    /// The members who may open a report.
    fn readers(&self, report: &Report) -> GovernanceRecipients {
        self.recipients_of(|id, member| report.is_open_to(id, member))
    }

    fn recipients_of(&self, of: impl Fn(MemberId, &Member) -> bool) -> GovernanceRecipients {
        let chosen = self.casebook.state.active().filter(|(id, member)| of(**id, member));
        let parsed = chosen.filter_map(|(_, member)| GovernanceRecipients::parse(&member.recipients.join("\n")).ok());
        // Whoever writes is always among them.
        parsed.fold(self.casebook.member.recipients(), |all, one| all.and(&one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{
            AnswerRef, EventProblem, NewDecision,
            fixture::{DAY, MARKER, TODAY, World},
        },
        domain::{Calendar, MessageKind, Route},
    };

    fn shut_out(members: Vec<MemberId>, roles: Vec<TeamRole>) -> NewShutOut {
        NewShutOut { members, roles, reason: Text::typed("They worked there.") }
    }

    fn note(text: &str) -> NewDecision {
        NewDecision { note: Some(Text::typed(text)), ..NewDecision::default() }
    }

    /// A world with one report in it.
    fn one_report() -> (World, ReportId) {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[10]);
        let file = world.collect();
        world.import(&file).unwrap();
        (world, id)
    }

    #[test]
    fn several_reviewers_share_one_casebook() {
        let (world, id) = one_report();
        let other = world.colleague("Second", TeamRole::Reviewer);
        world.edit_as(&other, |editor| editor.decide(id, note("from the second"), &TODAY)).unwrap();
        world.edit(|editor| editor.decide(id, note("from the first"), &TODAY)).unwrap();
        let casebook = world.open_as(&other).unwrap();
        let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
        let by: Vec<_> = view.decisions.iter().map(|decision| decision.by).collect();
        assert_eq!((by[0], by[1]), (other.id, world.open().unwrap().me().unwrap()));
        assert_eq!(casebook.team().len(), 2);
        // Each signs with their own key alone.
        let mut casebook = world.open_as(&other).unwrap();
        assert!(matches!(casebook.edit(&world.signer), Err(DeskError::OtherSigner)));
    }

    #[test]
    fn an_open_casebook_takes_in_what_a_colleague_writes() {
        let (world, id) = one_report();
        let other = world.colleague("Second", TeamRole::Reviewer);
        let (mut one, mut two) = (world.open().unwrap(), world.open_as(&other).unwrap());
        one.edit(&world.signer).unwrap().decide(id, note("one"), &TODAY).unwrap();
        // Whoever decides on what is no longer so is told, and nothing is recorded.
        let stale = NewDecision { seen: Some(0), ..note("two") };
        assert!(matches!(two.edit(&other.signer).unwrap().decide(id, stale, &TODAY), Err(DeskError::Changed(_))));
        let seen = two.list(DAY, &Calendar::default()).unwrap()[0].version;
        two.edit(&other.signer).unwrap().decide(id, NewDecision { seen: Some(seen), ..note("two") }, &TODAY).unwrap();
        one.refresh().unwrap();
        assert_eq!(one.version(), two.version());
        assert_eq!(one.show(id, DAY, &Calendar::default()).unwrap().decisions.len(), 2);
    }

    #[test]
    fn whoever_is_shut_out_can_open_nothing_of_it_any_more() {
        let (mut world, id) = one_report();
        let other = world.colleague("Second", TeamRole::Adviser);
        assert!(world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).is_ok());
        world.edit(|editor| editor.shut_out(id, shut_out(vec![other.id], vec![]), &TODAY)).unwrap();
        world.edit(|editor| editor.decide(id, note(MARKER), &TODAY)).unwrap();
        let casebook = world.open_as(&other).unwrap();
        assert!(matches!(casebook.show(id, DAY, &Calendar::default()), Err(DeskError::ShutOut(_))));
        assert_eq!((casebook.list(DAY, &Calendar::default()).unwrap().len(), casebook.closed_to_me()), (0, vec![id]));
        assert!(casebook.search(&Text::typed(MARKER)).unwrap().is_empty());
        // Not with all of their keys either: neither messages nor what was decided before or after.
        assert!(casebook.keys.report(id).unwrap().is_none());
        for number in 1..=casebook.version() {
            assert!(casebook.open_event(number).unwrap().matters.iter().all(Option::is_none), "event {number}");
        }
        assert!(matches!(
            world.edit_as(&other, |editor| editor.decide(id, note("all the same"), &TODAY)),
            Err(DeskError::ShutOut(_))
        ));
        // What comes later is as closed to them; they may import whatever else comes.
        world.concern(2, Route::StaffConcern, &[]);
        let team = world.identity.recipients().and(&other.identity.recipients());
        let import = |world: &mut World, team| {
            let manifest = world.manifest();
            let parts = world.parts(&manifest);
            world.carry(&crate::casebook::fixture::seal(&parts, team))
        };
        world.say(id, MessageKind::FollowUp, &[]);
        let file = import(&mut world, &team);
        assert!(matches!(
            world.edit_as(&other, |editor| editor.import(&file, false, &TODAY)),
            Err(DeskError::ImportShutOut(_))
        ));
        world.import(&file).unwrap();
        assert!(world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).is_err());
        // Until they are let in again.
        world.edit(|editor| editor.shut_out(id, shut_out(vec![], vec![]), &TODAY)).unwrap();
        let view = world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).unwrap();
        assert_eq!((view.messages.len(), view.shut_outs.len()), (2, 2));
    }

    #[test]
    fn a_role_that_is_shut_out_is_so_for_those_who_join_later() {
        let (world, id) = one_report();
        let early = world.colleague("Early", TeamRole::Reviewer);
        world.edit(|editor| editor.shut_out(id, shut_out(vec![], vec![TeamRole::Adviser]), &TODAY)).unwrap();
        let (adviser, reviewer) =
            (world.colleague("Adviser", TeamRole::Adviser), world.colleague("Reviewer", TeamRole::Reviewer));
        let show = |colleague| world.open_as(colleague)?.show(id, DAY, &Calendar::default()).map(drop);
        assert!(matches!(show(&adviser), Err(DeskError::ShutOut(_))));
        assert!(show(&reviewer).is_ok() && show(&early).is_ok());
        assert!(matches!(
            world.edit(|editor| editor.shut_out(id, shut_out(vec![], vec![TeamRole::Lead]), &TODAY)),
            Err(DeskError::ShuttingOutOneself)
        ));
    }

    #[test]
    fn whoever_leaves_reads_nothing_that_comes_later_and_writes_nothing() {
        let (world, id) = one_report();
        let other = world.colleague("Second", TeamRole::Reviewer);
        let mut still_open = world.open_as(&other).unwrap();
        world.edit(|editor| editor.leave(other.id, &TODAY)).unwrap();
        world.edit(|editor| editor.decide(id, note("later"), &TODAY)).unwrap();
        assert!(matches!(world.open_as(&other), Err(DeskError::NotAMember)));
        assert!(still_open.edit(&other.signer).is_err());
        // What they sign all the same is not taken.
        let mut forged = world.open().unwrap();
        forged.state.members.get_mut(&other.id).unwrap().left_on = None;
        forged.state.me = Some(other.id);
        forged.edit(&other.signer).unwrap().ask_for_second_approver(true, &TODAY).unwrap();
        assert!(matches!(world.open(), Err(DeskError::Event { problem: EventProblem::Unfit, .. })));
    }

    #[test]
    fn a_colleague_compares_the_fingerprint_before_the_first_opening() {
        let (world, other) = (World::new(), World::new());
        let colleague = world.colleague("Second", TeamRole::Reviewer);
        // Someone puts a casebook of their own in its place, with the colleague as a member.
        let new = NewMember {
            name: Text::typed("Second"),
            role: TeamRole::Reviewer,
            signer: colleague.signer.verifying_key().unwrap(),
            recipients: colleague.identity.recipients(),
        };
        other.edit(|editor| editor.join(new, &TODAY)).unwrap();
        assert!(matches!(
            Casebook::open(&other.casebook(), std::sync::Arc::clone(&colleague.identity)),
            Err(DeskError::NotVouched(_))
        ));
        std::fs::remove_dir_all(other.casebook().join("trust")).unwrap();
        std::fs::create_dir(other.casebook().join("trust")).unwrap();
        for entry in std::fs::read_dir(world.casebook().join("trust")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), other.casebook().join("trust").join(entry.file_name())).unwrap();
        }
        assert!(matches!(
            Casebook::open(&other.casebook(), std::sync::Arc::clone(&colleague.identity)),
            Err(DeskError::OtherIdentity)
        ));
    }

    #[test]
    fn a_notice_waits_for_its_second_approver() {
        let (world, id) = one_report();
        let other = world.colleague("Second", TeamRole::Reviewer);
        world.edit(|editor| editor.ask_for_second_approver(true, &TODAY)).unwrap();
        let notice = NewDecision { notice: Some(Text::typed("How we use it.")), ..NewDecision::default() };
        world.edit(|editor| editor.decide(id, notice, &TODAY)).unwrap();
        world.reply(id, "Thank you.");
        let answer = AnswerRef { report: id, seq: 1 };
        let casebook = world.open().unwrap();
        // The reply is numbered after it, so it waits too.
        assert_eq!((casebook.waiting(), casebook.to_approve()), (0, vec![answer]));
        assert!(matches!(world.edit(|editor| editor.approve(answer, &TODAY)), Err(DeskError::OwnNotice)));
        world.edit_as(&other, |editor| editor.approve(answer, &TODAY)).unwrap();
        assert!(matches!(world.edit_as(&other, |editor| editor.approve(answer, &TODAY)), Err(DeskError::NotWaiting)));
        let casebook = world.open().unwrap();
        assert_eq!((casebook.waiting(), casebook.to_approve().len()), (2, 0));
    }
}
