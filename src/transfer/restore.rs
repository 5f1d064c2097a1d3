//! A box that is made of a backup: whole or not at all, and in a new epoch.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{
    box_backup::{BoxBackupHead, FORMATS, HEAD, RecordList, list_path, sealed_path},
    box_directory::{BOX_KEY, BOX_PUBLIC, CALENDAR, STORE, bank_holidays_file, store_directory},
};
use crate::{
    crypto::{
        BackupIdentity, BackupReader, BoxRole, OpenError, SigningKey, VerifyingKey, digest, is_sealed, os_random, scrub,
    },
    domain::{
        BoxId, Date, Epoch, EpochId, Format,
        limits::{KIB, MANIFEST_BYTES, MIB},
    },
    files::{
        self, FileError, Readers,
        tarball::{TarError, TarReader},
    },
    store::{DATABASE, Restoration, Store, StoreError},
};

/// Where a box is made before it is one, in its data directory.
pub const RESTORING: &str = "restoring";
/// In it, what the backup is told by.
pub const OF_BACKUP: &str = "of-backup";
/// Bytes of that.
const OF_BYTES: usize = KIB;
/// What a file that is not sealed begins with, if it is a decisions file.
const DECISIONS: &[u8] = b"decisions.json\0";

/// A box that was made of a backup.
pub struct Restored {
    /// Its public key.
    pub key: VerifyingKey<BoxRole>,
    /// Which box it is.
    pub r#box: BoxId,
    /// The epoch that it begins.
    pub epoch: Epoch,
    /// How many reports it has.
    pub reports: u64,
    /// Whether an earlier command made it, which was killed before it could say so.
    pub finished_earlier: bool,
    /// Whether a key of the identity file opens what people send.
    pub is_the_teams: bool,
}

/// A box can't be made of a backup. There is no box.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is something in the way.
    #[error(
        "{} is not empty: {found} is in it; nothing was changed: restore into a directory that is empty or not there",
        .directory.display()
    )]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
        /// What is in it.
        found: String,
    },
    /// A box.
    #[error(
        "there is a box in {} already; nothing was changed: restore into a directory that is empty or not there",
        .0.display()
    )]
    Exists(PathBuf),
    /// Sealed to somebody else.
    #[error(
        "this is sealed to other keys than this identity: it is a backup that was made to another one, or something else, a collection perhaps"
    )]
    OtherKeys,
    /// A decisions file.
    #[error("this is a decisions file and no backup; the box takes it by `candour deliver`")]
    Decisions,
    /// Not sealed.
    #[error("this is no backup: it is not sealed; give the file that `candour backup` wrote")]
    NotSealed,
    /// Altered or cut.
    #[error("the backup is altered or cut short; use another copy of it, or an earlier one")]
    Altered,
    /// Sealed to this identity, and no backup.
    #[error(
        "this is no backup of a box: something else is sealed in it, a collection or a message perhaps; give the file that `candour backup` wrote"
    )]
    Kind,
    /// A backup of a casebook.
    #[error("this is a backup of a casebook; restore it at the desk, by `candour desk restore`")]
    Casebook,
    /// A later version made it.
    #[error("the backup is of a later version ({0}); use the newer candour")]
    Newer(String),
    /// What is in it is no box.
    #[error("what is in the backup was not written by candour ({0}): ask who could have made it, and use another one")]
    Inside(String),
    /// The box can't be opened.
    #[error("the box of this backup can't be opened: {0}")]
    Unusable(StoreError),
    /// Reading it failed.
    #[error("reading the backup failed: {0}; check what it lies on")]
    Read(io::Error),
    /// The store.
    #[error("the box can't be written: {0}")]
    Store(StoreError),
}

impl From<OpenError> for RestoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::OtherKeys => Self::OtherKeys,
            OpenError::Altered => Self::Altered,
            OpenError::Inside => Self::Kind,
            OpenError::Io(error) => Self::Read(error),
        }
    }
}

impl From<TarError> for RestoreError {
    fn from(error: TarError) -> Self {
        match error {
            TarError::Io(error) if error.raw_os_error().is_some() => Self::Read(error),
            TarError::Io(_) => Self::Altered,
            TarError::Out(error) => Self::Store(error.into()),
            TarError::Unexpected(_) | TarError::TooLarge(_) => inside("an entry is not where it should be"),
        }
    }
}

impl From<StoreError> for RestoreError {
    fn from(error: StoreError) -> Self {
        match error {
            // What is being written comes from the backup alone.
            StoreError::Damaged(what) => Self::Inside(what),
            error => Self::Store(error),
        }
    }
}

fn inside(what: &str) -> RestoreError {
    RestoreError::Inside(what.to_owned())
}

/// Makes a box of a backup, in a directory that is empty or not there. It begins a new epoch: the desk is told everything
/// anew. The store gets its place last, and is what makes it a box; killed before that, the same command again begins anew.
///
/// # Errors
/// If the backup is not whole or not the identity's, or if it can't be written; then there is no box.
pub fn restore(
    directory: &Path,
    identity: &BackupIdentity,
    today: Date,
    file: &Path,
) -> Result<Restored, RestoreError> {
    let is_new = directory.symlink_metadata().is_err();
    files::create_private_directory(directory)?;
    let _held = files::hold_directory(directory)?;
    let place = RestorePlace { directory, beside: directory.join(RESTORING) };
    let restored = place.restore(identity, today, file);
    if restored.is_err() && is_new {
        // It is not empty if it is a box after all.
        let _ = fs::remove_dir(directory);
    }
    restored
}

/// Whether what a box was restored in lies in its data directory still: nobody was told of it yet.
#[must_use]
pub fn is_left_over(directory: &Path) -> bool {
    directory.join(RESTORING).is_dir() && is_box(directory)
}

/// Removes what a box was restored in, once somebody was told of it, or uses it. From then on no command that restores
/// touches what is there.
pub fn forget_restore(directory: &Path) {
    if is_left_over(directory) {
        let beside = directory.join(RESTORING);
        // What stays is removed by the next command that opens the box.
        let _ = files::remove(&beside.join(OF_BACKUP)).map(|()| fs::remove_dir(beside));
    }
}

/// Whether a restore was cut off in a data directory.
#[must_use]
pub fn is_unfinished(directory: &Path) -> bool {
    directory.join(RESTORING).is_dir() && !is_box(directory)
}

fn is_box(directory: &Path) -> bool {
    store_directory(directory).join(DATABASE).symlink_metadata().is_ok()
}

/// A data directory that is to become a box.
struct RestorePlace<'a> {
    directory: &'a Path,
    /// Where it is made first.
    beside: PathBuf,
}

impl RestorePlace<'_> {
    /// What a box has beside its store, which comes last.
    fn names() -> impl Iterator<Item = &'static str> {
        [BOX_KEY, BOX_PUBLIC, CALENDAR].into_iter()
    }

    fn remove(path: &Path) -> Result<(), FileError> {
        if path.ends_with(STORE) || path.ends_with(CALENDAR) { files::remove_tree(path) } else { files::remove(path) }
    }

    fn is_box(&self) -> bool {
        is_box(self.directory)
    }

    /// Everything is opened before anything is removed, and what an attempt left goes when the box is whole that takes its
    /// place.
    fn restore(&self, identity: &BackupIdentity, today: Date, file: &Path) -> Result<Restored, RestoreError> {
        self.refuse_others()?;
        let opened = OpenedBackup::open(identity, file)?;
        if self.is_box() {
            return self.finish_earlier(identity, &opened);
        }
        let restored = self.make(identity, today, opened);
        if restored.is_err() && !self.is_box() {
            // Nothing is left that anybody could take for a box; of what an earlier attempt left beside it, the sign that it is
            // left over stays. What can't be removed now, the next attempt removes.
            let _ = self.empty();
            if Self::names().chain([STORE]).all(|name| !self.directory.join(name).exists()) {
                let _ = fs::remove_dir(&self.beside);
            }
        }
        restored
    }

    fn make<R: BufRead>(
        &self,
        identity: &BackupIdentity,
        today: Date,
        opened: OpenedBackup<R>,
    ) -> Result<Restored, RestoreError> {
        files::create_private_directory(&self.beside)?;
        self.empty()?;
        files::write_new(&self.beside.join(OF_BACKUP), Readers::Owner, opened.mark.as_bytes())?;
        let restored = fill(&self.beside, identity, today, opened)?;
        Self::names().chain([STORE]).try_for_each(|name| Self::remove(&self.directory.join(name)))?;
        self.settle()?;
        Ok(restored)
    }

    /// Removes what an attempt made so far.
    fn empty(&self) -> Result<(), FileError> {
        let failed = || FileError::io("read", &self.beside);
        for entry in fs::read_dir(&self.beside).map_err(failed())? {
            Self::remove(&entry.map_err(failed())?.path())?;
        }
        Ok(())
    }

    /// A box that an earlier command made of this backup, and of which it could not tell any more.
    fn finish_earlier<R: BufRead>(
        &self,
        identity: &BackupIdentity,
        opened: &OpenedBackup<R>,
    ) -> Result<Restored, RestoreError> {
        let mark = files::read_ordinary_text(&self.beside.join(OF_BACKUP), OF_BYTES);
        if mark.ok().as_ref() != Some(&opened.mark) {
            return Err(RestoreError::Exists(self.directory.to_owned()));
        }
        let store = Store::open(&store_directory(self.directory)).map_err(RestoreError::Unusable)?;
        let reports = store.snapshot::<_, StoreError>(|snapshot| snapshot.reports_count())?;
        let settings = store.settings();
        Ok(Restored {
            key: settings.box_key.clone(),
            r#box: settings.box_id,
            epoch: settings.epoch,
            reports,
            finished_earlier: true,
            is_the_teams: identity.recipients().first_of_the_team(&settings.team_keys).is_some(),
        })
    }

    /// Anything but what an attempt left that was killed is in the way.
    fn refuse_others(&self) -> Result<(), RestoreError> {
        let is_unfinished = self.beside.is_dir();
        if self.is_box() {
            if is_unfinished && self.beside.join(OF_BACKUP).is_file() {
                return Ok(());
            }
            forget_restore(self.directory);
            return Err(RestoreError::Exists(self.directory.to_owned()));
        }
        for name in files::names_in(self.directory)? {
            let is_left_over =
                is_unfinished && (name == RESTORING || Self::names().chain([STORE]).any(|left| name == left));
            if !is_left_over {
                let found = name.to_string_lossy().into_owned();
                return Err(RestoreError::NotEmpty { directory: self.directory.to_owned(), found });
            }
        }
        Ok(())
    }

    /// Gives every file its place, the store last; or none of them.
    fn settle(&self) -> Result<(), RestoreError> {
        let mut moved = Vec::new();
        for name in Self::names().filter(|name| self.beside.join(name).exists()).chain([STORE]) {
            let (from, to) = (self.beside.join(name), self.directory.join(name));
            if let Err(error) = files::rename_new(&from, &to) {
                // It has its name if only that could not be put on the disk.
                let undone = from.symlink_metadata().is_err().then_some(to).into_iter().chain(moved);
                for path in undone {
                    let _ = Self::remove(&path);
                }
                return Err(error.into());
            }
            moved.insert(0, to);
        }
        // It is a box now. What it was made in stays until that was told: so the same command tells it again.
        Ok(())
    }
}

/// A backup of which the beginning was read and is one.
struct OpenedBackup<R: BufRead> {
    tar: TarReader<BackupReader<R>>,
    head: BoxBackupHead,
    key: VerifyingKey<BoxRole>,
    /// SHA-256 of its beginning: no other backup has the same.
    mark: String,
}

impl OpenedBackup<BufReader<File>> {
    fn open(identity: &BackupIdentity, file: &Path) -> Result<Self, RestoreError> {
        let opened = File::open(file).map_err(FileError::io("read", file))?;
        let mut sealed = BufReader::with_capacity(MIB / 4, opened);
        let begins = sealed.fill_buf().map_err(RestoreError::Read)?;
        if begins.starts_with(DECISIONS) {
            return Err(RestoreError::Decisions);
        }
        if !is_sealed(begins) {
            return Err(RestoreError::NotSealed);
        }
        // It holds a key's random stanza.
        let mark = digest(&begins[..begins.len().min(4 * KIB)]).to_string();
        let mut tar = TarReader::new(identity.open_backup(sealed)?);
        let head = scrub::wiped(|| read_head(&mut tar))?;
        let key = public_half(head.box_key.as_str())?;
        Ok(Self { tar, head, key, mark })
    }
}

fn fill<R: BufRead>(
    beside: &Path,
    identity: &BackupIdentity,
    today: Date,
    opened: OpenedBackup<R>,
) -> Result<Restored, RestoreError> {
    let OpenedBackup { mut tar, head, key, .. } = opened;
    let (restoration, mut restored) = scrub::wiped(|| begin(&head, key, beside, identity, today))?;
    // The box's key is in it.
    drop(head);
    let reports = std::mem::take(&mut restored.reports);
    restored.reports = read_lists(&mut tar, restoration)?;
    // Only at its end is a sealed stream known to be whole.
    tar.end().map_err(|error| match error {
        TarError::Unexpected(_) => RestoreError::Altered,
        error => error.into(),
    })?;
    if restored.reports != reports {
        return Err(inside("it holds another number of reports than it says"));
    }
    // Whatever keeps it from being opened is known now, and not when it is to serve.
    Store::open(&store_directory(beside)).map(drop).map_err(RestoreError::Unusable)?;
    Ok(restored)
}

/// Reads what a backup begins with.
fn read_head(tar: &mut TarReader<impl Read>) -> Result<BoxBackupHead, RestoreError> {
    let json = Zeroizing::new(tar.read(HEAD, MANIFEST_BYTES)?);
    let head: BoxBackupHead = serde_json::from_slice(&json).map_err(|_| other_head(&json))?;
    if head.format == Format::BoxBackup { Ok(head) } else { Err(other_head(&json)) }
}

/// Begins a box of that.
fn begin(
    head: &BoxBackupHead,
    key: VerifyingKey<BoxRole>,
    beside: &Path,
    identity: &BackupIdentity,
    today: Date,
) -> Result<(Restoration, Restored), RestoreError> {
    let epoch = Epoch { id: EpochId::random(&mut os_random()), began_on: today, backup_of: Some(head.on) };
    files::create_private_directory(&store_directory(beside))?;
    let restoration = Restoration::begin(&store_directory(beside), &head.records, &epoch, head.on)?;
    files::write_new(&beside.join(BOX_KEY), Readers::Owner, head.box_key.as_str().as_bytes())?;
    files::write_new(&beside.join(BOX_PUBLIC), Readers::Everyone, key.to_file().as_bytes())?;
    files::create_private_directory(&beside.join(CALENDAR))?;
    if let Some(holidays) = &head.bank_holidays {
        files::write_new(&bank_holidays_file(beside), Readers::Owner, holidays.as_bytes())?;
    }
    let settings = restoration.settings();
    if settings.box_id != head.r#box {
        return Err(inside("the box's id"));
    }
    if settings.box_key.to_base64() != key.to_base64() {
        return Err(inside("the box's key"));
    }
    let is_the_teams = identity.recipients().first_of_the_team(&settings.team_keys).is_some();
    let (r#box, reports) = (head.r#box, head.reports);
    Ok((restoration, Restored { key, r#box, epoch, reports, finished_earlier: false, is_the_teams }))
}

/// What it is, if not a backup of a box that this version knows.
fn other_head(json: &[u8]) -> RestoreError {
    #[derive(Deserialize)]
    struct AnyHead {
        format: String,
    }
    match serde_json::from_slice::<AnyHead>(json) {
        Ok(AnyHead { format }) if format == Format::CasebookBackup.slug() => RestoreError::Casebook,
        Ok(AnyHead { format }) if format.starts_with(FORMATS) && format != Format::BoxBackup.slug() => {
            // Whoever wrote it may have written anything.
            RestoreError::Newer(format.chars().take(FORMATS.len() + 8).filter(char::is_ascii_graphic).collect())
        }
        _ => inside("its first entry"),
    }
}

/// Puts in every list with the sealed files that follow it. Gives how many reports there were.
fn read_lists(tar: &mut TarReader<impl Read>, mut restoration: Restoration) -> Result<u64, RestoreError> {
    let mut reports = 0;
    for number in 1_u64.. {
        let list: RecordList = read_json(tar, &list_path(number))?;
        restoration.add_lists(&list.deliveries, &list.gone)?;
        restoration.add_reports(&list.reports)?;
        for report in &list.reports {
            for (place, size) in report.sealed_files() {
                restoration.add_file(report.id, place, size, |mut out| {
                    Ok::<_, RestoreError>(tar.copy(&sealed_path(report.id, place), size, &mut out)?)
                })?;
            }
            reports += u64::from(report.is_first());
        }
        if list.last {
            break;
        }
    }
    restoration.finish()?;
    Ok(reports)
}

fn read_json<T: DeserializeOwned>(tar: &mut TarReader<impl Read>, path: &str) -> Result<T, RestoreError> {
    let bytes = tar.read(path, MANIFEST_BYTES)?;
    serde_json::from_slice(&bytes).map_err(|_| inside("one of its lists"))
}

fn public_half(text: &str) -> Result<VerifyingKey<BoxRole>, RestoreError> {
    let key = SigningKey::<BoxRole>::from_plain_file(text).and_then(|key| key.verifying_key());
    key.map_err(|_| inside("the box's key"))
}
