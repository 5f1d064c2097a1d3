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
        correspondence::{AnswerField, read_text},
        question::{AskedField, Problems},
        stale::Seen,
    },
    letter_step::{Again, LetterStep},
    respond::go_to,
    view::correspondence::NoticePage,
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{
        CasebookError, Hindrance, Letter, NewNotice, ReportView,
        notice::{Late, NoticeDraft},
    },
    domain::{Area, Date, Entries, FieldError, NoticeVariant, Text, Told, WhoSees},
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
            let choices = match NoticeChoices::read(&page.form, report) {
                Ok(choices) => choices,
                Err(errors) => return choose_again(page, report, &errors),
            };
            let step = LetterStep::sent(page, report, letter_of(Some(choices.variant)))?;
            if page.form.iter().any(|(name, _)| name == AnswerField::Text.name()) {
                return step.write(page.form.first(AnswerField::Text.name()));
            }
            step.write(choices.draft(report, page.desk.today().today()).compose().as_str())
        })
        .await
}

/// `POST /reports/{id}/notice/preview`
async fn preview(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .on_report(id, |page, casebook, report| match read(page, report)? {
            ControlFlow::Continue((step, choices, text)) => {
                step.preview(casebook, &text, choices.areas, &Again::default())
            }
            ControlFlow::Break(again) => Ok(again),
        })
        .await
}

/// `POST /reports/{id}/notice/record`
async fn record(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let (step, choices, text) = match read(page, report)? {
                ControlFlow::Continue(read) => read,
                ControlFlow::Break(again) => return Ok(again),
            };
            if let Some((step, again)) = step.hindered() {
                return step.preview(editor.casebook(), &text, choices.areas, &again);
            }
            let notice = choices.notice(text, step.needs_approval())?;
            editor.notify(id, step.seen, notice, choices.areas, page.desk.today())?;
            go_to(&format!("/reports/{id}#messages"))
        })
        .await
}

/// Choices and text, or the page on which something is wrong.
fn read<'a>(
    page: &'a PageContext,
    report: &'a ReportView,
) -> Result<ControlFlow<Response, (LetterStep<'a>, NoticeChoices, Text)>, PageError> {
    if correspondence::blocked(report, Letter::Notice).is_some() {
        return choose_again(page, report, &[]).map(ControlFlow::Break);
    }
    let choices = match NoticeChoices::read(&page.form, report) {
        Ok(choices) => choices,
        Err(errors) => return choose_again(page, report, &errors).map(ControlFlow::Break),
    };
    let step = LetterStep::sent(page, report, letter_of(Some(choices.variant)))?;
    match read_text(&page.form, step.letter) {
        Ok(text) => Ok(ControlFlow::Continue((step, choices, text))),
        Err(error) => step.write_again(page.form.first(AnswerField::Text.name()), &[error]).map(ControlFlow::Break),
    }
}

fn choose_again(page: &PageContext, report: &ReportView, errors: &[FieldError]) -> Result<Response, PageError> {
    page.show_again(&NoticePage::new(&page.shell, report, Seen::sent(&page.form)?, &page.form, errors))
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
        match (variant, areas, told, who_sees) {
            (Some(variant), Some(areas), Some(told), Some(who_sees)) if problems.is_empty() => {
                Ok(Self { variant, areas, told, who_sees, late })
            }
            _ => Err(problems.into_errors()),
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

/// The letter that a variant is; while none is chosen, a notice that stands by itself.
fn letter_of(variant: Option<NoticeVariant>) -> Letter {
    if variant == Some(NoticeVariant::Supplementary) { Letter::Supplementary } else { Letter::Notice }
}
