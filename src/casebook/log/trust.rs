//! What stands outside every seal: which casebook it is (`casebook.json`), and each member's word that it is the right
//! one.

use std::{
    cmp::Ordering,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    casebook::LogError,
    crypto::{self, BoxRole, Fingerprint, SignerRole, VerifyingKey},
    domain::{CasebookId, Digest, Format, limits::KIB},
    files::{self, Readers},
    unseal::GovernanceIdentity,
};

/// Its name inside the casebook.
pub(in crate::casebook) const NAME: &str = "casebook.json";
/// The directory with each member's word.
pub(in crate::casebook) const TRUST: &str = "trust";
/// Bytes of it, and to spare.
const BYTES: usize = 64 * KIB;

/// What `casebook.json` says, before an identity has vouched for it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pointer {
    format: Format,
    casebook: CasebookId,
    founder: String,
    box_key: String,
}

/// One member's word for a casebook: a tag that nobody else can make.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Voucher {
    #[serde(rename = "seal")]
    tag: Digest,
}

/// What an identity has vouched for.
pub(in crate::casebook) struct Trusted {
    pub(in crate::casebook) casebook: CasebookId,
    /// Who signed the first event.
    pub(in crate::casebook) founder: VerifyingKey<SignerRole>,
    pub(in crate::casebook) box_key: VerifyingKey<BoxRole>,
}

impl Pointer {
    /// Reads a casebook's.
    ///
    /// # Errors
    /// If there is no casebook or the file is not one that candour wrote.
    pub fn read(casebook: &Path) -> Result<Self, LogError> {
        let path = casebook.join(NAME);
        if !path.exists() {
            return Err(LogError::NoCasebook(casebook.to_owned()));
        }
        let json = files::read_shared(&path, BYTES)?;
        match serde_json::from_slice::<Self>(&json) {
            Ok(pointer) if pointer.format == Format::Casebook => Ok(pointer),
            _ => Err(other_version(casebook, &json).unwrap_or(LogError::Pointer(path))),
        }
    }

    /// For two members to compare, before one of them vouches for what the other made.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(self.casebook, &self.founder, &self.box_key)
    }

    /// Which casebook it says that it is.
    pub(in crate::casebook) const fn casebook(&self) -> CasebookId {
        self.casebook
    }

    pub(in crate::casebook) fn new(keys: &Trusted) -> Self {
        Self {
            format: Format::Casebook,
            casebook: keys.casebook,
            founder: keys.founder.to_base64(),
            box_key: keys.box_key.to_base64(),
        }
    }

    /// Writes it into a casebook.
    pub(in crate::casebook) fn write(&self, casebook: &Path) -> Result<(), LogError> {
        let path = casebook.join(NAME);
        let json = serde_json::to_vec_pretty(self).map_err(|_| LogError::Pointer(path.clone()))?;
        Ok(files::write_new(&path, Readers::Team, &json)?)
    }

    /// Gives an identity's word for it: from then on it opens this casebook and no other in its place.
    pub(in crate::casebook) fn vouch(&self, casebook: &Path, identity: &GovernanceIdentity) -> Result<(), LogError> {
        files::create_team_directory(&casebook.join(TRUST))?;
        let path = word_path(casebook, identity);
        let voucher = Voucher { tag: identity.casebook_tag(&self.vouched_part()) };
        let json = serde_json::to_vec(&voucher).map_err(|_| LogError::Pointer(path.clone()))?;
        Ok(files::replace(&path, Readers::Team, &json)?)
    }

    /// What it says, if this identity gave its word for it.
    pub(in crate::casebook) fn trust(
        &self,
        casebook: &Path,
        identity: &GovernanceIdentity,
    ) -> Result<Trusted, LogError> {
        let path = word_path(casebook, identity);
        if !path.exists() {
            return Err(LogError::NotVouched(self.fingerprint()));
        }
        let voucher: Voucher =
            serde_json::from_slice(&files::read_shared(&path, BYTES)?).map_err(|_| LogError::Pointer(path.clone()))?;
        if !identity.is_casebook_tag(&self.vouched_part(), voucher.tag) {
            return Err(LogError::OtherIdentity);
        }
        self.unvouched(casebook)
    }

    /// What it says, with nobody's word for it: to look whether a casebook is in order, and not whether it is the right one.
    pub(in crate::casebook) fn unvouched(&self, casebook: &Path) -> Result<Trusted, LogError> {
        let unreadable = |_| LogError::Pointer(casebook.join(NAME));
        Ok(Trusted {
            casebook: self.casebook,
            founder: VerifyingKey::from_base64(&self.founder).map_err(unreadable)?,
            box_key: VerifyingKey::from_base64(&self.box_key).map_err(unreadable)?,
        })
    }

    fn vouched_part(&self) -> Vec<u8> {
        format!("{}\n{}\n{}\n{}\n", self.format, self.casebook, self.founder, self.box_key).into_bytes()
    }
}

impl Trusted {
    /// As [`Pointer::fingerprint`].
    pub(in crate::casebook) fn fingerprint(&self) -> Fingerprint {
        fingerprint(self.casebook, &self.founder.to_base64(), &self.box_key.to_base64())
    }
}

fn fingerprint(casebook: CasebookId, founder: &str, box_key: &str) -> Fingerprint {
    Fingerprint::of("candour casebook", &[casebook.to_string(), founder.to_owned(), box_key.to_owned()])
}

/// Named after the oldest key of an identity: a newer one may be put in front of it.
fn word_path(casebook: &Path, identity: &GovernanceIdentity) -> PathBuf {
    let keys = identity.recipients().keys();
    let name = crypto::digest(keys.last().map(String::as_bytes).unwrap_or_default()).to_string();
    casebook.join(TRUST).join(format!("{}.json", &name[..16]))
}

/// What is wrong with a pointer that is not of this version, if that is what is wrong with it.
fn other_version(casebook: &Path, json: &[u8]) -> Option<LogError> {
    /// All that every version has in common.
    #[derive(Deserialize)]
    struct AnyPointer {
        format: String,
    }
    let number = |format: &str| format.strip_prefix("candour-casebook-v")?.parse::<u32>().ok();
    let AnyPointer { format } = serde_json::from_slice(json).ok()?;
    match number(&format)?.cmp(&number(Format::Casebook.slug())?) {
        Ordering::Less => Some(LogError::Unreleased(casebook.to_owned())),
        Ordering::Equal => None,
        Ordering::Greater => Some(LogError::Newer(casebook.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_casebook_of_another_version_is_told_from_one_that_is_damaged() {
        let directory = tempfile::tempdir().unwrap();
        let told = |json: &str| {
            let path = directory.path().join(NAME);
            files::replace(&path, Readers::Owner, json.as_bytes()).unwrap();
            Pointer::read(directory.path()).err()
        };
        for (json, says) in [
            (
                r#"{"format":"candour-casebook-v4","more":["than", 3]}"#,
                "is of a later version of Candour, and this program is ",
            ),
            (r#"{"format":"candour-casebook-v41"}"#, "use the newer `candour`"),
            (r#"{"format":"candour-casebook-v2"}"#, "from before the first release"),
            (r#"{"format":"candour-casebook-v3"}"#, "can't be read"),
            (r#"{"format":"candour-casebook-v"}"#, "can't be read"),
            (r#"{"format":"candour-referral-v9"}"#, "can't be read"),
            ("{", "can't be read"),
            ("", "can't be read"),
        ] {
            let error = told(json).unwrap().to_string();
            assert!(error.contains(says) && error.lines().count() == 1, "{json}: {error}");
        }
    }
}
