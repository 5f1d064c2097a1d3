//! The form on which a reviewer says what the team makes of a report.

use std::fmt;

use askama::{Template, filters::HtmlSafe};

use super::{Shell, date_field::DateField, promise::OpenPromise};
use crate::{
    casebook::{MemberView, ReportView},
    desk::form::{
        assessment::{Newer, newer},
        assessment_table::{Ask, AssessmentQuestion, AssessmentSection, Hint, QUESTIONS},
        stale::Seen,
    },
    domain::{Entries, FieldError, ReportId},
    http::Field,
};

/// Questions with what was answered so far, in the order of the page.
#[derive(Template)]
#[template(path = "desk/decide.html")]
pub(in crate::desk) struct DecidePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    seen: Seen,
    errors: &'a [FieldError],
    /// What is recorded now that is not what the form says, if somebody recorded something meanwhile.
    newer: Option<Vec<Newer>>,
    triage: Vec<ShownQuestion>,
    areas: Vec<ShownQuestion>,
    work: Vec<ShownQuestion>,
    promises: Vec<OpenPromise>,
    outcome: Vec<ShownQuestion>,
    keeping: Vec<ShownQuestion>,
}

/// What such a page is made from.
#[derive(Clone, Copy)]
pub(in crate::desk) struct DecideParts<'a> {
    pub(in crate::desk) report: &'a ReportView,
    /// Who can look after it.
    pub(in crate::desk) team: &'a [MemberView],
    pub(in crate::desk) typed: &'a Entries,
    pub(in crate::desk) errors: &'a [FieldError],
    /// Whether the report changed since the form was made.
    pub(in crate::desk) changed: bool,
}

/// A question with its answer, ready to be put on a page.
enum ShownQuestion {
    Field(Field),
    Day(DateField),
}

impl<'a> DecidePage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, parts: DecideParts<'a>) -> Self {
        let DecideParts { report, team, typed, errors, changed } = parts;
        let section = |section| -> Vec<ShownQuestion> {
            let questions = QUESTIONS.iter().filter(|question| question.section == section);
            questions.map(|question| ShownQuestion::new(question, &parts)).collect()
        };
        Self {
            shell,
            id: report.entry.id,
            seen: report.seen(),
            errors,
            newer: changed.then(|| newer(report, team, typed)),
            triage: section(AssessmentSection::Triage),
            areas: section(AssessmentSection::Areas),
            work: section(AssessmentSection::WhoAndWhere),
            promises: OpenPromise::open(report),
            outcome: section(AssessmentSection::Outcome),
            keeping: section(AssessmentSection::KeepingAndNotes),
        }
    }
}

impl ShownQuestion {
    fn new(question: &AssessmentQuestion, parts: &DecideParts<'_>) -> Self {
        let DecideParts { report, team, typed, errors, .. } = *parts;
        let id = question.field.name();
        let hint = match question.hint {
            Hint::None => String::new(),
            Hint::Is(hint) => hint.to_owned(),
            Hint::ChosenAreas => chosen_by_person(report),
        };
        let field = match &question.ask {
            Ask::Choice { input, choices, .. } => {
                Field::offering(id, question.label, input, choices(team), typed, errors)
            }
            Ask::Text { input, .. } => Field::new(id, question.label, input, typed, errors),
            Ask::Day { names, .. } => return Self::Day(DateField::new(names, question.label, hint, typed, errors)),
        };
        Self::Field(field.hint(hint))
    }
}

impl fmt::Display for ShownQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(f),
            Self::Day(field) => field.fmt(f),
        }
    }
}

// The templates of both escape whatever is in them.
impl HtmlSafe for ShownQuestion {}

fn chosen_by_person(report: &ReportView) -> String {
    if report.chosen_areas.is_empty() {
        return "The person chose none. Leave it empty while you do not know".into();
    }
    let chosen: Vec<_> = report.chosen_areas.iter().map(|area| area.label()).collect();
    format!("The person chose: {}", chosen.join("; "))
}
