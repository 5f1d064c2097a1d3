//! What root mends in a directory that another account owns, who may put something else in every place of it at any moment:
//! each is opened by its name in a directory that is open, never through a link, and what was opened is what is mended.

use std::{
    ffi::{OsStr, OsString},
    fs::{File, Permissions},
    os::fd::AsFd,
    os::unix::{
        ffi::OsStringExt,
        fs::{MetadataExt, PermissionsExt, fchown},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, Dir, Mode, OFlags, openat},
    io::Errno,
};

use crate::{cli::server::account::Account, files::FileError};

/// Bits of a mode.
const MODE: u32 = 0o7777;

/// A file or a directory that is open, whatever stands in its place by now.
pub(super) struct OpenedPlace {
    file: File,
    /// What it was called, for a message alone.
    path: PathBuf,
}

impl OpenedPlace {
    pub(super) fn directory(path: &Path) -> Result<Self, FileError> {
        Self::open(CWD, path.as_os_str(), path.to_owned(), OFlags::DIRECTORY)
    }

    /// A file or a directory, and nothing else.
    pub(super) fn file_or_directory(path: &Path) -> Result<Self, FileError> {
        Self::open(CWD, path.as_os_str(), path.to_owned(), OFlags::empty())
    }

    /// The directory of that name in it.
    pub(super) fn directory_in(&self, name: &OsStr) -> Result<Self, FileError> {
        Self::open(&self.file, name, self.path.join(name), OFlags::DIRECTORY)
    }

    /// What is called so in it.
    pub(super) fn any_in(&self, name: &OsStr) -> Result<Self, FileError> {
        Self::open(&self.file, name, self.path.join(name), OFlags::empty())
    }

    /// The file of that name in it.
    pub(super) fn file_in(&self, name: &OsStr) -> Result<Self, FileError> {
        let opened = self.any_in(name)?;
        if opened.found()?.is_file() { Ok(opened) } else { Err(FileError::NotAFile(opened.path)) }
    }

    fn open(within: impl AsFd, name: &OsStr, path: PathBuf, more: OFlags) -> Result<Self, FileError> {
        // One that waits for a pipe's other end would wait for ever.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | more;
        let file = match openat(within, name, flags, Mode::empty()) {
            Err(Errno::LOOP | Errno::NOTDIR) if more.contains(OFlags::DIRECTORY) => {
                return Err(FileError::NotADirectory(path));
            }
            Err(Errno::LOOP | Errno::NXIO) => return Err(FileError::NotAFile(path)),
            opened => File::from(opened.map_err(|error| FileError::io("read", &path)(error.into()))?),
        };
        let opened = Self { file, path };
        let found = opened.found()?;
        if found.is_file() || found.is_dir() { Ok(opened) } else { Err(FileError::NotAFile(opened.path)) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn found(&self) -> Result<std::fs::Metadata, FileError> {
        self.file.metadata().map_err(FileError::io("read", &self.path))
    }

    /// The names of all that is in it, but for what a file system has at its top.
    pub(super) fn names(&self) -> Result<Vec<OsString>, FileError> {
        let failed = |error: Errno| FileError::io("read", &self.path)(error.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.file).map_err(failed)? {
            let name = OsString::from_vec(entry.map_err(failed)?.file_name().to_bytes().to_vec());
            if ![".", "..", "lost+found"].iter().any(|passed| name == *passed) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Gives it to an account. Says whether that changed anything.
    pub(super) fn give(&self, account: &Account) -> Result<bool, FileError> {
        if self.found()?.uid() == account.number {
            return Ok(false);
        }
        self.refuse_second_name()?;
        fchown(&self.file, Some(account.number), Some(account.group))
            .map_err(FileError::io("give away", &self.path))?;
        Ok(true)
    }

    /// Takes from its mode what is not in `most`, and adds what `least` has. Says whether that changed anything.
    pub(super) fn set_mode(&self, least: u32, most: u32) -> Result<bool, FileError> {
        let before = self.found()?.mode() & MODE;
        let mode = before & most | least;
        if mode == before {
            return Ok(false);
        }
        self.refuse_second_name()?;
        self.file.set_permissions(Permissions::from_mode(mode)).map_err(FileError::io("change", &self.path))?;
        Ok(true)
    }

    /// A second name could be of somebody's other file.
    fn refuse_second_name(&self) -> Result<(), FileError> {
        let found = self.found()?;
        if found.is_file() && found.nlink() > 1 { Err(FileError::NotAFile(self.path.clone())) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;
    use crate::files::{Readers, write_new};

    #[test]
    fn what_stands_in_a_directorys_place_by_then_is_not_reached() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for directory in ["box", "box/store", "elsewhere"] {
            fs::create_dir(at(directory)).unwrap();
        }
        write_new(&at("box/store/intake"), Readers::Owner, b"the box's").unwrap();
        write_new(&at("elsewhere/intake"), Readers::Owner, b"another's").unwrap();
        for name in ["box/store/intake", "elsewhere/intake"] {
            fs::set_permissions(at(name), Permissions::from_mode(0o640)).unwrap();
        }
        let data = OpenedPlace::directory(&at("box")).unwrap_or_else(|error| panic!("{error}"));
        let store = data.directory_in(OsStr::new("store")).unwrap_or_else(|error| panic!("{error}"));
        // Now: between looking and mending.
        fs::rename(at("box/store"), at("box/aside")).unwrap();
        symlink(at("elsewhere"), at("box/store")).unwrap();
        assert_eq!(store.names().unwrap(), ["intake"]);
        let file = store.file_in(OsStr::new("intake")).unwrap_or_else(|error| panic!("{error}"));
        assert!(file.set_mode(0, 0o600).unwrap());
        let mode = |name: &str| at(name).metadata().unwrap().mode() & 0o777;
        assert_eq!((mode("box/aside/intake"), mode("elsewhere/intake")), (0o600, 0o640));
        assert!(matches!(data.directory_in(OsStr::new("store")), Err(FileError::NotADirectory(_))));
        assert!(matches!(OpenedPlace::directory(&at("box/store")), Err(FileError::NotADirectory(_))));
    }

    #[test]
    fn a_link_a_pipe_and_a_file_with_a_second_name_are_left_as_they_are() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        write_new(&at("own"), Readers::Owner, b"").unwrap();
        fs::set_permissions(at("own"), Permissions::from_mode(0o600)).unwrap();
        symlink(at("own"), at("link")).unwrap();
        fs::hard_link(at("own"), at("second")).unwrap();
        rustix::fs::mknodat(CWD, at("pipe"), rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
        let data = OpenedPlace::directory(place.path()).unwrap_or_else(|error| panic!("{error}"));
        for name in ["link", "pipe"] {
            assert!(matches!(data.file_in(OsStr::new(name)), Err(FileError::NotAFile(_))), "{name}");
            assert!(matches!(OpenedPlace::file_or_directory(&at(name)), Err(FileError::NotAFile(_))), "{name}");
        }
        let second = data.file_in(OsStr::new("second")).unwrap_or_else(|error| panic!("{error}"));
        assert!(matches!(second.set_mode(0o044, MODE), Err(FileError::NotAFile(_))));
        assert_eq!(at("own").metadata().unwrap().mode() & 0o777, 0o600);
    }
}
