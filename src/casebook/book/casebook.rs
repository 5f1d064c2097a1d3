//! Opening a casebook, and adding to it.

use std::{
    fs::{self},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    casebook::{
        CasebookError, EventProblem, LogError, LookupError,
        log::{
            chain::{self, Opened},
            event::{Event, Matter, What},
            head::{self, Head},
            keyring::{Keyring, first},
            snapshot,
            trust::{Pointer, Trusted},
        },
        parallel::in_parallel,
        state::replay::State,
    },
    crypto::{self, BoxRole, SignerRole, SigningKey, VerifyingKey},
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
}

impl Casebook {
    /// Opens a casebook and checks every event. A command that writes to it at the same time does no harm.
    ///
    /// # Errors
    /// If the identity is not a member's, or the first thing that is wrong with it.
    pub fn open(directory: &Path, identity: Arc<GovernanceIdentity>) -> Result<Self, CasebookError> {
        let trusted = Pointer::read(directory)?.trust(directory, &identity)?;
        let keys = Keyring::open(directory, Arc::clone(&identity))?.ok_or(CasebookError::Log(LogError::NotAMember))?;
        let mut casebook = Self::without_events(directory, identity, trusted, keys);
        let events = casebook.all_events()?;
        let head = head::read(directory)?;
        for opened in events {
            casebook.take_in(opened)?;
        }
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
        for number in last + 1.. {
            if !chain::path(&self.directory, number).exists() {
                break;
            }
            let opened = self.open_event(number)?;
            self.take_in(opened)?;
        }
        self.check_keys()
    }

    /// Which casebook it is.
    #[must_use]
    pub const fn id(&self) -> CasebookId {
        self.trusted.casebook
    }

    /// The key of the box whose collections it takes.
    #[must_use]
    pub const fn box_key(&self) -> &VerifyingKey<BoxRole> {
        &self.trusted.box_key
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
        let state = State::of(member.recipients().keys());
        Self { directory: directory.to_owned(), member, trusted, keys, state, last: None }
    }

    /// Where the files of a collection are.
    pub(in crate::casebook) fn collection_path(&self, number: u64) -> PathBuf {
        self.directory.join(COLLECTIONS).join(number.to_string())
    }

    /// Every collection's directory.
    pub(in crate::casebook) fn collection_paths(&self) -> Result<Vec<PathBuf>, CasebookError> {
        let directory = self.directory.join(COLLECTIONS);
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
        let known = snapshot::read(&self.directory, &self.member, self.trusted.casebook);
        let mut known = known.unwrap_or_default();
        if known.len() as u64 > last {
            return Err(CasebookError::Log(LogError::CutOff { there: last, expected: known.len() as u64 }));
        }
        let unchanged = in_parallel(&known, |opened| {
            chain::read(&self.directory, opened.event.number)
                .is_ok_and(|sealed| crypto::digest(&sealed) == opened.digest)
        });
        if unchanged.contains(&false) {
            // All of it is read again, to say what is wrong and where.
            known.clear();
        }
        let rest: Vec<u64> = (known.len() as u64 + 1..=last).collect();
        let fresh = rest.len();
        for opened in in_parallel(&rest, |number| self.open_event(*number)) {
            let mut opened = opened?;
            opened.matters = opened.matters.into_iter().map(|matter| matter.map(Matter::without_texts)).collect();
            known.push(opened);
        }
        if fresh >= snapshot::WORTH_WRITING {
            // It only saves time: what can't be written is made again.
            let _ = snapshot::write(&self.directory, &self.member, self.trusted.casebook, &known);
        }
        Ok(known)
    }

    fn take_in(&mut self, opened: Opened) -> Result<(), CasebookError> {
        let (number, digest) = (opened.event.number, opened.digest);
        let problem = |problem| CasebookError::Log(LogError::Event { number, problem });
        if opened.event.previous != self.last.map(|(_, digest)| digest) {
            return Err(problem(EventProblem::Unchained));
        }
        if number == 1 && opened.signer != self.trusted.founder.to_base64() {
            return Err(problem(EventProblem::Unsigned));
        }
        self.state.apply(opened).map_err(|_| problem(EventProblem::Unfit))?;
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
        let known = self.state.members.values().any(|member| member.signer == signer);
        if !known || head.casebook != self.trusted.casebook {
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
    fn check_keys(&self) -> Result<(), CasebookError> {
        if self.keys.casebook().only(&self.state.recipient).is_none()
            || first(self.keys.casebook()) != self.state.recipient
        {
            return Err(CasebookError::Log(LogError::KeysExchanged));
        }
        match self.state.locked() {
            Some(report) => Err(CasebookError::Log(LogError::NoReportKey(report))),
            None => Ok(()),
        }
    }

    /// A report's newest key, if it is the one that the events name.
    pub(in crate::casebook) fn report_key(&self, id: ReportId) -> Result<Arc<GovernanceIdentity>, CasebookError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        let key = self.keys.report(id)?.ok_or(CasebookError::Log(LogError::NoReportKey(id)))?;
        if first(&key) == report.key.recipient { Ok(key) } else { Err(CasebookError::Log(LogError::KeysExchanged)) }
    }

    /// Why there is no such report.
    pub(in crate::casebook) fn no_report(&self, id: ReportId) -> CasebookError {
        if self.state.opaque.contains_key(&id) {
            CasebookError::Lookup(LookupError::ShutOut(id))
        } else if self.state.destroyed.contains_key(&id) {
            CasebookError::Lookup(LookupError::Destroyed(id))
        } else {
            CasebookError::Lookup(LookupError::NoReport)
        }
    }

    /// Records an event: on the disk first, then in memory.
    pub(in crate::casebook) fn append(
        &mut self,
        by: MemberId,
        key: &SigningKey<SignerRole>,
        what: What,
        matters: Vec<Matter>,
        today: &dyn Today,
    ) -> Result<u64, CasebookError> {
        let number = self.version() + 1;
        let mut event = Event {
            format: Format::Casebook,
            casebook: self.trusted.casebook,
            number,
            previous: self.last.map(|(_, digest)| digest),
            on: today.today(),
            by,
            what,
        };
        let digest = chain::append(&self.directory, &self.keys, &event, key)?;
        for about in event.what.about() {
            about.sealed = String::new();
        }
        let matters = matters.into_iter().map(|matter| Some(matter.without_texts())).collect();
        self.take_in(Opened { event, signer: key.verifying_key()?.to_base64(), matters, digest })?;
        Ok(number)
    }
}
