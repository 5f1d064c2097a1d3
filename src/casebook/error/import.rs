use std::io;

use crate::{
    crypto::{OpenError, VerifyError},
    domain::{Digest, ManifestProblem, ReportId},
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
    /// The files are not exactly those of the manifest, in its order.
    #[error("it does not hold exactly the files that its manifest names, in that order; carry it again from the box")]
    Files,
    /// Signed by another key, or it names another box.
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
        "its manifest does not fit what was imported earlier about report {0}; ask whoever runs the box whether it was restored from a backup"
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
        "the box has decisions of this casebook from event {seen}, and this one has no such event and ends with event {there}: it was restored from an older copy, or rolled back. Find the newer copy, or let two members say under Team that it goes on without what is missing (event {seen}, {digest})"
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
        "it is out of order: it does not follow collection {0} as it was imported here; ask whoever runs the box whether it was restored from a backup"
    )]
    Unchained(u64),
    /// Some before it were not imported.
    #[error(
        "it is number {number}, and number {next} was not imported yet; import that one first, or, if it is lost, give --missing: nothing is lost by that"
    )]
    Gap {
        /// Of the collection, as its manifest says.
        number: u64,
        /// The number that should come.
        next: u64,
    },
    /// Messages of a report are missing before the first one in it.
    #[error(
        "messages of report {0} before the first one in it are not in this casebook; import the earlier collections first, or, if they are lost, give --missing"
    )]
    Sequence(ReportId),
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

/// A disk's error, which the operating system numbers, or the file's.
impl From<TarError> for Refusal {
    fn from(error: TarError) -> Self {
        match error {
            TarError::Io(error) if error.raw_os_error().is_some() => Self::Io(error),
            TarError::Io(_) => Self::Altered,
            TarError::Unexpected(_) | TarError::TooLarge(_) => Self::Files,
        }
    }
}
