//! What the team makes of a report: one form for all of it.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        questions::{AssessmentField, Filled},
        stale::Seen,
    },
    respond::go_to,
    view::{DecidePage, DecideParts},
    visit::Posted,
};
use crate::{
    casebook::{Casebook, MemberView, NewDecision, ReportView},
    domain::{Action, Assessment, Date, Entries, FieldError, MemberId, ReportState, Text},
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
            let changed = seen.changed(Seen::of(report));
            let decided = Decided::read(&page.form, report, &team, page.desk.today().today());
            let errors = match (changed.clone(), decided) {
                (None, Ok(decided)) if decided.is_nothing(report) => {
                    vec![FieldError::new(AssessmentField::Worker.name(), "Change something, or go back to the report")]
                }
                (None, Ok(decided)) => {
                    editor.decide(id, decided.new_decision(report, seen), page.desk.today())?;
                    return go_to(&format!("/reports/{id}#history"));
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
struct Decided {
    assessment: Assessment,
    state: ReportState,
    note: Option<Text>,
}

impl Decided {
    fn read(form: &Entries, report: &ReportView, team: &[MemberView], today: Date) -> Result<Self, Vec<FieldError>> {
        let (Filled { mut assessment, state, note }, mut errors) = Filled::read(form, team);
        let mut wrong = |field: AssessmentField, message| {
            // A field that was filled in wrongly has been named already.
            if !errors.iter().any(|error| error.field == field.name()) {
                errors.push(FieldError::new(field.name(), message));
            }
        };
        match (assessment.action, &assessment.action_detail) {
            (Some(Action::FurtherAction), None) => wrong(AssessmentField::ActionDetail, "Enter what is done"),
            (Some(Action::NoFurtherAction), None) => {
                wrong(AssessmentField::ActionDetail, "Enter why nothing more is done");
            }
            (None, Some(_)) => {
                wrong(AssessmentField::Action, "Select whether anything is done, or leave out the details");
            }
            _ => {}
        }
        if assessment.action_by.is_some() && assessment.action != Some(Action::FurtherAction) {
            wrong(AssessmentField::ActionBy, "Leave the date out, or select ‘Further action’");
        }
        let was = report.assessment.destroy_after;
        if assessment.destroy_after.is_some_and(|day| day < today && was != Some(day)) {
            wrong(AssessmentField::DestroyAfter, "The last day on which it is kept must be today or later");
        }
        if state.is_none() {
            wrong(AssessmentField::State, "Select where the report stands");
        }
        // Taking back every area is an answer too; never having chosen one is none.
        if report.assessment.areas.is_some() {
            assessment.areas.get_or_insert_default();
        }
        match state {
            Some(state) if errors.is_empty() => Ok(Self { assessment, state, note }),
            _ => Err(errors),
        }
    }

    fn is_nothing(&self, report: &ReportView) -> bool {
        self.assessment == report.assessment && self.state == report.entry.state && self.note.is_none()
    }

    fn new_decision(self, report: &ReportView, seen: Seen) -> NewDecision {
        NewDecision {
            assessment: (self.assessment != report.assessment).then_some(self.assessment),
            state: (self.state != report.entry.state).then_some(self.state),
            note: self.note,
            read: Some(seen.read),
            seen: Some(seen.version),
            ..NewDecision::default()
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
