//! Taking in a collection: all of it or nothing.
//!
//! The collection is read once from front to back, in memory that does not grow with it. Nothing in it is trusted
//! before the manifest's signature has held, and no file is kept that is not the manifest's to the last byte.

mod known;
mod manifest;
mod message;
mod progress;
mod reports;
#[cfg(test)]
mod tests;

use std::{fs::File, io::BufReader, path::Path};

pub use self::progress::Progress;
use self::{
    manifest::Order,
    progress::CountedRead,
    reports::{Taken, TakenReport},
};
use crate::{
    casebook::{
        CasebookError, Editor, Refusal,
        log::{
            chain::seal_matter,
            event::{Imported, Matter, News, What},
        },
    },
    domain::{Date, MessageKind, ReportId, Route, Today},
    files::{self, FileError, tarball::TarReader},
};

/// What an import brought.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// The collection's number.
    pub number: u64,
    /// Whether the same collection was imported before, so that nothing was to be done.
    pub known: bool,
    /// Collections before it that were never imported.
    pub passed_over: u64,
    /// How many reports were not known before.
    pub new_reports: usize,
    /// How many files came with the new messages.
    pub files: usize,
    /// Each new message.
    pub messages: Vec<ImportedMessage>,
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
    /// Takes in a collection. The same one again changes nothing and succeeds. With `missing`, collections that were
    /// lost are passed over: each holds everything that the desk has not acknowledged, so nothing is lost by that.
    ///
    /// # Errors
    /// [`ImportError::Refused`](crate::casebook::ImportError::Refused) if it is altered, out of order or from another
    /// box; the casebook is then as it was.
    pub fn import(&mut self, file: &Path, missing: bool, today: &dyn Today) -> Result<Import, CasebookError> {
        self.import_watched(file, missing, today, &Progress::default())
    }

    /// As [`Self::import`], telling how far it has come.
    ///
    /// # Errors
    /// As [`Self::import`].
    pub fn import_watched(
        &mut self,
        file: &Path,
        missing: bool,
        today: &dyn Today,
        progress: &Progress,
    ) -> Result<Import, CasebookError> {
        let opened = File::open(file).map_err(FileError::io("read", file))?;
        let length = opened.metadata().map_err(FileError::io("read", file))?.len();
        let counted = CountedRead::new(opened, length, progress);
        let plain = self.casebook.member.open_stream(BufReader::new(counted)).map_err(Refusal::Open)?;
        let mut tar = TarReader::new(plain);
        let manifest = self.read_manifest(&mut tar)?;
        let order = Order::of(&manifest, &self.casebook.state, missing)?;
        let document = manifest.document();
        let Taken { reports, staging } = self.read_reports(&mut tar, document, missing)?;
        // Only at its end is a sealed stream known to be whole.
        tar.end()?;

        let outcome = self.outcome(document.number, order, &reports);
        if order == Order::Known {
            return Ok(outcome);
        }
        for report in &reports {
            if let Some((key, keys)) = &report.key.new {
                self.casebook.keys.save(report.id, key.generation, keys, None, false)?;
            }
        }
        // The new reports' keys, and every file that is not yet under its name.
        files::sync_all_below(&self.casebook.directory)?;
        if let Some(staging) = staging {
            staging.commit()?;
        }
        let (mut news, mut matters) = (Vec::new(), Vec::new());
        for TakenReport { id, news: brought, key } in reports {
            let matter = Matter::News(brought);
            let about = seal_matter(&key.to, id, &matter)?;
            news.push(News { key: key.new.map(|(key, _)| key), about });
            matters.push(matter);
        }
        let imported = Imported {
            r#box: document.r#box,
            number: document.number,
            on: document.on,
            manifest: manifest.digest(),
            reports: news,
        };
        self.append(What::Imported(imported), matters, today)?;
        Ok(outcome)
    }

    fn outcome(&self, number: u64, order: Order, reports: &[TakenReport]) -> Import {
        let state = &self.casebook.state;
        let is_new = |id| !state.reports.contains_key(id) && !state.opaque.contains_key(id);
        let messages: Vec<ImportedMessage> = reports
            .iter()
            .flat_map(|TakenReport { id, news, .. }| {
                news.messages.iter().map(|message| ImportedMessage {
                    report: *id,
                    seq: message.seq,
                    kind: message.kind,
                    route: news.route,
                    on: message.on,
                    files: message.files.len() - 1,
                })
            })
            .collect();
        Import {
            number,
            known: order == Order::Known,
            passed_over: if let Order::New { passed_over } = order { passed_over } else { 0 },
            new_reports: reports.iter().filter(|report| is_new(&report.id)).count(),
            files: messages.iter().map(|message| message.files).sum(),
            messages,
        }
    }
}
