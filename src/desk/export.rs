//! Writing decisions for the box: one tar file, `decisions.json` and its signature first, then the sealed answers.
//!
//! The file is whole on the disk under its partial name before the export is recorded, and gets its name after that. A
//! command killed in between leaves a partial file with the recorded digest; the next export to the same place names it.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use data_encoding::BASE64;
use tar::{Builder, EntryType, Header};

use super::{
    Casebook, DeskError, Editor, EventProblem,
    event::{AnswerId, Exported, What},
    state::{Report, StoredAnswer},
};
use crate::{
    crypto::{self, Hasher},
    domain::{AnswerEntry, Collected, Decisions, Digest, Format, ReportId, ReportState, Today, limits::KIB},
    files::{self, FileError, NewFile, Readers},
};

/// What an export did.
#[derive(Debug, PartialEq, Eq)]
pub enum Export {
    /// There is nothing that the box does not have; no file was written.
    Nothing,
    /// A file was written.
    Written {
        /// Its number.
        number: u64,
        /// How many answers are in it.
        answers: usize,
        /// Of how many reports it says what was collected.
        collected: usize,
    },
    /// The file of an export that was cut short has got its name.
    Finished {
        /// Its number.
        number: u64,
    },
}

impl Editor<'_> {
    /// Writes the answers that were not exported yet, and what was collected since. With `again`, also the answers that no
    /// collection has shown to be delivered and all that was ever collected: for when a file was lost on its way.
    ///
    /// # Errors
    /// If nothing was ever imported, or `out` is there already or can't be written.
    pub fn export(&mut self, out: &Path, again: bool, today: &dyn Today) -> Result<Export, DeskError> {
        if let Some(finished) = self.finish_last(out)? {
            return Ok(finished);
        }
        let Some(r#box) = self.casebook.state.r#box else { return Err(DeskError::NoBox) };
        let (answers, places) = self.casebook.answers_to_export(again);
        let collected = self.casebook.collected(again);
        if answers.is_empty() && collected.is_empty() {
            return Ok(Export::Nothing);
        }
        let number = self.casebook.state.exported + 1;
        let outcome = Export::Written { number, answers: answers.len(), collected: collected.len() };
        let decisions = Decisions { format: Format::Decisions, r#box, casebook: self.casebook.id(), number, collected, answers };
        let (json, signature) = crypto::sign(&decisions, self.key)?;

        let mut file = Hashing { out: NewFile::create(out, Readers::Owner)?, hasher: Hasher::default() };
        let mut archive = Builder::new(&mut file);
        let write = || FileError::io("write", out);
        append(&mut archive, "decisions.json", &json).map_err(write())?;
        append(&mut archive, "decisions.json.minisig", signature.as_bytes()).map_err(write())?;
        for (entry, place) in decisions.answers.iter().zip(places) {
            append(&mut archive, &entry.path(), &self.casebook.sealed_answer(entry, place)?).map_err(write())?;
        }
        archive.into_inner().map(drop).map_err(write())?;
        let Hashing { out: file, hasher } = file;
        file.sync()?;

        let answers = decisions.answers.iter().map(|entry| AnswerId { report: entry.report, seq: entry.seq }).collect();
        self.append(What::Exported(Exported { number, file: hasher.finish(), answers, collected: decisions.collected }), today)?;
        file.commit().map_err(DeskError::ExportLost)?;
        Ok(outcome)
    }

    /// Gives the last export its name, if it was recorded but killed before it had one.
    fn finish_last(&self, out: &Path) -> Result<Option<Export>, DeskError> {
        let partial = files::partial_path(out);
        let Some(recorded) = self.casebook.state.export_file else { return Ok(None) };
        if out.symlink_metadata().is_ok() || !partial.symlink_metadata().is_ok_and(|found| found.is_file()) || file_digest(&partial)? != recorded {
            return Ok(None);
        }
        files::rename_new(&partial, out)?;
        Ok(Some(Export::Finished { number: self.casebook.state.exported }))
    }
}

impl Casebook<'_> {
    /// How many answers the next export writes.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.answers_to_export(false).0.len()
    }

    /// The answers to write, by report and in order, and the event that holds each.
    fn answers_to_export(&self, again: bool) -> (Vec<AnswerEntry>, Vec<u64>) {
        let due = |report: &Report, answer: &StoredAnswer| is_to_export(report, answer, again);
        let reports = self.state.reports.iter();
        reports.flat_map(|(id, report)| report.answers.iter().filter(|answer| due(report, answer)).map(|answer| (entry(*id, report, answer), answer.event))).unzip()
    }

    fn collected(&self, again: bool) -> Vec<Collected> {
        let reports = self.state.reports.iter().map(|(id, report)| (report.acknowledged, Collected { report: *id, through: report.last_message() }));
        reports.filter(|(acknowledged, now)| now.through > 0 && (again || now.through > *acknowledged)).map(|(_, now)| now).collect()
    }

    /// The sealed bytes as they were made when it was decided.
    fn sealed_answer(&self, entry: &AnswerEntry, number: u64) -> Result<Vec<u8>, DeskError> {
        let unfit = DeskError::Event { number, problem: EventProblem::Unfit };
        let (event, _) = self.read_event(number)?;
        let What::Decided(decided) = event.what else { return Err(unfit) };
        let sealed = decided.answers.iter().find(|sealed| sealed.answer.seq == entry.seq && sealed.answer.report == entry.report);
        match sealed.and_then(|sealed| BASE64.decode(sealed.sealed.as_bytes()).ok()) {
            Some(bytes) if crypto::digest(&bytes) == entry.sha256 => Ok(bytes),
            _ => Err(unfit),
        }
    }
}

/// Nothing goes to a report that was withdrawn: the box has deleted it, and would refuse the whole file.
fn is_to_export(report: &Report, answer: &StoredAnswer, again: bool) -> bool {
    !report.withdrawn && answer.seq > report.delivered && (answer.exported_in.is_empty() || again)
}

fn entry(id: ReportId, report: &Report, answer: &StoredAnswer) -> AnswerEntry {
    AnswerEntry {
        report: id,
        seq: answer.seq,
        meets: report.met_by(answer.kind),
        closed: answer.state == ReportState::Closed,
        size: answer.size,
        sha256: answer.sha256,
    }
}

/// Appends a file that says nothing of who wrote it or when.
fn append(archive: &mut Builder<impl Write>, path: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    archive.append(&header, bytes)
}

fn file_digest(path: &PathBuf) -> Result<Digest, FileError> {
    let mut file = File::open(path).map_err(FileError::io("read", path))?;
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 64 * KIB];
    loop {
        match file.read(&mut buffer).map_err(FileError::io("read", path))? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Hashes what is written through it.
struct Hashing {
    out: NewFile,
    hasher: Hasher,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
