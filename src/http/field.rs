use std::borrow::Cow;

use askama::{Template, filters::HtmlSafe};

use crate::domain::{Entries, FieldError, Input};

/// Letters of the longest answer that may stand in a row with others, and of all in it together.
const SHORT_LABEL: usize = 24;
const ROW: usize = 50;

/// A field of a form with its label, hint and error, ready to be put on a page.
#[derive(Template)]
#[template(path = "partials/field.html")]
pub struct Field {
    /// Its name in the form, and its id on the page.
    pub id: &'static str,
    /// What it asks.
    pub label: Cow<'static, str>,
    /// What helps to answer.
    pub hint: Option<Cow<'static, str>>,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    /// How it is answered, and what was answered so far.
    pub input: FilledInput,
}

/// How a field is answered, with what was typed or chosen.
pub enum FilledInput {
    /// A line of text.
    Line(String),
    /// A text of so many rows.
    TextArea(u8, String),
    /// One from a list that folds away, with the words for none of them.
    Select(&'static str, Vec<Choice>),
    /// One from a list.
    Radios(Vec<Choice>),
    /// Any from a list.
    Checkboxes(Vec<Choice>),
}

/// One of the answers that can be chosen.
pub struct Choice {
    /// The first one's is the field's own, so that a link to the field leads there.
    id: String,
    value: Cow<'static, str>,
    label: Cow<'static, str>,
    chosen: bool,
}

impl Field {
    /// A field without a hint, with the choices of its list, what was typed so far and the error that is about it.
    #[must_use]
    pub fn new(
        id: &'static str,
        label: impl Into<Cow<'static, str>>,
        input: &Input,
        typed: &Entries,
        errors: &[FieldError],
    ) -> Self {
        Self::offering(id, label, input, input.choices().iter().copied(), typed, errors)
    }

    /// The same, with choices of the moment in place of those of its list: values with their labels.
    pub fn offering<V, L>(
        id: &'static str,
        label: impl Into<Cow<'static, str>>,
        input: &Input,
        choices: impl IntoIterator<Item = (V, L)>,
        typed: &Entries,
        errors: &[FieldError],
    ) -> Self
    where
        V: Into<Cow<'static, str>>,
        L: Into<Cow<'static, str>>,
    {
        let text = || typed.first(id).to_owned();
        let choices = || Choice::list(id, choices, typed);
        let input = match input {
            Input::Line(_) => FilledInput::Line(text()),
            Input::TextArea(rows, _) => FilledInput::TextArea(*rows, text()),
            Input::Select(none, _) => FilledInput::Select(none, choices()),
            Input::Radios(_) => FilledInput::Radios(choices()),
            Input::Checkboxes(_) => FilledInput::Checkboxes(choices()),
        };
        let error = errors.iter().find(|error| error.field == id).map(|error| error.message.clone());
        Self { id, label: label.into(), hint: None, error, input }
    }

    /// The same with a hint, which may be empty.
    #[must_use]
    pub fn hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { hint: Some(hint.into()).filter(|hint| !hint.is_empty()), ..self }
    }

    /// Whether its answers are so few and short that they can stand in a row.
    fn are_short(&self) -> bool {
        match &self.input {
            FilledInput::Radios(choices) => {
                let letters = choices.iter().map(|choice| choice.label.chars().count());
                letters.clone().all(|letters| letters <= SHORT_LABEL) && letters.sum::<usize>() <= ROW
            }
            _ => false,
        }
    }

    /// The attribute that ties hint and error to the field. Made of field names alone.
    fn described_by(&self) -> String {
        let id = self.id;
        match (self.hint.is_some(), self.error.is_some()) {
            (false, false) => String::new(),
            (true, false) => format!(" aria-describedby=\"{id}-hint\""),
            (false, true) => format!(" aria-describedby=\"{id}-error\""),
            (true, true) => format!(" aria-describedby=\"{id}-hint {id}-error\""),
        }
    }
}

// Its template escapes whatever is in it.
impl HtmlSafe for Field {}

impl Choice {
    fn list<V, L>(field: &str, choices: impl IntoIterator<Item = (V, L)>, typed: &Entries) -> Vec<Self>
    where
        V: Into<Cow<'static, str>>,
        L: Into<Cow<'static, str>>,
    {
        let choices = choices.into_iter().map(|(value, label)| (value.into(), label.into())).enumerate();
        choices
            .map(|(place, (value, label))| Self {
                id: if place == 0 { field.to_owned() } else { format!("{field}-{value}") },
                // What stands for no answer is chosen as long as there is none.
                chosen: if value.is_empty() { typed.first(field).is_empty() } else { typed.has(field, &value) },
                value,
                label,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_kept_and_can_t_break_out() {
        let errors = [FieldError::new("name", "Enter <another> name")];
        let mut typed = Entries::default();
        typed.push("name".into(), "\"><script>".into());
        let field = Field::new("name", "Name", &Input::line("Name", 9), &typed, &errors).hint("As it is <known>");
        let html = field.render().unwrap();
        assert!(!html.contains("<script>") && !html.contains("<another>") && !html.contains("<known>"), "{html}");
        assert!(html.contains("aria-describedby=\"name-hint name-error\""), "{html}");
    }

    #[test]
    fn a_link_to_the_field_leads_to_the_first_choice() {
        let mut typed = Entries::default();
        typed.push("owner".into(), "b".into());
        let choices = Choice::list("owner", [("a", "Amal"), ("b", "Bo")], &typed);
        let seen: Vec<_> = choices.iter().map(|choice| (choice.id.as_str(), choice.chosen)).collect();
        assert_eq!(seen, [("owner", false), ("owner-b", true)]);
    }
}
