//! What is inside a sealed file: messages from the person to the team, and answers from the team to the person.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};

use super::{
    answers::SeriousHarm,
    area::Area,
    choice::choices,
    clock::ClockKind,
    concern::Concern,
    ids::{BoxId, Digest, ReportId, Salt},
    route::Route,
    text::Text,
    who_else::WhoElse,
};

choices! {
    /// What a file says it is. It is the first thing inside everything that is signed or sealed, so that one kind can
    /// never be taken for another.
    pub enum Format {
        Message = "candour-message-v1", "A message from a person";
        Summary = "candour-message-summary-v1", "What a queue shows of a message";
        Answer = "candour-answer-v1", "An answer from the team";
        EndorsedAnswer = "candour-endorsed-answer-v1", "An answer with the word of whoever stands by it";
        OwnCopy = "candour-own-copy-v1", "A person's own copy of what they said";
        Collection = "candour-collection-v2", "A collection";
        Record = "candour-record-v1", "What a box says of a report";
        Decisions = "candour-decisions-v2", "Decisions";
        BoxBackup = "candour-box-backup-v1", "A backup of a box";
        CasebookBackup = "candour-casebook-backup-v1", "A backup of a casebook";
        Casebook = "candour-casebook-v3", "A casebook";
        CasebookHead = "candour-casebook-head-v1", "The end of a casebook";
        Endorsement = "candour-endorsement-v1", "An endorsement of an answer";
        Referral = "candour-referral-v1", "A referral to an area's team";
        CarryRequest = "candour-carry-v1", "A carrier's request to a box";
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
    /// Why the team sets a report aside, as the person reads it.
    pub enum SetAsideReason {
        NotAConcern = "not-a-concern", "It is not a concern";
        Duplicate = "duplicate", "It is the same as another report";
        Abusive = "abusive", "It is abusive";
        Test = "test", "It is a test";
        NotForUs = "not-for-us", "It is not for us";
        Withdrawn = "withdrawn", "It was withdrawn";
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

impl SetAsideReason {
    /// Those that a team may give, in the order of pages: that it was withdrawn is the person's to say.
    pub const CHOSEN: &'static [Self] =
        &[Self::NotAConcern, Self::Abusive, Self::Test, Self::Duplicate, Self::NotForUs];

    /// What the person reads of why. It tells nothing of any other report: whoever sends one to learn whether there is another
    /// learns nothing.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::NotAConcern => "We could not find a concern in it.",
            Self::Duplicate => "It looks like a copy of something that was sent before.",
            Self::Abusive => "We found words in it that attack people, and no concern that we can act on.",
            Self::Test => "It looks like a test of this service.",
            Self::NotForUs => "It is about something that we can’t act on. Others may be able to.",
            Self::Withdrawn => "You withdrew it. An older copy of this service brought it back, and we do not use it.",
        }
    }
}

impl AnswerKind {
    /// Whether it meets a clock of that kind at the box, when it is delivered.
    #[must_use]
    pub const fn meets(self, clock: ClockKind) -> bool {
        match self {
            Self::Notice => matches!(clock, ClockKind::InformationUseNotice),
            Self::Reply => matches!(clock, ClockKind::Advice | ClockKind::Decision),
            Self::Update => false,
        }
    }

    /// Whether it says something in words to the person: that is what a second approver stands by.
    #[must_use]
    pub const fn is_text(self) -> bool {
        !matches!(self, Self::Update)
    }

    /// Whether a report that was set aside is so no more once the team said that, and with it whether the report is closed:
    /// not if all that it says is that nothing more is done.
    #[must_use]
    pub const fn ends_set_aside(self, closed: bool) -> bool {
        self.is_text() || !closed
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
    /// For the box's commitments to it.
    pub salt: Salt,
    /// What came with it, in the order of `attachment-1.age`, `attachment-2.age`, …
    pub attachments: Vec<Attachment>,
}

/// What a queue shows of a message, and whom its answers are sealed to. The box commits to it apart from the message, so
/// that a casebook can hold it against the box's word without opening every message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageSummary {
    /// [`Format::Summary`].
    pub format: Format,
    /// The areas that the person chose.
    pub areas: Vec<Area>,
    /// Whether someone could be seriously harmed soon; none if not answered.
    pub serious_harm: Option<SeriousHarm>,
    /// The promises that follow from what it says, beside those of its route.
    pub promises: Vec<ClockKind>,
    /// The age recipient that every answer is sealed to.
    pub reply_to: String,
}

impl MessageSummary {
    /// Of a message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let concern = message.content.concern();
        let promises = concern.into_iter().flat_map(|concern| concern.promises(message.route));
        Self {
            format: Format::Summary,
            areas: concern.map(Concern::areas).unwrap_or_default(),
            serious_harm: concern.and_then(|concern| concern.serious_harm),
            promises: promises.map(|(kind, _)| kind).collect(),
            reply_to: message.reply_to.clone(),
        }
    }
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
    salt: Salt,
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
            salt: self.salt,
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
            salt: json.salt,
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
    /// The last message that came through the box and that the team had read, by its number there.
    pub after: u32,
    /// Where the report stands.
    pub state: ReportState,
    /// The areas under review.
    pub areas: Vec<Area>,
    /// For a notice: whether it tells of a later change of use, and the first one stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supplementary: bool,
    /// For an update about a report that was set aside because it is for others: whom the person can turn to. Such an answer
    /// says that it is closed, so that it does not end the setting aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turn_to: Vec<WhoElse>,
    /// What it says; an update says nothing in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// So that the digest of its JSON, which is told outside the seal, tells nothing of it.
    pub salt: Salt,
}

/// An answer as it is sealed: with the word of whoever stands by it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndorsedAnswer {
    /// [`Format::EndorsedAnswer`].
    pub format: Format,
    /// The JSON of an [`Answer`], as its digest was signed.
    pub answer: Text,
    /// Signatures over its [`super::Endorsement`]: of whoever wrote it, and of whoever approved it.
    pub endorsements: Vec<String>,
}

#[cfg(test)]
mod tests;
