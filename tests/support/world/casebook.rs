//! A box in memory that makes collections, and a casebook to import them.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use candour::{
    casebook::{
        AnswerId, Casebook, CasebookError, Editor, Founder, Import, ImportChoices, NewAssessment, NewDecision,
        NewMember, NewNote, NewNotice, NewProposal, NewReply, Pointer, Proposed, Recorded,
    },
    crypto::{
        self, AttachmentSealer, BoxRole, Code, GovernanceRecipients, ReplyIdentity, SignerRole, SigningKey,
        VerifyingKey, besides, epoch_fingerprint, os_random, record_digest, seal_message, seal_stream,
    },
    domain::{
        About, AreaChoice, Attachment, BoxId, Calendar, CasebookSeen, Clock, ClockEntry, Collected, CollectionId,
        Concern, DeliveryEntry, EnteredEntry, Epoch, EpochId, FileEntry, FixedDay, Format, Manifest, MemberId, Message,
        MessageContent, MessageEntry, MessageKind, Part, ReportEntry, ReportId, ReportState, Route, Salt, SeriousHarm,
        TeamRole, Text, limits::BYTES_PER_CHARACTER,
    },
    files::{self, Readers},
    unseal::GovernanceIdentity,
};
use tar::{Builder, Header};
use tempfile::TempDir;

use super::{DAY, KDF, TODAY};

/// In every text that a person writes, every file's name and every file.
pub(crate) const MARKER: &str = "MARKER-OF-PLAINTEXT";

/// Collections before it may be missing.
pub(crate) const MISSING: ImportChoices = ImportChoices { missing: true, epoch: None };

/// A report as the box and the person know it.
pub(crate) struct Held {
    pub(crate) entry: ReportEntry,
    pub(crate) reply: ReplyIdentity,
    sealed: BTreeMap<(u32, usize), Vec<u8>>,
}

/// The box's side and the keys of both.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) identity: Arc<GovernanceIdentity>,
    pub(crate) signer: SigningKey<SignerRole>,
    pub(crate) box_signer: SigningKey<BoxRole>,
    pub(crate) box_key: VerifyingKey<BoxRole>,
    pub(crate) id: BoxId,
    pub(crate) reports: BTreeMap<ReportId, Held>,
    /// What the box knows of the casebook.
    pub(crate) seen: Option<CasebookSeen>,
    /// The box's life.
    pub(crate) epoch: Epoch,
    /// Reports that it has no more, until it hears that the desk knows.
    pub(crate) gone: Vec<ReportId>,
    number: u64,
    previous: Option<CollectionId>,
    /// Everyone who joined, to consent to what the first member proposes.
    colleagues: RefCell<Vec<Colleague>>,
}

/// Another member of the team, with keys of their own.
#[derive(Clone)]
pub(crate) struct Colleague {
    pub(crate) id: MemberId,
    pub(crate) identity: Arc<GovernanceIdentity>,
    pub(crate) signer: Rc<SigningKey<SignerRole>>,
}

/// The files of a collection in order, before they are sealed.
pub(crate) type Parts = Vec<(String, Vec<u8>)>;

impl World {
    /// With a casebook in it.
    pub(crate) fn new() -> Self {
        Self::in_directory(tempfile::tempdir().unwrap())
    }

    /// The same in a directory of memory, where there is one: for very many of them.
    pub(crate) fn in_memory() -> Self {
        Self::in_directory(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap())
    }

    fn in_directory(dir: TempDir) -> Self {
        let (box_signer, box_key) = SigningKey::generate().unwrap();
        let world = Self {
            dir,
            identity: Arc::new(GovernanceIdentity::generate()),
            signer: SigningKey::generate().unwrap().0,
            box_signer,
            box_key,
            id: BoxId([7; 16]),
            reports: BTreeMap::new(),
            seen: None,
            epoch: Epoch { id: EpochId([1; 16]), began_on: DAY, backup_of: None },
            gone: Vec::new(),
            number: 0,
            previous: None,
            colleagues: RefCell::default(),
        };
        drop(world.init(&world.casebook()).unwrap());
        world
    }

    pub(crate) fn casebook(&self) -> PathBuf {
        self.dir.path().join("casebook")
    }

    pub(crate) fn init(&self, directory: &Path) -> Result<Casebook, CasebookError> {
        init(directory, &self.identity, &self.signer, self.box_key.clone())
    }

    pub(crate) fn open(&self) -> Result<Casebook, CasebookError> {
        Casebook::open(&self.casebook(), Arc::clone(&self.identity))
    }

    /// One change, by whoever made the casebook.
    pub(crate) fn edit<T>(
        &self,
        work: impl FnOnce(&mut Editor<'_>) -> Result<T, CasebookError>,
    ) -> Result<T, CasebookError> {
        work(&mut self.open()?.edit(&self.signer)?)
    }

    /// Someone who joins, and vouches for the casebook.
    pub(crate) fn colleague(&self, name: &str, role: TeamRole) -> Colleague {
        let identity = Arc::new(GovernanceIdentity::generate());
        let (signer, key) = SigningKey::generate().unwrap();
        let new = NewMember { name: Text::typed(name), role, signer: key, recipients: identity.recipients() };
        self.agree(NewProposal::Join(new)).unwrap();
        let pointer = Pointer::read(&self.casebook()).unwrap();
        let joined = Casebook::join(&self.casebook(), Arc::clone(&identity), pointer.fingerprint()).unwrap();
        let colleague = Colleague { id: joined.me().unwrap(), identity, signer: Rc::new(signer) };
        self.colleagues.borrow_mut().push(colleague.clone());
        colleague
    }

    /// What the box seals to: the keys of everyone who joined.
    pub(crate) fn recipients(&self) -> GovernanceRecipients {
        let colleagues = self.colleagues.borrow();
        colleagues.iter().fold(self.identity.recipients(), |all, colleague| all.and(&colleague.identity.recipients()))
    }

    /// A change that the first member proposes and, if there are others, one of them consents to.
    pub(crate) fn agree(&self, new: NewProposal) -> Result<(), CasebookError> {
        self.agree_on(TODAY, new)
    }

    /// The same on another day.
    pub(crate) fn agree_on(&self, today: FixedDay, new: NewProposal) -> Result<(), CasebookError> {
        let proposed = self.edit(|editor| editor.propose(new, &today))?;
        let Proposed::Waits(event) = proposed else { return Ok(()) };
        let colleagues = self.colleagues.borrow().clone();
        let mut refused = None;
        for colleague in &colleagues {
            match self.edit_as(colleague, |editor| editor.consent(event, &today)) {
                Ok(()) => return Ok(()),
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(()), Err)
    }

    pub(crate) fn open_as(&self, colleague: &Colleague) -> Result<Casebook, CasebookError> {
        Casebook::open(&self.casebook(), Arc::clone(&colleague.identity))
    }

    /// One change, by a colleague.
    pub(crate) fn edit_as<T>(
        &self,
        colleague: &Colleague,
        work: impl FnOnce(&mut Editor<'_>) -> Result<T, CasebookError>,
    ) -> Result<T, CasebookError> {
        work(&mut self.open_as(colleague)?.edit(&colleague.signer)?)
    }

    /// A new report with attachments of these lengths.
    pub(crate) fn concern(&mut self, number: u8, route: Route, attachments: &[usize]) -> ReportId {
        let id = ReportId([number; 8]);
        let reply = Code::issue(&mut os_random()).derive(self.id, KDF).unwrap().reply;
        let entry = ReportEntry {
            id,
            route,
            received_on: DAY,
            reply_to: reply.recipient().to_string(),
            withdrawn: false,
            set_aside: None,
            deliveries: Vec::new(),
            clocks: Vec::new(),
            messages: Vec::new(),
        };
        self.reports.insert(id, Held { entry, reply, sealed: BTreeMap::new() });
        self.say(id, MessageKind::Concern, attachments);
        id
    }

    /// A report that decisions told the box of, with the reply identity of its receipt code.
    pub(crate) fn take_entered(&mut self, entered: &EnteredEntry, reply: ReplyIdentity) {
        let EnteredEntry { report, route, received_on, reply_to, clocks, commitment, summary, .. } = entered.clone();
        let entry = ReportEntry {
            id: report,
            route,
            received_on,
            reply_to,
            withdrawn: false,
            set_aside: None,
            deliveries: Vec::new(),
            clocks: clocks.into_iter().map(|clock| ClockEntry { seq: 1, clock }).collect(),
            messages: vec![MessageEntry {
                seq: 1,
                kind: MessageKind::Concern,
                on: received_on,
                files: Vec::new(),
                commitment,
                summary,
            }],
        };
        self.reports.insert(report, Held { entry, reply, sealed: BTreeMap::new() });
    }

    /// One more message to a report.
    pub(crate) fn say(&mut self, id: ReportId, kind: MessageKind, attachments: &[usize]) {
        let message = self.message(id, kind);
        self.add(id, message, kind, attachments);
    }

    /// What [`World::say`] seals, to be spoilt first.
    pub(crate) fn message(&self, id: ReportId, kind: MessageKind) -> Message {
        let held = &self.reports[&id];
        let seq = held.entry.messages.last().map_or(0, |last| last.seq) + 1;
        Message {
            r#box: self.id,
            report: id,
            seq,
            route: held.entry.route,
            on: DAY,
            content: match kind {
                MessageKind::Concern => MessageContent::Concern(concern()),
                MessageKind::FollowUp => MessageContent::FollowUp(Some(Text::typed(&format!("{MARKER} and more")))),
                MessageKind::Withdrawal => MessageContent::Withdrawal,
            },
            reply_to: held.reply.recipient().to_string(),
            salt: Salt::random(&mut os_random()),
            attachments: Vec::new(),
        }
    }

    /// Seals a message with attachments and lists it as that kind.
    pub(crate) fn add(&mut self, id: ReportId, mut message: Message, kind: MessageKind, attachments: &[usize]) {
        let to = self.recipients();
        let mut sealed = vec![Vec::new()];
        for (index, length) in attachments.iter().enumerate() {
            let (bytes, attachment) = attach(&to, index + 1, *length);
            sealed.push(bytes);
            message.attachments.push(attachment);
        }
        let (bytes, commitments) = seal_message(&message, &to).unwrap();
        sealed[0] = bytes.as_bytes().to_vec();
        let held = self.reports.get_mut(&id).unwrap();
        let seq = held.entry.messages.last().map_or(0, |last| last.seq) + 1;
        let files =
            sealed.iter().map(|bytes| FileEntry { size: bytes.len() as u64, sha256: crypto::digest(bytes) }).collect();
        let (commitment, summary) = (commitments.message, commitments.summary);
        held.entry.messages.push(MessageEntry { seq, kind, on: DAY, files, commitment, summary });
        held.entry
            .clocks
            .push(ClockEntry { seq, clock: Clock::start(Clock::NOTICE, DAY, &Calendar::default()).unwrap() });
        held.sealed.extend(sealed.into_iter().enumerate().map(|(index, bytes)| ((seq, index), bytes)));
    }

    /// What decisions say once the desk has all of a report.
    pub(crate) fn told(&self, id: ReportId) -> Collected {
        let entry = &self.reports[&id].entry;
        let messages = entry.messages.iter().map(|message| message.commitment).collect();
        Collected { report: id, record: record_digest(entry).unwrap(), messages }
    }

    /// A message as the box has it, sealed.
    pub(crate) fn sealed(&self, id: ReportId, seq: u32) -> &[u8] {
        &self.reports[&id].sealed[&(seq, 0)]
    }

    /// The next manifest.
    pub(crate) fn manifest(&mut self) -> Manifest {
        self.number += 1;
        let id = CollectionId::random(&mut os_random());
        Manifest {
            format: Format::Collection,
            r#box: self.id,
            epoch: self.epoch,
            number: self.number,
            id,
            part: Part::WHOLE,
            previous: self.previous.replace(id),
            on: DAY,
            casebook: self.seen,
            besides: besides([]),
            gone: self.gone.clone(),
            reports: self.reports.values().map(|held| held.entry.clone()).collect(),
        }
    }

    /// The box is restored from a backup that was made on that day: its numbers begin anew.
    pub(crate) fn restored(&mut self, id: u8) {
        self.epoch = Epoch { id: EpochId([id; 16]), began_on: DAY, backup_of: Some(DAY) };
        (self.number, self.previous) = (0, None);
    }

    /// One message of a report is no more at the box, or its files are not.
    pub(crate) fn forget(&mut self, id: ReportId, seq: u32, is_all: bool) {
        let messages = &mut self.reports.get_mut(&id).unwrap().entry.messages;
        if is_all {
            messages.retain(|message| message.seq != seq);
        } else {
            messages.iter_mut().filter(|message| message.seq == seq).for_each(|message| message.files.clear());
        }
    }

    /// The files of a collection with that manifest.
    pub(crate) fn parts(&self, manifest: &Manifest) -> Parts {
        let (json, signature) = crypto::sign(manifest, &self.box_signer).unwrap();
        let mut parts =
            vec![("manifest.json".to_owned(), json), ("manifest.json.minisig".to_owned(), signature.into_bytes())];
        for report in &manifest.reports {
            let held = &self.reports[&report.id];
            for message in &report.messages {
                for index in 0..message.files.len() {
                    parts.push((
                        Manifest::path(report.id, message.seq, index),
                        held.sealed[&(message.seq, index)].clone(),
                    ));
                }
            }
        }
        parts
    }

    /// The next collection, as a file.
    pub(crate) fn collect(&mut self) -> PathBuf {
        let manifest = self.manifest();
        let parts = self.parts(&manifest);
        self.carry(&seal(&parts, &self.recipients()))
    }

    /// Bytes as a new file.
    pub(crate) fn carry(&self, bytes: &[u8]) -> PathBuf {
        let path = (0..)
            .map(|number: u32| self.dir.path().join(format!("carried-{number}")))
            .find(|path| !path.exists())
            .unwrap();
        files::write_new(&path, Readers::Owner, bytes).unwrap();
        path
    }

    pub(crate) fn import(&self, file: &Path) -> Result<Import, CasebookError> {
        self.edit(|editor| editor.import(file, &ImportChoices::default(), &TODAY))
    }

    /// The same, by whoever confirmed the box's epoch.
    pub(crate) fn import_epoch(&self, file: &Path) -> Result<Import, CasebookError> {
        let choices = ImportChoices { missing: false, epoch: Some(epoch_fingerprint(self.id, &self.epoch)) };
        self.edit(|editor| editor.import(file, &choices, &TODAY))
    }

    pub(crate) fn reply(&self, id: ReportId, text: &str) {
        let reply = NewReply::new(Text::typed(text)).unwrap();
        self.decide(id, NewDecision::new(None, None, Some(reply)).unwrap()).unwrap();
    }

    /// A decision over a report as it stands, by whoever made the casebook.
    pub(crate) fn decide(&self, id: ReportId, decision: NewDecision) -> Result<Recorded, CasebookError> {
        self.edit(|editor| decide_now(editor, id, decision))
    }

    /// The box gets every answer up to one.
    pub(crate) fn deliver(&mut self, id: ReportId, through: u32) {
        let deliveries = (1..=through).map(|seq| self.delivery(id, seq)).collect();
        self.reports.get_mut(&id).unwrap().entry.deliveries = deliveries;
    }

    /// An answer as the box lists it once it has it.
    pub(crate) fn delivery(&self, id: ReportId, seq: u32) -> DeliveryEntry {
        let sealed = std::fs::read(self.casebook().join(format!("answers/{id}/{seq}.age"))).unwrap();
        let opened = self.reports[&id].reply.open_answer(&sealed).unwrap_or_else(|error| panic!("{error}"));
        let (kind, text) = (opened.answer.kind, opened.text);
        DeliveryEntry { seq, on: DAY, kind, text, sha256: crypto::digest(&sealed) }
    }

    /// Every file of the casebook with its bytes.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        let mut directories = vec![self.casebook()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                } else {
                    all.insert(path.clone(), std::fs::read(path).unwrap());
                }
            }
        }
        all
    }
}

/// A new casebook, made by its lead.
pub(crate) fn init(
    directory: &Path,
    identity: &Arc<GovernanceIdentity>,
    signer: &SigningKey<SignerRole>,
    box_key: VerifyingKey<BoxRole>,
) -> Result<Casebook, CasebookError> {
    let founder = Founder { name: Text::verbatim("First"), role: TeamRole::Lead };
    Casebook::init(directory, Arc::clone(identity), signer, box_key, founder, &TODAY)
}

/// Decides over a report as it stands.
pub(crate) fn approve_now(editor: &mut Editor<'_>, answer: AnswerId) -> Result<(), CasebookError> {
    let seen = editor.casebook().seen(answer.report)?;
    editor.approve(answer, seen, &TODAY)
}

pub(crate) fn decide_now(
    editor: &mut Editor<'_>,
    id: ReportId,
    decision: NewDecision,
) -> Result<Recorded, CasebookError> {
    let seen = editor.casebook().seen(id)?;
    editor.decide(id, seen, decision, &TODAY)
}

/// What the team makes of a report, and nothing else.
pub(crate) fn assessed(assessment: Option<NewAssessment>) -> NewDecision {
    NewDecision::new(assessment, None, None).unwrap()
}

/// A note, and nothing else.
pub(crate) fn note(text: &str) -> NewDecision {
    assessed(NewAssessment::new(None, None, Some(NewNote::new(Text::typed(text)).unwrap())))
}

/// A state, and nothing else.
pub(crate) fn moved(state: ReportState) -> NewDecision {
    assessed(NewAssessment::new(None, Some(state), None))
}

/// A notice, and nothing else.
pub(crate) fn notice(text: &str) -> NewDecision {
    NewDecision::new(None, Some(NewNotice::new(Text::typed(text)).unwrap()), None).unwrap()
}

/// A tar of these files, sealed.
pub(crate) fn seal(parts: &Parts, to: &GovernanceRecipients) -> Vec<u8> {
    seal_bytes(&archive(parts), to)
}

pub(crate) fn seal_bytes(plain: &[u8], to: &GovernanceRecipients) -> Vec<u8> {
    let mut out = seal_stream(to, Vec::new()).unwrap();
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

pub(crate) fn archive(parts: &Parts) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    for (path, bytes) in parts {
        let mut header = Header::new_ustar();
        // Names that tar itself would refuse to write are wanted too.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_cksum();
        archive.append(&header, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

/// The plain bytes of an attachment of that length.
pub(crate) fn plain(length: usize) -> Vec<u8> {
    MARKER.bytes().chain((0..length).map(|place| place.to_le_bytes()[0] ^ 0x5a)).cycle().take(length).collect()
}

fn attach(to: &GovernanceRecipients, number: usize, length: usize) -> (Vec<u8>, Attachment) {
    let mut sealer = AttachmentSealer::start(to, Vec::new()).unwrap();
    sealer.write_all(&plain(length)).unwrap();
    let (truth, sealed) = sealer.finish().unwrap();
    let name = Text::verbatim(&format!("../{MARKER}-{number}.pdf"));
    (sealed, Attachment { name, media_type: Text::verbatim("application/pdf"), size: truth.size, sha256: truth.sha256 })
}

/// One character as a person counts, in more bytes than so many characters may take.
pub(crate) fn many_marks(characters: usize) -> String {
    format!("a{}", "\u{301}".repeat(characters * BYTES_PER_CHARACTER / 2))
}

fn concern() -> Concern {
    Concern {
        organisation_type: None,
        organisation: Some(Text::typed(&format!("{MARKER} Trust"))),
        about: vec![About::CoverUp],
        description: Text::typed(&format!("{MARKER}: what happened on the ward.")),
        ongoing: None,
        when: None,
        serious_harm: Some(SeriousHarm::Yes),
        raised_internally: None,
        raised_detail: None,
        role: None,
        documents: None,
        area: vec![AreaChoice::IntegratedCare],
        use_concerns: None,
    }
}
