use std::path::PathBuf;

use crate::{
    crypto::{Fingerprint, OpenError, SealError, SignError},
    domain::ReportId,
    files::FileError,
};

/// What a casebook has on its disk can't be read, written or trusted. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is something where a new casebook should go.
    #[error("{} is not empty; give a new or an empty directory", .0.display())]
    NotEmpty(PathBuf),
    /// No casebook where one should be.
    #[error("there is no casebook in {}; check the directory, or make one with `candour desk init`", .0.display())]
    NoCasebook(PathBuf),
    /// `casebook.json` is not what [`crate::casebook::Pointer`] writes.
    #[error("{} can't be read; restore it from a backup", .0.display())]
    Pointer(PathBuf),
    /// `casebook.json` is of a version that this program does not know.
    #[error(
        "the casebook in {} is of a later version of Candour, and this program is {}; use the newer `candour`, on every member's machine", .0.display(), env!("CARGO_PKG_VERSION")
    )]
    Newer(PathBuf),
    /// The same of one that was made before anything was released.
    #[error("the casebook in {} is of a version from before the first release, which no release reads", .0.display())]
    Unreleased(PathBuf),
    /// The identity vouched for another casebook.json than this.
    #[error(
        "this identity does not fit the casebook, or casebook.json was changed; give the identity that you joined with, or restore casebook.json from a backup"
    )]
    OtherIdentity,
    /// The identity has not vouched for this casebook.
    #[error(
        "this identity is not one that opened this casebook before; give the identity that you joined with, or, if a colleague has just let you join and reads out the fingerprint {0}, run `candour desk join` with it"
    )]
    NotVouched(Fingerprint),
    /// The fingerprint that was compared is another one.
    #[error("the fingerprint of this casebook is {0}, not the one given; ask the colleague who let you join")]
    OtherFingerprint(Fingerprint),
    /// The casebook's key is not sealed to this identity.
    #[error(
        "this identity is not a member's; ask a colleague to let you join, or give the identity that you joined with"
    )]
    NotAMember,
    /// A key file is not the one that the events name.
    #[error("a key of the casebook was exchanged; restore the casebook from a backup")]
    KeysExchanged,
    /// A report's key is missing or not sealed to this member.
    #[error(
        "the key of report {0} is missing or is not sealed to you; ask a colleague who can open it to choose the same readers again, which seals it anew, or restore the casebook from a backup"
    )]
    NoReportKey(ReportId),
    /// `head.json` is missing, altered, or someone else's.
    #[error("head.json of the casebook is missing or was changed; restore the casebook from a backup")]
    Head,
    /// Events at the end are gone.
    #[error(
        "the casebook is cut off: it ends with event {there}, and event {expected} was written; restore it from a backup"
    )]
    CutOff {
        /// The last event that is there.
        there: u64,
        /// The last that was written.
        expected: u64,
    },
    /// An event can't be taken as it stands.
    #[error("event {number} of the casebook {problem}; restore the casebook from a backup")]
    Event {
        /// Which, from 1.
        number: u64,
        /// What is wrong.
        problem: EventProblem,
    },
    /// A sealed file of the casebook can't be opened.
    #[error("{} can't be opened: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: OpenError,
    },
    /// A stored message is not the one that was imported.
    #[error("{} is not the file that was imported; restore the casebook from a backup", .0.display())]
    Exchanged(PathBuf),
    /// A message is not what the box signed for.
    #[error(
        "message {seq} of report {report} is not what the person sent: {by} took it in (import {import}) and something else was kept; nothing is sealed to whoever it names. Take that collection in again, or a newer one that was made with `candour collect --again`, to mend it"
    )]
    NotTheBoxsWord {
        /// The report.
        report: ReportId,
        /// The message.
        seq: u32,
        /// The import that brought it.
        import: u64,
        /// Who took that in.
        by: String,
    },
    /// Signing failed.
    #[error("{0}; nothing was recorded")]
    Sign(#[from] SignError),
    /// Sealing failed.
    #[error("{0}; nothing was recorded")]
    Seal(#[from] SealError),
}

/// What is wrong with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventProblem {
    /// Not there, though later ones are.
    #[error("is missing")]
    Missing,
    /// Altered or cut.
    #[error("is altered or cut short")]
    Altered,
    /// Not signed by a member.
    #[error("is not signed by a member of this casebook")]
    Unsigned,
    /// From another casebook.
    #[error("belongs to another casebook")]
    Foreign,
    /// Another event under its name.
    #[error("is out of order: its file holds event {0}")]
    Moved(u64),
    /// The event before it is not the one that it was written after.
    #[error("does not follow from the one before it: one of the two was exchanged")]
    Unchained,
    /// Signed and in place, but it does not fit what went before.
    #[error("does not fit what went before; it may be from another version of candour")]
    Unfit,
}
