//! Giving a person by hand what was written to them, who has no receipt code: the text to be read out or printed, and on which
//! day and in which way it was given.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfAnswer,
    form::enter::read_told,
    view::ToldPersonPage,
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{AnswerId, Release, ReportView},
    domain::{Date, FieldError},
};

/// The routes of this file. Answer 0 is none: the person is told that their concern is here.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/given/{seq}", get(ask).post(record))
}

/// `GET /reports/{id}/given/{seq}`
async fn ask(visit: Visit, OfAnswer(answer): OfAnswer) -> Result<Response, PageError> {
    visit.on_report(answer.report, move |page, _, report| page.show(&given_page(page, report, answer, &[])?)).await
}

/// `POST /reports/{id}/given/{seq}`
async fn record(posted: Posted, OfAnswer(answer): OfAnswer) -> Result<Response, PageError> {
    posted
        .change_report(answer.report, move |page, editor, report| {
            let Some(from) = written_on(report, answer.seq) else {
                return page.show_again(&given_page(page, report, answer, &[])?);
            };
            match read_told(&page.form, (from, page.desk.today().today())) {
                Ok(told) => {
                    let seq = (answer.seq > 0).then_some(answer.seq);
                    editor.told_person(answer.report, seq, told, page.desk.today())?;
                    page.done_with(answer.report, "Recorded that the person was told.")
                }
                Err(errors) => page.show_again(&given_page(page, report, answer, &errors)?),
            }
        })
        .await
}

/// The day from which on a person can have been told that; none if there is nothing to record.
fn written_on(report: &ReportView, seq: u32) -> Option<Date> {
    if seq == 0 {
        let entered = report.entered.as_ref().filter(|entered| !entered.has_code && entered.to_acknowledge);
        return entered.map(|_| report.entry.received_on);
    }
    let mut answers = report.decisions.iter().flat_map(|decision| &decision.answers);
    answers.find(|answer| answer.seq == seq && answer.release == Release::ToGive).map(|answer| answer.on)
}

fn given_page<'a>(
    page: &'a PageContext,
    report: &'a ReportView,
    answer: AnswerId,
    errors: &'a [FieldError],
) -> Result<ToldPersonPage<'a>, PageError> {
    let is_open = written_on(report, answer.seq).is_some();
    ToldPersonPage::new(&page.shell, report, answer.seq, (&page.form, errors), is_open).ok_or(PageError::NotFound)
}
