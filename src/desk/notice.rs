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
    drafts::filled,
    form::{
        correspondence::{AnswerField, LetterText, read_text},
        notice_gaps::read_gaps,
        question::{AskedField, Problems},
        stale::Seen,
    },
    letter_step::{Again, LetterStep},
    saved_texts::put_in,
    view::{Beside, correspondence::NoticePage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{
        Casebook, CasebookError, Hindrance, Letter, NewNotice, ReportView,
        notice::{Late, NoticeDraft, NoticeGaps},
    },
    domain::{Area, Date, Entries, FieldError, NoticeVariant, Text, Told, WhoSees},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports/{id}/notice", get(begin))
        .route("/reports/{id}/notice/choices", get(choose))
        .route("/reports/{id}/notice/write", post(write))
        .route("/reports/{id}/notice/put-in", post(put_in_text))
        .route("/reports/{id}/notice/preview", post(preview))
        .route("/reports/{id}/notice/record", post(record))
}

/// `GET /reports/{id}/notice`: this member's draft, if one waits, else the choices.
async fn begin(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, |page, casebook, report| {
            let typed = filled(casebook.my_draft(report.entry.id, Letter::Notice.kind())?.as_ref());
            let text = typed.first(AnswerField::Text.name());
            if text.is_empty() {
                return choices_page(page, casebook, report, &typed);
            }
            let variant = NoticeVariant::from_slug(typed.first(AnswerField::Variant.name()));
            LetterStep::begin(page, report, letter_of(variant), &typed).write(casebook, text)
        })
        .await
}

/// `GET /reports/{id}/notice/choices`: anew, with the choices of the draft.
async fn choose(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, |page, casebook, report| {
            let typed = filled(casebook.my_draft(report.entry.id, Letter::Notice.kind())?.as_ref());
            choices_page(page, casebook, report, &typed)
        })
        .await
}

/// `POST /reports/{id}/notice/write`: the text that the choices make, to be changed, or back from the preview.
async fn write(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, casebook, report| {
            let choices = match NoticeChoices::read(page, report) {
                Ok(choices) => choices,
                Err(errors) => return choose_again(page, casebook, report, &errors),
            };
            let step = LetterStep::sent(page, report, letter_of(Some(choices.variant)))?;
            if is_written(page) {
                return step.write(casebook, page.form.first(AnswerField::Text.name()));
            }
            step.write(casebook, choices.compose(page, report).as_str())
        })
        .await
}

/// `POST /reports/{id}/notice/put-in`
async fn put_in_text(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, casebook, report| {
            let variant = NoticeVariant::from_slug(page.form.first(AnswerField::Variant.name()));
            put_in(page, casebook, report, letter_of(variant))
        })
        .await
}

/// `POST /reports/{id}/notice/preview`: of the text that was written, else of the one that the choices make. What is
/// looked at is kept as a draft.
async fn preview(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, |page, editor, report| match read(page, editor.casebook(), report)? {
            ControlFlow::Continue((step, choices, text)) => {
                step.keep(editor, &text.typed)?;
                step.preview(editor.casebook(), &text, choices.areas, &Again::default())
            }
            ControlFlow::Break(again) => Ok(again),
        })
        .await
}

/// `POST /reports/{id}/notice/record`
async fn record(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let (step, choices, text) = match read(page, editor.casebook(), report)? {
                ControlFlow::Continue(read) => read,
                ControlFlow::Break(again) => return Ok(again),
            };
            if let Some((step, again)) = step.hindered(editor.casebook(), &text)? {
                return step.preview(editor.casebook(), &text, choices.areas, &again);
            }
            let (others, waits) = (step.others(editor.casebook())?, step.will_wait(editor.casebook()));
            if waits {
                // What is taken back is the writer's draft again.
                step.keep(editor, &text.typed)?;
            }
            let notice = || choices.notice(text.whole.clone(), step.needs_approval());
            editor.notify(id, step.seen, notice()?, choices.areas.clone(), page.desk.today())?;
            for (other, seen) in &others {
                editor.notify(*other, *seen, notice()?, choices.areas.clone(), page.desk.today())?;
            }
            page.done_with(id, correspondence::recorded("notice", report, waits, &others))
        })
        .await
}

/// Whether the form has a text already.
fn is_written(page: &PageContext) -> bool {
    page.form.iter().any(|(name, _)| name == AnswerField::Text.name())
}

/// Choices and text, or the page on which something is wrong.
fn read<'a>(
    page: &'a PageContext,
    casebook: &Casebook,
    report: &'a ReportView,
) -> Result<ControlFlow<Response, (LetterStep<'a>, NoticeChoices, LetterText)>, PageError> {
    if correspondence::blocked(report, Letter::Notice).is_some() {
        return choose_again(page, casebook, report, &[]).map(ControlFlow::Break);
    }
    let choices = match NoticeChoices::read(page, report) {
        Ok(choices) => choices,
        Err(errors) => return choose_again(page, casebook, report, &errors).map(ControlFlow::Break),
    };
    let step = LetterStep::sent(page, report, letter_of(Some(choices.variant)))?;
    if !is_written(page) {
        let text = LetterText::composed(choices.compose(page, report));
        return Ok(ControlFlow::Continue((step, choices, text)));
    }
    match read_text(&page.form, step.letter) {
        Ok(text) => Ok(ControlFlow::Continue((step, choices, text))),
        Err(error) => {
            let typed = page.form.first(AnswerField::Text.name());
            step.write_again(casebook, typed, &[error]).map(ControlFlow::Break)
        }
    }
}

fn choices_page(
    page: &PageContext,
    casebook: &Casebook,
    report: &ReportView,
    typed: &Entries,
) -> Result<Response, PageError> {
    let mut first = typed.copy();
    if first.iter().next().is_none() {
        for area in report.assessment.areas.as_ref().unwrap_or(&report.chosen_areas) {
            first.push(AnswerField::Area.name().to_owned(), area.slug().to_owned());
        }
    }
    let beside = Beside::new(report, casebook, false);
    page.show(&NoticePage::new(&page.shell, (report, beside), report.seen(), &first, &[]))
}

fn choose_again(
    page: &PageContext,
    casebook: &Casebook,
    report: &ReportView,
    errors: &[FieldError],
) -> Result<Response, PageError> {
    let beside = Beside::new(report, casebook, false);
    page.show_again(&NoticePage::new(&page.shell, (report, beside), Seen::sent(&page.form)?, &page.form, errors))
}

/// What a notice says in the main.
struct NoticeChoices {
    variant: NoticeVariant,
    areas: Vec<Area>,
    told: Told,
    who_sees: WhoSees,
    late: Option<Late>,
    gaps: NoticeGaps,
}

impl NoticeChoices {
    fn read(page: &PageContext, report: &ReportView) -> Result<Self, Vec<FieldError>> {
        let form = &*page.form;
        let mut problems = Problems::default();
        let variant = problems.take(AnswerField::Variant.chosen(form, NoticeVariant::from_slug));
        if report.hindrance(letter_of(variant)) == Some(Hindrance::NoFirstNotice) {
            problems.push(
                AnswerField::Variant.error("There is no first notice yet that this one could add to. Select another"),
            );
        }
        let no_other_use = variant == Some(NoticeVariant::NoOtherUse);
        let areas = if no_other_use {
            Some(Vec::new())
        } else {
            problems.take(AnswerField::Area.any_of(form, Area::from_slug))
        };
        let told = problems.take(AnswerField::Told.chosen(form, Told::from_slug));
        let who_sees = AnswerField::WhoSees.chosen(form, WhoSees::from_slug);
        let who_sees = if no_other_use { who_sees.ok().or(Some(WhoSees::Team)) } else { problems.take(who_sees) };
        let late = report.entry.late_for(letter_of(variant)).and_then(|clock| {
            let reason = problems.take(AnswerField::LateReason.text(form))?;
            Some(Late { due_on: clock.due_on, reason })
        });
        // They are in a text that was written, or are not any more.
        let gaps = match variant {
            Some(variant) if !is_written(page) => {
                let chosen = (variant, areas.as_deref().unwrap_or_default(), who_sees);
                read_gaps(form, chosen, page.desk.today().today(), &mut problems)
            }
            _ => NoticeGaps::default(),
        };
        match (variant, areas, told, who_sees) {
            (Some(variant), Some(areas), Some(told), Some(who_sees)) if problems.is_empty() => {
                Ok(Self { variant, areas, told, who_sees, late, gaps })
            }
            _ => Err(problems.into_errors()),
        }
    }

    fn compose(&self, page: &PageContext, report: &ReportView) -> Text {
        self.draft(report, page.desk.today().today()).compose()
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
            gaps: self.gaps.clone(),
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

/// The letter that a variant is; while none is chosen, a notice that stands by itself.
fn letter_of(variant: Option<NoticeVariant>) -> Letter {
    if variant == Some(NoticeVariant::Supplementary) { Letter::Supplementary } else { Letter::Notice }
}
