//! The pages that ask the questions and show the answers.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use super::{
    Shell,
    promise::{PromiseRow, promises},
};
use crate::{
    domain::{
        Clock, ClockKind, Concern, ConcernField, Entries, FieldError, FormField, Given, Identifying, Prompt, Route,
        prompts,
    },
    http::{Day, Field},
    web::config::LimitsConfig,
};

/// A field, under a heading where a part of the form begins.
struct HeadedField {
    heading: Option<&'static str>,
    field: Field,
}

impl HeadedField {
    fn new(prompt: &Prompt, typed: &Entries, errors: &[FieldError]) -> Self {
        let id = prompt.field.slug();
        let choices = prompt.choices(|slug| typed.has(id, slug));
        let field = Field::offering(id, prompt.full_label(), &prompt.input, choices, typed, errors);
        Self { heading: prompt.heading, field: field.hint(prompt.hint.clone()) }
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
    fields: Vec<HeadedField>,
}

impl<'a> FormPage<'a> {
    /// A new form. With a route that is known the page does not ask for it.
    pub(in crate::web) fn empty(shell: &'a Shell, route: Option<Route>) -> Self {
        let mut typed = Entries::default();
        if let Some(route) = route {
            typed.push(ConcernField::Route.slug().into(), route.slug().into());
        }
        let mut page = Self::with(shell, &typed, &[], None);
        if let Some(route) = route {
            page.fields.retain(|headed| headed.field.id != ConcernField::Route.slug());
            page.hidden.push((ConcernField::Route.slug(), route.slug().to_owned()));
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
        let route = Route::from_slug(typed.first(ConcernField::Route.slug()));
        let prompts = prompts(route, |field| typed.all(field.slug()).any(|value| !value.is_empty()));
        Self {
            shell,
            heading: match route {
                None => "Tell us about it",
                Some(Route::StaffConcern) => "Raise a serious concern",
                Some(Route::PatientChoice) => "Tell us that you were refused a choice",
                Some(Route::Procurement) => "Raise a procurement or competition issue",
                Some(Route::ServiceComplaint) => "Complain about us",
            },
            needed: prompts.iter().filter(|prompt| prompt.is_needed).map(|prompt| prompt.label).collect(),
            errors,
            hidden: code_fields(keep),
            fields: prompts.iter().map(|prompt| HeadedField::new(prompt, typed, errors)).collect(),
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
    rows: Vec<AnswerRow>,
    found: BTreeSet<&'static str>,
    attachments: usize,
    attachment_mib: u64,
    notice_due: Day,
    promises: Vec<PromiseRow>,
    /// Whether it is a complaint about personal data, which the receipt acknowledges.
    is_about_data: bool,
}

/// A question and what was answered, nothing for no answer.
struct AnswerRow {
    field: &'static str,
    label: &'static str,
    answers: Vec<Vec<MarkedPart>>,
    /// What in the answer may show who someone is.
    found: Vec<&'static str>,
}

/// A part of an answer, marked if it may show who someone is.
struct MarkedPart {
    text: String,
    marked: bool,
}

impl<'a> CheckPage<'a> {
    /// All answers, the code for the receipt, and the clocks that would start today. None without a notice clock.
    pub(in crate::web) fn new(
        shell: &'a Shell,
        limits: LimitsConfig,
        route: Route,
        concern: &Concern,
        errors: &'a [FieldError],
        keep: KeepCode,
        clocks: &[Clock],
    ) -> Option<Self> {
        let notice = clocks.iter().find(|clock| clock.kind == ClockKind::InformationUseNotice)?;
        let open: Vec<Clock> = clocks.iter().copied().filter(|clock| clock.met_on.is_none()).collect();
        let mut given = BTreeMap::from([(ConcernField::Route, Given::Choices(vec![route.labelled()]))]);
        given.extend(concern.answers().map(|answered| (answered.field, answered.given)));
        let mut hidden = Vec::new();
        for (field, given) in &given {
            match given {
                Given::Text(text) => hidden.push((field.slug(), text.as_str().to_owned())),
                Given::Choices(chosen) => {
                    hidden.extend(chosen.iter().map(|(slug, _)| (field.slug(), (*slug).to_owned())));
                }
            }
        }
        hidden.extend(code_fields(Some(keep)));
        let prompts = prompts(Some(route), |field| given.contains_key(&field));
        let rows: Vec<AnswerRow> =
            prompts.iter().map(|prompt| AnswerRow::new(prompt, given.get(&prompt.field))).collect();
        Some(Self {
            shell,
            errors,
            hidden,
            found: rows.iter().flat_map(|row| row.found.iter().copied()).collect(),
            rows,
            attachments: limits.attachments,
            attachment_mib: limits.attachment_mib,
            notice_due: Day(notice.due_on),
            promises: promises(&open),
            is_about_data: concern.promises(route).any(|promise| promise == Clock::DATA_ACKNOWLEDGEMENT),
        })
    }
}

impl AnswerRow {
    fn new(prompt: &Prompt, given: Option<&Given<'_>>) -> Self {
        let mut found = BTreeSet::new();
        let answers = match given {
            None => vec![],
            Some(Given::Text(text)) => vec![marked(text.as_str(), &mut found)],
            Some(Given::Choices(chosen)) => {
                let is_chosen = |slug: &str| chosen.iter().any(|(known, _)| *known == slug);
                let shown = prompt.choices(is_chosen).filter(|(slug, _)| is_chosen(slug));
                shown.map(|(_, label)| vec![MarkedPart { text: label.to_owned(), marked: false }]).collect()
            }
        };
        Self { field: prompt.field.slug(), label: prompt.label, answers, found: found.into_iter().collect() }
    }
}

fn marked(text: &str, found: &mut BTreeSet<&'static str>) -> Vec<MarkedPart> {
    let mut parts = Vec::new();
    let mut push = |text: &str, marked| {
        if !text.is_empty() {
            parts.push(MarkedPart { text: text.to_owned(), marked });
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
    keep.map(|keep| vec![(FormField::Code.slug(), keep.code), (FormField::CodeTag.slug(), keep.tag)])
        .unwrap_or_default()
}
