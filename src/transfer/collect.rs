use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    box_directory::{ready_directory, ready_part},
    mark::{finish_if_marked, mark_of},
};
use crate::{
    crypto::{BoxRole, GovernanceRecipients, Hashed, SealError, SignError, SigningKey, os_random, seal_stream, sign},
    domain::{
        CollectionId, Date, FileEntry, Format, Manifest, Part,
        limits::{MIB, PARTS_MAX},
    },
    files::{self, FileError, NewFile, Readers, part_path, tarball},
    store::{
        CollectionRecord, CopyError, DamagedFile, NextCollection, ReadyCollection, ReadyStanding, Snapshot, Store,
        StoreError, show_day_alone,
    },
};

/// What a collection holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectOutcome {
    /// From 1 in each epoch.
    pub number: u64,
    /// How many files: the first has the name that was given, the others lie beside it.
    pub parts: u32,
    /// Messages whose files are in it: all that the desk is not known to have, those of earlier collections too.
    pub messages: usize,
    /// Reports that those belong to.
    pub reports: usize,
    /// Whether it was made by an earlier command that was killed just before it gave its files their names.
    pub finished_earlier: bool,
    /// Messages whose files are left out, because one of them is damaged: they count as not carried.
    pub lost: Vec<DamagedFile>,
    /// Numbers of collections that were handed out in part and whose files are not there any more, or not whole: nobody can be
    /// given the rest.
    pub given_up: Vec<u64>,
}

/// A collection could not be made. There is no file, and nothing in the box has changed.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// More than anybody carries.
    #[error("there is more to carry than a hundred thousand files hold; nothing was written")]
    TooMuch,
    /// Writing it.
    #[error("the collection can't be written: {0}; free some space or use another disk")]
    Write(#[from] io::Error),
    /// Sealing it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Signing it.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl From<CopyError> for CollectError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store(error) => Self::Store(error),
            CopyError::Write(error) => Self::Write(error),
        }
    }
}

/// Writes what the desk is not known to have into new files at `out` and beside it, sealed to the recipients and signed by
/// the box. With `again`, everything that the box still has: for a desk that finds that it never had it.
///
/// The files get their names after the collection is on record; killed in between, the same command again finishes it.
///
/// # Errors
/// If anything can't be read, sealed or written; then there is no file.
pub fn collect(
    store: &Store,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    on: Date,
    out: &Path,
    again: bool,
) -> Result<CollectOutcome, CollectError> {
    // The store lies in the data directory, where nothing else is written either.
    files::refuse_inside(store.directory().parent().unwrap_or(store.directory()), out)?;
    if let Some(outcome) = finish_earlier(store, out)? {
        return Ok(outcome);
    }
    // A part of an older one that lay beside it would be taken for a part of this one.
    files::refuse_existing(out)?;
    files::parts_beside(out).iter().try_for_each(|part| files::refuse_existing(part))?;
    let mut written = WrittenParts::default();
    let made = write_parts(
        store,
        to,
        key,
        (on, again),
        |number| part_path(out, number),
        |file, place, _| {
            file.sync()?;
            written.add(file, place);
            Ok(())
        },
    )?;
    let CollectOutcome { number, parts, .. } = made.outcome;
    let marks = (1..=parts).map(|part| mark_of(&files::partial_path(&part_path(out, part))));
    let marks = marks.collect::<Result<_, _>>()?;
    store.record_collection(CollectionRecord { number, id: made.id, on, files: marks })?;
    written.name()?;
    Ok(made.outcome)
}

/// The same into the directory of what lies ready, for somebody to fetch over a line: in place of the one before, if nobody
/// has any of that.
///
/// # Errors
/// If anything can't be read, sealed or written; then what lay ready does so still.
pub fn collect_ready(
    store: &Store,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    on: Date,
    carry: &Path,
    again: bool,
) -> Result<CollectOutcome, CollectError> {
    files::create_private_directory(carry)?;
    let _held = held(carry)?;
    let given_up = give_up_unreadable(store, carry)?;
    let mut attempts = 0..ATTEMPTS;
    loop {
        // What an earlier command left, or what is no longer told of.
        sweep(store, carry)?;
        match collect_ready_once(store, to, key, (on, again), carry) {
            // Somebody was handed a piece meanwhile, or carried one away.
            Err(CollectError::Store(StoreError::Busy)) if attempts.next().is_some() => {}
            outcome => {
                sweep(store, carry)?;
                // It is made at the timer's hour, or when somebody had to; the day is enough for whoever takes the box.
                show_day_alone(all_below(carry)?, on);
                return outcome.map(|outcome| CollectOutcome { given_up, ..outcome });
            }
        }
    }
}

/// Everything that lies ready, with the directories that it lies in.
fn all_below(carry: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut all = vec![carry.to_owned()];
    for name in files::names_in(carry)? {
        let ready = carry.join(name);
        all.extend(files::names_in(&ready)?.into_iter().map(|part| ready.join(part)));
        all.push(ready);
    }
    Ok(all)
}

/// What somebody has a part of, and of which the rest is not here, would keep all that comes after it from being fetched.
fn give_up_unreadable(store: &Store, carry: &Path) -> Result<Vec<u64>, CollectError> {
    let mut ready = store.ready_collections()?;
    ready.retain(|ready| ready.standing == ReadyStanding::HandedOut && !is_whole(carry, ready));
    if !ready.is_empty() {
        store.give_up_ready(ready.iter().map(|ready| ready.id).collect())?;
    }
    Ok(ready.into_iter().map(|ready| ready.number).collect())
}

fn is_whole(carry: &Path, ready: &ReadyCollection) -> bool {
    (1..).zip(&ready.parts).all(|(number, part)| match ready_part(carry, ready.id, number).symlink_metadata() {
        Ok(found) => found.is_file() && found.len() == part.size,
        // What can't be asked for at this moment may be there.
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    })
}

/// The directory, once a box that serves has cleared it.
fn held(carry: &Path) -> Result<File, FileError> {
    let begun = Instant::now();
    loop {
        match files::hold_directory(carry) {
            Err(FileError::Busy(_)) if begun.elapsed() < PATIENCE => thread::sleep(PATIENCE / 40),
            held => return held,
        }
    }
}

/// How long a command waits for a box that clears the directory.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a collection is made anew because another one left meanwhile.
const ATTEMPTS: usize = 3;

fn collect_ready_once(
    store: &Store,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    what: (Date, bool),
    carry: &Path,
) -> Result<CollectOutcome, CollectError> {
    let id = CollectionId::random(&mut os_random());
    let since = store.taken_back()?;
    files::create_private_directory(&ready_directory(carry, id))?;
    let mut parts = Vec::new();
    let made = write_parts_as(
        store,
        to,
        key,
        (what, id),
        |number| ready_part(carry, id, number),
        |file, _, entry| {
            file.commit()?;
            parts.push(entry);
            Ok(())
        },
    )?;
    files::sync_directory(carry)?;
    let (on, standing) = (what.0, ReadyStanding::Waits);
    let (number, previous) = (made.outcome.number, made.previous);
    store.record_ready(ReadyCollection { number, id, previous, on, parts, standing }, since)?;
    Ok(made.outcome)
}

/// Writes over and removes whatever lies in the directory of what lies ready and does not lie ready any more, unless a command
/// fills it: that one does so when it ends. For a timer.
///
/// # Errors
/// If it can't be removed.
pub fn clear_carried(store: &Store, carry: &Path) -> Result<(), CollectError> {
    // Most often there is nothing, and nobody is held up.
    if over(store, carry)?.is_empty() {
        return Ok(());
    }
    match files::hold_directory(carry) {
        Ok(_held) => sweep(store, carry),
        Err(FileError::Busy(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Writes over and removes whatever is not on record as lying ready: it is sealed, and somebody may have withdrawn it.
fn sweep(store: &Store, carry: &Path) -> Result<(), CollectError> {
    for place in over(store, carry)? {
        if place.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            for part in files::names_in(&place)? {
                files::erase(&place.join(part))?;
            }
        }
        files::remove_tree(&place)?;
    }
    Ok(())
}

/// What does not lie ready, or not any more.
fn over(store: &Store, carry: &Path) -> Result<Vec<PathBuf>, CollectError> {
    let mut ready = store.ready_collections()?;
    ready.retain(|ready| matches!(ready.standing, ReadyStanding::Waits | ReadyStanding::HandedOut));
    let lies_ready = |name: &OsString| ready.iter().any(|ready| name.as_os_str() == ready.id.to_string().as_str());
    let names = files::names_in(carry)?;
    Ok(names.into_iter().filter(|name| !lies_ready(name)).map(|name| carry.join(name)).collect())
}

/// A collection whose files are written and that is not on record yet.
struct MadeCollection {
    id: CollectionId,
    previous: Option<CollectionId>,
    outcome: CollectOutcome,
}

fn write_parts(
    store: &Store,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    what: (Date, bool),
    place: impl Fn(u32) -> PathBuf,
    take: impl FnMut(NewFile, PathBuf, FileEntry) -> Result<(), CollectError>,
) -> Result<MadeCollection, CollectError> {
    write_parts_as(store, to, key, (what, CollectionId::random(&mut os_random())), place, take)
}

/// Writes the parts of the next collection to their places, and hands each on when it is whole.
fn write_parts_as(
    store: &Store,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    ((on, again), id): ((Date, bool), CollectionId),
    place: impl Fn(u32) -> PathBuf,
    mut take: impl FnMut(NewFile, PathBuf, FileEntry) -> Result<(), CollectError>,
) -> Result<MadeCollection, CollectError> {
    let NextCollection { number, previous } = store.next_collection()?;
    let mut outcome = CollectOutcome {
        number,
        parts: 0,
        messages: 0,
        reports: 0,
        finished_earlier: false,
        lost: vec![],
        given_up: vec![],
    };
    store.snapshot(|snapshot| {
        let plan = snapshot.plan(again)?;
        let of = u32::try_from(plan.parts.len()).ok().filter(|of| *of <= PARTS_MAX).ok_or(CollectError::TooMuch)?;
        outcome.parts = of;
        let casebook = snapshot.casebook()?;
        for (part, ids) in (1..).zip(&plan.parts) {
            let manifest = Manifest {
                format: Format::Collection,
                r#box: store.settings().box_id,
                epoch: store.settings().epoch,
                number,
                id,
                part: Part { number: part, of },
                previous,
                on,
                casebook,
                besides: plan.besides,
                gone: plan.gone_in(part as usize).to_vec(),
                reports: snapshot.reports(ids, again, &mut outcome.lost)?,
            };
            let mut file = NewFile::create(&place(part), Readers::Owner)?;
            let mut counted = CountedBytes { inner: &mut file, size: 0 };
            let mut hashed = Hashed::new(BufWriter::with_capacity(MIB / 4, &mut counted));
            write(snapshot, &manifest, to, key, &mut hashed)?;
            hashed.flush()?;
            let (sha256, buffered) = hashed.finish();
            drop(buffered);
            let size = counted.size;
            take(file, place(part), FileEntry { size, sha256 })?;
            for report in &manifest.reports {
                let carried = report.messages.iter().filter(|message| !message.files.is_empty()).count();
                outcome.messages += carried;
                outcome.reports += usize::from(carried > 0);
            }
        }
        Ok::<_, CollectError>(())
    })?;
    Ok(MadeCollection { id, previous, outcome })
}

/// Counts what is written.
struct CountedBytes<W> {
    inner: W,
    size: u64,
}

impl<W: Write> Write for CountedBytes<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Parts that are whole and have no names yet. Dropped before they are on record, they are gone. The lock on the first holds
/// other commands off all of them; the others are closed, for there may be more than a program can have open.
#[derive(Default)]
struct WrittenParts {
    first: Option<NewFile>,
    others: Vec<PathBuf>,
}

impl WrittenParts {
    fn add(&mut self, mut file: NewFile, place: PathBuf) {
        if self.first.is_none() {
            self.first = Some(file);
        } else {
            file.keep();
            self.others.push(place);
        }
    }

    /// They are on record: whatever happens now, the same command again names them.
    fn name(mut self) -> Result<(), FileError> {
        let others = std::mem::take(&mut self.others);
        if let Some(mut first) = self.first.take() {
            first.keep();
            first.commit()?;
        }
        others.iter().try_for_each(|place| files::rename_new(&files::partial_path(place), place))
    }
}

impl Drop for WrittenParts {
    fn drop(&mut self) {
        for place in &self.others {
            // There is nobody to tell; what stays is written over by the next attempt.
            let _ = files::remove(&files::partial_path(place));
        }
    }
}

/// Names files that are whole and on record, but were not given their names.
fn finish_earlier(store: &Store, out: &Path) -> Result<Option<CollectOutcome>, CollectError> {
    let Some(last) = store.last_collection()? else { return Ok(None) };
    let mut is_finished = false;
    for (part, mark) in (1..).zip(&last.files) {
        let place = part_path(out, part);
        is_finished |= finish_if_marked(&place, *mark)?;
    }
    let parts = u32::try_from(last.files.len()).unwrap_or(u32::MAX);
    let outcome = CollectOutcome {
        number: last.number,
        parts,
        messages: 0,
        reports: 0,
        finished_earlier: true,
        lost: vec![],
        given_up: vec![],
    };
    Ok(is_finished.then_some(outcome))
}

fn write(
    snapshot: &Snapshot<'_>,
    manifest: &Manifest,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    out: impl Write,
) -> Result<(), CollectError> {
    let (json, signature) = sign(manifest, key)?;
    let mut tar = tarball::TarWriter::new(seal_stream(to, out)?);
    tar.append("manifest.json", &json)?;
    tar.append("manifest.json.minisig", signature.as_bytes())?;
    for report in &manifest.reports {
        for message in &report.messages {
            for (place, file) in message.files.iter().enumerate() {
                let path = Manifest::path(report.id, message.seq, place);
                tar.append_with(&path, file.size, |out| {
                    Ok::<_, CollectError>(snapshot.copy_file(report.id, message.seq, place, out)?)
                })?;
            }
        }
    }
    tar.finish()?.finish()?;
    Ok(())
}
