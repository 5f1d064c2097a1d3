//! Changes that one member proposes and another consents to.

use crate::{
    casebook::{
        log::event::{Change, Joining, RenewedBoxKey},
        state::alert::ChangeView,
    },
    domain::{Date, MemberId, ReportId},
};

/// Open proposals of one member at a time: more are no work of a team.
pub(in crate::casebook) const PROPOSALS: usize = 50;

/// A change that waits for a second member.
pub(in crate::casebook) struct Proposal {
    pub(in crate::casebook) by: MemberId,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) change: Change,
}

/// Which key a change makes when it comes about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::casebook) enum MadeKey {
    /// None.
    None,
    /// The casebook's key file, sealed to others.
    Casebook,
    /// A report's.
    Report(ReportId),
}

impl Change {
    /// Which key it makes when it comes about.
    pub(in crate::casebook) const fn made_key(&self) -> MadeKey {
        match self {
            Self::Join(_) | Self::Leave(_) | Self::Recovery(_) => MadeKey::Casebook,
            Self::LetIn(let_in) => MadeKey::Report(let_in.report),
            Self::NoSecondApprover | Self::BoxKey(_) | Self::RenewedBoxKey(_) | Self::Destroy(_) | Self::GoOn(_) => {
                MadeKey::None
            }
        }
    }

    /// The report that it is about.
    pub(in crate::casebook) const fn report(&self) -> Option<ReportId> {
        match self {
            Self::LetIn(let_in) => Some(let_in.report),
            Self::Destroy(destroy) => Some(destroy.report),
            _ => None,
        }
    }

    /// The key that the box has then.
    pub(in crate::casebook) fn box_key(&self) -> Option<&str> {
        match self {
            Self::BoxKey(key) | Self::RenewedBoxKey(RenewedBoxKey { key, .. }) => Some(key),
            _ => None,
        }
    }

    /// Whether both can't come about one after the other as they were meant: when one has, the other is overtaken.
    pub(in crate::casebook) fn excludes(&self, other: &Self) -> bool {
        match self {
            Self::BoxKey(_) | Self::RenewedBoxKey(_) => other.box_key().is_some(),
            Self::Recovery(_) | Self::NoSecondApprover | Self::GoOn(_) => {
                std::mem::discriminant(self) == std::mem::discriminant(other)
            }
            _ => false,
        }
    }

    /// Without what is sealed in it.
    pub(in crate::casebook) fn view(&self) -> ChangeView {
        match self {
            Self::Join(Joining { name, role, signer, recipients, .. }) => ChangeView::Join {
                name: name.clone(),
                role: *role,
                signer: signer.clone(),
                recipients: recipients.clone(),
            },
            Self::Leave(member) => ChangeView::Leave(*member),
            Self::LetIn(let_in) => ChangeView::LetIn { report: let_in.report, readers: let_in.readers.clone() },
            Self::NoSecondApprover => ChangeView::NoSecondApprover,
            Self::BoxKey(key) => ChangeView::BoxKey(key.clone()),
            Self::RenewedBoxKey(renewed) => ChangeView::RenewedBoxKey(renewed.key.clone()),
            Self::Destroy(destroy) => ChangeView::Destroy(destroy.report),
            Self::Recovery(keys) => {
                ChangeView::Recovery { keys: keys.as_ref().map(|keys| (keys.signer.clone(), keys.recipients.clone())) }
            }
            Self::GoOn(head) => ChangeView::GoOn { number: head.number, digest: head.digest },
        }
    }
}
