//! The forms of a notice and of a reply: what they ask, and the text that both end in.

use super::{
    carried::YES,
    fields::form,
    question::{AskedField, FieldQuestion},
};
use crate::{
    casebook::{Letter, notice::unfinished},
    domain::{
        Area, Entries, FieldError, Input, NoticeVariant, RiskCheck, Text, Told, WhoSees,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
};

/// Rows of the field in which a text is written.
const ROWS: u8 = 24;

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
        Check = "check", FieldQuestion::new("Could it show who spoke?", Input::Checkboxes(RiskCheck::LABELLED))
            .hint("The person may show it to others, and others may find it. Check each point, then tick it")
            .remedy("Check each point, and tick it");
        NeedsApproval = "needs_approval",
            FieldQuestion::new("Second member", Input::Checkboxes(&[(YES, "Ask a second member to approve it")]))
            .hint("If you ask for it, the notice is not exported until another member has approved it");
    }
}

form! {
    /// What a reply asks otherwise than a notice, under the same name.
    enum ReplyField {
        Text = "text", FieldQuestion::new("Text of the reply", Input::area(ROWS, "Reply", MESSAGE_MAX))
            .hint("Up to 20,000 characters. Begin a line with # and a space for a heading, with - and a space for a list")
            .remedy("Enter the reply");
    }
}

impl AnswerField {
    /// What a notice says in the main, which is carried on to the pages after it.
    pub(in crate::desk) const CHOICES: [Self; 5] =
        [Self::Variant, Self::Area, Self::Told, Self::WhoSees, Self::LateReason];
}

/// How many placeholders an error names.
const NAMED: usize = 3;

/// The text as it was typed, if it can be recorded.
pub(in crate::desk) fn read_text(form: &Entries, letter: Letter) -> Result<Text, FieldError> {
    // Only a notice starts from a text with gaps; in a reply a bracket is a bracket.
    let text = match letter {
        Letter::Reply => return ReplyField::Text.text(form),
        Letter::Notice | Letter::Supplementary => AnswerField::Text.text(form)?,
    };
    let gaps = unfinished(text.as_str());
    if gaps.is_empty() {
        return Ok(text);
    }
    let named: Vec<&str> = gaps.iter().take(NAMED).map(|gap| &text.as_str()[gap.clone()]).collect();
    let more = if gaps.len() > NAMED { ", and more" } else { "" };
    Err(AnswerField::Text.error(format!("Write what belongs in place of {}{more}", named.join(", "))))
}

/// What is wrong if not every point of the list was ticked.
pub(in crate::desk) fn unchecked(form: &Entries) -> Option<FieldError> {
    let all = RiskCheck::ALL.iter().all(|check| form.has(AnswerField::Check.name(), check.slug()));
    (!all).then(|| AnswerField::Check.remedy())
}
