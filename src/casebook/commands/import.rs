//! Taking in a collection: all of it or nothing.
//!
//! The collection is read once from front to back, in memory that does not grow with it: one thread opens it, one reads
//! what is in it, and one seals what is kept. Nothing in it is trusted before the manifest's signature has held, and
//! nothing is kept that the box did not commit to, to the last byte. Only of one that is refused for what can't be opened
//! the files are read once more, to say whether they are those that the box sent.

mod choices;
mod known;
mod manifest;
mod message;
mod progress;
mod reports;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::{BufReader, Read, Seek},
    path::Path,
};

pub use self::{choices::ImportChoices, progress::Progress};
use self::{
    manifest::{Order, ReadManifest},
    message::MessagePlace,
    progress::CountedRead,
    reports::{MendedReport, Taken, TakenReport},
};
use crate::{
    casebook::{
        CasebookError, Editor, ImportError, Refusal,
        carry::{inbox, staging::Staging},
        log::event::{Imported, Matter, News, SealedMatter, What},
        parallel::side_by_side,
        state::at_box::CollectionPlace,
    },
    crypto::pipe,
    domain::{Date, Manifest, MessageKind, Part, ReportId, Route, Today},
    files::{self, FileError, tarball::TarReader},
};

/// What an import brought.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// The collection's number.
    pub number: u64,
    /// Which part of it was taken in.
    pub part: Part,
    /// Whether the same part was imported before, so that nothing was to be done.
    pub known: bool,
    /// Collections before it that were never imported.
    pub passed_over: u64,
    /// Whether it begins an epoch after another one.
    pub new_epoch: bool,
    /// How many reports were not known before.
    pub new_reports: usize,
    /// How many files came with the new messages.
    pub files: usize,
    /// Each new message whose files came.
    pub messages: Vec<ImportedMessage>,
    /// New messages of reports that are closed to whoever took it in: a colleague who may read them takes them in with a
    /// later collection.
    pub left_out: usize,
    /// Messages, by report and number at the box, that are sealed to keys which whoever took it in does not have. They are
    /// listed here, and the box sends them until somebody opened them.
    pub unopened: Vec<(ReportId, u32)>,
    /// Messages that were here and were not what the person sent, by report and number: now they are.
    pub mended: Vec<(ReportId, u32)>,
    /// Reports that can't be those that are here under their ids: nothing of them was taken in.
    pub apart: Vec<ReportId>,
}

/// A message that an import brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportedMessage {
    /// The report that it belongs to, new or known.
    pub report: ReportId,
    /// Its number within the report.
    pub seq: u32,
    /// A concern begins a report; the others add to it.
    pub kind: MessageKind,
    /// The report's route.
    pub route: Route,
    /// The day it came in.
    pub on: Date,
    /// How many files came with it.
    pub files: usize,
}

impl Editor<'_> {
    /// Takes in a collection. One that was imported before is compared with what is here, and what is not as the person
    /// sent it is mended; if all is well, it changes nothing and succeeds.
    ///
    /// # Errors
    /// [`ImportError::Refused`] if it is altered, out of order or from another
    /// box; the casebook is then as it was.
    pub fn import(&mut self, file: &Path, choices: &ImportChoices, today: &dyn Today) -> Result<Import, CasebookError> {
        self.import_watched(file, choices, today, &Progress::default())
    }

    /// As [`Self::import`], telling how far it has come.
    ///
    /// # Errors
    /// As [`Self::import`].
    pub fn import_watched(
        &mut self,
        file: &Path,
        choices: &ImportChoices,
        today: &dyn Today,
        progress: &Progress,
    ) -> Result<Import, CasebookError> {
        let opened = inbox::open(&self.casebook.directory, file)?;
        let length = opened.metadata().map_err(FileError::io("read", file))?.len();
        let mut again = opened.try_clone().map_err(FileError::io("read", file))?;
        let counted = CountedRead::new(opened, length, progress);
        let plain = self.casebook.member.open_stream(BufReader::new(counted)).map_err(Refusal::Open)?;
        let (opened, to_read) = pipe();
        let ((), outcome) = side_by_side(|| opened.pass_on(plain), || self.take_in(to_read, choices, today));
        if let Err(CasebookError::Import(ImportError::Refused(Refusal::Message { report, seq, .. }))) = outcome
            // What comes through a pipe can't be read again: then it is not said whose fault it is.
            && again.rewind().is_ok()
        {
            self.check_files(again, (report, seq))?;
        }
        outcome
    }

    /// Takes in what stands in a collection.
    fn take_in(
        &mut self,
        opened: impl Read,
        choices: &ImportChoices,
        today: &dyn Today,
    ) -> Result<Import, CasebookError> {
        let mut tar = TarReader::new(opened);
        let ReadManifest { verified, json, signature } = self.read_manifest(&mut tar)?;
        let order = Order::of(&verified, &self.casebook.state, choices)?;
        let document = verified.document();
        let Taken { reports, staging, mended, mending, left_out, unopened, apart } =
            self.read_reports(&mut tar, document, order)?;
        // Only at its end is a sealed stream known to be whole.
        tar.end()?;

        let outcome = Import { left_out, unopened, apart, ..self.outcome(document, order, &reports, &mended) };
        for report in &reports {
            if let Some((key, keys, readers)) = &report.key.new {
                self.casebook.keys.save(report.entry.id, key.generation, keys, readers, false)?;
            }
        }
        // The new reports' keys, and every file that is not yet under its name.
        if !reports.is_empty() || !mended.is_empty() {
            files::sync_all_below(&self.casebook.directory)?;
        }
        if let Some(mending) = mending {
            self.put_in_place(mending, &mended)?;
        }
        if let Some(staging) = staging {
            staging.commit()?;
        }
        if !mended.is_empty() {
            let about = mended.iter().map(|report| SealedMatter::about(report.id)).collect();
            let matters = mended.into_iter().map(|report| (report.to, Matter::News(report.messages))).collect();
            self.append_about(What::Mended(about), matters, today)?;
        }
        if order == Order::Known {
            return Ok(outcome);
        }
        let (mut news, mut matters) = (Vec::new(), Vec::new());
        for TakenReport { entry, messages, unopened, key } in reports {
            let about = SealedMatter::about(entry.id);
            news.push(News { key: key.new.map(|(key, ..)| key), about, unopened });
            matters.push((key.to, Matter::News(messages)));
        }
        let box_key = self.casebook.state.box_key.clone();
        let imported = Imported { box_key, manifest: json, signature, reports: news };
        self.append_about(What::Imported(imported), matters, today)?;
        Ok(outcome)
    }

    /// Whether a collection's files are those that its manifest names, up to and with one message's.
    fn check_files(&self, file: File, until: (ReportId, u32)) -> Result<(), CasebookError> {
        let plain = self.casebook.member.open_stream(BufReader::new(file)).map_err(Refusal::Open)?;
        let mut tar = TarReader::new(plain);
        let verified = self.read_manifest(&mut tar)?.verified;
        let manifest = verified.document();
        for report in &manifest.reports {
            for message in report.messages.iter().filter(|message| !message.files.is_empty()) {
                MessagePlace { manifest, report, message }.skip(&mut tar)?;
                if (report.id, message.seq) == until {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Puts files that were read anew in the place of those that were not what the person sent.
    fn put_in_place(&self, staged: Staging, mended: &[MendedReport]) -> Result<(), CasebookError> {
        let mut moves = Vec::new();
        for MendedReport { id, messages, .. } in mended {
            let records = self.casebook.state.reports.get(id).map(|report| report.messages.as_slice());
            for news in messages {
                let record = records.unwrap_or_default().iter().find(|record| record.is_kept_by(news));
                let Some(record) = record else { continue };
                let directory = self.casebook.import_path(record.import);
                moves.extend((0..news.kept.len()).map(|index| {
                    let path = Manifest::path(*id, news.seq, index);
                    (directory.join(&path), path)
                }));
            }
        }
        Ok(staged.put_in_place(&moves)?)
    }

    fn outcome(&self, manifest: &Manifest, order: Order, reports: &[TakenReport], mended: &[MendedReport]) -> Import {
        let state = &self.casebook.state;
        let messages: Vec<ImportedMessage> = reports
            .iter()
            .flat_map(|TakenReport { entry, messages, .. }| {
                let is_new = |seq| messages.iter().any(|news| news.seq == seq);
                let new = entry.messages.iter().filter(move |message| is_new(message.seq));
                new.map(|message| ImportedMessage {
                    report: entry.id,
                    seq: message.seq,
                    kind: message.kind,
                    route: entry.route,
                    on: message.on,
                    files: message.files.len() - 1,
                })
            })
            .collect();
        let mended = mended.iter().flat_map(|report| report.messages.iter().map(|news| (report.id, news.seq)));
        Import {
            number: manifest.number,
            part: manifest.part,
            known: order == Order::Known,
            passed_over: order.passed_over(),
            new_epoch: order == Order::New(CollectionPlace::NewEpoch),
            new_reports: reports.iter().filter(|report| !state.outlines.contains_key(&report.entry.id)).count(),
            files: messages.iter().map(|message| message.files).sum(),
            messages,
            left_out: 0,
            unopened: Vec::new(),
            mended: mended.collect(),
            apart: Vec::new(),
        }
    }
}
