//! A casebook that is made of a backup: whole, or not there.
//!
//! ```text
//! DIR/candour-restore.json   empty: a restore began here; once everything is in place below and was checked: what it is of
//! DIR/restoring/…            the casebook in the making
//! ```
//!
//! Until the first has words in it nothing lies beside the two, and the same command begins anew. From then on it goes on: each
//! part of the casebook moves up once, `casebook.json` last. So nothing in the directory is ever removed or replaced that a
//! restore did not make. Whether the casebook is the right one is for its events and each member's word to say, as of any other.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    casebook::{
        Casebook, CasebookBackupError, CasebookError, KeyPaths, LogError,
        book::{
            backup_file::{
                BACKED_UP, BACKUP_HEAD, CasebookBackupHead, FileList, ListedFile, PARTS, belongs, json, list_name,
            },
            casebook::{ANSWERS, COLLECTIONS},
        },
        log::{account::ACCOUNTS, chain, keyring::Keyring, snapshot, trust, trust::Pointer},
    },
    crypto::{OpenError, is_sealed},
    domain::{
        Date, Format,
        limits::{KIB, MANIFEST_BYTES, MIB},
    },
    files::{
        self, FileError, NewFile, Readers,
        tarball::{TarError, TarReader},
    },
    unseal::GovernanceIdentity,
};

/// Where a casebook is made before it is one.
const RESTORING: &str = "restoring";
/// What says that a restore began in a directory, and how far it came.
const MARK: &str = "candour-restore.json";

/// A casebook that was made of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoredCasebook {
    /// What the identity that opened the backup is to it.
    pub opener: BackupOpener,
    /// The day of the backup.
    pub on: Date,
    /// The events in the backup.
    pub events: u64,
    /// Whether an earlier command made it, which was cut off before it could say so.
    pub finished_earlier: bool,
}

/// What an identity that opens a backup is to the casebook in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupOpener {
    /// A member's, who opened the casebook before.
    Member,
    /// A member's, who was let join and never opened it.
    Joining,
    /// The recovery keys'.
    Recovery,
    /// Nobody's of the casebook: the backup was made to it, and it opens nothing else.
    Stranger,
}

impl Casebook {
    /// Makes a casebook of a backup, in a directory that is empty or not there. Killed at any point, the same command again
    /// ends the same. Keys of a member are remembered for this account.
    ///
    /// # Errors
    /// If the backup is not whole or not sealed to this identity, if the casebook in it is not in order, or if it can't be
    /// written; then there is no casebook.
    pub fn restore(
        directory: &Path,
        identity: &Arc<GovernanceIdentity>,
        keys: &KeyPaths,
        file: &Path,
    ) -> Result<RestoredCasebook, CasebookError> {
        let is_new = directory.symlink_metadata().is_err();
        files::create_team_directory(directory)?;
        let _held = files::hold_directory(directory)?;
        let place = CasebookPlace { directory, beside: directory.join(RESTORING), mark: directory.join(MARK) };
        let (head, opener) = if let Some(head) = place.earlier()? {
            place.settle()?;
            (head, None)
        } else {
            let made = place.make(identity, keys, file).inspect_err(|_| {
                // What can't be removed now, the next attempt removes.
                let _ = place.give_up();
                if is_new {
                    let _ = fs::remove_dir(directory);
                }
            })?;
            place.settle()?;
            made
        };
        let finished_earlier = opener.is_none();
        let opener = opener.map_or_else(|| opener_of(directory, identity), Ok)?;
        // It is a casebook now; if this stays, the next command to restore here says that it is done.
        let _ = place.clear();
        Ok(RestoredCasebook { opener, on: head.on, events: head.head.number, finished_earlier })
    }
}

/// A directory that is to become a casebook.
struct CasebookPlace<'a> {
    directory: &'a Path,
    /// Where it is made first.
    beside: PathBuf,
    mark: PathBuf,
}

impl CasebookPlace<'_> {
    /// Everything that moves up, what makes it a casebook last.
    fn names() -> impl Iterator<Item = &'static str> {
        [snapshot::DIRECTORY, ACCOUNTS, BACKED_UP].into_iter().chain(PARTS)
    }

    /// What an earlier command made whole. Otherwise nothing but what one left that was cut off may be in the directory.
    fn earlier(&self) -> Result<Option<CasebookBackupHead>, CasebookError> {
        let has_begun = self.mark.symlink_metadata().is_ok();
        let words = if has_begun { files::read_shared(&self.mark, KIB)? } else { Vec::new() };
        if let Ok(head) = serde_json::from_slice(&words) {
            return Ok(Some(head));
        }
        if self.directory.join(trust::NAME).symlink_metadata().is_ok() {
            return Err(CasebookBackupError::Exists(self.directory.to_owned()).into());
        }
        let unnamed = files::partial_path(Path::new(MARK));
        for name in files::names_in(self.directory)? {
            let is_left_over =
                (has_begun && words.is_empty() && (name == MARK || name == RESTORING)) || *name == unnamed;
            if !is_left_over {
                return Err(self.in_the_way(&name.to_string_lossy()));
            }
        }
        Ok(None)
    }

    fn in_the_way(&self, found: &str) -> CasebookError {
        CasebookBackupError::NotEmpty { directory: self.directory.to_owned(), found: found.to_owned() }.into()
    }

    /// Makes it whole beside its place, and checks it.
    fn make(
        &self,
        identity: &Arc<GovernanceIdentity>,
        keys: &KeyPaths,
        file: &Path,
    ) -> Result<(CasebookBackupHead, Option<BackupOpener>), CasebookError> {
        files::close_directory(self.directory)?;
        if self.mark.symlink_metadata().is_err() {
            files::write_new(&self.mark, Readers::Team, b"")?;
        }
        files::remove_tree(&self.beside)?;
        for part in [chain::EVENTS, COLLECTIONS, ANSWERS, snapshot::DIRECTORY] {
            files::create_team_directory(&self.beside.join(part))?;
        }
        let head = fill(&self.beside, identity, file)?;
        let opener = is_as_it_says(&self.beside, &head).and_then(|()| opener_of(&self.beside, identity));
        let opener = opener.map_err(|error| match error {
            CasebookError::Log(LogError::File(error)) => error.into(),
            CasebookError::Log(wrong) => CasebookBackupError::Wrong(wrong).into(),
            other => other,
        })?;
        if opener == BackupOpener::Member {
            keys.remember(&self.beside)?;
        }
        files::replace_unsynced(&self.beside.join(BACKED_UP), Readers::Team, &json(&head.last())?)?;
        files::sync_all_below(&self.beside)?;
        files::replace(&self.mark, Readers::Team, &json(&head)?)?;
        Ok((head, Some(opener)))
    }

    /// Moves up every part that is not there yet.
    fn settle(&self) -> Result<(), CasebookError> {
        for name in Self::names() {
            let (from, to) = (self.beside.join(name), self.directory.join(name));
            if from.symlink_metadata().is_err() {
                continue;
            }
            files::rename_new(&from, &to).map_err(|error| match error {
                FileError::Exists(_) => self.in_the_way(name),
                error => {
                    // It has its name if only that could not be put on the disk; what failed leaves no casebook.
                    if name == trust::NAME && from.symlink_metadata().is_err() {
                        let _ = fs::rename(&to, &from);
                    }
                    error.into()
                }
            })?;
        }
        Ok(())
    }

    /// Removes what is not going to be a casebook. While the mark has words, what is left half removed would be taken for whole.
    fn give_up(&self) -> Result<(), FileError> {
        if self.mark.symlink_metadata().is_ok_and(|found| found.len() > 0) {
            files::replace(&self.mark, Readers::Team, b"")?;
        }
        self.clear()
    }

    /// Removes what only a restore has. The mark goes last: it says whose the rest is.
    fn clear(&self) -> Result<(), FileError> {
        files::remove_tree(&self.beside)?;
        files::remove(&self.mark)
    }
}

/// Whether what was restored is what the backup's head says.
fn is_as_it_says(directory: &Path, head: &CasebookBackupHead) -> Result<(), CasebookError> {
    let inside = |what| Err(CasebookBackupError::Inside(what).into());
    if chain::numbers(directory)?.last() != Some(&head.head.number)
        || chain::digest(directory, head.head.number)? != head.head.digest
    {
        return inside("its last event is another than it says");
    }
    if Pointer::read(directory)?.casebook() != head.casebook {
        return inside("it is of another casebook than it says");
    }
    Ok(())
}

/// Checks a casebook as far as an identity opens it. Gives what that is to it.
fn opener_of(directory: &Path, identity: &Arc<GovernanceIdentity>) -> Result<BackupOpener, CasebookError> {
    let pointer = Pointer::read(directory)?;
    let (trusted, has_opened) = match pointer.trust(directory, identity) {
        Err(LogError::NotVouched(_)) => (pointer.unvouched(directory)?, false),
        trusted => (trusted?, true),
    };
    let Some(keys) = Keyring::open(directory, Arc::clone(identity))? else { return Ok(BackupOpener::Stranger) };
    let casebook = Casebook::replayed(directory, Arc::clone(identity), trusted, keys)?;
    let mine = identity.recipients().keys();
    let is_in_the_safe = |safe: &str| mine.iter().any(|key| key == safe);
    Ok(match (casebook.state.myself(), &casebook.state.recovery) {
        (Some(_), _) if has_opened => BackupOpener::Member,
        (Some(_), _) => BackupOpener::Joining,
        (None, Some(keys)) if keys.recipients.iter().any(|key| is_in_the_safe(key)) => BackupOpener::Recovery,
        (None, _) => BackupOpener::Stranger,
    })
}

fn fill(beside: &Path, identity: &GovernanceIdentity, file: &Path) -> Result<CasebookBackupHead, CasebookError> {
    let opened = File::open(file).map_err(FileError::io("read", file))?;
    if opened.metadata().map_err(FileError::io("read", file))?.is_dir() {
        return Err(CasebookBackupError::Kind.into());
    }
    let mut sealed = BufReader::with_capacity(MIB / 4, opened);
    if !is_sealed(sealed.fill_buf().map_err(CasebookBackupError::Read)?) {
        return Err(CasebookBackupError::Kind.into());
    }
    let mut tar = TarReader::new(identity.open_stream(sealed).map_err(CasebookBackupError::from)?);
    let head: CasebookBackupHead = read_json(&mut tar, BACKUP_HEAD)?;
    if head.format != Format::CasebookBackup {
        return Err(CasebookBackupError::Kind.into());
    }
    for number in 1_u64.. {
        let list: FileList = read_json(&mut tar, &list_name(number))?;
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
    Ok(head)
}

fn read_json<R: Read, T: serde::de::DeserializeOwned>(tar: &mut TarReader<R>, path: &str) -> Result<T, CasebookError> {
    let bytes = tar.read(path, MANIFEST_BYTES).map_err(CasebookBackupError::from)?;
    Ok(serde_json::from_slice(&bytes).map_err(|_| CasebookBackupError::Kind)?)
}

impl From<OpenError> for CasebookBackupError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::OtherKeys => Self::OtherKeys,
            OpenError::Altered => Self::Altered,
            OpenError::Inside => Self::Kind,
            OpenError::Io(error) => Self::Read(error),
        }
    }
}

impl From<TarError> for CasebookBackupError {
    fn from(error: TarError) -> Self {
        match error {
            TarError::Io(error) if error.raw_os_error().is_some() => Self::Read(error),
            TarError::Io(_) => Self::Altered,
            TarError::Out(error) => Self::Write(error),
            TarError::Unexpected(_) | TarError::TooLarge(_) => Self::Kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        os::unix::fs::{MetadataExt, PermissionsExt},
    };

    use super::*;
    use crate::{
        casebook::{NewProposal, NewRecovery},
        crypto::SigningKey,
        domain::{Calendar, CasebookId, Digest, MessageKind, Route, TeamRole},
        files::tarball::TarWriter,
        world::{
            DAY, TODAY,
            casebook::{Colleague, World, seal_bytes},
        },
    };

    fn full() -> World {
        full_of_two().0
    }

    /// A casebook with something of everything in it, and the second member.
    fn full_of_two() -> (World, Colleague) {
        let mut world = World::new();
        let second = world.colleague("Second", TeamRole::Reviewer);
        let id = world.concern(1, Route::StaffConcern, &[10, 70_000]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.reply(id, "What we say.");
        world.edit(|editor| editor.export_to_outbox(false, &TODAY)).unwrap();
        world.say(id, MessageKind::FollowUp, &[3]);
        let file = world.collect();
        world.import(&file).unwrap();
        (world, second)
    }

    fn backed_up(world: &World, to: Option<&GovernanceIdentity>) -> PathBuf {
        let out = world.dir.path().join("backup");
        let _ = files::remove(&out);
        world.open().unwrap().backup(to.map(GovernanceIdentity::recipients), &out, &TODAY).unwrap();
        out
    }

    fn put(path: &Path, bytes: &[u8]) {
        files::replace(path, Readers::Owner, bytes).unwrap();
    }

    fn keys() -> KeyPaths {
        KeyPaths { identity: "/keys/identity.txt".into(), signing_key: "/keys/signing.key".into() }
    }

    fn restore(world: &World, place: &Path, file: &Path) -> Result<RestoredCasebook, CasebookError> {
        Casebook::restore(place, &world.identity, &keys(), file)
    }

    fn refused(restored: Result<RestoredCasebook, CasebookError>) -> String {
        restored.unwrap_err().to_string()
    }

    /// Every file with its bytes, but for a member's checkpoint, which is sealed anew each time.
    fn kept(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut found, mut open) = (BTreeMap::new(), vec![PathBuf::new()]);
        while let Some(path) = open.pop() {
            for entry in fs::read_dir(directory.join(&path)).unwrap() {
                let entry = entry.unwrap();
                let path = path.join(entry.file_name());
                if entry.path().is_dir() {
                    found.insert(path.clone(), Vec::new());
                    open.push(path);
                } else {
                    found.insert(path, fs::read(entry.path()).unwrap());
                }
            }
        }
        found
    }

    fn place(directory: &Path) -> CasebookPlace<'_> {
        CasebookPlace { directory, beside: directory.join(RESTORING), mark: directory.join(MARK) }
    }

    #[test]
    fn what_burned_comes_back_byte_for_byte_and_each_member_opens_it() {
        let (world, second) = full_of_two();
        let out = backed_up(&world, None);
        let mut before = kept(&world.casebook());
        assert!(before.len() > 20, "{:?}", before.keys());
        let version = world.open().unwrap().version();
        fs::remove_dir_all(world.casebook()).unwrap();
        let restored = restore(&world, &world.casebook(), &out).unwrap();
        let expected =
            RestoredCasebook { opener: BackupOpener::Member, on: DAY, events: version, finished_earlier: false };
        assert_eq!(restored, expected);
        assert_eq!(KeyPaths::of_this_account(&world.casebook()).unwrap(), Some(keys()));
        fs::remove_dir_all(world.casebook().join(ACCOUNTS)).unwrap();
        before.remove(Path::new("lock"));
        assert_eq!(kept(&world.casebook()), before);
        // The next export knows that there is a backup.
        assert_eq!(world.open().unwrap().since_backup(), (Some(DAY), 0));
        let id = *world.reports.keys().next().unwrap();
        assert!(world.open().unwrap().show(id, DAY, &Calendar::default()).is_ok());
        assert_eq!(world.open_as(&second).unwrap().version(), version);
        // Not over one that is there.
        let before = kept(&world.casebook());
        let why = refused(restore(&world, &world.casebook(), &out));
        assert!(why.contains("there is a casebook in") && why.contains("already"), "{why}");
        assert_eq!(kept(&world.casebook()), before);
    }

    #[test]
    fn every_altered_or_cut_region_is_refused_and_leaves_nothing() {
        let world = full();
        let sealed = fs::read(backed_up(&world, None)).unwrap();
        let directory = world.dir.path().join("restored");
        let restore = |bytes: &[u8]| restore(&world, &directory, &world.carry(bytes)).map(drop);
        for at in (0..sealed.len()).step_by(sealed.len() / 40) {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(restore(&altered).is_err(), "at {at}");
            assert!(restore(&sealed[..at]).is_err(), "cut at {at}");
            assert!(!directory.exists());
        }
        restore(&sealed).unwrap();
    }

    #[test]
    fn each_wrong_file_is_named() {
        let world = full();
        let file = backed_up(&world, None);
        let directory = world.dir.path().join("restored");
        let collection = world.carry(&seal_bytes(b"something else", &world.recipients()));
        for other in [collection, world.carry(b"a letter"), world.dir.path().to_owned()] {
            let why = refused(restore(&world, &directory, &other));
            assert!(why.contains("this is no backup of a casebook; give the file"), "{why}");
        }
        let stranger = Arc::new(GovernanceIdentity::generate());
        let why = refused(Casebook::restore(&directory, &stranger, &keys(), &file));
        assert!(why.contains("not sealed to this identity") && !why.contains("box"), "{why}");
        assert!(!directory.exists());
    }

    #[test]
    fn a_backup_that_is_not_what_it_says_is_refused() {
        let world = full();
        let sealed = fs::read(backed_up(&world, None)).unwrap();
        let with_head = |change: &dyn Fn(&mut CasebookBackupHead)| {
            let mut plain = Vec::new();
            world.identity.open_stream(sealed.as_slice()).unwrap().read_to_end(&mut plain).unwrap();
            let mut rest = plain.as_slice();
            let head = TarReader::new(&mut rest).read(BACKUP_HEAD, MANIFEST_BYTES).unwrap();
            let mut head: CasebookBackupHead = serde_json::from_slice(&head).unwrap();
            change(&mut head);
            let mut tar = TarWriter::new(Vec::new());
            tar.append(BACKUP_HEAD, &json(&head).unwrap()).unwrap();
            let mut made = tar.finish().unwrap();
            made.truncate(made.len() - 1024);
            made.extend_from_slice(rest);
            world.carry(&seal_bytes(&made, &world.recipients()))
        };
        let directory = world.dir.path().join("restored");
        let changes: [&dyn Fn(&mut CasebookBackupHead); 4] = [
            &|head| head.head.number -= 1,
            &|head| head.head.number += 1,
            &|head| head.head.digest = Digest([7; 32]),
            &|head| head.casebook = CasebookId([7; 16]),
        ];
        for change in changes {
            let why = refused(restore(&world, &directory, &with_head(change)));
            assert!(why.contains("the backup contradicts itself"), "{why}");
            assert!(!directory.exists());
        }
        restore(&world, &directory, &with_head(&|_| {})).unwrap();
    }

    #[test]
    fn a_casebook_that_is_not_in_order_never_gets_its_name() {
        let world = full();
        let mut opened = world.open().unwrap();
        let event = chain::path(&world.casebook(), 2);
        let mut altered = fs::read(&event).unwrap();
        *altered.last_mut().unwrap() ^= 1;
        put(&event, &altered);
        let out = world.dir.path().join("backup");
        opened.backup(None, &out, &TODAY).unwrap();
        let directory = world.dir.path().join("restored");
        let why = refused(restore(&world, &directory, &out));
        let expected = "the casebook in this backup is not in order: event 2 of the casebook is altered or cut short; nothing \
                        was restored: use another backup";
        assert_eq!(why, expected);
        assert!(!directory.exists());
    }

    #[test]
    fn keys_that_are_no_members_restore_it_and_it_is_said_whose_they_are() {
        let (world, second) = full_of_two();
        let (safe, (_, signer)) = (Arc::new(GovernanceIdentity::generate()), SigningKey::generate().unwrap());
        world.agree(NewProposal::Recovery(Some(NewRecovery { signer, recipients: safe.recipients() }))).unwrap();
        let own = Arc::new(GovernanceIdentity::generate());
        let word = |identity: &Arc<GovernanceIdentity>| {
            Pointer::read(&world.casebook()).unwrap().vouch(&world.casebook(), identity).unwrap();
        };
        for (identity, to, opener) in [
            (&safe, None, BackupOpener::Recovery),
            (&own, Some(&*own), BackupOpener::Stranger),
            (&second.identity, None, BackupOpener::Member),
        ] {
            let directory = world.dir.path().join("restored");
            let restored = Casebook::restore(&directory, identity, &keys(), &backed_up(&world, to)).unwrap();
            assert_eq!((restored.opener, restored.on), (opener, DAY));
            let is_remembered = KeyPaths::of_this_account(&directory).unwrap().is_some();
            assert_eq!(is_remembered, opener == BackupOpener::Member);
            assert!(Casebook::open(&directory, Arc::clone(&world.identity)).is_ok());
            fs::remove_dir_all(&directory).unwrap();
        }
        // Somebody was let join, and did not yet.
        fs::remove_dir_all(world.casebook().join(trust::TRUST)).unwrap();
        word(&world.identity);
        let directory = world.dir.path().join("restored");
        let restored = Casebook::restore(&directory, &second.identity, &keys(), &backed_up(&world, None)).unwrap();
        assert_eq!(restored.opener, BackupOpener::Joining);
    }

    #[test]
    fn cut_off_anywhere_the_same_command_ends_the_same() {
        let world = full();
        let out = backed_up(&world, None);
        let whole = world.dir.path().join("whole");
        restore(&world, &whole, &out).unwrap();
        let expected: Vec<_> = kept(&whole).into_iter().collect();
        let again = |directory: &Path, finished_earlier: bool| {
            let restored = restore(&world, directory, &out).unwrap();
            assert_eq!(restored.finished_earlier, finished_earlier);
            assert_eq!(restored.opener, BackupOpener::Member);
            assert_eq!(kept(directory).into_iter().collect::<Vec<_>>(), expected);
            fs::remove_dir_all(directory).unwrap();
        };
        let directory = world.dir.path().join("cut-off");
        // Before all of it was there.
        for name in [files::partial_path(Path::new(MARK)), MARK.into()] {
            fs::create_dir(&directory).unwrap();
            put(&directory.join(&name), b"");
            if name == Path::new(MARK) {
                fs::create_dir_all(directory.join(RESTORING).join("keys")).unwrap();
                put(&directory.join(RESTORING).join("head.json"), b"half");
            }
            again(&directory, false);
        }
        // While each part moves up, and after that.
        let names: Vec<_> = CasebookPlace::names().collect();
        for moved in 0..=names.len() {
            fs::create_dir(&directory).unwrap();
            place(&directory).make(&world.identity, &keys(), &out).unwrap();
            for name in names.iter().take(moved) {
                fs::rename(directory.join(RESTORING).join(name), directory.join(name)).unwrap();
            }
            again(&directory, true);
        }
        fs::create_dir(&directory).unwrap();
        place(&directory).make(&world.identity, &keys(), &out).unwrap();
        place(&directory).settle().unwrap();
        fs::remove_dir(directory.join(RESTORING)).unwrap();
        again(&directory, true);
    }

    #[test]
    fn what_is_given_up_half_way_is_not_taken_for_whole() {
        let world = full();
        let out = backed_up(&world, None);
        let directory = world.dir.path().join("given-up");
        fs::create_dir(&directory).unwrap();
        place(&directory).make(&world.identity, &keys(), &out).unwrap();
        // Something stands in the way of removing all of it.
        let beside = place(&directory).beside;
        files::remove_tree(&beside).unwrap();
        put(&beside, b"in the way");
        assert!(place(&directory).give_up().is_err());
        assert_eq!(fs::read(directory.join(MARK)).unwrap(), b"");
        fs::remove_file(&beside).unwrap();
        assert!(!restore(&world, &directory, &out).unwrap().finished_earlier);
    }

    #[test]
    fn nothing_that_is_somebody_elses_is_ever_removed() {
        let world = full();
        let out = backed_up(&world, None);
        let directory = world.dir.path().join("mine");
        for mine in ["letter", "restoring/letter", "keys/letter", "events/00000001.age", MARK] {
            let path = directory.join(mine);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            put(&path, b"mine");
            fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
            let before = kept(&directory);
            let why = refused(restore(&world, &directory, &out));
            let name = mine.split('/').next().unwrap();
            assert!(why.contains(&format!("is not empty: {name} is in it")), "{why}");
            assert_eq!((kept(&directory), directory.metadata().unwrap().mode() & 0o777), (before, 0o755));
            fs::remove_dir_all(&directory).unwrap();
        }
        // Nor what came between.
        fs::create_dir_all(directory.join("keys")).unwrap();
        put(&directory.join(MARK), b"");
        assert!(refused(restore(&world, &directory, &out)).contains("keys is in it"));
        fs::remove_dir(directory.join("keys")).unwrap();
        place(&directory).make(&world.identity, &keys(), &out).unwrap();
        fs::create_dir(directory.join("keys")).unwrap();
        put(&directory.join("keys/letter"), b"mine");
        assert!(refused(restore(&world, &directory, &out)).contains("keys is in it"));
        assert_eq!(fs::read(directory.join("keys/letter")).unwrap(), b"mine");
        assert!(!directory.join(trust::NAME).exists());
        fs::remove_dir_all(directory.join("keys")).unwrap();
        assert!(restore(&world, &directory, &out).unwrap().finished_earlier);
    }

    #[test]
    fn two_at_once_are_one_and_a_disk_of_its_own_has_a_directory_at_its_top() {
        let world = full();
        let out = backed_up(&world, None);
        let directory = world.dir.path().join("restored");
        fs::create_dir_all(directory.join("lost+found")).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        let held = files::hold_directory(&directory).unwrap();
        let why = refused(restore(&world, &directory, &out));
        assert!(why.contains("by another command"), "{why}");
        drop(held);
        restore(&world, &directory, &out).unwrap();
        assert!(directory.join("lost+found").exists());
        // As it is in any that no group shares.
        assert_eq!(directory.metadata().unwrap().mode() & 0o7777, 0o700);
    }

    #[test]
    fn a_full_disk_is_no_bad_medium() {
        let of = |error| CasebookBackupError::from(error).to_string();
        let full = || std::io::Error::from_raw_os_error(28);
        assert!(of(TarError::Out(full())).starts_with("the casebook can't be written: No space left"));
        assert!(of(TarError::Io(full())).starts_with("reading the backup failed"));
    }
}
