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
    crypto::{self, BoxRole, GovernanceIdentity, OpenError, SignerRole, SigningKey, VerifyingKey, os_random, seal_stream},
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
        let casebook = Casebook { directory: directory.to_owned(), identity, keys, state: State::default(), last: None };
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
        let mut casebook = Self { directory: directory.to_owned(), identity, keys, state: State::default(), last: None };
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
        let verified = crypto::verify::<Event>(envelope.event.as_str().as_bytes(), &envelope.signature, signers).map_err(|_| problem(EventProblem::Unsigned))?;
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
            let digits = name.to_str().and_then(|name| name.strip_suffix(".age")).filter(|digits| digits.len() >= DIGITS);
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
    pub fn open(directory: &Path, identity: &'k GovernanceIdentity, key: &'k SigningKey<SignerRole>) -> Result<Self, DeskError> {
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
        let mut sealer = seal_stream(&casebook.identity.recipients(), Vec::with_capacity(plain.len() + plain.len() / 64 + 4096))?;
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
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(FileError::io("write", &path))?;
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
