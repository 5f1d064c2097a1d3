//! All that the events say, folded together, as far as one member can open them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    casebook::{
        log::{
            chain::Opened,
            event::{
                AnswerId, Approved, Created, Destroyed, Event, Exported, Imported, Joined, Left, Matter, News,
                Referred, SealedMatter, ShutOut, TakenBack, What,
            },
            fact::Fact,
        },
        state::{member::Member, report::Report, unfit::Unfit},
    },
    domain::{BoxId, Date, Digest, MemberId, ReportId, TeamRole},
};

/// What a casebook knows.
#[derive(Default)]
pub(in crate::casebook) struct State {
    /// The recipients of whoever looks: it says which member that is.
    own: Vec<String>,
    pub(in crate::casebook) me: Option<MemberId>,
    pub(in crate::casebook) members: BTreeMap<MemberId, Member>,
    /// The casebook's recipient.
    pub(in crate::casebook) recipient: String,
    /// The generation of the casebook's key file.
    pub(in crate::casebook) generation: u32,
    /// Whether every notice needs a second approver.
    pub(in crate::casebook) second_approver: bool,
    /// The box it belongs to, pinned by the first collection.
    pub(in crate::casebook) r#box: Option<BoxId>,
    /// The last collection imported, 0 for none.
    pub(in crate::casebook) collection: u64,
    /// The day it was made at the box.
    pub(in crate::casebook) collected_on: Option<Date>,
    /// SHA-256 of that collection's manifest.
    pub(in crate::casebook) manifest: Option<Digest>,
    /// The last decisions file written, 0 for none.
    pub(in crate::casebook) exported: u64,
    /// SHA-256 of that file.
    pub(in crate::casebook) export_file: Option<Digest>,
    /// Every report that this member can open.
    pub(in crate::casebook) reports: BTreeMap<ReportId, Report>,
    /// Every report that they can't.
    pub(in crate::casebook) opaque: BTreeMap<ReportId, Opaque>,
    /// What is left of reports that were destroyed.
    pub(in crate::casebook) destroyed: BTreeMap<ReportId, Remains>,
}

/// A report that this member can't open.
pub(in crate::casebook) struct Opaque {
    /// Who may not open it, by name.
    shut_out: BTreeSet<MemberId>,
    /// Who may not open it, by what they do.
    shut_out_roles: BTreeSet<TeamRole>,
    /// What is about it is sealed to this.
    pub(in crate::casebook) recipient: String,
}

/// What is left of a report that was destroyed.
pub(in crate::casebook) struct Remains {
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) last_message: u32,
    pub(in crate::casebook) acknowledged: u32,
    pub(in crate::casebook) generation: u32,
    pub(in crate::casebook) fact: Fact,
}

impl State {
    /// For whoever has these recipients.
    pub(in crate::casebook) fn of(own: Vec<String>) -> Self {
        Self { own, ..Self::default() }
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// If it does not fit. The state is then of no use.
    pub(in crate::casebook) fn apply(&mut self, opened: Opened) -> Result<(), Unfit> {
        let Opened { event, signer, matters, .. } = opened;
        let Event { number, on, by, what, .. } = event;
        if let What::Created(created) = &what {
            if number != 1 || created.founder.id != by || created.founder.signer != signer {
                return Err(Unfit);
            }
        } else if !self.members.get(&by).is_some_and(|author| author.left_on.is_none() && author.signer == signer) {
            return Err(Unfit);
        }
        let mut matters = matters.into_iter();
        match what {
            What::Created(Created { founder, recipient }) => {
                self.recipient = recipient;
                self.join(founder, on)?;
            }
            What::Joined(joined) => self.join(joined, on)?,
            What::Left(left) => self.leave(left, on)?,
            What::SecondApprover(needed) => self.second_approver = needed,
            What::Imported(imported) => self.import(imported, matters)?,
            What::Decided(about) => {
                if let Some(matter) = self.matter(&about, matters.next())? {
                    let (report, Matter::Decided(decided)) = matter else { return Err(Unfit) };
                    report.decide((number, on, by), *decided)?;
                }
            }
            What::Approved(approved) => self.approve(approved, by)?,
            What::TakenBack(TakenBack { answer, why }) => {
                if why.report != answer.report {
                    return Err(Unfit);
                }
                if let Some((report, _)) = self.matter(&why, matters.next())? {
                    report.take_back(number, answer.seq)?;
                }
            }
            What::ShutOut(shut_out) => self.shut_out(number, shut_out, matters.next())?,
            What::Referred(about) => {
                if let Some(matter) = self.matter(&about, matters.next())? {
                    let (report, Matter::Referred(Referred { area, .. })) = matter else { return Err(Unfit) };
                    report.referrals.push(area);
                    report.history.push(number);
                }
            }
            What::Exported(exported) => self.export(exported)?,
            What::Destroyed(destroyed) => self.destroy(destroyed, on)?,
        }
        Ok(())
    }

    /// The member who looks; nobody if they left or never joined.
    pub(in crate::casebook) fn myself(&self) -> Option<(MemberId, &Member)> {
        let id = self.me?;
        self.members.get(&id).filter(|member| member.left_on.is_none()).map(|member| (id, member))
    }

    /// Those who are members now.
    pub(in crate::casebook) fn active(&self) -> impl Iterator<Item = (&MemberId, &Member)> {
        self.members.iter().filter(|(_, member)| member.left_on.is_none())
    }

    /// The first report that should be open to this member and is not.
    pub(in crate::casebook) fn locked(&self) -> Option<ReportId> {
        let shut_out = |opaque: &Opaque| self.hits_me(&opaque.shut_out, &opaque.shut_out_roles);
        self.opaque.iter().find(|(_, opaque)| !shut_out(opaque)).map(|(id, _)| *id)
    }

    /// Whether the member who looks is among them.
    fn hits_me(&self, members: &BTreeSet<MemberId>, roles: &BTreeSet<TeamRole>) -> bool {
        let Some(me) = self.me else { return false };
        members.contains(&me) || self.members.get(&me).is_some_and(|member| roles.contains(&member.role))
    }

    fn join(&mut self, joined: Joined, on: Date) -> Result<(), Unfit> {
        let Joined { id, name, role, signer, recipients, generation } = joined;
        if self.members.contains_key(&id) || self.active().any(|(_, member)| member.signer == signer) {
            return Err(Unfit);
        }
        self.generation = generation;
        if recipients.iter().any(|recipient| self.own.contains(recipient)) {
            self.me = Some(id);
        }
        self.members.insert(id, Member { name, role, signer, recipients, joined_on: on, left_on: None });
        Ok(())
    }

    fn leave(&mut self, left: Left, on: Date) -> Result<(), Unfit> {
        self.members.get_mut(&left.member).ok_or(Unfit)?.left_on = Some(on);
        self.generation = left.generation;
        self.recipient = left.recipient;
        Ok(())
    }

    /// A report and what an event says about it; none if this member can't open it.
    fn matter(
        &mut self,
        about: &SealedMatter,
        matter: Option<Option<Matter>>,
    ) -> Result<Option<(&mut Report, Matter)>, Unfit> {
        match matter.ok_or(Unfit)? {
            Some(matter) => {
                let report = self.reports.get_mut(&about.report);
                Ok(Some((report.ok_or(Unfit)?, matter)))
            }
            None if self.opaque.contains_key(&about.report) => Ok(None),
            None => Err(Unfit),
        }
    }

    fn import(&mut self, imported: Imported, matters: impl Iterator<Item = Option<Matter>>) -> Result<(), Unfit> {
        if self.r#box.is_some_and(|known| known != imported.r#box) || imported.number <= self.collection {
            return Err(Unfit);
        }
        self.r#box = Some(imported.r#box);
        self.collection = imported.number;
        self.collected_on = Some(imported.on);
        self.manifest = Some(imported.manifest);
        for (News { key, about }, matter) in imported.reports.into_iter().zip(matters) {
            let id = about.report;
            match matter {
                Some(Matter::News(news)) => {
                    if let Some(key) = key {
                        if self.reports.contains_key(&id) {
                            return Err(Unfit);
                        }
                        let acknowledged = self.destroyed.remove(&id).map_or(0, |remains| remains.acknowledged);
                        self.reports.insert(id, Report::new(key, &news, acknowledged));
                    }
                    self.reports.get_mut(&id).ok_or(Unfit)?.take_in(news, imported.number)?;
                }
                Some(_) => return Err(Unfit),
                None => match key {
                    Some(key) => {
                        self.destroyed.remove(&id);
                        let (shut_out, shut_out_roles) = (BTreeSet::new(), BTreeSet::new());
                        self.opaque.insert(id, Opaque { shut_out, shut_out_roles, recipient: key.recipient });
                    }
                    None if self.opaque.contains_key(&id) => {}
                    None => return Err(Unfit),
                },
            }
        }
        Ok(())
    }

    fn approve(&mut self, approved: Approved, by: MemberId) -> Result<(), Unfit> {
        let AnswerId { report, seq } = approved.answer;
        let Some(report) = self.known(report)? else { return Ok(()) };
        let answer = report.answers.iter_mut().find(|answer| answer.seq == seq).ok_or(Unfit)?;
        if answer.by == by {
            return Err(Unfit);
        }
        answer.approved_by = Some(by);
        answer.endorsements.push(approved.endorsement);
        Ok(())
    }

    fn shut_out(&mut self, number: u64, shut_out: ShutOut, why: Option<Option<Matter>>) -> Result<(), Unfit> {
        let ShutOut { report: id, key, members, roles, .. } = shut_out;
        let (members, roles) = (BTreeSet::from_iter(members), BTreeSet::from_iter(roles));
        // Whoever was let in again later can open all of it.
        if self.opaque.contains_key(&id)
            || (why.as_ref().is_some_and(Option::is_none) && self.hits_me(&members, &roles))
        {
            self.reports.remove(&id);
            let recipient = key.recipient;
            self.opaque.insert(id, Opaque { shut_out: members, shut_out_roles: roles, recipient });
            return Ok(());
        }
        why.flatten().ok_or(Unfit)?;
        let report = self.reports.get_mut(&id).ok_or(Unfit)?;
        report.key = key;
        report.shut_out = members;
        report.shut_out_roles = roles;
        report.history.push(number);
        Ok(())
    }

    fn export(&mut self, exported: Exported) -> Result<(), Unfit> {
        if exported.number != self.exported + 1 {
            return Err(Unfit);
        }
        self.exported = exported.number;
        self.export_file = Some(exported.file);
        for id in exported.answers {
            let Some(report) = self.known(id.report)? else { continue };
            let answer = report.answers.iter_mut().find(|answer| answer.seq == id.seq).ok_or(Unfit)?;
            answer.exported_in.push(exported.number);
        }
        for collected in exported.collected {
            if let Some(remains) = self.destroyed.get_mut(&collected.report) {
                remains.acknowledged = collected.through;
            } else if let Some(report) = self.known(collected.report)? {
                report.acknowledged = collected.through;
            }
        }
        Ok(())
    }

    fn destroy(&mut self, destroyed: Destroyed, on: Date) -> Result<(), Unfit> {
        let Destroyed { report: id, last_message, fact } = destroyed;
        let gone = self.reports.remove(&id);
        if gone.is_none() && self.opaque.remove(&id).is_none() {
            return Err(Unfit);
        }
        let (acknowledged, generation) = gone.map_or((0, 0), |gone| (gone.acknowledged, gone.key.generation));
        self.destroyed.insert(id, Remains { on, last_message, acknowledged, generation, fact });
        Ok(())
    }

    /// A report; none if it is one that this member can't open, or was destroyed.
    fn known(&mut self, id: ReportId) -> Result<Option<&mut Report>, Unfit> {
        if self.opaque.contains_key(&id) || self.destroyed.contains_key(&id) {
            return Ok(None);
        }
        self.reports.get_mut(&id).map(Some).ok_or(Unfit)
    }
}
