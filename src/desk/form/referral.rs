//! The form for handing a report to an area's team.

use super::{carried::YES, fields::form, question::FieldQuestion};
use crate::domain::{
    Area, Input,
    limits::{DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
};

form! {
    /// To whom, why and what. The lists of passages and files are the report's; each passage has one more field, for
    /// its text.
    enum ReferralField {
        Address = "address", FieldQuestion::new("Which team?", Input::Radios(&[]))
            .hint("From the address book, with the fingerprint of each team’s keys. Any member can change the book")
            .remedy("Select a team from the list");
        Area = "area", FieldQuestion::new("Area", Input::Radios(Area::LABELLED)).remedy("Select the area");
        Team = "team", FieldQuestion::new("Name of the team", Input::line("Name of the team", SHORT_MAX))
            .remedy("Enter the team’s name");
        Recipients = "recipients",
            FieldQuestion::new("Their age recipients", Input::area(3, "Their age recipients", MESSAGE_MAX))
            .hint(
                "Lines that begin with age1. Compare them with the team by voice: whoever holds these keys can read it",
            )
            .remedy("Paste the team’s age recipients");
        Keep = "keep", FieldQuestion::new("The address book", Input::Checkboxes(KEEP));
        Reason = "reason", FieldQuestion::new("Why it is handed on", Input::area(4, "Reason", DETAIL_MAX))
            .hint("Stays in the casebook")
            .remedy("Enter the reason");
        Passage = "part", FieldQuestion::new("What goes", Input::Checkboxes(&[]))
            .remedy("Select at least one text or file");
        File = "file", FieldQuestion::new("Files", Input::Checkboxes(&[]));
    }
}

/// What the tick stands for that puts the team into the address book.
const KEEP: &[(&str, &str)] = &[(YES, "Keep this team in the address book")];

/// The field in which the text of a passage is changed.
pub(in crate::desk) fn text_field(passage: &str) -> String {
    format!("text-{passage}")
}
