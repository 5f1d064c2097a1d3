//! The files of a collection on their way into the casebook.

use std::{fs, io::Write, path::PathBuf};

use crate::files::{self, FileError, NewFile, Readers};

/// A directory that gets its name by [`Staging::commit`] alone; dropped before, it is gone.
pub(in crate::casebook) struct Staging {
    partial: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl Staging {
    /// Begins one. What a killed command left is removed.
    pub(in crate::casebook) fn create(target: PathBuf) -> Result<Self, FileError> {
        let partial = files::partial_path(&target);
        files::remove_tree(&partial)?;
        files::create_team_directory(&partial)?;
        Ok(Self { partial, target, committed: false })
    }

    /// Begins the file at a relative path that [`crate::domain::Manifest::path`] made.
    pub(in crate::casebook) fn file(&mut self, path: &str) -> Result<NewFile, FileError> {
        let path = self.partial.join(path);
        if let Some(directory) = path.parent() {
            files::create_team_directory(directory)?;
        }
        NewFile::create(&path, Readers::Team)
    }

    /// Takes a file in that was begun elsewhere.
    pub(in crate::casebook) fn take(&mut self, path: &str, file: NewFile) -> Result<(), FileError> {
        let path = self.partial.join(path);
        if let Some(directory) = path.parent() {
            files::create_team_directory(directory)?;
        }
        file.commit_at(&path)
    }

    /// Writes a whole file there.
    pub(in crate::casebook) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let mut file = self.file(path)?;
        file.write_all(bytes).map_err(FileError::io("write", &self.partial.join(path)))?;
        file.commit_unsynced()
    }

    /// Gives the directory its own name; the caller has put what is in it on the disk. One of that name is in no event,
    /// so it is what a command left that was killed just before it recorded it; it gives way.
    pub(in crate::casebook) fn commit(mut self) -> Result<(), FileError> {
        files::remove_tree(&self.target)?;
        files::rename_new(&self.partial, &self.target)?;
        self.committed = true;
        Ok(())
    }

    /// Moves files that were begun here to other places, over what lies there; the caller has put them on the disk.
    pub(in crate::casebook) fn put_in_place(self, moves: &[(PathBuf, String)]) -> Result<(), FileError> {
        for (target, path) in moves {
            if let Some(directory) = target.parent() {
                files::create_team_directory(directory)?;
                files::move_over(&self.partial.join(path), target)?;
                files::sync_directory(directory)?;
            }
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.committed {
            // There is nobody to tell; what stays is removed by the next attempt.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}
