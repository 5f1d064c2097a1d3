//! What a report says to whoever writes to its person: what they wrote, and whether they can be reached at all.

use crate::{
    casebook::{Hindrance, Letter, MessageView, ReportView, Seen, TakenBackView},
    domain::{AnswerKind, MessageContent, ReportId, Text},
};

/// Why a letter can't be written, if it can't.
pub(super) fn blocked(report: &ReportView, letter: Letter) -> Option<&'static str> {
    report.hindrance(letter).map(why_not)
}

/// Why a letter can't be written, in words.
pub(super) const fn why_not(hindrance: Hindrance) -> &'static str {
    match hindrance {
        Hindrance::Withdrawn => {
            "The person withdrew this report and deleted it at the box. No notice and no reply can reach them any more."
        }
        Hindrance::NoFirstNotice => {
            "No notice was written yet, so there is nothing that could change for the person. Write the first notice."
        }
    }
}

/// The last letter of a kind that was taken back, with its text, unless another was recorded since.
pub(super) fn taken_back(report: &ReportView, kind: AnswerKind) -> Option<(&TakenBackView, &Text)> {
    let recorded = report.decisions.iter().filter(|decision| decision.answers.iter().any(|it| it.kind == kind));
    let since = recorded.map(|decision| decision.event).max().unwrap_or_default();
    let mut last = report.taken_back.iter().rev().filter(|taken_back| taken_back.event > since);
    last.find_map(|taken_back| {
        let text = taken_back.answers.iter().find(|(of, _)| *of == kind)?.1.as_ref()?;
        Some((taken_back, text))
    })
}

/// Whether the team gives the person by hand what it writes, because they have no receipt code.
pub(super) fn is_given_by_hand(report: &ReportView) -> bool {
    report.entered.as_ref().is_some_and(|entered| !entered.has_code)
}

/// Everything that the person wrote in words of their own.
pub(super) fn theirs(report: &ReportView) -> Vec<&str> {
    let theirs = report.messages.iter().filter_map(MessageView::by_person);
    theirs.flat_map(MessageContent::texts).map(Text::as_str).collect()
}

/// The names of all files that the person sent.
pub(super) fn file_names(report: &ReportView) -> Vec<&str> {
    report.messages.iter().flat_map(MessageView::attachments).map(|file| file.name.as_str()).collect()
}

/// The uses that the person said could identify them.
pub(super) fn use_concerns(report: &ReportView) -> Option<&Text> {
    report.messages.iter().find_map(|message| message.concern()?.use_concerns.as_ref())
}

/// Where a letter goes once nobody has to approve it any more.
pub(super) const fn goes_on(by_hand: bool) -> &'static str {
    if by_hand { "Now give it to the person." } else { "It goes to the person with the next export." }
}

/// What is said when a letter was recorded: where it goes, and under which other receipts too.
pub(super) fn recorded(kind: &str, report: &ReportView, waits: bool, others: &[(ReportId, Seen)]) -> String {
    let next = if waits { "It waits for a second member to approve it." } else { goes_on(is_given_by_hand(report)) };
    let names: Vec<String> = others.iter().map(|(other, _)| other.in_words()).collect();
    let also = if names.is_empty() { String::new() } else { format!(" It answers {} too.", names.join(" and ")) };
    format!("The {kind} is recorded. {next}{also}")
}
