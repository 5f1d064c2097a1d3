//! What everybody is told on their queue until they have confirmed that they saw it: what happened to the team, and who
//! tried what they may not.

use crate::{
    casebook::error::NotAllowed,
    domain::{BoxId, Date, Digest, Epoch, MemberId, ReportId, SetAsideReason, TeamRole, Text},
};

/// Something that everybody is told.
#[derive(Clone)]
pub(in crate::casebook) struct Alert {
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) by: MemberId,
    pub(in crate::casebook) what: AlertKind,
}

/// What everybody is told.
#[derive(Clone, PartialEq, Eq)]
pub enum AlertKind {
    /// An event changed nothing, because its author may not do what it says.
    Void {
        /// What was tried.
        tried: Tried,
        /// Why it is void.
        why: NotAllowed,
    },
    /// What an import kept of a report is not what the box signed for.
    NotTheBoxsWord {
        /// The report.
        report: ReportId,
        /// The first message of it that is not.
        seq: u32,
    },
    /// What was entered is not what whoever entered it says: nothing of it can be read.
    NotAsEntered {
        /// The report.
        report: ReportId,
    },
    /// A change was proposed that needs a second member.
    Proposed(ChangeView),
    /// One came about.
    Consented {
        /// What.
        what: ChangeView,
        /// Who proposed it.
        proposed_by: MemberId,
    },
    /// One was turned down.
    Declined(ChangeView),
    /// Whoever holds the recovery keys let someone join.
    Recovered {
        /// What the others call them.
        name: Text,
    },
    /// Texts to a person need a second approver from now on.
    SecondApprover,
    /// A report has other readers.
    Restricted {
        /// Which.
        report: ReportId,
        /// Those who may open it.
        readers: Vec<MemberId>,
        /// Those who may not any more.
        shut_out: Vec<MemberId>,
    },
    /// A change made a key of the casebook that whoever is told was not given.
    KeyWithheld,
    /// The box takes decisions of another casebook than this one.
    OtherCasebook {
        /// The box.
        r#box: BoxId,
    },
    /// The box gave the person an answer that this casebook did not write. Told to the report's readers alone.
    DeliveredElsewhere {
        /// The report.
        report: ReportId,
        /// The first such answer.
        seq: u32,
    },
    /// The box has a message no more, because it was told that it is here or because it was restored, and it is not here.
    NotHere {
        /// The report.
        report: ReportId,
        /// The message's number at the box.
        seq: u32,
    },
    /// Messages came that are sealed to keys which whoever took them in does not have.
    Unopened {
        /// How many.
        messages: u64,
        /// Of which reports.
        reports: Vec<ReportId>,
    },
    /// The box was restored from a backup, or it is another one: what it says is as it was when that was made.
    NewEpoch {
        /// Since when.
        epoch: Epoch,
    },
    /// Reports that are here are at the box no more: their receipts open nothing.
    LostAtBox {
        /// How many.
        reports: u64,
    },
    /// What the box says of a report can't be of the one that is here under the same id. Nothing of it was taken in.
    Contradicts {
        /// The report.
        report: ReportId,
    },
    /// The box has other reports than collections told of.
    OtherReports {
        /// How many it has besides those that the last collection lists.
        there: u64,
        /// How many it should have.
        here: u64,
    },
    /// Reports were set aside.
    SetAside {
        /// How many.
        reports: u64,
        /// What the persons are told.
        reason: SetAsideReason,
    },
    /// Reports that were set aside are open again: the box was not told yet.
    BroughtBack {
        /// How many.
        reports: u64,
    },
    /// Somebody put keys into the address book, to which reports are sealed that are handed on.
    AddressKeys {
        /// What the team is called there.
        team: Text,
    },
}

/// A change that needs two members, without what is sealed in it.
#[derive(Clone, PartialEq, Eq)]
pub enum ChangeView {
    /// Someone joins.
    Join {
        /// What the others call them.
        name: Text,
        /// What they do.
        role: TeamRole,
        /// Their minisign public key.
        signer: String,
        /// Their age recipients.
        recipients: Vec<String>,
    },
    /// Someone's membership ends.
    Leave(MemberId),
    /// Members who were shut out may open a report again.
    LetIn {
        /// Which.
        report: ReportId,
        /// Everyone who may open it then; none for every member.
        readers: Option<Vec<MemberId>>,
    },
    /// Texts to a person need no second approver any more.
    NoSecondApprover,
    /// The box has another key, for which nobody vouches.
    BoxKey(String),
    /// The box has renewed its key: the one before vouches for this one.
    RenewedBoxKey(String),
    /// A report is destroyed.
    Destroy(ReportId),
    /// There are recovery keys, or none any more.
    Recovery {
        /// The minisign public key and the age recipients.
        keys: Option<(String, Vec<String>)>,
    },
    /// The casebook goes on although the box saw it further.
    GoOn {
        /// The last event that the box saw.
        number: u64,
        /// SHA-256 of its file.
        digest: Digest,
    },
}

/// What an event that changed nothing would have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tried {
    /// Make the casebook once more.
    Create,
    /// Propose a change.
    Propose,
    /// Consent to one.
    Consent,
    /// Turn one down.
    Decline,
    /// Let someone join with the recovery keys.
    Recover,
    /// Ask for a second approver.
    AskForApprover,
    /// Confirm that something was seen.
    Confirm,
    /// Take a collection in.
    Import,
    /// Enter a concern that came another way than through the box.
    Enter,
    /// Enter what a person said later whose concern was entered.
    FollowUp,
    /// Record what a person was told who has no receipt code.
    TellPerson,
    /// Replace what was kept of a message.
    Mend,
    /// Decide about a report.
    Decide,
    /// Approve an answer.
    Approve,
    /// Take an answer back.
    TakeBack,
    /// Set reports aside.
    SetAside,
    /// Undo that.
    BringBack,
    /// Keep a draft.
    Draft,
    /// Say something about one.
    Comment,
    /// Change what the team keeps beside its reports.
    ChangeReference,
    /// Choose a report's readers.
    Restrict,
    /// Hand a report on.
    Refer,
    /// Note an access.
    NoteAccess,
    /// Export decisions.
    Export,
    /// Something that can't be read.
    Unknown,
}

impl Alert {
    /// Whether it is news for whoever recorded it too: something that the event did not do, or that nobody recorded.
    pub(in crate::casebook) const fn is_news_to_its_author(&self) -> bool {
        !matches!(
            self.what,
            AlertKind::Proposed(_)
                | AlertKind::Consented { .. }
                | AlertKind::Declined(_)
                | AlertKind::SecondApprover
                | AlertKind::SetAside { .. }
                | AlertKind::Restricted { .. }
                | AlertKind::AddressKeys { .. }
        )
    }
}
