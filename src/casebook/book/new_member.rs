//! Someone who is to join, with a name for files that nobody chose.

use crate::{
    casebook::log::event::Joining,
    crypto::{GovernanceRecipients, SignerRole, VerifyingKey, os_random},
    domain::{MemberId, TeamRole, Text},
};

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

impl NewMember {
    pub(in crate::casebook) fn joining(self) -> Joining {
        Joining {
            id: MemberId::random(&mut os_random()),
            name: self.name,
            role: self.role,
            signer: self.signer.to_base64(),
            recipients: self.recipients.keys(),
        }
    }
}
