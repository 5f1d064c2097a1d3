//! Where the keys are of the accounts of this machine that work on a casebook: a convenience, which nobody vouches for.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    casebook::LogError,
    domain::limits::KIB,
    files::{self, FileError, Readers},
};

/// The directory with a file for each account.
pub const ACCOUNTS: &str = "accounts";
/// Bytes of one: two paths.
const BYTES: usize = 64 * KIB;

/// Where a member's private keys are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPaths {
    /// The age identity file.
    pub identity: PathBuf,
    /// The minisign secret key file.
    pub signing_key: PathBuf,
}

impl KeyPaths {
    /// Where the keys were of this account when it made the casebook or joined; none if it did neither. The file is
    /// believed only if it is this account's own: whoever shares the directory could exchange it.
    ///
    /// # Errors
    /// If it is another account's, can be read by others, or is not what [`Self::remember`] writes.
    pub fn of_this_account(casebook: &Path) -> Result<Option<Self>, LogError> {
        let path = path(casebook);
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let json = files::read_own_shared(&path, BYTES)?;
        serde_json::from_slice(&json).map(Some).map_err(|_| LogError::Pointer(path))
    }

    /// Keeps them for the commands that are given none, unless some are kept for this account already. Gives whether
    /// these are.
    ///
    /// # Errors
    /// If they can't be written, or a path is not text.
    pub fn remember(&self, casebook: &Path) -> Result<bool, LogError> {
        let path = path(casebook);
        files::create_team_directory(&casebook.join(ACCOUNTS))?;
        // A path that is not UTF-8 has no JSON form.
        let json = serde_json::to_vec_pretty(self).map_err(|_| LogError::Pointer(path.clone()))?;
        match files::write_new(&path, Readers::Owner, &json) {
            Ok(()) => Ok(true),
            Err(FileError::Exists(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn path(casebook: &Path) -> PathBuf {
    casebook.join(ACCOUNTS).join(format!("{}.json", files::this_account()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_keys_of_an_account_are_kept() {
        let casebook = tempfile::tempdir().unwrap();
        let paths = |name: &str| KeyPaths { identity: name.into(), signing_key: "/signing.key".into() };
        assert_eq!(KeyPaths::of_this_account(casebook.path()).unwrap(), None);
        assert!(paths("/one").remember(casebook.path()).unwrap());
        assert!(!paths("/two").remember(casebook.path()).unwrap());
        assert_eq!(KeyPaths::of_this_account(casebook.path()).unwrap(), Some(paths("/one")));
        files::replace(&path(casebook.path()), Readers::Everyone, b"{}").unwrap();
        assert!(KeyPaths::of_this_account(casebook.path()).is_err());
    }
}
