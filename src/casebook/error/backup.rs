use std::{io, path::PathBuf};

use crate::crypto::OpenError;

/// A casebook can't be backed up or restored. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum CasebookBackupError {
    /// A casebook without any event.
    #[error("there is nothing in the casebook yet")]
    Empty,
    /// Something is in the way.
    #[error("{0} is not empty; restore into a directory that is empty or not there, and put that in its place")]
    NotEmpty(PathBuf),
    /// It can't be opened.
    #[error("the backup can't be opened: {0}")]
    Open(OpenError),
    /// It is altered or cut.
    #[error("the backup is altered or cut short; use another copy of it")]
    Altered,
    /// Another file.
    #[error("this is no backup of a casebook; give the file that `candour desk backup` wrote")]
    Kind,
    /// Reading it failed.
    #[error("reading the backup failed: {0}; check the medium")]
    Read(io::Error),
}
