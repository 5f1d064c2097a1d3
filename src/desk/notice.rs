//! The information-use notice: what it says in the main, its text, a look at it as the person will see it, and
//! recording it.

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
        correspondence::{AnswerField, YES, late_reason, read_text, unchecked},
        stale::Seen,
        text::chosen,
    },
    respond::go_to,
    view::correspondence::{Approval, Draft, NoticePage, PreviewPage, PreviewParts, WritePage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{
        Casebook, CasebookError, Hindrance, Letter, NewNotice, ReportView,
        notice::{Late, NoticeDraft},
    },
    domain::{AnswerKind, Area, Date, Entries, FieldError, NoticeVariant, Text, Told, WhoSees},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/notice", get(choose))
        .route("/reports/{id}/notice/write", post(write))
        .route("/reports/{id}/notice/preview", post(preview))
        .route("/reports/{id}/notice/record", post(record))
}

/// `GET /reports/{id}/notice`
async fn choose(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, |page, _, report| {
            let mut first = Entries::default();
            for area in report.assessment.areas.as_ref().unwrap_or(&report.chosen_areas) {
                first.push(AnswerField::Area.name().to_owned(), area.slug().to_owned());
            }
            page.show(&NoticePage::new(&page.shell, report, report.seen(), &first, &[]))
        })
        .await
}

/// `POST /reports/{id}/notice/write`: after the choices, or back from the preview.
async fn write(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, _, report| {
            let step = NoticeStep { page, report, seen: Seen::sent(&page.form)? };
            let choices = match NoticeChoices::read(&page.form, report) {
                Ok(choices) => choices,
                Err(errors) => return step.choose_again(&errors),
            };
            if page.form.iter().any(|(name, _)| name == AnswerField::Text.name()) {
                return page.show(&step.written(&choices, page.form.first(AnswerField::Text.name()), &[]));
            }
            let text = choices.draft(report, page.desk.today().today()).compose();
            page.show(&step.written(&choices, text.as_str(), &[]))
        })
        .await
}

/// `POST /reports/{id}/notice/preview`
async fn preview(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, casebook, report| {
            let step = NoticeStep { page, report, seen: Seen::sent(&page.form)? };
            match step.read()? {
                ControlFlow::Continue((choices, text)) => step.preview(casebook, &choices, &text, &Again::default()),
                ControlFlow::Break(again) => Ok(again),
            }
        })
        .await
}

/// `POST /reports/{id}/notice/record`
async fn record(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let (sent, now) = (Seen::sent(&page.form)?, report.seen());
            let step = NoticeStep { page, report, seen: sent };
            let (choices, text) = match step.read()? {
                ControlFlow::Continue(read) => read,
                ControlFlow::Break(again) => return Ok(again),
            };
            // What is new is shown with this page, so the next one may be recorded.
            let step = NoticeStep { seen: now, ..step };
            let changed = sent.changed(now);
            let errors: Vec<FieldError> = changed.clone().into_iter().chain(unchecked(&page.form)).collect();
            if !errors.is_empty() {
                let again = Again { errors: &errors, changed: changed.is_some() };
                return step.preview(editor.casebook(), &choices, &text, &again);
            }
            let needs_approval = page.form.has(AnswerField::NeedsApproval.name(), YES);
            let notice = choices.notice(text, needs_approval)?;
            editor.notify(id, sent, notice, choices.areas, page.desk.today())?;
            go_to(&format!("/reports/{id}#messages"))
        })
        .await
}

/// What a notice says in the main.
struct NoticeChoices {
    variant: NoticeVariant,
    areas: Vec<Area>,
    told: Told,
    who_sees: WhoSees,
    late: Option<Late>,
}

impl NoticeChoices {
    fn read(form: &Entries, report: &ReportView) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field, message| errors.push(FieldError::new(field, message));
        let variant = chosen(form, AnswerField::Variant.name(), NoticeVariant::from_slug);
        let other_use = variant != Some(NoticeVariant::NoOtherUse);
        if variant.is_none() {
            wrong(AnswerField::Variant.name(), "Select what the notice says");
        } else if report.hindrance(letter_of(variant)) == Some(Hindrance::NoFirstNotice) {
            wrong(
                AnswerField::Variant.name(),
                "There is no first notice yet that this one could add to. Select another",
            );
        }
        let areas: Vec<Area> =
            Area::ALL.iter().copied().filter(|area| form.has(AnswerField::Area.name(), area.slug())).collect();
        if areas.is_empty() && other_use {
            wrong(AnswerField::Area.name(), "Select at least one area");
        }
        let told = chosen(form, AnswerField::Told.name(), Told::from_slug);
        if told.is_none() {
            wrong(AnswerField::Told.name(), "Select what the organisation is told");
        }
        let who_sees =
            chosen(form, AnswerField::WhoSees.name(), WhoSees::from_slug).or((!other_use).then_some(WhoSees::Team));
        if who_sees.is_none() {
            wrong(AnswerField::WhoSees.name(), "Select who sees what the person sent");
        }
        let overdue = report.entry.late_for(letter_of(variant));
        let late = match overdue.map(|clock| (clock.due_on, late_reason(form))) {
            Some((due_on, Ok(reason))) => Some(Late { due_on, reason }),
            Some((_, Err(error))) => {
                errors.push(error);
                None
            }
            None => None,
        };
        match (variant, told, who_sees) {
            (Some(variant), Some(told), Some(who_sees)) if errors.is_empty() => {
                let areas = if other_use { areas } else { Vec::new() };
                Ok(Self { variant, areas, told, who_sees, late })
            }
            _ => Err(errors),
        }
    }

    fn draft(&self, report: &ReportView, today: Date) -> NoticeDraft {
        // The message that waits for this notice: the first, or a later one if the first was told.
        let message = report.entry.kept_by(Letter::Notice).map(|clock| clock.started_on);
        NoticeDraft {
            areas: self.areas.clone(),
            variant: self.variant,
            late: self.late.clone(),
            told: self.told,
            who_sees: self.who_sees,
            received_on: message.min().unwrap_or(report.entry.received_on),
            route: report.entry.route,
            today,
        }
    }

    fn notice(&self, text: Text, needs_approval: bool) -> Result<NewNotice, CasebookError> {
        let notice = match letter_of(Some(self.variant)) {
            Letter::Supplementary => NewNotice::supplementary(text)?,
            Letter::Notice | Letter::Reply => NewNotice::new(text)?,
        };
        Ok(if needs_approval { notice.to_be_approved() } else { notice })
    }
}

/// One step of the way, with all that was chosen and typed on those before.
struct NoticeStep<'a> {
    page: &'a PageContext,
    report: &'a ReportView,
    /// What the page's form carries on.
    seen: Seen,
}

/// Why a preview comes again, if it does.
#[derive(Default)]
struct Again<'a> {
    errors: &'a [FieldError],
    changed: bool,
}

impl NoticeStep<'_> {
    /// `NoticeChoices` and text, or the page on which something is wrong.
    fn read(&self) -> Result<ControlFlow<Response, (NoticeChoices, Text)>, PageError> {
        let form = &self.page.form;
        if correspondence::blocked(self.report, Letter::Notice).is_some() {
            return self.choose_again(&[]).map(ControlFlow::Break);
        }
        let choices = match NoticeChoices::read(form, self.report) {
            Ok(choices) => choices,
            Err(errors) => return self.choose_again(&errors).map(ControlFlow::Break),
        };
        match read_text(form, AnswerKind::Notice) {
            Ok(text) => Ok(ControlFlow::Continue((choices, text))),
            Err(error) => {
                let again =
                    self.page.show_again(&self.written(&choices, form.first(AnswerField::Text.name()), &[error]));
                again.map(ControlFlow::Break)
            }
        }
    }

    fn choose_again(&self, errors: &[FieldError]) -> Result<Response, PageError> {
        let page = self.page;
        page.show_again(&NoticePage::new(&page.shell, self.report, self.seen, &page.form, errors))
    }

    fn written<'a>(&'a self, choices: &NoticeChoices, text: &str, errors: &'a [FieldError]) -> WritePage<'a> {
        WritePage::new(&self.page.shell, self.report, &self.draft(choices), text, errors)
    }

    fn preview(
        &self,
        casebook: &Casebook,
        choices: &NoticeChoices,
        text: &Text,
        again: &Again<'_>,
    ) -> Result<Response, PageError> {
        let team = casebook.team();
        let others = casebook.readers(self.report.entry.id).iter().any(|member| !member.is_me);
        let asked = self.page.form.has(AnswerField::NeedsApproval.name(), YES);
        let parts = PreviewParts {
            report: self.report,
            draft: self.draft(choices),
            text: text.as_str(),
            on: self.page.desk.today().today(),
            areas: choices.areas.clone(),
            approval: Some(Approval { always: casebook.second_approver(), alone: !others, asked }),
            errors: again.errors,
            changed: again.changed.then_some(team.as_slice()),
        };
        let view = PreviewPage::new(&self.page.shell, parts);
        if again.errors.is_empty() { self.page.show(&view) } else { self.page.show_again(&view) }
    }

    fn draft(&self, choices: &NoticeChoices) -> Draft<'_> {
        Draft { letter: letter_of(Some(choices.variant)), typed: &self.page.form, seen: self.seen }
    }
}

/// The letter that a variant is; while none is chosen, a notice that stands by itself.
fn letter_of(variant: Option<NoticeVariant>) -> Letter {
    if variant == Some(NoticeVariant::Supplementary) { Letter::Supplementary } else { Letter::Notice }
}
