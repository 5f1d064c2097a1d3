//! What a field of a form asks, how it stands on a page, and how its answer is read.

use std::{borrow::Cow, fmt::Display};

use crate::{
    domain::{Entries, FieldError, Input, Text},
    http::Field,
};

/// What a field asks.
pub(in crate::desk) struct FieldQuestion {
    pub(in crate::desk) label: &'static str,
    /// What helps to answer; may be empty.
    hint: &'static str,
    pub(in crate::desk) input: Input,
    /// What to do about an answer that is missing, or not on the list.
    pub(in crate::desk) remedy: &'static str,
}

impl FieldQuestion {
    /// Without a hint, and without a remedy: of no use to one that may be left out.
    pub(super) const fn new(label: &'static str, input: Input) -> Self {
        Self { label, hint: "", input, remedy: "" }
    }

    pub(super) const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    pub(super) const fn remedy(self, remedy: &'static str) -> Self {
        Self { remedy, ..self }
    }
}

/// A field of one of the desk's forms that asks something.
pub(in crate::desk) trait AskedField: Copy + 'static {
    /// The form, in the order of the page.
    const ALL: &'static [Self];

    /// Its name in the form, and its id on the page.
    fn name(self) -> &'static str;

    /// What it asks.
    fn question(self) -> FieldQuestion;

    /// As it stands on a page, with what was typed so far and what is wrong with it.
    fn field(self, typed: &Entries, errors: &[FieldError]) -> Field {
        let question = self.question();
        Field::new(self.name(), question.label, &question.input, typed, errors).hint(question.hint)
    }

    /// Every one of them.
    fn fields(typed: &Entries, errors: &[FieldError]) -> Vec<Field> {
        Self::ALL.iter().map(|field| field.field(typed, errors)).collect()
    }

    /// The same, with choices of the moment: values with their labels.
    fn offering<V, L>(self, choices: impl IntoIterator<Item = (V, L)>, typed: &Entries, errors: &[FieldError]) -> Field
    where
        V: Into<Cow<'static, str>>,
        L: Into<Cow<'static, str>>,
    {
        let question = self.question();
        Field::offering(self.name(), question.label, &question.input, choices, typed, errors).hint(question.hint)
    }

    /// What to do about its answer, as an error.
    fn remedy(self) -> FieldError {
        FieldError::new(self.name(), self.question().remedy)
    }

    /// Another thing that is wrong with its answer.
    fn error(self, message: impl Into<String>) -> FieldError {
        FieldError::new(self.name(), message)
    }

    /// Reads a text that may be left out.
    ///
    /// # Errors
    /// If it is too long.
    fn optional_text(self, form: &Entries) -> Result<Option<Text>, FieldError> {
        optional_text(self.name(), &self.question().input, form)
    }

    /// Reads a text that has to be there.
    ///
    /// # Errors
    /// If it is missing or too long.
    fn text(self, form: &Entries) -> Result<Text, FieldError> {
        self.optional_text(form)?.ok_or_else(|| self.remedy())
    }

    /// Reads an answer that has to be one of a list.
    ///
    /// # Errors
    /// If it is missing or not on the list.
    fn chosen<T>(self, form: &Entries, from_slug: impl Fn(&str) -> Option<T>) -> Result<T, FieldError> {
        from_slug(form.first(self.name())).ok_or_else(|| self.remedy())
    }

    /// Reads an answer that has to be some of a list, each once, in the order of the list.
    ///
    /// # Errors
    /// If nothing of the list was chosen.
    fn any_of<T: Ord>(self, form: &Entries, from_slug: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, FieldError> {
        let mut chosen: Vec<T> = form.all(self.name()).filter_map(from_slug).collect();
        chosen.sort_unstable();
        chosen.dedup();
        if chosen.is_empty() { Err(self.remedy()) } else { Ok(chosen) }
    }

    /// Reads what was typed as something else; what is wrong with it follows the remedy.
    ///
    /// # Errors
    /// As `parse` says it.
    fn parsed<T, E: Display>(self, form: &Entries, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, FieldError> {
        let text = self.optional_text(form)?;
        let remedy = self.question().remedy;
        parse(text.as_ref().map_or("", Text::as_str)).map_err(|why| self.error(format!("{remedy}: {why}")))
    }
}

/// Reads a text that may be left out, of the field of that name.
pub(super) fn optional_text(name: &'static str, input: &Input, form: &Entries) -> Result<Option<Text>, FieldError> {
    let text = Text::typed(form.first(name));
    match input.length().and_then(|length| length.problem(&text)) {
        Some(problem) => Err(FieldError::new(name, problem)),
        None => Ok((!text.is_empty()).then_some(text)),
    }
}

/// Everything that is wrong with a form, gathered while it is read field by field.
#[derive(Default)]
pub(in crate::desk) struct Problems(Vec<FieldError>);

impl Problems {
    /// The answer, unless something is wrong with it.
    pub(in crate::desk) fn take<T>(&mut self, read: Result<T, FieldError>) -> Option<T> {
        read.map_err(|error| self.0.push(error)).ok()
    }

    /// Notes one more.
    pub(in crate::desk) fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    pub(in crate::desk) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order in which they were met.
    pub(in crate::desk) fn into_errors(self) -> Vec<FieldError> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        desk::form::{
            aside::AsideField,
            correspondence::{AnswerField, CommentField, PutInField, ReplyField, SavedTextField},
            filter::FilterField,
            notice_gaps::GapField,
            one_question::{ChangeOfUseField, DestroyField, FilterNameField, PrintField, SearchField, TakeBackField},
            readers::{LetInField, ReadersField},
            referral::ReferralField,
            team::{BoxKeyField, JoinField, RecoveryField},
            wider::{BelongsField, NoteField, OrganisationField, RegisterField, ThemeField},
        },
        domain::{Area, Told},
    };

    fn typed(name: &str, value: String) -> Entries {
        let mut form = Entries::default();
        form.push(name.to_owned(), value);
        form
    }

    /// Holds a form to what its table says; tells how many of its fields are texts.
    fn holds<F: AskedField>() -> usize {
        let mut names: Vec<_> = F::ALL.iter().map(|field| field.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), F::ALL.len(), "{names:?}");
        let lengths = F::ALL.iter().filter_map(|field| Some((*field, *field.question().input.length()?)));
        let texts = lengths.map(|(field, length)| {
            let read = |characters| field.text(&typed(field.name(), "é".repeat(characters)));
            assert!(read(length.max).is_ok_and(|text| text.as_str().chars().count() == length.max), "{}", field.name());
            let long = read(length.max + 1).map(drop).unwrap_err();
            assert!(long.field == field.name() && long.message.starts_with(length.called), "{}", long.message);
            let missing = field.text(&Entries::default()).map(drop).unwrap_err();
            assert!(missing.field == field.name() && !missing.message.is_empty(), "{}", field.name());
        });
        texts.count()
    }

    #[test]
    fn every_text_is_bounded_and_its_lack_is_named() {
        assert_eq!((holds::<JoinField>(), holds::<BoxKeyField>(), holds::<RecoveryField>()), (3, 2, 2));
        assert_eq!((holds::<ReadersField>(), holds::<LetInField>(), holds::<ReferralField>()), (1, 1, 3));
        assert_eq!((holds::<AnswerField>(), holds::<ReplyField>(), holds::<GapField>()), (2, 2, 7));
        assert_eq!((holds::<SavedTextField>(), holds::<PutInField>(), holds::<CommentField>()), (2, 0, 1));
        assert_eq!((holds::<ChangeOfUseField>(), holds::<TakeBackField>()), (1, 1));
        assert_eq!((holds::<OrganisationField>(), holds::<ThemeField>(), holds::<NoteField>()), (1, 2, 1));
        assert_eq!((holds::<RegisterField>(), holds::<BelongsField>()), (1, 5));
        assert_eq!((holds::<DestroyField>(), holds::<SearchField>(), holds::<PrintField>()), (1, 1, 0));
        assert_eq!(holds::<AsideField>(), 2);
        assert_eq!(holds::<FilterNameField>(), 1);
        // An address stays in a browser's history.
        assert_eq!(holds::<FilterField>(), 0, "what is asked for by address is never typed");
    }

    #[test]
    fn what_is_on_no_list_is_named_and_what_is_comes_once_in_its_order() {
        let mut form = typed("area", "competition".to_owned());
        form.push("area".to_owned(), "x".to_owned());
        form.push("area".to_owned(), "board-governance".to_owned());
        form.push("area".to_owned(), "competition".to_owned());
        let read = |form: &Entries| AnswerField::Area.any_of(form, Area::from_slug);
        assert_eq!(read(&form), Ok(vec![Area::BoardGovernance, Area::Competition]));
        assert_eq!(read(&typed("area", "x".to_owned())), Err(FieldError::new("area", "Select at least one area")));
        let chosen = AnswerField::Told.chosen(&typed("told", "x".to_owned()), Told::from_slug);
        assert_eq!(chosen, Err(FieldError::new("told", "Select what the organisation is told")));
    }

    #[test]
    fn what_can_t_be_parsed_says_why_after_what_to_do() {
        let read = |value: &str| JoinField::Recipients.parsed(&typed("recipients", value.to_owned()), str::parse::<u8>);
        assert_eq!(read("7"), Ok(7));
        assert_eq!(read("x").unwrap_err().message, "Paste their governance.recipients: invalid digit found in string");
    }
}
