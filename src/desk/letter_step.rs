//! A step on the way of a notice or a reply: its text, a look at it as the person will see it, and recording it.

use axum::response::Response;

use super::{
    PageError,
    form::{
        carried::{CarriedField, YES},
        correspondence::{AnswerField, LetterText, is_carried},
        question::AskedField,
        stale::Seen,
    },
    joined::JoinedReceipts,
    letter_checks::{letter_checks, unchecked},
    view::{
        Beside, DraftNote,
        correspondence::{Approval, Draft, PreviewPage, PreviewParts, WritePage, WriteParts},
    },
    visit::PageContext,
};
use crate::{
    casebook::{Casebook, CasebookError, Editor, Letter, OpenedDraft, ReportView},
    domain::{Area, Entries, FieldError, ReportId, Text},
};

/// A step, with all that was chosen and typed on those before.
#[derive(Clone, Copy)]
pub(super) struct LetterStep<'a> {
    page: &'a PageContext,
    report: &'a ReportView,
    pub(super) letter: Letter,
    /// What the page's form carries on.
    pub(super) seen: Seen,
    /// What was filled in: what the form sent, or a draft.
    typed: &'a Entries,
}

/// Why a preview comes again, if it does.
#[derive(Default)]
pub(super) struct Again {
    errors: Vec<FieldError>,
    changed: bool,
}

impl<'a> LetterStep<'a> {
    /// The first one, with what a draft says, or nothing.
    pub(super) fn begin(page: &'a PageContext, report: &'a ReportView, letter: Letter, typed: &'a Entries) -> Self {
        Self { page, report, letter, seen: report.seen(), typed }
    }

    /// The one that a form was sent for.
    ///
    /// # Errors
    /// If the form does not say what it was filled in over.
    pub(super) fn sent(page: &'a PageContext, report: &'a ReportView, letter: Letter) -> Result<Self, PageError> {
        Ok(Self { page, report, letter, seen: Seen::sent(&page.form)?, typed: &page.form })
    }

    /// The same with another form in place of the one that was sent.
    pub(super) fn with(self, typed: &'a Entries) -> Self {
        Self { typed, ..self }
    }

    /// Whether it may be recorded; if not, why, and the step with which the preview comes again. That one shows what is
    /// new, so what it sends may be recorded.
    ///
    /// A reply of plain paragraphs in which nothing was found may be recorded from the page on which it was typed: it is
    /// there as the person will see it, beside what they said, and whoever ticks that it was read has read it. Everything
    /// else is looked at first: what marks make of it, its questions, and each find with its own tick.
    pub(super) fn hindered(
        &self,
        casebook: &Casebook,
        text: &LetterText,
    ) -> Result<Option<(Self, Again)>, CasebookError> {
        let now = self.report.seen();
        let changed = self.seen.changed(now);
        let checks = letter_checks(self.letter.kind(), text.whole.as_str(), self.report);
        let joined = JoinedReceipts::sent(self.typed, casebook, self.report.entry.id, self.letter)?;
        let was_looked_at = self.page.form.has(CarriedField::Looked.name(), YES);
        let is_plain = self.letter == Letter::Reply && text.is_as_typed();
        let unseen = !was_looked_at && !is_plain;
        let look = || AnswerField::Check.error("Look at it as the person will see it, then record it");
        let wrong = unchecked(self.typed, &checks).or_else(|| unseen.then(look));
        let again = Again {
            changed: changed.is_some(),
            errors: changed.into_iter().chain(joined.problem()).chain(wrong).collect(),
        };
        Ok((!again.errors.is_empty()).then_some((Self { seen: now, ..*self }, again)))
    }

    /// Keeps what was filled in as this member's draft, in place of the one before.
    pub(super) fn keep(&self, editor: &mut Editor<'_>, text: &Text) -> Result<(), CasebookError> {
        let carried = self.typed.iter().filter(|(name, value)| is_carried(name) && !value.is_empty());
        let fields = carried
            .map(|(name, value)| (Text::verbatim(name), Text::typed(value)))
            .chain([(Text::verbatim(AnswerField::Text.name()), text.clone())]);
        editor.keep_draft(self.report.entry.id, self.letter.kind(), fields.collect(), self.page.desk.today()).map(drop)
    }

    /// The page on which the text is written.
    pub(super) fn write(&self, casebook: &Casebook, text: &str) -> Result<Response, PageError> {
        self.page.show(&self.write_page(casebook, text, &[])?)
    }

    /// The same once more, with what is wrong; nothing, if the page itself says why there can be no letter.
    pub(super) fn write_again(
        &self,
        casebook: &Casebook,
        text: &str,
        errors: &[FieldError],
    ) -> Result<Response, PageError> {
        self.page.show_again(&self.write_page(casebook, text, errors)?)
    }

    /// The letter as the person will see it, with the areas that they will see with it.
    pub(super) fn preview(
        &self,
        casebook: &Casebook,
        text: &LetterText,
        areas: Vec<Area>,
        again: &Again,
    ) -> Result<Response, PageError> {
        let team = casebook.team();
        let joined = self.joined(casebook)?;
        let parts = PreviewParts {
            report: self.report,
            draft: self.draft(),
            text,
            on: self.page.desk.today().today(),
            areas,
            approval: self.approval(casebook),
            errors: &again.errors,
            changed: again.changed.then_some(team.as_slice()),
            joined: &joined,
            beside: Beside::new(self.report, casebook, false),
        };
        let view = PreviewPage::new(&self.page.shell, parts);
        if again.errors.is_empty() { self.page.show(&view) } else { self.page.show_again(&view) }
    }

    /// The other receipts of the same concern that are to be answered too.
    pub(super) fn others(&self, casebook: &Casebook) -> Result<Vec<(ReportId, Seen)>, CasebookError> {
        Ok(JoinedReceipts::sent(self.typed, casebook, self.report.entry.id, self.letter)?.answered())
    }

    /// Whether another member was asked to approve it.
    pub(super) fn needs_approval(&self) -> bool {
        self.page.form.has(AnswerField::NeedsApproval.name(), YES)
    }

    /// Whether it will wait for another member, so that it may be taken back.
    pub(super) fn will_wait(&self, casebook: &Casebook) -> bool {
        casebook.second_approver() || self.needs_approval()
    }

    fn approval(&self, casebook: &Casebook) -> Option<Approval> {
        let others = || casebook.readers(self.report.entry.id).iter().any(|member| !member.is_me);
        (self.letter != Letter::Reply).then(|| Approval {
            always: casebook.second_approver(),
            alone: !others(),
            ask: AnswerField::NeedsApproval.field(&self.page.form, &[]),
        })
    }

    fn write_page<'p>(
        &'p self,
        casebook: &Casebook,
        text: &str,
        errors: &'p [FieldError],
    ) -> Result<WritePage<'p>, CasebookError> {
        let id = self.report.entry.id;
        let kept: Option<OpenedDraft> = casebook.my_draft(id, self.letter.kind())?;
        let (joined, team) = (self.joined(casebook)?, casebook.team());
        let parts = WriteParts {
            report: self.report,
            draft: self.draft(),
            text,
            errors,
            kept: kept.map(|kept| DraftNote::new(&kept, casebook)),
            team: &team,
            saved: &casebook.reference().saved_texts,
            joined: &joined,
            beside: Beside::new(self.report, casebook, false),
        };
        Ok(WritePage::new(&self.page.shell, parts))
    }

    /// As they were ticked. Where nobody was asked yet, all are.
    fn joined(&self, casebook: &Casebook) -> Result<JoinedReceipts, CasebookError> {
        let id = self.report.entry.id;
        let was_asked = match self.letter {
            // The page on which a reply is typed asks too.
            Letter::Reply => self.page.form.iter().next().is_some(),
            Letter::Notice | Letter::Supplementary => self.page.form.has(CarriedField::Looked.name(), YES),
        };
        if was_asked {
            JoinedReceipts::sent(self.typed, casebook, id, self.letter)
        } else {
            JoinedReceipts::all(casebook, id, self.letter)
        }
    }

    fn draft(&self) -> Draft<'a> {
        Draft { letter: self.letter, typed: self.typed, seen: self.seen }
    }
}
