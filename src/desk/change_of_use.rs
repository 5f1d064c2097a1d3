//! Recording that the use of what a person sent changes, which they have to be told.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    correspondence,
    form::{one_question::ChangeOfUseField, question::AskedField, stale::Seen},
    view::ChangeOfUsePage,
    visit::Posted,
};
use crate::{
    casebook::{CasebookError, Letter, NewNote, ReportView},
    domain::{Clock, FieldError},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/change-of-use", get(ask).post(record))
}

/// `GET /reports/{id}/change-of-use`
async fn ask(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, |page, _, report| {
            let clock = start(&page.desk)?;
            page.show(&ChangeOfUsePage::new(&page.shell, report, clock, &page.form, &[], blocked(report)))
        })
        .await
}

/// `POST /reports/{id}/change-of-use`
async fn record(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let (sent, clock, blocked) = (Seen::sent(&page.form)?, start(&page.desk)?, blocked(report));
            let why = ChangeOfUseField::Why.text(&page.form);
            let changed = sent.changed(report.seen());
            match (why, changed) {
                (Ok(why), None) if blocked.is_none() => {
                    editor.change_use(id, sent, NewNote::new(why)?, page.desk.calendar(), page.desk.today())?;
                    let due = clock.due_on.strftime("%-d %B %Y");
                    let done = format!("The change of use is recorded. The person has to be told by {due}.");
                    page.done_with(id, done)
                }
                (why, changed) => {
                    let errors: Vec<FieldError> = changed.into_iter().chain(why.err()).collect();
                    let errors = if blocked.is_some() { &[] } else { errors.as_slice() };
                    page.show_again(&ChangeOfUsePage::new(&page.shell, report, clock, &page.form, errors, blocked))
                }
            }
        })
        .await
}

/// What is promised from today on.
fn start(desk: &Desk) -> Result<Clock, PageError> {
    Ok(Clock::start(Clock::NOTICE, desk.today().today(), desk.calendar()).map_err(CasebookError::from)?)
}

/// Why there is nothing to record: no supplementary notice could follow.
fn blocked(report: &ReportView) -> Option<&'static str> {
    correspondence::blocked(report, Letter::Supplementary)
}
