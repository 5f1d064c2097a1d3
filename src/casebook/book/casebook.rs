//! Opening a casebook, and adding to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    casebook::{
        CasebookError, EventProblem, LogError, LookupError, NotAllowed,
        book::gist::ConcernGist,
        log::{
            chain::{self, Opened, OpenedMatter},
            event::{BoundMatter, Event, Matter, What},
            head::{self, Head},
            keyring::Keyring,
            reference::Reference,
            snapshot,
            trust::{Pointer, Trusted},
            word::BoxWord,
        },
        parallel::{in_parallel, side_by_side},
        state::replay::State,
    },
    crypto::{BoxRole, GovernanceRecipients, SignerRole, SigningKey, VerifyingKey, is_vouched_for},
    domain::{BoxId, CasebookId, Digest, Format, MemberId, ReportId, Today},
    files::FileError,
    unseal::GovernanceIdentity,
};

/// Where what came with each collection is.
pub(in crate::casebook) const COLLECTIONS: &str = "collections";
/// Where sealed answers are.
pub(in crate::casebook) const ANSWERS: &str = "answers";

/// A casebook, opened by one member. Reading needs the identity alone.
pub struct Casebook {
    pub(in crate::casebook) directory: PathBuf,
    pub(in crate::casebook) member: Arc<GovernanceIdentity>,
    pub(in crate::casebook) trusted: Trusted,
    pub(in crate::casebook) keys: Keyring,
    pub(in crate::casebook) state: State,
    /// The number of the last event and the digest of its file.
    last: Option<(u64, Digest)>,
    /// What was opened to tell in a line what reports are about.
    gists: Mutex<BTreeMap<ReportId, Arc<ConcernGist>>>,
}

impl Casebook {
    /// Opens a casebook and checks every event. A command that writes to it at the same time does no harm.
    ///
    /// # Errors
    /// If the identity is not a member's, or the first thing that is wrong with it.
    pub fn open(directory: &Path, identity: Arc<GovernanceIdentity>) -> Result<Self, CasebookError> {
        let trusted = Pointer::read(directory)?.trust(directory, &identity)?;
        let keys = Keyring::open(directory, Arc::clone(&identity))?.ok_or(CasebookError::Log(LogError::NotAMember))?;
        Self::replayed(directory, identity, trusted, keys)
    }

    /// A casebook whose events are all checked, if what it is said to be can be trusted.
    pub(in crate::casebook) fn replayed(
        directory: &Path,
        identity: Arc<GovernanceIdentity>,
        trusted: Trusted,
        keys: Keyring,
    ) -> Result<Self, CasebookError> {
        let mut casebook = Self::without_events(directory, identity, trusted, keys);
        let events = casebook.all_events()?;
        let head = head::read(directory)?;
        for opened in events {
            casebook.take_in(opened)?;
        }
        casebook.read_register()?;
        casebook.check_head(head)?;
        casebook.check_keys()?;
        Ok(casebook)
    }

    /// Takes in what others wrote since.
    ///
    /// # Errors
    /// The first thing that is wrong with it; this casebook is then of no use and has to be opened again.
    pub fn refresh(&mut self) -> Result<(), CasebookError> {
        let last = self.last.map_or(0, |(number, _)| number);
        if !chain::path(&self.directory, last + 1).exists() {
            return Ok(());
        }
        self.keys.refresh()?;
        // A report that was sealed anew may open what was closed before.
        let mut has_more = false;
        for number in last + 1.. {
            if !chain::path(&self.directory, number).exists() {
                break;
            }
            let opened = self.open_event(number)?;
            if let What::Restricted(restricted) = &opened.event.what {
                has_more |= self.state.partly_closed.contains(&restricted.report);
            }
            self.take_in(opened)?;
        }
        self.check_keys()?;
        // Whoever is let into a report can read from then on what was recorded before.
        for id in self.keyless() {
            has_more |= self.keys.report(id)?.is_some();
        }
        if has_more {
            *self = Self::open(&self.directory, Arc::clone(&self.member))?;
        }
        Ok(())
    }

    /// Which casebook it is.
    #[must_use]
    pub const fn id(&self) -> CasebookId {
        self.trusted.casebook
    }

    /// The key of the box whose collections it takes.
    #[must_use]
    pub fn box_key(&self) -> VerifyingKey<BoxRole> {
        // What two members agreed on was read when it was judged.
        VerifyingKey::from_base64(&self.state.box_key).unwrap_or_else(|_| self.trusted.box_key.clone())
    }

    /// Whether the key of the box vouches for that one, by a signature file over its public key file.
    #[must_use]
    pub fn box_vouches_for(&self, key: &VerifyingKey<BoxRole>, word: &str) -> bool {
        is_vouched_for(key, word, &self.box_key())
    }

    /// The box that it belongs to, once a collection was imported.
    #[must_use]
    pub const fn box_id(&self) -> Option<BoxId> {
        self.state.r#box
    }

    /// The number of the last event: it changes with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.last.map_or(0, |(number, _)| number)
    }

    /// Before any event was read or recorded.
    pub(in crate::casebook) fn without_events(
        directory: &Path,
        member: Arc<GovernanceIdentity>,
        trusted: Trusted,
        keys: Keyring,
    ) -> Self {
        let state = State::of(member.recipients().keys(), trusted.box_key.to_base64());
        Self { directory: directory.to_owned(), member, trusted, keys, state, last: None, gists: Mutex::default() }
    }

    /// Where what came with all collections is.
    pub(in crate::casebook) fn collections_path(&self) -> PathBuf {
        self.directory.join(COLLECTIONS)
    }

    /// Where the files are that came with the import of that number.
    pub(in crate::casebook) fn import_path(&self, number: u64) -> PathBuf {
        self.collections_path().join(number.to_string())
    }

    /// Every collection's directory.
    pub(in crate::casebook) fn collection_paths(&self) -> Result<Vec<PathBuf>, CasebookError> {
        let directory = self.collections_path();
        let entries = fs::read_dir(&directory).map_err(FileError::io("read", &directory))?;
        Ok(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
    }

    /// Where a sealed answer is.
    pub(in crate::casebook) fn answer_path(&self, report: ReportId, seq: u32) -> PathBuf {
        self.directory.join(ANSWERS).join(report.to_string()).join(format!("{seq}.age"))
    }

    /// Reads an event again.
    pub(in crate::casebook) fn open_event(&self, number: u64) -> Result<Opened, LogError> {
        chain::open(&self.keys, self.trusted.casebook, number, &chain::read(&self.directory, number)?)
    }

    /// Every event, from the checkpoint as far as it goes and its files are as they were then.
    fn all_events(&self) -> Result<Vec<Opened>, CasebookError> {
        let numbers = chain::numbers(&self.directory)?;
        // Event 1 is there before the pointer is, so an empty list has lost it.
        let last = numbers.last().copied().unwrap_or(1);
        if let Some(number) = (1..=last).find(|number| !numbers.contains(number)) {
            return Err(CasebookError::Log(LogError::Event { number, problem: EventProblem::Missing }));
        }
        // Both take about as long, so they go side by side.
        let numbers: Vec<u64> = numbers.into_iter().collect();
        let (known, digests) = side_by_side(
            || snapshot::read(&self.directory, &self.member, self.trusted.casebook),
            || in_parallel(&numbers, |number| chain::digest(&self.directory, *number).ok()),
        );
        let mut known = known.unwrap_or_default();
        if known.len() as u64 > last {
            return Err(CasebookError::Log(LogError::CutOff { there: last, expected: known.len() as u64 }));
        }
        let is_as_it_was = known.iter().zip(&digests).all(|(opened, digest)| *digest == Some(opened.digest));
        // All of it is read again: to say what is wrong and where, or because this member was let into a report since.
        if !is_as_it_was || self.can_open_more(&known)? {
            known.clear();
        }
        let rest: Vec<u64> = (known.len() as u64 + 1..=last).collect();
        let mut fresh = rest.len();
        for opened in in_parallel(&rest, |number| self.open_event(*number).map(Opened::without_register)) {
            let mut opened = opened?;
            // One import can bring as much as very many other events.
            fresh += opened.matters.len();
            opened.matters = opened.matters.into_iter().map(OpenedMatter::without_texts).collect();
            known.push(opened);
        }
        if fresh >= snapshot::WORTH_WRITING {
            // It only saves time: what can't be written is made again.
            let _ = snapshot::write(&self.directory, &self.member, self.trusted.casebook, &known);
        }
        Ok(known)
    }

    #[cfg(test)]
    pub(in crate::casebook) fn kept_events(&self) -> Result<Vec<Opened>, CasebookError> {
        self.all_events()
    }

    /// Whether a report that was closed to this member when a snapshot was made is open to them now.
    fn can_open_more(&self, known: &[Opened]) -> Result<bool, LogError> {
        let closed: BTreeSet<ReportId> = known.iter().flat_map(Opened::closed).collect();
        for id in closed {
            if self.keys.report(id)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The register of organisations, of which no other event but the last one that brought it is kept.
    fn read_register(&mut self) -> Result<(), CasebookError> {
        let Some(number) = self.state.reference.register_event else { return Ok(()) };
        if let What::ReferenceChanged(reference) = self.open_event(number)?.event.what
            && let Reference::Register(register) = *reference
        {
            self.state.reference.register = register;
        }
        Ok(())
    }

    /// An event that is genuine and not allowed is void and changes nothing: the state tells everybody of it.
    fn take_in(&mut self, opened: Opened) -> Result<(), CasebookError> {
        let (number, digest) = (opened.event.number, opened.digest);
        let problem = |problem| CasebookError::Log(LogError::Event { number, problem });
        if opened.event.previous != self.last.map(|(_, digest)| digest) {
            return Err(problem(EventProblem::Unchained));
        }
        let is_known = match number {
            1 => opened.signer == self.trusted.founder.to_base64(),
            _ => self.state.has_signed(&opened.signer),
        };
        if !is_known {
            return Err(problem(EventProblem::Unsigned));
        }
        // What two members agree on may destroy a report: nothing that it said stays.
        if matches!(opened.event.what, What::Consented(_)) {
            self.known_gists().clear();
        }
        let applied = self.state.apply(opened);
        if number == 1 {
            applied.map_err(|_| problem(EventProblem::Unfit))?;
        }
        self.last = Some((number, digest));
        Ok(())
    }

    /// The head was written after its event, so there may be one event more than it says, but never fewer.
    fn check_head(&self, head: Option<(Head, String)>) -> Result<(), CasebookError> {
        let last = self.version();
        // Event 1 is on the disk for a moment before the first head.
        let Some((head, signer)) = head else {
            return if last <= 1 { Ok(()) } else { Err(CasebookError::Log(LogError::Head)) };
        };
        if !self.state.has_signed(&signer) || head.casebook != self.trusted.casebook {
            return Err(CasebookError::Log(LogError::Head));
        }
        if head.number > last {
            return Err(CasebookError::Log(LogError::CutOff { there: last, expected: head.number }));
        }
        if head.number == last && self.last.is_some_and(|(_, digest)| digest != head.digest) {
            return Err(CasebookError::Log(LogError::Event { number: last, problem: EventProblem::Unchained }));
        }
        Ok(())
    }

    /// Anyone can seal a key file of their own to the team: only the events say which keys are the right ones.
    /// Whoever made the newest one and kept it from the others does not end their work: it goes on with the one before,
    /// and they are told.
    fn check_keys(&mut self) -> Result<(), CasebookError> {
        self.team_recipient()?;
        if !self.holds(&self.state.recipient) {
            if self.state.myself().is_none() {
                return Err(CasebookError::Log(LogError::KeysExchanged));
            }
            self.state.key_is_withheld();
        }
        Ok(())
    }

    pub(in crate::casebook) fn known_gists(&self) -> MutexGuard<'_, BTreeMap<ReportId, Arc<ConcernGist>>> {
        // Nothing in there is left half done by a panic.
        self.gists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn holds(&self, recipient: &str) -> bool {
        self.keys.casebook().only(recipient).is_some()
    }

    /// Whom events are sealed to: the newest key of the casebook that this member holds.
    pub(in crate::casebook) fn team_recipient(&self) -> Result<GovernanceRecipients, CasebookError> {
        let newest = self.state.recipients().find(|recipient| self.holds(recipient));
        newest.map_or(Err(CasebookError::Log(LogError::KeysExchanged)), |recipient| self.recipient(recipient))
    }

    /// Whom what is about a report is sealed to: the key that the events name, if this member holds it.
    pub(in crate::casebook) fn report_recipient(&self, id: ReportId) -> Result<GovernanceRecipients, CasebookError> {
        let outline = self.state.outlines.get(&id).ok_or_else(|| self.no_report(id))?;
        let key = self.keys.report(id)?.ok_or(CasebookError::Log(LogError::NoReportKey(id)))?;
        if key.only(&outline.key.recipient).is_none() {
            return Err(CasebookError::Log(LogError::NoReportKey(id)));
        }
        self.recipient(&outline.key.recipient)
    }

    /// A recipient that the events name.
    pub(in crate::casebook) fn recipient(&self, named: &str) -> Result<GovernanceRecipients, CasebookError> {
        // It was read when its event was judged; that of the first event is this program's own.
        GovernanceRecipients::parse(named).map_err(|_| CasebookError::Log(LogError::KeysExchanged))
    }

    /// Why there is no such report.
    pub(in crate::casebook) fn no_report(&self, id: ReportId) -> CasebookError {
        if self.state.is_keyless(id) {
            CasebookError::Log(LogError::NoReportKey(id))
        } else if self.state.outlines.contains_key(&id) {
            CasebookError::Lookup(LookupError::ShutOut(id))
        } else if self.state.destroyed.contains_key(&id) {
            CasebookError::Lookup(LookupError::Destroyed(id))
        } else {
            CasebookError::Lookup(LookupError::NoReport)
        }
    }

    /// Records an event if it is allowed: on the disk first, then in memory. `matters` is what it says about reports, in
    /// its order, each with whom it is sealed to.
    pub(in crate::casebook) fn append(
        &mut self,
        by: MemberId,
        key: &SigningKey<SignerRole>,
        what: What,
        matters: Vec<(GovernanceRecipients, Matter)>,
        today: &dyn Today,
    ) -> Result<u64, CasebookError> {
        let number = self.version() + 1;
        let event = Event {
            format: Format::Casebook,
            casebook: self.trusted.casebook,
            number,
            previous: self.last.map(|(_, digest)| digest),
            on: today.today(),
            by,
            what,
        };
        let word = if let What::Imported(imported) = &event.what { BoxWord::of(imported) } else { None };
        let (to, matters): (Vec<_>, Vec<_>) = matters.into_iter().unzip();
        let signer = key.verifying_key()?.to_base64();
        let matters = matters.into_iter().map(OpenedMatter::Open).collect();
        // Its digest comes with its file.
        let mut opened = Opened { event, signer, matters, word, digest: Digest([0; Digest::LEN]) };
        self.state.judge(&opened)?;
        // What nobody would take for what it is when it is read is not written.
        for (about, matter) in opened.event.what.about().into_iter().zip(&opened.matters) {
            if matches!(matter, OpenedMatter::Open(matter) if !matter.is_sound(&opened.signer)) {
                return Err(NotAllowed::Broken(about.report).into());
            }
        }
        let places = opened.event.what.about().into_iter().zip(&opened.matters).zip(&to);
        for ((about, matter), to) in places {
            let OpenedMatter::Open(matter) = matter else { continue };
            let casebook = self.trusted.casebook;
            let bound = BoundMatter { casebook, event: number, by, report: about.report, matter };
            about.sealed = chain::seal_matter(to, &bound)?;
        }
        // The first event makes the key that it is sealed to.
        let to = match &opened.event.what {
            What::Created(created) => self.recipient(&created.recipient)?,
            _ => self.team_recipient()?,
        };
        opened.digest = chain::append(&self.directory, &to, &opened.event, key)?;
        for about in opened.event.what.about() {
            about.sealed = String::new();
        }
        if let What::Imported(imported) = &mut opened.event.what {
            (imported.manifest, imported.signature) = (String::new(), String::new());
        }
        opened.matters = opened.matters.into_iter().map(OpenedMatter::without_texts).collect();
        self.take_in(opened)?;
        Ok(number)
    }
}
