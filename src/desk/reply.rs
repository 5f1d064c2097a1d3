//! A reply: its text, a look at it as the person will see it, and recording it.

use std::ops::ControlFlow;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit, letter,
    respond::{go_to, page},
    seen::{OfReport, Seen},
    session::Posted,
    view::{Shell, letter::*},
};
use crate::{
    casebook::{MemberView, NewDecision, ReportView},
    domain::{AnswerKind, Date, Entries, FieldError, Text},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/reply", get(write).post(write_on))
        .route("/reports/{id}/reply/preview", post(preview))
        .route("/reports/{id}/reply/record", post(record))
}

/// `GET /reports/{id}/reply`
async fn write(State(desk): State<Desk>, visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let report = bench.casebook()?.show(id, desk.shown_day(), desk.calendar())?;
        let nothing = Entries::default();
        let draft = draft(&nothing, Seen::of(&report));
        page(StatusCode::OK, &WritePage::new(&shell, &report, &draft, "", &[]))
    })
    .await
}

/// `POST /reports/{id}/reply`: back from the preview.
async fn write_on(
    State(desk): State<Desk>,
    visit: Visit,
    OfReport(id): OfReport,
    form: Posted,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let report = bench.casebook()?.show(id, desk.shown_day(), desk.calendar())?;
        let draft = draft(&form, Seen::sent(&form)?);
        page(StatusCode::OK, &WritePage::new(&shell, &report, &draft, form.first(TEXT), &[]))
    })
    .await
}

/// `POST /reports/{id}/reply/preview`
async fn preview(
    State(desk): State<Desk>,
    visit: Visit,
    OfReport(id): OfReport,
    form: Posted,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let report = bench.casebook()?.show(id, desk.shown_day(), desk.calendar())?;
        let step = Step { shell: &shell, report: &report, form: &form, seen: Seen::sent(&form)? };
        match step.read()? {
            ControlFlow::Continue(text) => step.preview(desk.today().today(), &text, &[], None),
            ControlFlow::Break(again) => Ok(again),
        }
    })
    .await
}

/// `POST /reports/{id}/reply/record`
async fn record(
    State(desk): State<Desk>,
    visit: Visit,
    OfReport(id): OfReport,
    form: Posted,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let mut editor = bench.edit()?;
        let report = editor.casebook().show(id, desk.shown_day(), desk.calendar())?;
        let (sent, now) = (Seen::sent(&form)?, Seen::of(&report));
        let step = Step { shell: &shell, report: &report, form: &form, seen: sent };
        let text = match step.read()? {
            ControlFlow::Continue(text) => text,
            ControlFlow::Break(again) => return Ok(again),
        };
        // What is new is shown with this page, so the next one may be recorded.
        let step = Step { seen: now, ..step };
        let changed = sent.changed(now);
        let errors: Vec<FieldError> = changed.clone().into_iter().chain(letter::unchecked(&form)).collect();
        if !errors.is_empty() {
            let team = editor.casebook().team();
            return step.preview(desk.today().today(), &text, &errors, changed.map(|_| team.as_slice()));
        }
        let decision = NewDecision {
            reply: Some(text),
            read: Some(sent.read),
            seen: Some(sent.version),
            ..NewDecision::default()
        };
        editor.decide(id, decision, desk.today())?;
        go_to(&format!("/reports/{id}#messages"))
    })
    .await
}

struct Step<'a> {
    shell: &'a Shell,
    report: &'a ReportView,
    form: &'a Entries,
    /// What the page's form carries on.
    seen: Seen,
}

impl Step<'_> {
    /// The text, or the page on which something is wrong.
    fn read(&self) -> Result<ControlFlow<Response, Text>, PageError> {
        let errors = match letter::read(self.form, AnswerKind::Reply) {
            _ if letter::blocked(self.report).is_some() => Vec::new(),
            Ok(text) => return Ok(ControlFlow::Continue(text)),
            Err(error) => vec![error],
        };
        let (draft, text) = (draft(self.form, self.seen), self.form.first(TEXT));
        let again = WritePage::new(self.shell, self.report, &draft, text, &errors);
        page(StatusCode::UNPROCESSABLE_ENTITY, &again).map(ControlFlow::Break)
    }

    fn preview(
        &self,
        on: Date,
        text: &Text,
        errors: &[FieldError],
        changed: Option<&[MemberView]>,
    ) -> Result<Response, PageError> {
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let parts = PreviewParts {
            report: self.report,
            draft: draft(self.form, self.seen),
            text: text.as_str(),
            on,
            areas: self.report.assessment.areas.clone().unwrap_or_default(),
            approval: None,
            errors,
            changed,
        };
        page(status, &PreviewPage::new(self.shell, parts))
    }
}

fn draft(typed: &Entries, seen: Seen) -> Draft<'_> {
    Draft { kind: AnswerKind::Reply, supplementary: false, typed, seen }
}
