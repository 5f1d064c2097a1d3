//! What a notice and a reply have in common: a text to the person, weighed before it is recorded.

use super::{PageError, seen::text, view::letter::*};
use crate::{
    casebook::{MessageView, ReportView, Sender, Word, notice::unfinished},
    domain::{
        AnswerKind, ClockKind, ClockState, ClockView, Concern, Entries, FieldError, RiskCheck, Text,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
};

/// How many placeholders an error names.
const NAMED: usize = 3;

/// The text as it was typed, if it can be recorded.
pub(super) fn read(form: &Entries, kind: AnswerKind) -> Result<Text, FieldError> {
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
pub(super) fn unchecked(form: &Entries) -> Option<FieldError> {
    let all = RiskCheck::ALL.iter().all(|check| form.has(CHECK, check.slug()));
    (!all).then(|| FieldError::new(CHECK, "Check each point, and tick it"))
}

/// Why nothing can be said to the person of a report, if nothing can.
pub(super) fn blocked(report: &ReportView) -> Option<&'static str> {
    report.entry.withdrawn.then_some(
        "The person withdrew this report and deleted it at the box. No notice and no reply can reach them any more.",
    )
}

/// Whether a notice was recorded already.
pub(super) fn has_notice(report: &ReportView) -> bool {
    report.messages.iter().any(|message| message.kind == Word::Team(AnswerKind::Notice))
}

/// The open promises that an answer of that kind keeps once the box has it.
pub(super) fn kept_by(report: &ReportView, kind: AnswerKind, supplementary: bool) -> impl Iterator<Item = &ClockView> {
    let keeps = move |clock: &&ClockView| match kind {
        AnswerKind::Notice => clock.kind == ClockKind::InformationUseNotice && (supplementary || !clock.supplementary),
        AnswerKind::Reply => matches!(clock.kind, ClockKind::Advice | ClockKind::Decision),
        AnswerKind::Update => false,
    };
    report.entry.clocks.iter().filter(|clock| clock.met_on.is_none()).filter(keeps)
}

/// The notice that should have been given first and was not.
pub(super) fn overdue(report: &ReportView, supplementary: bool) -> Option<&ClockView> {
    let open = kept_by(report, AnswerKind::Notice, supplementary);
    open.filter(|clock| clock.state == ClockState::Overdue).min_by_key(|clock| clock.due_on)
}

/// Everything that the person wrote in words of their own.
pub(super) fn theirs(report: &ReportView) -> Vec<&str> {
    let theirs = report.messages.iter().filter(|message| message.from == Sender::Person);
    theirs.flat_map(words).map(Text::as_str).collect()
}

/// The uses that the person said could identify them.
pub(super) fn use_concerns(report: &ReportView) -> Option<&Text> {
    report.messages.iter().find_map(|message| message.answers.as_ref()?.use_concerns.as_ref())
}

/// The reason why a notice is late.
pub(super) fn late_reason(form: &Entries) -> Result<Text, FieldError> {
    text(form, LATE_REASON, "Reason why it is late", DETAIL_MAX)
}

/// A field of a form whose value has to be one of a list.
pub(super) fn chosen<T>(form: &Entries, field: &str, from_slug: impl Fn(&str) -> Option<T>) -> Option<T> {
    from_slug(form.first(field))
}

/// The number of an answer in an address.
pub(super) fn answer_number(seq: &str) -> Result<u32, PageError> {
    let known: u32 = seq.parse().map_err(|_| PageError::NotFound)?;
    if known.to_string() == seq { Ok(known) } else { Err(PageError::NotFound) }
}

fn words(message: &MessageView) -> impl Iterator<Item = &Text> {
    message.answers.iter().flat_map(Concern::texts).chain(&message.text)
}
