//! What is inside a sealed file: messages from the person to the team, and answers from the team to the person.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    area::Area,
    choice::choices,
    concern::Concern,
    ids::{BoxId, Digest, ReportId},
    route::Route,
    text::Text,
};

choices! {
    /// What a file says it is. It is the first thing inside everything that is signed or sealed, so that one kind can
    /// never be taken for another.
    pub enum Format {
        Message = "candour-message-v1", "A message from a person";
        Answer = "candour-answer-v1", "An answer from the team";
        Collection = "candour-collection-v1", "A collection";
        Decisions = "candour-decisions-v1", "Decisions";
        Casebook = "candour-casebook-v2", "A casebook";
        CasebookHead = "candour-casebook-head-v1", "The end of a casebook";
        Endorsement = "candour-endorsement-v1", "An endorsement of an answer";
        Referral = "candour-referral-v1", "A referral to an area's team";
    }
}

choices! {
    /// What a person says.
    pub enum MessageKind {
        Concern = "concern", "Concern";
        FollowUp = "follow-up", "Follow-up";
        Withdrawal = "withdrawal", "Withdrawal";
    }
}

choices! {
    /// What the team says.
    pub enum AnswerKind {
        Reply = "reply", "Reply";
        Notice = "notice", "Information-use notice";
        Update = "update", "Update";
    }
}

choices! {
    /// Where a report stands.
    pub enum ReportState {
        Received = "received", "We have received it";
        BeingRead = "being-read", "We are reading it";
        Decided = "decided", "We have decided what to do";
        Closed = "closed", "We have closed it";
    }
}

/// A message from the person, as JSON inside `message.age`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// [`Format::Message`].
    pub format: Format,
    /// The box that sealed it.
    pub r#box: BoxId,
    /// The report.
    pub report: ReportId,
    /// 1 for the concern, then one more for each message of the person.
    pub seq: u32,
    /// Which kind.
    pub kind: MessageKind,
    /// The report's route.
    pub route: Route,
    /// The day it came in, Europe/London.
    pub on: Date,
    /// The areas that the person chose; for a concern only.
    pub areas: Vec<Area>,
    /// For a concern: the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Concern>,
    /// For a follow-up: what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// The age recipient that every answer is sealed to.
    pub reply_to: String,
    /// What came with it, in the order of `attachment-1.age`, `attachment-2.age`, …
    pub attachments: Vec<Attachment>,
}

/// What a message says of one file that came with it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The name as sent. Never a path: whoever saves it chooses where.
    pub name: Text,
    /// The media type as sent.
    pub media_type: Text,
    /// The true length in bytes, to which the padded plaintext is cut.
    pub size: u64,
    /// SHA-256 of those bytes.
    pub sha256: Digest,
}

/// An answer from the team, as JSON inside a file sealed to the report's reply recipient. Each carries the report's
/// state and areas, so that the newest tells where the report stands.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// [`Format::Answer`].
    pub format: Format,
    /// The box it is for.
    pub r#box: BoxId,
    /// The report it answers.
    pub report: ReportId,
    /// 1 for the first answer to that report, then one more for each.
    pub seq: u32,
    /// Which kind.
    pub kind: AnswerKind,
    /// The day it was written, Europe/London.
    pub on: Date,
    /// The last message of the person that the team had read.
    pub after: u32,
    /// Where the report stands.
    pub state: ReportState,
    /// The areas under review.
    pub areas: Vec<Area>,
    /// For a notice: whether it tells of a later change of use, and the first one stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supplementary: bool,
    /// What it says; an update says nothing besides state and areas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
}

#[cfg(test)]
mod tests;
