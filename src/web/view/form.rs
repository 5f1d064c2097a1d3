//! The pages that ask the questions and show the answers.

use std::collections::BTreeSet;

use askama::Template;

use super::{
    Promise, Shell, promises,
    questions::{Asked, QUESTIONS, Question, questions},
};
use crate::{
    domain::{Clock, ClockKind, Entries, FieldError, Identifying, Route},
    http::{Choice, Day, Field, Kind},
    web::config::LimitsConfig,
};

/// A field, under a heading where a part of the form begins.
struct Asking {
    section: Option<&'static str>,
    field: Field,
}

impl Asking {
    fn new(question: &Question, typed: &Entries, errors: &[FieldError]) -> Self {
        let typed_text = || typed.first(question.field).to_owned();
        let choices = || Choice::list(question.field, question.labels(typed), typed);
        let kind = match question.asked {
            Asked::Line => Kind::Line(typed_text()),
            Asked::Area(rows) => Kind::Area(typed_text(), rows),
            Asked::Select(_) => Kind::Select("Not answered", choices()),
            Asked::Radios(_) => Kind::Radios(choices()),
            Asked::Checkboxes(_) => Kind::Checkboxes(choices()),
        };
        let field = Field::new(question.field, question.label, kind, errors);
        Self {
            section: (!question.section.is_empty()).then_some(question.section),
            field: if question.hint.is_empty() { field } else { field.hint(question.hint) },
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
#[template(path = "box/form.html")]
pub(in crate::web) struct FormPage<'a> {
    shell: &'a Shell,
    heading: &'static str,
    /// The questions that need an answer.
    needed: Vec<&'static str>,
    errors: &'a [FieldError],
    hidden: Vec<(&'static str, String)>,
    asked: Vec<Asking>,
}

impl<'a> FormPage<'a> {
    /// A new form. With a route that is known the page does not ask for it.
    pub(in crate::web) fn empty(shell: &'a Shell, route: Option<Route>) -> Self {
        let mut typed = Entries::default();
        if let Some(route) = route {
            typed.push("route".into(), route.slug().into());
        }
        let mut page = Self::with(shell, &typed, &[], None);
        if let Some(route) = route {
            page.asked.retain(|asking| asking.field.id != "route");
            page.hidden.push(("route", route.slug().to_owned()));
            page.needed.remove(0);
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
        let questions = questions(typed);
        Self {
            shell,
            heading: match Route::from_slug(typed.first("route")) {
                None => "Tell us about it",
                Some(Route::StaffConcern) => "Raise a serious concern",
                Some(Route::PatientChoice) => "Tell us that you were refused a choice",
                Some(Route::Procurement) => "Raise a procurement or competition issue",
                Some(Route::ServiceComplaint) => "Complain about us",
            },
            needed: questions.iter().filter(|question| question.is_needed()).map(|question| question.label).collect(),
            errors,
            hidden: code_fields(keep),
            asked: questions.iter().map(|question| Asking::new(question, typed, errors)).collect(),
        }
    }
}

/// The page on which answers are checked and files chosen.
#[derive(Template)]
#[template(path = "box/check.html")]
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
    /// What in the answer may show who someone is.
    found: Vec<&'static str>,
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
        let rows: Vec<Row> = questions(typed).iter().map(|question| Row::new(question, typed)).collect();
        found.extend(rows.iter().flat_map(|row| row.found.iter().copied()));
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
    fn new(question: &Question, typed: &Entries) -> Self {
        let mut found = BTreeSet::new();
        let answers = match question.asked {
            Asked::Line | Asked::Area(_) => {
                let text = typed.first(question.field).trim();
                if text.is_empty() { vec![] } else { vec![marked(text, &mut found)] }
            }
            Asked::Select(_) | Asked::Radios(_) | Asked::Checkboxes(_) => question
                .labels(typed)
                .into_iter()
                .filter(|(slug, _)| typed.has(question.field, slug))
                .map(|(_, label)| vec![Part { text: label.to_owned(), marked: false }])
                .collect(),
        };
        Self {
            field: question.field,
            label: question.label.trim_end_matches(" (optional)"),
            answers,
            found: found.into_iter().collect(),
        }
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

fn code_fields(keep: Option<KeepCode>) -> Vec<(&'static str, String)> {
    keep.map(|keep| vec![("code", keep.code), ("code_tag", keep.tag)]).unwrap_or_default()
}
