//! What a report says to whoever writes to its person: what they wrote, and whether they can be reached at all.

use crate::{
    casebook::{Hindrance, Letter, MessageView, ReportView},
    domain::{MessageContent, Text},
};

/// Why a letter can't be written, if it can't.
pub(super) fn blocked(report: &ReportView, letter: Letter) -> Option<&'static str> {
    report.hindrance(letter).map(|hindrance| match hindrance {
        Hindrance::Withdrawn => {
            "The person withdrew this report and deleted it at the box. No notice and no reply can reach them any more."
        }
        Hindrance::NoFirstNotice => {
            "No notice was written yet, so there is nothing that could change for the person. Write the first notice."
        }
    })
}

/// Everything that the person wrote in words of their own.
pub(super) fn theirs(report: &ReportView) -> Vec<&str> {
    let theirs = report.messages.iter().filter_map(MessageView::by_person);
    theirs.flat_map(MessageContent::texts).map(Text::as_str).collect()
}

/// The uses that the person said could identify them.
pub(super) fn use_concerns(report: &ReportView) -> Option<&Text> {
    report.messages.iter().find_map(|message| message.concern()?.use_concerns.as_ref())
}
