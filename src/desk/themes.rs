//! Themes: what reports about different organisations have in common.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfId,
    form::{
        question::{AskedField, Problems},
        wider::ThemeField,
    },
    subjects,
    view::{JustDone, SubjectForm, SubjectKind, ThemesPage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Editor, Reference, Theme},
    crypto::os_random,
    domain::{Entries, FieldError, ThemeId},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/themes", get(list))
        .route("/themes/add", post(add))
        .route("/themes/{id}/rename", post(rename))
        .route("/themes/{id}/give-up", post(give_up))
        .merge(subjects::routes::<ThemeId>(&SubjectKind::THEME))
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

/// `POST /themes/{id}/rename`
async fn rename(posted: Posted, OfId(id): OfId<ThemeId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            subjects::known(editor, id.into())?;
            let new = filled(&page.form).map(|new| Reference::Theme(id, Some(new)));
            let done = JustDone::new("Name and description recorded.".to_owned());
            subjects::record(page, editor, (id.into(), SubjectForm::Name), new, done)
        })
        .await
}

/// `POST /themes/{id}/give-up`
async fn give_up(posted: Posted, OfId(id): OfId<ThemeId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            subjects::known(editor, id.into())?;
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
