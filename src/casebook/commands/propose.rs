//! Proposing a change that needs two members, and consenting to one.
//!
//! Whoever consents makes what the change needs: the key files for those who may open them from then on come first,
//! then the event, then the files before go.

use crate::{
    casebook::{
        CasebookError, Editor, ProposalError, TypedError,
        book::new_member::NewMember,
        log::{
            event::{Change, Consented, LetIn, Matter, NewKey, RecoveryKeys, RenewedBoxKey, SealedMatter, What},
            keyring::Owner,
            snapshot,
        },
        state::{
            alert::ChangeView,
            outline::Access,
            proposal::{MadeKey, Proposal},
        },
    },
    crypto::{BoxRole, GovernanceRecipients, SignerRole, VerifyingKey},
    domain::{LogHead, MemberId, ReportId, Text, Today},
};

/// A change that one member can't make alone.
pub enum NewProposal {
    /// Someone is to join.
    Join(NewMember),
    /// Someone's membership is to end.
    Leave(MemberId),
    /// Members who were shut out of a report are to open it again.
    LetIn {
        /// Which report.
        report: ReportId,
        /// Everyone who may open it then; none for every member, those who join later too.
        readers: Option<Vec<MemberId>>,
        /// Why, for its readers.
        reason: Text,
    },
    /// Texts to a person are to need no second approver.
    NoSecondApprover,
    /// The box has another key, for which nobody vouches.
    BoxKey(VerifyingKey<BoxRole>),
    /// The box has renewed its key.
    RenewedBoxKey {
        /// The new one.
        key: VerifyingKey<BoxRole>,
        /// The signature file of the key before over the new public key file.
        word: String,
    },
    /// A report is to be destroyed.
    Destroy(ReportId),
    /// Keys in a safe that can let someone join, or none any more.
    Recovery(Option<NewRecovery>),
    /// The casebook is to go on although the box saw it further.
    GoOn(LogHead),
}

impl NewProposal {
    /// What would come about, without what is sealed.
    #[must_use]
    pub fn view(&self) -> ChangeView {
        match self {
            Self::Join(NewMember { name, role, signer, recipients }) => ChangeView::Join {
                name: name.clone(),
                role: *role,
                signer: signer.to_base64(),
                recipients: recipients.keys(),
            },
            Self::Leave(member) => ChangeView::Leave(*member),
            Self::LetIn { report, readers, .. } => ChangeView::LetIn { report: *report, readers: readers.clone() },
            Self::NoSecondApprover => ChangeView::NoSecondApprover,
            Self::BoxKey(key) => ChangeView::BoxKey(key.to_base64()),
            Self::RenewedBoxKey { key, .. } => ChangeView::RenewedBoxKey(key.to_base64()),
            Self::Destroy(report) => ChangeView::Destroy(*report),
            Self::Recovery(keys) => ChangeView::Recovery {
                keys: keys.as_ref().map(|keys| (keys.signer.to_base64(), keys.recipients.keys())),
            },
            Self::GoOn(head) => ChangeView::GoOn { number: head.number, digest: head.digest },
        }
    }
}

/// The public halves of keys that are kept in a safe.
pub struct NewRecovery {
    /// A minisign public key.
    pub signer: VerifyingKey<SignerRole>,
    /// Age recipients.
    pub recipients: GovernanceRecipients,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// It waits for a second member.
    Waits(u64),
    /// There is but one member, so it came about.
    CameAbout(u64),
}

impl Editor<'_> {
    /// Proposes a change. While there is one member alone, it comes about at once, but for recovery keys.
    ///
    /// # Errors
    /// If it is not allowed, or a reason is missing.
    pub fn propose(&mut self, new: NewProposal, today: &dyn Today) -> Result<Proposed, CasebookError> {
        let mut matters = Vec::new();
        let change = match new {
            NewProposal::Join(member) => Change::Join(member.joining()),
            NewProposal::Leave(member) => Change::Leave(member),
            NewProposal::LetIn { report, readers, reason } => {
                matters.push((self.casebook.report_recipient(report)?, Matter::Reason(TypedError::reason(reason)?)));
                Change::LetIn(LetIn { report, readers, why: SealedMatter::about(report) })
            }
            NewProposal::NoSecondApprover => Change::NoSecondApprover,
            NewProposal::BoxKey(key) => Change::BoxKey(key.to_base64()),
            NewProposal::RenewedBoxKey { key, word } => {
                Change::RenewedBoxKey(RenewedBoxKey { key: key.to_base64(), word })
            }
            NewProposal::Destroy(report) => Change::Destroy(self.to_destroy(report, today)?),
            NewProposal::Recovery(keys) => Change::Recovery(
                keys.map(|keys| RecoveryKeys { signer: keys.signer.to_base64(), recipients: keys.recipients.keys() }),
            ),
            NewProposal::GoOn(head) => Change::GoOn(head),
        };
        let event = self.append_about(What::Proposed(change), matters, today)?;
        if self.casebook.state.may_consent(self.me, event).is_err() {
            return Ok(Proposed::Waits(event));
        }
        self.consent(event, today)?;
        Ok(Proposed::CameAbout(event))
    }

    /// Consents to what another member proposed: it comes about.
    ///
    /// # Errors
    /// If there is no such proposal, it is one's own, or something that was so when it was proposed is not so any more.
    pub fn consent(&mut self, proposal: u64, today: &dyn Today) -> Result<(), CasebookError> {
        self.casebook.state.may_consent(self.me, proposal)?;
        let Some(Proposal { change, .. }) = self.casebook.state.proposals.get(&proposal) else {
            return Err(CasebookError::Proposal(ProposalError::Gone));
        };
        if let Change::Destroy(proposed) = change {
            // Only a reader can tell what the figures are to keep of it.
            if self.to_destroy(proposed.report, today)? != *proposed {
                return Err(CasebookError::Proposal(ProposalError::OtherFigures));
            }
        }
        let (made, destroyed) = (change.made_key(), matches!(change, Change::Destroy(_)).then(|| change.report()));
        let leaver = if let Change::Leave(member) = change { Some(*member) } else { None };
        let key = match made {
            MadeKey::None => None,
            MadeKey::Casebook => Some(self.make_casebook_key(proposal)?),
            MadeKey::Report(id) => Some(self.make_report_key(proposal, id)?),
        };
        let generation = key.as_ref().map(|key| key.generation);
        self.append(What::Consented(Consented { proposal, key }), today)?;
        match (made, generation) {
            (MadeKey::Casebook, Some(generation)) => {
                self.casebook.keys.settle(Owner::Casebook, generation)?;
                if leaver.is_some() {
                    snapshot::remove_all(&self.casebook.directory)?;
                }
            }
            (MadeKey::Report(id), Some(generation)) => {
                self.casebook.keys.settle(Owner::Report(id), generation)?;
                // Others' checkpoints lack what they may know from now on.
                snapshot::remove_all(&self.casebook.directory)?;
            }
            _ => {}
        }
        if let Some(Some(report)) = destroyed {
            self.remove_destroyed(report)?;
        }
        Ok(())
    }

    /// Turns a proposal down, or takes back one's own.
    ///
    /// # Errors
    /// If there is no such proposal.
    pub fn decline(&mut self, proposal: u64, today: &dyn Today) -> Result<(), CasebookError> {
        self.append(What::Declined(proposal), today).map(drop)
    }

    /// Asks for a second approver for every text to a person from now on: one member alone may do that.
    ///
    /// # Errors
    /// If it can't be recorded.
    pub fn ask_for_second_approver(&mut self, today: &dyn Today) -> Result<(), CasebookError> {
        if !self.casebook.state.second_approver {
            self.append(What::SecondApprover, today)?;
        }
        Ok(())
    }

    /// Confirms to have seen what the queue told of the team, up to an event.
    ///
    /// # Errors
    /// If it can't be recorded.
    pub fn confirm(&mut self, through: u64, today: &dyn Today) -> Result<(), CasebookError> {
        let confirmed = self.casebook.state.myself().map_or(0, |(_, member)| member.confirmed);
        if through > confirmed {
            self.append(What::Confirmed(through), today)?;
        }
        Ok(())
    }

    /// Seals the casebook's key to whoever may open it once the change came about: anew if somebody may not any more.
    fn make_casebook_key(&mut self, proposal: u64) -> Result<NewKey, CasebookError> {
        let state = &self.casebook.state;
        let generation = state.generation + 1;
        let (to, fresh) = match state.proposals.get(&proposal).map(|proposal| &proposal.change) {
            Some(Change::Join(joining)) => (self.casebook.everyone(None).and(&parsed(&joining.recipients)?), false),
            Some(Change::Leave(member)) => (self.casebook.everyone(Some(*member)), true),
            Some(Change::Recovery(keys)) => {
                let members = self.casebook.recipients_of(|_| true);
                let to = match keys {
                    Some(keys) => members.and(&parsed(&keys.recipients)?),
                    None => members,
                };
                (to, state.recovery.is_some())
            }
            _ => return Err(CasebookError::Proposal(ProposalError::Gone)),
        };
        let recipient = state.recipient.clone();
        let named: Vec<String> = state.recipients().map(str::to_owned).collect();
        let made = self.casebook.keys.next_casebook(generation, &to, (&named, fresh))?;
        Ok(NewKey { generation, recipient: if fresh { made } else { recipient } })
    }

    fn make_report_key(&self, proposal: u64, id: ReportId) -> Result<NewKey, CasebookError> {
        let state = &self.casebook.state;
        let Some(Change::LetIn(let_in)) = state.proposals.get(&proposal).map(|proposal| &proposal.change) else {
            return Err(CasebookError::Proposal(ProposalError::Gone));
        };
        let access = match &let_in.readers {
            None => Access::Everyone,
            Some(readers) => Access::to(readers),
        };
        self.new_report_key(id, &access)
    }
}

fn parsed(recipients: &[String]) -> Result<GovernanceRecipients, CasebookError> {
    // They were read when the proposal was judged.
    GovernanceRecipients::of(recipients).map_err(|_| CasebookError::Proposal(ProposalError::Gone))
}
