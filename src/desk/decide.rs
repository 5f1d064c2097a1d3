//! What the team makes of a report: one form for all of it, and where one goes on from there.

use axum::{Router, http::Uri, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        assessment::changed_answers,
        assessment_table::{AssessmentField, Filled},
        carried::CarriedField,
        keeping::{KeepChoice, last_day, periods, read_choice},
        stale::Seen,
    },
    from::WayBack,
    view::{DecidePage, DecideParts, DecideStart},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, CasebookError, MemberView, NewAssessment, NewNote, ReportView},
    domain::{Assessment, AssessmentProblem, Date, Entries, FieldError, MemberId, ReportId, ReportState, Text},
    http::forms,
};

/// What the button that goes on with the next report sends.
const NEXT: &str = "next";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/decide", get(triage).post(decide))
        .route("/reports/{id}/outcome", get(outcome))
        .route("/reports/{id}/close", get(close))
}

/// `GET /reports/{id}/decide`
async fn triage(visit: Visit, OfReport(id): OfReport, uri: Uri) -> Result<Response, PageError> {
    form(visit, id, uri, DecideStart::Triage).await
}

/// `GET /reports/{id}/outcome`: the same form, with what triage folds away in view.
async fn outcome(visit: Visit, OfReport(id): OfReport, uri: Uri) -> Result<Response, PageError> {
    form(visit, id, uri, DecideStart::Outcome).await
}

/// `GET /reports/{id}/close`: the same form, on which it is closed.
async fn close(visit: Visit, OfReport(id): OfReport, uri: Uri) -> Result<Response, PageError> {
    form(visit, id, uri, DecideStart::Closing).await
}

async fn form(visit: Visit, id: ReportId, uri: Uri, start: DecideStart) -> Result<Response, PageError> {
    let way_back = WayBack::read(&forms::query(&uri));
    visit
        .on_report(id, move |page, casebook, report| {
            let mut filled = Filled::begun(report, casebook.me());
            if start == DecideStart::Closing {
                filled.state = Some(ReportState::Closed);
            }
            show(page, (casebook, report), (&filled.entries(), &[], start), way_back, false)
        })
        .await
}

/// `POST /reports/{id}/decide`
async fn decide(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let seen = Seen::sent(&page.form)?;
            let way_back = WayBack::read(&page.form);
            let casebook = editor.casebook();
            let (team, months) = (owners(report, casebook), periods(&casebook.reference().keeping_periods));
            let changed = seen.changed(report.seen());
            let decided = FilledDecision::read(&page.form, report, (&team, months), page.desk.today().today());
            let errors = match (changed.clone(), decided) {
                (None, Ok(decided)) => {
                    let told = decided.told(report);
                    let goes_on = page.form.first(CarriedField::Then.name()) == NEXT;
                    // Of the queue as it is shown before this takes the report out of it.
                    let next = way_back.next_after(casebook, (page.desk.shown_day(), page.desk.calendar()), id);
                    if let Some(assessment) = decided.changes(report)? {
                        editor.assess(id, seen, assessment, page.desk.today())?;
                        let name = id.in_words();
                        return match (goes_on, next) {
                            (false, _) => page.done(&way_back.report(id), format!("Recorded: {told}.")),
                            (true, Some(next)) => page.done(
                                &way_back.link(&format!("/reports/{next}/decide")),
                                format!("Recorded for {name}: {told}. This is the next."),
                            ),
                            (true, None) => page.done(
                                &way_back.path(),
                                format!("Recorded for {name}: {told}. It was the last of these."),
                            ),
                        };
                    }
                    let nothing = "Change something, or go back to the report";
                    vec![FieldError::new(AssessmentField::Worker.name(), nothing)]
                }
                (changed, decided) => changed.into_iter().chain(decided.err().unwrap_or_default()).collect(),
            };
            let parts = (&*page.form, errors.as_slice(), DecideStart::Triage);
            show(page, (editor.casebook(), report), parts, way_back, changed.is_some())
        })
        .await
}

fn show(
    page: &PageContext,
    (casebook, report): (&Casebook, &ReportView),
    (typed, errors, start): (&Entries, &[FieldError], DecideStart),
    way_back: WayBack,
    changed: bool,
) -> Result<Response, PageError> {
    let (team, today) = (owners(report, casebook), page.desk.today().today());
    let parts = DecideParts { report, team: &team, typed, errors, changed };
    let shown = DecidePage::new(&page.shell, parts).beside(parts, casebook, today).starting(start).back(way_back);
    if errors.is_empty() { page.show(&shown) } else { page.show_again(&shown) }
}

/// What was decided on the form.
struct FilledDecision {
    assessment: Assessment,
    state: ReportState,
    note: Option<Text>,
}

impl FilledDecision {
    fn read(
        form: &Entries,
        report: &ReportView,
        (team, periods): (&[MemberView], &[u32]),
        today: Date,
    ) -> Result<Self, Vec<FieldError>> {
        let (Filled { mut assessment, state, note }, mut errors) = Filled::read(form, team);
        let mut wrong = |error: FieldError| {
            // A field that was filled in wrongly has been named already.
            if !errors.iter().any(|known| known.field == error.field) {
                errors.push(error);
            }
        };
        match keep(form, periods, (report, state), (assessment.destroy_after, today)) {
            Ok(until) => assessment.destroy_after = until,
            Err(error) => wrong(error),
        }
        for problem in assessment.problems(&report.assessment, today) {
            let (field, message) = words(problem);
            wrong(FieldError::new(field.name(), message));
        }
        if state.is_none() {
            wrong(FieldError::new(AssessmentField::State.name(), "Select where the report stands"));
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

    /// What changes, as a sentence names it.
    fn told(&self, report: &ReportView) -> String {
        let Self { assessment, state, note } = self;
        let now = Filled { assessment: assessment.clone(), state: Some(*state), note: note.clone() };
        let changed = changed_answers(&Filled::recorded(report), &now);
        changed.join("; ").to_lowercase()
    }

    /// What of it is new; none if nothing is.
    fn changes(self, report: &ReportView) -> Result<Option<NewAssessment>, CasebookError> {
        let assessment = (self.assessment != report.assessment).then_some(self.assessment);
        let state = (self.state != report.entry.state).then_some(self.state);
        Ok(NewAssessment::new(assessment, state, self.note.map(NewNote::new).transpose()?))
    }
}

/// The last day on which it is kept: that of the chosen period, counted from the day on which it was closed or from today,
/// or the date that was typed.
fn keep(
    form: &Entries,
    periods: &[u32],
    (report, state): (&ReportView, Option<ReportState>),
    (typed, today): (Option<Date>, Date),
) -> Result<Option<Date>, FieldError> {
    match read_choice(form, periods)? {
        KeepChoice::AsDated => Ok(typed),
        KeepChoice::Months(_) if typed.is_some() && typed != report.assessment.destroy_after => {
            Err(FieldError::new(AssessmentField::DestroyAfter.name(), "Select a period or enter a date, not both"))
        }
        KeepChoice::Months(months) => {
            let is_closed = state == Some(ReportState::Closed);
            let from = report.closed_on.filter(|_| is_closed).unwrap_or(today);
            // A period that is over by now would be a day that is over.
            Ok(Some(last_day(from, months).max(today)))
        }
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
        // It is asked elsewhere, and stays as it is here.
        AssessmentProblem::SeenToLater => (AssessmentField::Worker, "Say anew whether the danger is seen to"),
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
