//! One report: everything that was said, and what was decided.

use axum::{
    Router,
    http::Uri,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{carried::CarriedField, one_question::LineField, question::AskedField},
    from::WayBack,
    view::{ReportPage, ShownParts},
    visit::Posted,
};
use crate::{
    casebook::{NewAssessment, Seen},
    domain::{Assessment, Entries, ReportId},
    http::forms,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}", get(report))
        .route("/reports/{id}/print", get(print))
        .route("/reports/{id}/read", post(read))
        .route("/reports/{id}/line", post(line))
}

/// `GET /reports/{id}`
async fn report(visit: Visit, OfReport(id): OfReport, uri: Uri) -> Result<Response, PageError> {
    show(visit, id, WayBack::read(&forms::query(&uri)), None).await
}

/// `GET /reports/{id}/print`: the same for paper, or the parts of it that the query names.
async fn print(visit: Visit, OfReport(id): OfReport, uri: Uri) -> Result<Response, PageError> {
    let query = forms::query(&uri);
    show(visit, id, WayBack::read(&query), Some(query)).await
}

async fn show(
    visit: Visit,
    id: ReportId,
    way_back: WayBack,
    for_paper: Option<Entries>,
) -> Result<Response, PageError> {
    visit
        .work(move |page, open| {
            let mut editor = open.edit()?;
            if for_paper.is_some() {
                editor.note_print(id, page.desk.today())?;
            }
            let report = page.report(&mut editor, id)?;
            let parts = for_paper.as_ref().map(ShownParts::chosen);
            let shown = ReportPage::new(&page.shell, &report, editor.casebook(), page.desk.shown_day(), parts);
            page.show(&shown.back(way_back))
        })
        .await
}

/// `POST /reports/{id}/read`: everything up to the message that the page showed.
async fn read(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    let read: u32 = posted.form().first(CarriedField::Read.name()).parse().map_err(|_| PageError::NotFound)?;
    posted
        .change(move |page, editor| {
            editor.mark_read(id, read, page.desk.today())?;
            let done = format!("Marked as read: everything up to message {read}.");
            page.done(&WayBack::read(&page.form).report(id), done)
        })
        .await
}

/// `POST /reports/{id}/line`: what it is, in the reviewer's words; nothing to have that made of the person's.
async fn line(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let way_back = WayBack::read(&page.form);
            let gist = match LineField::Line.optional_text(&page.form) {
                Ok(gist) => gist,
                Err(error) => {
                    let today = page.desk.shown_day();
                    let shown = ReportPage::new(&page.shell, report, editor.casebook(), today, None).back(way_back);
                    return page.show_again(&shown.with_line(&page.form, vec![error]));
                }
            };
            let done = match gist {
                Some(_) => "The report’s line is kept.",
                None => "The report’s line is made of what the person wrote again.",
            };
            let assessment = Assessment { gist, ..report.assessment.clone() };
            if assessment != report.assessment
                && let Some(new) = NewAssessment::new(Some(assessment), None, None)
            {
                // Nobody wrote a line over another unseen: it is one line. Nor is anything read by it.
                let seen = Seen { read: report.read(), ..report.seen() };
                editor.assess(id, seen, new, page.desk.today())?;
            }
            page.done(&way_back.report(id), done)
        })
        .await
}
