//! A step on the way of a notice or a reply: its text, a look at it as the person will see it, and recording it.

use axum::response::Response;

use super::{
    PageError,
    form::{
        carried::YES,
        correspondence::{AnswerField, unchecked},
        question::AskedField,
        stale::Seen,
    },
    view::correspondence::{Approval, Draft, PreviewPage, PreviewParts, WritePage},
    visit::PageContext,
};
use crate::{
    casebook::{Casebook, Letter, ReportView},
    domain::{Area, FieldError, Text},
};

/// A step, with all that was chosen and typed on those before.
#[derive(Clone, Copy)]
pub(super) struct LetterStep<'a> {
    page: &'a PageContext,
    report: &'a ReportView,
    pub(super) letter: Letter,
    /// What the page's form carries on.
    pub(super) seen: Seen,
}

/// Why a preview comes again, if it does.
#[derive(Default)]
pub(super) struct Again {
    errors: Vec<FieldError>,
    changed: bool,
}

impl<'a> LetterStep<'a> {
    /// The first one.
    pub(super) fn begin(page: &'a PageContext, report: &'a ReportView, letter: Letter) -> Self {
        Self { page, report, letter, seen: report.seen() }
    }

    /// The one that a form was sent for.
    ///
    /// # Errors
    /// If the form does not say what it was filled in over.
    pub(super) fn sent(page: &'a PageContext, report: &'a ReportView, letter: Letter) -> Result<Self, PageError> {
        Ok(Self { page, report, letter, seen: Seen::sent(&page.form)? })
    }

    /// Whether it may be recorded; if not, why, and the step with which the preview comes again. That one shows what is
    /// new, so what it sends may be recorded.
    pub(super) fn hindered(&self) -> Option<(Self, Again)> {
        let now = self.report.seen();
        let changed = self.seen.changed(now);
        let again = Again {
            changed: changed.is_some(),
            errors: changed.into_iter().chain(unchecked(&self.page.form)).collect(),
        };
        (!again.errors.is_empty()).then_some((Self { seen: now, ..*self }, again))
    }

    /// The page on which the text is written.
    pub(super) fn write(&self, text: &str) -> Result<Response, PageError> {
        self.page.show(&WritePage::new(&self.page.shell, self.report, &self.draft(), text, &[]))
    }

    /// The same once more, with what is wrong; nothing, if the page itself says why there can be no letter.
    pub(super) fn write_again(&self, text: &str, errors: &[FieldError]) -> Result<Response, PageError> {
        self.page.show_again(&WritePage::new(&self.page.shell, self.report, &self.draft(), text, errors))
    }

    /// The letter as the person will see it, with the areas that they will see with it.
    pub(super) fn preview(
        &self,
        casebook: &Casebook,
        text: &Text,
        areas: Vec<Area>,
        again: &Again,
    ) -> Result<Response, PageError> {
        let team = casebook.team();
        let parts = PreviewParts {
            report: self.report,
            draft: self.draft(),
            text: text.as_str(),
            on: self.page.desk.today().today(),
            areas,
            approval: self.approval(casebook),
            errors: &again.errors,
            changed: again.changed.then_some(team.as_slice()),
        };
        let view = PreviewPage::new(&self.page.shell, parts);
        if again.errors.is_empty() { self.page.show(&view) } else { self.page.show_again(&view) }
    }

    /// Whether another member was asked to approve it.
    pub(super) fn needs_approval(&self) -> bool {
        self.page.form.has(AnswerField::NeedsApproval.name(), YES)
    }

    fn approval(&self, casebook: &Casebook) -> Option<Approval> {
        let others = || casebook.readers(self.report.entry.id).iter().any(|member| !member.is_me);
        (self.letter != Letter::Reply).then(|| Approval {
            always: casebook.second_approver(),
            alone: !others(),
            ask: AnswerField::NeedsApproval.field(&self.page.form, &[]),
        })
    }

    fn draft(&self) -> Draft<'a> {
        Draft { letter: self.letter, typed: &self.page.form, seen: self.seen }
    }
}
