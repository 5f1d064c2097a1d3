use serde::{Deserialize, Serialize};

use super::{
    answers::{About, AreaChoice, HappenedAgain, OrganisationType, RaisedInternally, Role, SeriousHarm},
    area::Area,
    entries::Entries,
    limits::{DESCRIPTION_MAX, DESCRIPTION_MIN, DETAIL_MAX, MESSAGE_MAX, SHORT_MAX, USE_CONCERNS_MAX},
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

/// What a person answered the first time. Serialises as the `answers` of the sealed message; what was left out is left out there too.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concern {
    /// Which kind of organisation it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_type: Option<OrganisationType>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Text>,
    /// What it is about; at least one.
    pub about: Vec<About>,
    /// What happened.
    pub description: Text,
    /// Whether it is still happening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ongoing: Option<HappenedAgain>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Text>,
    /// Whether someone could be seriously harmed soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serious_harm: Option<SeriousHarm>,
    /// Whether it was raised where the person works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_internally: Option<RaisedInternally>,
    /// What happened then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_detail: Option<Text>,
    /// The person's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Which documents exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<Text>,
    /// Which area the person thinks it may be evidence for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub area: Vec<AreaChoice>,
    /// Which use could identify the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_concerns: Option<Text>,
}

impl Concern {
    /// Reads a route and a concern from a form.
    ///
    /// # Errors
    /// Every problem found, in the order of the fields on the page.
    pub fn parse(form: &Entries) -> Result<(Route, Self), Vec<FieldError>> {
        let mut reader = Reader { form, errors: Vec::new() };
        let route = reader.choice("route", Route::from_slug, "Select why you are contacting us");
        let organisation_type = reader.choice(
            "organisation_type",
            OrganisationType::from_slug,
            "Select a kind of organisation from the list",
        );
        let organisation = reader.optional_text("organisation", "Name of the organisation", SHORT_MAX);
        let about_what = asks_about(route);
        let about = reader.choices("about", About::from_slug, about_what);
        let description = reader.description(route);
        let ongoing = reader.choice("ongoing", HappenedAgain::from_slug, "Select whether it is still happening");
        let when = reader.optional_text("when", "When it happened", SHORT_MAX);
        let serious_harm = reader.choice(
            "serious_harm",
            SeriousHarm::from_slug,
            "Select whether someone could be seriously harmed soon",
        );
        let raised_internally = reader.choice(
            "raised_internally",
            RaisedInternally::from_slug,
            "Select whether you have raised this where you work",
        );
        let raised_detail = reader.optional_text("raised_detail", "What happened when you raised it", DETAIL_MAX);
        let role = reader.choice("role", Role::from_slug, "Select a role from the list");
        let documents = reader.optional_text("documents", "What documents or records exist", DETAIL_MAX);
        let area = reader.choices("area", AreaChoice::from_slug, "Select an area from the list");
        let use_concerns = reader.optional_text("use_concerns", "Uses that could identify you", USE_CONCERNS_MAX);

        // What must be there; the rest may be left out.
        if route.is_none() {
            reader.missing("route", "Select why you are contacting us");
        }
        if about.is_empty() {
            reader.missing("about", about_what);
        }
        if area.len() > 1 && area.contains(&AreaChoice::NotSure) {
            reader.missing("area", "Select the areas that apply, or select ‘Not sure’");
        }
        let (Some(route), true) = (route, reader.errors.is_empty()) else {
            return Err(reader.in_page_order());
        };
        Ok((
            route,
            Self {
                organisation_type,
                organisation,
                about,
                description,
                ongoing,
                when,
                serious_harm,
                raised_internally,
                raised_detail,
                role,
                documents,
                area,
                use_concerns,
            },
        ))
    }

    /// The areas that the person chose, "not sure" left out.
    #[must_use]
    pub fn areas(&self) -> Vec<Area> {
        self.area.iter().filter_map(|choice| choice.area()).collect()
    }
}

/// What a person adds later.
#[derive(Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The message.
    pub message: Text,
}

impl FollowUp {
    /// Reads a follow-up from a form.
    ///
    /// # Errors
    /// If it is empty or too long.
    pub fn parse(form: &Entries) -> Result<Self, Vec<FieldError>> {
        let message = Text::typed(form.first("message"));
        if message.is_empty() {
            return Err(vec![FieldError::new("message", "Enter a message")]);
        }
        if message.is_longer_than(MESSAGE_MAX) {
            return Err(vec![FieldError::new(
                "message",
                format!("Message must be {} characters or less", grouped(MESSAGE_MAX)),
            )]);
        }
        Ok(Self { message })
    }
}

/// The order of the fields on the page, in which errors are listed.
const PAGE_ORDER: &[&str] = &[
    "route",
    "organisation_type",
    "organisation",
    "about",
    "description",
    "ongoing",
    "when",
    "serious_harm",
    "raised_internally",
    "raised_detail",
    "role",
    "documents",
    "area",
    "use_concerns",
];

struct Reader<'a> {
    form: &'a Entries,
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    fn missing(&mut self, field: &'static str, message: &str) {
        // A field that was filled in wrongly has been named already.
        if !self.errors.iter().any(|error| error.field == field) {
            self.errors.push(FieldError::new(field, message));
        }
    }

    fn choice<T>(&mut self, field: &'static str, from_slug: impl Fn(&str) -> Option<T>, message: &str) -> Option<T> {
        let slug = self.form.first(field);
        if slug.is_empty() {
            return None;
        }
        let choice = from_slug(slug);
        if choice.is_none() {
            self.missing(field, message);
        }
        choice
    }

    fn choices<T: PartialEq>(
        &mut self,
        field: &'static str,
        from_slug: impl Fn(&str) -> Option<T>,
        message: &str,
    ) -> Vec<T> {
        let mut chosen = Vec::new();
        for slug in self.form.all(field).filter(|slug| !slug.is_empty()) {
            match from_slug(slug) {
                Some(choice) if !chosen.contains(&choice) => chosen.push(choice),
                Some(_) => {}
                None => self.missing(field, message),
            }
        }
        chosen
    }

    fn optional_text(&mut self, field: &'static str, name: &str, max: usize) -> Option<Text> {
        let text = Text::typed(self.form.first(field));
        if text.is_longer_than(max) {
            self.missing(field, &format!("{name} must be {} characters or less", grouped(max)));
        }
        (!text.is_empty()).then_some(text)
    }

    fn description(&mut self, route: Option<Route>) -> Text {
        let text = Text::typed(self.form.first("description"));
        if text.is_empty() {
            let of = route.map_or("your concern", Route::subject);
            self.missing("description", &format!("Enter a description of {of}"));
        } else if text.characters() < DESCRIPTION_MIN {
            self.missing("description", &format!("Description must be {DESCRIPTION_MIN} characters or more"));
        } else if text.is_longer_than(DESCRIPTION_MAX) {
            self.missing(
                "description",
                &format!("Description must be {} characters or less", grouped(DESCRIPTION_MAX)),
            );
        }
        text
    }

    fn in_page_order(mut self) -> Vec<FieldError> {
        self.errors.sort_by_key(|error| PAGE_ORDER.iter().position(|field| *field == error.field));
        self.errors
    }
}

/// The question what it is about, as a remedy.
const fn asks_about(route: Option<Route>) -> &'static str {
    match route {
        None | Some(Route::StaffConcern) => "Select what your concern is about",
        Some(Route::PatientChoice) => "Select what happened",
        Some(Route::Procurement) => "Select what the issue is about",
        Some(Route::ServiceComplaint) => "Select what your complaint is about",
    }
}

/// A number as the NHS writes it: `20,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
