//! What a file is told by that is whole and on record, and has not got its name yet.

use std::{fs::File, io::Read, path::Path};

use crate::{
    crypto::digest,
    domain::{Digest, limits::KIB},
    files::{self, FileError},
};

/// Bytes at the beginning of a sealed file that tell it from any other.
const MARKED: u64 = 4 * KIB as u64;

/// What tells a whole sealed file from any other: SHA-256 over its first bytes, which hold a key's random stanza, and its
/// length. It was on the disk before it was on record, so that nothing of it is missing; what is altered, is refused where it
/// is opened.
pub(super) fn mark_of(path: &Path) -> Result<Digest, FileError> {
    let failed = || FileError::io("read", path);
    let file = File::open(path).map_err(failed())?;
    let mut marked = file.metadata().map_err(failed())?.len().to_le_bytes().to_vec();
    file.take(MARKED).read_to_end(&mut marked).map_err(failed())?;
    Ok(digest(&marked))
}

/// Gives a file its name if it is the one that is on record. Tells whether it is.
pub(super) fn finish_if_marked(place: &Path, mark: Digest) -> Result<bool, FileError> {
    let partial = files::partial_path(place);
    let is_it = partial.is_file() && mark_of(&partial)? == mark;
    if is_it {
        files::rename_new(&partial, place)?;
    }
    Ok(is_it)
}
