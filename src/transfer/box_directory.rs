//! What a box keeps in its data directory beside the store.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{
    crypto::{BoxRole, Fingerprint, SigningKey, VerifyingKey, read_keys},
    domain::{CollectionId, limits::KIB},
    files::{self, FileError},
    store::Settings,
};

/// Bytes of a key file, with room for many keys and comments.
pub const KEY_FILE_BYTES: usize = 256 * KIB;
/// The directory in it that the store has for itself: all that a box which serves can change, or read again.
pub const STORE: &str = "store";
/// The box's private signing key.
pub const BOX_KEY: &str = "box.key";
/// Its public half.
pub const BOX_PUBLIC: &str = "box.pub";
/// The directory in it with collections that lie ready to be fetched: a box that serves reads them there.
pub const CARRY: &str = "carry";
/// The new private key until it has the place of the one before.
pub const NEXT_KEY: &str = "box.key.next";
/// The private key before until it is destroyed.
pub const KEY_BEFORE: &str = "box.key.before";
/// The directory in it for what a box that serves looks at again and never changes.
pub const CALENDAR: &str = "calendar";
/// In that, GOV.UK's bank-holidays.json, for years that this version does not know.
pub const BANK_HOLIDAYS: &str = "bank-holidays.json";

/// What is there is not the key pair that the box was made with.
#[derive(Debug, thiserror::Error)]
pub enum BoxKeyError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is gone.
    #[error("{} is missing; put back the one that was there, or restore the box from its backup with `candour restore`; if neither can be done, make it another key, for which nobody vouches, with `candour init --renew-box-key --box-key-lost`", .0.display())]
    Missing(PathBuf),
    /// No key.
    #[error("{} is not the box's signing key, so nothing is signed or backed up with it; put back the one that was there, or restore the box from an earlier backup", .0.display())]
    NoKey(PathBuf),
    /// The key of another box.
    #[error(
        "{} is not the key that this box was made with: its fingerprint is {found}, this box's is {made_with}; put back the one that was there, or restore the box from its backup",
        .path.display()
    )]
    OtherKey {
        /// Where it lies.
        path: PathBuf,
        /// Over its public half.
        found: Fingerprint,
        /// Over the one that the box was made with.
        made_with: Fingerprint,
    },
    /// Another key was being made for it.
    #[error("the key of the box in {} was being renewed, and that was cut off; run the same `candour init --renew-box-key` again", .0.display())]
    HalfRenewed(PathBuf),
    /// The public half is not there, or another one.
    #[error(
        "{} is not there, or not the public half of the key that this box was made with; if it is there, move it away, and run `candour init` with the same --data and --keys, which makes it again",
        .0.display()
    )]
    Public(PathBuf),
}

/// Where the store lies in a data directory.
#[must_use]
pub fn store_directory(directory: &Path) -> PathBuf {
    directory.join(STORE)
}

/// Where the operator puts newer bank holidays in a data directory.
#[must_use]
pub fn bank_holidays_file(directory: &Path) -> PathBuf {
    directory.join(CALENDAR).join(BANK_HOLIDAYS)
}

/// Where collections lie ready in a data directory.
#[must_use]
pub fn carry_directory(directory: &Path) -> PathBuf {
    directory.join(CARRY)
}

/// Where the parts of one lie among those.
#[must_use]
pub(super) fn ready_directory(carry: &Path, id: CollectionId) -> PathBuf {
    carry.join(id.to_string())
}

/// Where a part of it lies.
#[must_use]
pub fn ready_part(carry: &Path, id: CollectionId, number: u32) -> PathBuf {
    ready_directory(carry, id).join(number.to_string())
}

/// The public halves of the key pair that lies in a data directory.
pub struct KeyPairFound {
    directory: PathBuf,
    /// Of the private key.
    of_private: VerifyingKey<BoxRole>,
    /// What the public file holds.
    beside: Vec<VerifyingKey<BoxRole>>,
}

impl KeyPairFound {
    /// Reads both files, and keeps nothing of the private one.
    ///
    /// # Errors
    /// If there is no private key.
    pub fn read(directory: &Path) -> Result<Self, BoxKeyError> {
        Ok(read_pair(directory)?.0)
    }

    /// Whether they are those that the box was made with.
    ///
    /// # Errors
    /// If either is not.
    pub fn hold_against(&self, settings: &Settings) -> Result<(), BoxKeyError> {
        let (found, made_with) = (&self.of_private, &settings.box_key);
        let is_the_key = found.to_base64() == made_with.to_base64();
        let is_whole = is_the_key && matches!(self.beside.as_slice(), [one] if one.to_base64() == found.to_base64());
        if !is_whole && is_half_renewed(&self.directory) {
            return Err(BoxKeyError::HalfRenewed(self.directory.clone()));
        }
        if found.to_base64() != made_with.to_base64() {
            let (path, found, made_with) = (self.directory.join(BOX_KEY), found.fingerprint(), made_with.fingerprint());
            return Err(BoxKeyError::OtherKey { path, found, made_with });
        }
        match self.beside.as_slice() {
            [beside] if beside.to_base64() == found.to_base64() => Ok(()),
            _ => Err(BoxKeyError::Public(self.directory.join(BOX_PUBLIC))),
        }
    }
}

/// The box's signing key, with the text of its file, if that and the public one beside it are the pair that the box was
/// made with.
///
/// # Errors
/// If either is not.
pub fn box_key(directory: &Path, settings: &Settings) -> Result<(SigningKey<BoxRole>, Zeroizing<String>), BoxKeyError> {
    let (found, key, text) = read_pair(directory)?;
    found.hold_against(settings)?;
    Ok((key, text))
}

/// Whether a key lies there that is to be the box's, or was it: neither stays when a renewal has come to its end.
#[must_use]
pub fn is_half_renewed(directory: &Path) -> bool {
    [NEXT_KEY, KEY_BEFORE].iter().any(|name| directory.join(name).symlink_metadata().is_ok())
}

fn read_pair(directory: &Path) -> Result<(KeyPairFound, SigningKey<BoxRole>, Zeroizing<String>), BoxKeyError> {
    let path = directory.join(BOX_KEY);
    if !path.exists() {
        if is_half_renewed(directory) {
            return Err(BoxKeyError::HalfRenewed(directory.to_owned()));
        }
        return Err(BoxKeyError::Missing(path));
    }
    let text = Zeroizing::new(files::read_ordinary_text(&path, KEY_FILE_BYTES)?);
    let key = SigningKey::<BoxRole>::from_plain_file(&text).map_err(|_| BoxKeyError::NoKey(path.clone()))?;
    let of_private = key.verifying_key().map_err(|_| BoxKeyError::NoKey(path))?;
    let public = files::read_ordinary_text(&directory.join(BOX_PUBLIC), KEY_FILE_BYTES);
    let beside = public.ok().and_then(|text| read_keys(&text).ok()).unwrap_or_default();
    Ok((KeyPairFound { directory: directory.to_owned(), of_private, beside }, key, text))
}
