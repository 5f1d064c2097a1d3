//! What two members agree on: who may propose and consent, and what comes about.

use std::collections::BTreeSet;

use crate::{
    casebook::{
        error::NotAllowed,
        log::event::{Change, Consented, Destroy, Joining, LetIn, NewKey},
        state::{
            alert::{Alert, AlertKind},
            outline::{Access, Outline},
            proposal::{MadeKey, Proposal},
            replay::{Remains, State},
        },
    },
    crypto::{BoxRole, GovernanceRecipients, SignerRole, VerifyingKey},
    domain::{Date, MemberId, ReportId, limits::SHORT_MAX},
};

impl State {
    /// Whether a member may propose or consent to a change as things stand.
    pub(in crate::casebook) fn may_change(&self, by: MemberId, change: &Change) -> Result<(), NotAllowed> {
        match change {
            Change::Join(joining) => self.may_join(joining),
            Change::Leave(member) => self.may_leave(by, *member),
            Change::LetIn(let_in) => self.may_let_in(by, let_in),
            Change::NoSecondApprover if self.second_approver => Ok(()),
            Change::BoxKey(key) if *key != self.box_key => {
                VerifyingKey::<BoxRole>::from_base64(key).map(drop).map_err(|_| NotAllowed::BadKey)
            }
            Change::Destroy(destroy) => self.reader(by, destroy.report).map(drop),
            Change::Recovery(keys) if *keys != self.recovery => {
                keys.as_ref().map_or(Ok(()), |keys| self.new_keys(&keys.signer, &keys.recipients))
            }
            Change::GoOn(head) if !self.knows(*head) => Ok(()),
            Change::NoSecondApprover | Change::BoxKey(_) | Change::Recovery(_) | Change::GoOn(_) => {
                Err(NotAllowed::Nothing)
            }
        }
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
        if matches!(change, Change::Leave(member) if *member == by) {
            return Err(NotAllowed::OwnLeaving);
        }
        Ok(())
    }

    /// As [`Self::may_consent`], with the key that was made for it.
    pub(in crate::casebook) fn judge_consent(&self, by: MemberId, consented: &Consented) -> Result<(), NotAllowed> {
        self.may_consent(by, consented.proposal)?;
        let Some(proposal) = self.proposals.get(&consented.proposal) else { return Err(NotAllowed::NoProposal) };
        let before = match proposal.change.made_key() {
            MadeKey::None => return if consented.key.is_none() { Ok(()) } else { Err(NotAllowed::KeyOrder) },
            MadeKey::Casebook => self.generation,
            MadeKey::Report(id) => self.outline(id)?.key.generation,
        };
        follows(consented.key.as_ref(), before)
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
        VerifyingKey::<SignerRole>::from_base64(signer).map_err(|_| NotAllowed::BadKey)?;
        GovernanceRecipients::of(recipients).map_err(|_| NotAllowed::BadKey)?;
        let is_taken = |by_signer: &str, by_recipients: &[String]| {
            by_signer == signer || by_recipients.iter().any(|recipient| recipients.contains(recipient))
        };
        let by_member = self.active().any(|(_, member)| is_taken(&member.signer, &member.recipients));
        let in_safe = self.recovery.as_ref().is_some_and(|keys| is_taken(&keys.signer, &keys.recipients));
        if by_member || in_safe { Err(NotAllowed::KnownKey) } else { Ok(()) }
    }

    /// Nobody ends the membership of someone who reads what they are shut out of themselves, and no report loses its
    /// last reader.
    fn may_leave(&self, by: MemberId, member: MemberId) -> Result<(), NotAllowed> {
        if !self.is_active(member) || self.active().count() < 2 {
            return Err(NotAllowed::NoMember);
        }
        for (id, outline) in &self.outlines {
            let Some(readers) = outline.access.chosen().filter(|readers| readers.contains(&member)) else { continue };
            if outline.access.shuts_out(by) {
                return Err(NotAllowed::ShutOutOf(*id));
            }
            if !readers.iter().any(|reader| *reader != member && self.is_active(*reader)) {
                return Err(NotAllowed::LastReader(*id));
            }
        }
        Ok(())
    }

    fn may_let_in(&self, by: MemberId, let_in: &LetIn) -> Result<(), NotAllowed> {
        let outline = self.reader(by, let_in.report)?;
        let Access::Chosen { readers, .. } = &outline.access else { return Err(NotAllowed::Nothing) };
        let Some(new) = &let_in.readers else { return Ok(()) };
        if new.iter().any(|member| !self.is_active(*member)) {
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
            self.recipient.clone_from(&key.recipient);
        }
        match proposal.change {
            Change::Join(joining) => self.join(joining, number, on),
            Change::Leave(member) => {
                if let Some(member) = self.members.get_mut(&member) {
                    member.left_on = Some(on);
                }
            }
            Change::LetIn(let_in) => {
                if let (Some(outline), Some(key)) = (self.outlines.get_mut(&let_in.report), consented.key) {
                    outline.key = key;
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
            Change::BoxKey(key) => self.box_key = key,
            Change::Destroy(Destroy { report: id, fact }) => {
                self.reports.remove(&id);
                self.proposals.retain(|_, open| open.change.report() != Some(id));
                if let Some(outline) = self.outlines.remove(&id) {
                    let Outline { last_message, acknowledged, key, access, .. } = outline;
                    let generation = key.generation;
                    self.destroyed.insert(id, Remains { on, last_message, acknowledged, generation, access, fact });
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
    GovernanceRecipients::parse(&key.recipient).map(drop).map_err(|_| NotAllowed::BadKey)
}
