//! What the team makes of a report: one form for all of it.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{date::DateNames, stale::Seen, text::optional_text},
    respond::go_to,
    view::{DecidePage, DecideParts, decide::*},
    visit::Posted,
};
use crate::{
    casebook::{Casebook, MemberView, NewDecision, ReportView},
    domain::{
        Action, Area, Assessment, Date, Entries, FailureKind, FieldError, Finding, MemberId, ReportState, Risk, Text,
        YesNo,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
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
            let typed = as_it_is(report);
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
                    vec![FieldError::new(WORKER, "Change something, or go back to the report")]
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
        let mut reader = Reader { form, errors: Vec::new() };
        let worker = reader.choice(WORKER, YesNo::from_slug);
        let in_remit = reader.choice(IN_REMIT, YesNo::from_slug);
        let failures = reader.choices(FAILURE, FailureKind::from_slug);
        let risk = reader.choice(RISK, Risk::from_slug);
        let areas = reader.choices(AREA, Area::from_slug);
        let area_reason = reader.text(AREA_REASON, "Why these areas", DETAIL_MAX);
        let owner = reader.choice(OWNER, |id| {
            let id: MemberId = id.parse().ok()?;
            team.iter().any(|member| member.id == id).then_some(id)
        });
        let state = reader.choice(STATE, ReportState::from_slug);
        let action = reader.choice(ACTION, Action::from_slug);
        let action_detail = reader.text(ACTION_DETAIL, "What is done, or why nothing is,", DETAIL_MAX);
        let action_by = reader.date(&ACTION_BY);
        let finding = reader.choice(FINDING, Finding::from_slug);
        let detriment = reader.choice(DETRIMENT, YesNo::from_slug);
        let destroy_after = reader.date(&DESTROY_AFTER);
        let note = reader.text(NOTE, "Note", MESSAGE_MAX);

        match (action, &action_detail) {
            (Some(Action::FurtherAction), None) => reader.wrong(ACTION_DETAIL, "Enter what is done"),
            (Some(Action::NoFurtherAction), None) => reader.wrong(ACTION_DETAIL, "Enter why nothing more is done"),
            (None, Some(_)) => reader.wrong(ACTION, "Select whether anything is done, or leave out the details"),
            _ => {}
        }
        if action_by.is_some() && action != Some(Action::FurtherAction) {
            reader.wrong(ACTION_BY.day, "Leave the date out, or select ‘Further action’");
        }
        let was = report.assessment.destroy_after;
        if destroy_after.is_some_and(|day| day < today && was != Some(day)) {
            reader.wrong(DESTROY_AFTER.day, "The last day on which it is kept must be today or later");
        }
        let (Some(state), true) = (state, reader.errors.is_empty()) else {
            if state.is_none() {
                reader.wrong(STATE, "Select where the report stands");
            }
            return Err(reader.errors);
        };
        // Taking back every area is an answer too; never having chosen one is none.
        let areas = (!areas.is_empty() || report.assessment.areas.is_some()).then(|| in_order(&areas));
        let assessment = Assessment {
            areas,
            area_reason,
            worker,
            in_remit,
            failures: FailureKind::ALL.iter().copied().filter(|kind| failures.contains(kind)).collect(),
            risk,
            owner,
            action,
            action_detail,
            action_by,
            finding,
            detriment,
            destroy_after,
        };
        Ok(Self { assessment, state, note })
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

/// Reads a form field by field, and keeps what is wrong in the order of the page.
struct Reader<'a> {
    form: &'a Entries,
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    fn wrong(&mut self, field: &'static str, message: &str) {
        // A field that was filled in wrongly has been named already.
        if !self.errors.iter().any(|error| error.field == field) {
            self.errors.push(FieldError::new(field, message));
        }
    }

    fn choice<T>(&mut self, field: &'static str, from_slug: impl Fn(&str) -> Option<T>) -> Option<T> {
        let slug = self.form.first(field);
        let choice = from_slug(slug);
        if choice.is_none() && !slug.is_empty() {
            self.wrong(field, "Select an answer from the list");
        }
        choice
    }

    fn choices<T>(&mut self, field: &'static str, from_slug: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let chosen: Vec<Option<T>> = self.form.all(field).map(from_slug).collect();
        if chosen.iter().any(Option::is_none) {
            self.wrong(field, "Select answers from the list");
        }
        chosen.into_iter().flatten().collect()
    }

    fn text(&mut self, field: &'static str, name: &str, max: usize) -> Option<Text> {
        optional_text(self.form, field, name, max).unwrap_or_else(|error| {
            self.errors.push(error);
            None
        })
    }

    fn date(&mut self, names: &DateNames) -> Option<Date> {
        names.read(self.form).unwrap_or_else(|error| {
            self.errors.push(error);
            None
        })
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

/// Areas once each, as every page orders them.
pub(super) fn in_order(areas: &[Area]) -> Vec<Area> {
    Area::ALL.iter().copied().filter(|area| areas.contains(area)).collect()
}
