//! The form for handing a report to an area's team.

use super::fields::fields;

fields! {
    /// Its fields; each passage has one more, for its text.
    enum ReferralField {
        Area = "area",
        Team = "team",
        Recipients = "recipients",
        Reason = "reason",
        Passage = "part",
        File = "file",
    }
}

/// The field in which the text of a passage is changed.
pub(in crate::desk) fn text_field(passage: &str) -> String {
    format!("text-{passage}")
}
