use std::{
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    casebook::{Casebook, CasebookError, Editor},
    crypto::{SignerRole, SigningKey},
    domain::CasebookId,
    unseal::GovernanceIdentity,
};

/// How long a colleague who writes is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often to look whether they have finished.
const LOOK: Duration = Duration::from_millis(20);

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
pub(super) struct OpenCasebook {
    directory: Box<Path>,
    identity: Arc<GovernanceIdentity>,
    signing_key: SigningKey<SignerRole>,
    casebook: Casebook,
    /// Whether the last look at it ended well. What is left of a look that did not is of no use.
    is_whole: bool,
}

impl OpenCasebook {
    /// With a casebook that these keys open. Gives which one it is.
    pub(super) fn new(directory: &Path, keys: Keys) -> Result<(Self, CasebookId), CasebookError> {
        let identity = Arc::new(keys.identity);
        let casebook = Casebook::open(directory, Arc::clone(&identity))?;
        let id = casebook.id();
        Ok((
            Self { directory: directory.into(), identity, signing_key: keys.signing_key, casebook, is_whole: true },
            id,
        ))
    }

    /// What opens what is sealed to this reviewer.
    pub(super) fn identity(&self) -> &GovernanceIdentity {
        &self.identity
    }

    /// The casebook as it stands now, with what others have written to it.
    pub(super) fn casebook(&mut self) -> Result<&Casebook, CasebookError> {
        self.is_whole = self.is_whole && self.casebook.refresh().is_ok();
        if !self.is_whole {
            // From the beginning, to see whether it is still so: a colleague may have let this reviewer in, or out.
            self.casebook = Casebook::open(&self.directory, Arc::clone(&self.identity))?;
            self.is_whole = true;
        }
        Ok(&self.casebook)
    }

    /// The casebook for one change. A colleague who writes at this moment is waited for, for a short while.
    pub(super) fn edit(&mut self) -> Result<Editor<'_>, CasebookError> {
        let start = Instant::now();
        while self.casebook.is_being_written()? && start.elapsed() < PATIENCE {
            thread::sleep(LOOK);
        }
        self.casebook()?;
        self.casebook.edit(&self.signing_key)
    }
}
