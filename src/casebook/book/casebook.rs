//! Making, opening and adding to a casebook.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use crate::{
    casebook::{
        DeskError, EventProblem,
        log::{
            chain::{self, Opened},
            event::{About, Created, Event, Head, Joined, Matter, What},
            keyring::{Keyring, Owner, first, newest},
            snapshot,
            trust::{self, KeyPaths, Pointer, Trusted},
        },
        state::replay::State,
    },
    crypto::{self, BoxRole, Fingerprint, SignerRole, SigningKey, VerifyingKey, os_random},
    domain::{BoxId, CasebookId, Digest, Format, MemberId, ReportId, TeamRole, Text, Today},
    files::{self, FileError},
    unseal::GovernanceIdentity,
};

const COLLECTIONS: &str = "collections";
/// Where sealed answers are.
pub(in crate::casebook) const ANSWERS: &str = "answers";
const LOCK: &str = "lock";

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

/// A casebook, opened for one change: nobody else writes to it for as long as this lives.
pub struct Editor<'c> {
    pub(in crate::casebook) casebook: &'c mut Casebook,
    pub(in crate::casebook) key: &'c SigningKey<SignerRole>,
    /// Who writes.
    pub(in crate::casebook) me: MemberId,
    /// Unlocked when it is closed.
    _lock: File,
}

/// Who makes a casebook.
pub struct Founder {
    /// What the others will call them.
    pub name: Text,
    /// What they do.
    pub role: TeamRole,
    /// Where their keys are, for the commands that are given none.
    pub paths: KeyPaths,
}

impl Casebook {
    /// Makes a casebook in a new or empty directory. What an attempt that was killed left there is taken over.
    ///
    /// # Errors
    /// If there is anything else in the directory, or a file can't be written.
    pub fn init(
        directory: &Path,
        identity: Arc<GovernanceIdentity>,
        key: &SigningKey<SignerRole>,
        box_key: VerifyingKey<BoxRole>,
        founder: Founder,
        today: &dyn Today,
    ) -> Result<Self, DeskError> {
        files::create_private_directory(directory)?;
        clear_unfinished(directory)?;
        let _lock = lock(directory)?;
        // Once more under the lock: another command may have finished in between.
        clear_unfinished(directory)?;
        for part in [chain::EVENTS, COLLECTIONS, ANSWERS, snapshot::DIRECTORY] {
            files::create_private_directory(&directory.join(part))?;
        }
        let signer = key.verifying_key()?;
        let joined = Joined {
            id: MemberId::random(&mut os_random()),
            name: founder.name,
            role: founder.role,
            signer: signer.to_base64(),
            recipients: identity.recipients().keys(),
            generation: 1,
        };
        let trusted = Trusted { casebook: CasebookId::random(&mut os_random()), founder: signer, box_key };
        let pointer = Pointer::new(&trusted, founder.paths);
        pointer.vouch(directory, &identity)?;
        let keys = Keyring::create(directory, Arc::clone(&identity))?;
        let state = State::of(identity.recipients().keys());
        let mut casebook = Self { directory: directory.to_owned(), member: identity, trusted, keys, state, last: None };
        let (by, recipient) = (joined.id, first(casebook.keys.casebook()));
        casebook.append(by, key, What::Created(Created { founder: joined, recipient }), Vec::new(), today)?;
        // The pointer comes last: it makes the directory a casebook.
        pointer.write(directory)?;
        Ok(casebook)
    }

    /// Opens a casebook and checks every event. A command that writes to it at the same time does no harm.
    ///
    /// # Errors
    /// If the identity is not a member's, or the first thing that is wrong with it.
    pub fn open(directory: &Path, identity: Arc<GovernanceIdentity>) -> Result<Self, DeskError> {
        let trusted = Pointer::read(directory)?.trust(directory, &identity)?;
        let keys = Keyring::open(directory, Arc::clone(&identity))?.ok_or(DeskError::NotAMember)?;
        let state = State::of(identity.recipients().keys());
        let mut casebook = Self { directory: directory.to_owned(), member: identity, trusted, keys, state, last: None };
        let events = casebook.all_events()?;
        let head = chain::head(directory)?;
        for opened in events {
            casebook.take_in(opened)?;
        }
        casebook.check_head(head)?;
        casebook.check_keys()?;
        Ok(casebook)
    }

    /// Gives a new member's word for a casebook that a colleague made, once they have compared its fingerprint.
    ///
    /// # Errors
    /// If the fingerprint is another one, or they are no member.
    pub fn join(directory: &Path, identity: Arc<GovernanceIdentity>, compared: Fingerprint) -> Result<Self, DeskError> {
        let pointer = Pointer::read(directory)?;
        if pointer.fingerprint() != compared {
            return Err(DeskError::OtherFingerprint(pointer.fingerprint()));
        }
        pointer.vouch(directory, &identity)?;
        Self::open(directory, identity)
    }

    /// Takes in what others wrote since.
    ///
    /// # Errors
    /// The first thing that is wrong with it; this casebook is then of no use and has to be opened again.
    pub fn refresh(&mut self) -> Result<(), DeskError> {
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

    /// Locks it for one change, after taking in what others wrote.
    ///
    /// # Errors
    /// If another command writes to it, or the signing key is not this member's.
    pub fn edit<'c>(&'c mut self, key: &'c SigningKey<SignerRole>) -> Result<Editor<'c>, DeskError> {
        let lock = lock(&self.directory)?;
        self.refresh()?;
        let (me, member) = self.state.myself().ok_or(DeskError::NotAMember)?;
        if key.verifying_key()?.to_base64() != member.signer {
            return Err(DeskError::OtherSigner);
        }
        // A command that was killed between an event and the removal of the keys before it.
        for report in self.keys.unsettled() {
            let kept = self.state.reports.get(&report).map(|report| report.key.generation);
            if kept.is_some() {
                self.keys.settle(Owner::Report(report), kept)?;
            }
        }
        let mut editor = Editor { casebook: self, key, me, _lock: lock };
        editor.finish_destroying()?;
        Ok(editor)
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

    /// Where the files of a collection are.
    pub(in crate::casebook) fn collection_path(&self, number: u64) -> PathBuf {
        self.directory.join(COLLECTIONS).join(number.to_string())
    }

    /// Every collection's directory.
    pub(in crate::casebook) fn collection_paths(&self) -> Result<Vec<PathBuf>, DeskError> {
        let directory = self.directory.join(COLLECTIONS);
        let entries = fs::read_dir(&directory).map_err(FileError::io("read", &directory))?;
        Ok(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
    }

    /// Where a sealed answer is.
    pub(in crate::casebook) fn answer_path(&self, report: ReportId, seq: u32) -> PathBuf {
        self.directory.join(ANSWERS).join(report.to_string()).join(format!("{seq}.age"))
    }

    /// Reads an event again.
    pub(in crate::casebook) fn open_event(&self, number: u64) -> Result<Opened, DeskError> {
        chain::open(&self.keys, self.trusted.casebook, number, &chain::read(&self.directory, number)?)
    }

    /// Every event, from the checkpoint as far as it goes and its files are as they were then.
    fn all_events(&self) -> Result<Vec<Opened>, DeskError> {
        let numbers = chain::numbers(&self.directory)?;
        // Event 1 is there before the pointer is, so an empty list has lost it.
        let last = numbers.last().copied().unwrap_or(1);
        if let Some(number) = (1..=last).find(|number| !numbers.contains(number)) {
            return Err(DeskError::Event { number, problem: EventProblem::Missing });
        }
        let known = snapshot::read(&self.directory, &self.member, self.trusted.casebook);
        let mut known = known.unwrap_or_default();
        if known.len() as u64 > last {
            return Err(DeskError::CutOff { there: last, expected: known.len() as u64 });
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

    fn take_in(&mut self, opened: Opened) -> Result<(), DeskError> {
        let (number, digest) = (opened.event.number, opened.digest);
        let problem = |problem| DeskError::Event { number, problem };
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
    fn check_head(&self, head: Option<(Head, String)>) -> Result<(), DeskError> {
        let last = self.version();
        // Event 1 is on the disk for a moment before the first head.
        let Some((head, signer)) = head else { return if last <= 1 { Ok(()) } else { Err(DeskError::Head) } };
        let known = self.state.members.values().any(|member| member.signer == signer);
        if !known || head.casebook != self.trusted.casebook {
            return Err(DeskError::Head);
        }
        if head.number > last {
            return Err(DeskError::CutOff { there: last, expected: head.number });
        }
        if head.number == last && self.last.is_some_and(|(_, digest)| digest != head.digest) {
            return Err(DeskError::Event { number: last, problem: EventProblem::Unchained });
        }
        Ok(())
    }

    /// Anyone can seal a key file of their own to the team: only the events say which keys are the right ones.
    fn check_keys(&self) -> Result<(), DeskError> {
        if self.keys.casebook().only(&self.state.recipient).is_none()
            || first(self.keys.casebook()) != self.state.recipient
        {
            return Err(DeskError::KeysExchanged);
        }
        match self.state.locked() {
            Some(report) => Err(DeskError::NoReportKey(report)),
            None => Ok(()),
        }
    }

    /// A report's newest key, if it is the one that the events name.
    pub(in crate::casebook) fn report_key(&self, id: ReportId) -> Result<Arc<GovernanceIdentity>, DeskError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        let key = self.keys.report(id)?.ok_or(DeskError::NoReportKey(id))?;
        if first(&key) == report.key.recipient { Ok(key) } else { Err(DeskError::KeysExchanged) }
    }

    /// Why there is no such report.
    pub(in crate::casebook) fn no_report(&self, id: ReportId) -> DeskError {
        if self.state.opaque.contains_key(&id) {
            DeskError::ShutOut(id)
        } else if self.state.destroyed.contains_key(&id) {
            DeskError::Destroyed(id)
        } else {
            DeskError::NoReport
        }
    }

    /// Records an event: on the disk first, then in memory.
    fn append(
        &mut self,
        by: MemberId,
        key: &SigningKey<SignerRole>,
        what: What,
        matters: Vec<Matter>,
        today: &dyn Today,
    ) -> Result<u64, DeskError> {
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

impl Editor<'_> {
    /// To read what it holds.
    #[must_use]
    pub const fn casebook(&self) -> &Casebook {
        self.casebook
    }

    /// Records an event, with what it says about reports in its order.
    pub(in crate::casebook) fn append(
        &mut self,
        what: What,
        matters: Vec<Matter>,
        today: &dyn Today,
    ) -> Result<u64, DeskError> {
        self.casebook.append(self.me, self.key, what, matters, today)
    }

    /// Seals what is about one report.
    pub(in crate::casebook) fn about(&self, report: ReportId, matter: &Matter) -> Result<About, DeskError> {
        let key = self.casebook.report_key(report)?;
        chain::seal_matter(&newest(&key), report, matter)
    }
}

/// Does the same to each of many, on every core, and keeps their order.
pub(in crate::casebook) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    /// Fewer are not worth a thread.
    const WORTH_SPLITTING: usize = 32;

    let cores = thread::available_parallelism().map_or(1, usize::from);
    if cores == 1 || items.len() < WORTH_SPLITTING {
        return items.iter().map(work).collect();
    }
    let part = items.len().div_ceil(cores);
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> =
            items.chunks(part).map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>())).collect();
        threads
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(done) => done,
                Err(fault) => std::panic::resume_unwind(fault),
            })
            .collect()
    })
}

fn lock(directory: &Path) -> Result<File, DeskError> {
    if !directory.is_dir() {
        return Err(DeskError::NoCasebook(directory.to_owned()));
    }
    let path = directory.join(LOCK);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(FileError::io("write", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DeskError::Busy),
        Err(TryLockError::Error(source)) => Err(FileError::io("lock", &path)(source).into()),
    }
}

/// Removes what [`Casebook::init`] leaves when it is killed, and refuses a directory with anything else in it.
fn clear_unfinished(directory: &Path) -> Result<(), DeskError> {
    const PARTS: &[&str] =
        &[chain::EVENTS, COLLECTIONS, ANSWERS, snapshot::DIRECTORY, "keys", trust::TRUST, LOCK, "head.json"];
    let known: Vec<PathBuf> = PARTS
        .iter()
        .map(PathBuf::from)
        .chain([files::partial_path(Path::new("head.json")), files::partial_path(Path::new(trust::NAME))])
        .collect();
    let names = names(directory)?;
    let event = chain::path(Path::new(""), 1).file_name().map(PathBuf::from).unwrap_or_default();
    let unfinished = names.iter().all(|name| known.contains(name))
        && names_in(directory, chain::EVENTS)?
            .iter()
            .all(|name| *name == event || *name == files::partial_path(&event))
        && names_in(directory, COLLECTIONS)?.is_empty();
    if !unfinished {
        return Err(DeskError::NotEmpty(directory.to_owned()));
    }
    for name in names.iter().filter(|name| *name != Path::new(LOCK)) {
        let path = directory.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(FileError::io("remove", &path))?;
    }
    Ok(())
}

fn names_in(directory: &Path, part: &str) -> Result<Vec<PathBuf>, FileError> {
    names(&directory.join(part))
}

fn names(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    match fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries
            .map_err(FileError::io("read", directory))?
            .map(|entry| Ok(PathBuf::from(entry.map_err(FileError::io("read", directory))?.file_name())))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::fixture::{MARKER, TODAY, World},
        domain::Route,
        files::Readers,
    };

    fn problem(world: &World) -> Option<(u64, EventProblem)> {
        match world.open() {
            Ok(_) => None,
            Err(DeskError::Event { number, problem }) => Some((number, problem)),
            Err(other) => panic!("{other}"),
        }
    }

    fn three_events() -> World {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[10]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.reply(id, &format!("{MARKER} reply"));
        world
    }

    fn copy_tree(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy_tree(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }

    #[test]
    fn a_casebook_that_was_cut_off_is_named() {
        let world = three_events();
        let head = world.casebook().join("head.json");
        let whole = fs::read(&head).unwrap();
        fs::remove_file(chain::path(&world.casebook(), 3)).unwrap();
        assert!(matches!(world.open(), Err(DeskError::CutOff { there: 2, expected: 3 })));
        fs::remove_file(&head).unwrap();
        assert!(matches!(world.open(), Err(DeskError::Head)));
        let altered = String::from_utf8(whole).unwrap().replace("\\\"number\\\":3", "\\\"number\\\":2");
        assert!(altered.contains("number\\\":2"));
        files::write_new(&head, Readers::Owner, altered.as_bytes()).unwrap();
        assert!(matches!(world.open(), Err(DeskError::Head)));
    }

    #[test]
    fn what_is_wrong_with_an_event_is_named() {
        let world = three_events();
        assert_eq!(problem(&world), None);
        let path = |number| chain::path(&world.casebook(), number);
        let original = [1, 2, 3].map(|number| fs::read(path(number)).unwrap());
        let put = |number: u64, bytes: &[u8]| {
            fs::remove_file(path(number)).unwrap();
            files::write_new(&path(number), Readers::Owner, bytes).unwrap();
        };

        fs::remove_file(path(2)).unwrap();
        assert_eq!(problem(&world), Some((2, EventProblem::Missing)));
        files::write_new(&path(2), Readers::Owner, &original[1]).unwrap();
        for place in [0, 30, original[1].len() / 2, original[1].len() - 1] {
            let mut altered = original[1].clone();
            altered[place] ^= 1;
            put(2, &altered);
            assert!(problem(&world).is_some_and(|(number, _)| number == 2), "altered at {place}");
            put(2, &original[1][..place]);
            assert_eq!(problem(&world), Some((2, EventProblem::Altered)), "cut at {place}");
        }
        put(2, &original[2]);
        put(3, &original[1]);
        assert_eq!(problem(&world), Some((2, EventProblem::Moved(3))));
        put(2, &original[1]);
        put(3, &original[1]);
        assert_eq!(problem(&world), Some((3, EventProblem::Moved(2))));
        put(3, &original[2]);
        assert_eq!(problem(&world), None);
    }

    #[test]
    fn an_event_that_was_made_by_someone_else_is_named() {
        let world = three_events();
        // Written anew by the same member and numbered rightly, but another event stands before it.
        let other = world.dir.path().join("other");
        copy_tree(&world.casebook(), &other);
        let mut casebook = Casebook::open(&other, Arc::clone(&world.identity)).unwrap();
        casebook.edit(&world.signer).unwrap().ask_for_second_approver(true, &TODAY).unwrap();
        casebook.edit(&world.signer).unwrap().ask_for_second_approver(false, &TODAY).unwrap();
        world.edit(|editor| editor.ask_for_second_approver(true, &TODAY)).unwrap();
        fs::copy(chain::path(&other, 5), chain::path(&world.casebook(), 5)).unwrap();
        assert_eq!(problem(&world), Some((5, EventProblem::Unchained)));

        let world = three_events();
        let stranger = World::new();
        fs::copy(chain::path(&stranger.casebook(), 1), chain::path(&world.casebook(), 3)).unwrap();
        assert_eq!(problem(&world), Some((3, EventProblem::Foreign)));
    }

    #[test]
    fn one_command_writes_at_a_time_and_others_may_read() {
        let world = World::new();
        let (mut one, mut two) = (world.open().unwrap(), world.open().unwrap());
        let first = one.edit(&world.signer).unwrap();
        assert!(matches!(two.edit(&world.signer), Err(DeskError::Busy)));
        assert!(world.open().is_ok());
        drop(first);
        assert!(two.edit(&world.signer).is_ok());
    }

    #[test]
    fn other_keys_are_refused() {
        let (world, other) = (World::new(), World::new());
        let open =
            |directory: &Path, identity: &Arc<GovernanceIdentity>| Casebook::open(directory, Arc::clone(identity));
        assert!(matches!(open(&world.casebook(), &other.identity), Err(DeskError::NotVouched(_))));
        let mut casebook = world.open().unwrap();
        assert!(matches!(casebook.edit(&other.signer), Err(DeskError::OtherSigner)));
        let pointer = world.casebook().join(trust::NAME);
        let text =
            fs::read_to_string(&pointer).unwrap().replace(&world.box_key.to_base64(), &other.box_key.to_base64());
        fs::remove_file(&pointer).unwrap();
        files::write_new(&pointer, Readers::Owner, text.as_bytes()).unwrap();
        assert!(matches!(world.open(), Err(DeskError::OtherIdentity)));
        assert!(matches!(open(world.dir.path(), &world.identity), Err(DeskError::NoCasebook(_))));
    }

    #[test]
    fn a_casebook_is_made_only_where_there_is_nothing() {
        let world = World::new();
        assert!(matches!(world.init(&world.casebook()), Err(DeskError::NotEmpty(_))));
        assert!(matches!(world.init(world.dir.path()), Err(DeskError::NotEmpty(_))));
        // Killed before the pointer was written.
        fs::remove_file(world.casebook().join(trust::NAME)).unwrap();
        drop(world.init(&world.casebook()).unwrap());
        assert_eq!(problem(&world), None);
    }

    #[test]
    fn what_a_killed_command_left_of_an_event_is_no_event() {
        let world = three_events();
        let partial = files::partial_path(&chain::path(&world.casebook(), 4));
        files::write_new(&partial, Readers::Owner, b"half").unwrap();
        assert_eq!(problem(&world), None);
        world.reply(*world.reports.keys().next().unwrap(), "more");
        assert_eq!(problem(&world), None);
        assert!(!partial.exists());
    }

    #[test]
    fn nothing_is_on_the_disk_in_the_clear() {
        let world = three_events();
        let snapshot = world.snapshot();
        assert!(snapshot.len() > 5);
        for (path, bytes) in snapshot {
            assert!(!path.to_string_lossy().contains(MARKER));
            assert!(!bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()), "{}", path.display());
        }
    }
}
