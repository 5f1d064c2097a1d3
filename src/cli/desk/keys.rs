//! The desk's private keys: found through the casebook unless they moved, and one passphrase for both.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use super::super::{output::Failure, passphrase};
use crate::{
    crypto::{
        GovernanceIdentity, SignerRole, SigningKey,
        keyfile::{self, KeyFileError, Passphrase},
    },
    desk::{KeyPaths, Pointer},
    domain::limits::KIB,
    files,
};

/// Bytes of a key file, and to spare.
const KEY_FILE_BYTES: usize = 64 * KIB;

/// Where the identity is.
#[derive(Args)]
pub(super) struct Locations {
    /// The identity, if it is not where it was when the casebook was made
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// A file whose first line is the passphrase of your keys; otherwise it is asked for if they have one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Where the signing key is, for the commands that write to a casebook.
#[derive(Args)]
pub(super) struct SignerLocation {
    /// The signing key, if it is not where it was when the casebook was made
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
}

/// Reads both keys, and asks for the passphrase at most once.
pub(super) struct KeyRing {
    paths: KeyPaths,
    passphrase_file: Option<PathBuf>,
    passphrase: Option<Passphrase>,
}

impl KeyRing {
    pub(super) const fn new(paths: KeyPaths, passphrase_file: Option<PathBuf>) -> Self {
        Self { paths, passphrase_file, passphrase: None }
    }

    /// A casebook's keys.
    pub(super) fn of(casebook: &Path, locations: &Locations, signer: Option<&SignerLocation>) -> Result<Self, Failure> {
        let mut paths = Pointer::read(casebook)?.key_paths();
        if let Some(identity) = &locations.identity {
            paths.identity.clone_from(identity);
        }
        if let Some(signing_key) = signer.and_then(|signer| signer.signing_key.as_ref()) {
            paths.signing_key.clone_from(signing_key);
        }
        Ok(Self::new(paths, locations.passphrase_file.clone()))
    }

    pub(super) fn identity(&mut self) -> Result<GovernanceIdentity, Failure> {
        let path = self.paths.identity.clone();
        refuse_if_gone(&path, "identity", "--identity")?;
        let file = Zeroizing::new(files::read(&path, KEY_FILE_BYTES)?);
        keyfile::read_identity(&file, || self.ask()).map_err(|error| named(&path, &error))
    }

    pub(super) fn signing_key(&mut self) -> Result<SigningKey<SignerRole>, Failure> {
        let path = self.paths.signing_key.clone();
        refuse_if_gone(&path, "signing key", "--signing-key")?;
        let file = Zeroizing::new(files::read_text(&path, KEY_FILE_BYTES)?);
        keyfile::read_signing_key(&file, || self.ask()).map_err(|error| named(&path, &error))
    }

    fn ask(&mut self) -> Result<Passphrase, KeyFileError> {
        if let Some(known) = &self.passphrase {
            return Ok(known.again());
        }
        let passphrase = passphrase::read(self.passphrase_file.as_deref(), "Passphrase of the governance keys")?;
        let again = passphrase.again();
        self.passphrase = Some(passphrase);
        Ok(again)
    }
}

/// A casebook remembers where its keys were; they may have been moved since, or be on a stick that is not plugged in.
fn refuse_if_gone(path: &Path, what: &str, option: &str) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "the {what} is not at {}; plug in what it is kept on, or give {option} if it moved",
        path.display()
    )))
}

fn named(path: &Path, error: &KeyFileError) -> Failure {
    match error {
        KeyFileError::Asking(text) => Failure::Failed(text.clone()),
        other => Failure::Failed(format!("can't use {}: {other}", path.display())),
    }
}
