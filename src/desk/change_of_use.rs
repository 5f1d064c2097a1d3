//! Recording that the use of what a person sent changes, which they have to be told.

use axum::{Router, extract::State, http::StatusCode, response::Response, routing::get};

use super::{
    Desk, PageError, Visit, letter,
    respond::{go_to, page},
    seen::{OfReport, Seen, text},
    session::Posted,
    view::ChangeOfUsePage,
};
use crate::{
    casebook::{DeskError, NewDecision, ReportView},
    domain::{Clock, FieldError, limits::MESSAGE_MAX},
};

/// The field in which the reason is typed.
const WHY: &str = "why";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/change-of-use", get(ask).post(record))
}

/// `GET /reports/{id}/change-of-use`
async fn ask(State(desk): State<Desk>, visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let report = bench.casebook()?.show(id, desk.shown_day(), desk.calendar())?;
        let clock = start(desk)?;
        page(StatusCode::OK, &ChangeOfUsePage::new(&shell, &report, clock, "", &[], blocked(&report)))
    })
    .await
}

/// `POST /reports/{id}/change-of-use`
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
        let (sent, clock, blocked) = (Seen::sent(&form)?, start(desk)?, blocked(&report));
        let why = text(&form, WHY, "Reason for the change", MESSAGE_MAX);
        let changed = sent.changed(Seen::of(&report));
        match (why, changed) {
            (Ok(why), None) if blocked.is_none() => {
                let decision = NewDecision {
                    note: Some(why),
                    change_of_use: Some(clock),
                    read: Some(sent.read),
                    seen: Some(sent.version),
                    ..NewDecision::default()
                };
                editor.decide(id, decision, desk.today())?;
                go_to(&format!("/reports/{id}#promises"))
            }
            (why, changed) => {
                let errors: Vec<FieldError> = changed.into_iter().chain(why.err()).collect();
                let errors = if blocked.is_some() { &[] } else { errors.as_slice() };
                let again = ChangeOfUsePage::new(&shell, &report, clock, form.first(WHY), errors, blocked);
                page(StatusCode::UNPROCESSABLE_ENTITY, &again)
            }
        }
    })
    .await
}

/// What is promised from today on.
fn start(desk: &Desk) -> Result<Clock, PageError> {
    Ok(Clock::start(Clock::NOTICE, desk.today().today(), desk.calendar()).map_err(DeskError::from)?)
}

/// Why there is nothing to record.
fn blocked(report: &ReportView) -> Option<&'static str> {
    let first =
        "No notice was written yet, so there is nothing that could change for the person. Write the first notice.";
    letter::blocked(report).or((!letter::has_notice(report)).then_some(first))
}
