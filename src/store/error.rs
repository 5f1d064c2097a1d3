use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;
use rustix::fs::StatVfsMountFlags;

/// Bytes of a version's name, and more.
const LONGEST_VERSION: usize = 20;

/// Something is wrong with the store. None of a person's input is in it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// No database.
    #[error("there is no box in {}; make one with `candour init`", .0.display())]
    Missing(PathBuf),
    /// There is one already.
    #[error("there is a box in {} already; nothing was changed: give another directory", .0.display())]
    Exists(PathBuf),
    /// Sealed files without the database that says whose they are.
    #[error("what people sent lies in {}, and candour.db is not there; nothing was changed: restore the box from its backup with `candour restore` into an empty directory, or give another one", .0.display())]
    WithoutRecords(PathBuf),
    /// Not enough room.
    #[error("the disk is full; free some space")]
    Full,
    /// Nothing can be written.
    #[error(
        "the data directory can't be written; give it to the user who runs this, on a file system that is not mounted read-only"
    )]
    ReadOnly,
    /// Another process holds it for too long.
    #[error("the database is in use by another command; run this one again when that has finished")]
    Busy,
    /// Made by a later version.
    #[error("this box {0}; use the newer `candour`")]
    Newer(NeededVersion),
    /// Made by an earlier version, and not brought to this one yet.
    #[error("this box is of an earlier version of Candour; run `candour check`, which brings it to this one")]
    Earlier,
    /// The same, and whoever brings it to this one could not go back.
    #[error(
        "this box is of an earlier version of Candour, and no backup was made of it today or yesterday: run `candour backup` with the program that it ran until now, then this one again"
    )]
    NotBackedUp,
    /// The same, and a program of that version uses it.
    #[error(
        "this box is of an earlier version of Candour, and the program that it ran until now still uses it: stop that one, then run this one again"
    )]
    EarlierRuns,
    /// What is in it can't be right.
    #[error("the data directory is damaged ({0}); stop the box, and restore it from its backup with `candour restore`")]
    Damaged(String),
    /// One sealed file can't be right, and all else may be.
    #[error(
        "a sealed file is damaged ({0}); carry and back up the rest first, with `candour collect` and `candour backup`, which leave it out and name it"
    )]
    DamagedFile(&'static str),
    /// A file of the vault ends before what lies in it.
    #[error(
        "the data directory is damaged ({0} ends before what people sent and were sent); carry and back up the rest first, with `candour collect` and `candour backup`, which leave out and name what is lost; then restore the box from its backup"
    )]
    Cut(&'static str),
    /// Reading or writing the vault or the intake.
    #[error("the data directory can't be used: {0}; see to its disk and to whose it is, and run the command again")]
    Disk(String),
    /// Files that are still arriving take all the room that is set aside for them.
    #[error("files that are still arriving take all the room that they may")]
    Arriving,
    /// Anything else that `SQLite` says.
    #[error("the database can't be used: {0}; see to its disk and to whose it is, and run the command again")]
    Sqlite(String),
    /// The writer has stopped.
    #[error("the store has stopped; start the box again")]
    Stopped,
}

/// The program that a newer box asks for.
#[derive(Clone, Debug)]
pub struct NeededVersion(Option<String>);

impl NeededVersion {
    /// As the box says it; anything but a version counts as if it said nothing.
    pub(super) fn parse(found: &[u8]) -> Self {
        let is_version = (1..=LONGEST_VERSION).contains(&found.len())
            && found.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        Self(is_version.then(|| String::from_utf8_lossy(found).into_owned()))
    }
}

impl fmt::Display for NeededVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(version) => write!(formatter, "needs candour {version} or later")?,
            None => formatter.write_str("needs a later candour")?,
        }
        write!(formatter, ", and this is {}", env!("CARGO_PKG_VERSION"))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            // Making its shared memory longer fails for want of room alone; SQLite has no other name for that.
            Some(ErrorCode::SystemIoFailure) if is_of(&error, rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged("SQLite can't read it".into()),
            Some(_) => match &error {
                // Only SQLite's own words: rusqlite's may hold a statement.
                rusqlite::Error::SqliteFailure(code, _) => {
                    Self::Sqlite(rusqlite::ffi::code_to_str(code.extended_code).to_owned())
                }
                _ => Self::Sqlite("a statement failed".into()),
            },
            None => Self::Damaged("a value is not of its kind".into()),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Damaged("a file of it is missing".to_owned()),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            // Only the system's own words.
            _ => Self::Disk(error.raw_os_error().map_or_else(
                || "a part of it is missing".to_owned(),
                |code| io::Error::from_raw_os_error(code).to_string(),
            )),
        }
    }
}

impl StoreError {
    /// What the disk under a data directory says of an error of which `SQLite` tells no more than that reading or writing
    /// failed.
    pub(super) fn on_disk(self, directory: &Path) -> Self {
        let Self::Sqlite(_) = &self else { return self };
        match rustix::fs::statvfs(directory) {
            Ok(disk) if disk.f_flag.contains(StatVfsMountFlags::RDONLY) => Self::ReadOnly,
            Ok(disk) if disk.f_bavail == 0 || (disk.f_files > 0 && disk.f_favail == 0) => Self::Full,
            _ => self,
        }
    }
}

fn is_of(error: &rusqlite::Error, code: i32) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(found, _) if found.extended_code == code)
}

/// Copying a file out of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// On the store's side.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// On the other side.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// A value in the database is not what was put there.
pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_disk_that_takes_nothing_is_called_what_it_is_and_no_check_sends_to_itself() {
        let of = |code| StoreError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        assert!(matches!(of(ffi::SQLITE_FULL), StoreError::Full));
        assert!(matches!(of(ffi::SQLITE_IOERR_SHMSIZE), StoreError::Full));
        assert!(matches!(of(ffi::SQLITE_READONLY_DBMOVED), StoreError::ReadOnly));
        assert!(matches!(
            io::Error::from_raw_os_error(rustix::io::Errno::ROFS.raw_os_error()).into(),
            StoreError::ReadOnly
        ));
        let failing = of(ffi::SQLITE_IOERR_WRITE);
        assert!(!failing.to_string().contains("candour check"), "{failing}");
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(failing.on_disk(directory.path()), StoreError::Sqlite(_)), "there is room");
        // A file system that nobody can write to and that has no room.
        if let StoreError::Sqlite(why) = of(ffi::SQLITE_IOERR_FSYNC).on_disk(Path::new("/proc")) {
            panic!("{why}");
        }
    }
}
