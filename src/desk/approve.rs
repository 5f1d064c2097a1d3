//! Notices that wait for a second member: approved, or taken back.

use axum::{
    RequestPartsExt, Router,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit, letter,
    respond::{go_to, page},
    seen::{report_id, text},
    session::Posted,
    view::{ApprovePage, ApproveParts, REASON, Shell, ToApprovePage, Waiting},
};
use crate::{
    casebook::{AnswerRef, AnswerView, Casebook, DeskError, ReportView},
    domain::{AnswerKind, Entries, FieldError, limits::DETAIL_MAX},
    http::Day,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/approve", get(list))
        .route("/reports/{id}/approve/{seq}", get(show).post(approve))
        .route("/reports/{id}/approve/{seq}/take-back", post(take_back))
}

/// `GET /approve`
async fn list(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let casebook = bench.casebook()?;
        let mut rows = Vec::new();
        for answer in casebook.to_approve() {
            let report = casebook.show(answer.report, desk.shown_day(), desk.calendar())?;
            rows.extend(find(&report, answer.seq).map(|found| waiting(casebook, answer, found)));
        }
        page(StatusCode::OK, &ToApprovePage { shell: &shell, rows })
    })
    .await
}

/// `GET /reports/{id}/approve/{seq}`
async fn show(State(desk): State<Desk>, visit: Visit, Answered(answer): Answered) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let asked = Asked { form: &Entries::default(), errors: &[], status: StatusCode::OK };
        answer_page(desk, &shell, bench.casebook()?, answer, asked)
    })
    .await
}

/// `POST /reports/{id}/approve/{seq}`
async fn approve(
    State(desk): State<Desk>,
    visit: Visit,
    Answered(answer): Answered,
    form: Posted,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let mut editor = bench.edit()?;
        let error = letter::unchecked(&form);
        let approved = if error.is_none() { editor.approve(answer, desk.today()) } else { Ok(()) };
        match (error, approved) {
            (None, Ok(())) => {}
            (error, Ok(()) | Err(DeskError::OwnNotice | DeskError::NotWaiting)) => {
                let errors: Vec<FieldError> = error.into_iter().collect();
                let page = Asked { form: &form, errors: &errors, status: StatusCode::UNPROCESSABLE_ENTITY };
                return answer_page(desk, &shell, editor.casebook(), answer, page);
            }
            (_, Err(other)) => return Err(other.into()),
        }
        go_to(&format!("/reports/{}#messages", answer.report))
    })
    .await
}

/// `POST /reports/{id}/approve/{seq}/take-back`
async fn take_back(
    State(desk): State<Desk>,
    visit: Visit,
    Answered(answer): Answered,
    form: Posted,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |desk, bench| {
        let mut editor = bench.edit()?;
        let taken = match text(&form, REASON, "Reason", DETAIL_MAX) {
            Ok(reason) => match editor.take_back(answer, reason, desk.today()) {
                // It says so itself: someone else was quicker.
                Err(DeskError::NotWaiting) => Err(Vec::new()),
                other => Ok(other?),
            },
            Err(error) => Err(vec![error]),
        };
        match taken {
            Ok(()) => go_to(&format!("/reports/{}#history", answer.report)),
            Err(errors) => {
                let page = Asked { form: &form, errors: &errors, status: StatusCode::UNPROCESSABLE_ENTITY };
                answer_page(desk, &shell, editor.casebook(), answer, page)
            }
        }
    })
    .await
}

/// The answer in an address.
struct Answered(AnswerRef);

impl<S: Sync> FromRequestParts<S> for Answered {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let names = parts.extract::<Path<(String, String)>>().await;
        let Path((id, seq)) = names.map_err(|_| PageError::NotFound)?;
        Ok(Self(AnswerRef { report: report_id(&id)?, seq: letter::answer_number(&seq)? }))
    }
}

/// What was ticked on the page, and how it went.
#[derive(Clone, Copy)]
struct Asked<'a> {
    form: &'a Entries,
    errors: &'a [FieldError],
    status: StatusCode,
}

fn answer_page(
    desk: &Desk,
    shell: &Shell,
    casebook: &Casebook,
    answer: AnswerRef,
    asked: Asked<'_>,
) -> Result<Response, PageError> {
    let report = casebook.show(answer.report, desk.shown_day(), desk.calendar())?;
    let found = find(&report, answer.seq).ok_or(PageError::NotFound)?;
    let text = found.text.as_ref().ok_or(PageError::NotFound)?;
    let waiting = waiting(casebook, answer, found);
    let closed = if report.entry.withdrawn {
        letter::blocked(&report)
    } else if !found.to_approve {
        Some("This notice does not wait for anybody: it was approved, or it never needed it.")
    } else if waiting.mine {
        Some(
            "You wrote this notice, so another member has to approve it. Until then it is not exported. You can take it back.",
        )
    } else {
        None
    };
    let held = found.to_approve && !report.entry.withdrawn;
    // What can't be approved or taken back has no form that anything could be wrong with.
    let Asked { form: typed, errors, status } = asked;
    let errors = if held { errors } else { &[] };
    let today = desk.today().today();
    let parts = ApproveParts { report: &report, waiting, text: text.as_str(), closed, held, today, typed, errors };
    page(status, &ApprovePage::new(shell, parts))
}

/// A notice of a report.
fn find(report: &ReportView, seq: u32) -> Option<&AnswerView> {
    let mut answers = report.decisions.iter().flat_map(|decision| &decision.answers);
    answers.find(|answer| answer.seq == seq && answer.kind == AnswerKind::Notice)
}

fn waiting(casebook: &Casebook, answer: AnswerRef, found: &AnswerView) -> Waiting {
    let by = casebook.member_name(found.by).map_or("", |name| name.as_str()).to_owned();
    Waiting { answer, by, on: Day(found.on), mine: casebook.me() == Some(found.by) }
}
