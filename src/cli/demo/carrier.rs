use std::path::Path;

use crate::{
    crypto::{BoxRole, GovernanceRecipients, SignerRole, SigningKey, VerifyingKey},
    desk::Carrier,
    domain::{SystemDay, Today},
    store::Store,
    transfer::{self, CollectError},
};

/// Carries files between the box and the desk of a demonstration, as people do by hand.
pub(in crate::cli) struct Stick {
    pub(in crate::cli) store: Store,
    pub(in crate::cli) recipients: GovernanceRecipients,
    pub(in crate::cli) key: SigningKey<BoxRole>,
    pub(in crate::cli) signers: Vec<VerifyingKey<SignerRole>>,
}

impl Stick {
    pub(in crate::cli) fn collect_to(&self, out: &Path) -> Result<(), CollectError> {
        transfer::collect(&self.store, &self.recipients, &self.key, SystemDay.today(), out, false).map(drop)
    }
}

impl Carrier for Stick {
    fn collect(&self, out: &Path) -> Result<(), String> {
        self.collect_to(out).map_err(|error| error.to_string())
    }

    fn deliver(&self, file: &Path) -> Result<(), String> {
        let delivered = transfer::deliver(&self.store, &self.signers, SystemDay.today(), file, None);
        delivered.map(drop).map_err(|error| error.to_string())
    }
}
