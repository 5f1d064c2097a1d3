//! What is inside a sealed file: messages from the person to the team, and answers from the team to the person.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};

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
        OwnCopy = "candour-own-copy-v1", "A person's own copy of what they said";
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

/// A message from the person. As JSON inside `message.age` it is flat, with its kind beside its content.
#[derive(Deserialize)]
#[serde(try_from = "MessageJson<'_>")]
pub struct Message {
    /// The box that sealed it.
    pub r#box: BoxId,
    /// The report that it begins or belongs to.
    pub report: ReportId,
    /// 1 for the concern, then one more for each message of the person.
    pub seq: u32,
    /// The report's route.
    pub route: Route,
    /// The day it came in, Europe/London.
    pub on: Date,
    /// What the person says.
    pub content: MessageContent,
    /// The age recipient that every answer is sealed to.
    pub reply_to: String,
    /// What came with it, in the order of `attachment-1.age`, `attachment-2.age`, …
    pub attachments: Vec<Attachment>,
}

/// What a person says in one message.
pub enum MessageContent {
    /// The answers to the questions; the first message of a report, and no other.
    Concern(Concern),
    /// What they add later; no text if it is files alone.
    FollowUp(Option<Text>),
    /// That they take the report back.
    Withdrawal,
}

impl MessageContent {
    /// Which kind of message it makes.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Concern(_) => MessageKind::Concern,
            Self::FollowUp(_) => MessageKind::FollowUp,
            Self::Withdrawal => MessageKind::Withdrawal,
        }
    }

    /// The answers, if it is a concern.
    #[must_use]
    pub const fn concern(&self) -> Option<&Concern> {
        match self {
            Self::Concern(concern) => Some(concern),
            Self::FollowUp(_) | Self::Withdrawal => None,
        }
    }

    /// What it says, if it is a follow-up with a text.
    #[must_use]
    pub const fn follow_up(&self) -> Option<&Text> {
        match self {
            Self::FollowUp(text) => text.as_ref(),
            Self::Concern(_) | Self::Withdrawal => None,
        }
    }

    /// Everything in it in words of the person's own.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.concern().into_iter().flat_map(Concern::texts).chain(self.follow_up())
    }
}

/// The JSON of a message, written and read. `answers` is there for a concern and `text` for a follow-up, and neither
/// for anything else; the text of a follow-up that is files alone is empty. `areas` repeats those of the answers.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageJson<'a> {
    format: Format,
    r#box: BoxId,
    report: ReportId,
    seq: u32,
    kind: MessageKind,
    route: Route,
    on: Date,
    areas: Vec<Area>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answers: Option<Cow<'a, Concern>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, Text>>,
    reply_to: Cow<'a, str>,
    attachments: Cow<'a, [Attachment]>,
}

/// A message whose parts contradict each other.
#[derive(Debug, thiserror::Error)]
#[error("not a message that a box makes")]
struct Contradiction;

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let concern = self.content.concern();
        let text = match &self.content {
            MessageContent::FollowUp(Some(text)) => Some(Cow::Borrowed(text)),
            MessageContent::FollowUp(None) => Some(Cow::Owned(Text::verbatim(""))),
            MessageContent::Concern(_) | MessageContent::Withdrawal => None,
        };
        let json = MessageJson {
            format: Format::Message,
            r#box: self.r#box,
            report: self.report,
            seq: self.seq,
            kind: self.content.kind(),
            route: self.route,
            on: self.on,
            areas: concern.map(Concern::areas).unwrap_or_default(),
            answers: concern.map(Cow::Borrowed),
            text,
            reply_to: Cow::Borrowed(&self.reply_to),
            attachments: Cow::Borrowed(&self.attachments),
        };
        json.serialize(serializer)
    }
}

impl TryFrom<MessageJson<'_>> for Message {
    type Error = Contradiction;

    fn try_from(json: MessageJson<'_>) -> Result<Self, Contradiction> {
        let content = match (json.kind, json.answers, json.text) {
            (MessageKind::Concern, Some(answers), None) => MessageContent::Concern(answers.into_owned()),
            (MessageKind::FollowUp, None, Some(text)) if !text.is_empty() => {
                MessageContent::FollowUp(Some(text.into_owned()))
            }
            // A message with neither a text nor a file says nothing, and no box takes one.
            (MessageKind::FollowUp, None, Some(_)) if !json.attachments.is_empty() => MessageContent::FollowUp(None),
            (MessageKind::Withdrawal, None, None) => MessageContent::Withdrawal,
            _ => return Err(Contradiction),
        };
        let areas = content.concern().map(Concern::areas).unwrap_or_default();
        if json.format != Format::Message || json.areas != areas {
            return Err(Contradiction);
        }
        Ok(Self {
            r#box: json.r#box,
            report: json.report,
            seq: json.seq,
            route: json.route,
            on: json.on,
            content,
            reply_to: json.reply_to.into_owned(),
            attachments: json.attachments.into_owned(),
        })
    }
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
    /// Which promises it keeps follows from it.
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
