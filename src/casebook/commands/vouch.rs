//! A new member's first opening.

use std::{path::Path, sync::Arc};

use crate::{
    casebook::{Casebook, CasebookError, LogError, log::trust::Pointer},
    crypto::Fingerprint,
    unseal::GovernanceIdentity,
};

impl Casebook {
    /// Gives a new member's word for a casebook that a colleague made, once they have compared its fingerprint.
    ///
    /// # Errors
    /// If the fingerprint is another one, or they are no member.
    pub fn join(
        directory: &Path,
        identity: Arc<GovernanceIdentity>,
        compared: Fingerprint,
    ) -> Result<Self, CasebookError> {
        let pointer = Pointer::read(directory)?;
        if pointer.fingerprint() != compared {
            return Err(CasebookError::Log(LogError::OtherFingerprint(pointer.fingerprint())));
        }
        pointer.vouch(directory, &identity)?;
        Self::open(directory, identity)
    }
}
