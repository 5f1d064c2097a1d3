use super::{ConcernField, Input, Section};
use crate::domain::{choice::Labelled, route::Route};

/// A question as it is put to a person.
#[derive(Clone)]
pub struct Prompt {
    /// Which question.
    pub field: ConcernField,
    /// In which part of the form it stands.
    pub section: Section,
    /// The question itself.
    pub label: &'static str,
    /// What helps to answer, and how long the answer may be; may be empty.
    pub hint: String,
    /// How it is answered.
    pub input: Input,
    /// Whether nothing is sent without an answer.
    pub is_needed: bool,
    /// Which choices are offered.
    offered: Labelled,
}

/// The questions of a route. One that is not asked there is asked all the same if it was answered: nothing is sent that
/// the person does not see.
pub fn prompts(route: Option<Route>, is_answered: impl Fn(ConcernField) -> bool) -> Vec<Prompt> {
    ConcernField::ALL.iter().filter_map(|field| Prompt::new(*field, route, is_answered(*field))).collect()
}

impl Prompt {
    fn new(field: ConcernField, route: Option<Route>, is_answered: bool) -> Option<Self> {
        let question = field.question();
        let asked = question.on(route);
        if asked.is_none() && !is_answered {
            return None;
        }
        let wording = asked.or(question.wordings.first());
        let hint = wording.map(|wording| wording.hint.to_owned()).filter(|hint| !hint.is_empty());
        let hint: Vec<String> = hint.into_iter().chain(question.input.in_words()).collect();
        Some(Self {
            field,
            section: question.section,
            label: wording.map_or(field.label(), |wording| wording.label),
            hint: hint.join(". "),
            input: question.input,
            is_needed: question.is_needed,
            offered: wording.and_then(|wording| wording.choices).unwrap_or(question.input.choices()),
        })
    }

    /// The question, and whether the answer may be left out.
    #[must_use]
    pub fn full_label(&self) -> String {
        format!("{}{}", self.label, if self.is_needed { "" } else { " (optional)" })
    }

    /// Its choices, and after them those that were chosen under another route.
    pub fn choices(&self, is_chosen: impl Fn(&str) -> bool) -> impl Iterator<Item = (&'static str, &'static str)> {
        let is_offered = |slug| self.offered.iter().any(|(offered, _)| *offered == slug);
        let others = self.input.choices().iter().filter(move |(slug, _)| !is_offered(*slug) && is_chosen(slug));
        self.offered.iter().chain(others).copied()
    }
}
