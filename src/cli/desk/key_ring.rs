//! The desk's private keys: found through the casebook unless they moved, and one passphrase for both.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use crate::{
    casebook::{CasebookError, KeyPaths, Pointer},
    cli::passphrase,
    crypto::{SignerRole, SigningKey, is_under_passphrase},
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

/// Where a key is.
struct KeyPlace {
    path: PathBuf,
    /// Whether that stands in the casebook's directory, rather than in the command.
    is_kept: bool,
    /// What was in it, once it was read.
    bytes: Option<Zeroizing<Vec<u8>>>,
}

impl KeyPlace {
    const fn new(path: PathBuf, is_kept: bool) -> Self {
        Self { path, is_kept, bytes: None }
    }

    /// The same place, to be read again.
    fn again(&self) -> Self {
        Self::new(self.path.clone(), self.is_kept)
    }

    /// What is in it, read once: it may be a pipe, or out of reach by now.
    fn take(&mut self) -> Result<Zeroizing<Vec<u8>>, FileError> {
        self.bytes.take().map_or_else(|| self.read(), Ok)
    }

    /// Whoever gives a path in a command may give a link or a pipe; nobody else says through what a key is read.
    fn read(&self) -> Result<Zeroizing<Vec<u8>>, FileError> {
        let read = if self.is_kept { files::read_own_shared } else { files::read_own };
        read(&self.path, KEY_FILE_BYTES).map(Zeroizing::new)
    }
}

/// Reads both keys, and asks for the passphrase at most once.
pub(in crate::cli) struct KeyRing {
    identity: KeyPlace,
    signing_key: KeyPlace,
    passphrase_file: Option<PathBuf>,
    passphrase: Option<Passphrase>,
}

impl KeyRing {
    /// Keys that are given in a command.
    pub(in crate::cli) fn new(paths: KeyPaths, passphrase_file: Option<PathBuf>) -> Self {
        let given = |path| KeyPlace::new(path, false);
        let (identity, signing_key) = (given(paths.identity), given(paths.signing_key));
        Self { identity, signing_key, passphrase_file, passphrase: None }
    }

    /// A casebook's keys.
    pub(in crate::cli) fn of(
        casebook: &Path,
        locations: &Locations,
        signer: Option<&SignerLocation>,
    ) -> Result<Self, KeyRingError> {
        // Without a casebook there are no keys to look for.
        Pointer::read(casebook).map_err(CasebookError::from)?;
        let given = |path: &PathBuf| KeyPlace::new(path.clone(), false);
        let kept = |path: &PathBuf| KeyPlace::new(path.clone(), true);
        let signing_key = signer.and_then(|signer| signer.signing_key.as_ref()).map(given);
        let known = match (&locations.identity, signer) {
            (Some(_), None) => None,
            (Some(_), Some(_)) if signing_key.is_some() => None,
            _ => KeyPaths::of_this_account(casebook).map_err(CasebookError::from)?,
        };
        let identity = locations.identity.as_ref().map(given);
        let identity = identity.or_else(|| known.as_ref().map(|known| kept(&known.identity)));
        let identity = identity.ok_or(KeyRingError::NoAccount)?;
        // A command that only reads asks for none.
        let signing_key = signing_key.or_else(|| known.as_ref().map(|known| kept(&known.signing_key)));
        let signing_key = match (signing_key, signer) {
            (Some(signing_key), _) => signing_key,
            (None, None) => identity.again(),
            (None, Some(_)) => return Err(KeyRingError::NoAccount),
        };
        Ok(Self { identity, signing_key, passphrase_file: locations.passphrase_file.clone(), passphrase: None })
    }

    /// Where the keys are.
    pub(in crate::cli) fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.identity.path, &self.signing_key.path].into_iter().map(PathBuf::as_path)
    }

    /// Reads the identity as it is, and asks for the passphrase if it is under one. Nothing is opened yet: by then neither
    /// the terminal nor any file is needed for it.
    pub(in crate::cli) fn gather_identity(&mut self) -> Result<(), KeyRingError> {
        refuse_if_gone(&self.identity.path, "identity", "--identity")?;
        let bytes = self.identity.read()?;
        let asks = is_under_passphrase(&bytes);
        self.identity.bytes = Some(bytes);
        self.ask_if(asks)
    }

    /// The same with the signing key.
    pub(in crate::cli) fn gather(&mut self) -> Result<(), KeyRingError> {
        self.gather_identity()?;
        refuse_if_gone(&self.signing_key.path, "signing key", "--signing-key")?;
        let bytes = self.signing_key.read()?;
        let asks = unseal::is_signing_key_under_passphrase(&bytes);
        self.signing_key.bytes = Some(bytes);
        self.ask_if(asks)
    }

    /// The same keys to be read once more, with a passphrase that is known already.
    pub(in crate::cli) fn again(&self, passphrase: Option<Passphrase>) -> Self {
        Self {
            identity: self.identity.again(),
            signing_key: self.signing_key.again(),
            passphrase_file: None,
            passphrase,
        }
    }

    /// Whether the keys that were read are under a passphrase.
    pub(in crate::cli) const fn is_protected(&self) -> bool {
        self.passphrase.is_some()
    }

    pub(in crate::cli) fn identity(&mut self) -> Result<GovernanceIdentity, KeyRingError> {
        let path = self.identity.path.clone();
        refuse_if_gone(&path, "identity", "--identity")?;
        let file = self.identity.take()?;
        unseal::read_identity(&file, || self.ask()).map_err(|error| named(path, error))
    }

    pub(in crate::cli) fn signing_key(&mut self) -> Result<SigningKey<SignerRole>, KeyRingError> {
        let path = self.signing_key.path.clone();
        refuse_if_gone(&path, "signing key", "--signing-key")?;
        let file = self.signing_key.take()?;
        let text = std::str::from_utf8(&file).map_err(|_| FileError::NotText(path.clone()))?;
        unseal::read_signing_key(text, || self.ask()).map_err(|error| named(path, error))
    }

    fn ask_if(&mut self, is_needed: bool) -> Result<(), KeyRingError> {
        if is_needed && let Err(KeyFileError::Asking(why)) = self.ask() {
            return Err(KeyRingError::Asking(why));
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Readers, write_new};

    #[test]
    fn a_key_is_read_through_a_link_only_if_the_command_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let (key, link, pipe) = (dir.path().join("key"), dir.path().join("link"), dir.path().join("pipe"));
        write_new(&key, Readers::Owner, b"secret").unwrap();
        std::os::unix::fs::symlink(&key, &link).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let read = |path: &Path, is_kept| KeyPlace::new(path.to_owned(), is_kept).read();
        for (path, is_kept) in [(&key, true), (&key, false), (&link, false)] {
            assert_eq!(*read(path, is_kept).unwrap(), b"secret");
        }
        for path in [&link, &pipe] {
            assert!(matches!(read(path, true), Err(FileError::NotAFile(_))));
        }
    }
}
