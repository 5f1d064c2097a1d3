use serde::{Deserialize, Serialize};

use super::{
    answers::{About, AreaChoice, Ongoing, OrganisationType, RaisedInternally, Role, SeriousHarm},
    area::Area,
    clock::{ClockKind, Term},
    entries::Entries,
    limits::MESSAGE_MAX,
    questions::{ConcernField, FormField, Input, Length},
    route::Route,
    text::Text,
};

/// A problem with one answer: the field's name, and what to do, in the words of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The form field, which is also the id that the error summary links to.
    pub field: &'static str,
    /// What to do.
    pub message: String,
}

impl FieldError {
    /// One problem.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// What a person answered the first time; each field is what was answered to the [`ConcernField`] of that name.
/// Serialises as the `answers` of the sealed message; what was left out is left out there too.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the table of questions says what each is")]
pub struct Concern {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_type: Option<OrganisationType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Text>,
    /// At least one.
    pub about: Vec<About>,
    pub description: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ongoing: Option<Ongoing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serious_harm: Option<SeriousHarm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_internally: Option<RaisedInternally>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_detail: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub area: Vec<AreaChoice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_concerns: Option<Text>,
}

/// What was answered to one question.
pub struct Answered<'a> {
    /// The question.
    pub field: ConcernField,
    /// The answer.
    pub given: Given<'a>,
}

/// An answer.
pub enum Given<'a> {
    /// In words of the person's own.
    Text(&'a Text),
    /// Slugs and labels of what was chosen.
    Choices(Vec<(&'static str, &'static str)>),
}

impl Concern {
    /// Reads a route and a concern from a form.
    ///
    /// # Errors
    /// Every problem found, in the order of the fields on the page.
    pub fn parse(form: &Entries) -> Result<(Route, Self), Vec<FieldError>> {
        let mut reader = AnswerReader { form, route: None, problems: Vec::new() };
        reader.route = reader.choice(ConcernField::Route, Route::from_slug);
        let concern = Self {
            description: reader.text(ConcernField::Description).unwrap_or_else(|| Text::typed("")),
            about: reader.choices(ConcernField::About, About::from_slug),
            organisation: reader.text(ConcernField::Organisation),
            serious_harm: reader.choice(ConcernField::SeriousHarm, SeriousHarm::from_slug),
            organisation_type: reader.choice(ConcernField::OrganisationType, OrganisationType::from_slug),
            ongoing: reader.choice(ConcernField::Ongoing, Ongoing::from_slug),
            when: reader.text(ConcernField::When),
            raised_internally: reader.choice(ConcernField::RaisedInternally, RaisedInternally::from_slug),
            raised_detail: reader.text(ConcernField::RaisedDetail),
            role: reader.choice(ConcernField::Role, Role::from_slug),
            documents: reader.text(ConcernField::Documents),
            area: reader.choices(ConcernField::Area, AreaChoice::from_slug),
            use_concerns: reader.text(ConcernField::UseConcerns),
        };
        if concern.area.len() > 1 && concern.area.contains(&AreaChoice::NotSure) {
            reader.problem(ConcernField::Area, "Select the areas that apply, or select ‘Not sure’".to_owned());
        }
        match reader.route {
            Some(route) if reader.problems.is_empty() => Ok((route, concern)),
            _ => Err(reader.in_page_order()),
        }
    }

    /// Everything that was answered, in the order of the page. Whoever shows, searches, prints or hands on a concern
    /// takes its answers from here, so that none can be forgotten.
    pub fn answers(&self) -> impl Iterator<Item = Answered<'_>> {
        let Self {
            description,
            about,
            organisation,
            serious_harm,
            organisation_type,
            ongoing,
            when,
            raised_internally,
            raised_detail,
            role,
            documents,
            area,
            use_concerns,
        } = self;
        ConcernField::ALL.iter().filter_map(move |field| {
            let given = match field {
                // Stands beside the concern: a follow-up has one too.
                ConcernField::Route => None,
                ConcernField::Description => Some(Given::Text(description)),
                ConcernField::About => Given::choices(about, About::labelled),
                ConcernField::Organisation => organisation.as_ref().map(Given::Text),
                ConcernField::SeriousHarm => Given::choices(serious_harm, SeriousHarm::labelled),
                ConcernField::OrganisationType => Given::choices(organisation_type, OrganisationType::labelled),
                ConcernField::Ongoing => Given::choices(ongoing, Ongoing::labelled),
                ConcernField::When => when.as_ref().map(Given::Text),
                ConcernField::RaisedInternally => Given::choices(raised_internally, RaisedInternally::labelled),
                ConcernField::RaisedDetail => raised_detail.as_ref().map(Given::Text),
                ConcernField::Role => Given::choices(role, Role::labelled),
                ConcernField::Documents => documents.as_ref().map(Given::Text),
                ConcernField::Area => Given::choices(area, AreaChoice::labelled),
                ConcernField::UseConcerns => use_concerns.as_ref().map(Given::Text),
            };
            given.map(|given| Answered { field: *field, given })
        })
    }

    /// Everything that was answered in words of the person's own.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.answers().filter_map(|answered| match answered.given {
            Given::Text(text) => Some(text),
            Given::Choices(_) => None,
        })
    }

    /// What is promised because of what it is about, besides what every concern of its route is promised.
    pub fn promises(&self, route: Route) -> impl Iterator<Item = (ClockKind, Term)> {
        let promised = route.promises_about().iter();
        promised.filter(|(about, _)| self.about.contains(about)).map(|(_, promise)| *promise)
    }

    /// The areas that the person chose, "not sure" left out.
    #[must_use]
    pub fn areas(&self) -> Vec<Area> {
        self.area.iter().filter_map(|choice| choice.area()).collect()
    }
}

impl Given<'_> {
    fn choices<'c, T: Copy + 'c>(
        chosen: impl IntoIterator<Item = &'c T>,
        labelled: fn(T) -> (&'static str, &'static str),
    ) -> Option<Self> {
        let chosen: Vec<_> = chosen.into_iter().map(|choice| labelled(*choice)).collect();
        (!chosen.is_empty()).then_some(Self::Choices(chosen))
    }

    /// The text, or the labels of what was chosen in one line.
    #[must_use]
    pub fn in_words(&self) -> Text {
        match self {
            Self::Text(text) => (*text).clone(),
            Self::Choices(chosen) => {
                let labels: Vec<_> = chosen.iter().map(|(_, label)| *label).collect();
                Text::verbatim(&labels.join("; "))
            }
        }
    }
}

/// What a person adds later.
#[derive(Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// Up to [`MESSAGE_MAX`] characters; none if it is files alone.
    pub message: Option<Text>,
}

impl FollowUp {
    /// Reads a follow-up from a form. Files alone are enough.
    ///
    /// # Errors
    /// If there is neither text nor file, or the text is too long.
    pub fn parse(form: &Entries, has_files: bool) -> Result<Self, Vec<FieldError>> {
        let typed = form.first(FormField::Message.slug());
        if let Some(problem) = Self::too_long(typed) {
            return Err(vec![problem]);
        }
        let message = Text::typed(typed);
        if message.is_empty() && !has_files {
            return Err(vec![FieldError::new(FormField::Message.slug(), "Enter a message or choose a file")]);
        }
        Ok(Self { message: Some(message).filter(|message| !message.is_empty()) })
    }

    /// What is wrong with the length of a text, if anything is: the one thing that can be told before it is sent.
    #[must_use]
    pub fn too_long(typed: &str) -> Option<FieldError> {
        MESSAGE.problem(&Text::typed(typed)).map(|problem| FieldError::new(FormField::Message.slug(), problem))
    }
}

/// How long a follow-up may be.
const MESSAGE: Length = Length { called: "Message", min: 0, max: MESSAGE_MAX };

struct AnswerReader<'a> {
    form: &'a Entries,
    /// The route that was chosen: questions are asked in its words.
    route: Option<Route>,
    problems: Vec<(ConcernField, String)>,
}

impl AnswerReader<'_> {
    fn problem(&mut self, field: ConcernField, message: String) {
        // A field that was filled in wrongly has been named already.
        if !self.problems.iter().any(|(known, _)| *known == field) {
            self.problems.push((field, message));
        }
    }

    /// Says what to do about a choice that is not on the list, or an answer that is missing.
    fn remedy(&mut self, field: ConcernField) {
        self.problem(field, field.question().remedy_on(self.route).to_owned());
    }

    fn choice<T: PartialEq>(&mut self, field: ConcernField, from_slug: impl Fn(&str) -> Option<T>) -> Option<T> {
        let slug = self.form.first(field.slug());
        let choice = from_slug(slug);
        if choice.is_none() && (field.question().is_needed || !slug.is_empty()) {
            self.remedy(field);
        }
        choice
    }

    fn choices<T: PartialEq>(&mut self, field: ConcernField, from_slug: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut chosen = Vec::new();
        for slug in self.form.all(field.slug()).filter(|slug| !slug.is_empty()) {
            match from_slug(slug) {
                Some(choice) if !chosen.contains(&choice) => chosen.push(choice),
                Some(_) => {}
                None => self.remedy(field),
            }
        }
        if chosen.is_empty() && field.question().is_needed {
            self.remedy(field);
        }
        chosen
    }

    fn text(&mut self, field: ConcernField) -> Option<Text> {
        let question = field.question();
        let (Input::Line(length) | Input::TextArea(_, length)) = question.input else { return None };
        let text = Text::typed(self.form.first(field.slug()));
        if text.is_empty() {
            if question.is_needed {
                self.remedy(field);
            }
            return None;
        }
        if let Some(problem) = length.problem(&text) {
            self.problem(field, problem);
        }
        Some(text)
    }

    fn in_page_order(mut self) -> Vec<FieldError> {
        self.problems.sort_by_key(|(field, _)| *field);
        self.problems.into_iter().map(|(field, message)| FieldError::new(field.slug(), message)).collect()
    }
}

#[cfg(test)]
mod tests;
