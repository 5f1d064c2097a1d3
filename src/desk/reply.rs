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
    drafts::filled,
    form::correspondence::{AnswerField, LetterText, read_text},
    letter_step::{Again, LetterStep},
    saved_texts::put_in,
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, Letter, NewReply, ReportView},
    domain::Area,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/reply", get(write).post(write_on))
        .route("/reports/{id}/reply/put-in", post(put_in_text))
        .route("/reports/{id}/reply/preview", post(preview))
        .route("/reports/{id}/reply/record", post(record))
}

/// `GET /reports/{id}/reply`: with this member's draft, if one waits.
async fn write(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, |page, casebook, report| {
            let typed = filled(casebook.my_draft(report.entry.id, Letter::Reply.kind())?.as_ref());
            let step = LetterStep::begin(page, report, Letter::Reply, &typed);
            step.write(casebook, typed.first(AnswerField::Text.name()))
        })
        .await
}

/// `POST /reports/{id}/reply`: back from the preview.
async fn write_on(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, casebook, report| {
            LetterStep::sent(page, report, Letter::Reply)?.write(casebook, page.form.first(AnswerField::Text.name()))
        })
        .await
}

/// `POST /reports/{id}/reply/put-in`
async fn put_in_text(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted.on_report(id, |page, casebook, report| put_in(page, casebook, report, Letter::Reply)).await
}

/// `POST /reports/{id}/reply/preview`: what is looked at is kept as a draft.
async fn preview(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, |page, editor, report| {
            let step = LetterStep::sent(page, report, Letter::Reply)?;
            match read(page, editor.casebook(), report, &step)? {
                ControlFlow::Continue(text) => {
                    step.keep(editor, &text.typed)?;
                    step.preview(editor.casebook(), &text, areas(report), &Again::default())
                }
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
            let text = match read(page, editor.casebook(), report, &step)? {
                ControlFlow::Continue(text) => text,
                ControlFlow::Break(again) => return Ok(again),
            };
            if let Some((step, again)) = step.hindered(editor.casebook(), &text)? {
                step.keep(editor, &text.typed)?;
                return step.preview(editor.casebook(), &text, areas(report), &again);
            }
            let (others, waits) = (step.others(editor.casebook())?, step.will_wait(editor.casebook()));
            if waits {
                // What is taken back is the writer's draft again.
                step.keep(editor, &text.typed)?;
            }
            editor.reply(id, step.seen, NewReply::new(text.whole.clone())?, page.desk.today())?;
            for (other, seen) in &others {
                editor.reply(*other, *seen, NewReply::new(text.whole.clone())?, page.desk.today())?;
            }
            page.done_with(id, correspondence::recorded("reply", report, waits, &others))
        })
        .await
}

/// The text, or the page on which something is wrong.
fn read(
    page: &PageContext,
    casebook: &Casebook,
    report: &ReportView,
    step: &LetterStep<'_>,
) -> Result<ControlFlow<Response, LetterText>, PageError> {
    let typed = page.form.first(AnswerField::Text.name());
    if correspondence::blocked(report, Letter::Reply).is_some() {
        return step.write_again(casebook, typed, &[]).map(ControlFlow::Break);
    }
    match read_text(&page.form, Letter::Reply) {
        Ok(text) => Ok(ControlFlow::Continue(text)),
        Err(error) => step.write_again(casebook, typed, &[error]).map(ControlFlow::Break),
    }
}

/// What the person sees beside a reply.
fn areas(report: &ReportView) -> Vec<Area> {
    report.assessment.areas.clone().unwrap_or_default()
}
