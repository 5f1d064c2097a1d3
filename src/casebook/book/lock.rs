use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::{
    casebook::{CasebookError, EditError, LogError},
    files::{FileError, Readers},
};

/// The file that is locked.
pub(in crate::casebook) const LOCK: &str = "lock";

/// Takes the lock of whoever writes; it is given back when the file is closed.
///
/// # Errors
/// If another command has it, or there is no such directory.
pub(in crate::casebook) fn lock(directory: &Path) -> Result<File, CasebookError> {
    if !directory.is_dir() {
        return Err(CasebookError::Log(LogError::NoCasebook(directory.to_owned())));
    }
    let path = directory.join(LOCK);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(Readers::Team.mode())
        .open(&path)
        .map_err(FileError::io("write", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CasebookError::Edit(EditError::Busy)),
        Err(TryLockError::Error(source)) => Err(FileError::io("lock", &path)(source).into()),
    }
}
