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
    /// these are. A key that was given by a link is kept as what that leads to: what is kept is not followed.
    ///
    /// # Errors
    /// If they can't be written, or a path is not text.
    pub fn remember(&self, casebook: &Path) -> Result<bool, LogError> {
        let path = path(casebook);
        files::create_team_directory(&casebook.join(ACCOUNTS))?;
        // A path that is not UTF-8 has no JSON form.
        let kept = Self { identity: led_to(&self.identity), signing_key: led_to(&self.signing_key) };
        let json = serde_json::to_vec_pretty(&kept).map_err(|_| LogError::Pointer(path.clone()))?;
        match files::write_new(&path, Readers::Owner, &json) {
            Ok(()) => Ok(true),
            Err(FileError::Exists(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Where a link to a file leads; any other path as it is.
fn led_to(path: &Path) -> PathBuf {
    let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink()) && path.is_file();
    let led = is_link.then(|| path.canonicalize().ok()).flatten();
    led.unwrap_or_else(|| path.to_owned())
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

    #[test]
    fn a_key_that_was_given_by_a_link_is_kept_where_it_is() {
        let casebook = tempfile::tempdir().unwrap();
        let place = casebook.path().canonicalize().unwrap();
        let (key, link) = (place.join("key"), place.join("link"));
        files::write_new(&key, Readers::Owner, b"secret").unwrap();
        std::os::unix::fs::symlink("key", &link).unwrap();
        assert!(KeyPaths { identity: link, signing_key: key.clone() }.remember(&place).unwrap());
        let kept = KeyPaths { identity: key.clone(), signing_key: key };
        assert_eq!(KeyPaths::of_this_account(&place).unwrap(), Some(kept));
    }

    #[test]
    fn nobody_is_believed_or_waited_for_through_a_link_or_a_pipe() {
        let casebook = tempfile::tempdir().unwrap();
        let place = path(casebook.path());
        let paths = KeyPaths { identity: "/identity.txt".into(), signing_key: "/signing.key".into() };
        assert!(paths.remember(casebook.path()).unwrap());
        let other = casebook.path().join("other.json");
        std::fs::rename(&place, &other).unwrap();
        std::os::unix::fs::symlink(&other, &place).unwrap();
        let refused =
            || matches!(KeyPaths::of_this_account(casebook.path()), Err(LogError::File(FileError::NotAFile(_))));
        assert!(refused());
        std::fs::remove_file(&place).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &place, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(refused());
    }
}
