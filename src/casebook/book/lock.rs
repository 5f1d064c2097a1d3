use std::{
    fs::{File, TryLockError},
    path::Path,
};

use crate::{
    casebook::{CasebookError, EditError, LogError},
    files::{self, FileError, Readers},
};

/// The file that is locked.
pub(in crate::casebook) const LOCK: &str = "lock";

/// Held by whoever writes, and given back when it is dropped.
pub(in crate::casebook) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave it held for as long as a process that was just started shares the open file.
        let _ = self.0.unlock();
    }
}

/// Takes the lock of whoever writes.
///
/// # Errors
/// If another command has it, or there is no such directory.
pub(in crate::casebook) fn lock(directory: &Path) -> Result<Lock, CasebookError> {
    if !directory.is_dir() {
        return Err(CasebookError::Log(LogError::NoCasebook(directory.to_owned())));
    }
    let path = directory.join(LOCK);
    let file = files::open_or_create_shared(&path, Readers::Team)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(CasebookError::Edit(EditError::Busy)),
        Err(TryLockError::Error(source)) => Err(FileError::io("lock", &path)(source).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_given_back_although_another_process_shares_the_open_file() {
        let directory = tempfile::tempdir().unwrap();
        let held = lock(directory.path()).unwrap();
        // As a child has it between its start and its program.
        let shared = held.0.try_clone().unwrap();
        assert!(matches!(lock(directory.path()), Err(CasebookError::Edit(EditError::Busy))));
        drop(held);
        assert!(lock(directory.path()).is_ok());
        drop(shared);
    }
}
