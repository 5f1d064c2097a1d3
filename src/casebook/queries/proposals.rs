//! The changes that wait for a second member.

use crate::{
    casebook::{Casebook, ChangeView, NotAllowed},
    domain::{Date, MemberId},
};

/// A change that waits for a second member.
#[derive(Clone)]
pub struct ProposalView {
    /// The event that proposed it, by which it is consented to.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who proposed it.
    pub by: MemberId,
    /// What is to come about.
    pub what: ChangeView,
    /// Why the member who looks can't consent to it, if they can't.
    pub hindered: Option<NotAllowed>,
}

impl Casebook {
    /// Every open proposal, the oldest first.
    #[must_use]
    pub fn proposals(&self) -> Vec<ProposalView> {
        let hindered = |event| self.state.me.and_then(|me| self.state.may_consent(me, event).err());
        let proposals = self.state.proposals.iter();
        proposals
            .map(|(event, proposal)| ProposalView {
                event: *event,
                on: proposal.on,
                by: proposal.by,
                what: proposal.change.view(),
                hindered: hindered(*event),
            })
            .collect()
    }

    /// The keys in the safe, if two members put some there: the minisign public key and the age recipients.
    #[must_use]
    pub fn recovery_keys(&self) -> Option<(String, Vec<String>)> {
        self.state.recovery.as_ref().map(|keys| (keys.signer.clone(), keys.recipients.clone()))
    }
}
