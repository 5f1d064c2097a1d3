use std::{io, path::PathBuf};

use super::LogError;

/// A casebook can't be backed up or restored. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum CasebookBackupError {
    /// A casebook without any event.
    #[error("there is nothing in the casebook yet; back it up once a collection was imported")]
    Empty,
    /// Something is in the way.
    #[error(
        "{} is not empty: {found} is in it; nothing was changed: restore into a directory that is empty or not there, and put \
         that in its place",
        .directory.display()
    )]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
        /// What is in it.
        found: String,
    },
    /// A casebook.
    #[error(
        "there is a casebook in {} already; nothing was changed: restore into a directory that is empty or not there",
        .0.display()
    )]
    Exists(PathBuf),
    /// Sealed to somebody else.
    #[error(
        "the backup is not sealed to this identity, or is something else; give a member's identity, the recovery keys', or that of the keys that it was made to"
    )]
    OtherKeys,
    /// It is altered or cut.
    #[error("the backup is altered or cut short; use another copy of it")]
    Altered,
    /// Another file.
    #[error("this is no backup of a casebook; give the file that `candour desk backup` wrote")]
    Kind,
    /// What it says of itself is not so.
    #[error("the backup contradicts itself ({0}); ask who could have made it, and use another one")]
    Inside(&'static str),
    /// What is in it would not open.
    #[error("the casebook in this backup is not in order: {}; nothing was restored: use another backup", happened(.0))]
    Wrong(LogError),
    /// Reading it failed.
    #[error("reading the backup failed: {0}; check what it lies on")]
    Read(io::Error),
    /// Writing what is in it failed.
    #[error("the casebook can't be written: {0}; free some space, or use another disk, and run the command again")]
    Write(io::Error),
}

/// What went wrong, without what to do when a casebook that stands is not in order.
fn happened(error: &LogError) -> String {
    let text = error.to_string();
    text.split_once("; ").map_or(text.clone(), |(happened, _)| happened.to_owned())
}
