//! Texts that the team writes often: kept once, with blanks, and put into a notice or a reply.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfId,
    correspondence::taken_back,
    form::{
        carried::{CarriedField, YES},
        correspondence::{AnswerField, PutInField, SavedTextField},
        question::{AskedField, Problems},
    },
    letter_step::LetterStep,
    view::SavedTextsPage,
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, Letter, Reference, ReportView, SavedText, notice::unfinished},
    crypto::os_random,
    domain::{Entries, FieldError, ReferenceId},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/texts", get(list).post(add))
        .route("/texts/{id}", get(show).post(change))
        .route("/texts/{id}/drop", post(give_up))
}

/// `GET /texts`
async fn list(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| {
            page.show(&SavedTextsPage::new(&page.shell, &casebook.reference().saved_texts, None, &page.form, &[]))
        })
        .await
}

/// `POST /texts`
async fn add(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| match read(&page.form) {
            Ok(saved) => {
                let id = ReferenceId::random(&mut os_random());
                let done = format!("‘{}’ is saved.", saved.title.as_str());
                editor.change_reference(Reference::SavedText(id, Some(saved)), page.desk.today())?;
                page.done("/texts", done)
            }
            Err(errors) => again(page, editor.casebook(), None, &errors),
        })
        .await
}

/// `GET /texts/{id}`
async fn show(visit: Visit, OfId(id): OfId<ReferenceId>) -> Result<Response, PageError> {
    visit
        .read(move |page, casebook| {
            let texts = &casebook.reference().saved_texts;
            let saved = texts.get(&id).ok_or(PageError::NotFound)?;
            let mut typed = Entries::default();
            typed.push(SavedTextField::Title.name().to_owned(), saved.title.as_str().to_owned());
            typed.push(SavedTextField::Text.name().to_owned(), saved.text.as_str().to_owned());
            page.show(&SavedTextsPage::new(&page.shell, texts, Some(id), &typed, &[]))
        })
        .await
}

/// `POST /texts/{id}`
async fn change(posted: Posted, OfId(id): OfId<ReferenceId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            if !editor.casebook().reference().saved_texts.contains_key(&id) {
                return Err(PageError::NotFound);
            }
            match read(&page.form) {
                Ok(saved) => {
                    let done = format!("‘{}’ is changed.", saved.title.as_str());
                    editor.change_reference(Reference::SavedText(id, Some(saved)), page.desk.today())?;
                    page.done("/texts", done)
                }
                Err(errors) => again(page, editor.casebook(), Some(id), &errors),
            }
        })
        .await
}

/// `POST /texts/{id}/drop`
async fn give_up(posted: Posted, OfId(id): OfId<ReferenceId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let saved = editor.casebook().reference().saved_texts.get(&id).ok_or(PageError::NotFound)?;
            let done = format!("‘{}’ is dropped.", saved.title.as_str());
            editor.change_reference(Reference::SavedText(id, None), page.desk.today())?;
            page.done("/texts", done)
        })
        .await
}

fn again(
    page: &PageContext,
    casebook: &Casebook,
    id: Option<ReferenceId>,
    errors: &[FieldError],
) -> Result<Response, PageError> {
    page.show_again(&SavedTextsPage::new(&page.shell, &casebook.reference().saved_texts, id, &page.form, errors))
}

fn read(form: &Entries) -> Result<SavedText, Vec<FieldError>> {
    let mut problems = Problems::default();
    let title = problems.take(SavedTextField::Title.text(form));
    let text = problems.take(SavedTextField::Text.text(form));
    match (title, text) {
        (Some(title), Some(text)) => Ok(SavedText { title, text }),
        _ => Err(problems.into_errors()),
    }
}

/// The page on which a letter is written, with the text that was chosen below what is there, or with that of a letter that
/// was taken back in its place.
pub(super) fn put_in(
    page: &PageContext,
    casebook: &Casebook,
    report: &ReportView,
    letter: Letter,
) -> Result<Response, PageError> {
    if page.form.has(CarriedField::TakenBack.name(), YES) {
        let (_, text) = taken_back(report, letter.kind()).ok_or(PageError::NotFound)?;
        return LetterStep::sent(page, report, letter)?.write(casebook, text.as_str());
    }
    let chosen = page.form.first(PutInField::SavedText.name()).parse::<ReferenceId>().ok();
    let saved = chosen.and_then(|id| casebook.reference().saved_texts.get(&id));
    let typed = page.form.first(AnswerField::Text.name());
    let Some(saved) = saved else {
        let error = PutInField::SavedText.remedy();
        return LetterStep::sent(page, report, letter)?.write_again(casebook, typed, &[error]);
    };
    let text = match typed.trim_end() {
        "" => saved.text.as_str().to_owned(),
        before => format!("{before}\n\n{}", saved.text.as_str()),
    };
    let mut form = page.form.copy();
    let has_blanks = CarriedField::HasBlanks.name();
    if !unfinished(saved.text.as_str()).is_empty() && !form.has(has_blanks, YES) {
        form.push(has_blanks.to_owned(), YES.to_owned());
    }
    LetterStep::sent(page, report, letter)?.with(&form).write(casebook, &text)
}
