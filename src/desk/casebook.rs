//! Making, opening and adding to a casebook.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    DeskError, EventProblem,
    event::{Envelope, Event, What},
    pointer::{self, KeyPaths, Pointer, Trusted},
    state::State,
};
use crate::{
    crypto::{
        self, BoxRole, GovernanceIdentity, OpenError, SignerRole, SigningKey, VerifyingKey, os_random, seal_stream,
    },
    domain::{BoxId, CasebookId, Digest, Format, Text, Today, limits::EVENT_BYTES},
    files::{self, FileError, Readers},
};

const EVENTS: &str = "events";
const COLLECTIONS: &str = "collections";
const LOCK: &str = "lock";
/// Digits in an event's file name.
const DIGITS: usize = 8;

/// A casebook, opened for reading. Needs the identity alone.
pub struct Casebook<'k> {
    pub(super) directory: PathBuf,
    pub(super) identity: &'k GovernanceIdentity,
    pub(super) keys: Trusted,
    pub(super) state: State,
    /// The number of the last event and the digest of its file.
    last: Option<(u64, Digest)>,
}

/// A casebook, opened for writing: no other command writes to it for as long as this lives.
pub struct Editor<'k> {
    pub(super) casebook: Casebook<'k>,
    pub(super) key: &'k SigningKey<SignerRole>,
    /// Unlocked when it is closed.
    _lock: File,
}

impl<'k> Casebook<'k> {
    /// Makes a casebook in a new or empty directory. What an attempt that was killed left there is taken over.
    ///
    /// # Errors
    /// If there is anything else in the directory, or a file can't be written.
    pub fn init(
        directory: &Path,
        identity: &'k GovernanceIdentity,
        key: &'k SigningKey<SignerRole>,
        box_key: VerifyingKey<BoxRole>,
        paths: KeyPaths,
        today: &dyn Today,
    ) -> Result<Editor<'k>, DeskError> {
        files::create_private_directory(directory)?;
        refuse_unless_unfinished(directory)?;
        let lock = lock(directory)?;
        // Once more under the lock: another command may have finished in between.
        refuse_unless_unfinished(directory)?;
        for part in [EVENTS, COLLECTIONS] {
            files::create_private_directory(&directory.join(part))?;
        }
        let first = event_path(directory, 1);
        if first.exists() {
            fs::remove_file(&first).map_err(FileError::io("remove", &first))?;
        }
        let keys = Trusted { casebook: CasebookId::random(&mut os_random()), signer: key.verifying_key()?, box_key };
        let pointer = Pointer::seal(&keys, paths, identity);
        let casebook =
            Casebook { directory: directory.to_owned(), identity, keys, state: State::default(), last: None };
        let mut editor = Editor { casebook, key, _lock: lock };
        editor.append(What::Created, today)?;
        // The pointer comes last: it makes the directory a casebook.
        pointer.write(directory)?;
        Ok(editor)
    }

    /// Opens a casebook and checks every event. A command that writes to it at the same time does no harm.
    ///
    /// # Errors
    /// If the identity is not the one that made it, or the first thing that is wrong with it.
    pub fn open(directory: &Path, identity: &'k GovernanceIdentity) -> Result<Self, DeskError> {
        let keys = Pointer::read(directory)?.trust(directory, identity)?;
        let mut casebook =
            Self { directory: directory.to_owned(), identity, keys, state: State::default(), last: None };
        let numbers = casebook.event_numbers()?;
        let last = numbers.last().copied().unwrap_or(1);
        for number in 1..=last {
            let problem = |problem| DeskError::Event { number, problem };
            if !numbers.contains(&number) {
                return Err(problem(EventProblem::Missing));
            }
            let (event, digest) = casebook.read_event(number)?;
            if event.previous != casebook.last.map(|(_, digest)| digest) {
                return Err(problem(EventProblem::Unchained));
            }
            casebook.state.apply(event).map_err(|_| problem(EventProblem::Unfit))?;
            casebook.last = Some((number, digest));
        }
        Ok(casebook)
    }

    /// Which casebook it is.
    #[must_use]
    pub const fn id(&self) -> CasebookId {
        self.keys.casebook
    }

    /// The key of the box whose collections it takes.
    #[must_use]
    pub const fn box_key(&self) -> &VerifyingKey<BoxRole> {
        &self.keys.box_key
    }

    /// The box that it belongs to, once a collection was imported.
    #[must_use]
    pub const fn box_id(&self) -> Option<BoxId> {
        self.state.r#box
    }

    /// Where the files of a collection are.
    pub(super) fn collection_path(&self, number: u64) -> PathBuf {
        self.directory.join(COLLECTIONS).join(number.to_string())
    }

    /// Reads an event and checks all that can be known of it alone, with the digest of its file.
    pub(super) fn read_event(&self, number: u64) -> Result<(Event, Digest), DeskError> {
        let problem = |problem| DeskError::Event { number, problem };
        let path = event_path(&self.directory, number);
        let sealed = files::read(&path, EVENT_BYTES)?;
        let envelope = self.open_envelope(&sealed).map_err(|error| match error {
            OpenError::OtherKeys => problem(EventProblem::Foreign),
            OpenError::Io(source) => FileError::io("read", &path)(source).into(),
            OpenError::Altered | OpenError::Inside => problem(EventProblem::Altered),
        })?;
        let signers = std::slice::from_ref(&self.keys.signer);
        let verified = crypto::verify::<Event>(envelope.event.as_str().as_bytes(), &envelope.signature, signers)
            .map_err(|_| problem(EventProblem::Unsigned))?;
        let event = verified.into_document();
        if event.casebook != self.keys.casebook {
            return Err(problem(EventProblem::Foreign));
        }
        if event.number != number {
            return Err(problem(EventProblem::Moved(event.number)));
        }
        Ok((event, crypto::digest(&sealed)))
    }

    fn open_envelope(&self, sealed: &[u8]) -> Result<Envelope, OpenError> {
        let mut json = Zeroizing::new(Vec::with_capacity(sealed.len()));
        // age gives `InvalidData` or `UnexpectedEof` for what is damaged, and memory gives no errors of its own.
        std::io::copy(&mut self.identity.open_stream(sealed)?, &mut *json).map_err(|_| OpenError::Altered)?;
        serde_json::from_slice(&json).map_err(|_| OpenError::Inside)
    }

    fn event_numbers(&self) -> Result<BTreeSet<u64>, DeskError> {
        let directory = self.directory.join(EVENTS);
        let mut numbers = BTreeSet::new();
        for entry in fs::read_dir(&directory).map_err(FileError::io("read", &directory))? {
            let name = entry.map_err(FileError::io("read", &directory))?.file_name();
            // What a killed command left ends with `.partial` and is no event.
            let digits =
                name.to_str().and_then(|name| name.strip_suffix(".age")).filter(|digits| digits.len() >= DIGITS);
            numbers.extend(digits.and_then(|digits| digits.parse::<u64>().ok()).filter(|number| *number > 0));
        }
        Ok(numbers)
    }
}

impl<'k> Editor<'k> {
    /// Opens a casebook for writing.
    ///
    /// # Errors
    /// As [`Casebook::open`], and if another command writes to it or the signing key is another one.
    pub fn open(
        directory: &Path,
        identity: &'k GovernanceIdentity,
        key: &'k SigningKey<SignerRole>,
    ) -> Result<Self, DeskError> {
        if !directory.join(pointer::NAME).exists() {
            return Err(DeskError::NoCasebook(directory.to_owned()));
        }
        let lock = lock(directory)?;
        let casebook = Casebook::open(directory, identity)?;
        if key.verifying_key()?.to_base64() != casebook.keys.signer.to_base64() {
            return Err(DeskError::OtherSigner);
        }
        Ok(Self { casebook, key, _lock: lock })
    }

    /// To read what it holds.
    #[must_use]
    pub const fn casebook(&self) -> &Casebook<'k> {
        &self.casebook
    }

    /// Records an event: on the disk first, then in memory.
    pub(super) fn append(&mut self, what: What, today: &dyn Today) -> Result<(), DeskError> {
        let casebook = &mut self.casebook;
        let number = casebook.last.map_or(0, |(number, _)| number) + 1;
        let event = Event {
            format: Format::Casebook,
            casebook: casebook.keys.casebook,
            number,
            previous: casebook.last.map(|(_, digest)| digest),
            on: today.today(),
            what,
        };
        let (json, signature) = crypto::sign(&event, self.key)?;
        let json = Zeroizing::new(String::from_utf8(json).map_err(|_| crypto::SignError::Json)?);
        let envelope = Envelope { event: Text::verbatim(&json), signature };
        let plain = Zeroizing::new(serde_json::to_vec(&envelope).map_err(|_| crypto::SealError::Json)?);
        let mut sealer =
            seal_stream(&casebook.identity.recipients(), Vec::with_capacity(plain.len() + plain.len() / 64 + 4096))?;
        sealer.write_all(&plain).map_err(crypto::SealError::Write)?;
        let sealed = sealer.finish().map_err(crypto::SealError::Write)?;
        let path = event_path(&casebook.directory, number);
        if sealed.len() > EVENT_BYTES {
            return Err(FileError::TooLarge(path).into());
        }
        files::write_new(&path, Readers::Owner, &sealed)?;
        casebook.last = Some((number, crypto::digest(&sealed)));
        casebook.state.apply(event).map_err(|_| DeskError::Event { number, problem: EventProblem::Unfit })
    }
}

fn event_path(directory: &Path, number: u64) -> PathBuf {
    directory.join(EVENTS).join(format!("{number:0DIGITS$}.age"))
}

fn lock(directory: &Path) -> Result<File, DeskError> {
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

/// Refuses a directory with anything in it but what [`Casebook::init`] leaves when it is killed: an event 1 without a pointer.
fn refuse_unless_unfinished(directory: &Path) -> Result<(), DeskError> {
    let pointer = files::partial_path(Path::new(pointer::NAME));
    let event = event_path(Path::new(""), 1);
    let event = event.file_name().map(PathBuf::from).unwrap_or_default();
    let unfinished = only_holds(directory, &[Path::new(EVENTS), Path::new(COLLECTIONS), Path::new(LOCK), &pointer])?
        && only_holds(&directory.join(EVENTS), &[&event, &files::partial_path(&event)])?
        && only_holds(&directory.join(COLLECTIONS), &[])?;
    if unfinished { Ok(()) } else { Err(DeskError::NotEmpty(directory.to_owned())) }
}

fn only_holds(directory: &Path, names: &[&Path]) -> Result<bool, FileError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        entries => entries.map_err(FileError::io("read", directory))?,
    };
    for entry in entries {
        let name = entry.map_err(FileError::io("read", directory))?.file_name();
        if !names.iter().any(|known| known.as_os_str() == name) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{MARKER, TODAY, World},
        *,
    };
    use crate::domain::Route;

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

    #[test]
    fn what_is_wrong_with_an_event_is_named() {
        let world = three_events();
        assert_eq!(problem(&world), None);
        let path = |number| event_path(&world.casebook(), number);
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
        let path = event_path(&world.casebook(), 3);
        // Sealed anew by the same casebook, so signed and numbered rightly, but another event 1 stands before it.
        let (event, _) = world.open().unwrap().read_event(1).unwrap();
        fs::remove_file(event_path(&world.casebook(), 1)).unwrap();
        let mut editor = world.edit_without_events();
        editor.append(event.what, &TODAY).unwrap();
        assert_eq!(problem(&world), Some((2, EventProblem::Unchained)));

        let world = three_events();
        let stranger = World::new();
        fs::copy(event_path(&stranger.casebook(), 1), event_path(&world.casebook(), 3)).unwrap();
        assert_eq!(problem(&world), Some((3, EventProblem::Foreign)));
        assert!(path.exists());
    }

    #[test]
    fn one_command_writes_at_a_time_and_others_may_read() {
        let world = World::new();
        let first = world.edit().unwrap();
        assert!(matches!(world.edit(), Err(DeskError::Busy)));
        assert!(world.open().is_ok());
        drop(first);
        assert!(world.edit().is_ok());
    }

    #[test]
    fn other_keys_are_refused() {
        let (world, other) = (World::new(), World::new());
        assert!(matches!(Casebook::open(&world.casebook(), &other.identity), Err(DeskError::OtherIdentity)));
        assert!(matches!(Editor::open(&world.casebook(), &world.identity, &other.signer), Err(DeskError::OtherSigner)));
        let pointer = world.casebook().join(pointer::NAME);
        let text =
            fs::read_to_string(&pointer).unwrap().replace(&world.box_key.to_base64(), &other.box_key.to_base64());
        fs::remove_file(&pointer).unwrap();
        files::write_new(&pointer, Readers::Owner, text.as_bytes()).unwrap();
        assert!(matches!(world.open(), Err(DeskError::OtherIdentity)));
        assert!(matches!(Casebook::open(world.dir.path(), &world.identity), Err(DeskError::NoCasebook(_))));
    }

    #[test]
    fn a_casebook_is_made_only_where_there_is_nothing() {
        let world = World::new();
        assert!(matches!(world.init(&world.casebook()), Err(DeskError::NotEmpty(_))));
        assert!(matches!(world.init(world.dir.path()), Err(DeskError::NotEmpty(_))));
        // Killed before the pointer was written.
        fs::remove_file(world.casebook().join(pointer::NAME)).unwrap();
        drop(world.init(&world.casebook()).unwrap());
        assert_eq!(problem(&world), None);
    }

    #[test]
    fn what_a_killed_command_left_of_an_event_is_no_event() {
        let world = three_events();
        let partial = files::partial_path(&event_path(&world.casebook(), 4));
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

    impl World {
        fn edit_without_events(&self) -> Editor<'_> {
            let directory = self.casebook();
            let keys = Pointer::read(&directory).unwrap().trust(&directory, &self.identity).unwrap();
            let casebook = Casebook {
                directory: directory.clone(),
                identity: &self.identity,
                keys,
                state: State::default(),
                last: None,
            };
            Editor { casebook, key: &self.signer, _lock: lock(&directory).unwrap() }
        }
    }
}
