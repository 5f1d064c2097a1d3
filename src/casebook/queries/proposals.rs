//! The changes that wait for a second member.

use serde::Serialize;

use crate::{
    casebook::{Casebook, ChangeView, NotAllowed},
    crypto::{BoxRole, GovernanceRecipients, KeyRole, SignerRole, VerifyingKey},
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

/// What of a change whoever proposes or consents to it compares with somebody else, by voice or with what lies in a safe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToCompare {
    /// What it is of.
    pub what: Compared,
    /// As it is read out.
    pub value: String,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compared {
    /// The fingerprint of a member's or the safe's signing key.
    Signer,
    /// The fingerprint of their recipients.
    Recipients,
    /// The fingerprint of the key that the box is to have.
    NewBoxKey,
    /// The fingerprint of the key that it has in this casebook.
    BoxKeyNow,
    /// The number of the last event that the box saw.
    LastEvent,
    /// SHA-256 of that event's file.
    LastEventDigest,
    /// The id of a report.
    Report,
}

impl Compared {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Signer => "Signing key fingerprint",
            Self::Recipients => "Recipients fingerprint",
            Self::NewBoxKey => "New box key fingerprint",
            Self::BoxKeyNow => "Box key fingerprint now",
            Self::LastEvent => "Last event that the box saw",
            Self::LastEventDigest => "Its digest",
            Self::Report => "Report",
        }
    }
}

impl Casebook {
    /// What of a change has to be compared before it comes about. Pages and commands ask here alike.
    #[must_use]
    pub fn to_compare(&self, change: &ChangeView) -> Vec<ToCompare> {
        let compared = match change {
            ChangeView::Join { signer, recipients, .. } | ChangeView::Recovery { keys: Some((signer, recipients)) } => {
                vec![
                    (Compared::Signer, fingerprint::<SignerRole>(signer)),
                    (Compared::Recipients, fingerprint_of_recipients(recipients)),
                ]
            }
            ChangeView::BoxKey(key) | ChangeView::RenewedBoxKey(key) => vec![
                (Compared::NewBoxKey, fingerprint::<BoxRole>(key)),
                (Compared::BoxKeyNow, self.box_key().fingerprint().to_string()),
            ],
            ChangeView::GoOn { number, digest } => {
                vec![(Compared::LastEvent, number.to_string()), (Compared::LastEventDigest, digest.to_string())]
            }
            ChangeView::Destroy(report) => vec![(Compared::Report, report.to_string())],
            ChangeView::Leave(_)
            | ChangeView::LetIn { .. }
            | ChangeView::NoSecondApprover
            | ChangeView::Recovery { keys: None } => Vec::new(),
        };
        compared.into_iter().map(|(what, value)| ToCompare { what, value }).collect()
    }

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

    /// The fingerprints of the keys in the safe, if two members put some there.
    #[must_use]
    pub fn in_safe(&self) -> Option<Vec<ToCompare>> {
        let keys = self.state.recovery.as_ref()?;
        let keys = Some((keys.signer.clone(), keys.recipients.clone()));
        Some(self.to_compare(&ChangeView::Recovery { keys }))
    }
}

/// Of a minisign public key; nothing if it is none.
fn fingerprint<R: KeyRole>(key: &str) -> String {
    VerifyingKey::<R>::from_base64(key).map_or_else(|_| String::new(), |key| key.fingerprint().to_string())
}

/// Of age recipients; nothing if they are none.
fn fingerprint_of_recipients(recipients: &[String]) -> String {
    let recipients = GovernanceRecipients::parse(&recipients.join("\n"));
    recipients.map_or_else(|_| String::new(), |recipients| recipients.fingerprint().to_string())
}
