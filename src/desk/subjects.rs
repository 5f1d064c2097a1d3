//! What is done alike with an organisation and with a theme: its page, the page for a referral or a board, notes about it.

use std::str::FromStr;

use askama::Template;
use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfId,
    form::{question::AskedField, wider::NoteField},
    respond::go_to,
    view::{JustDone, OrganisationPage, PaperPage, SubjectForm, SubjectKind, SubjectParts, ThemePage, subject_path},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, Editor, NoteSubject, Reference},
    domain::FieldError,
};

/// The routes of each one of a kind, by its id.
pub(super) fn routes<Id>(kind: &SubjectKind) -> Router<Desk>
where
    Id: FromStr + Into<NoteSubject> + Send + 'static,
{
    let one = format!("{}/{{id}}", kind.list);
    Router::new()
        .route(&one, get(show::<Id>))
        .route(&format!("{one}/paper"), get(paper::<Id>))
        .route(&format!("{one}/note"), post(note::<Id>))
}

/// `GET /organisations/{id}`, `GET /themes/{id}`: another spelling leads to what it counts as.
async fn show<Id: Into<NoteSubject>>(visit: Visit, OfId(id): OfId<Id>) -> Result<Response, PageError> {
    let subject = id.into();
    visit
        .read(move |page, casebook| {
            let counts_as = casebook.reference().counts_as(subject);
            if counts_as != subject {
                return go_to(&subject_path(counts_as));
            }
            subject_page(page, casebook, subject, None)
        })
        .await
}

/// `GET /organisations/{id}/paper`, `GET /themes/{id}/paper`: for a referral or a board.
async fn paper<Id: Into<NoteSubject>>(visit: Visit, OfId(id): OfId<Id>) -> Result<Response, PageError> {
    let subject = id.into();
    visit
        .read(move |page, casebook| {
            let queue = page.queue(casebook);
            let paper = PaperPage::new(&page.shell, casebook, subject, (&queue, page.desk.shown_day()));
            page.show(&paper.ok_or(PageError::NotFound)?)
        })
        .await
}

/// `POST /organisations/{id}/note`, `POST /themes/{id}/note`
async fn note<Id: Into<NoteSubject>>(posted: Posted, OfId(id): OfId<Id>) -> Result<Response, PageError> {
    let subject = id.into();
    posted
        .change(move |page, editor| {
            known(editor, subject)?;
            let note = NoteField::Text.text(&page.form).map(|text| Reference::Note(subject, text));
            let done = JustDone::new("Note added.".to_owned()).noting(subject);
            record(page, editor, (subject, SubjectForm::Note), note.map_err(|error| vec![error]), done)
        })
        .await
}

/// Records what was filled into a form of the page about something, and shows that page again: with what was done, or with
/// what is wrong.
pub(super) fn record(
    page: &PageContext,
    editor: &mut Editor<'_>,
    (subject, form): (NoteSubject, SubjectForm),
    filled: Result<Reference, Vec<FieldError>>,
    done: JustDone,
) -> Result<Response, PageError> {
    match filled {
        Ok(reference) => {
            editor.change_reference(reference, page.desk.today())?;
            page.done_as(&subject_path(subject), done)
        }
        Err(errors) => subject_page(page, editor.casebook(), subject, Some((form, errors))),
    }
}

/// The page about an organisation or a theme, with what is wrong with one of its forms.
pub(super) fn subject_page(
    page: &PageContext,
    casebook: &Casebook,
    subject: NoteSubject,
    wrong: Option<(SubjectForm, Vec<FieldError>)>,
) -> Result<Response, PageError> {
    let queue = page.queue(casebook);
    let is_wrong = wrong.is_some();
    let (typed, errors) = wrong.map(|(form, errors)| ((form, &*page.form), errors)).unzip();
    let parts = SubjectParts { queue: &queue, typed, errors: errors.unwrap_or_default() };
    match subject {
        NoteSubject::Organisation(id) => shown(page, is_wrong, OrganisationPage::new(&page.shell, casebook, id, parts)),
        NoteSubject::Theme(id) => shown(page, is_wrong, ThemePage::new(&page.shell, casebook, id, parts)),
    }
}

fn shown(page: &PageContext, is_wrong: bool, template: Option<impl Template>) -> Result<Response, PageError> {
    let template = template.ok_or(PageError::NotFound)?;
    if is_wrong { page.show_again(&template) } else { page.show(&template) }
}

/// Refuses what is not on its list, or only another spelling of one that is.
pub(super) fn known(editor: &Editor<'_>, subject: NoteSubject) -> Result<(), PageError> {
    let is_listed = editor.casebook().reference().is_listed(subject);
    if is_listed { Ok(()) } else { Err(PageError::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Browser, DeskMachine};

    const NOTE: &str = "Rang the ward.\nSister Ball is on 01632 960 001.";

    #[tokio::test]
    async fn what_a_note_may_give_away_is_marked_once_and_the_note_is_kept_as_it_stands() {
        let place = DeskMachine::new(None);
        let desk = place.desk();
        let mut browser = Browser::inside(&place, &desk).await;
        let token = browser.get("/themes").await.token();
        for (list, name) in [("/themes", "Rotas"), ("/organisations", "Northmere")] {
            browser.post(&format!("{list}/add"), &[("token", &token), ("name", name)]).await;
            let page = browser.get(list).await.body;
            let path = page.split(&format!("href=\"{list}/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
            let path = format!("{list}/{path}");
            let note = format!("{path}/note");
            let noted = browser.post(&note, &[("token", &token), ("note", NOTE)]).await;
            assert_eq!(noted.location(), path);
            let page = browser.get(&path).await.body;
            assert!(page.contains("It is kept as it stands") && page.contains(NOTE), "{page}");
            assert!(page.contains("Sister Ball is on <mark>01632 960 001</mark>"), "{page}");
            assert!(page.contains("Marked: a telephone number"), "as every other page names it: {page}");
            let again = browser.get(&path).await.body;
            assert!(again.contains(NOTE) && !again.contains("<mark>"), "said once: {again}");

            browser.post(&note, &[("token", &token), ("note", "They wrote back.")]).await;
            let page = browser.get(&path).await.body;
            assert!(page.contains("Note added.") && !page.contains("<mark>"), "of the new note alone: {page}");
            browser.post(&note, &[("token", &token), ("note", NOTE)]).await;
            let elsewhere = browser.get(list).await.body;
            assert!(elsewhere.contains("Note added.") && !elsewhere.contains("01632"), "{elsewhere}");
        }
    }
}
