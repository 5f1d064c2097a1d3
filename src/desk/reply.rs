//! A reply: its text, a look at it as the person will see it, and recording it.

use std::ops::ControlFlow;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    correspondence,
    form::correspondence::{AnswerField, read_text},
    letter_step::{Again, LetterStep},
    respond::go_to,
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Letter, NewReply, ReportView},
    domain::{Area, Text},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/reply", get(write).post(write_on))
        .route("/reports/{id}/reply/preview", post(preview))
        .route("/reports/{id}/reply/record", post(record))
}

/// `GET /reports/{id}/reply`
async fn write(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit.on_report(id, |page, _, report| LetterStep::begin(page, report, Letter::Reply).write("")).await
}

/// `POST /reports/{id}/reply`: back from the preview.
async fn write_on(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, _, report| {
            LetterStep::sent(page, report, Letter::Reply)?.write(page.form.first(AnswerField::Text.name()))
        })
        .await
}

/// `POST /reports/{id}/reply/preview`
async fn preview(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, casebook, report| {
            let step = LetterStep::sent(page, report, Letter::Reply)?;
            match read(page, report, &step)? {
                ControlFlow::Continue(text) => step.preview(casebook, &text, areas(report), &Again::default()),
                ControlFlow::Break(again) => Ok(again),
            }
        })
        .await
}

/// `POST /reports/{id}/reply/record`
async fn record(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let step = LetterStep::sent(page, report, Letter::Reply)?;
            let text = match read(page, report, &step)? {
                ControlFlow::Continue(text) => text,
                ControlFlow::Break(again) => return Ok(again),
            };
            if let Some((step, again)) = step.hindered() {
                return step.preview(editor.casebook(), &text, areas(report), &again);
            }
            editor.reply(id, step.seen, NewReply::new(text)?, page.desk.today())?;
            go_to(&format!("/reports/{id}#messages"))
        })
        .await
}

/// The text, or the page on which something is wrong.
fn read(
    page: &PageContext,
    report: &ReportView,
    step: &LetterStep<'_>,
) -> Result<ControlFlow<Response, Text>, PageError> {
    let typed = page.form.first(AnswerField::Text.name());
    if correspondence::blocked(report, Letter::Reply).is_some() {
        return step.write_again(typed, &[]).map(ControlFlow::Break);
    }
    match read_text(&page.form, Letter::Reply) {
        Ok(text) => Ok(ControlFlow::Continue(text)),
        Err(error) => step.write_again(typed, &[error]).map(ControlFlow::Break),
    }
}

/// What the person sees beside a reply.
fn areas(report: &ReportView) -> Vec<Area> {
    report.assessment.areas.clone().unwrap_or_default()
}
