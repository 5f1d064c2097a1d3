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
            event::{BoundMatter, Envelope, Event, Matter, What},
            head::{self, Head},
            keyring::Keyring,
            word::BoxWord,
        },
        parallel::in_parallel,
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
    /// What it says about reports, in its order.
    pub(in crate::casebook) matters: Vec<OpenedMatter>,
    /// What the box says, if the event is an import. A checkpoint has it beside the events.
    #[serde(skip)]
    pub(in crate::casebook) word: Option<BoxWord>,
    /// SHA-256 of its file.
    pub(in crate::casebook) digest: Digest,
}

impl Opened {
    /// Without the organisations of a register.
    pub(in crate::casebook) fn without_register(mut self) -> Self {
        if let What::ReferenceChanged(reference) = self.event.what {
            self.event.what = What::ReferenceChanged(Box::new(reference.without_register()));
        }
        self
    }

    /// The reports about which it says something that this member could not open.
    pub(in crate::casebook) fn closed(&self) -> Vec<ReportId> {
        let closed = |matter: &OpenedMatter| if let OpenedMatter::Closed(id) = matter { Some(*id) } else { None };
        self.matters.iter().filter_map(closed).collect()
    }
}

/// What an event says about one report, as one member could open it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::casebook) enum OpenedMatter {
    /// It is open.
    Open(Matter),
    /// It is sealed to a key of that report that this member does not have.
    Closed(ReportId),
    /// It can be opened, and is not what belongs in this place.
    Broken,
}

impl OpenedMatter {
    /// What is said; none if it is closed or broken.
    pub(in crate::casebook) fn into_open(self) -> Option<Matter> {
        match self {
            Self::Open(matter) => Some(matter),
            Self::Closed(_) | Self::Broken => None,
        }
    }

    /// Without what was written.
    pub(in crate::casebook) fn without_texts(self) -> Self {
        match self {
            Self::Open(matter) => Self::Open(matter.without_texts()),
            other => other,
        }
    }
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
    Ok(files::read_shared(&path(casebook, number), EVENT_BYTES)?)
}

/// SHA-256 of the sealed file of an event.
pub(in crate::casebook) fn digest(casebook: &Path, number: u64) -> Result<Digest, LogError> {
    Ok(crypto::digest(&read(casebook, number)?))
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
    let word = if let What::Imported(imported) = &mut event.what {
        let word = BoxWord::of(imported);
        (imported.manifest, imported.signature) = (String::new(), String::new());
        word
    } else {
        None
    };
    let (number, by) = (event.number, event.by);
    // A collection can bring very many.
    let mut about = event.what.about();
    let opened = in_parallel(&about, |about| {
        let place = BoundMatter { casebook, event: number, by, report: about.report, matter: () };
        Ok(match open_matter(keys, &about.sealed, &place)? {
            OpenedMatter::Open(matter) if !matter.is_sound(&envelope.signer) => OpenedMatter::Broken,
            opened => opened,
        })
    });
    for about in &mut about {
        about.sealed = String::new();
    }
    let matters = opened.into_iter().collect::<Result<_, LogError>>()?;
    Ok(Opened { event, signer: envelope.signer, matters, word, digest: crypto::digest(sealed) })
}

/// Seals what is about one report, for one place.
pub(in crate::casebook) fn seal_matter(
    to: &GovernanceRecipients,
    bound: &BoundMatter<&Matter>,
) -> Result<String, LogError> {
    let json = Zeroizing::new(serde_json::to_vec(bound).map_err(|_| crypto::SealError::Json)?);
    Ok(BASE64.encode(seal_bytes(&json, to)?.as_bytes()))
}

/// Signs and seals an event, puts it on the disk, and then the head. Gives the digest of its file.
pub(in crate::casebook) fn append(
    directory: &Path,
    to: &GovernanceRecipients,
    event: &Event,
    key: &SigningKey<SignerRole>,
) -> Result<Digest, LogError> {
    let (json, signature) = crypto::sign(event, key)?;
    let json = Zeroizing::new(String::from_utf8(json).map_err(|_| crypto::SignError::Json)?);
    let signer = key.verifying_key()?.to_base64();
    let envelope = Envelope { event: Text::verbatim(&json), signer, signature };
    let plain = Zeroizing::new(serde_json::to_vec(&envelope).map_err(|_| crypto::SealError::Json)?);
    let sealed = seal_bytes(&plain, to)?;
    let path = path(directory, event.number);
    if sealed.as_bytes().len() > EVENT_BYTES {
        return Err(FileError::TooLarge(path).into());
    }
    files::write_new(&path, Readers::Team, sealed.as_bytes())?;
    let head =
        Head { format: Format::CasebookHead, casebook: event.casebook, number: event.number, digest: sealed.digest() };
    // What the event tells has happened by now. A head that can't be written is behind, as after a kill at this place,
    // and the next event brings it up to date; an error would have the same decision recorded twice.
    let _ = head::write(directory, &head, key);
    Ok(sealed.digest())
}

fn open_matter(keys: &Keyring, sealed: &str, place: &BoundMatter<()>) -> Result<OpenedMatter, LogError> {
    let Some(key) = keys.report(place.report)? else { return Ok(OpenedMatter::Closed(place.report)) };
    let Ok(sealed) = BASE64.decode(sealed.as_bytes()) else { return Ok(OpenedMatter::Broken) };
    Ok(match key.open_bytes(&sealed, EVENT_BYTES) {
        Ok(json) => match serde_json::from_slice::<BoundMatter<Matter>>(&json) {
            Ok(bound)
                if (bound.casebook, bound.event, bound.by, bound.report)
                    == (place.casebook, place.event, place.by, place.report) =>
            {
                OpenedMatter::Open(bound.matter)
            }
            _ => OpenedMatter::Broken,
        },
        // Sealed to a later generation, which this member was not given.
        Err(OpenError::OtherKeys) => OpenedMatter::Closed(place.report),
        Err(_) => OpenedMatter::Broken,
    })
}
