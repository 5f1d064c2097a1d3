//! Adding to a concern that was entered what its person said later, or the files that came with it.

use axum::{Router, extract::Request, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        carried::{CarriedField, TOKEN},
        follow_up::{FILES, read_follow_up},
    },
    session::{ended_meanwhile, not_of_this_session},
    upload::{ArrivingForm, receive_files},
    view::FollowUpPage,
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{CasebookError, ReportView},
    domain::{
        Entries, FieldError,
        limits::{ATTACHMENT_BYTES, FORM_BYTES, MULTIPART_OVERHEAD},
    },
    http::forms,
};

/// Bytes of the largest form: more than can be kept, so that whoever sends too much is told so on their page.
const LARGEST: u64 = 2 * ATTACHMENT_BYTES + (FORM_BYTES + MULTIPART_OVERHEAD) as u64;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/follow-up", get(ask).post(add))
}

/// `GET /reports/{id}/follow-up`
async fn ask(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit.on_report(id, |page, _, report| page.show(&form_page(page, report, &[])?)).await
}

/// `POST /reports/{id}/follow-up`: its files are sealed as they come. A form without them, as one that was kept when the desk
/// locked, is shown with all that was typed, so that they can be chosen again.
async fn add(visit: Visit, OfReport(id): OfReport, request: Request) -> Result<Response, PageError> {
    if let Some(posted) = request.extensions().get::<Posted>().cloned() {
        return posted.on_report(id, |page, _, report| page.show(&form_page(page, report, &[])?)).await;
    }
    let incoming =
        visit.read(
            move |_, casebook| {
                if casebook.was_entered(id) { Ok(casebook.incoming_files(id)?) } else { Err(PageError::NotFound) }
            },
        );
    let incoming = match incoming.await {
        Ok(incoming) => incoming,
        Err(error) => {
            forms::refuse(request);
            return Err(error);
        }
    };
    let path = request.uri().path().to_owned();
    let mut form = Entries::default();
    let upload = ArrivingForm::begin(request, LARGEST).await?;
    let received = receive_files(&visit, (upload, &mut form), FILES, incoming).await;
    if !visit.form_token_is(form.first(TOKEN)) {
        return not_of_this_session(visit.desk(), &path, &form).await;
    }
    if ended_meanwhile(&visit, &path, &form).await {
        return Err(PageError::LockedUpload);
    }
    let (files, problem) = received?;
    let problem = problem.map(|error| FieldError::new(FILES, CasebookError::to_string(&error)));
    visit
        .posted(form)
        .change_report(id, move |page, editor, report| {
            let days = (report.entry.received_on, page.desk.today().today());
            let (new, mut errors) = match read_follow_up(&page.form, days, !files.is_empty() || problem.is_some()) {
                Ok(new) => (Some(new), Vec::new()),
                Err(errors) => (None, errors),
            };
            errors.extend(problem);
            let Some(new) = new.filter(|_| errors.is_empty()) else {
                return page.show_again(&form_page(page, report, &errors)?);
            };
            // A page that is loaded anew sends its form once more.
            let seen = page.form.first(CarriedField::Seen.name()).parse().unwrap_or_default();
            if let Some(seq) = editor.casebook().followed_up_since(seen, id, (&new, &files))? {
                return page.done_with(id, format!("This was added already, as message {seq}. Nothing was added."));
            }
            match editor.follow_up(id, new, files, page.desk.today()) {
                Ok(seq) => page.done_with(id, format!("Added as message {seq}.")),
                Err(CasebookError::Enter(error)) => {
                    let errors = [FieldError::new(FILES, error.to_string())];
                    page.show_again(&form_page(page, report, &errors)?)
                }
                Err(other) => Err(other.into()),
            }
        })
        .await
}

/// None of a report that came through the box.
fn form_page<'a>(
    page: &'a PageContext,
    report: &ReportView,
    errors: &'a [FieldError],
) -> Result<FollowUpPage<'a>, PageError> {
    FollowUpPage::new(&page.shell, report, &page.form, errors).ok_or(PageError::NotFound)
}
