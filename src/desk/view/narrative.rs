//! The form for what the report of a year says in words.

use askama::Template;

use super::{
    Shell,
    finds::{Find, finds},
};
use crate::{
    casebook::{Narrative, statistics::ReportingYear},
    desk::{
        form::{
            narrative::{NarrativeCarried, NarrativeField},
            question::AskedField,
        },
        letter_checks::letter_finds,
    },
    domain::{Entries, FieldError, escape_invisible},
    http::Field,
};

/// What is written so far, and what of it may show who someone is.
#[derive(Template)]
#[template(path = "desk/narrative.html")]
pub(in crate::desk) struct NarrativePage<'a> {
    shell: &'a Shell,
    year: String,
    slug: String,
    errors: &'a [FieldError],
    hidden: Vec<(&'static str, &'a str)>,
    fields: Vec<Field>,
    /// What a colleague saved while the form was filled in.
    saved: Vec<(&'static str, String)>,
    finds: Vec<Find>,
}

impl<'a> NarrativePage<'a> {
    /// With what was typed so far, over what was saved as `was` tells.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        year: ReportingYear,
        saved: &Narrative,
        (typed, was): (&Entries, &'a str),
        errors: &'a [FieldError],
    ) -> Self {
        let parts = NarrativeField::ALL.iter().filter(|field| !field.of(saved).is_empty());
        let parts = parts.map(|field| (field.heading(), escape_invisible(field.of(saved).as_str())));
        let text: Vec<&str> = NarrativeField::ALL.iter().map(|field| typed.first(field.name())).collect();
        let text = text.join("\n").replace('\r', "");
        Self {
            shell,
            year: year.to_string(),
            slug: year.slug(),
            errors,
            hidden: vec![(NarrativeCarried::Was.name(), was)],
            fields: NarrativeField::fields(typed, errors),
            saved: if errors.is_empty() { Vec::new() } else { parts.collect() },
            finds: finds(&text, &letter_finds(&text, &[], &[])),
        }
    }
}
