//! Files that are one account's alone: private keys, passphrases.

use std::{fs::File, os::unix::fs::MetadataExt, path::Path};

use super::atomic::{FileError, open_ordinary, open_shared, read_opened};

/// The mode's bits for everyone but the owner.
const OTHERS: u32 = 0o077;
/// The mode's bits for those who are neither the owner nor in the group.
const EVERYBODY: u32 = 0o007;

/// The number of the account that this program runs under.
#[must_use]
pub fn this_account() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Reads a whole file of at most `limit` bytes that no other account of the machine can read: it belongs to this one and
/// its mode gives others nothing. What is no file on a disk, as a pipe or a terminal, is read as it is.
///
/// # Errors
/// If it is another account's or others can read it, if it can't be read, or is larger.
pub fn read_own(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    read_opened(open_own(path)?, path, limit)
}

/// As [`read_own`], for UTF-8 text.
///
/// # Errors
/// As [`read_own`], or if it is not text.
pub fn read_own_text(path: &Path, limit: usize) -> Result<String, FileError> {
    String::from_utf8(read_own(path, limit)?).map_err(|_| FileError::NotText(path.to_owned()))
}

/// Reads a whole file of at most `limit` bytes that not everybody on the machine can read. Its owner and its group may be
/// others', such as those of the program that renews it.
///
/// # Errors
/// If everybody can read or change it, if it can't be read, or is larger.
pub fn read_unexposed(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let file = open_ordinary(path)?;
    let found = file.metadata().map_err(FileError::io("read", path))?;
    if found.mode() & EVERYBODY != 0 {
        return Err(FileError::Everybodys(path.to_owned()));
    }
    read_opened(file, path, limit)
}

/// Whether a file is as [`read_own_shared`] demands it, without reading it.
///
/// # Errors
/// As [`read_own_shared`].
pub fn check_own_shared(path: &Path) -> Result<(), FileError> {
    open_own_shared(path).map(drop)
}

/// As [`read_own`], of a file in a directory that others can write to, or whose path was not given by whoever runs the
/// command: nothing but a file is read, and none through a link.
///
/// # Errors
/// As [`read_own`], or if something else is in its place.
pub fn read_own_shared(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    read_opened(open_own_shared(path)?, path, limit)
}

fn open_own_shared(path: &Path) -> Result<File, FileError> {
    own(open_shared(path)?, path)
}

/// What counts is the file that was opened: at its path another one may lie by now.
fn open_own(path: &Path) -> Result<File, FileError> {
    own(File::open(path).map_err(FileError::io("read", path))?, path)
}

fn own(file: File, path: &Path) -> Result<File, FileError> {
    let found = file.metadata().map_err(FileError::io("read", path))?;
    if found.is_file() && found.uid() != this_account() {
        return Err(FileError::Foreign(path.to_owned()));
    }
    if found.is_file() && found.mode() & OTHERS != 0 {
        return Err(FileError::Exposed(path.to_owned()));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        io::Write,
        os::unix::fs::PermissionsExt,
        thread,
    };

    use super::*;
    use crate::files::{Readers, write_new};

    #[test]
    fn a_file_that_others_can_read_is_refused_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_new(&path, Readers::Owner, b"secret").unwrap();
        assert_eq!(read_own(&path, 6).unwrap(), b"secret");
        for mode in [0o640, 0o620, 0o604, 0o601, 0o644, 0o660, 0o677] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let refused = read_own_text(&path, 6).unwrap_err().to_string();
            let expected =
                format!("{0} can be read by other accounts of this machine; run: chmod 600 {0}", path.display());
            assert_eq!(refused, expected, "{mode:o}");
        }
        for mode in [0o400, 0o700] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read_own_text(&path, 6).unwrap(), "secret");
        }
        // By whatever name it is opened.
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let other = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &other).unwrap();
        assert!(matches!(read_own(&other, 6), Err(FileError::Exposed(_))));
    }

    #[test]
    fn another_accounts_file_is_refused() {
        // Whoever runs the tests is not the owner of the kernel's own files, unless it is root.
        if this_account() != 0 {
            assert!(matches!(read_own(Path::new("/proc/version"), 4096), Err(FileError::Foreign(_))));
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        write_new(&path, Readers::Owner, b"secret").unwrap();
        std::os::unix::fs::chown(&path, Some(1), None).unwrap();
        let refused = read_own(&path, 6).unwrap_err();
        assert!(matches!(refused, FileError::Foreign(_)) && refused.to_string().contains("belongs to another account"));
    }

    #[test]
    fn a_pipe_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
        let written = path.clone();
        let writer = thread::spawn(move || File::options().write(true).open(written).unwrap().write_all(b"words"));
        assert_eq!(read_own_text(&path, 10).unwrap(), "words");
        writer.join().unwrap().unwrap();
    }

    #[test]
    fn nothing_but_a_file_is_read_where_others_can_write() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link, pipe) = (dir.path().join("key"), dir.path().join("link"), dir.path().join("pipe"));
        write_new(&path, Readers::Owner, b"secret").unwrap();
        assert_eq!(read_own_shared(&path, 6).unwrap(), b"secret");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        for other in [link, pipe, dir.path().to_owned()] {
            assert!(matches!(read_own_shared(&other, 6), Err(FileError::NotAFile(_))));
            assert!(matches!(check_own_shared(&other), Err(FileError::NotAFile(_))));
        }
        fs::set_permissions(&path, Permissions::from_mode(0o660)).unwrap();
        assert!(matches!(read_own_shared(&path, 6), Err(FileError::Exposed(_))));
    }
}
