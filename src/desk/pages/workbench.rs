use std::path::Path;

use crate::{
    crypto::{GovernanceIdentity, SignerRole, SigningKey},
    desk::{Casebook, DeskError},
    domain::CasebookId,
};

/// A reviewer's private keys.
pub struct Keys {
    /// Opens the casebook.
    pub identity: GovernanceIdentity,
    /// Signs what is recorded in it.
    pub signing_key: SigningKey<SignerRole>,
    /// Whether they are under a passphrase, so that a locked desk asks for it.
    pub protected: bool,
}

/// Everything that is open at the desk. Dropped when the desk is locked, and with that wiped.
pub(super) struct Workbench {
    directory: Box<Path>,
    keys: Keys,
}

impl Workbench {
    /// With a casebook that these keys open. Gives which one it is.
    pub(super) fn new(directory: &Path, keys: Keys) -> Result<(Self, CasebookId), DeskError> {
        let id = Casebook::open(directory, &keys.identity)?.id();
        Ok((Self { directory: directory.into(), keys }, id))
    }

    /// The casebook as it stands now, with what other commands have written to it.
    pub(super) fn casebook(&self) -> Result<Casebook<'_>, DeskError> {
        Casebook::open(&self.directory, &self.keys.identity)
    }
}
