//! What a report says to whoever writes to its person: what they wrote, what they are still owed, and whether they can be
//! reached at all.

use crate::{
    casebook::{MessageView, ReportView, Sender, Word},
    domain::{AnswerKind, ClockKind, ClockState, ClockView, Concern, Text},
};

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

fn words(message: &MessageView) -> impl Iterator<Item = &Text> {
    message.answers.iter().flat_map(Concern::texts).chain(&message.text)
}
