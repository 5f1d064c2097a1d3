use std::{io, path::PathBuf};

use crate::{
    crypto::{Fingerprint, OpenError, SealError, SignError, VerifyError},
    domain::{
        AssessmentProblem, CalendarError, ReportId,
        limits::{DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
    },
    files::FileError,
};

/// The desk can't do what it was asked. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is something where a new casebook should go.
    #[error("{} is not empty; give a new or an empty directory", .0.display())]
    NotEmpty(PathBuf),
    /// No casebook where one should be.
    #[error("there is no casebook in {}; check the directory, or make one with `candour desk init`", .0.display())]
    NoCasebook(PathBuf),
    /// `casebook.json` is not what [`super::Pointer`] writes.
    #[error("{} can't be read; restore it from a backup", .0.display())]
    Pointer(PathBuf),
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
    /// The signing key is not this member's.
    #[error("this signing key is not the one that this member joined with; give that one")]
    OtherSigner,
    /// A key file is not the one that the events name.
    #[error("a key of the casebook was exchanged; restore the casebook from a backup")]
    KeysExchanged,
    /// A report's key is missing or not sealed to this member.
    #[error(
        "the key of report {0} is missing or is not sealed to you; restore the casebook from a backup, or ask a colleague who can open it to seal it again"
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
    /// Another command writes.
    #[error("another candour command is using this casebook; wait until it has finished and run this one again")]
    Busy,
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
    /// A collection is refused.
    #[error("the collection is refused: {0}")]
    Refused(#[from] Refusal),
    /// An id that names no report.
    #[error("there is no such report; `candour desk list` shows the ids")]
    NoReport,
    /// Whoever looks is shut out of it.
    #[error("you are shut out of report {0}: a colleague has to deal with it")]
    ShutOut(ReportId),
    /// It was destroyed.
    #[error("report {0} was destroyed when its time was over; nothing of it is left here")]
    Destroyed(ReportId),
    /// A collection has messages of a report that whoever imports it is shut out of.
    #[error(
        "the collection has messages of report {0}, which you are shut out of; a colleague who is not has to import it"
    )]
    ImportShutOut(ReportId),
    /// Someone decided about it meanwhile.
    #[error("report {0} has changed since you opened it, so nothing was recorded; look at it again")]
    Changed(ReportId),
    /// A supplementary notice without a first one.
    #[error("report {0} has no notice yet, so there is nothing to supplement; write the first notice")]
    NoFirstNotice(ReportId),
    /// It is not to be destroyed yet.
    #[error(
        "report {0} can't be destroyed yet: it has to be closed, every promise of it kept, and the day set for it over"
    )]
    NotToBeDestroyed(ReportId),
    /// No such answer.
    #[error("there is no such answer; look at the report again")]
    NoAnswer,
    /// An answer that waits for nobody.
    #[error("this answer does not wait for a second member; look at the report again")]
    NotWaiting,
    /// Whoever wrote a notice approves it.
    #[error("you wrote this notice, so another member has to approve it")]
    OwnNotice,
    /// A name that is no name.
    #[error("the name is empty or longer than {SHORT_MAX} characters; give the name that the team uses")]
    MemberName,
    /// Someone has that key.
    #[error("a member has that signing key already; each member has their own")]
    KnownMember,
    /// Nobody of that id.
    #[error("there is no such member; look at the team again")]
    NoMember,
    /// Leaving without anybody else.
    #[error("you can't end your own membership; another member has to do it")]
    LeavingOneself,
    /// Nobody could tell whether it is right.
    #[error("you can't shut yourself out; ask another member to do it")]
    ShuttingOutOneself,
    /// Nothing lies there to be taken in.
    #[error("no collection lies here to be taken in; choose the one that was carried from the box")]
    NothingBrought,
    /// A referral with nothing in it.
    #[error("nothing is chosen to be handed on; choose at least one text or file")]
    EmptyReferral,
    /// A team's name that is no name.
    #[error("the team's name is empty or longer than {SHORT_MAX} characters; give its name")]
    TeamName,
    /// A reason or detail that is too long.
    #[error("a reason is longer than {DETAIL_MAX} characters; shorten it")]
    LongReason,
    /// An id that is too short or not one.
    #[error("that is not a report's id; give at least its first 4 digits, as `candour desk list` shows them")]
    NotAnId,
    /// The beginning of several ids.
    #[error("that is the beginning of {0} reports' ids; give more digits")]
    AmbiguousId(usize),
    /// A name that no file of the report has.
    #[error("report {0} has no file of that name; `candour desk show` lists the files and their names")]
    NoAttachment(ReportId),
    /// A name that several files of the report have.
    #[error("report {report} has {} files of that name; give the number of one instead: {}", .places.len(), .places.join(", "))]
    AmbiguousAttachment {
        /// The report.
        report: ReportId,
        /// `MESSAGE/FILE`, both from 1.
        places: Vec<String>,
    },
    /// An assessment whose fields don't fit each other.
    #[error("the assessment is not recorded: {0}")]
    Assessment(AssessmentProblem),
    /// A decision with nothing in it.
    #[error("nothing is decided; give at least one of an area, a state, a notice, a reply or a note")]
    NothingDecided,
    /// A text with nothing in it.
    #[error("the {0} is empty; write it and run the command again")]
    EmptyText(&'static str),
    /// A text that is too long.
    #[error("the {0} is longer than {MESSAGE_MAX} characters; shorten it")]
    LongText(&'static str),
    /// An answer to a report that is no longer at the box.
    #[error(
        "report {0} was withdrawn: the person deleted it at the box, so no notice or reply can reach them; record a note instead"
    )]
    Withdrawn(ReportId),
    /// No message of the report was ever imported, so nobody knows which key to seal to.
    #[error(
        "no message of report {0} is in this casebook, so there is no key to seal an answer to; record a note instead"
    )]
    NoReplyKey(ReportId),
    /// The file was recorded as exported but has not got its name.
    #[error("the export is recorded but its file was lost ({0}); run the command again with --again and another name")]
    ExportLost(FileError),
    /// The file of a referral was recorded but has not got its name.
    #[error("the referral is recorded but its file was lost ({0}); hand it on again")]
    ReferralLost(FileError),
    /// A clock can't be counted.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
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
    /// The manifest contradicts itself or what was imported earlier.
    #[error(
        "its manifest does not fit what was imported earlier about report {0}; ask whoever runs the box whether it was restored from a backup"
    )]
    Contradiction(ReportId),
    /// Older than the last one.
    #[error("it is out of order: it is number {number} and number {last} was imported already; import the newest one")]
    Old {
        /// Its number.
        number: u64,
        /// The last number imported.
        last: u64,
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
        /// Its number.
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
        /// The report.
        report: ReportId,
        /// The message.
        seq: u32,
    },
    /// A message can't be opened.
    #[error("message {seq} of report {report} can't be opened: {source}")]
    Message {
        /// The report.
        report: ReportId,
        /// The message.
        seq: u32,
        /// Why not.
        source: OpenError,
    },
}
