use std::path::Path;

use crate::{
    crypto::{BoxRole, GovernanceRecipients, SignerRole, SigningKey, VerifyingKey},
    desk::Carrier,
    domain::{SystemDay, Today},
    store::Store,
    transfer::{self, CollectError},
};

/// Carries files between the box and the desk of a demonstration, as people do by hand.
pub(super) struct Stick {
    pub(super) store: Store,
    pub(super) recipients: GovernanceRecipients,
    pub(super) key: SigningKey<BoxRole>,
    pub(super) signers: Vec<VerifyingKey<SignerRole>>,
}

impl Stick {
    pub(super) fn collect_to(&self, out: &Path) -> Result<(), CollectError> {
        transfer::collect(&self.store, &self.recipients, &self.key, SystemDay.today(), out).map(drop)
    }
}

impl Carrier for Stick {
    fn collect(&self, out: &Path) -> Result<(), String> {
        self.collect_to(out).map_err(|error| error.to_string())
    }

    fn deliver(&self, file: &Path) -> Result<(), String> {
        let delivered = transfer::deliver(&self.store, &self.signers, SystemDay.today(), file);
        delivered.map(drop).map_err(|error| error.to_string())
    }
}
