//! A backup of the box, made while it serves.
//!
//! It is logical: records as JSON, sealed files as they are, all of it sealed once more to whoever runs the box. So it holds no
//! more than what is used, and nothing that was withdrawn or deleted before it was made.

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    box_backup::{BoxBackupHead, HEAD, RecordList, list_path, sealed_path},
    box_directory::{BoxKeyError, bank_holidays_file, box_key},
    mark::{finish_if_marked, mark_of},
};
use crate::{
    crypto::{BackupRecipients, SealError, scrub, seal_backup},
    domain::{
        Date, Digest, Format, ReportId, Text,
        limits::{MIB, PART_LIST_BYTES},
    },
    files::{self, FileError, NewFile, Readers, tarball::TarWriter},
    store::{CopyError, DamagedFile, Snapshot, Store, StoreError},
};

/// Reports in one list, at most.
const AT_ONCE: usize = 1_000;
/// Deliveries or ids in one list, at most: each takes a hundred bytes.
const ROWS: usize = 20_000;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupOutcome {
    /// Reports.
    pub reports: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Whether the day on which it was made could be recorded.
    pub recorded: bool,
    /// The day on which an earlier command made it, that was killed before it could say so; then no more is known of it.
    pub made_on: Option<Date>,
    /// Files that are damaged and not in it.
    pub lost: Vec<DamagedFile>,
}

/// A backup could not be made. There is no file.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Without it, nothing that is restored is the box that the desk knows.
    #[error(transparent)]
    Key(#[from] BoxKeyError),
    /// One of the team's keys.
    #[error(
        "{0} is a key of the governance team, and no key of theirs may open a backup: its private half would have to come to the box's machine for a restore; make a pair of keys for backups, and seal it to that alone"
    )]
    Team(String),
    /// Writing it.
    #[error("the backup can't be written: {0}; free some space or use another disk")]
    Write(#[from] io::Error),
    /// Sealing it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The records have no JSON form.
    #[error("the records can't be written as JSON; run `candour check`")]
    Json,
}

impl From<CopyError> for BackupError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store(error) => Self::Store(error),
            CopyError::Write(error) => Self::Write(error),
        }
    }
}

/// Writes all that the box has into a new file, sealed to whoever runs it. People may send meanwhile: what was sent before
/// it began is in it, and nothing that came since.
///
/// # Errors
/// If anything can't be read, sealed or written; then there is no file.
pub fn backup(
    store: &Store,
    directory: &Path,
    to: &BackupRecipients,
    on: Date,
    out: &Path,
) -> Result<BackupOutcome, BackupError> {
    if let Some(key) = to.first_of_the_team(&store.settings().team_keys) {
        return Err(BackupError::Team(key));
    }
    files::refuse_inside(directory, out)?;
    if let Some(made_on) = finish_earlier(store, out)? {
        let bytes = out.metadata().map_or(0, |found| found.len());
        return Ok(BackupOutcome { reports: 0, bytes, recorded: true, made_on: Some(made_on), lost: Vec::new() });
    }
    let (_, key) = box_key(directory, store.settings())?;
    let holidays = bank_holidays_file(directory);
    let bank_holidays = if holidays.exists() { Some(files::read_ordinary_text(&holidays, MIB)?) } else { None };
    let mut file = NewFile::create(out, Readers::Owner)?;
    let (reports, lost) = store.snapshot(|snapshot| {
        let reports = snapshot.reports_count()?;
        let mut tar = TarWriter::new(seal_backup(to, BufWriter::with_capacity(MIB / 4, &mut file))?);
        scrub::wiped(|| {
            let (format, settings, box_key) = (Format::BoxBackup, store.settings(), Text::verbatim(&key));
            let (r#box, epoch) = (settings.box_id, settings.epoch);
            let records = snapshot.records()?;
            if !records.are_of_key(&settings.box_key) {
                // It was renewed since its key was read: a backup with the one and the other is none.
                return Err(BoxKeyError::HalfRenewed(directory.to_owned()).into());
            }
            let head = BoxBackupHead { format, r#box, on, epoch, reports, records, box_key, bank_holidays };
            Ok::<_, BackupError>(tar.append(HEAD, &json(&head)?)?)
        })?;
        let mut lists = Lists { tar, snapshot, written: 0, next: RecordList::default(), room: 0, lost: Vec::new() };
        lists.write_all()?;
        lists.tar.finish()?.finish()?.flush()?;
        Ok::<_, BackupError>((reports, lists.lost))
    })?;
    file.sync()?;
    // Before it has its name, so that whoever finds it there knows what it is; it can be restored from, whatever can't be
    // recorded now.
    let recorded = store.record_backup(on, Some(mark_of(&files::partial_path(out))?)).is_ok();
    if recorded {
        file.keep();
    }
    file.commit()?;
    let bytes = out.metadata().map_or(0, |found| found.len());
    // Its name is on the disk; if this can't be, the same command says once more that it is there.
    let _ = store.record_backup(on, None);
    Ok(BackupOutcome { reports, bytes, recorded, made_on: None, lost })
}

/// Names a file that is whole and on record, if the command that made it was killed before it could say so.
fn finish_earlier(store: &Store, out: &Path) -> Result<Option<Date>, BackupError> {
    let Some((on, Some(mark))) = store.last_backup()? else { return Ok(None) };
    let is_named = out.is_file() && mark_of(out)? == mark;
    if !is_named && !finish_if_marked(out, mark)? {
        return Ok(None);
    }
    store.record_backup(on, None)?;
    Ok(Some(on))
}

fn json(document: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, BackupError> {
    serde_json::to_vec(document).map(Zeroizing::new).map_err(|_| BackupError::Json)
}

/// The lists on their way into the backup, each followed by the sealed files that it names. No more than one is in memory.
struct Lists<'a, W: Write> {
    tar: TarWriter<W>,
    snapshot: &'a Snapshot<'a>,
    written: u64,
    next: RecordList,
    /// Bytes that what is in the next one takes.
    room: usize,
    /// Files that are damaged and left out.
    lost: Vec<DamagedFile>,
}

impl<W: Write> Lists<'_, W> {
    fn write_all(&mut self) -> Result<(), BackupError> {
        let mut after: Option<Digest> = None;
        loop {
            self.next.deliveries = self.snapshot.deliveries_after(after, ROWS)?;
            let Some(last) = self.next.deliveries.last() else { break };
            after = Some(last.sha256);
            self.write()?;
        }
        let mut after: Option<ReportId> = None;
        loop {
            self.next.gone = self.snapshot.gone_after(after, ROWS)?;
            let Some(last) = self.next.gone.last() else { break };
            after = Some(*last);
            self.write()?;
        }
        let mut after = None;
        while let Some(report) = self.snapshot.report_after(after)? {
            for entry in report {
                after = Some(entry.id);
                let room = entry.room();
                let is_full = self.next.reports.len() >= AT_ONCE || self.room + room > PART_LIST_BYTES;
                if is_full && !self.next.reports.is_empty() {
                    self.write()?;
                }
                self.room += room;
                self.next.reports.push(entry);
            }
        }
        self.next.last = true;
        self.write()
    }

    fn write(&mut self) -> Result<(), BackupError> {
        let mut list = std::mem::take(&mut self.next);
        self.snapshot.leave_out_damaged(&mut list.reports, &mut self.lost)?;
        (self.room, self.written) = (0, self.written + 1);
        self.tar.append(&list_path(self.written), &json(&list)?)?;
        for report in &list.reports {
            for (place, size) in report.sealed_files() {
                self.tar.append_with(&sealed_path(report.id, place), size, |out| {
                    Ok::<_, BackupError>(self.snapshot.copy_sealed(report.id, place, out)?)
                })?;
            }
        }
        Ok(())
    }
}
