//! Another signing key for the box, in the place of the one that it has.
//!
//! Whole or not at all: from the moment at which the records name the new key, whatever was cut off is finished by the same
//! command again, and before it nothing has changed but files that nothing names.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::box_directory::{
    BOX_KEY, BOX_PUBLIC, BoxKeyError, KEY_BEFORE as BEFORE, KEY_FILE_BYTES, NEXT_KEY as NEXT, box_key,
};
use crate::{
    crypto::{BoxRole, Fingerprint, SignError, SigningKey, VerifyingKey, vouch_for},
    files::{self, FileError, Readers},
    store::{Store, StoreError},
};

/// The word of the key before for the one in `box.pub`.
pub const BOX_VOUCHED: &str = "box.pub.minisig";

/// A box that has another key.
pub struct Renewed {
    /// The public half of the key that it has now.
    pub key: VerifyingKey<BoxRole>,
    /// Whether the key before vouches for it; not so if that was lost.
    pub is_vouched: bool,
}

/// The key could not be renewed. The box has the one that it had, or the same command again finishes it.
#[derive(Debug, thiserror::Error)]
pub enum RenewalError {
    /// The key that there is.
    #[error(transparent)]
    Key(#[from] BoxKeyError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The records.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Making a key.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It is said to be lost, and it is there.
    #[error("{} is there, so it is not lost; nothing was changed: leave --box-key-lost out, so that it vouches for the new one", .0.display())]
    NotLost(PathBuf),
    /// An earlier command renewed it, and it is not said that the desk has taken that key.
    #[error(
        "the key was renewed already, to the one of fingerprint {now}, and nothing was changed; to renew it once more, as after \
         another theft, let the desk take this one, remove {}, and run the same command again",
        .word.display()
    )]
    RenewedAlready {
        /// Of the key that the box has.
        now: Fingerprint,
        /// The word of the key before for it.
        word: PathBuf,
    },
}

/// Gives the box another key. The one before vouches for it and is destroyed, unless `is_lost`: then nobody vouches for it.
/// The store has to be opened anew after that.
///
/// # Errors
/// If there is no key that could vouch, or something can't be written.
pub fn renew_box_key(directory: &Path, store: &Store, is_lost: bool) -> Result<Renewed, RenewalError> {
    let renewal = BoxKeyRenewal::of(directory, store)?;
    renewal.go_on(is_lost, || AfterStep::Next)
}

/// What follows a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterStep {
    Next,
    /// The command is killed.
    #[cfg(test)]
    Never,
}

struct BoxKeyRenewal<'a> {
    directory: &'a Path,
    store: &'a Store,
    /// What lies where the new one is until it is in place.
    next: Option<VerifyingKey<BoxRole>>,
}

impl<'a> BoxKeyRenewal<'a> {
    fn of(directory: &'a Path, store: &'a Store) -> Result<Self, RenewalError> {
        let mut renewal = Self { directory, store, next: None };
        renewal.next = renewal.public_half(NEXT)?;
        Ok(renewal)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn is_there(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    fn is_of_the_box(&self, key: &VerifyingKey<BoxRole>) -> bool {
        key.to_base64() == self.store.settings().box_key.to_base64()
    }

    /// Of a private key file; none if there is none, or if it was cut off.
    fn public_half(&self, name: &str) -> Result<Option<VerifyingKey<BoxRole>>, RenewalError> {
        if !self.is_there(name) {
            return Ok(None);
        }
        let text = Zeroizing::new(files::read_ordinary_text(&self.path(name), KEY_FILE_BYTES)?);
        let key = SigningKey::<BoxRole>::from_plain_file(&text).and_then(|key| key.verifying_key());
        Ok(key.ok())
    }

    fn go_on(self, is_lost: bool, after: impl Fn() -> AfterStep) -> Result<Renewed, RenewalError> {
        // A step that is not the last can be the one at which the command is killed.
        macro_rules! step {
            () => {
                if after() != AfterStep::Next {
                    return Err(RenewalError::Store(StoreError::Stopped));
                }
            };
        }
        let is_begun = self.is_there(NEXT) || self.is_there(BEFORE);
        if !is_begun && self.is_there(BOX_VOUCHED) && !is_lost {
            // Renewed once more, it would be by a key that the desk may never have heard of.
            let (_, _) = box_key(self.directory, self.store.settings())?;
            let now = self.store.settings().box_key.fingerprint();
            return Err(RenewalError::RenewedAlready { now, word: self.path(BOX_VOUCHED) });
        }
        let is_decided = self.next.as_ref().is_some_and(|key| self.is_of_the_box(key)) || self.is_in_place(is_lost)?;
        let new = if is_decided {
            self.store.settings().box_key.clone()
        } else {
            let new = self.prepare(is_lost)?;
            step!();
            if is_lost {
                files::remove(&self.path(BOX_VOUCHED))?;
            } else {
                let (before, _) = box_key(self.directory, self.store.settings())?;
                let word = vouch_for(&new, &before)?;
                files::replace(&self.path(BOX_VOUCHED), Readers::Everyone, word.as_bytes())?;
            }
            step!();
            self.store.renew_box_key(&new)?;
            step!();
            new
        };
        if self.is_there(NEXT) {
            if self.is_there(BOX_KEY) {
                files::rename_new(&self.path(BOX_KEY), &self.path(BEFORE))?;
                step!();
            }
            files::rename_new(&self.path(NEXT), &self.path(BOX_KEY))?;
            step!();
        }
        files::replace(&self.path(BOX_PUBLIC), Readers::Everyone, new.to_file().as_bytes())?;
        if self.is_there(BEFORE) {
            step!();
            files::erase(&self.path(BEFORE))?;
            files::sync_directory(self.directory)?;
        }
        let is_vouched = self.is_there(BOX_VOUCHED);
        Ok(Renewed { key: new, is_vouched })
    }

    /// Whether the new key has its place, and the one before is still to be destroyed or the public file to follow.
    fn is_in_place(&self, is_lost: bool) -> Result<bool, RenewalError> {
        let Some(key) = self.public_half(BOX_KEY)?.filter(|key| self.is_of_the_box(key)) else { return Ok(false) };
        let public = files::read_ordinary_text(&self.path(BOX_PUBLIC), KEY_FILE_BYTES).unwrap_or_default();
        Ok(self.is_there(BEFORE) || (is_lost && public != key.to_file()))
    }

    /// The new private key, on the disk and not yet the box's. One that an earlier command left is destroyed: whoever copied the
    /// directory meanwhile has it.
    fn prepare(&self, is_lost: bool) -> Result<VerifyingKey<BoxRole>, RenewalError> {
        if !is_lost {
            box_key(self.directory, self.store.settings())?;
        } else if self.is_there(BOX_KEY) {
            return Err(RenewalError::NotLost(self.path(BOX_KEY)));
        }
        for left in [self.path(NEXT), files::partial_path(&self.path(NEXT))] {
            if left.symlink_metadata().is_ok() {
                files::erase(&left)?;
            }
        }
        let (secret, public) = SigningKey::<BoxRole>::generate()?;
        files::write_new(&self.path(NEXT), Readers::Owner, secret.to_file()?.as_bytes())?;
        Ok(public)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::{
        crypto::{is_vouched_for, read_keys},
        transfer::store_directory,
        world::EmptyBox,
    };

    /// A box in a directory as `candour init` makes it, with its key.
    fn a_box() -> (EmptyBox, PathBuf, VerifyingKey<BoxRole>) {
        let r#box = EmptyBox::new();
        let directory = r#box.directory.path().to_owned();
        let (key, public) = (directory.join(BOX_KEY), directory.join(BOX_PUBLIC));
        let of_box = r#box.box_key.verifying_key().unwrap();
        files::write_new(&key, Readers::Owner, r#box.box_key.to_file().unwrap().as_bytes()).unwrap();
        files::write_new(&public, Readers::Everyone, of_box.to_file().as_bytes()).unwrap();
        (r#box, directory, of_box)
    }

    fn opened(directory: &Path) -> Store {
        Store::open(&store_directory(directory)).unwrap()
    }

    #[test]
    fn killed_at_any_step_the_same_command_again_ends_the_same() {
        for is_lost in [false, true] {
            let mut killed_at = 0_u32;
            loop {
                let (r#box, directory, before) = a_box();
                drop(r#box.store);
                if is_lost {
                    files::remove(&directory.join(BOX_KEY)).unwrap();
                }
                let left = Cell::new(killed_at);
                let die = || {
                    left.set(left.get().wrapping_sub(1));
                    if left.get() == u32::MAX { AfterStep::Never } else { AfterStep::Next }
                };
                let store = opened(&directory);
                let is_killed = BoxKeyRenewal::of(&directory, &store).unwrap().go_on(is_lost, die).is_err();
                drop(store);
                let store = opened(&directory);
                let of_records = store.settings().box_key.to_base64();
                // Meanwhile the box has one of its keys, or says what to do.
                match box_key(&directory, store.settings()) {
                    Ok((key, _)) => assert_eq!(key.verifying_key().unwrap().to_base64(), of_records),
                    Err(error) => {
                        let told = error.to_string();
                        assert!(told.contains("--renew-box-key") || is_lost, "step {killed_at}: {told}");
                    }
                }
                if is_killed {
                    renew_box_key(&directory, &store, is_lost).unwrap_or_else(|error| panic!("{killed_at}: {error}"));
                }
                drop(store);
                let store = opened(&directory);
                let (_, _) = box_key(&directory, store.settings()).unwrap();
                let now = store.settings().box_key.clone();
                assert_ne!(now.to_base64(), before.to_base64());
                assert!(!directory.join(NEXT).exists() && !directory.join(BEFORE).exists());
                let word = files::read_text(&directory.join(BOX_VOUCHED), KEY_FILE_BYTES);
                if is_lost {
                    assert!(word.is_err());
                } else {
                    assert!(is_vouched_for(&now, &word.unwrap(), &before), "step {killed_at}");
                    // Once more, it is as it was, and that is said.
                    let again = renew_box_key(&directory, &store, false);
                    assert!(matches!(again, Err(RenewalError::RenewedAlready { .. })));
                    // Others read both, whatever the umask.
                    for public in [BOX_PUBLIC, BOX_VOUCHED] {
                        let mode = directory.join(public).metadata().unwrap().permissions().mode();
                        assert_eq!(mode & 0o777, 0o644, "{public}");
                    }
                    assert_eq!(opened(&directory).settings().box_key.to_base64(), now.to_base64());
                }
                let public = files::read_text(&directory.join(BOX_PUBLIC), KEY_FILE_BYTES).unwrap();
                assert_eq!(read_keys::<BoxRole>(&public).unwrap()[0].to_base64(), now.to_base64());
                if !is_killed {
                    break;
                }
                killed_at += 1;
            }
            assert_eq!(killed_at, if is_lost { 4 } else { 6 }, "every step was one at which it was killed");
        }
    }

    #[test]
    fn a_key_that_a_cut_off_renewal_left_never_becomes_the_boxs() {
        let (r#box, directory, before) = a_box();
        let kill = || AfterStep::Never;
        assert!(BoxKeyRenewal::of(&directory, &r#box.store).unwrap().go_on(false, kill).is_err());
        let partial = files::partial_path(&directory.join(NEXT));
        files::write_new(&partial, Readers::Owner, b"what another one left").unwrap();
        // Whoever copies the directory now has it.
        let copied = BoxKeyRenewal::of(&directory, &r#box.store).unwrap().next.expect("it lies there");
        let now = renew_box_key(&directory, &r#box.store, false).unwrap().key;
        assert!(![copied.to_base64(), before.to_base64()].contains(&now.to_base64()));
        assert!(!directory.join(NEXT).exists() && !partial.exists());
    }

    #[test]
    fn a_key_that_is_there_is_not_lost_and_one_that_is_gone_vouches_for_nothing() {
        let (r#box, directory, before) = a_box();
        assert!(matches!(renew_box_key(&directory, &r#box.store, true), Err(RenewalError::NotLost(_))));
        files::remove(&directory.join(BOX_KEY)).unwrap();
        let refused = renew_box_key(&directory, &r#box.store, false);
        assert!(matches!(refused, Err(RenewalError::Key(BoxKeyError::Missing(_)))));
        // The key of another box vouches for none of this one's.
        let (other, _) = SigningKey::<BoxRole>::generate().unwrap();
        files::write_new(&directory.join(BOX_KEY), Readers::Owner, other.to_file().unwrap().as_bytes()).unwrap();
        let refused = renew_box_key(&directory, &r#box.store, false);
        assert!(matches!(refused, Err(RenewalError::Key(BoxKeyError::OtherKey { .. }))));
        assert_eq!(opened(&directory).settings().box_key.to_base64(), before.to_base64());
    }
}
