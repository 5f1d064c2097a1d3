//! What was said in either direction, as the desk shows it.

use serde::{Serialize, Serializer};

use crate::{
    casebook::state::{
        letter::Letter,
        report::{AnswerRecord, MessageRecord},
    },
    domain::{Attachment, Concern, Date, MemberId, Message, MessageContent, MessageKind, Text, WayIn, WhoseWords},
};

/// One thing said in either direction.
pub struct MessageView {
    /// Counted apart for the person and the team.
    pub seq: u32,
    /// Its number at the box, if a restored box gave it that of another message, which is here too.
    pub number_at_box: Option<u32>,
    /// Whether a restored box lost it.
    pub is_lost: bool,
    /// How it came, if it was entered here after the concern.
    pub entered: Option<FollowedUpView>,
    /// The day it came in or was written.
    pub on: Date,
    /// Who says it, and what.
    pub said: SaidBy,
}

/// How something came that a person said later, and that was entered here.
#[derive(Clone, Serialize)]
pub struct FollowedUpView {
    /// The event that holds it.
    pub event: u64,
    /// The day on which it was entered, in London.
    pub on: Date,
    /// Who entered it.
    pub by: MemberId,
    /// In which way it came.
    pub way: WayIn,
    /// Who took it, in the member's words.
    pub taken_by: Text,
    /// Whose words it is in.
    pub words: WhoseWords,
}

/// Who says something, and what.
pub enum SaidBy {
    /// Whoever raised the concern.
    Person {
        /// In a concern, a follow-up or a withdrawal.
        content: MessageContent,
        /// What came with it.
        attachments: Vec<Attachment>,
    },
    /// Whoever raised the concern; what they said is not here.
    NotHere {
        /// What it was.
        kind: MessageKind,
        /// Whether the box has it, sealed to keys that nobody had who took it in. If not, it is not there either.
        is_sealed: bool,
    },
    /// The governance team.
    Team {
        /// A reply, or which notice it is.
        letter: Letter,
        /// What it says.
        text: Text,
    },
}

impl MessageView {
    /// As it is recorded here, opened.
    pub(super) fn of_person(stored: &MessageRecord, message: Message) -> Self {
        let Message { on, content, attachments, .. } = message;
        let said = SaidBy::Person { content, attachments };
        Self { seq: stored.seq, number_at_box: None, is_lost: false, entered: None, on, said }
    }

    /// Of one that is not here.
    pub(super) const fn not_here(stored: &MessageRecord) -> Self {
        let said = SaidBy::NotHere { kind: stored.kind, is_sealed: stored.is_unopened };
        Self { seq: stored.seq, number_at_box: None, is_lost: false, entered: None, on: stored.on, said }
    }

    /// Of an answer, which is that letter.
    pub(super) const fn of_team(answer: &AnswerRecord, letter: Letter, text: Text) -> Self {
        let said = SaidBy::Team { letter, text };
        Self { seq: answer.seq, number_at_box: None, is_lost: false, entered: None, on: answer.on, said }
    }

    /// What the person says; none if the team says it.
    #[must_use]
    pub const fn by_person(&self) -> Option<&MessageContent> {
        match &self.said {
            SaidBy::Person { content, .. } => Some(content),
            SaidBy::NotHere { .. } | SaidBy::Team { .. } => None,
        }
    }

    /// Whether the person said it, whether it is here or not.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(self.said, SaidBy::Team { .. })
    }

    /// Whether what the person said is neither here nor at the box.
    #[must_use]
    pub const fn is_not_here(&self) -> bool {
        matches!(self.said, SaidBy::NotHere { is_sealed: false, .. })
    }

    /// Whether it is sealed to keys that nobody had who took it in: the box goes on sending it.
    #[must_use]
    pub const fn is_unopened(&self) -> bool {
        matches!(self.said, SaidBy::NotHere { is_sealed: true, .. })
    }

    /// The answers, if it is a concern.
    #[must_use]
    pub fn concern(&self) -> Option<&Concern> {
        self.by_person()?.concern()
    }

    /// What it says, if it is a follow-up with a text, or a letter.
    #[must_use]
    pub const fn text(&self) -> Option<&Text> {
        match &self.said {
            SaidBy::Person { content, .. } => content.follow_up(),
            SaidBy::NotHere { .. } => None,
            SaidBy::Team { text, .. } => Some(text),
        }
    }

    /// Whether the person sent files and wrote nothing with them.
    #[must_use]
    pub const fn is_files_alone(&self) -> bool {
        matches!(self.by_person(), Some(MessageContent::FollowUp(None)))
    }

    /// Which kind of message or answer it is, in words.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match &self.said {
            SaidBy::Person { content, .. } => content.kind().label(),
            SaidBy::NotHere { kind, .. } => kind.label(),
            SaidBy::Team { letter, .. } => letter.kind().label(),
        }
    }

    /// What came with it.
    #[must_use]
    pub fn attachments(&self) -> &[Attachment] {
        match &self.said {
            SaidBy::Person { attachments, .. } => attachments,
            SaidBy::NotHere { .. } | SaidBy::Team { .. } => &[],
        }
    }
}

/// As `candour desk show --json` prints it.
#[derive(Serialize)]
struct MessageViewJson<'a> {
    seq: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_at_box: Option<u32>,
    from: &'static str,
    kind: &'static str,
    on: Date,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    supplementary: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lost_at_box: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    not_here: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unopened: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    entered: Option<&'a FollowedUpView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<&'a Concern>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a Text>,
    attachments: &'a [Attachment],
}

impl Serialize for MessageView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (from, kind, supplementary) = match &self.said {
            SaidBy::Person { content, .. } => ("person", content.kind().slug(), false),
            SaidBy::NotHere { kind, .. } => ("person", kind.slug(), false),
            SaidBy::Team { letter, .. } => ("team", letter.kind().slug(), *letter == Letter::Supplementary),
        };
        let json = MessageViewJson {
            seq: self.seq,
            number_at_box: self.number_at_box,
            from,
            kind,
            on: self.on,
            supplementary,
            lost_at_box: self.is_lost,
            not_here: self.is_not_here(),
            unopened: self.is_unopened(),
            entered: self.entered.as_ref(),
            answers: self.concern(),
            text: self.text(),
            attachments: self.attachments(),
        };
        json.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::DAY;

    fn json(said: SaidBy) -> String {
        serde_json::to_string(&MessageView {
            seq: 7,
            number_at_box: None,
            is_lost: false,
            entered: None,
            on: DAY,
            said,
        })
        .unwrap()
    }

    fn by_person(content: MessageContent) -> String {
        json(SaidBy::Person { content, attachments: Vec::new() })
    }

    fn by_team(letter: Letter) -> String {
        json(SaidBy::Team { letter, text: Text::typed("Thank you.") })
    }

    #[test]
    fn each_kind_is_printed_as_the_contract_has_it() {
        const ANSWERS: &str = r#"{"about":["other"],"description":"It has gone on."}"#;
        const FILE: &str = r#"{"name":"a.pdf","media_type":"application/pdf","size":3,"sha256":"0202020202020202020202020202020202020202020202020202020202020202"}"#;
        let file = || serde_json::from_str(FILE).unwrap();
        let concern = serde_json::from_str(ANSWERS).unwrap();
        let with_file = json(SaidBy::Person { content: MessageContent::Concern(concern), attachments: vec![file()] });
        let begins = format!(r#"{{"seq":7,"from":"person","kind":"concern","on":"{DAY}""#);
        assert_eq!(with_file, format!(r#"{begins},"answers":{ANSWERS},"attachments":[{FILE}]}}"#));
        assert_eq!(
            by_person(MessageContent::FollowUp(Some(Text::typed("More.")))),
            format!(r#"{{"seq":7,"from":"person","kind":"follow-up","on":"{DAY}","text":"More.","attachments":[]}}"#)
        );
        let files_alone = SaidBy::Person { content: MessageContent::FollowUp(None), attachments: vec![file()] };
        assert_eq!(
            json(files_alone),
            format!(r#"{{"seq":7,"from":"person","kind":"follow-up","on":"{DAY}","attachments":[{FILE}]}}"#)
        );
        assert_eq!(
            by_person(MessageContent::Withdrawal),
            format!(r#"{{"seq":7,"from":"person","kind":"withdrawal","on":"{DAY}","attachments":[]}}"#)
        );
        let ends = r#""text":"Thank you.","attachments":[]}"#;
        assert_eq!(by_team(Letter::Reply), format!(r#"{{"seq":7,"from":"team","kind":"reply","on":"{DAY}",{ends}"#));
        assert_eq!(by_team(Letter::Notice), format!(r#"{{"seq":7,"from":"team","kind":"notice","on":"{DAY}",{ends}"#));
        assert_eq!(
            by_team(Letter::Supplementary),
            format!(r#"{{"seq":7,"from":"team","kind":"notice","on":"{DAY}","supplementary":true,{ends}"#)
        );
    }
}
