//! A collection that was brought and is still to be taken in, so that an import that was interrupted goes on without
//! the stick.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::{
    casebook::CasebookError,
    files::{self, FileError, NewFile, Readers},
};

/// A collection on its way in.
const INCOMING: &str = "incoming.collection";
/// Begins the file of a collection that is being brought. One that lies there from before gives way once it is whole.
///
/// # Errors
/// If another one is being brought at this moment, or it can't be written.
pub fn bring(casebook: &Path) -> Result<Bringing, CasebookError> {
    let target = place(casebook);
    let path = files::partial_path(&target);
    Ok(Bringing { file: NewFile::create(&path, Readers::Team)?, path, target })
}

/// A collection that is being brought. Dropped before its end, it is gone.
pub struct Bringing {
    /// Where its bytes go.
    pub file: NewFile,
    path: PathBuf,
    target: PathBuf,
}

impl Bringing {
    /// It is whole.
    ///
    /// # Errors
    /// If it can't be written or removed.
    pub fn finish(self) -> Result<(), CasebookError> {
        files::remove(&self.path)?;
        self.file.commit()?;
        fs::rename(&self.path, &self.target).map_err(FileError::io("write", &self.target))?;
        Ok(())
    }
}

/// Where a collection lies that is to be taken in.
#[must_use]
pub fn place(casebook: &Path) -> PathBuf {
    casebook.join(INCOMING)
}

/// The collection that lies there to be taken in, if there is one.
#[must_use]
pub fn brought(casebook: &Path) -> Option<PathBuf> {
    let path = place(casebook);
    path.symlink_metadata().is_ok_and(|found| found.is_file()).then_some(path)
}

/// Opens a collection: the one that lies there, where others can write, as nothing but a file.
///
/// # Errors
/// If it can't be opened, or something else is in its place.
pub(in crate::casebook) fn open(casebook: &Path, file: &Path) -> Result<File, FileError> {
    if file == place(casebook) {
        files::open_shared(file)
    } else {
        File::open(file).map_err(FileError::io("read", file))
    }
}

/// Throws it away.
///
/// # Errors
/// If it can't be written or removed.
pub fn throw_away(casebook: &Path) -> Result<(), CasebookError> {
    Ok(files::remove(&place(casebook))?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::world::casebook::World;

    #[test]
    fn what_is_brought_is_there_whole_or_not_at_all() {
        let world = World::new();
        let casebook = world.casebook();
        let mut half = bring(&casebook).unwrap();
        half.file.write_all(b"half").unwrap();
        drop(half);
        assert_eq!(brought(&casebook), None);
        for content in [b"first".as_slice(), b"second"] {
            let mut whole = bring(&casebook).unwrap();
            whole.file.write_all(content).unwrap();
            whole.finish().unwrap();
            assert_eq!(fs::read(brought(&casebook).unwrap()).unwrap(), content);
        }
        throw_away(&casebook).unwrap();
        throw_away(&casebook).unwrap();
        assert_eq!(brought(&casebook), None);
    }

    #[test]
    fn nothing_is_brought_by_a_link_or_a_pipe() {
        let world = World::new();
        let (casebook, own) = (world.casebook(), world.dir.path().join("own"));
        files::write_new(&own, Readers::Owner, b"sealed").unwrap();
        let place = place(&casebook);
        std::os::unix::fs::symlink(&own, &place).unwrap();
        assert!(brought(&casebook).is_none());
        assert!(matches!(open(&casebook, &place), Err(FileError::NotAFile(_))));
        fs::remove_file(&place).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &place, rustix::fs::FileType::Fifo, 0o660.into(), 0).unwrap();
        assert!(brought(&casebook).is_none());
        assert!(matches!(open(&casebook, &place), Err(FileError::NotAFile(_))));
        assert!(open(&casebook, &own).is_ok());
    }
}
