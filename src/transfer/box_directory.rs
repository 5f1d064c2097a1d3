//! What a box keeps in its data directory beside the store.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{
    crypto::{BoxRole, Fingerprint, SigningKey, VerifyingKey, read_keys},
    domain::limits::KIB,
    files::{self, FileError},
    store::Settings,
};

/// Bytes of a key file, with room for many keys and comments.
pub const KEY_FILE_BYTES: usize = 256 * KIB;
/// The box's private signing key.
pub const BOX_KEY: &str = "box.key";
/// Its public half.
pub const BOX_PUBLIC: &str = "box.pub";
/// GOV.UK's bank-holidays.json, for years that this version does not know.
pub const BANK_HOLIDAYS: &str = "bank-holidays.json";

/// What is there is not the key pair that the box was made with.
#[derive(Debug, thiserror::Error)]
pub enum BoxKeyError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is gone.
    #[error("{} is missing; put back the one that was there, or restore the box from its backup with `candour restore`", .0.display())]
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
    /// The public half is not there, or another one.
    #[error(
        "{} is not there, or not the public half of the key that this box was made with; if it is there, move it away, and run `candour init` with the same --data and --keys, which makes it again",
        .0.display()
    )]
    Public(PathBuf),
}

/// The box's signing key, with the text of its file, if that and the public one beside it are the pair that the box was
/// made with.
///
/// # Errors
/// If either is not.
pub fn box_key(directory: &Path, settings: &Settings) -> Result<(SigningKey<BoxRole>, Zeroizing<String>), BoxKeyError> {
    let path = directory.join(BOX_KEY);
    if !path.exists() {
        return Err(BoxKeyError::Missing(path));
    }
    let text = Zeroizing::new(files::read_text(&path, KEY_FILE_BYTES)?);
    let key = SigningKey::<BoxRole>::from_plain_file(&text).map_err(|_| BoxKeyError::NoKey(path.clone()))?;
    let public = key.verifying_key().map_err(|_| BoxKeyError::NoKey(path.clone()))?;
    if public.to_base64() != settings.box_key.to_base64() {
        let (found, made_with) = (public.fingerprint(), settings.box_key.fingerprint());
        return Err(BoxKeyError::OtherKey { path, found, made_with });
    }
    let path = directory.join(BOX_PUBLIC);
    let beside: Vec<VerifyingKey<BoxRole>> =
        files::read_text(&path, KEY_FILE_BYTES).ok().and_then(|text| read_keys(&text).ok()).unwrap_or_default();
    match beside.as_slice() {
        [beside] if beside.to_base64() == public.to_base64() => Ok((key, text)),
        _ => Err(BoxKeyError::Public(path)),
    }
}
