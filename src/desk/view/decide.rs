//! The form on which a reviewer says what the team makes of a report.

use std::fmt;

use askama::{Template, filters::HtmlSafe};

use super::{Shell, date_field::DateField, messages::Beside, promise::OpenPromise};
use crate::{
    casebook::{Casebook, MemberView, ReportView},
    desk::{
        form::{
            assessment::{Newer, newer},
            assessment_table::{Ask, AssessmentQuestion, AssessmentSection, Hint, QUESTIONS},
            keeping::{ANOTHER_DATE, KeepField, in_words, last_day, periods},
            question::AskedField,
            stale::Seen,
        },
        from::WayBack,
    },
    domain::{Date, Entries, FieldError, ReportId},
    http::{Day, Field},
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
    more: Vec<ShownQuestion>,
    promises: Vec<OpenPromise>,
    outcome: Vec<ShownQuestion>,
    /// For how long it is kept, as one of the team's periods.
    keep_for: Option<Field>,
    keeping: Vec<ShownQuestion>,
    /// Whether what triage folds away is in view.
    is_unfolded: bool,
    /// What was said.
    beside: Option<Beside>,
    way_back: WayBack,
}

/// With what such a page begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum DecideStart {
    /// What it is, and who looks after it.
    Triage,
    /// What came of it.
    Outcome,
    /// That it is closed.
    Closing,
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
        let folded: Vec<&str> =
            QUESTIONS.iter().filter(|question| question.section.is_folded()).flat_map(|asked| asked.names()).collect();
        let is_folded = |error: &FieldError| folded.contains(&error.field) || error.field == KeepField::Period.name();
        Self {
            shell,
            id: report.entry.id,
            seen: report.seen(),
            errors,
            is_unfolded: errors.iter().any(is_folded),
            keep_for: None,
            beside: None,
            way_back: WayBack::default(),
            more: section(AssessmentSection::MoreAboutIt),
            newer: changed.then(|| newer(report, team, typed)),
            triage: section(AssessmentSection::Triage),
            areas: section(AssessmentSection::Areas),
            work: section(AssessmentSection::WhoAndWhere),
            promises: OpenPromise::open(report),
            outcome: section(AssessmentSection::Outcome),
            keeping: section(AssessmentSection::KeepingAndNotes),
        }
    }

    /// The same with what was said beside it, and with the team's periods to choose from, as on a day.
    pub(in crate::desk) fn beside(self, parts: DecideParts<'_>, casebook: &Casebook, today: Date) -> Self {
        let DecideParts { report, typed, errors, .. } = parts;
        let from = report.closed_on.unwrap_or(today);
        let offered = periods(&casebook.reference().keeping_periods).iter().map(|months| {
            let until = Day(last_day(from, *months)).in_words();
            (months.to_string(), format!("{}, until {until}", in_words(*months)))
        });
        let other = [(ANOTHER_DATE.to_owned(), "Until the date below".to_owned())];
        let open = [(String::new(), "As the date below says, or not decided yet".to_owned())];
        let is_dated = report.assessment.destroy_after.is_some();
        let last = if is_dated { other } else { open };
        let mut chosen = typed.copy();
        if is_dated && !typed.iter().any(|(name, _)| name == KeepField::Period.name()) {
            chosen.push(KeepField::Period.name().to_owned(), ANOTHER_DATE.to_owned());
        }
        let hint = match report.closed_on {
            Some(on) => format!("Counted from {}, when it was closed", Day(on).in_words()),
            None => "Counted from today. Say it once you close the report".to_owned(),
        };
        let keep_for = KeepField::Period.offering(offered.chain(last), &chosen, errors).hint(hint);
        Self { keep_for: Some(keep_for), beside: Some(Beside::new(report, casebook, false)), ..self }
    }

    /// The same, beginning with something.
    pub(in crate::desk) fn starting(self, start: DecideStart) -> Self {
        Self { is_unfolded: self.is_unfolded || start != DecideStart::Triage, ..self }
    }

    fn report_path(&self) -> String {
        self.way_back.report(self.id)
    }

    /// The same, with the way back to the queue from which the report was opened.
    pub(in crate::desk) fn back(self, way_back: WayBack) -> Self {
        Self { way_back, ..self }
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
