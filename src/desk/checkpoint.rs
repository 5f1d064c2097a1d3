//! What makes opening a large casebook fast: every event as this member could open it, in one file sealed to them, with the
//! digest of each event's own file. It says nothing that the events do not say, without what was written, and is made again when it is
//! lost or does not fit.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{DeskError, chain::Opened};
use crate::{
    crypto::{self, GovernanceIdentity, seal_bytes},
    domain::{CasebookId, Digest},
    files::{self, FileError, Readers},
};

pub(super) const DIRECTORY: &str = "checkpoints";
/// Events that are opened one by one before a checkpoint is worth its writing.
pub(super) const WORTH_WRITING: usize = 200;
/// Bytes of one: a hundred thousand events and more.
const BYTES: usize = 1 << 30;

#[derive(Serialize)]
struct Made<'a> {
    casebook: CasebookId,
    events: &'a [Opened],
}

#[derive(Deserialize)]
struct Found {
    casebook: CasebookId,
    events: Vec<Opened>,
}

/// This member's, if there is one that they made of this casebook themselves.
pub(super) fn read(directory: &Path, member: &GovernanceIdentity, casebook: CasebookId) -> Option<Vec<Opened>> {
    let sealed = files::read(&directory.join(DIRECTORY).join(name(member)), BYTES).ok()?;
    let plain = member.open_bytes(&sealed, BYTES).ok()?;
    let (tag, json) = plain.split_at_checked(Digest::LEN)?;
    // Anyone can seal to this member.
    if !member.is_casebook_seal(&context(json), Digest::from_slice(tag).ok()?) {
        return None;
    }
    let found: Found = serde_json::from_slice(json).ok()?;
    let in_order = found.events.iter().zip(1..).all(|(opened, number)| opened.event.number == number);
    (found.casebook == casebook && in_order).then_some(found.events)
}

/// Writes one.
pub(super) fn write(
    directory: &Path,
    member: &GovernanceIdentity,
    casebook: CasebookId,
    events: &[Opened],
) -> Result<(), DeskError> {
    let json = serde_json::to_vec(&Made { casebook, events }).map_err(|_| crypto::SealError::Json)?;
    let json = Zeroizing::new(json);
    let tag = member.casebook_seal(&context(&json));
    let plain = Zeroizing::new([&tag.0, json.as_slice()].concat());
    let sealed = seal_bytes(&plain, &member.recipients())?;
    Ok(files::replace(&directory.join(DIRECTORY).join(name(member)), Readers::Owner, sealed.as_bytes())?)
}

/// Removes everyone's: something in them is no longer to be known.
pub(super) fn remove_all(directory: &Path) -> Result<(), FileError> {
    let directory = directory.join(DIRECTORY);
    for entry in fs::read_dir(&directory).map_err(FileError::io("read", &directory))? {
        let path = entry.map_err(FileError::io("read", &directory))?.path();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(FileError::io("remove", &path)(error)),
            _ => {}
        }
    }
    files::sync_directory(&directory)
}

fn name(member: &GovernanceIdentity) -> String {
    let keys = member.recipients().keys();
    let name = crypto::digest(keys.last().map(String::as_bytes).unwrap_or_default()).to_string();
    format!("{}.age", &name[..16])
}

/// Tells it apart from everything else that an identity gives its word for.
fn context(json: &[u8]) -> Vec<u8> {
    [b"checkpoint\n".as_slice(), &crypto::digest(json).0].concat()
}
