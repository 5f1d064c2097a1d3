use std::io;

use crate::{
    crypto::{Fingerprint, OpenError, VerifyError},
    domain::{Date, Digest, ManifestProblem, ReportId},
    files::tarball::TarError,
};

/// A collection can't be taken in. The casebook stays as it was. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A collection is refused.
    #[error("the collection is refused: {0}")]
    Refused(#[from] Refusal),
    /// Nothing lies there to be taken in.
    #[error("no collection lies here to be taken in; choose the one that was carried from the box")]
    NothingBrought,
}

/// Why a collection is refused. The casebook stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The stream is not a whole archive.
    #[error("it is altered or cut short; carry it again from the box")]
    Altered,
    /// Reading it failed.
    #[error("reading it failed: {0}; check the medium and carry it again")]
    Io(io::Error),
    /// Writing what is in it failed.
    #[error("what is in it can't be written: {0}; free some space, or use another disk, and take it in again")]
    Write(io::Error),
    /// The files are not exactly those of the manifest, in its order.
    #[error("it does not hold exactly the files that its manifest names, in that order; carry it again from the box")]
    Files,
    /// Signed with a key that nobody here agreed to.
    #[error(
        "it is not signed with the key of this casebook's box: it is from another box, or the box's key was renewed and two members have not agreed to that yet. Ask whoever runs the box; if it was renewed, propose its new key (candour desk propose --box-key box.pub), and let a second member consent"
    )]
    OtherKey,
    /// Signed with a key that waits for consent.
    #[error(
        "it is signed with the box's new key, which waits for a second member: compare its fingerprint by voice with whoever runs the box, let another member consent (candour desk consent --casebook DIR {0}), and import it again"
    )]
    KeyProposed(u64),
    /// Signed with a key that the box had before it had another one.
    #[error(
        "it is signed with a key that the box had before its key was renewed or given up, which somebody else may have: collect again, and import that with --missing. If the box was restored from a backup of that time, let whoever runs it renew its key once more (candour init --renew-box-key), and propose that one"
    )]
    KeyBefore,
    /// It names another box.
    #[error(
        "it is from another box; check which box it was collected from and that the casebook was made with that box's key"
    )]
    OtherBox,
    /// The manifest's signature does not hold.
    #[error("its manifest can't be trusted: {0}")]
    Manifest(VerifyError),
    /// The manifest says what no box says.
    #[error(
        "its manifest says what no box says: {0}. The box's key may be in other hands; keep the file, and ask whoever runs the box before anything else is imported"
    )]
    Impossible(ManifestProblem),
    /// The manifest contradicts itself or what was imported earlier.
    #[error(
        "its manifest does not fit what was imported earlier about report {0}: the box was put back from a copy by hand, or its key is in other hands. Keep the file; if it was put back, ask whoever runs it to begin a new epoch (candour init --new-epoch), and collect again"
    )]
    Contradiction(ReportId),
    /// Older than the last one.
    #[error("it is out of order: it is number {number} and number {last} was imported already; import the newest one")]
    Old {
        /// Of the collection, as its manifest says.
        number: u64,
        /// The last number imported.
        last: u64,
    },
    /// The box saw this casebook when it was further.
    #[error(
        "the box has decisions of this casebook from event {seen}, and this one has no such event and ends with event {there}: it was restored from an older copy, or rolled back. Find the newer copy, or go on without what is missing, which takes two members: candour desk propose --go-on {seen}:{digest}"
    )]
    Behind {
        /// The last event that is here.
        there: u64,
        /// The last event that the box knows of.
        seen: u64,
        /// SHA-256 of that event's file.
        digest: Digest,
    },
    /// The right number after another predecessor.
    #[error(
        "it is out of order: it does not follow collection {0} as it was imported here; the box was put back from a copy by hand, or there are two of it. Ask whoever runs it to begin a new epoch (candour init --new-epoch), and collect again"
    )]
    Unchained(u64),
    /// A part that is of no collection of which others are here.
    #[error(
        "it is part of another collection {0} than the parts that are here; bring in the parts that were collected with those, or the next collection"
    )]
    OtherPart(u64),
    /// The box saw decisions that this casebook has not written.
    #[error(
        "it says that the box has decisions {seen} of this casebook, which wrote {last} as its last: nobody else writes any. The box's key may be in other hands; keep the file, and ask whoever runs the box"
    )]
    DecisionsAhead {
        /// The number that the box names.
        seen: u64,
        /// The last that was written here.
        last: u64,
    },
    /// A number that nobody reaches.
    #[error(
        "it is number {number}, and number {last} was the last one imported: no box makes so many in between. The box's key may be in other hands; keep the file, and ask whoever runs the box"
    )]
    FarAhead {
        /// Of the collection, as its manifest says.
        number: u64,
        /// The last number imported.
        last: u64,
    },
    /// Made before the box was restored.
    #[error("it was made before the box was restored, and a later one was imported since; import the newest one")]
    EpochBefore,
    /// The box was restored, and nobody confirmed that yet.
    #[error("{}", new_epoch(*.fingerprint, *.began_on, *.backup_of, *.is_another))]
    NewEpoch {
        /// Of the epoch.
        fingerprint: Fingerprint,
        /// The day it began.
        began_on: Date,
        /// The day of the backup; none if it was not restored from one.
        backup_of: Option<Date>,
        /// Whether another fingerprint was given.
        is_another: bool,
    },
    /// Some before it were not imported.
    #[error(
        "it is number {number}, and number {next} was not imported yet; import that one first, or, if it is lost, give --missing: this one holds all that the box was not told to be here"
    )]
    Gap {
        /// Of the collection, as its manifest says.
        number: u64,
        /// The number that should come.
        next: u64,
    },
    /// A report that nobody could be answered about.
    #[error(
        "it gives no key to which an answer about report {0} can be sealed; keep the file, and ask whoever runs the box"
    )]
    ReplyKey(ReportId),
    /// What is sealed inside is not what the manifest says.
    #[error(
        "message {seq} of report {report} is not what the manifest says it is; keep the file and ask whoever runs the box"
    )]
    Inside {
        /// The report that it names.
        report: ReportId,
        /// The message.
        seq: u32,
    },
    /// A message can't be opened.
    #[error("message {seq} of report {report} can't be opened: {source}")]
    Message {
        /// The report that it names.
        report: ReportId,
        /// The message.
        seq: u32,
        /// Why not.
        source: OpenError,
    },
}

fn new_epoch(fingerprint: Fingerprint, began_on: Date, backup_of: Option<Date>, is_another: bool) -> String {
    let how = backup_of.map_or_else(
        || format!("another box, or another life of it, began on {began_on}"),
        |day| format!("the box was restored on {began_on} from a backup of {day}"),
    );
    let given = if is_another { "the fingerprint that was given is another one; " } else { "" };
    format!(
        "{how}: {given}ask whoever runs it for the fingerprint of its new epoch, and if that is {fingerprint}, import this with --confirm-epoch '{fingerprint}'"
    )
}

/// A disk's error, which the operating system numbers, or the file's.
impl From<TarError> for Refusal {
    fn from(error: TarError) -> Self {
        match error {
            TarError::Io(error) if error.raw_os_error().is_some() => Self::Io(error),
            TarError::Io(_) => Self::Altered,
            TarError::Out(error) => Self::Write(error),
            TarError::Unexpected(_) | TarError::TooLarge(_) => Self::Files,
        }
    }
}
