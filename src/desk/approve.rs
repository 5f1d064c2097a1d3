//! What waits for a second member: approved, or taken back.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfAnswer,
    correspondence,
    form::{one_question::TakeBackField, question::AskedField, stale::Seen},
    letter_checks::{letter_checks, unchecked},
    view::{ApprovePage, ApproveParts, Beside, ToApprovePage, WaitingRow},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{AnswerId, AnswerView, ApprovalError, Casebook, CasebookError, Editor, Letter, Release, ReportView},
    domain::{AnswerKind, Date, FieldError, MemberId, escape_invisible_in_line},
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
async fn list(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| {
            let waiting = casebook.waiting_answers().into_iter();
            let rows = waiting.map(|held| waiting_row(casebook, held.answer, held.kind, (held.by, held.on))).collect();
            page.show(&ToApprovePage { shell: &page.shell, rows })
        })
        .await
}

/// `GET /reports/{id}/approve/{seq}`
async fn show(visit: Visit, OfAnswer(answer): OfAnswer) -> Result<Response, PageError> {
    visit
        .on_report(answer.report, move |page, casebook, report| {
            page.show(&answer_page(page, casebook, report, answer, &[])?)
        })
        .await
}

/// `POST /reports/{id}/approve/{seq}`
async fn approve(posted: Posted, OfAnswer(answer): OfAnswer) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let seen = Seen::sent(&page.form)?;
            let unticked = not_ticked(page, editor, answer)?;
            let errors = match stale(seen, editor.casebook(), answer)?.or(unticked) {
                Some(error) => vec![error],
                None => match editor.approve(answer, seen, page.desk.today()) {
                    Ok(()) => {
                        let by_hand = correspondence::is_given_by_hand(&page.report(editor, answer.report)?);
                        return page
                            .done_with(answer.report, format!("It is approved. {}", correspondence::goes_on(by_hand)));
                    }
                    // The page says so itself.
                    Err(CasebookError::Approval(ApprovalError::OwnText | ApprovalError::NotWaiting)) => Vec::new(),
                    Err(other) => return Err(other.into()),
                },
            };
            again(page, editor, answer, &errors)
        })
        .await
}

/// `POST /reports/{id}/approve/{seq}/take-back`
async fn take_back(posted: Posted, OfAnswer(answer): OfAnswer) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let reason = TakeBackField::Reason.text(&page.form);
            let seen = Seen::sent(&page.form)?;
            let reason = stale(seen, editor.casebook(), answer)?.map_or(reason, Err);
            let errors = match reason {
                Ok(reason) => match editor.take_back(answer, seen, reason, page.desk.today()) {
                    Ok(()) => {
                        let done = "It is taken back. Whoever wrote it has it as a draft again.";
                        return page.done_with(answer.report, done);
                    }
                    // The page says so itself: someone else was quicker.
                    Err(CasebookError::Approval(ApprovalError::NotWaiting)) => Vec::new(),
                    Err(other) => return Err(other.into()),
                },
                Err(error) => vec![error],
            };
            again(page, editor, answer, &errors)
        })
        .await
}

/// What happened to the report since the form was made, in words, if anything did. It comes before every other error:
/// the page that is shown then carries what is new.
fn stale(seen: Seen, casebook: &Casebook, answer: AnswerId) -> Result<Option<FieldError>, PageError> {
    Ok(seen.changed(casebook.seen(answer.report)?))
}

/// What is wrong if not every point was ticked that the text calls for; nothing, if there is no text to be approved.
fn not_ticked(page: &PageContext, editor: &mut Editor<'_>, answer: AnswerId) -> Result<Option<FieldError>, PageError> {
    let report = page.report(editor, answer.report)?;
    let found = find(&report, answer.seq);
    let text = found.and_then(|found| Some((found.kind, found.text.as_ref()?)));
    Ok(text.and_then(|(kind, text)| unchecked(&page.form, &letter_checks(kind, text.as_str(), &report))))
}

fn again(
    page: &PageContext,
    editor: &mut Editor<'_>,
    answer: AnswerId,
    errors: &[FieldError],
) -> Result<Response, PageError> {
    let report = page.report(editor, answer.report)?;
    page.show_again(&answer_page(page, editor.casebook(), &report, answer, errors)?)
}

fn answer_page<'a>(
    page: &'a PageContext,
    casebook: &Casebook,
    report: &'a ReportView,
    answer: AnswerId,
    errors: &'a [FieldError],
) -> Result<ApprovePage<'a>, PageError> {
    let found = find(report, answer.seq).ok_or(PageError::NotFound)?;
    let lost = casebook.lost_answers().contains(&answer);
    let text = match &found.text {
        Some(text) => text.as_str(),
        None if lost => "",
        None => return Err(PageError::NotFound),
    };
    let waiting = waiting_row(casebook, answer, found.kind, (found.by, found.on));
    let closed = if report.entry.withdrawn {
        correspondence::blocked(report, Letter::Notice)
    } else if lost {
        Some(
            "The sealed file of this answer is not here as it was made, so it can’t go out. Take it back, and write it again.",
        )
    } else if found.release != Release::Held {
        Some("This text does not wait for anybody: it was approved, or it never needed it.")
    } else if waiting.mine {
        Some(
            "You wrote this, so another member has to approve it. Until then it is not exported. You can take it back.",
        )
    } else {
        None
    };
    let held = (lost || found.release == Release::Held) && !report.entry.withdrawn;
    // What can't be approved or taken back has no form that anything could be wrong with.
    let errors = if held { errors } else { &[] };
    let (today, typed, beside) = (page.desk.today().today(), &*page.form, Beside::new(report, casebook, true));
    let parts = ApproveParts { report, waiting, text, closed, held, today, typed, errors, beside };
    Ok(ApprovePage::new(&page.shell, parts))
}

/// An answer of a report to its person.
fn find(report: &ReportView, seq: u32) -> Option<&AnswerView> {
    let mut answers = report.decisions.iter().flat_map(|decision| &decision.answers);
    answers.find(|answer| answer.seq == seq)
}

fn waiting_row(casebook: &Casebook, answer: AnswerId, kind: AnswerKind, (by, on): (MemberId, Date)) -> WaitingRow {
    let name = casebook.member_name(by).map_or_else(String::new, |name| escape_invisible_in_line(name.as_str()));
    let line = casebook
        .gist(answer.report)
        .map_or_else(String::new, |gist| escape_invisible_in_line(gist.first_words.as_str()));
    WaitingRow { answer, kind, by: name, on: Day(on), line, mine: casebook.me() == Some(by) }
}
