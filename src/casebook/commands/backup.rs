//! A backup of a casebook, and a casebook made of one.
//!
//! What lies in a casebook is sealed already; a backup seals it once more, so that whoever finds one does not see how many
//! reports there are. It is taken under the casebook's lock, after the casebook was opened and so checked. Whether a restored
//! casebook is the right one is for its events and each member's word to say, as of any other.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    casebook::{Casebook, CasebookBackupError, CasebookError, book::lock::lock, log::trust},
    crypto::{GovernanceRecipients, SealError, seal_stream},
    domain::{
        CasebookId, Date, Format, LogHead, Today,
        limits::{KIB, MANIFEST_BYTES, MIB},
    },
    files::{
        self, FileError, NewFile, Readers,
        tarball::{TarError, TarReader, TarWriter},
    },
    unseal::GovernanceIdentity,
};

/// Files in one list.
const AT_ONCE: usize = 10_000;
/// Where a casebook is made before it is one.
const RESTORING: &str = "restoring";
/// When a backup was made last: to urge whoever works here, and believed for nothing else.
const BACKED_UP: &str = "backed-up.json";
/// What a casebook has at its top, the file that makes it one last.
const PARTS: [&str; 8] = ["trust", "keys", "events", "collections", "answers", "outgoing", "head.json", trust::NAME];

/// `backup.json`, at the beginning.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CasebookBackupHead {
    format: Format,
    casebook: CasebookId,
    /// The day it was made, Europe/London.
    on: Date,
    /// The last event that is in it.
    head: LogHead,
}

/// `list/N.json`: some files, which follow in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileList {
    files: Vec<ListedFile>,
    /// Whether there are no more.
    last: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedFile {
    path: String,
    size: u64,
}

/// `backed-up.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LastBackup {
    on: Date,
    /// How many parts of collections had been imported then.
    imports: u64,
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CasebookBackup {
    /// Reports, those that this member can't open too.
    pub reports: usize,
    /// Events.
    pub events: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// A casebook that was made of a backup.
pub struct RestoredCasebook {
    /// Opened, and so checked.
    pub casebook: Casebook,
    /// The day of the backup.
    pub on: Date,
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
        let (format, casebook, on) = (Format::CasebookBackup, self.id(), today.today());
        tar.append("backup.json", &json(&CasebookBackupHead { format, casebook, on, head })?).map_err(failed())?;
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
            tar.append(&format!("list/{number}.json"), &json(&list)?).map_err(failed())?;
            for listed in &list.files {
                let path = self.directory.join(&listed.path);
                let opened = files::open_shared(&path)?;
                tar.append_with(&listed.path, listed.size, |out| copy(opened, listed.size, out)).map_err(failed())?;
            }
            if list.last {
                break;
            }
        }
        tar.finish().and_then(|sealer| sealer.finish()).and_then(|mut out| out.flush()).map_err(failed())?;
        file.sync()?;
        file.commit()?;
        let last = LastBackup { on, imports: self.state.imports };
        files::replace(&self.directory.join(BACKED_UP), Readers::Team, &json(&last)?)?;
        let bytes = out.metadata().map_err(FileError::io("read", out))?.len();
        Ok(CasebookBackup { reports: self.state.outlines.len(), events: self.version(), bytes })
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

    /// Makes a casebook of a backup, in a directory that is empty or not there, and opens it. Killed before it is whole, the
    /// same command again begins anew.
    ///
    /// # Errors
    /// If the backup is not whole or not this member's, if the casebook in it is not in order, or if it can't be written.
    pub fn restore(
        directory: &Path,
        identity: std::sync::Arc<GovernanceIdentity>,
        file: &Path,
    ) -> Result<RestoredCasebook, CasebookError> {
        files::create_team_directory(directory)?;
        let beside = directory.join(RESTORING);
        clear_unfinished(directory, &beside)?;
        files::create_team_directory(&beside)?;
        let on = fill(&beside, &identity, file).inspect_err(|_| {
            // Nothing is left that anybody could take for a casebook.
            let _ = files::remove_tree(&beside);
        })?;
        files::sync_all_below(&beside)?;
        for name in PARTS.into_iter().filter(|name| beside.join(name).exists()) {
            files::rename_new(&beside.join(name), &directory.join(name))?;
        }
        files::remove_tree(&beside)?;
        files::create_team_directory(&directory.join("checkpoints"))?;
        for name in ["collections", "answers"] {
            files::create_team_directory(&directory.join(name))?;
        }
        Ok(RestoredCasebook { casebook: Self::open(directory, identity)?, on })
    }
}

fn json(document: &impl Serialize) -> Result<Vec<u8>, CasebookError> {
    serde_json::to_vec(document).map_err(|_| CasebookError::from(SealError::Json))
}

/// As many bytes as were listed: what others change meanwhile they change under the lock.
fn copy(from: File, size: u64, mut out: &mut dyn Write) -> io::Result<()> {
    let copied = io::copy(&mut from.take(size), &mut out)?;
    if copied == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
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

/// Whether a path is one of a casebook's: nothing else is written to the disk, whatever a backup says.
fn belongs(path: &str) -> bool {
    let is_id = |text: &str| text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_number = |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let sealed = |name: &str| name.strip_suffix(".age").map(str::to_owned);
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["head.json" | trust::NAME] => true,
        ["trust", name] => name.strip_suffix(".json").is_some_and(is_id),
        ["keys", name] => sealed(name).is_some_and(|name| {
            name.split_once('.')
                .is_some_and(|(owner, number)| (owner == "casebook" || is_id(owner)) && is_number(number))
        }),
        ["events", name] => sealed(name).is_some_and(|name| is_number(&name)),
        ["collections", import, "reports", id, seq, name] => {
            let is_file = |name: String| name == "message" || name.strip_prefix("attachment-").is_some_and(is_number);
            is_number(import) && is_id(id) && is_number(seq) && sealed(name).is_some_and(is_file)
        }
        ["answers", id, name] => is_id(id) && sealed(name).is_some_and(|name| is_number(&name)),
        ["outgoing", name] => name.strip_prefix("decisions-").is_some_and(|name| {
            let (number, part) = name.split_once('.').unwrap_or((name, "1"));
            is_number(number) && is_number(part)
        }),
        _ => false,
    }
}

/// Removes what an attempt left that was killed. Anything else in the directory is in the way.
fn clear_unfinished(directory: &Path, beside: &Path) -> Result<(), CasebookError> {
    let is_unfinished = beside.is_dir() && !directory.join(trust::NAME).exists();
    for entry in fs::read_dir(directory).map_err(FileError::io("read", directory))? {
        let path = entry.map_err(FileError::io("read", directory))?.path();
        let is_ours = path.file_name().is_some_and(|name| PARTS.iter().any(|part| name == *part));
        if !is_unfinished || !(is_ours || path == beside) {
            return Err(CasebookBackupError::NotEmpty(directory.to_owned()).into());
        }
        if is_ours && path.is_dir() {
            files::remove_tree(&path)?;
        } else if is_ours {
            files::remove(&path)?;
        }
    }
    Ok(files::remove_tree(beside)?)
}

fn fill(beside: &Path, identity: &GovernanceIdentity, file: &Path) -> Result<Date, CasebookError> {
    let opened = File::open(file).map_err(FileError::io("read", file))?;
    let plain = identity.open_stream(BufReader::with_capacity(MIB / 4, opened)).map_err(CasebookBackupError::Open)?;
    let mut tar = TarReader::new(plain);
    let head: CasebookBackupHead = read_json(&mut tar, "backup.json")?;
    if head.format != Format::CasebookBackup {
        return Err(CasebookBackupError::Kind.into());
    }
    for number in 1_u64.. {
        let list: FileList = read_json(&mut tar, &format!("list/{number}.json"))?;
        for ListedFile { path, size } in &list.files {
            if !belongs(path) {
                return Err(CasebookBackupError::Kind.into());
            }
            let place = beside.join(path);
            if let Some(directory) = place.parent() {
                files::create_team_directory(directory)?;
            }
            let mut out = NewFile::create(&place, Readers::Team)?;
            tar.copy(path, *size, &mut out).map_err(CasebookBackupError::from)?;
            out.commit_unsynced()?;
        }
        if list.last {
            break;
        }
    }
    // Only at its end is a sealed stream known to be whole.
    tar.end().map_err(CasebookBackupError::from)?;
    Ok(head.on)
}

fn read_json<R: Read, T: serde::de::DeserializeOwned>(tar: &mut TarReader<R>, path: &str) -> Result<T, CasebookError> {
    let bytes = tar.read(path, MANIFEST_BYTES).map_err(CasebookBackupError::from)?;
    Ok(serde_json::from_slice(&bytes).map_err(|_| CasebookBackupError::Kind)?)
}

impl From<TarError> for CasebookBackupError {
    fn from(error: TarError) -> Self {
        match error {
            TarError::Io(error) if error.raw_os_error().is_some() => Self::Read(error),
            TarError::Io(_) => Self::Altered,
            TarError::Unexpected(_) | TarError::TooLarge(_) => Self::Kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use super::*;
    use crate::{
        domain::{Calendar, MessageKind, Route, TeamRole},
        world::{
            DAY, TODAY,
            casebook::{World, seal_bytes},
        },
    };

    /// A casebook with something of everything in it.
    fn full() -> World {
        let mut world = World::new();
        world.colleague("Second", TeamRole::Reviewer);
        let id = world.concern(1, Route::StaffConcern, &[10, 70_000]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.reply(id, "What we say.");
        world.edit(|editor| editor.export_to_outbox(false, &TODAY)).unwrap();
        world.say(id, MessageKind::FollowUp, &[3]);
        let file = world.collect();
        world.import(&file).unwrap();
        world
    }

    fn kept(world: &World, directory: &Path) -> BTreeMap<String, Vec<u8>> {
        let _ = world;
        let all = listed(directory).unwrap();
        all.into_iter().map(|path| (path.clone(), fs::read(directory.join(path)).unwrap())).collect()
    }

    #[test]
    fn what_burned_comes_back_byte_for_byte_and_each_member_opens_it() {
        let world = full();
        let out = world.dir.path().join("backup");
        assert_eq!(world.open().unwrap().since_backup(), (None, 2));
        let made = world.open().unwrap().backup(None, &out, &TODAY).unwrap();
        assert_eq!((made.reports, world.open().unwrap().since_backup()), (1, (Some(DAY), 0)));
        let before = kept(&world, &world.casebook());
        assert!(before.len() > 12, "{:?}", before.keys());
        fs::remove_dir_all(world.casebook()).unwrap();
        let restored = Casebook::restore(&world.casebook(), Arc::clone(&world.identity), &out).unwrap();
        assert_eq!((restored.on, restored.casebook.version()), (DAY, made.events));
        assert_eq!(kept(&world, &world.casebook()), before);
        let id = *world.reports.keys().next().unwrap();
        assert!(world.open().unwrap().show(id, DAY, &Calendar::default()).is_ok());
        // Not over one that is there.
        let again = Casebook::restore(&world.casebook(), Arc::clone(&world.identity), &out).map(drop);
        assert!(again.unwrap_err().to_string().contains("not empty"));
        assert_eq!(kept(&world, &world.casebook()), before);
    }

    #[test]
    fn every_altered_or_cut_region_is_refused_and_leaves_no_casebook() {
        let world = full();
        let out = world.dir.path().join("backup");
        world.open().unwrap().backup(None, &out, &TODAY).unwrap();
        let sealed = fs::read(&out).unwrap();
        let place = world.dir.path().join("restored");
        let restore =
            |bytes: &[u8]| Casebook::restore(&place, Arc::clone(&world.identity), &world.carry(bytes)).map(drop);
        for at in (0..sealed.len()).step_by(sealed.len() / 40) {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(restore(&altered).is_err(), "at {at}");
            assert!(restore(&sealed[..at]).is_err(), "cut at {at}");
            assert!(!place.join(trust::NAME).exists());
        }
        let stranger = Arc::new(GovernanceIdentity::generate());
        assert!(Casebook::restore(&place, stranger, &out).map(drop).is_err());
        // A collection is none.
        let collection = seal_bytes(b"something else", &world.recipients());
        assert!(restore(&collection).is_err());
        restore(&sealed).unwrap();
    }

    #[test]
    fn what_was_killed_is_begun_anew_and_what_is_in_the_way_stays() {
        let world = full();
        let out = world.dir.path().join("backup");
        world.open().unwrap().backup(None, &out, &TODAY).unwrap();
        let place = world.dir.path().join("restored");
        // Killed while the parts got their names.
        fs::create_dir_all(place.join(RESTORING).join("keys")).unwrap();
        fs::create_dir_all(place.join("events")).unwrap();
        files::write_new(&place.join("head.json"), Readers::Owner, b"half").unwrap();
        assert!(Casebook::restore(&place, Arc::clone(&world.identity), &out).is_ok());
        let other = world.dir.path().join("other");
        fs::create_dir(&other).unwrap();
        files::write_new(&other.join("mine"), Readers::Owner, b"mine").unwrap();
        assert!(Casebook::restore(&other, Arc::clone(&world.identity), &out).is_err());
        assert!(other.join("mine").exists());
    }

    #[test]
    fn no_path_leads_out_of_the_casebook() {
        for path in [
            "casebook.json",
            "trust/0123456789abcdef.json",
            "keys/casebook.1.age",
            "keys/0123456789abcdef.12.age",
            "events/00000001.age",
            "collections/1/reports/0123456789abcdef/2/attachment-10.age",
            "answers/0123456789abcdef/1.age",
            "outgoing/decisions-3.2",
        ] {
            assert!(belongs(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../casebook.json",
            "keys/../../x.1.age",
            "events/1.age.partial",
            "accounts/1000.json",
            "collections/mending/reports/0123456789abcdef/2/message.age",
            "collections/1/reports/0123456789abcdef/2/../message.age",
            "answers/0123456789abcdef/x.age",
            "outgoing/referral-1",
            "checkpoints/0123456789abcdef.age",
        ] {
            assert!(!belongs(path), "{path}");
        }
    }
}
