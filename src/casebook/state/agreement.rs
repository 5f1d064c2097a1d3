//! What two members agree on: who may propose and consent, and what comes about.

use std::collections::BTreeSet;

use crate::{
    casebook::{
        error::NotAllowed,
        log::event::{Change, Consented, Destroy, Joining, LetIn, NewKey, RenewedBoxKey},
        state::{
            alert::{Alert, AlertKind},
            outline::{Access, Outline},
            proposal::{MadeKey, Proposal},
            replay::{Remains, State},
        },
    },
    crypto::{BoxRole, GovernanceRecipients, SignerRole, VerifyingKey, is_vouched_for},
    domain::{Date, MemberId, ReportId, limits::SHORT_MAX},
};

impl State {
    /// Whether a member may propose or consent to a change as things stand.
    pub(in crate::casebook) fn may_change(&self, by: MemberId, change: &Change) -> Result<(), NotAllowed> {
        match change {
            Change::Join(joining) => self.may_join(joining),
            Change::Leave(member) => self.may_leave(*member),
            Change::LetIn(let_in) => self.may_let_in(by, let_in),
            Change::NoSecondApprover if self.second_approver => Ok(()),
            Change::BoxKey(key) if *key != self.box_key => self.may_be_box_key(key).map(drop),
            Change::RenewedBoxKey(renewed) if renewed.key != self.box_key => self.may_be_renewed(renewed),
            Change::Destroy(destroy) => self.reader(by, destroy.report).map(drop),
            Change::Recovery(keys) if *keys != self.recovery => {
                keys.as_ref().map_or(Ok(()), |keys| self.new_keys(&keys.signer, &keys.recipients))
            }
            Change::GoOn(head) if !self.knows(*head) => Ok(()),
            Change::NoSecondApprover
            | Change::BoxKey(_)
            | Change::RenewedBoxKey(_)
            | Change::Recovery(_)
            | Change::GoOn(_) => Err(NotAllowed::Nothing),
        }
    }

    /// Whether the box may have that key. One that it had before is over, whether or not it vouched for what came after: whoever
    /// still has it may be anybody.
    fn may_be_box_key(&self, key: &str) -> Result<VerifyingKey<BoxRole>, NotAllowed> {
        let read = VerifyingKey::<BoxRole>::from_base64(key).map_err(|_| NotAllowed::BadKey)?;
        if self.box_keys_before.iter().any(|before| before == key) { Err(NotAllowed::KeyBefore) } else { Ok(read) }
    }

    /// Whether the key that the box has vouches for the one that it is to have.
    fn may_be_renewed(&self, renewed: &RenewedBoxKey) -> Result<(), NotAllowed> {
        let key = self.may_be_box_key(&renewed.key)?;
        let now = VerifyingKey::<BoxRole>::from_base64(&self.box_key).map_err(|_| NotAllowed::BadKey)?;
        if is_vouched_for(&key, &renewed.word, &now) { Ok(()) } else { Err(NotAllowed::NotVouched) }
    }

    /// Whether a second member may consent to a proposal: all that held when it was proposed still holds, of both.
    pub(in crate::casebook) fn may_consent(&self, by: MemberId, proposal: u64) -> Result<(), NotAllowed> {
        let Proposal { by: proposer, change, .. } = self.proposals.get(&proposal).ok_or(NotAllowed::NoProposal)?;
        let alone = self.active().count() == 1;
        if *proposer == by && !alone {
            return Err(NotAllowed::OwnProposal);
        }
        if *proposer == by && matches!(change, Change::Recovery(_)) {
            return Err(NotAllowed::RecoveryAlone);
        }
        if !self.is_active(*proposer) {
            return Err(NotAllowed::NoProposal);
        }
        self.may_change(*proposer, change)?;
        self.may_change(by, change)?;
        if let Change::Leave(member) = change {
            if *member == by {
                return Err(NotAllowed::OwnLeaving);
            }
            self.read_what_they_read([*proposer, by], *member)?;
        }
        Ok(())
    }

    /// Whether a member may turn a proposal down, or take it back.
    pub(in crate::casebook) fn may_decline(&self, by: MemberId, proposal: u64) -> Result<(), NotAllowed> {
        match self.proposals.get(&proposal) {
            None => Err(NotAllowed::NoProposal),
            Some(open) if open.by != by && matches!(open.change, Change::Leave(member) if member == by) => {
                Err(NotAllowed::OwnLeaving)
            }
            Some(_) => Ok(()),
        }
    }

    /// As [`Self::may_consent`], with the key that was made for it.
    pub(in crate::casebook) fn judge_consent(&self, by: MemberId, consented: &Consented) -> Result<(), NotAllowed> {
        self.may_consent(by, consented.proposal)?;
        let Some(proposal) = self.proposals.get(&consented.proposal) else { return Err(NotAllowed::NoProposal) };
        let before = match proposal.change.made_key() {
            MadeKey::None => return if consented.key.is_none() { Ok(()) } else { Err(NotAllowed::KeyOrder) },
            MadeKey::Casebook => {
                if matches!(proposal.change, Change::Join(_)) {
                    self.stays(consented.key.as_ref())?;
                }
                self.generation
            }
            MadeKey::Report(id) => self.outline(id)?.key.generation,
        };
        follows(consented.key.as_ref(), before)
    }

    /// Whoever comes in is given the key that there is: another one would take it from everybody else.
    pub(in crate::casebook) fn stays(&self, key: Option<&NewKey>) -> Result<(), NotAllowed> {
        if key.is_some_and(|key| key.recipient == self.recipient) { Ok(()) } else { Err(NotAllowed::KeyOrder) }
    }

    /// Whether someone may join: with a name, and with keys that nobody has.
    pub(in crate::casebook) fn may_join(&self, joining: &Joining) -> Result<(), NotAllowed> {
        if joining.name.is_empty() || joining.name.is_longer_than(SHORT_MAX) {
            return Err(NotAllowed::Name);
        }
        if self.members.contains_key(&joining.id) {
            return Err(NotAllowed::KnownKey);
        }
        self.new_keys(&joining.signer, &joining.recipients)
    }

    fn new_keys(&self, signer: &str, recipients: &[String]) -> Result<(), NotAllowed> {
        /// Of one member.
        const RECIPIENTS: usize = 16;

        VerifyingKey::<SignerRole>::from_base64(signer).map_err(|_| NotAllowed::BadKey)?;
        if recipients.is_empty() || recipients.len() > RECIPIENTS || recipients.iter().any(|one| !is_one_key(one)) {
            return Err(NotAllowed::BadKey);
        }
        GovernanceRecipients::of(recipients).map_err(|_| NotAllowed::BadKey)?;
        let is_taken = |by_signer: &str, by_recipients: &[String]| {
            by_signer == signer || by_recipients.iter().any(|recipient| recipients.contains(recipient))
        };
        let by_member = self.active().any(|(_, member)| is_taken(&member.signer, &member.recipients));
        let in_safe = self.recovery.as_ref().is_some_and(|keys| is_taken(&keys.signer, &keys.recipients));
        if by_member || in_safe { Err(NotAllowed::KnownKey) } else { Ok(()) }
    }

    /// No report loses its last reader.
    fn may_leave(&self, member: MemberId) -> Result<(), NotAllowed> {
        if !self.is_active(member) || self.active().count() < 2 {
            return Err(NotAllowed::NoMember);
        }
        for (id, outline) in &self.outlines {
            let Some(readers) = outline.access.chosen().filter(|readers| readers.contains(&member)) else { continue };
            if !readers.iter().any(|reader| *reader != member && self.is_active(*reader)) {
                return Err(NotAllowed::LastReader(*id));
            }
        }
        Ok(())
    }

    /// Of each report that whoever leaves may read, one of the two who end that reads it too: nobody who is shut out of it
    /// takes its readers away, and nobody who shut others out stays for that.
    fn read_what_they_read(&self, both: [MemberId; 2], member: MemberId) -> Result<(), NotAllowed> {
        let read = self.outlines.iter().filter(|(_, outline)| outline.access.is_open_to(member));
        let unread = |(_, outline): &(&ReportId, &Outline)| !both.iter().any(|one| outline.access.is_open_to(*one));
        read.into_iter().find(unread).map_or(Ok(()), |(id, _)| Err(NotAllowed::ShutOutOf(*id)))
    }

    fn may_let_in(&self, by: MemberId, let_in: &LetIn) -> Result<(), NotAllowed> {
        let outline = self.reader(by, let_in.report)?;
        let Access::Chosen { readers, .. } = &outline.access else { return Err(NotAllowed::Nothing) };
        let Some(new) = &let_in.readers else { return Ok(()) };
        if !listed(new) || new.iter().any(|member| !self.is_active(*member)) {
            return Err(NotAllowed::NoMember);
        }
        let is_wider = readers.iter().filter(|reader| self.is_active(**reader)).all(|reader| new.contains(reader));
        if is_wider && new.iter().any(|member| !readers.contains(member)) { Ok(()) } else { Err(NotAllowed::Nothing) }
    }

    /// A report that a member may open.
    pub(in crate::casebook) fn reader(&self, by: MemberId, id: ReportId) -> Result<&Outline, NotAllowed> {
        let outline = self.outline(id)?;
        if outline.access.is_open_to(by) { Ok(outline) } else { Err(NotAllowed::NoReader(id)) }
    }

    pub(in crate::casebook) fn outline(&self, id: ReportId) -> Result<&Outline, NotAllowed> {
        self.outlines.get(&id).ok_or(NotAllowed::NoReport(id))
    }

    /// What two members agreed on.
    pub(in crate::casebook) fn come_about(&mut self, consented: Consented, (number, on, by): (u64, Date, MemberId)) {
        let Some(proposal) = self.proposals.remove(&consented.proposal) else { return };
        let what = AlertKind::Consented { what: proposal.change.view(), proposed_by: proposal.by };
        self.alerts.push(Alert { event: number, on, by, what });
        if let (MadeKey::Casebook, Some(key)) = (proposal.change.made_key(), &consented.key) {
            self.generation = key.generation;
            if key.recipient != self.recipient {
                self.earlier.push(std::mem::replace(&mut self.recipient, key.recipient.clone()));
                self.key_made = Some((number, on, by));
            }
        }
        // What was proposed beside it was meant for what stood before.
        self.overtake(|open| proposal.change.excludes(open));
        match proposal.change {
            Change::Join(joining) => self.join(joining, number, on),
            Change::Leave(member) => {
                if let Some(member) = self.members.get_mut(&member) {
                    member.left_on = Some(on);
                }
            }
            Change::LetIn(let_in) => {
                if let (Some(outline), Some(key)) = (self.outlines.get_mut(&let_in.report), consented.key) {
                    outline.turn_key(key);
                    let shut_out = match &outline.access {
                        Access::Everyone => BTreeSet::new(),
                        Access::Chosen { shut_out, .. } => shut_out.clone(),
                    };
                    outline.access = match let_in.readers {
                        None => Access::Everyone,
                        Some(readers) => {
                            let shut_out = shut_out.into_iter().filter(|member| !readers.contains(member)).collect();
                            Access::Chosen { readers: readers.into_iter().collect(), shut_out }
                        }
                    };
                }
                if let Some(report) = self.reports.get_mut(&let_in.report) {
                    report.history.push(consented.proposal);
                }
            }
            Change::NoSecondApprover => self.second_approver = false,
            Change::BoxKey(key) => {
                self.box_keys_before.push(std::mem::replace(&mut self.box_key, key));
                self.box_may_change = true;
            }
            // It is the same box.
            Change::RenewedBoxKey(RenewedBoxKey { key, .. }) => {
                self.box_keys_before.push(std::mem::replace(&mut self.box_key, key));
            }
            Change::Destroy(Destroy { report: id, fact, goes_on_with }) => {
                self.reports.remove(&id);
                self.proposals.retain(|_, open| open.change.report() != Some(id));
                if let Some(outline) = self.outlines.remove(&id) {
                    let Outline { mut heard, key, access, .. } = outline;
                    // The box may let go of all of it, what nobody could open included.
                    heard.open_all();
                    let generation = key.generation;
                    self.destroyed.insert(id, Remains { on, heard, generation, access, fact, goes_on_with });
                }
            }
            Change::Recovery(keys) => self.recovery = keys,
            Change::GoOn(head) => self.given_up.push(head),
        }
    }
}

/// Whether a key is the next after that generation, and one that can be sealed to.
pub(in crate::casebook) fn follows(key: Option<&NewKey>, before: u32) -> Result<(), NotAllowed> {
    let key = key.ok_or(NotAllowed::KeyOrder)?;
    if before.checked_add(1) != Some(key.generation) {
        return Err(NotAllowed::KeyOrder);
    }
    if is_one_key(&key.recipient) { Ok(()) } else { Err(NotAllowed::BadKey) }
}

/// Whether it is one recipient, and not a file of very many.
fn is_one_key(recipient: &str) -> bool {
    /// Characters of an age recipient, and to spare.
    const LONGEST: usize = 128;

    recipient.len() <= LONGEST && GovernanceRecipients::parse(recipient).is_ok_and(|keys| keys.keys().len() == 1)
}

/// Whether each is there once.
pub(in crate::casebook) fn listed(members: &[MemberId]) -> bool {
    members.iter().collect::<BTreeSet<_>>().len() == members.len()
}
