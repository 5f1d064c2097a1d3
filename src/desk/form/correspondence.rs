//! The forms of a notice and of a reply: what they ask, and the text that both end in.

use super::{
    carried::{CarriedField, YES},
    fields::form,
    notice_gaps::is_gap,
    question::{AskedField, FieldQuestion},
};
use crate::{
    casebook::{Letter, notice::unfinished},
    domain::{
        Area, Entries, FieldError, Input, NoticeVariant, ProseBlock, Text, Told, WhoSees, escape_invisible,
        limits::{DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
        prose,
    },
};

/// Rows of the field in which a text is written.
const ROWS: u8 = 24;
/// The same of a reply, which is mostly short: what comes after it should be in sight.
const ROWS_OF_REPLY: u8 = 12;

form! {
    /// A notice, through all its steps. A reply has the text and the list alone.
    enum AnswerField {
        Variant = "variant", FieldQuestion::new("What does the notice say?", Input::Radios(NoticeVariant::LABELLED))
            .hint("A changed plan needs a notice of its own. It adds to the first one, which stays as it is")
            .remedy("Select what the notice says");
        Area = "area", FieldQuestion::new("In which of our work will it be used?", Input::Checkboxes(Area::LABELLED))
            .remedy("Select at least one area");
        Told = "told", FieldQuestion::new("What is the organisation told?", Input::Radios(Told::LABELLED))
            .remedy("Select what the organisation is told");
        WhoSees = "who_sees", FieldQuestion::new("Who sees what the person sent?", Input::Radios(WhoSees::LABELLED))
            .hint("Leave it empty if no other use is planned")
            .remedy("Select who sees what the person sent");
        LateReason = "late_reason",
            FieldQuestion::new("Why is the notice late?", Input::area(3, "Reason why it is late", DETAIL_MAX))
            .hint("The person reads this. Write whole sentences")
            .remedy("Enter the reason why it is late");
        Text = "text", FieldQuestion::new("Text of the notice", Input::area(ROWS, "Information-use notice", MESSAGE_MAX))
            .hint("Write what belongs in place of each [gap], and change whatever does not fit. Up to 20,000 characters. \
                Begin a line with # and a space for a heading, with - and a space for a list")
            .remedy("Enter the information-use notice");
        Check = "check", FieldQuestion::new("Could it show who spoke?", Input::Checkboxes(&[]))
            .hint("The person may show it to others, and others may find it. It gives somebody away if it names them or a role \
                that few have, says an exact day or place, has words of their own, or says what only a few know")
            .remedy("Check each point, and tick it");
        Joined = "joined", FieldQuestion::new("The same concern under another receipt", Input::Checkboxes(&[]))
            .hint("Whoever sent it may look at either. The letter is then the same under each");
        NeedsApproval = "needs_approval",
            FieldQuestion::new("Second member", Input::Checkboxes(&[(YES, "Ask a second member to approve it")]))
            .hint("If you ask for it, the notice is not exported until another member has approved it");
    }
}

form! {
    /// What a reply asks otherwise than a notice, or besides.
    enum ReplyField {
        Text = "text", FieldQuestion::new("Text of the reply", Input::area(ROWS_OF_REPLY, "Reply", MESSAGE_MAX))
            .hint("Up to 20,000 characters. Begin a line with # and a space for a heading, with - and a space for a list")
            .remedy("Enter the reply");
        Questions = "questions", FieldQuestion::new("Questions to the person", Input::area(3, "Questions", DETAIL_MAX))
            .hint("One a line, or none. They are put below the text with numbers, and the person is asked to answer by number")
            .remedy("Enter a question");
    }
}

form! {
    /// A text of the team's own, to be put in.
    enum PutInField {
        SavedText = "saved_text", FieldQuestion::new("Saved text", Input::Select("None", &[]))
            .hint("It is put below what is written. What stands in [square brackets] is for you to fill in")
            .remedy("Select the text to put in");
    }
}

form! {
    /// A text that is written often.
    enum SavedTextField {
        Title = "title", FieldQuestion::new("Title", Input::line("Title", SHORT_MAX))
            .hint("By what it is found")
            .remedy("Enter a title");
        Text = "saved", FieldQuestion::new("Text", Input::area(12, "Text", MESSAGE_MAX))
            .hint("Put what is different each time in square brackets, as [the day on which we write again]")
            .remedy("Enter the text");
    }
}

form! {
    /// What a colleague says about a draft.
    enum CommentField {
        Comment = "comment", FieldQuestion::new("Your comment", Input::area(4, "Comment", DETAIL_MAX))
            .hint("Whoever writes it sees it beside the form. The person never does")
            .remedy("Enter a comment");
    }
}

impl AnswerField {
    /// What a notice says in the main, which is carried on to the pages after it.
    pub(in crate::desk) const CHOICES: [Self; 5] =
        [Self::Variant, Self::Area, Self::Told, Self::WhoSees, Self::LateReason];
}

/// Whether a letter carries what was filled in under that name from page to page, and keeps it in a draft. What was ticked
/// is no part of it: what was changed has to be checked again.
pub(in crate::desk) fn is_carried(name: &str) -> bool {
    AnswerField::CHOICES.iter().any(|field| field.name() == name)
        || is_gap(name)
        || [ReplyField::Questions.name(), CarriedField::HasBlanks.name()].contains(&name)
}

/// A letter as it was typed, and as the person will see it.
pub(in crate::desk) struct LetterText {
    /// What stands in the field.
    pub(in crate::desk) typed: Text,
    /// That, with the questions below.
    pub(in crate::desk) whole: Text,
}

impl LetterText {
    /// One in which nothing is put below.
    pub(in crate::desk) fn composed(text: Text) -> Self {
        Self { typed: text.clone(), whole: text }
    }

    /// Whether the person sees no more and no less than what is typed: paragraphs alone.
    pub(in crate::desk) fn is_as_typed(&self) -> bool {
        let whole = self.whole.as_str();
        self.typed == self.whole
            && escape_invisible(whole) == whole
            && prose(whole).iter().all(|block| matches!(block, ProseBlock::Paragraph(_)))
    }
}

/// How many placeholders an error names.
const NAMED: usize = 3;

/// What was typed, if it can be recorded.
pub(in crate::desk) fn read_text(form: &Entries, letter: Letter) -> Result<LetterText, FieldError> {
    let (typed, questions) = match letter {
        Letter::Reply => (ReplyField::Text.text(form)?, ReplyField::Questions.optional_text(form)?),
        Letter::Notice | Letter::Supplementary => (AnswerField::Text.text(form)?, None),
    };
    let whole = questions.as_ref().map_or_else(|| typed.clone(), |questions| with_questions(&typed, questions));
    if whole.is_longer_than(MESSAGE_MAX) {
        return Err(
            ReplyField::Questions.error("The reply and its questions must be 20,000 characters or fewer together")
        );
    }
    // A notice starts from a text with gaps, and a saved text has some; in any other reply a bracket is a bracket.
    let gaps = if letter == Letter::Reply && !form.has(CarriedField::HasBlanks.name(), YES) {
        Vec::new()
    } else {
        unfinished(typed.as_str())
    };
    if gaps.is_empty() {
        return Ok(LetterText { typed, whole });
    }
    let named: Vec<&str> = gaps.iter().take(NAMED).map(|gap| &typed.as_str()[gap.clone()]).collect();
    let more = if gaps.len() > NAMED { ", and more" } else { "" };
    Err(AnswerField::Text.error(format!("Write what belongs in place of {}{more}", named.join(", "))))
}

/// A reply with its questions below, each with a number by which it can be answered.
fn with_questions(text: &Text, questions: &Text) -> Text {
    let lines = questions.as_str().lines().map(without_mark).filter(|line| !line.is_empty());
    let numbered: Vec<String> = (1..).zip(lines).map(|(number, line)| format!("{number}. {line}")).collect();
    let ask = match numbered.len() {
        0 => return text.clone(),
        1 => "Please answer this question:",
        _ => "Please answer these questions by number:",
    };
    Text::typed(&format!("{}\n\n{ask}\n\n{}", text.as_str(), numbered.join("\n")))
}

/// A line without the number or the dash that somebody began it with.
fn without_mark(line: &str) -> &str {
    let line = line.trim();
    let numbered = line.split_once(['.', ')']).filter(|(number, _)| number.parse::<u16>().is_ok());
    numbered.map_or_else(|| line.trim_start_matches(['-', '*']), |(_, rest)| rest).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)], letter: Letter) -> Result<LetterText, FieldError> {
        let mut form = Entries::default();
        fields.iter().for_each(|(name, value)| form.push((*name).into(), (*value).into()));
        read_text(&form, letter)
    }

    #[test]
    fn questions_stand_below_with_numbers_and_say_so() {
        let whole = |questions: &str| {
            let text = read(&[("text", "Thank you."), ("questions", questions)], Letter::Reply).unwrap();
            text.whole.as_str().to_owned()
        };
        assert_eq!(whole(" \r\n"), "Thank you.");
        assert_eq!(whole("When?"), "Thank you.\n\nPlease answer this question:\n\n1. When?");
        assert_eq!(
            whole("1. When was it?\r\n\r\n- Who knew\n2) At 10.30?"),
            "Thank you.\n\nPlease answer these questions by number:\n\n1. When was it?\n2. Who knew\n3. At 10.30?"
        );
        assert!(read(&[("questions", "When?")], Letter::Reply).is_err(), "questions alone are no reply");
        let long = "x".repeat(MESSAGE_MAX);
        assert!(read(&[("text", &long), ("questions", "When?")], Letter::Reply).is_err_and(|e| e.field == "questions"));
    }

    #[test]
    fn a_bracket_is_a_gap_in_a_notice_and_where_a_saved_text_was_put_in() {
        let text = [("text", "Thank you [for this].")];
        assert!(read(&text, Letter::Notice).is_err_and(|error| error.message.contains("[for this]")));
        assert!(read(&text, Letter::Reply).is_ok());
        let put_in = [text[0], ("has_blanks", "yes")];
        assert!(read(&put_in, Letter::Reply).is_err_and(|error| error.message.contains("[for this]")));
    }

    #[test]
    fn only_paragraphs_are_seen_as_they_are_typed() {
        let as_typed = |text: &str| read(&[("text", text)], Letter::Reply).unwrap().is_as_typed();
        assert!(as_typed("Thank you.\n\nWe will write\nagain."));
        assert!(!as_typed("# Thanks\n\nWell.") && !as_typed("- one") && !as_typed("a\u{200b}b"));
        assert!(!read(&[("text", "Well."), ("questions", "When?")], Letter::Reply).unwrap().is_as_typed());
    }
}
