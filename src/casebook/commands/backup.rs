//! A backup of a casebook.
//!
//! What lies in a casebook is sealed already; a backup seals it once more, so that whoever finds one does not see how many
//! reports there are. It is taken under the casebook's lock, after the casebook was opened and so checked.

use std::{
    fs,
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use crate::{
    casebook::{
        Casebook, CasebookBackupError, CasebookError,
        book::{
            backup_file::{
                BACKED_UP, BACKUP_HEAD, CasebookBackupHead, FileList, LastBackup, ListedFile, PARTS, belongs, json,
                list_name,
            },
            lock::lock,
        },
    },
    crypto::{GovernanceRecipients, SealError, seal_stream},
    domain::{
        Date, Format, Today,
        limits::{KIB, MIB},
    },
    files::{self, FileError, NewFile, Readers, tarball::TarWriter},
};

/// Files in one list.
const AT_ONCE: usize = 10_000;

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CasebookBackup {
    /// Reports, those that this member can't open too.
    pub reports: usize,
    /// Events.
    pub events: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Whether the day on which it was made could be recorded.
    pub recorded: bool,
}

/// What fails while a file of the casebook goes into its backup.
enum IntoBackup {
    Reading(FileError),
    Writing(io::Error),
}

impl From<io::Error> for IntoBackup {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

impl Casebook {
    /// Writes everything that can't be made again into a new file, sealed to every member and to the keys in the safe, or to
    /// other recipients.
    ///
    /// # Errors
    /// If something of it can't be read, sealed or written; then there is no file.
    pub fn backup(
        &mut self,
        to: Option<GovernanceRecipients>,
        out: &Path,
        today: &dyn Today,
    ) -> Result<CasebookBackup, CasebookError> {
        files::refuse_inside(&self.directory, out)?;
        let _lock = lock(&self.directory)?;
        self.refresh()?;
        let to = match to {
            Some(to) => to,
            None => self.every_recipient()?,
        };
        let head = self.state.head().ok_or(CasebookBackupError::Empty)?;
        let all = listed(&self.directory)?;
        let mut file = NewFile::create(out, Readers::Owner)?;
        let failed = || FileError::io("write", out);
        let sealer = seal_stream(&to, BufWriter::with_capacity(MIB / 4, &mut file))?;
        let mut tar = TarWriter::new(sealer);
        let (format, casebook, on, imports) = (Format::CasebookBackup, self.id(), today.today(), self.state.imports);
        let about = CasebookBackupHead { format, casebook, on, head, imports };
        tar.append(BACKUP_HEAD, &json(&about)?).map_err(failed())?;
        let mut rest = all.as_slice();
        for number in 1_u64.. {
            let (now, then) = rest.split_at(rest.len().min(AT_ONCE));
            rest = then;
            let mut list = FileList { files: Vec::with_capacity(now.len()), last: rest.is_empty() };
            for path in now {
                let found = self.directory.join(path);
                let size = found.symlink_metadata().map_err(FileError::io("read", &found))?.len();
                list.files.push(ListedFile { path: path.clone(), size });
            }
            tar.append(&list_name(number), &json(&list)?).map_err(failed())?;
            for listed in &list.files {
                let path = self.directory.join(&listed.path);
                let opened = files::open_shared(&path)?;
                let copied = tar.append_with(&listed.path, listed.size, |out| copy(&path, opened, listed.size, out));
                copied.map_err(|error| match error {
                    IntoBackup::Reading(error) => error,
                    IntoBackup::Writing(error) => failed()(error),
                })?;
            }
            if list.last {
                break;
            }
        }
        tar.finish().and_then(|sealer| sealer.finish()).and_then(|mut out| out.flush()).map_err(failed())?;
        file.sync()?;
        file.commit()?;
        let bytes = out.metadata().map_or(0, |found| found.len());
        // It is there, and can be restored from, whatever can't be written now.
        let recorded = files::replace(&self.directory.join(BACKED_UP), Readers::Team, &json(&about.last())?).is_ok();
        Ok(CasebookBackup { reports: self.state.outlines.len(), events: self.version(), bytes, recorded })
    }

    /// Every member's recipients, and those in the safe.
    fn every_recipient(&self) -> Result<GovernanceRecipients, CasebookError> {
        let members = self.state.active().flat_map(|(_, member)| &member.recipients);
        let safe = self.state.recovery.iter().flat_map(|keys| &keys.recipients);
        let mut keys: Vec<String> = members.chain(safe).cloned().collect();
        keys.sort();
        keys.dedup();
        Ok(GovernanceRecipients::of(&keys).map_err(|_| SealError::Recipients)?)
    }

    /// The day of the last backup, if it is known, and how many parts of collections were imported since.
    #[must_use]
    pub fn since_backup(&self) -> (Option<Date>, u64) {
        let found = files::read_shared(&self.directory.join(BACKED_UP), KIB).ok();
        let last: Option<LastBackup> = found.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let before = last.as_ref().map_or(0, |last| last.imports);
        (last.map(|last| last.on), self.state.imports.saturating_sub(before))
    }
}

/// As many bytes as were listed: what others change meanwhile they change under the lock.
fn copy(path: &Path, from: impl Read, size: u64, out: &mut dyn Write) -> Result<(), IntoBackup> {
    let failed = |error| IntoBackup::Reading(FileError::io("read", path)(error));
    let (mut from, mut left) = (from.take(size), size);
    let mut buffer = vec![0; 64 * KIB];
    while left > 0 {
        let read = match from.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(0) => return Err(failed(io::ErrorKind::UnexpectedEof.into())),
            read => read.map_err(failed)?,
        };
        out.write_all(&buffer[..read])?;
        left -= read as u64;
    }
    Ok(())
}

/// Every file that belongs to a casebook, by path. What nobody's event can name is none: what a killed command left, what
/// others put there.
fn listed(directory: &Path) -> Result<Vec<String>, CasebookError> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = PARTS.iter().map(PathBuf::from).collect();
    while let Some(path) = open.pop() {
        let there = directory.join(&path);
        let Ok(about) = there.symlink_metadata() else { continue };
        if about.is_dir() {
            for entry in fs::read_dir(&there).map_err(FileError::io("read", &there))? {
                open.push(path.join(entry.map_err(FileError::io("read", &there))?.file_name()));
            }
        } else if about.is_file()
            && let Some(path) = path.to_str().filter(|path| belongs(path))
        {
            found.push(path.to_owned());
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::{
        domain::Route,
        world::{DAY, TODAY, casebook::World},
    };

    fn one_report() -> World {
        let mut world = World::new();
        world.concern(1, Route::StaffConcern, &[10]);
        let file = world.collect();
        world.import(&file).unwrap();
        world
    }

    #[test]
    fn that_a_backup_was_made_is_known_until_more_comes_in() {
        let mut world = one_report();
        let out = world.dir.path().join("backup");
        assert_eq!(world.open().unwrap().since_backup(), (None, 1));
        let made = world.open().unwrap().backup(None, &out, &TODAY).unwrap();
        assert_eq!((made.reports, made.recorded), (1, true));
        assert_eq!(world.open().unwrap().since_backup(), (Some(DAY), 0));
        let file = world.collect();
        world.import(&file).unwrap();
        assert_eq!(world.open().unwrap().since_backup(), (Some(DAY), 1));
        // It is there all the same if only that can't be recorded.
        let record = world.casebook().join(BACKED_UP);
        files::remove(&record).unwrap();
        fs::create_dir(&record).unwrap();
        let made = world.open().unwrap().backup(None, &world.dir.path().join("second"), &TODAY).unwrap();
        assert!(!made.recorded && made.bytes > 0);
    }

    #[test]
    fn nothing_is_written_into_the_casebook() {
        let world = one_report();
        let before = world.snapshot();
        let id = *world.reports.keys().next().unwrap();
        for out in ["events/00000099.age", "bk"].map(|out| world.casebook().join(out)) {
            let refused = [
                world.open().unwrap().backup(None, &out, &TODAY).map(drop),
                world.edit(|editor| editor.export(&out, false, &TODAY).map(drop)),
                world.edit(|editor| editor.write_attachment(id, "1/1", &out, &TODAY).map(drop)),
            ];
            for refused in refused.map(|refused| refused.unwrap_err().to_string()) {
                assert!(refused.contains("would lie in"), "{refused}");
            }
        }
        assert_eq!(world.snapshot().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_the_one_that_is_named() {
        let place = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        // A directory opens, and can't be read.
        let IntoBackup::Reading(error) =
            copy(Path::new("it"), File::open(place.path()).unwrap(), 9, &mut out).err().unwrap()
        else {
            panic!("it was read");
        };
        assert!(error.to_string().starts_with("can't read it: Is a directory"), "{error}");
        let cut = copy(Path::new("it"), b"short".as_slice(), 9, &mut out);
        assert!(matches!(cut, Err(IntoBackup::Reading(_))));
        let full = copy(Path::new("it"), b"words".as_slice(), 5, &mut [0; 2].as_mut_slice());
        assert!(matches!(full, Err(IntoBackup::Writing(_))));
    }
}
