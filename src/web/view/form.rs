//! The questions, and the pages that ask them and show the answers. One table makes the form, the check page and the fields
//! that are carried from one to the other.

use std::collections::BTreeSet;

use askama::Template;

use super::{Day, Promise, Shell, promises};
use crate::{
    domain::{
        About, AreaChoice, Clock, ClockKind, Entries, FieldError, HappenedAgain, Identifying, OrganisationType,
        RaisedInternally, Role, Route, SeriousHarm,
    },
    web::config::LimitsConfig,
};

/// A question as it is asked.
struct Question {
    field: &'static str,
    label: &'static str,
    hint: &'static str,
    /// The heading above it, where a part of the form begins.
    section: &'static str,
    asked: Asked,
}

enum Asked {
    Line,
    Area(u8),
    Select(fn() -> Labels),
    Radios(fn() -> Labels),
    Checkboxes(fn() -> Labels),
}

/// Slugs and labels of choices.
type Labels = Vec<(&'static str, &'static str)>;

macro_rules! labels {
    ($choices:ident) => {
        || $choices::ALL.iter().map(|choice| (choice.slug(), choice.label())).collect()
    };
}

const QUESTIONS: &[Question] = &[
    Question {
        field: "route",
        label: "Why are you contacting us?",
        hint: "",
        section: "",
        asked: Asked::Radios(labels!(Route)),
    },
    Question {
        field: "organisation_type",
        label: "Which kind of organisation is your concern about? (optional)",
        hint: "So that it reaches the people who know that part of the NHS",
        section: "The organisation",
        asked: Asked::Radios(labels!(OrganisationType)),
    },
    Question {
        field: "organisation",
        label: "Name of the organisation (optional)",
        hint: "Only what you are comfortable giving",
        section: "",
        asked: Asked::Line,
    },
    Question {
        field: "about",
        label: "What is your concern about?",
        hint: "Select all that apply",
        section: "Your concern",
        asked: Asked::Checkboxes(labels!(About)),
    },
    Question {
        field: "description",
        label: "Describe your concern",
        hint: "What happened, who is affected, and how you know. You do not need to prove it. 20 to 20,000 characters",
        section: "",
        asked: Asked::Area(12),
    },
    Question {
        field: "ongoing",
        label: "Is it still happening? (optional)",
        hint: "So that we know how soon something has to be done",
        section: "",
        asked: Asked::Radios(labels!(HappenedAgain)),
    },
    Question {
        field: "when",
        label: "When did it happen? (optional)",
        hint: "An approximate time is safer than an exact one",
        section: "",
        asked: Asked::Line,
    },
    Question {
        field: "serious_harm",
        label: "Could someone be seriously harmed soon? (optional)",
        hint: "If someone is in danger now, call 999. This service is not watched all the time",
        section: "",
        asked: Asked::Radios(labels!(SeriousHarm)),
    },
    Question {
        field: "raised_internally",
        label: "Have you raised this where you work? (optional)",
        hint: "So that we know whether the organisation had the chance to put it right",
        section: "What has been done",
        asked: Asked::Radios(labels!(RaisedInternally)),
    },
    Question {
        field: "raised_detail",
        label: "What happened when you raised it? (optional)",
        hint: "Up to 2,000 characters",
        section: "",
        asked: Asked::Area(4),
    },
    Question {
        field: "role",
        label: "Your role (optional)",
        hint: "So that we understand how you know. Leave this out if few people have your role",
        section: "",
        asked: Asked::Select(labels!(Role)),
    },
    Question {
        field: "documents",
        label: "What documents or records exist? (optional)",
        hint: "Say what exists and where, rather than copying records about patients. Up to 2,000 characters",
        section: "",
        asked: Asked::Area(4),
    },
    Question {
        field: "area",
        label: "Could this be wider evidence for any of our work? (optional)",
        hint: "Select all that apply. If you are not sure, we decide",
        section: "How we use it",
        asked: Asked::Checkboxes(labels!(AreaChoice)),
    },
    Question {
        field: "use_concerns",
        label: "Is there a use that could identify you? (optional)",
        hint: "For example, if we asked your organisation about it. Up to 1,000 characters",
        section: "",
        asked: Asked::Area(3),
    },
];

/// A field on the page.
struct Field {
    id: &'static str,
    label: &'static str,
    hint: Option<&'static str>,
    section: Option<&'static str>,
    error: Option<String>,
    kind: Kind,
}

enum Kind {
    Line(String),
    Area(String, u8),
    Select(Vec<Choice>),
    Radios(Vec<Choice>),
    Checkboxes(Vec<Choice>),
}

struct Choice {
    /// The first one's is the field's own, so that a link to the field leads there.
    id: String,
    slug: &'static str,
    label: &'static str,
    chosen: bool,
}

impl Field {
    fn new(question: &Question, typed: &Entries, errors: &[FieldError]) -> Self {
        let typed_text = || typed.first(question.field).to_owned();
        let choices = |labels: fn() -> Labels| choices(question.field, &labels(), typed);
        Self {
            id: question.field,
            label: question.label,
            hint: (!question.hint.is_empty()).then_some(question.hint),
            section: (!question.section.is_empty()).then_some(question.section),
            error: errors.iter().find(|error| error.field == question.field).map(|error| error.message.clone()),
            kind: match question.asked {
                Asked::Line => Kind::Line(typed_text()),
                Asked::Area(rows) => Kind::Area(typed_text(), rows),
                Asked::Select(labels) => Kind::Select(choices(labels)),
                Asked::Radios(labels) => Kind::Radios(choices(labels)),
                Asked::Checkboxes(labels) => Kind::Checkboxes(choices(labels)),
            },
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

/// A code that was issued to this form before, and its tag.
pub(in crate::web) struct KeepCode {
    pub(in crate::web) code: String,
    pub(in crate::web) tag: String,
}

/// The form.
#[derive(Template)]
#[template(path = "form.html")]
pub(in crate::web) struct FormPage<'a> {
    shell: &'a Shell,
    heading: &'static str,
    needed: &'static str,
    errors: &'a [FieldError],
    hidden: Vec<(&'static str, String)>,
    fields: Vec<Field>,
}

impl<'a> FormPage<'a> {
    /// A new form. With a route that is known the page does not ask for it.
    pub(in crate::web) fn empty(shell: &'a Shell, route: Option<Route>) -> Self {
        let mut page = Self::with(shell, &Entries::default(), &[], None);
        if let Some(route) = route {
            page.fields.retain(|field| field.id != "route");
            page.hidden.push(("route", route.slug().to_owned()));
            page.needed = "two questions";
            page.heading = match route {
                Route::StaffConcern => "Raise a serious concern",
                Route::PatientChoice => "Tell us that you were refused a choice",
                Route::Procurement => "Raise a procurement or competition issue",
                Route::ServiceComplaint => "Complain about us",
            };
        }
        page
    }

    /// A form with everything that was typed, and what is wrong with it.
    pub(in crate::web) fn with(
        shell: &'a Shell,
        typed: &Entries,
        errors: &'a [FieldError],
        keep: Option<KeepCode>,
    ) -> Self {
        Self {
            shell,
            heading: "Tell us about it",
            needed: "three questions",
            errors,
            hidden: code_fields(keep),
            fields: QUESTIONS.iter().map(|question| Field::new(question, typed, errors)).collect(),
        }
    }
}

/// The page on which answers are checked and files chosen.
#[derive(Template)]
#[template(path = "check.html")]
pub(in crate::web) struct CheckPage<'a> {
    shell: &'a Shell,
    errors: &'a [FieldError],
    hidden: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    found: BTreeSet<&'static str>,
    attachments: usize,
    attachment_mib: u64,
    notice_due: Day,
    promises: Vec<Promise>,
}

/// A question and what was answered, nothing for no answer.
struct Row {
    field: &'static str,
    label: &'static str,
    answers: Vec<Vec<Part>>,
}

/// A part of an answer, marked if it may show who someone is.
struct Part {
    text: String,
    marked: bool,
}

impl<'a> CheckPage<'a> {
    /// All answers, the code for the receipt, and the clocks that would start today. None without a notice clock.
    pub(in crate::web) fn new(
        shell: &'a Shell,
        limits: LimitsConfig,
        typed: &Entries,
        errors: &'a [FieldError],
        keep: KeepCode,
        clocks: &[Clock],
    ) -> Option<Self> {
        let notice = clocks.iter().find(|clock| clock.kind == ClockKind::InformationUseNotice)?;
        let open: Vec<Clock> = clocks.iter().copied().filter(|clock| clock.met_on.is_none()).collect();
        let mut hidden = Vec::new();
        for question in QUESTIONS {
            hidden.extend(
                typed
                    .all(question.field)
                    .filter(|value| !value.is_empty())
                    .map(|value| (question.field, value.to_owned())),
            );
        }
        hidden.extend(code_fields(Some(keep)));
        let mut found = BTreeSet::new();
        let rows = QUESTIONS.iter().map(|question| Row::new(question, typed, &mut found)).collect();
        Some(Self {
            shell,
            errors,
            hidden,
            rows,
            found,
            attachments: limits.attachments,
            attachment_mib: limits.attachment_mib,
            notice_due: Day(notice.due_on),
            promises: promises(&open),
        })
    }
}

impl Row {
    fn new(question: &Question, typed: &Entries, found: &mut BTreeSet<&'static str>) -> Self {
        let answers = match question.asked {
            Asked::Line | Asked::Area(_) => {
                let text = typed.first(question.field).trim();
                if text.is_empty() { vec![] } else { vec![marked(text, found)] }
            }
            Asked::Select(labels) | Asked::Radios(labels) | Asked::Checkboxes(labels) => labels()
                .into_iter()
                .filter(|(slug, _)| typed.has(question.field, slug))
                .map(|(_, label)| vec![Part { text: label.to_owned(), marked: false }])
                .collect(),
        };
        Self { field: question.field, label: question.label.trim_end_matches(" (optional)"), answers }
    }
}

fn marked(text: &str, found: &mut BTreeSet<&'static str>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut push = |text: &str, marked| {
        if !text.is_empty() {
            parts.push(Part { text: text.to_owned(), marked });
        }
    };
    let mut from = 0;
    for span in Identifying::find(text) {
        push(&text[from..span.range.start], false);
        push(&text[span.range.clone()], true);
        from = span.range.end;
        found.insert(span.kind.label());
    }
    push(&text[from..], false);
    parts
}

fn choices(field: &str, labels: &[(&'static str, &'static str)], typed: &Entries) -> Vec<Choice> {
    labels
        .iter()
        .enumerate()
        .map(|(place, (slug, label))| Choice {
            id: if place == 0 { field.to_owned() } else { format!("{field}-{slug}") },
            slug,
            label,
            chosen: typed.has(field, slug),
        })
        .collect()
}

fn code_fields(keep: Option<KeepCode>) -> Vec<(&'static str, String)> {
    keep.map(|keep| vec![("code", keep.code), ("code_tag", keep.tag)]).unwrap_or_default()
}
