//! The form by which reports are set aside. A button stands for each reason.

use super::{
    fields::{fields, form},
    question::FieldQuestion,
};
use crate::domain::{
    Entries, Input, ReportId,
    limits::{MESSAGE_MAX, SHORT_MAX},
};

fields! {
    /// What the form carries besides, and what its buttons and its tick stand for.
    enum AsideCarried {
        // The reports: each in a field of its own, as a list of rows sends them, or several in one.
        Report = "report",
        // How they stood when the page was made.
        Seen = "seen",
        // How many others said the same then.
        Others = "others",
        // That those are meant too.
        Same = "same",
        // The button that was pressed.
        Reason = "reason",
        // The act that is undone as a whole, by the event that holds it.
        Act = "act",
    }
}

form! {
    /// What is said besides the reason.
    enum AsideField {
        Note = "note", FieldQuestion::new("A note for the team (optional)", Input::area(3, "Note", MESSAGE_MAX))
            .hint("Stays in the casebook. The person does not read it")
            .remedy("Enter the note, or leave it out");
        Pick = "pick", FieldQuestion::new("Which report is it the same as?", Input::Radios(&[]));
        SameAs = "same_as", FieldQuestion::new("Another report", Input::line("The report’s name", SHORT_MAX))
            .hint("Its name of two words, or the beginning of its id. The person does not read which it is")
            .remedy("Choose the report that it is the same as, or enter its name of two words");
        TurnTo = "turn_to", FieldQuestion::new("Whom can the person turn to? (optional)", Input::Checkboxes(&[]))
            .hint("The person reads how to reach them");
    }
}

/// The reports that a form or an address names, each once and in their order; none if one of them is no id.
pub(in crate::desk) fn named_reports(form: &Entries) -> Option<Vec<ReportId>> {
    let mut reports: Vec<ReportId> = Vec::new();
    for id in form.all(AsideCarried::Report.name()).flat_map(str::split_whitespace) {
        let id = id.parse().ok()?;
        if !reports.contains(&id) {
            reports.push(id);
        }
    }
    Some(reports)
}
