//! The forms of a notice and of a reply: what they ask, and the text that both end in.

use super::text::text;
use crate::{
    casebook::notice::unfinished,
    domain::{
        AnswerKind, Entries, FieldError, RiskCheck, Text,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
};

pub(in crate::desk) const VARIANT: &str = "variant";
pub(in crate::desk) const AREA: &str = "area";
pub(in crate::desk) const TOLD: &str = "told";
pub(in crate::desk) const WHO_SEES: &str = "who_sees";
pub(in crate::desk) const LATE_REASON: &str = "late_reason";
pub(in crate::desk) const TEXT: &str = "text";
pub(in crate::desk) const CHECK: &str = "check";
pub(in crate::desk) const NEEDS_APPROVAL: &str = "needs_approval";

/// What a tick stands for.
pub(in crate::desk) const YES: &str = "yes";
/// How many placeholders an error names.
const NAMED: usize = 3;

/// The text as it was typed, if it can be recorded.
pub(in crate::desk) fn read_text(form: &Entries, kind: AnswerKind) -> Result<Text, FieldError> {
    let text = text(form, TEXT, kind.label(), MESSAGE_MAX)?;
    // Only a notice starts from a text with gaps; in a reply a bracket is a bracket.
    let gaps = if kind == AnswerKind::Notice { unfinished(text.as_str()) } else { Vec::new() };
    if gaps.is_empty() {
        return Ok(text);
    }
    let named: Vec<&str> = gaps.iter().take(NAMED).map(|gap| &text.as_str()[gap.clone()]).collect();
    let more = if gaps.len() > NAMED { ", and more" } else { "" };
    let message = format!("Write what belongs in place of {}{more}", named.join(", "));
    Err(FieldError::new(TEXT, message))
}

/// What is wrong if not every point of the list was ticked.
pub(in crate::desk) fn unchecked(form: &Entries) -> Option<FieldError> {
    let all = RiskCheck::ALL.iter().all(|check| form.has(CHECK, check.slug()));
    (!all).then(|| FieldError::new(CHECK, "Check each point, and tick it"))
}

/// The reason why a notice is late.
pub(in crate::desk) fn late_reason(form: &Entries) -> Result<Text, FieldError> {
    text(form, LATE_REASON, "Reason why it is late", DETAIL_MAX)
}
