//! Drafts of notices and replies: read by colleagues, who say something about them, and thrown away by whoever wrote them.

use axum::{
    RequestPartsExt, Router,
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::{OfReport, report_id},
    form::{
        carried::CarriedField,
        correspondence::{AnswerField, CommentField, read_text},
        question::AskedField,
    },
    view::{Beside, DraftPage, DraftParts},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, Letter, OpenedDraft, ReportView},
    domain::{AnswerKind, Entries, FieldError, ReportId},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/drafts/discard", post(discard))
        .route("/reports/{id}/drafts/{event}", get(show).post(comment))
}

/// A draft in an address: its report, and the event that holds it.
struct OfDraft(ReportId, u64);

impl<S: Sync> FromRequestParts<S> for OfDraft {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let names = parts.extract::<Path<(String, String)>>().await;
        let Path((id, event)) = names.map_err(|_| PageError::NotFound)?;
        let known: u64 = event.parse().map_err(|_| PageError::NotFound)?;
        if known.to_string() == event { Ok(Self(report_id(&id)?, known)) } else { Err(PageError::NotFound) }
    }
}

/// `GET /reports/{id}/drafts/{event}`
async fn show(visit: Visit, OfDraft(id, event): OfDraft) -> Result<Response, PageError> {
    visit.on_report(id, move |page, casebook, report| page.show(&draft_page(page, casebook, report, event, &[])?)).await
}

/// `POST /reports/{id}/drafts/{event}`
async fn comment(posted: Posted, OfDraft(id, event): OfDraft) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| match CommentField::Comment.text(&page.form) {
            Ok(text) => {
                // Whoever writes may have gone on meanwhile: then there is another draft to be read first.
                if editor.casebook().draft(id, event)?.is_none() {
                    return Err(PageError::NotFound);
                }
                editor.comment(id, event, text, page.desk.today())?;
                page.done(&page.shell.to_part(&id, &format!("drafts/{event}")), "Your comment is recorded.")
            }
            Err(error) => page.show_again(&draft_page(page, editor.casebook(), report, event, &[error])?),
        })
        .await
}

/// `POST /reports/{id}/drafts/discard`
async fn discard(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let kind = AnswerKind::from_slug(page.form.first(CarriedField::Kind.name()));
            let (kind, part) = match kind {
                Some(AnswerKind::Notice) => (AnswerKind::Notice, "notice"),
                Some(AnswerKind::Reply) => (AnswerKind::Reply, "reply"),
                Some(AnswerKind::Update) | None => return Err(PageError::NotFound),
            };
            if editor.casebook().my_draft(id, kind)?.is_none() {
                return Err(PageError::NotFound);
            }
            editor.discard_draft(id, kind, page.desk.today())?;
            page.done(&page.shell.to_part(&id, part), "Your draft is thrown away.")
        })
        .await
}

fn draft_page<'a>(
    page: &'a PageContext,
    casebook: &Casebook,
    report: &'a ReportView,
    event: u64,
    errors: &'a [FieldError],
) -> Result<DraftPage<'a>, PageError> {
    let draft = casebook.draft(report.entry.id, event)?.ok_or(PageError::NotFound)?;
    let letter = if draft.row.kind == AnswerKind::Reply { Letter::Reply } else { Letter::Notice };
    let typed = filled(Some(&draft));
    // As far as it can be composed: a draft may have blanks.
    let text = read_text(&typed, letter)
        .map_or_else(|_| typed.first(AnswerField::Text.name()).to_owned(), |text| text.whole.as_str().to_owned());
    let parts = DraftParts { report, draft: &draft, text, errors, typed: &page.form };
    Ok(DraftPage::new(&page.shell, casebook, parts, Beside::new(report, casebook, true)))
}

/// What a draft says, as a form that was filled in; nothing without one.
pub(super) fn filled(draft: Option<&OpenedDraft>) -> Entries {
    let mut typed = Entries::default();
    for (name, value) in draft.iter().flat_map(|draft| &draft.fields) {
        typed.push(name.as_str().to_owned(), value.as_str().to_owned());
    }
    typed
}
