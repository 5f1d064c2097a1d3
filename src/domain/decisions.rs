//! The signed part of a decisions file: all that the box may read of it.

use serde::{Deserialize, Serialize};

use super::{
    ids::{BoxId, CasebookId, Digest, ReportId},
    message::{Answer, AnswerKind, Format},
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
    /// 1 for the first decisions file of that casebook, then one more for each.
    pub number: u64,
    /// The last event of the casebook before it was written.
    pub head: LogHead,
    /// What the desk has taken in and the box need not keep.
    pub collected: Vec<Collected>,
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

/// The desk has every message of a report up to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collected {
    /// The report whose messages are safe with the desk.
    pub report: ReportId,
    /// The last message that it has.
    pub through: u32,
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
