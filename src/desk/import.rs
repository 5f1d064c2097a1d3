//! Taking in a collection: all of it or nothing.
//!
//! The collection is read once from front to back, in memory that does not grow with it. Nothing in it is trusted before
//! the manifest's signature has held, and no file is kept that is not the manifest's to the last byte.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

use super::{
    DeskError, Editor, Refusal,
    event::{Imported, MessageNews, ReportNews, What},
    staging::Staging,
    state::Report,
};
use crate::{
    crypto::{self, Hashed, ReplyRecipient, Verified, VerifyError},
    domain::{
        Date, FileEntry, Manifest, Message, MessageEntry, MessageKind, ReportEntry, ReportId, Route, Today,
        limits::{KIB, MANIFEST_BYTES, MESSAGE_BYTES},
    },
    files::FileError,
    tarball::{Reader, TarError},
};

/// Bytes of a minisign signature file, and to spare.
const SIGNATURE_BYTES: usize = 4 * KIB;
/// Bytes of a sealed message: the padded message, and to spare for age's own.
const SEALED_MESSAGE_BYTES: usize = 2 * MESSAGE_BYTES;

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
    pub messages: Vec<NewMessage>,
}

/// A message that an import brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Its report.
    pub report: ReportId,
    /// Its number within the report.
    pub seq: u32,
    /// Which kind.
    pub kind: MessageKind,
    /// The report's route.
    pub route: Route,
    /// The day it came in.
    pub on: Date,
    /// How many files came with it.
    pub files: usize,
}

impl Editor<'_> {
    /// Takes in a collection. The same one again changes nothing and succeeds. With `missing`, collections that were lost
    /// are passed over: each holds everything that the desk has not acknowledged, so nothing is lost by that.
    ///
    /// # Errors
    /// [`DeskError::Refused`] if it is altered, out of order or from another box; the casebook is then as it was.
    pub fn import(&mut self, file: &Path, missing: bool, today: &dyn Today) -> Result<Import, DeskError> {
        let opened = File::open(file).map_err(FileError::io("read", file))?;
        let plain = self.casebook.identity.open_stream(BufReader::new(opened)).map_err(Refusal::Open)?;
        let mut tar = Reader::new(plain);
        let manifest = self.read_manifest(&mut tar)?;
        let order = self.check_order(&manifest, missing)?;
        let (news, staging) = self.read_reports(&mut tar, manifest.document(), missing)?;
        // Only at its end is a sealed stream known to be whole.
        tar.end().map_err(broken)?;

        let document = manifest.document();
        let outcome = self.outcome(document.number, order, &news);
        if order == Order::Known {
            return Ok(outcome);
        }
        if let Some(staging) = staging {
            staging.commit()?;
        }
        let imported =
            Imported { r#box: document.r#box, number: document.number, manifest: manifest.digest(), reports: news };
        self.append(What::Imported(imported), today)?;
        Ok(outcome)
    }

    fn read_manifest<R: Read>(&self, tar: &mut Reader<R>) -> Result<Verified<Manifest>, DeskError> {
        let bytes = tar.read("manifest.json", MANIFEST_BYTES).map_err(broken)?;
        let signature = tar.read("manifest.json.minisig", SIGNATURE_BYTES).map_err(broken)?;
        let signature = std::str::from_utf8(&signature).map_err(|_| Refusal::Manifest(VerifyError::Unreadable))?;
        let keys = std::slice::from_ref(&self.casebook.keys.box_key);
        let verified = crypto::verify::<Manifest>(&bytes, signature, keys).map_err(|error| match error {
            VerifyError::UnknownKey => Refusal::OtherBox,
            other => Refusal::Manifest(other),
        })?;
        Ok(verified)
    }

    fn check_order(&self, manifest: &Verified<Manifest>, missing: bool) -> Result<Order, Refusal> {
        let state = &self.casebook.state;
        let (document, last) = (manifest.document(), state.collection);
        let next = last.saturating_add(1);
        if state.r#box.is_some_and(|known| known != document.r#box) {
            return Err(Refusal::OtherBox);
        }
        let number = document.number;
        if number == last && state.manifest == Some(manifest.digest()) {
            Ok(Order::Known)
        } else if number <= last {
            Err(Refusal::Old { number, last })
        } else if number == next {
            if document.previous == state.manifest {
                Ok(Order::New { passed_over: 0 })
            } else {
                Err(Refusal::Unchained(last))
            }
        } else if missing {
            Ok(Order::New { passed_over: number - next })
        } else {
            Err(Refusal::Gap { number, next })
        }
    }

    /// Reads every file that the manifest names. New messages are opened, checked and staged; known ones are only checked.
    fn read_reports<R: Read>(
        &self,
        tar: &mut Reader<R>,
        manifest: &Manifest,
        missing: bool,
    ) -> Result<(Vec<ReportNews>, Option<Staging>), DeskError> {
        let mut staging = None;
        let mut news = Vec::new();
        let mut before = None;
        for entry in &manifest.reports {
            let known = self.casebook.state.reports.get(&entry.id);
            if before.is_some_and(|before| before >= entry.id) || !fits(entry, known) {
                return Err(Refusal::Contradiction(entry.id).into());
            }
            before = Some(entry.id);
            check_sequence(entry, known, missing)?;
            let mut messages: Vec<MessageNews> = Vec::new();
            for message in &entry.messages {
                if known.is_some_and(|known| message.seq <= known.last_message()) {
                    skip_message(tar, entry.id, message)?;
                    continue;
                }
                let staging = match &mut staging {
                    Some(staging) => staging,
                    none => none.insert(Staging::create(self.casebook.collection_path(manifest.number))?),
                };
                let read = self.read_message(tar, manifest, entry, message, staging)?;
                let reply_to = known
                    .and_then(|known| known.reply_to.as_deref())
                    .or_else(|| messages.first().map(|first| first.reply_to.as_str()));
                if reply_to.is_some_and(|known| known != read.reply_to) {
                    return Err(Refusal::Inside { report: entry.id, seq: message.seq }.into());
                }
                messages.push(read);
            }
            if !messages.is_empty() || known.is_none_or(|known| has_news(entry, known)) {
                news.push(ReportNews {
                    id: entry.id,
                    route: entry.route,
                    received_on: entry.received_on,
                    withdrawn: entry.withdrawn,
                    delivered: entry.delivered,
                    clocks: entry.clocks.clone(),
                    messages,
                });
            }
        }
        Ok((news, staging))
    }

    /// Opens and stages a new message, and stages its attachments.
    fn read_message<R: Read>(
        &self,
        tar: &mut Reader<R>,
        manifest: &Manifest,
        report: &ReportEntry,
        entry: &MessageEntry,
        staging: &mut Staging,
    ) -> Result<MessageNews, DeskError> {
        let (id, seq) = (report.id, entry.seq);
        let inside = || Refusal::Inside { report: id, seq };
        let (first, attachments) = entry.files.split_first().ok_or_else(inside)?;
        let path = Manifest::path(id, seq, 0);
        let sealed = tar.read(&path, SEALED_MESSAGE_BYTES).map_err(broken)?;
        if sealed.len() as u64 != first.size || crypto::digest(&sealed) != first.sha256 {
            return Err(Refusal::Files.into());
        }
        let message = self.casebook.identity.open_message(sealed.as_slice()).map_err(|source| Refusal::Message {
            report: id,
            seq,
            source,
        })?;
        if !is_as_listed(&message, manifest, report, entry) {
            return Err(inside().into());
        }
        let reply_to = ReplyRecipient::parse(&message.reply_to).map_err(|_| inside())?.to_string();
        staging.write(&path, &sealed)?;
        for (index, attachment) in (1..).zip(attachments) {
            let path = Manifest::path(id, seq, index);
            let mut file = staging.file(&path)?;
            copy(tar, &path, attachment, &mut file)?;
            file.commit()?;
        }
        let serious_harm = message.answers.as_ref().and_then(|answers| answers.serious_harm);
        Ok(MessageNews {
            seq,
            kind: entry.kind,
            on: entry.on,
            files: entry.files.clone(),
            areas: message.areas,
            serious_harm,
            reply_to,
        })
    }

    fn outcome(&self, number: u64, order: Order, news: &[ReportNews]) -> Import {
        let messages: Vec<NewMessage> = news
            .iter()
            .flat_map(|report| {
                report.messages.iter().map(|message| NewMessage {
                    report: report.id,
                    seq: message.seq,
                    kind: message.kind,
                    route: report.route,
                    on: message.on,
                    files: message.files.len() - 1,
                })
            })
            .collect();
        Import {
            number,
            known: order == Order::Known,
            passed_over: if let Order::New { passed_over } = order { passed_over } else { 0 },
            new_reports: news.iter().filter(|report| !self.casebook.state.reports.contains_key(&report.id)).count(),
            files: messages.iter().map(|message| message.files).sum(),
            messages,
        }
    }
}

/// How a collection stands to those imported before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Known,
    New { passed_over: u64 },
}

/// Whether the manifest says of a report what it said before, and numbers its messages upwards.
fn fits(entry: &ReportEntry, known: Option<&Report>) -> bool {
    let Some(known) = known else { return entry.messages.is_sorted_by_key(|message| message.seq) };
    let resent = entry.messages.iter().filter(|message| message.seq <= known.last_message());
    known.route == entry.route
        && known.received_on == entry.received_on
        && (entry.withdrawn || entry.delivered >= known.delivered)
        && (entry.withdrawn || !known.withdrawn)
        && resent.into_iter().all(|message| {
            known.messages.iter().any(|stored| {
                (stored.seq, stored.kind, stored.on, &stored.files)
                    == (message.seq, message.kind, message.on, &message.files)
            })
        })
}

/// New messages follow those that are known. Not so when the person withdrew: what was not collected is then deleted.
fn check_sequence(entry: &ReportEntry, known: Option<&Report>, missing: bool) -> Result<(), Refusal> {
    let mut last = known.map_or(0, Report::last_message);
    let mut lenient = missing || entry.withdrawn;
    if known.is_none() && entry.messages.is_empty() && !lenient {
        return Err(Refusal::Sequence(entry.id));
    }
    for message in entry.messages.iter().filter(|message| message.seq > known.map_or(0, Report::last_message)) {
        if message.seq <= last {
            return Err(Refusal::Contradiction(entry.id));
        }
        if message.seq != last.saturating_add(1) && !lenient {
            return Err(Refusal::Sequence(entry.id));
        }
        last = message.seq;
        // Only what was collected and lost can be missing, and that is at the beginning.
        lenient = entry.withdrawn;
    }
    Ok(())
}

fn has_news(entry: &ReportEntry, known: &Report) -> bool {
    entry.withdrawn != known.withdrawn || entry.delivered != known.delivered || entry.clocks != known.clocks
}

/// Whether what is sealed inside a message is what the manifest says outside.
fn is_as_listed(message: &Message, manifest: &Manifest, report: &ReportEntry, entry: &MessageEntry) -> bool {
    message.r#box == manifest.r#box
        && message.report == report.id
        && message.seq == entry.seq
        && message.kind == entry.kind
        && message.route == report.route
        && message.on == entry.on
        && message.attachments.len() == entry.files.len() - 1
        && message.answers.is_some() == (entry.kind == MessageKind::Concern)
        && (entry.kind == MessageKind::Concern) == (entry.seq == 1)
}

/// Checks the files of a message that was imported before, and keeps nothing.
fn skip_message<R: Read>(tar: &mut Reader<R>, report: ReportId, message: &MessageEntry) -> Result<(), DeskError> {
    for (index, file) in message.files.iter().enumerate() {
        copy(tar, &Manifest::path(report, message.seq, index), file, io::sink())?;
    }
    Ok(())
}

/// Reads an entry that must be exactly that file, and hands it on.
fn copy<R: Read>(tar: &mut Reader<R>, path: &str, file: &FileEntry, out: impl Write) -> Result<(), Refusal> {
    let mut hashed = Hashed::new(out);
    tar.copy(path, file.size, &mut hashed).map_err(broken)?;
    if hashed.finish().0 == file.sha256 { Ok(()) } else { Err(Refusal::Files) }
}

/// An error while reading the tar: a disk's, which the operating system numbers, or the file's.
fn broken(error: TarError) -> Refusal {
    match error {
        TarError::Io(error) if error.raw_os_error().is_some() => Refusal::Io(error),
        TarError::Io(_) => Refusal::Altered,
        TarError::Unexpected(_) | TarError::TooLarge(_) => Refusal::Files,
    }
}

#[cfg(test)]
mod tests;
