//! The desk's private keys: found through the casebook unless they moved, and one passphrase for both.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use crate::{
    casebook::{CasebookError, KeyPaths, Pointer},
    cli::desk::passphrase,
    crypto::{SignerRole, SigningKey},
    domain::limits::KIB,
    files::{self, FileError},
    unseal::{self, GovernanceIdentity, KeyFileError, Passphrase},
};

/// Bytes of a key file, and to spare.
const KEY_FILE_BYTES: usize = 64 * KIB;

/// Where the identity is.
#[derive(Args)]
pub(in crate::cli) struct Locations {
    /// The identity, if it is not where it was when you made the casebook or joined
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// A file whose first line is the passphrase of your keys; otherwise it is asked for if they have one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Where the signing key is, for the commands that write to a casebook.
#[derive(Args)]
pub(in crate::cli) struct SignerLocation {
    /// The signing key, if it is not where it was when you made the casebook or joined
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
}

/// A private key can't be used; no part of it is in here.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum KeyRingError {
    /// Not where it should be: a casebook remembers where its keys were; they may have been moved since, or be on a
    /// stick that is not plugged in.
    #[error("the {what} is not at {}; plug in what it is kept on, or give {option} if it moved", .path.display())]
    Gone {
        /// Which.
        what: &'static str,
        /// Where it should be.
        path: PathBuf,
        /// What says where it is.
        option: &'static str,
    },
    /// The casebook knows no keys of this account.
    #[error(
        "this casebook knows no keys of the account that you use; give --identity and --signing-key, or run `candour desk \
         join` once under this account"
    )]
    NoAccount,
    /// There is no casebook, or what it says of this account's keys can't be used.
    #[error(transparent)]
    Casebook(#[from] CasebookError),
    /// It can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The passphrase could not be had.
    #[error("{0}")]
    Asking(String),
    /// It can't be used, or not with this passphrase.
    #[error("can't use {}: {problem}", .path.display())]
    Key {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        problem: KeyFileError,
    },
}

/// Reads both keys, and asks for the passphrase at most once.
pub(in crate::cli) struct KeyRing {
    paths: KeyPaths,
    passphrase_file: Option<PathBuf>,
    passphrase: Option<Passphrase>,
}

impl KeyRing {
    pub(in crate::cli) const fn new(paths: KeyPaths, passphrase_file: Option<PathBuf>) -> Self {
        Self { paths, passphrase_file, passphrase: None }
    }

    /// A casebook's keys.
    pub(in crate::cli) fn of(
        casebook: &Path,
        locations: &Locations,
        signer: Option<&SignerLocation>,
    ) -> Result<Self, KeyRingError> {
        // Without a casebook there are no keys to look for.
        Pointer::read(casebook).map_err(CasebookError::from)?;
        let signing_key = signer.and_then(|signer| signer.signing_key.clone());
        let known = match (&locations.identity, signer) {
            (Some(_), None) => None,
            (Some(_), Some(_)) if signing_key.is_some() => None,
            _ => KeyPaths::of_this_account(casebook).map_err(CasebookError::from)?,
        };
        let identity = locations.identity.clone().or_else(|| known.as_ref().map(|known| known.identity.clone()));
        let identity = identity.ok_or(KeyRingError::NoAccount)?;
        // A command that only reads asks for none.
        let signing_key = signing_key.or_else(|| known.map(|known| known.signing_key));
        let signing_key = match (signing_key, signer) {
            (Some(signing_key), _) => signing_key,
            (None, None) => identity.clone(),
            (None, Some(_)) => return Err(KeyRingError::NoAccount),
        };
        Ok(Self::new(KeyPaths { identity, signing_key }, locations.passphrase_file.clone()))
    }

    /// The files that it reads.
    pub(in crate::cli) fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.paths.identity, &self.paths.signing_key].into_iter().chain(&self.passphrase_file).map(PathBuf::as_path)
    }

    /// The same keys to be read once more, with a passphrase that is known already.
    pub(in crate::cli) fn again(&self, passphrase: Option<Passphrase>) -> Self {
        Self { paths: self.paths.clone(), passphrase_file: None, passphrase }
    }

    /// Whether the keys that were read are under a passphrase.
    pub(in crate::cli) const fn is_protected(&self) -> bool {
        self.passphrase.is_some()
    }

    pub(in crate::cli) fn identity(&mut self) -> Result<GovernanceIdentity, KeyRingError> {
        let path = self.paths.identity.clone();
        refuse_if_gone(&path, "identity", "--identity")?;
        let file = Zeroizing::new(files::read_own(&path, KEY_FILE_BYTES)?);
        unseal::read_identity(&file, || self.ask()).map_err(|error| named(path, error))
    }

    pub(in crate::cli) fn signing_key(&mut self) -> Result<SigningKey<SignerRole>, KeyRingError> {
        let path = self.paths.signing_key.clone();
        refuse_if_gone(&path, "signing key", "--signing-key")?;
        let file = Zeroizing::new(files::read_own_text(&path, KEY_FILE_BYTES)?);
        unseal::read_signing_key(&file, || self.ask()).map_err(|error| named(path, error))
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

fn refuse_if_gone(path: &Path, what: &'static str, option: &'static str) -> Result<(), KeyRingError> {
    if path.exists() { Ok(()) } else { Err(KeyRingError::Gone { what, path: path.to_owned(), option }) }
}

fn named(path: PathBuf, problem: KeyFileError) -> KeyRingError {
    match problem {
        KeyFileError::Asking(text) => KeyRingError::Asking(text),
        problem => KeyRingError::Key { path, problem },
    }
}
