//! The three fields of a date, as they stand on a page.

use askama::{Template, filters::HtmlSafe};

use crate::{
    desk::form::date::DateNames,
    domain::{Entries, FieldError},
};

/// The three fields of a date, ready to be put on a page.
#[derive(Template)]
#[template(path = "desk/date_field.html")]
pub(super) struct DateField {
    names: &'static DateNames,
    label: &'static str,
    hint: String,
    error: Option<String>,
    typed: [String; 3],
}

impl DateField {
    /// With what was typed so far, and what is wrong with it.
    pub(super) fn new(
        names: &'static DateNames,
        label: &'static str,
        hint: String,
        typed: &Entries,
        errors: &[FieldError],
    ) -> Self {
        let error = errors.iter().find(|error| names.all().contains(&error.field)).map(|error| error.message.clone());
        Self { names, label, hint, error, typed: names.all().map(|name| typed.first(name).to_owned()) }
    }

    fn parts(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        let labels = self.names.all().into_iter().zip(["Day", "Month", "Year"]);
        labels.zip(&self.typed).map(|((id, label), typed)| (id, label, typed.as_str()))
    }

    /// The attribute that ties hint and error to the three. Made of field names alone.
    fn described_by(&self) -> String {
        let id = self.names.day;
        let error = if self.error.is_some() { format!(" {id}-error") } else { String::new() };
        format!(" aria-describedby=\"{id}-hint{error}\"")
    }
}

// Its template escapes whatever is in it.
impl HtmlSafe for DateField {}
