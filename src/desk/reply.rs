//! A reply: its text, a look at it as the person will see it, and recording it.

use std::ops::ControlFlow;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    correspondence,
    form::{
        correspondence::{AnswerField, read_text, unchecked},
        stale::Seen,
    },
    respond::go_to,
    view::correspondence::{Draft, PreviewPage, PreviewParts, WritePage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Letter, MemberView, NewReply, ReportView},
    domain::{AnswerKind, FieldError, Text},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/reply", get(write).post(write_on))
        .route("/reports/{id}/reply/preview", post(preview))
        .route("/reports/{id}/reply/record", post(record))
}

/// `GET /reports/{id}/reply`
async fn write(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit.on_report(id, |page, _, report| ReplyStep { page, report, seen: report.seen() }.write()).await
}

/// `POST /reports/{id}/reply`: back from the preview.
async fn write_on(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted.on_report(id, |page, _, report| ReplyStep { page, report, seen: Seen::sent(&page.form)? }.write()).await
}

/// `POST /reports/{id}/reply/preview`
async fn preview(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, _, report| {
            let step = ReplyStep { page, report, seen: Seen::sent(&page.form)? };
            match step.read()? {
                ControlFlow::Continue(text) => step.preview(&text, &[], None),
                ControlFlow::Break(again) => Ok(again),
            }
        })
        .await
}

/// `POST /reports/{id}/reply/record`
async fn record(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let (sent, now) = (Seen::sent(&page.form)?, report.seen());
            let step = ReplyStep { page, report, seen: sent };
            let text = match step.read()? {
                ControlFlow::Continue(text) => text,
                ControlFlow::Break(again) => return Ok(again),
            };
            // What is new is shown with this page, so the next one may be recorded.
            let step = ReplyStep { seen: now, ..step };
            let changed = sent.changed(now);
            let errors: Vec<FieldError> = changed.clone().into_iter().chain(unchecked(&page.form)).collect();
            if !errors.is_empty() {
                let team = editor.casebook().team();
                return step.preview(&text, &errors, changed.map(|_| team.as_slice()));
            }
            editor.reply(id, sent, NewReply::new(text)?, page.desk.today())?;
            go_to(&format!("/reports/{id}#messages"))
        })
        .await
}

struct ReplyStep<'a> {
    page: &'a PageContext,
    report: &'a ReportView,
    /// What the page's form carries on.
    seen: Seen,
}

impl ReplyStep<'_> {
    /// The text, or the page on which something is wrong.
    fn read(&self) -> Result<ControlFlow<Response, Text>, PageError> {
        let errors = match read_text(&self.page.form, AnswerKind::Reply) {
            _ if correspondence::blocked(self.report, Letter::Reply).is_some() => Vec::new(),
            Ok(text) => return Ok(ControlFlow::Continue(text)),
            Err(error) => vec![error],
        };
        self.page.show_again(&self.written(&errors)).map(ControlFlow::Break)
    }

    fn write(&self) -> Result<Response, PageError> {
        self.page.show(&self.written(&[]))
    }

    fn written<'a>(&'a self, errors: &'a [FieldError]) -> WritePage<'a> {
        WritePage::new(
            &self.page.shell,
            self.report,
            &self.draft(),
            self.page.form.first(AnswerField::Text.name()),
            errors,
        )
    }

    fn preview(
        &self,
        text: &Text,
        errors: &[FieldError],
        changed: Option<&[MemberView]>,
    ) -> Result<Response, PageError> {
        let parts = PreviewParts {
            report: self.report,
            draft: self.draft(),
            text: text.as_str(),
            on: self.page.desk.today().today(),
            areas: self.report.assessment.areas.clone().unwrap_or_default(),
            approval: None,
            errors,
            changed,
        };
        let view = PreviewPage::new(&self.page.shell, parts);
        if errors.is_empty() { self.page.show(&view) } else { self.page.show_again(&view) }
    }

    fn draft(&self) -> Draft<'_> {
        Draft { letter: Letter::Reply, typed: &self.page.form, seen: self.seen }
    }
}
