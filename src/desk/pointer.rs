//! `casebook.json`: which keys a casebook uses.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::DeskError;
use crate::{
    crypto::{BoxRole, GovernanceIdentity, SignerRole, VerifyingKey},
    domain::{CasebookId, Digest, Format, limits::KIB},
    files::{self, Readers},
};

/// Its name inside the casebook.
pub(super) const NAME: &str = "casebook.json";
/// Bytes of it: two paths and two keys.
const BYTES: usize = 64 * KIB;

/// Where a casebook's private keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPaths {
    /// The age identity file.
    pub identity: PathBuf,
    /// The minisign secret key file.
    pub signing_key: PathBuf,
}

/// What `casebook.json` says, before an identity has vouched for it: good enough to find that identity, no more.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pointer {
    format: Format,
    casebook: CasebookId,
    identity: PathBuf,
    signing_key: PathBuf,
    signer: String,
    box_key: String,
    seal: Digest,
}

/// The keys that an identity has vouched for.
pub(super) struct Trusted {
    pub(super) casebook: CasebookId,
    pub(super) signer: VerifyingKey<SignerRole>,
    pub(super) box_key: VerifyingKey<BoxRole>,
}

impl Pointer {
    /// Reads a casebook's.
    ///
    /// # Errors
    /// If there is no casebook or the file is not one that candour wrote.
    pub fn read(casebook: &Path) -> Result<Self, DeskError> {
        let path = casebook.join(NAME);
        if !path.exists() {
            return Err(DeskError::NoCasebook(casebook.to_owned()));
        }
        let pointer: Self =
            serde_json::from_slice(&files::read(&path, BYTES)?).map_err(|_| DeskError::Pointer(path.clone()))?;
        if pointer.format == Format::Casebook { Ok(pointer) } else { Err(DeskError::Pointer(path)) }
    }

    /// Where the private keys were when the casebook was made. The seal does not cover it: keys may move.
    #[must_use]
    pub fn key_paths(&self) -> KeyPaths {
        KeyPaths { identity: self.identity.clone(), signing_key: self.signing_key.clone() }
    }

    /// Makes one, sealed by the identity.
    pub(super) fn seal(keys: &Trusted, paths: KeyPaths, identity: &GovernanceIdentity) -> Self {
        let mut pointer = Self {
            format: Format::Casebook,
            casebook: keys.casebook,
            identity: paths.identity,
            signing_key: paths.signing_key,
            signer: keys.signer.to_base64(),
            box_key: keys.box_key.to_base64(),
            seal: Digest([0; Digest::LEN]),
        };
        pointer.seal = identity.casebook_seal(&pointer.sealed_part());
        pointer
    }

    /// Writes it into a casebook.
    pub(super) fn write(&self, casebook: &Path) -> Result<(), DeskError> {
        let path = casebook.join(NAME);
        // A path that is not UTF-8 has no JSON form.
        let json = serde_json::to_vec_pretty(self).map_err(|_| DeskError::Pointer(path.clone()))?;
        Ok(files::write_new(&path, Readers::Owner, &json)?)
    }

    /// The keys in it, if this identity sealed them.
    pub(super) fn trust(&self, casebook: &Path, identity: &GovernanceIdentity) -> Result<Trusted, DeskError> {
        if !identity.is_casebook_seal(&self.sealed_part(), self.seal) {
            return Err(DeskError::OtherIdentity);
        }
        let unreadable = |_| DeskError::Pointer(casebook.join(NAME));
        Ok(Trusted {
            casebook: self.casebook,
            signer: VerifyingKey::from_base64(&self.signer).map_err(unreadable)?,
            box_key: VerifyingKey::from_base64(&self.box_key).map_err(unreadable)?,
        })
    }

    fn sealed_part(&self) -> Vec<u8> {
        format!("{}\n{}\n{}\n{}\n", self.format, self.casebook, self.signer, self.box_key).into_bytes()
    }
}
