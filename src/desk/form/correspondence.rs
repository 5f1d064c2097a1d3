//! The forms of a notice and of a reply: what they ask, and the text that both end in.

use super::{fields::fields, text::text};
use crate::{
    casebook::notice::unfinished,
    domain::{
        AnswerKind, Entries, FieldError, RiskCheck, Text,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
};

fields! {
    /// The fields of both forms.
    enum AnswerField {
        Variant = "variant",
        Area = "area",
        Told = "told",
        WhoSees = "who_sees",
        LateReason = "late_reason",
        Text = "text",
        Check = "check",
        NeedsApproval = "needs_approval",
    }
}

impl AnswerField {
    /// What a notice says in the main, which is carried on to the pages after it.
    pub(in crate::desk) const CHOICES: [Self; 5] =
        [Self::Variant, Self::Area, Self::Told, Self::WhoSees, Self::LateReason];
}

/// What a tick stands for.
pub(in crate::desk) const YES: &str = "yes";
/// How many placeholders an error names.
const NAMED: usize = 3;

/// The text as it was typed, if it can be recorded.
pub(in crate::desk) fn read_text(form: &Entries, kind: AnswerKind) -> Result<Text, FieldError> {
    let text = text(form, AnswerField::Text.name(), kind.label(), MESSAGE_MAX)?;
    // Only a notice starts from a text with gaps; in a reply a bracket is a bracket.
    let gaps = if kind == AnswerKind::Notice { unfinished(text.as_str()) } else { Vec::new() };
    if gaps.is_empty() {
        return Ok(text);
    }
    let named: Vec<&str> = gaps.iter().take(NAMED).map(|gap| &text.as_str()[gap.clone()]).collect();
    let more = if gaps.len() > NAMED { ", and more" } else { "" };
    let message = format!("Write what belongs in place of {}{more}", named.join(", "));
    Err(FieldError::new(AnswerField::Text.name(), message))
}

/// What is wrong if not every point of the list was ticked.
pub(in crate::desk) fn unchecked(form: &Entries) -> Option<FieldError> {
    let all = RiskCheck::ALL.iter().all(|check| form.has(AnswerField::Check.name(), check.slug()));
    (!all).then(|| FieldError::new(AnswerField::Check.name(), "Check each point, and tick it"))
}

/// The reason why a notice is late.
pub(in crate::desk) fn late_reason(form: &Entries) -> Result<Text, FieldError> {
    text(form, AnswerField::LateReason.name(), "Reason why it is late", DETAIL_MAX)
}
