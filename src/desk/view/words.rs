//! What pages say in words of their own.

use crate::domain::{Area, ReportState};

/// A state as the team calls it; its label is what the person reads.
pub(in crate::desk) const fn state_name(state: ReportState) -> &'static str {
    match state {
        ReportState::Received => "Received",
        ReportState::BeingRead => "Being read",
        ReportState::Decided => "Decided",
        ReportState::Closed => "Closed",
    }
}

/// Areas in words.
pub(super) fn named(areas: &[Area]) -> String {
    if areas.is_empty() { "none".to_owned() } else { join(areas.iter().map(|area| area.label())) }
}

/// Parts in one line.
pub(super) fn join<T: AsRef<str>>(parts: impl Iterator<Item = T>) -> String {
    parts.fold(String::new(), |mut all, part| {
        if !all.is_empty() {
            all.push_str("; ");
        }
        all.push_str(part.as_ref());
        all
    })
}
