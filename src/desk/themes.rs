//! Themes: what reports about different organisations have in common.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfTheme,
    form::{
        question::{AskedField, Problems},
        wider::{NoteField, ThemeField},
    },
    view::{PaperPage, SubjectForm, SubjectParts, ThemePage, ThemesPage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, Editor, NoteSubject, Reference, Theme},
    crypto::os_random,
    domain::{Entries, FieldError, ThemeId},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/themes", get(list))
        .route("/themes/add", post(add))
        .route("/themes/{id}", get(theme))
        .route("/themes/{id}/paper", get(paper))
        .route("/themes/{id}/rename", post(rename))
        .route("/themes/{id}/note", post(note))
        .route("/themes/{id}/give-up", post(give_up))
}

/// `GET /themes`
async fn list(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&ThemesPage::new(&page.shell, casebook, &page.form, Vec::new()))).await
}

/// `POST /themes/add`
async fn add(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| match filled(&page.form) {
            Ok(new) => {
                listed(page, editor, new)?;
                page.done("/themes", "The theme is on the list.")
            }
            Err(errors) => page.show_again(&ThemesPage::new(&page.shell, editor.casebook(), &page.form, errors)),
        })
        .await
}

/// `GET /themes/{id}`
async fn theme(visit: Visit, OfTheme(id): OfTheme) -> Result<Response, PageError> {
    visit.read(move |page, casebook| page.show(&shown(page, casebook, id, None, Vec::new())?)).await
}

/// `GET /themes/{id}/paper`: for a referral or a board.
async fn paper(visit: Visit, OfTheme(id): OfTheme) -> Result<Response, PageError> {
    visit
        .read(move |page, casebook| {
            let queue = page.queue(casebook);
            let subject = NoteSubject::Theme(id);
            let paper = PaperPage::new(&page.shell, casebook, subject, (&queue, page.desk.shown_day()));
            page.show(&paper.ok_or(PageError::NotFound)?)
        })
        .await
}

/// `POST /themes/{id}/rename`
async fn rename(posted: Posted, OfTheme(id): OfTheme) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            known(editor, id)?;
            match filled(&page.form) {
                Ok(new) => {
                    editor.change_reference(Reference::Theme(id, Some(new)), page.desk.today())?;
                    page.done(&format!("/themes/{id}"), "Name and description recorded.")
                }
                Err(errors) => page.show_again(&shown(page, editor.casebook(), id, Some(SubjectForm::Name), errors)?),
            }
        })
        .await
}

/// `POST /themes/{id}/note`
async fn note(posted: Posted, OfTheme(id): OfTheme) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            known(editor, id)?;
            match NoteField::Text.text(&page.form) {
                Ok(text) => {
                    editor.change_reference(Reference::Note(NoteSubject::Theme(id), text), page.desk.today())?;
                    page.done(&format!("/themes/{id}"), "Note added.")
                }
                Err(error) => {
                    page.show_again(&shown(page, editor.casebook(), id, Some(SubjectForm::Note), vec![error])?)
                }
            }
        })
        .await
}

/// `POST /themes/{id}/give-up`
async fn give_up(posted: Posted, OfTheme(id): OfTheme) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            known(editor, id)?;
            editor.change_reference(Reference::Theme(id, None), page.desk.today())?;
            page.done("/themes", "The theme is given up.")
        })
        .await
}

/// Puts a theme on the list, unless one of that very name is there. Gives its id.
pub(super) fn listed(page: &PageContext, editor: &mut Editor<'_>, new: Theme) -> Result<ThemeId, PageError> {
    let there = editor.casebook().reference().themes.iter().find(|(_, theme)| theme.name == new.name);
    if let Some((id, _)) = there {
        return Ok(*id);
    }
    let id = ThemeId::random(&mut os_random());
    editor.change_reference(Reference::Theme(id, Some(new)), page.desk.today())?;
    Ok(id)
}

fn filled(form: &Entries) -> Result<Theme, Vec<FieldError>> {
    let mut problems = Problems::default();
    let name = problems.take(ThemeField::Name.text(form));
    let about = problems.take(ThemeField::About.optional_text(form));
    match (name, about) {
        (Some(name), Some(about)) => Ok(Theme { name, about: about.unwrap_or_default() }),
        _ => Err(problems.into_errors()),
    }
}

fn known(editor: &Editor<'_>, id: ThemeId) -> Result<(), PageError> {
    editor.casebook().reference().themes.get(&id).map(drop).ok_or(PageError::NotFound)
}

fn shown<'p>(
    page: &'p PageContext,
    casebook: &Casebook,
    id: ThemeId,
    wrong: Option<SubjectForm>,
    errors: Vec<FieldError>,
) -> Result<ThemePage<'p>, PageError> {
    let queue = page.queue(casebook);
    let typed = wrong.map(|form| (form, &*page.form));
    let parts = SubjectParts { queue: &queue, today: page.desk.shown_day(), typed, errors };
    ThemePage::new(&page.shell, casebook, id, parts).ok_or(PageError::NotFound)
}
