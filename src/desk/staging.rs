//! The files of a collection on their way into the casebook.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::files::{self, FileError, NewFile, Readers};

/// A directory that gets its name by [`Staging::commit`] alone; dropped before, it is gone.
pub(super) struct Staging {
    partial: PathBuf,
    target: PathBuf,
    directories: BTreeSet<PathBuf>,
    committed: bool,
}

impl Staging {
    /// Begins one. What a killed command left is removed.
    pub(super) fn create(target: PathBuf) -> Result<Self, FileError> {
        let partial = files::partial_path(&target);
        remove_tree(&partial)?;
        files::create_private_directory(&partial)?;
        let directories = BTreeSet::from([partial.clone()]);
        Ok(Self { partial, target, directories, committed: false })
    }

    /// Begins the file at a relative path that [`crate::domain::Manifest::path`] made.
    pub(super) fn file(&mut self, path: &str) -> Result<NewFile, FileError> {
        let path = self.partial.join(path);
        if let Some(directory) = path.parent() {
            files::create_private_directory(directory)?;
            let inside = directory.ancestors().take_while(|above| above.starts_with(&self.partial));
            self.directories.extend(inside.map(Path::to_owned));
        }
        NewFile::create(&path, Readers::Owner)
    }

    /// Writes a whole file there.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let mut file = self.file(path)?;
        file.write_all(bytes).map_err(FileError::io("write", &self.partial.join(path)))?;
        file.commit()
    }

    /// Puts every name on the disk and gives the directory its own. One of that name is in no event, so it is what a command
    /// left that was killed just before it recorded it; it gives way.
    pub(super) fn commit(mut self) -> Result<(), FileError> {
        self.directories.iter().rev().try_for_each(|directory| files::sync_directory(directory))?;
        remove_tree(&self.target)?;
        files::rename_new(&self.partial, &self.target)?;
        self.committed = true;
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

fn remove_tree(directory: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::io("remove", directory)(error)),
        _ => Ok(()),
    }
}
