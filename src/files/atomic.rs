//! Files that are there whole or not at all, and never over another one.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read, Seek, Write},
    os::fd::AsRawFd,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, CWD, Dir, Mode, OFlags, RenameFlags},
    io::Errno,
};

/// What the name of a file that is being written ends with.
const PARTIAL: &str = "partial";

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone (0600).
    Owner,
    /// Whoever shares the directory that it is in, who may change it too: the process's umask says whether that is its
    /// group (0660) or its owner alone (0600).
    Team,
    /// Everyone (0644): a public key.
    Everyone,
}

impl Readers {
    /// The mode with which such a file is made.
    #[must_use]
    pub const fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Team => 0o660,
            Self::Everyone => 0o644,
        }
    }
}

/// Something went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is one of that name.
    #[error("{} is there already; nothing was overwritten: give another name or move it away", .0.display())]
    Exists(PathBuf),
    /// It would lie among what candour keeps.
    #[error(
        "{} would lie in {}, where candour keeps files of its own; nothing was written: give a path outside that directory",
        .out.display(), .directory.display()
    )]
    Inside {
        /// What was to be written.
        out: PathBuf,
        /// Where it would lie.
        directory: PathBuf,
    },
    /// Someone else is writing it.
    #[error("{} is being written by another command; wait until that has finished", .0.display())]
    Busy(PathBuf),
    /// More than is sensible for its kind.
    #[error("{} is larger than such a file can be; check that it is the right one", .0.display())]
    TooLarge(PathBuf),
    /// A file that is to be its owner's alone is not.
    #[error("{path} can be read by other accounts of this machine; run: chmod 600 {path}", path = .0.display())]
    Exposed(PathBuf),
    /// A secret that everybody can get at.
    #[error("{path} can be read by everybody on this machine; run: chmod o= {path}", path = .0.display())]
    Everybodys(PathBuf),
    /// A file that is to be of the account that candour runs under is another's.
    #[error("{} belongs to another account; give a file of your own, or run candour under the account that it belongs to", .0.display())]
    Foreign(PathBuf),
    /// Something else than a file: a link, a pipe, a directory.
    #[error("{} is no ordinary file: somebody put something else in its place; find out who, and restore it from a backup", .0.display())]
    NotAFile(PathBuf),
    /// Something else than a directory.
    #[error("{} is no ordinary directory: somebody put something else in its place; find out who, and restore it from a backup", .0.display())]
    NotADirectory(PathBuf),
    /// Not text.
    #[error("{} is not text in UTF-8; check that it is the right one", .0.display())]
    NotText(PathBuf),
    /// The operating system refused.
    #[error("can't {action} {}: {}; mend that and run the command again", .path.display(), plain(.source))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl FileError {
    /// An error of the operating system with what was tried on what.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// A file that is being written beside its place. It gets its name by [`NewFile::commit`] alone; dropped before, it is
/// gone.
pub struct NewFile {
    file: File,
    /// What it is called while it is being written, if it has a name.
    partial: Option<PathBuf>,
    target: PathBuf,
    kept: bool,
}

impl NewFile {
    /// Begins a file. What a killed command left at the same place is written over.
    ///
    /// # Errors
    /// If there is one of that name, if another command is writing it, or if the directory can't be written.
    pub fn create(target: &Path, readers: Readers) -> Result<Self, FileError> {
        refuse_existing(target)?;
        let partial = partial_path(target);
        let mode = readers.mode();
        let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(mode)
            .custom_flags(flags)
            .open(&partial)
            .map_err(FileError::io("write", target))?;
        let found = file.metadata().map_err(FileError::io("write", target))?;
        // A pipe is no place to write to; what has a second name is somebody's other file, which would be emptied.
        if !found.is_file() || found.nlink() > 1 {
            return Err(FileError::NotAFile(partial));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FileError::Busy(target.to_owned())),
            Err(TryLockError::Error(source)) => return Err(FileError::Io { action: "lock", path: partial, source }),
        }
        file.set_len(0).map_err(FileError::io("write", target))?;
        // The mode above is narrowed by the umask; a public key is to be read by others.
        if readers != Readers::Team {
            file.set_permissions(Permissions::from_mode(mode)).map_err(FileError::io("write", target))?;
        }
        Ok(Self { file, partial: Some(partial), target: target.to_owned(), kept: false })
    }

    /// Begins a file that has no name at all until it is committed, for what is not sealed: if the command is killed,
    /// the operating system frees it. Where the file system can't do that, it is as [`NewFile::create`].
    ///
    /// # Errors
    /// As [`NewFile::create`].
    pub fn create_nameless(target: &Path, readers: Readers) -> Result<Self, FileError> {
        refuse_existing(target)?;
        let directory = directory_of(target);
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        match rustix::fs::open(directory, flags, Mode::from_raw_mode(readers.mode())) {
            Ok(file) => Ok(Self { file: file.into(), partial: None, target: target.to_owned(), kept: false }),
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => Self::create(target, readers),
            Err(error) => Err(FileError::io("write", target)(error.into())),
        }
    }

    /// Puts what was written on the disk, still without its name.
    ///
    /// # Errors
    /// If writing or syncing fails.
    pub fn sync(&self) -> Result<(), FileError> {
        self.file.sync_all().map_err(FileError::io("write", &self.target))
    }

    /// Puts it on the disk and gives it its name. If the name can't be put on the disk, it is taken away again: what
    /// failed has left nothing.
    ///
    /// # Errors
    /// If writing, syncing or renaming fails, or one of that name has come since.
    pub fn commit(mut self) -> Result<(), FileError> {
        self.sync()?;
        let kept = self.kept;
        self.name()?;
        sync_directory(directory_of(&self.target)).inspect_err(|_| {
            // There is nobody to tell of a second error; the first one is told.
            let _ = match &self.partial {
                Some(partial) => fs::rename(&self.target, partial),
                None => fs::remove_file(&self.target),
            };
            self.kept = kept;
        })
    }

    /// Gives it its name, and leaves it to [`sync_all_below`] to put it on the disk. For many files of which none
    /// counts until all are there.
    ///
    /// # Errors
    /// If one of that name has come since.
    pub fn commit_unsynced(mut self) -> Result<(), FileError> {
        self.name()
    }

    /// As [`Self::commit_unsynced`], at another place of the same file system than it was begun for. Where Landlock's first
    /// version lets nothing change its directory, its content is written there once more.
    ///
    /// # Errors
    /// If there is one of that name there, or it can't be written.
    pub fn commit_at(mut self, target: &Path) -> Result<(), FileError> {
        target.clone_into(&mut self.target);
        match self.name() {
            Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {
                let mut there = Self::create(target, Readers::Team)?;
                let mut copy = || {
                    self.file.rewind()?;
                    io::copy(&mut self.file, &mut there.file)
                };
                copy().map_err(FileError::io("write", target))?;
                there.commit_unsynced()
            }
            named => named,
        }
    }

    fn name(&mut self) -> Result<(), FileError> {
        if let Some(partial) = &self.partial {
            rename_unless_there(partial, &self.target)?;
        } else {
            let itself = format!("/proc/self/fd/{}", self.file.as_raw_fd());
            match rustix::fs::linkat(CWD, itself, CWD, &self.target, AtFlags::SYMLINK_FOLLOW) {
                Ok(()) => {}
                Err(Errno::EXIST) => return Err(FileError::Exists(self.target.clone())),
                Err(error) => return Err(FileError::io("write", &self.target)(error.into())),
            }
        }
        self.kept = true;
        Ok(())
    }

    /// Leaves what was written where it is even if it can't be given its name: it is on record elsewhere, and the same
    /// command again will name it.
    pub const fn keep(&mut self) {
        self.kept = true;
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let (Some(partial), false) = (&self.partial, self.kept) {
            // There is nobody to tell; what stays is written over by the next attempt.
            let _ = fs::remove_file(partial);
        }
    }
}

/// Where a file is while it is being written.
#[must_use]
pub fn partial_path(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".");
    name.push(PARTIAL);
    PathBuf::from(name)
}

/// Renames a file or directory unless there is one of that name, and puts the new name on the disk.
///
/// # Errors
/// If there is one of that name, or writing or syncing fails.
pub fn rename_new(from: &Path, to: &Path) -> Result<(), FileError> {
    rename_unless_there(from, to)?;
    sync_directory(directory_of(to))
}

fn rename_unless_there(from: &Path, to: &Path) -> Result<(), FileError> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => {}
        Err(Errno::EXIST) => return Err(FileError::Exists(to.to_owned())),
        // A file system, as on some sticks, that can't do both in one step.
        Err(Errno::INVAL | Errno::NOSYS) => {
            if to.symlink_metadata().is_ok() {
                return Err(FileError::Exists(to.to_owned()));
            }
            fs::rename(from, to).map_err(FileError::io("write", to))?;
        }
        Err(error) => return Err(FileError::Io { action: "write", path: to.to_owned(), source: error.into() }),
    }
    Ok(())
}

/// Moves a file to another directory of the same file system, over what lies there; [`sync_directory`] puts the name on the
/// disk. Where Landlock's first version lets nothing change its directory, its content moves.
///
/// # Errors
/// If writing or syncing fails.
pub fn move_over(from: &Path, to: &Path) -> Result<(), FileError> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let partial = partial_path(to);
            remove(&partial)?;
            let copy = || {
                let (mut opened, found) = (File::open(from)?, from.metadata()?);
                let mut options = OpenOptions::new();
                let mut file = options.write(true).create_new(true).mode(found.mode()).open(&partial)?;
                io::copy(&mut opened, &mut file)?;
                file.sync_all()?;
                fs::rename(&partial, to)?;
                fs::remove_file(from)
            };
            copy().map_err(FileError::io("write", to))
        }
        moved => moved.map_err(FileError::io("write", to)),
    }
}

/// Puts a directory's names on the disk.
///
/// # Errors
/// If writing or syncing fails.
pub fn sync_directory(directory: &Path) -> Result<(), FileError> {
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(FileError::io("write", directory))
}

/// Writes a whole small file.
///
/// # Errors
/// As [`NewFile::create`] and [`NewFile::commit`].
pub fn write_new(target: &Path, readers: Readers, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = NewFile::create(target, readers)?;
    file.write_all(bytes).map_err(FileError::io("write", target))?;
    file.commit()
}

/// Writes a whole small file in the place of the one that is there, if any: a reader sees the one or the other. For
/// what can be made again from other files, or what nothing names yet.
///
/// # Errors
/// If writing or syncing fails.
pub fn replace(target: &Path, readers: Readers, bytes: &[u8]) -> Result<(), FileError> {
    exchange(target, readers, bytes, true)?;
    sync_directory(directory_of(target))
}

/// As [`replace`], but left to [`sync_all_below`] to put on the disk.
///
/// # Errors
/// If writing or syncing fails.
pub fn replace_unsynced(target: &Path, readers: Readers, bytes: &[u8]) -> Result<(), FileError> {
    exchange(target, readers, bytes, false)
}

fn exchange(target: &Path, readers: Readers, bytes: &[u8], sync: bool) -> Result<(), FileError> {
    let partial = partial_path(target);
    // What a killed command left, or what somebody put there to have it written over: a link leads anywhere.
    remove(&partial)?;
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(readers.mode()).open(&partial)?;
        // The umask narrowed the mode; a public key is to be read by others.
        if readers != Readers::Team {
            file.set_permissions(Permissions::from_mode(readers.mode()))?;
        }
        file.write_all(bytes)?;
        if sync {
            file.sync_all()?;
        }
        fs::rename(&partial, target)
    };
    write().map_err(FileError::io("write", target))
}

/// Puts everything that was written to a directory's file system on the disk, in one step for many files.
///
/// # Errors
/// If writing or syncing fails.
pub fn sync_all_below(directory: &Path) -> Result<(), FileError> {
    let failed = || FileError::io("write", directory);
    let opened = File::open(directory).map_err(failed())?;
    rustix::fs::syncfs(&opened).map_err(|error| failed()(error.into()))
}

/// Removes a file. One that is not there is as good as removed.
///
/// # Errors
/// If it can't be removed.
pub fn remove(path: &Path) -> Result<(), FileError> {
    gone(fs::remove_file(path), path)
}

/// Removes the files of a directory in which others can write; what they made there besides, a directory, stays. One that
/// is not there is as good as empty.
///
/// # Errors
/// If something of it can't be removed, or there is a link in its place, for which another directory would be emptied.
pub fn empty_shared(directory: &Path) -> Result<(), FileError> {
    let failed = |error: Errno| FileError::io("remove files of", directory)(error.into());
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = match rustix::fs::open(directory, flags, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(()),
        Err(Errno::NOTDIR | Errno::LOOP) => return Err(FileError::NotADirectory(directory.to_owned())),
        opened => opened.map_err(failed)?,
    };
    for entry in Dir::read_from(&opened).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        match rustix::fs::unlinkat(&opened, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT | Errno::ISDIR) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    rustix::fs::fsync(&opened).map_err(failed)
}

/// Removes a directory with all below it. One that is not there is as good as removed.
///
/// # Errors
/// If something of it can't be removed.
pub fn remove_tree(directory: &Path) -> Result<(), FileError> {
    gone(fs::remove_dir_all(directory), directory)
}

/// Writes zeros over a small file and removes it. On a disk that writes elsewhere each time, as solid-state ones do,
/// the old bytes may outlive that. What is no file of its own is removed alone: a link would have another one written
/// over.
///
/// # Errors
/// If writing or syncing fails.
pub fn erase(path: &Path) -> Result<(), FileError> {
    let mut file = match open_no_link(path, OpenOptions::new().write(true)) {
        Err(FileError::NotAFile(_)) => return remove(path),
        opened => opened?,
    };
    let mut overwrite = || {
        let length = file.metadata()?.len();
        io::copy(&mut io::repeat(0).take(length), &mut file)?;
        file.sync_all()?;
        fs::remove_file(path)
    };
    overwrite().map_err(FileError::io("remove", path))
}

/// Opens a file in a directory that others can write to: a link, which would lead elsewhere, or a pipe, for which it
/// would wait for ever, is refused.
///
/// # Errors
/// If there is something else in its place, or it can't be opened.
pub fn open_shared(path: &Path) -> Result<File, FileError> {
    open_no_link(path, OpenOptions::new().read(true))
}

/// As [`open_shared`], for writing, made if it is not there.
///
/// # Errors
/// As [`open_shared`].
pub fn open_or_create_shared(path: &Path, readers: Readers) -> Result<File, FileError> {
    open_no_link(path, OpenOptions::new().write(true).create(true).truncate(false).mode(readers.mode()))
}

fn open_no_link(path: &Path, options: &mut OpenOptions) -> Result<File, FileError> {
    open_file(path, options, OFlags::NOFOLLOW | OFlags::NONBLOCK)
}

fn open_file(path: &Path, options: &mut OpenOptions, flags: OFlags) -> Result<File, FileError> {
    let opened = options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default()).open(path);
    let file = match opened.map_err(|error| (error.raw_os_error().map(Errno::from_raw_os_error), error)) {
        Ok(file) => file,
        // A link; a pipe that nobody reads; a socket; a directory.
        Err((Some(Errno::LOOP | Errno::NXIO | Errno::ISDIR), _)) => return Err(FileError::NotAFile(path.to_owned())),
        Err((_, error)) => return Err(FileError::io("read", path)(error)),
    };
    let found = file.metadata().map_err(FileError::io("read", path))?;
    if found.is_file() { Ok(file) } else { Err(FileError::NotAFile(path.to_owned())) }
}

/// Makes a directory for whoever shares the one that it is in ([`Readers::Team`]), and those above it. What is made in a
/// directory with setgid set has its group, and has it set too.
///
/// # Errors
/// If it can't be made.
pub fn create_team_directory(directory: &Path) -> Result<(), FileError> {
    DirBuilder::new().recursive(true).mode(0o770).create(directory).map_err(FileError::io("make", directory))
}

/// Makes a directory that its owner alone may enter, and those above it.
///
/// # Errors
/// If it can't be made.
pub fn create_private_directory(directory: &Path) -> Result<(), FileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(FileError::io("make", directory))
}

/// Holds a directory for one command that fills it, until what this gives is dropped.
///
/// # Errors
/// [`FileError::Busy`] if another one has it, or if it can't be opened.
pub fn hold_directory(directory: &Path) -> Result<File, FileError> {
    let opened = File::open(directory).map_err(FileError::io("read", directory))?;
    match opened.try_lock() {
        Ok(()) => Ok(opened),
        Err(TryLockError::WouldBlock) => Err(FileError::Busy(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(FileError::io("lock", directory)(source)),
    }
}

/// As [`read`], of a file in a directory that others can write to.
///
/// # Errors
/// As [`read`] and [`open_shared`].
pub fn read_shared(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    read_opened(open_shared(path)?, path, limit)
}

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// If it can't be read or is larger.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    read_opened(File::open(path).map_err(FileError::io("read", path))?, path, limit)
}

/// Opens a file that somebody put where one is looked for, to be read, through links too: a pipe, for which it would wait for
/// ever, is refused, and so is whatever else is no file.
///
/// # Errors
/// If there is something else in its place, or it can't be opened.
pub fn open_ordinary(path: &Path) -> Result<File, FileError> {
    if path.is_dir() {
        // A slip of whoever typed it, most often.
        return Err(FileError::io("read", path)(io::Error::from(Errno::ISDIR)));
    }
    open_file(path, OpenOptions::new().read(true), OFlags::NONBLOCK)
}

/// As [`read`], of a file that somebody put where one is looked for: keys, a configuration, a certificate.
///
/// # Errors
/// As [`read`] and [`open_ordinary`].
pub fn read_ordinary(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    read_opened(open_ordinary(path)?, path, limit)
}

/// As [`read_ordinary`], for UTF-8 text.
///
/// # Errors
/// As [`read_ordinary`], or if it is not text.
pub fn read_ordinary_text(path: &Path, limit: usize) -> Result<String, FileError> {
    String::from_utf8(read_ordinary(path, limit)?).map_err(|_| FileError::NotText(path.to_owned()))
}

pub(super) fn read_opened(file: File, path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let length = file.metadata().map_or(0, |found| found.len());
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default().min(limit) + 1);
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(FileError::io("read", path))?;
    if bytes.len() > limit { Err(FileError::TooLarge(path.to_owned())) } else { Ok(bytes) }
}

/// Reads a whole file of UTF-8 text of at most `limit` bytes.
///
/// # Errors
/// If it can't be read, is larger, or is not text.
pub fn read_text(path: &Path, limit: usize) -> Result<String, FileError> {
    String::from_utf8(read(path, limit)?).map_err(|_| FileError::NotText(path.to_owned()))
}

/// So that nothing is written over.
///
/// # Errors
/// If there is something of that name.
pub fn refuse_existing(target: &Path) -> Result<(), FileError> {
    if target.symlink_metadata().is_ok() { Err(FileError::Exists(target.to_owned())) } else { Ok(()) }
}

/// The directory that a file is or will be in.
pub(super) fn directory_of(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The operating system's words without its number: `No space left on device`.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

fn gone(removed: io::Result<()>, path: &Path) -> Result<(), FileError> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        let mut file = NewFile::create(&target, Readers::Owner).unwrap();
        file.write_all(b"half").unwrap();
        assert!(matches!(NewFile::create(&target, Readers::Owner), Err(FileError::Busy(_))));
        drop(file);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        write_new(&target, Readers::Owner, b"whole").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_nameless_file_leaves_nothing_when_it_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        let mut file = NewFile::create_nameless(&target, Readers::Owner).unwrap();
        file.write_all(b"plain").unwrap();
        file.sync().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "no name, even while it is being written");
        file.commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"plain");
        assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(NewFile::create_nameless(&target, Readers::Owner), Err(FileError::Exists(_))));
    }

    #[test]
    fn a_file_goes_to_another_directory_even_where_none_may_change_its_own() {
        let (begun, near) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // Another file system, which refuses as Landlock's first version does.
        let far = tempfile::tempdir_in("/dev/shm").unwrap();
        let begin = |is_named: bool| {
            let place = begun.path().join("out");
            let created = if is_named { NewFile::create } else { NewFile::create_nameless }(&place, Readers::Team);
            let mut file = created.unwrap();
            file.write_all(b"sealed").unwrap();
            file
        };
        for directory in [near.path(), far.path()] {
            for is_named in [true, false] {
                let target = directory.join(format!("named {is_named}"));
                begin(is_named).commit_at(&target).unwrap();
                assert_eq!(fs::read(&target).unwrap(), b"sealed");
                assert!(matches!(begin(is_named).commit_at(&target), Err(FileError::Exists(_))));
            }
            assert_eq!(fs::read_dir(directory).unwrap().count(), 2);
            assert_eq!(fs::read_dir(begun.path()).unwrap().count(), 0, "nothing is left where it was begun");
        }
    }

    #[test]
    fn what_is_no_file_is_not_waited_for_where_one_is_looked_for() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        write_new(&at("file"), Readers::Owner, b"text").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        rustix::fs::mknodat(CWD, at("pipe"), rustix::fs::FileType::Fifo, Mode::from_raw_mode(0o660), 0).unwrap();
        std::os::unix::fs::symlink(at("pipe"), at("link to a pipe")).unwrap();
        for name in ["file", "link"] {
            assert_eq!(read_ordinary_text(&at(name), 4).unwrap(), "text");
        }
        for name in ["pipe", "link to a pipe"] {
            assert!(matches!(read_ordinary(&at(name), 4), Err(FileError::NotAFile(_))), "{name}");
        }
        for name in ["none", "."] {
            assert!(matches!(read_ordinary(&at(name), 4), Err(FileError::Io { .. })), "{name}");
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        let file = NewFile::create(&target, Readers::Everyone).unwrap();
        // One of that name comes while ours is being written.
        fs::hard_link(partial_path(&target), &target).unwrap();
        assert!(matches!(file.commit(), Err(FileError::Exists(_))));
        assert!(matches!(write_new(&target, Readers::Everyone, b"x"), Err(FileError::Exists(_))));
        assert_eq!(fs::read(&target).unwrap(), b"");
    }

    #[test]
    fn what_a_killed_command_left_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        File::create(partial_path(&target)).unwrap().write_all(b"left behind by a killed command").unwrap();
        write_new(&target, Readers::Owner, b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
    }

    #[test]
    fn nothing_is_begun_in_what_somebody_put_in_a_partial_files_place() {
        let dir = tempfile::tempdir().unwrap();
        let (target, own) = (dir.path().join("out"), dir.path().join("identity.txt"));
        let partial = partial_path(&target);
        write_new(&own, Readers::Owner, b"secret").unwrap();
        rustix::fs::mknodat(CWD, &partial, rustix::fs::FileType::Fifo, Mode::from_raw_mode(0o660), 0).unwrap();
        assert!(matches!(NewFile::create(&target, Readers::Team), Err(FileError::NotAFile(_))));
        fs::remove_file(&partial).unwrap();
        fs::hard_link(&own, &partial).unwrap();
        assert!(matches!(NewFile::create(&target, Readers::Team), Err(FileError::NotAFile(_))));
        fs::remove_file(&partial).unwrap();
        std::os::unix::fs::symlink(&own, &partial).unwrap();
        assert!(NewFile::create(&target, Readers::Team).is_err());
        assert_eq!(fs::read(&own).unwrap(), b"secret");
    }

    #[test]
    fn a_directory_is_emptied_of_files_and_never_another_one() {
        let dir = tempfile::tempdir().unwrap();
        let (shared, own) = (dir.path().join("checkpoints"), dir.path().join("own"));
        empty_shared(&shared).unwrap();
        for directory in [&shared, &own] {
            fs::create_dir(directory).unwrap();
            write_new(&directory.join("kept"), Readers::Owner, b"kept").unwrap();
        }
        fs::create_dir(shared.join("0.age")).unwrap();
        std::os::unix::fs::symlink(own.join("kept"), shared.join("1.age")).unwrap();
        write_new(&shared.join("2.age"), Readers::Owner, b"ours").unwrap();
        empty_shared(&shared).unwrap();
        let left: Vec<_> = fs::read_dir(&shared).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["0.age"], "a directory holds nothing up");
        fs::remove_dir_all(&shared).unwrap();
        std::os::unix::fs::symlink(&own, &shared).unwrap();
        assert!(matches!(empty_shared(&shared), Err(FileError::NotADirectory(_))));
        assert_eq!(fs::read(own.join("kept")).unwrap(), b"kept");
    }

    #[test]
    fn reading_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("in");
        write_new(&path, Readers::Owner, b"12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(matches!(read(&path, 4), Err(FileError::TooLarge(_))));
        assert!(read(&dir.path().join("none"), 4).unwrap_err().to_string().contains("No such file or directory; mend"));
    }

    #[test]
    fn what_somebody_put_in_a_files_place_is_neither_followed_nor_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("identity.txt");
        let place = dir.path().join("head.json");
        write_new(&own, Readers::Owner, b"secret").unwrap();
        let pipe = |at: &Path| {
            rustix::fs::mknodat(CWD, at, rustix::fs::FileType::Fifo, Mode::from_raw_mode(0o660), 0).unwrap();
        };
        let link = |at: &Path| std::os::unix::fs::symlink(&own, at).unwrap();
        let make_directory = |at: &Path| fs::create_dir(at).unwrap();
        for put in [&pipe as &dyn Fn(&Path), &link, &make_directory] {
            put(&place);
            assert!(matches!(read_shared(&place, 100), Err(FileError::NotAFile(_))));
            assert!(matches!(open_or_create_shared(&place, Readers::Team), Err(FileError::NotAFile(_))));
            let _ = fs::remove_file(&place);
            let _ = fs::remove_dir(&place);
        }
        for put in [&pipe as &dyn Fn(&Path), &link] {
            put(&partial_path(&place));
            replace(&place, Readers::Team, b"new").unwrap();
            assert_eq!(
                (read_shared(&place, 100).unwrap(), read(&own, 100).unwrap()),
                (b"new".into(), b"secret".into())
            );
            fs::remove_file(&place).unwrap();
            put(&place);
            erase(&place).unwrap();
            assert!(place.symlink_metadata().is_err());
            assert_eq!(read(&own, 100).unwrap(), b"secret");
        }
    }
}
