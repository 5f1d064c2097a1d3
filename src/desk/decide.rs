//! What the team makes of a report: one form for all of it.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        assessment_table::{AssessmentField, Filled},
        stale::Seen,
    },
    respond::go_to,
    view::{DecidePage, DecideParts},
    visit::Posted,
};
use crate::{
    casebook::{Casebook, CasebookError, MemberView, NewAssessment, NewNote, ReportView},
    domain::{Assessment, AssessmentProblem, Date, Entries, FieldError, MemberId, ReportState, Text},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/decide", get(form).post(decide))
}

/// `GET /reports/{id}/decide`
async fn form(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, |page, casebook, report| {
            let team = owners(report, casebook);
            let typed = Filled::recorded(report).entries();
            let parts = DecideParts { report, team: &team, typed: &typed, errors: &[], changed: false };
            page.show(&DecidePage::new(&page.shell, parts))
        })
        .await
}

/// `POST /reports/{id}/decide`
async fn decide(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let seen = Seen::sent(&page.form)?;
            let team = owners(report, editor.casebook());
            let changed = seen.changed(report.seen());
            let decided = FilledDecision::read(&page.form, report, &team, page.desk.today().today());
            let errors = match (changed.clone(), decided) {
                (None, Ok(decided)) => {
                    if let Some(assessment) = decided.changes(report)? {
                        editor.assess(id, seen, assessment, page.desk.today())?;
                        return go_to(&format!("/reports/{id}#history"));
                    }
                    let nothing = "Change something, or go back to the report";
                    vec![FieldError::new(AssessmentField::Worker.name(), nothing)]
                }
                (changed, decided) => changed.into_iter().chain(decided.err().unwrap_or_default()).collect(),
            };
            let (typed, changed) = (&*page.form, changed.is_some());
            let parts = DecideParts { report, team: &team, typed, errors: &errors, changed };
            page.show_again(&DecidePage::new(&page.shell, parts))
        })
        .await
}

/// What was decided on the form.
struct FilledDecision {
    assessment: Assessment,
    state: ReportState,
    note: Option<Text>,
}

impl FilledDecision {
    fn read(form: &Entries, report: &ReportView, team: &[MemberView], today: Date) -> Result<Self, Vec<FieldError>> {
        let (Filled { mut assessment, state, note }, mut errors) = Filled::read(form, team);
        let mut wrong = |field: AssessmentField, message| {
            // A field that was filled in wrongly has been named already.
            if !errors.iter().any(|error| error.field == field.name()) {
                errors.push(FieldError::new(field.name(), message));
            }
        };
        for problem in assessment.problems(&report.assessment, today) {
            let (field, message) = words(problem);
            wrong(field, message);
        }
        if state.is_none() {
            wrong(AssessmentField::State, "Select where the report stands");
        }
        assessment = assessment.with_what_is_elsewhere(&report.assessment);
        // Taking back every area is an answer too; never having chosen one is none.
        if report.assessment.areas.is_some() {
            assessment.areas.get_or_insert_default();
        }
        match state {
            Some(state) if errors.is_empty() => Ok(Self { assessment, state, note }),
            _ => Err(errors),
        }
    }

    /// What of it is new; none if nothing is.
    fn changes(self, report: &ReportView) -> Result<Option<NewAssessment>, CasebookError> {
        let assessment = (self.assessment != report.assessment).then_some(self.assessment);
        let state = (self.state != report.entry.state).then_some(self.state);
        Ok(NewAssessment::new(assessment, state, self.note.map(NewNote::new).transpose()?))
    }
}

/// Where a problem is put right, and how.
const fn words(problem: AssessmentProblem) -> (AssessmentField, &'static str) {
    match problem {
        AssessmentProblem::ActionNotSaid => (AssessmentField::ActionDetail, "Enter what is done"),
        AssessmentProblem::InactionNotSaid => (AssessmentField::ActionDetail, "Enter why nothing more is done"),
        AssessmentProblem::ActionNotChosen => {
            (AssessmentField::Action, "Select whether anything is done, or leave out the details")
        }
        AssessmentProblem::DayWithoutAction => {
            (AssessmentField::ActionBy, "Leave the date out, or select ‘Further action’")
        }
        AssessmentProblem::KeptUntilThePast => {
            (AssessmentField::DestroyAfter, "The last day on which it is kept must be today or later")
        }
    }
}

/// Those who can be asked to look after a report, and whoever does.
fn owners(report: &ReportView, casebook: &Casebook) -> Vec<MemberView> {
    let mut owners = casebook.readers(report.entry.id);
    let is_there = |id: MemberId| owners.iter().any(|member| member.id == id);
    if let Some(owner) = report.assessment.owner.filter(|id| !is_there(*id)) {
        owners.extend(casebook.team().into_iter().find(|member| member.id == owner));
    }
    owners
}
