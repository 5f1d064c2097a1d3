//! What the report of a year says in words.

use super::{
    fields::{fields, form},
    question::{AskedField, FieldQuestion, Problems},
};
use crate::{
    casebook::Narrative,
    domain::{Entries, FieldError, Input, Text, limits::MESSAGE_MAX},
};

form! {
    /// What the report of a year says in words.
    enum NarrativeField {
        Action = "action", FieldQuestion::new("What was done", Input::area(8, "What was done", MESSAGE_MAX))
            .hint("A summary of the action taken on disclosures in the year. A line that begins with # is a heading, one with - an item")
            .remedy("Enter what was done");
        Outcomes = "outcomes", FieldQuestion::new("What came of it", Input::area(8, "What came of it", MESSAGE_MAX))
            .hint("A summary of the outcomes")
            .remedy("Enter what came of it");
        Effect = "effect", FieldQuestion::new("What it meant for our work", Input::area(8, "What it meant", MESSAGE_MAX))
            .hint("How the disclosures bore on our functions and objectives")
            .remedy("Enter what it meant for our work");
        Objectives = "objectives", FieldQuestion::new("What our work is", Input::area(6, "What our work is", MESSAGE_MAX))
            .hint("Our functions and objectives, for a reader who does not know us")
            .remedy("Enter what our work is");
    }
}

fields! {
    /// What a form carries unseen.
    enum NarrativeCarried {
        Was = "was",
    }
}

impl NarrativeField {
    /// Its part of what is kept.
    pub(in crate::desk) const fn of(self, narrative: &Narrative) -> &Text {
        match self {
            Self::Action => &narrative.action,
            Self::Outcomes => &narrative.outcomes,
            Self::Effect => &narrative.effect,
            Self::Objectives => &narrative.objectives,
        }
    }

    /// The heading under which it stands in the report.
    pub(in crate::desk) const fn heading(self) -> &'static str {
        match self {
            Self::Action => "What we did",
            Self::Outcomes => "What came of it",
            Self::Effect => "What it meant for our work",
            Self::Objectives => "What our work is",
        }
    }
}

/// As a form that is filled in with it.
pub(in crate::desk) fn typed(narrative: &Narrative) -> Entries {
    let mut typed = Entries::default();
    for field in NarrativeField::ALL {
        typed.push(field.name().to_owned(), field.of(narrative).as_str().to_owned());
    }
    typed
}

/// Every part may be left out: it is written over months.
pub(in crate::desk) fn read(form: &Entries) -> Result<Narrative, Vec<FieldError>> {
    let mut problems = Problems::default();
    let mut text = |field: NarrativeField| problems.take(field.optional_text(form)).flatten().unwrap_or_default();
    let narrative = Narrative {
        action: text(NarrativeField::Action),
        outcomes: text(NarrativeField::Outcomes),
        effect: text(NarrativeField::Effect),
        objectives: text(NarrativeField::Objectives),
    };
    if problems.is_empty() { Ok(narrative) } else { Err(problems.into_errors()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_fills_in_the_form_that_it_came_from() {
        let mut form = Entries::default();
        form.push("effect".into(), "# Wards\r\n- more visits".into());
        let narrative = read(&form).ok().unwrap();
        assert_eq!(typed(&narrative).first("effect"), "# Wards\n- more visits");
        assert!(narrative.action.is_empty());
        form.push("action".into(), "é".repeat(MESSAGE_MAX + 1));
        assert_eq!(read(&form).err().unwrap()[0].field, "action");
    }
}
