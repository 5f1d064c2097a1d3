//! Taking in a collection: all of it or nothing.
//!
//! The collection is read once from front to back, in memory that does not grow with it. Nothing in it is trusted
//! before the manifest's signature has held, and no file is kept that is not the manifest's to the last byte.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    casebook::{
        CasebookError, Editor, ImportError, LogError, Refusal,
        carry::staging::Staging,
        log::{
            chain::seal_matter,
            event::{About, Imported, Matter, MessageNews, NewKey, News, ReportNews, What},
            keyring::{first, newest},
        },
        state::{replay::State, report::Report},
    },
    crypto::{
        self, AttachmentSealer, GovernanceRecipients, Hashed, OpenError, ReplyRecipient, Verified, VerifyError,
        seal_message,
    },
    domain::{
        Attachment, Concern, Date, FileEntry, Manifest, Message, MessageEntry, MessageKind, ReportEntry, ReportId,
        Route, Today,
        limits::{KIB, MANIFEST_BYTES, MESSAGE_BYTES},
    },
    files::{
        self, FileError,
        tarball::{Reader, TarError},
    },
    unseal::GovernanceIdentity,
};

/// Bytes of a minisign signature file, and to spare.
const SIGNATURE_BYTES: usize = 4 * KIB;
/// Bytes of a sealed message: the padded message, and to spare for age's own.
const SEALED_MESSAGE_BYTES: usize = 2 * MESSAGE_BYTES;

/// How far an import has come, for whoever waits.
#[derive(Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Bytes of the collection that were read, and all of them.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

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
    /// Takes in a collection. The same one again changes nothing and succeeds. With `missing`, collections that were
    /// lost are passed over: each holds everything that the desk has not acknowledged, so nothing is lost by that.
    ///
    /// # Errors
    /// [`ImportError::Refused`] if it is altered, out of order or from another box; the casebook
    /// is then as it was.
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
        progress.total.store(length, Ordering::Relaxed);
        let counted = Counted { input: opened, progress };
        let plain = self.casebook.member.open_stream(BufReader::new(counted)).map_err(Refusal::Open)?;
        let mut tar = Reader::new(plain);
        let manifest = self.read_manifest(&mut tar)?;
        let order = self.check_order(&manifest, missing)?;
        let Taken { news, keys, staging } = self.read_reports(&mut tar, manifest.document(), missing)?;
        // Only at its end is a sealed stream known to be whole.
        tar.end().map_err(broken)?;

        let document = manifest.document();
        let outcome = self.outcome(document.number, order, &news);
        if order == Order::Known {
            return Ok(outcome);
        }
        for ((id, _), key) in news.iter().zip(&keys) {
            if let Some((key, keys)) = key {
                self.casebook.keys.save(*id, key.generation, keys, None, false)?;
            }
        }
        // The new reports' keys, and every file that is not yet under its name.
        files::sync_all_below(&self.casebook.directory)?;
        if let Some(staging) = staging {
            staging.commit()?;
        }
        let mut reports = Vec::new();
        let mut matters = Vec::new();
        for ((id, news), key) in news.into_iter().zip(keys) {
            let matter = Matter::News(news);
            let key = key.map(|(key, _)| key);
            let about = self.seal_news(id, &matter, key.as_ref())?;
            reports.push(News { key, about });
            matters.push(matter);
        }
        let imported = Imported {
            r#box: document.r#box,
            number: document.number,
            on: document.on,
            manifest: manifest.digest(),
            reports,
        };
        self.append(What::Imported(imported), matters, today)?;
        Ok(outcome)
    }

    fn read_manifest<R: Read>(&self, tar: &mut Reader<R>) -> Result<Verified<Manifest>, CasebookError> {
        let bytes = tar.read("manifest.json", MANIFEST_BYTES).map_err(broken)?;
        let signature = tar.read("manifest.json.minisig", SIGNATURE_BYTES).map_err(broken)?;
        let signature = std::str::from_utf8(&signature).map_err(|_| Refusal::Manifest(VerifyError::Unreadable))?;
        let keys = std::slice::from_ref(&self.casebook.trusted.box_key);
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

    /// Reads every file that the manifest names. New messages are opened, checked, and staged under their report's key;
    /// known ones are only checked.
    fn read_reports<R: Read>(
        &self,
        tar: &mut Reader<R>,
        manifest: &Manifest,
        missing: bool,
    ) -> Result<Taken, CasebookError> {
        let state = &self.casebook.state;
        let mut taken = Taken::default();
        let mut before = None;
        for entry in &manifest.reports {
            let known = Known::of(entry.id, state);
            if before.is_some_and(|before| before >= entry.id) || !fits(entry, known.report) {
                return Err(Refusal::Contradiction(entry.id).into());
            }
            before = Some(entry.id);
            if known.opaque {
                // Clocks alone are no secret from whoever carries the collection; what was written is.
                if !entry.messages.is_empty() {
                    return Err(CasebookError::Import(ImportError::ShutOut(entry.id)));
                }
                taken.add(entry, Vec::new(), None);
                continue;
            }
            check_sequence(entry, known.last_message, missing)?;
            let mut messages: Vec<MessageNews> = Vec::new();
            let mut key: Option<ReportKey> = None;
            for message in &entry.messages {
                if message.seq <= known.last_message {
                    skip_message(tar, entry.id, message)?;
                    continue;
                }
                let key = match &mut key {
                    Some(key) => key,
                    none => none.insert(self.key_for(entry.id, known)?),
                };
                let to = newest(&key.keys);
                let staging = match &mut taken.staging {
                    Some(staging) => staging,
                    none => none.insert(Staging::create(self.casebook.collection_path(manifest.number))?),
                };
                let read = self.read_message(tar, manifest, entry, message, staging, &to)?;
                let reply_to = known
                    .report
                    .and_then(|known| known.reply_to.as_deref())
                    .or_else(|| messages.first().map(|first| first.reply_to.as_str()));
                if reply_to.is_some_and(|known| known != read.reply_to) {
                    return Err(Refusal::Inside { report: entry.id, seq: message.seq }.into());
                }
                messages.push(read);
            }
            let is_news = match known.report {
                Some(known) => has_news(entry, known),
                None => !known.destroyed,
            };
            if !messages.is_empty() || is_news {
                let key = match key {
                    // Withdrawn before anything of it was collected: there is nothing but the fact.
                    None if known.report.is_none() => Some(self.key_for(entry.id, known)?),
                    key => key,
                };
                taken.add(entry, messages, key.and_then(|key| Some((key.new?, key.keys))));
            }
        }
        Ok(taken)
    }

    /// The key that what is about a report is sealed to; made now for one that is new or was destroyed.
    fn key_for(&self, id: ReportId, known: Known<'_>) -> Result<ReportKey, CasebookError> {
        if known.report.is_some() {
            return Ok(ReportKey { keys: self.casebook.report_key(id)?, new: None });
        }
        let keys = self.casebook.keys.fresh(id)?;
        let new = NewKey { generation: known.generation + 1, recipient: first(&keys) };
        Ok(ReportKey { keys, new: Some(new) })
    }

    /// Seals what is new about a report: one that this member can't open, to the recipient that the events name.
    fn seal_news(&self, id: ReportId, matter: &Matter, key: Option<&NewKey>) -> Result<About, CasebookError> {
        let recipient = match (key, self.casebook.state.opaque.get(&id)) {
            (Some(key), _) => &key.recipient,
            (None, Some(opaque)) => &opaque.recipient,
            (None, None) => return self.about(id, matter),
        };
        let recipient =
            GovernanceRecipients::parse(recipient).map_err(|_| CasebookError::Log(LogError::KeysExchanged))?;
        Ok(seal_matter(&recipient, id, matter)?)
    }

    /// Opens a new message and its attachments, and stages them under the report's key.
    fn read_message<R: Read>(
        &self,
        tar: &mut Reader<R>,
        manifest: &Manifest,
        report: &ReportEntry,
        entry: &MessageEntry,
        staging: &mut Staging,
        to: &GovernanceRecipients,
    ) -> Result<MessageNews, CasebookError> {
        let (id, seq) = (report.id, entry.seq);
        let inside = || Refusal::Inside { report: id, seq };
        let (first, attachments) = entry.files.split_first().ok_or_else(inside)?;
        let path = Manifest::path(id, seq, 0);
        let sealed = tar.read(&path, SEALED_MESSAGE_BYTES).map_err(broken)?;
        if sealed.len() as u64 != first.size || crypto::digest(&sealed) != first.sha256 {
            return Err(Refusal::Files.into());
        }
        let unopened = |source| Refusal::Message { report: id, seq, source };
        let message = self.casebook.member.open_message(sealed.as_slice()).map_err(unopened)?;
        if !is_as_listed(&message, manifest, report, entry) {
            return Err(inside().into());
        }
        let reply_to = ReplyRecipient::parse(&message.reply_to).map_err(|_| inside())?.to_string();
        let resealed = seal_message(&message, to)?;
        let mut kept = vec![FileEntry { size: resealed.as_bytes().len() as u64, sha256: resealed.digest() }];
        staging.write(&path, resealed.as_bytes())?;
        for ((index, listed), attachment) in (1..).zip(attachments).zip(&message.attachments) {
            let path = Manifest::path(id, seq, index);
            let file = staging.file(&path)?;
            kept.push(self.reseal(tar, &path, listed, attachment, file, to).map_err(|error| match error {
                Resealing::Desk(error) => error,
                Resealing::Open(source) => unopened(source).into(),
                Resealing::Tar(error) => broken(error).into(),
            })?);
        }
        let serious_harm = message.content.concern().and_then(|concern| concern.serious_harm);
        Ok(MessageNews {
            seq,
            kind: entry.kind,
            on: entry.on,
            files: entry.files.clone(),
            kept,
            areas: message.content.concern().map(Concern::areas).unwrap_or_default(),
            serious_harm,
            reply_to,
        })
    }

    /// Opens an attachment on its way and seals it again, without ever holding it whole.
    fn reseal<R: Read>(
        &self,
        tar: &mut Reader<R>,
        path: &str,
        listed: &FileEntry,
        attachment: &Attachment,
        file: files::NewFile,
        to: &GovernanceRecipients,
    ) -> Result<FileEntry, Resealing> {
        let mut hashed = Hashed::new(Sized { out: file, size: 0 });
        tar.open::<_, Resealing>(path, listed.size, |sealed| {
            let mut read = Hashed::new(sealed);
            let mut sealer = AttachmentSealer::start(to, &mut hashed).map_err(CasebookError::from)?;
            let opened = self.casebook.member.open_attachment(BufReader::new(&mut read), attachment, &mut sealer);
            // To its end, to say first whether it is the file that the manifest names.
            io::copy(&mut read, &mut io::sink()).map_err(TarError::from)?;
            if read.finish().0 != listed.sha256 {
                return Err(Refusal::Files.into());
            }
            opened?;
            sealer.finish().map_err(CasebookError::from)?;
            Ok(())
        })?;
        let (sha256, Sized { out, size }) = hashed.finish();
        out.commit_unsynced().map_err(CasebookError::from)?;
        Ok(FileEntry { size, sha256 })
    }

    fn outcome(&self, number: u64, order: Order, news: &[(ReportId, ReportNews)]) -> Import {
        let state = &self.casebook.state;
        let messages: Vec<NewMessage> = news
            .iter()
            .flat_map(|(id, report)| {
                report.messages.iter().map(|message| NewMessage {
                    report: *id,
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
            new_reports: news
                .iter()
                .filter(|(id, _)| !state.reports.contains_key(id) && !state.opaque.contains_key(id))
                .count(),
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

/// What was read of a collection.
#[derive(Default)]
struct Taken {
    news: Vec<(ReportId, ReportNews)>,
    /// For each of them: its key, if that is new.
    keys: Vec<Option<(NewKey, Arc<GovernanceIdentity>)>>,
    staging: Option<Staging>,
}

impl Taken {
    fn add(&mut self, entry: &ReportEntry, messages: Vec<MessageNews>, key: Option<(NewKey, Arc<GovernanceIdentity>)>) {
        let news = ReportNews {
            route: entry.route,
            received_on: entry.received_on,
            withdrawn: entry.withdrawn,
            deliveries: entry.deliveries.clone(),
            clocks: entry.clocks.clone(),
            messages,
        };
        self.news.push((entry.id, news));
        self.keys.push(key);
    }
}

/// What a report is sealed to.
struct ReportKey {
    keys: Arc<GovernanceIdentity>,
    /// If it was made now.
    new: Option<NewKey>,
}

/// What the casebook knows of a report that a manifest names.
#[derive(Clone, Copy)]
struct Known<'a> {
    report: Option<&'a Report>,
    /// Whether this member can't open it.
    opaque: bool,
    destroyed: bool,
    last_message: u32,
    generation: u32,
}

impl<'a> Known<'a> {
    fn of(id: ReportId, state: &'a State) -> Self {
        let report = state.reports.get(&id);
        let remains = state.destroyed.get(&id);
        Self {
            report,
            opaque: state.opaque.contains_key(&id),
            destroyed: remains.is_some(),
            last_message: report
                .map(Report::last_message)
                .or(remains.map(|remains| remains.last_message))
                .unwrap_or_default(),
            generation: report
                .map(|report| report.key.generation)
                .or(remains.map(|remains| remains.generation))
                .unwrap_or_default(),
        }
    }
}

/// Why an attachment could not be sealed again.
enum Resealing {
    Desk(CasebookError),
    Open(OpenError),
    Tar(TarError),
}

impl From<CasebookError> for Resealing {
    fn from(error: CasebookError) -> Self {
        Self::Desk(error)
    }
}

impl From<Refusal> for Resealing {
    fn from(refusal: Refusal) -> Self {
        Self::Desk(refusal.into())
    }
}

impl From<OpenError> for Resealing {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<TarError> for Resealing {
    fn from(error: TarError) -> Self {
        Self::Tar(error)
    }
}

/// Counts what is read.
struct Counted<'a> {
    input: File,
    progress: &'a Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.progress.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Counts what is written.
struct Sized<W> {
    out: W,
    size: u64,
}

impl<W: Write> Write for Sized<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether the manifest says of a report what it said before, and numbers its messages upwards.
fn fits(entry: &ReportEntry, known: Option<&Report>) -> bool {
    let Some(known) = known else { return entry.messages.is_sorted_by_key(|message| message.seq) };
    let resent = entry.messages.iter().filter(|message| message.seq <= known.last_message());
    known.route == entry.route
        && known.received_on == entry.received_on
        && (entry.withdrawn || entry.delivered() >= known.delivered())
        && (entry.withdrawn || !known.withdrawn)
        && resent.into_iter().all(|message| {
            known.messages.iter().any(|stored| {
                (stored.seq, stored.kind, stored.on, &stored.files)
                    == (message.seq, message.kind, message.on, &message.files)
            })
        })
}

/// New messages follow those that are known. Not so when the person withdrew: what was not collected is then deleted.
fn check_sequence(entry: &ReportEntry, known: u32, missing: bool) -> Result<(), Refusal> {
    let mut last = known;
    let mut lenient = missing || entry.withdrawn;
    if known == 0 && entry.messages.is_empty() && !lenient {
        return Err(Refusal::Sequence(entry.id));
    }
    for message in entry.messages.iter().filter(|message| message.seq > known) {
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
    entry.withdrawn != known.withdrawn || entry.deliveries != known.deliveries || entry.clocks != known.clocks
}

/// Whether what is sealed inside a message is what the manifest says outside.
fn is_as_listed(message: &Message, manifest: &Manifest, report: &ReportEntry, entry: &MessageEntry) -> bool {
    message.r#box == manifest.r#box
        && message.report == report.id
        && message.seq == entry.seq
        && message.content.kind() == entry.kind
        && message.route == report.route
        && message.on == entry.on
        && message.attachments.len() == entry.files.len() - 1
        && (entry.kind == MessageKind::Concern) == (entry.seq == 1)
}

/// Checks the files of a message that was imported before, and keeps nothing.
fn skip_message<R: Read>(tar: &mut Reader<R>, report: ReportId, message: &MessageEntry) -> Result<(), CasebookError> {
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
