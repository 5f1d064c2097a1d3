use crate::domain::{AssessmentProblem, MemberId, ReportId, limits::SHORT_MAX};

/// Why an event is void: it is genuine, and its author may not do what it says. Nothing of any report's content is in
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Not a member, or not any more.
    #[error("only a member of the team may do that")]
    NotAMember,
    /// Someone else's name.
    #[error("it is signed with another member's key")]
    OtherName,
    /// Nothing that can be read.
    #[error("it can't be read; it may be from another version of candour")]
    Unreadable,
    /// No report of that id.
    #[error("there is no report {}", .0.named())]
    NoReport(ReportId),
    /// The author may not open the report.
    #[error("only a reader of report {} may do that", .0.named())]
    NoReader(ReportId),
    /// A report's matter is not what belongs there.
    #[error("what it says about report {} does not belong there", .0.named())]
    Broken(ReportId),
    /// A proposal that is not open.
    #[error("there is no such proposal; it may have been decided meanwhile")]
    NoProposal,
    /// Consenting to one's own proposal.
    #[error("another member than the one who proposed it has to consent")]
    OwnProposal,
    /// Recovery keys that one member puts there alone.
    #[error("recovery keys need two members")]
    RecoveryAlone,
    /// Too many proposals of one member.
    #[error("that member has too many open proposals; let them be decided first")]
    TooManyProposals,
    /// Only the one who is to leave could consent.
    #[error("whoever leaves can't be the one who consents: they would make the next key")]
    OwnLeaving,
    /// No member of that id.
    #[error("there is no such member")]
    NoMember,
    /// Ending the membership of a reader without any other reader of what they read.
    #[error(
        "they may open report {}, and neither of the two who would end their membership may: a reader of it has to propose that or consent to it",
        .0.named()
    )]
    ShutOutOf(ReportId),
    /// Nobody would be left who can open a report.
    #[error("nobody would be left who may open report {}", .0.named())]
    LastReader(ReportId),
    /// A key of a member, or of the safe, is used again.
    #[error("somebody has that key already; each has their own")]
    KnownKey,
    /// Keys that are none.
    #[error("those are no keys that candour can use")]
    BadKey,
    /// A key that the box had before it had another one.
    #[error(
        "the box had that key before its key was renewed or given up, and whoever has it now may be anybody; if it is the box, restored from a backup of that time or taken up again, let whoever runs it renew its key (candour init --renew-box-key), and propose that one"
    )]
    KeyBefore,
    /// The word for a new key of the box is not of the key that it has.
    #[error("the key that the box has does not vouch for that one")]
    NotVouched,
    /// A name that is no name.
    #[error("the name is empty or longer than {SHORT_MAX} characters")]
    Name,
    /// A key of the wrong generation.
    #[error("the new key does not follow the one before it")]
    KeyOrder,
    /// A text that is missing or too long.
    #[error("a text is missing or too long")]
    Text,
    /// Readers who were shut out, or leaving too few.
    #[error("whoever was shut out of report {} is let in again by two of its readers", .0.named())]
    LettingInAlone(ReportId),
    /// One reader would be left of several.
    #[error("at least two have to stay who may open report {}", .0.named())]
    TooFewReaders(ReportId),
    /// Shutting oneself out.
    #[error("nobody can shut themselves out")]
    ShuttingOutOneself,
    /// Nothing would change.
    #[error("it changes nothing")]
    Nothing,
    /// A manifest that the box did not sign.
    #[error("the collection is not signed by the box's key")]
    NotTheBox,
    /// A collection that does not follow the last one.
    #[error("the collection does not follow the last one")]
    CollectionOrder,
    /// A collection that says that the casebook was further.
    #[error("the box saw this casebook when it was further")]
    Behind,
    /// Messages that were left out of an import.
    #[error("messages of report {} are in the collection and were left out", .0.named())]
    LeftOut(ReportId),
    /// A concern that can't be entered so.
    #[error(
        "a concern can't be entered like that: its id, its day, its promises or its keys are not what they have to be ({})",
        .0.named()
    )]
    Entered(ReportId),
    /// Nothing can be added to a report like that.
    #[error(
        "what a person said later can't be entered like that: the report came through the box or is withdrawn, or the day or the files can't be ({})",
        .0.named()
    )]
    FollowedUp(ReportId),
    /// Nobody can have been told that, or the box tells it.
    #[error("the person of report {} can't have been told that by hand", .0.named())]
    NotGiven(ReportId),
    /// Something that was written to a person can't be.
    #[error("nothing can be written to the person of report {} like that", .0.named())]
    Letter(ReportId),
    /// An answer that is not sealed for its place, or that nobody stands by.
    #[error("the answer to report {} is not what it says it is", .0.named())]
    Answer(ReportId),
    /// An answer that needs a second member's word.
    #[error("texts to a person need a second approver here")]
    NeedsApprover,
    /// An answer that waits for nobody, or that is the approver's own.
    #[error("that answer to report {} can't be approved or taken back by this member", .0.named())]
    NotWaiting(ReportId),
    /// An assessment whose fields don't fit each other.
    #[error("the assessment does not fit: {0}")]
    Assessment(AssessmentProblem),
    /// A link to the report itself, or to one that is not there.
    #[error("report {} can't be linked to itself, or to a report that is not there", .0.named())]
    Linked(ReportId),
    /// A report that needs no setting aside.
    #[error("report {} is withdrawn or set aside already", .0.named())]
    SetAside(ReportId),
    /// A report that is not set aside, or of which the box was told that it is.
    #[error("report {} is not set aside, or the box was told already: write to the person to open it again", .0.named())]
    ToldAside(ReportId),
    /// An export that is not the next.
    #[error("the export is not the next one, or it says what is not so of report {0:?}")]
    Export(Option<ReportId>),
    /// Confirmed again, or before it happened.
    #[error("there is nothing to confirm up to there")]
    NothingToConfirm,
    /// A second founder.
    #[error("a casebook is made once, by its founder {0:?}")]
    MadeBefore(Option<MemberId>),
}
