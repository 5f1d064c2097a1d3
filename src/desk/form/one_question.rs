//! Forms that ask one question each.

use super::{fields::form, question::FieldQuestion};
use crate::domain::{
    Input,
    limits::{DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
};

form! {
    /// Why the use of what a person sent changes.
    enum ChangeOfUseField {
        Why = "why", FieldQuestion::new("What changes, and why?", Input::area(4, "Reason for the change", MESSAGE_MAX))
            .hint("A note for the team. The person is told in the notice that follows")
            .remedy("Enter the reason for the change");
    }
}

form! {
    /// Why a notice is taken back.
    enum TakeBackField {
        Reason = "reason", FieldQuestion::new("Why", Input::area(3, "Reason", DETAIL_MAX))
            .hint("What is wrong with it. It stays in the casebook with the text, so that nobody has to write it anew")
            .remedy("Enter the reason");
    }
}

form! {
    /// Which report is to be destroyed.
    enum DestroyField {
        Confirm = "confirm", FieldQuestion::new("The first four characters of its id", Input::line("Its id", SHORT_MAX))
            .hint("So that it is the right one: it can’t be undone")
            .remedy("Enter the first four characters of the report’s id");
    }
}

form! {
    /// What to look for.
    enum SearchField {
        Words = "q", FieldQuestion::new("Search in what was written", Input::line("What to look for", DETAIL_MAX))
            .hint("Every word must be there. A report’s name or id works too")
            .remedy("Enter what to look for");
    }
}

form! {
    /// What the team calls a filter of the queue.
    enum FilterNameField {
        Name = "filter-name", FieldQuestion::new("Save what is shown now under a name", Input::line("The name", SHORT_MAX))
            .hint("Every member sees it over the queue. Name nobody in it")
            .remedy("Enter a name for what is shown");
    }
}

form! {
    /// What a report is.
    enum LineField {
        Line = "line", FieldQuestion::new("What it is, in one line", Input::line("The line", SHORT_MAX))
            .hint("The queue shows it. Leave it empty to have one made of what the person wrote");
    }
}

form! {
    /// What of a report is printed.
    enum PrintField {
        Part = "part", FieldQuestion::new("Which parts of it?", Input::Checkboxes(&PARTS));
    }
}

/// The parts of a report, as they are printed.
pub(in crate::desk) const PARTS: [(&str, &str); 4] = [
    ("promises", "Promises"),
    ("said", "What was said"),
    ("assessment", "What the team makes of it"),
    ("history", "What happened"),
];
