use serde::{Deserialize, Serialize};

use super::{
    concern::Concern,
    ids::{BoxId, ReportId},
    message::{Format, Message, MessageContent, MessageKind},
    text::Text,
};

/// What a person said, once more, as JSON inside a file sealed to their receipt code: for themselves to read again. The
/// box makes one if it is set to.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnCopy {
    /// [`Format::OwnCopy`].
    pub format: Format,
    /// The box that made it.
    pub r#box: BoxId,
    /// The report that the message belongs to.
    pub report: ReportId,
    /// The message's number.
    pub seq: u32,
    /// What the message says.
    pub said: OwnWords,
    /// What came with it.
    pub files: Vec<OwnFile>,
}

/// What a message says. A withdrawal says nothing that could be read again.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnWords {
    /// The answers to the questions.
    Concern(Box<Concern>),
    /// What they added later; no text if it is files alone.
    FollowUp(Option<Text>),
}

/// What a copy says of one file. Its contents are not in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnFile {
    /// The name as sent.
    pub name: Text,
    /// The true length in bytes.
    pub size: u64,
}

impl OwnCopy {
    /// Of a message; none of a withdrawal.
    #[must_use]
    pub fn of(message: &Message) -> Option<Self> {
        let said = match &message.content {
            MessageContent::Concern(concern) => OwnWords::Concern(Box::new(concern.clone())),
            MessageContent::FollowUp(text) => OwnWords::FollowUp(text.clone()),
            MessageContent::Withdrawal => return None,
        };
        let files = message.attachments.iter();
        Some(Self {
            format: Format::OwnCopy,
            r#box: message.r#box,
            report: message.report,
            seq: message.seq,
            said,
            files: files.map(|file| OwnFile { name: file.name.clone(), size: file.size }).collect(),
        })
    }

    /// Whether it says itself that it is the copy of this message: nobody can put one in another's place.
    #[must_use]
    pub fn is_of(&self, r#box: BoxId, report: ReportId, (seq, kind): (u32, MessageKind)) -> bool {
        let said = match self.said {
            OwnWords::Concern(_) => MessageKind::Concern,
            OwnWords::FollowUp(_) => MessageKind::FollowUp,
        };
        self.format == Format::OwnCopy
            && self.r#box == r#box
            && self.report == report
            && self.seq == seq
            && said == kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Date, Salt};

    fn message(content: MessageContent) -> Message {
        Message {
            r#box: BoxId([1; 16]),
            report: ReportId([2; 8]),
            seq: 3,
            route: crate::domain::Route::StaffConcern,
            on: Date::constant(2026, 12, 1),
            content,
            reply_to: "age1".into(),
            salt: Salt([5; 32]),
            attachments: Vec::new(),
        }
    }

    #[test]
    fn it_is_written_as_the_formats_have_it() {
        let json = |content| OwnCopy::of(&message(content)).map(|copy| serde_json::to_string(&copy).unwrap());
        let begins = r#"{"format":"candour-own-copy-v1","box":"01010101010101010101010101010101","report":"0202020202020202","seq":3,"said":"#;
        let of = |said: &str| Some(format!(r#"{begins}{said},"files":[]}}"#));
        assert_eq!(json(MessageContent::FollowUp(Some(Text::typed("More.")))), of(r#"{"follow-up":"More."}"#));
        assert_eq!(json(MessageContent::FollowUp(None)), of(r#"{"follow-up":null}"#));
        assert_eq!(json(MessageContent::Withdrawal), None);
        let concern = r#"{"about":["other"],"description":"It has gone on."}"#;
        let content = MessageContent::Concern(serde_json::from_str(concern).unwrap());
        assert_eq!(json(content), of(&format!(r#"{{"concern":{concern}}}"#)));
    }

    #[test]
    fn it_is_of_one_message_and_no_other() {
        let copy = OwnCopy::of(&message(MessageContent::FollowUp(None))).unwrap();
        let (here, elsewhere) = (BoxId([1; 16]), BoxId([9; 16]));
        let (report, other) = (ReportId([2; 8]), ReportId([9; 8]));
        let kind = MessageKind::FollowUp;
        assert!(copy.is_of(here, report, (3, kind)));
        assert!(!copy.is_of(elsewhere, report, (3, kind)) && !copy.is_of(here, other, (3, kind)));
        assert!(!copy.is_of(here, report, (2, kind)) && !copy.is_of(here, report, (3, MessageKind::Concern)));
        assert!(!OwnCopy { format: Format::Answer, ..copy }.is_of(here, report, (3, kind)));
    }
}
