//! The chain of events on the disk: reading one and checking all that can be known of it alone, and adding one.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    casebook::{
        EventProblem, LogError,
        log::{
            event::{Envelope, Event, Matter, SealedMatter},
            head::{self, Head},
            keyring::Keyring,
        },
    },
    crypto::{self, GovernanceRecipients, OpenError, SignerRole, SigningKey, VerifyingKey, seal_bytes},
    domain::{CasebookId, Digest, Format, ReportId, Text, limits::EVENT_BYTES},
    files::{self, FileError, Readers},
};

pub(in crate::casebook) const EVENTS: &str = "events";
/// Digits in an event's file name.
const DIGITS: usize = 8;

/// An event as one member could open it.
#[derive(Serialize, Deserialize)]
pub(in crate::casebook) struct Opened {
    pub(in crate::casebook) event: Event,
    /// Who signed it.
    pub(in crate::casebook) signer: String,
    /// What it says about reports, in its order; none for what this member can't open.
    pub(in crate::casebook) matters: Vec<Option<Matter>>,
    /// SHA-256 of its file.
    pub(in crate::casebook) digest: Digest,
}

/// The numbers of the events that are there.
pub(in crate::casebook) fn numbers(casebook: &Path) -> Result<BTreeSet<u64>, LogError> {
    let directory = casebook.join(EVENTS);
    let mut numbers = BTreeSet::new();
    for entry in fs::read_dir(&directory).map_err(FileError::io("read", &directory))? {
        let name = entry.map_err(FileError::io("read", &directory))?.file_name();
        // What a killed command left ends with `.partial` and is no event.
        let digits = name.to_str().and_then(|name| name.strip_suffix(".age")).filter(|digits| digits.len() >= DIGITS);
        numbers.extend(digits.and_then(|digits| digits.parse::<u64>().ok()).filter(|number| *number > 0));
    }
    Ok(numbers)
}

/// Where an event is.
pub(in crate::casebook) fn path(casebook: &Path, number: u64) -> PathBuf {
    casebook.join(EVENTS).join(format!("{number:0DIGITS$}.age"))
}

/// The sealed file of an event.
pub(in crate::casebook) fn read(casebook: &Path, number: u64) -> Result<Vec<u8>, LogError> {
    Ok(files::read(&path(casebook, number), EVENT_BYTES)?)
}

/// Opens an event: its seal, its signature, its number and casebook are right. Whether its author may have made it, and
/// whether it follows from the one before, is for the caller.
pub(in crate::casebook) fn open(
    keys: &Keyring,
    casebook: CasebookId,
    number: u64,
    sealed: &[u8],
) -> Result<Opened, LogError> {
    let problem = |problem| LogError::Event { number, problem };
    let json = keys.casebook().open_bytes(sealed, EVENT_BYTES).map_err(|error| match error {
        OpenError::OtherKeys => problem(EventProblem::Foreign),
        OpenError::Io(_) | OpenError::Altered | OpenError::Inside => problem(EventProblem::Altered),
    })?;
    let envelope: Envelope = serde_json::from_slice(&json).map_err(|_| problem(EventProblem::Altered))?;
    let unsigned = || problem(EventProblem::Unsigned);
    let signer = VerifyingKey::<SignerRole>::from_base64(&envelope.signer).map_err(|_| unsigned())?;
    let signed = envelope.event.as_str().as_bytes();
    let verified = crypto::verify::<Event>(signed, &envelope.signature, &[signer]).map_err(|_| unsigned())?;
    let mut event = verified.into_document();
    if event.casebook != casebook {
        return Err(problem(EventProblem::Foreign));
    }
    if event.number != number {
        return Err(problem(EventProblem::Moved(event.number)));
    }
    let mut matters = Vec::new();
    for about in event.what.about() {
        matters.push(open_matter(keys, about).map_err(|error| match error {
            LogError::Open { .. } => problem(EventProblem::Altered),
            other => other,
        })?);
        about.sealed = String::new();
    }
    Ok(Opened { event, signer: envelope.signer, matters, digest: crypto::digest(sealed) })
}

/// Seals what is about one report to its newest key.
pub(in crate::casebook) fn seal_matter(
    to: &GovernanceRecipients,
    report: ReportId,
    matter: &Matter,
) -> Result<SealedMatter, LogError> {
    let json = Zeroizing::new(serde_json::to_vec(matter).map_err(|_| crypto::SealError::Json)?);
    Ok(SealedMatter { report, sealed: BASE64.encode(seal_bytes(&json, to)?.as_bytes()) })
}

/// Signs and seals an event, puts it on the disk, and then the head. Gives the digest of its file.
pub(in crate::casebook) fn append(
    directory: &Path,
    keys: &Keyring,
    event: &Event,
    key: &SigningKey<SignerRole>,
) -> Result<Digest, LogError> {
    let (json, signature) = crypto::sign(event, key)?;
    let json = Zeroizing::new(String::from_utf8(json).map_err(|_| crypto::SignError::Json)?);
    let signer = key.verifying_key()?.to_base64();
    let envelope = Envelope { event: Text::verbatim(&json), signer, signature };
    let plain = Zeroizing::new(serde_json::to_vec(&envelope).map_err(|_| crypto::SealError::Json)?);
    let sealed = seal_bytes(&plain, &keys.newest_casebook())?;
    let path = path(directory, event.number);
    if sealed.as_bytes().len() > EVENT_BYTES {
        return Err(FileError::TooLarge(path).into());
    }
    files::write_new(&path, Readers::Owner, sealed.as_bytes())?;
    let head =
        Head { format: Format::CasebookHead, casebook: event.casebook, number: event.number, digest: sealed.digest() };
    // What the event tells has happened by now. A head that can't be written is behind, as after a kill at this place,
    // and the next event brings it up to date; an error would have the same decision recorded twice.
    let _ = head::write(directory, &head, key);
    Ok(sealed.digest())
}

fn open_matter(keys: &Keyring, about: &SealedMatter) -> Result<Option<Matter>, LogError> {
    let Some(key) = keys.report(about.report)? else { return Ok(None) };
    let broken = |source| LogError::Open { path: PathBuf::from(EVENTS), source };
    let sealed = BASE64.decode(about.sealed.as_bytes()).map_err(|_| broken(OpenError::Altered))?;
    match key.open_bytes(&sealed, EVENT_BYTES) {
        Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|_| broken(OpenError::Inside)),
        // Sealed to a later generation, which this member was not given.
        Err(OpenError::OtherKeys) => Ok(None),
        Err(source) => Err(broken(source)),
    }
}
