//! The signed part of a decisions file: all that the box may read of it.

use serde::{Deserialize, Serialize};

use super::{
    entered::EnteredEntry,
    ids::{BoxId, CasebookId, Digest, ReportId},
    message::{Answer, AnswerKind, Format, SetAsideReason},
    part::Part,
};

/// `decisions.json`: which answers the file holds and what they do, signed by a signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// [`Format::Decisions`].
    pub format: Format,
    /// The box it is for.
    pub r#box: BoxId,
    /// The casebook it comes from.
    pub casebook: CasebookId,
    /// 1 for the first decisions of that casebook, then one more for each.
    pub number: u64,
    /// Which part of them this is.
    pub part: Part,
    /// The last event of the casebook before it was written.
    pub head: LogHead,
    /// What the desk has taken in and the box need not tell again, by report.
    pub collected: Vec<Collected>,
    /// Reports of which the desk heard that the box has them no more, by id.
    pub gone: Vec<ReportId>,
    /// Reports that the team set aside, by id.
    pub set_aside: Vec<SetAsideEntry>,
    /// Reports that were entered at the desk and have a receipt code, by id: the box makes each before it takes answers to it. An
    /// older box refuses decisions that have any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<EnteredEntry>,
    /// The answers, by report and then in order.
    pub answers: Vec<AnswerEntry>,
}

/// The end of a casebook's chain of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogHead {
    /// The last event's.
    pub number: u64,
    /// SHA-256 of its file.
    pub digest: Digest,
}

/// The desk has what the box told of a report. Each thing is named by the digest of what it is, so that nothing else can be
/// taken for it, whatever number that has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collected {
    /// The report.
    pub report: ReportId,
    /// SHA-256 of the JSON of its [`ReportRecord`](super::ReportRecord), as the desk heard it last.
    pub record: Digest,
    /// The commitments of the messages that are safe with the desk and that it did not tell before.
    pub messages: Vec<Digest>,
}

/// A report that the team sets aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAsideEntry {
    /// The report.
    pub report: ReportId,
    /// What the person is told.
    pub reason: SetAsideReason,
    /// The commitments of the messages that the team had: what the person said besides is owed as ever.
    pub messages: Vec<Digest>,
}

/// One sealed answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerEntry {
    /// The report it answers.
    pub report: ReportId,
    /// Its number within the report: the next after the last delivered.
    pub seq: u32,
    /// What it is; which clocks it meets on the day of delivery follows from that ([`AnswerKind::meets`]).
    pub kind: AnswerKind,
    /// SHA-256 of the JSON of the [`Answer`] inside.
    pub text: Digest,
    /// Whether the report is closed from then on.
    pub closed: bool,
    /// Bytes of the sealed answer.
    pub size: u64,
    /// SHA-256 of the sealed answer.
    pub sha256: Digest,
    /// Signatures over this answer's [`Endorsement`]: of who wrote it, and of who approved it. They are sealed with the
    /// answer too.
    pub endorsements: Vec<String>,
}

/// What whoever writes or approves an answer signs. It is never carried: the box makes it again, from the list when the
/// answer is delivered and from the answer itself when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endorsement {
    /// [`Format::Endorsement`].
    pub format: Format,
    /// The one box at which it counts.
    pub r#box: BoxId,
    /// Whose receipt code opens it.
    pub report: ReportId,
    /// The answer's number within it.
    pub seq: u32,
    /// What the person sees it to be, and what it is counted as.
    pub kind: AnswerKind,
    /// SHA-256 of the answer's JSON, which has a salt in it.
    pub text: Digest,
}

impl AnswerEntry {
    /// What its writer and its approver signed.
    #[must_use]
    pub const fn endorsement(&self, r#box: BoxId) -> Endorsement {
        let Self { report, seq, kind, text, .. } = *self;
        Endorsement { format: Format::Endorsement, r#box, report, seq, kind, text }
    }

    /// Its path inside the decisions file.
    #[must_use]
    pub fn path(&self) -> String {
        format!("answers/{}/{}/answer.age", self.report, self.seq)
    }
}

impl Answer {
    /// What its writer and its approver sign, if `text` is the digest of its JSON.
    #[must_use]
    pub const fn endorsement(&self, text: Digest) -> Endorsement {
        let Self { r#box, report, seq, kind, .. } = *self;
        Endorsement { format: Format::Endorsement, r#box, report, seq, kind, text }
    }
}
