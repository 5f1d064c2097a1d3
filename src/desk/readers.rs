//! Who may open a report, and who opened it.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        carried::EVERYONE,
        question::AskedField,
        readers::{LetInField, ReadersField},
    },
    proposed::proposed,
    view::{AccessLogPage, ReadersForm, ReadersPage},
    visit::Posted,
};
use crate::{
    casebook::{CasebookError, NewProposal, NewReaders, NotAllowed},
    domain::{FieldError, MemberId},
    http::capitalised,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/readers", get(choosing).post(choose))
        .route("/reports/{id}/readers/let-in", post(let_in))
        .route("/reports/{id}/log", get(log_of_report))
        .route("/log", get(log))
}

/// `GET /reports/{id}/readers`
async fn choosing(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit.read(move |page, casebook| page.show(&ReadersPage::new(&page.shell, casebook, id, None, Vec::new())?)).await
}

/// `POST /reports/{id}/readers`: a reader alone may shut others out, or let in who joined since.
async fn choose(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let error = match ReadersField::Reason.text(&page.form) {
                Ok(reason) => {
                    let chosen = page.form.all(ReadersField::Member.name()).filter_map(|member| member.parse().ok());
                    let readers: Vec<MemberId> = chosen.chain(editor.casebook().me()).collect();
                    match editor.restrict(id, NewReaders { readers, reason }, page.desk.today()) {
                        Ok(()) => {
                            let done = "Sealed so: from now on those whom you ticked can open it, and nobody else.";
                            return page.done_with(id, done);
                        }
                        Err(CasebookError::NotAllowed(why)) => at_the_field(ReadersField::Member, why),
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) => error,
            };
            let typed = Some((ReadersForm::Choose, &*page.form));
            page.show_again(&ReadersPage::new(&page.shell, editor.casebook(), id, typed, vec![error])?)
        })
        .await
}

/// `POST /reports/{id}/readers/let-in`: whoever was shut out is let in again by two readers.
async fn let_in(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let error = match LetInField::LetInReason.text(&page.form) {
                Ok(reason) => {
                    let chosen: Vec<&str> = page.form.all(LetInField::Who.name()).collect();
                    let readers = if chosen.contains(&EVERYONE) {
                        None
                    } else {
                        let now = editor.casebook().readers(id).into_iter().map(|reader| reader.id);
                        Some(now.chain(chosen.iter().filter_map(|member| member.parse().ok())).collect())
                    };
                    let new = NewProposal::LetIn { report: id, readers, reason };
                    match editor.propose(new, page.desk.today()) {
                        Ok(outcome) => {
                            let done = proposed(&outcome, "whoever was shut out is let in again");
                            return page.done(&page.shell.to_part(&id, "readers"), done);
                        }
                        Err(CasebookError::NotAllowed(why)) => at_the_field(LetInField::Who, why),
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) => error,
            };
            let typed = Some((ReadersForm::LetIn, &*page.form));
            page.show_again(&ReadersPage::new(&page.shell, editor.casebook(), id, typed, vec![error])?)
        })
        .await
}

fn at_the_field(field: impl AskedField, why: NotAllowed) -> FieldError {
    match why {
        NotAllowed::Nothing => field.error("That is how it is already. Choose other members"),
        _ => field.error(capitalised(&why.to_string())),
    }
}

/// `GET /log`: of every report that this member can open.
async fn log(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&AccessLogPage::new(&page.shell, casebook.access_log(None), None))).await
}

/// `GET /reports/{id}/log`
async fn log_of_report(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .read(move |page, casebook| {
            // Whoever can't open it is told so.
            casebook.chosen_readers(id)?;
            page.show(&AccessLogPage::new(&page.shell, casebook.access_log(Some(id)), Some(id)))
        })
        .await
}
