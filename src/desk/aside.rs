//! Setting reports aside, one or many, and undoing it until the next export.

use axum::{
    Router,
    http::Uri,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    form::{
        aside::{AsideCarried, AsideField, named_reports},
        carried::YES,
        question::{AskedField, Problems},
    },
    view::{AsidePage, JustDone, ToSetAside, UndoAsidePage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, CasebookError, Editor, LookupError, NewAside, NotAllowed, QueueEntry},
    domain::{Entries, FieldError, ReportId, SetAsideReason, WhoElse},
    http::{capitalised, forms},
};

/// Where what was set aside is brought back.
const UNDO: &str = "/aside/undo";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/aside", get(ask).post(set_aside))
        .route(UNDO, get(undo))
        .route("/bring-back", post(bring_back))
}

/// `GET /aside?report=ID&report=ID…`
async fn ask(visit: Visit, uri: Uri) -> Result<Response, PageError> {
    let query = forms::query(&uri);
    visit.read(move |page, casebook| show(page, casebook, &query)).await
}

/// `POST /aside`: sets them aside for the reason whose button was pressed. Without one, which is what a list of rows sends, it
/// asks for it.
async fn set_aside(posted: Posted) -> Result<Response, PageError> {
    let Some(reason) = SetAsideReason::from_slug(posted.form().first(AsideCarried::Reason.name())) else {
        return posted.read(|page, casebook| show(page, casebook, &page.form)).await;
    };
    if !SetAsideReason::CHOSEN.contains(&reason) {
        return Err(PageError::NotFound);
    }
    posted
        .change(move |page, editor| {
            let queue = page.queue(editor.casebook());
            let named = named_reports(&page.form).ok_or(PageError::NotFound)?;
            let chosen = ToSetAside::of(editor.casebook(), &queue, &named).ok_or(PageError::NotFound)?;
            let reports = chosen.ids(page.form.has(AsideCarried::Same.name(), YES));
            match why(&page.form, editor.casebook(), (&chosen, &reports), reason) {
                Ok(why) => {
                    editor.set_aside(&reports, why, page.desk.today())?;
                    let done = JustDone::new(said(&reports, "set aside", reason.label())).undone_at(UNDO);
                    page.done_as(&page.shell.to_queue(), done)
                }
                Err(errors) => {
                    let typed = (&*page.form, errors);
                    page.show_again(&aside_page(page, editor.casebook(), &queue, chosen, typed))
                }
            }
        })
        .await
}

/// `GET /aside/undo`
async fn undo(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| page.show(&UndoAsidePage::new(&page.shell, casebook, &page.queue(casebook), Vec::new())))
        .await
}

/// `POST /bring-back`: the reports that it names, or all of one act.
async fn bring_back(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let reports = to_bring_back(&page.form, editor)?;
            match editor.bring_back(&reports, page.desk.today()) {
                Ok(()) => {
                    let path = match reports.as_slice() {
                        [one] => page.shell.to_report(one),
                        _ => page.shell.to_queue(),
                    };
                    page.done(&path, said(&reports, "open again", "it stands as it did before"))
                }
                Err(CasebookError::NotAllowed(why @ (NotAllowed::ToldAside(_) | NotAllowed::Nothing))) => {
                    let message = match why {
                        NotAllowed::ToldAside(id) => format!(
                            "“{}” is not set aside any more, or an export told the box meanwhile. Nothing was brought back. \
                             Write to the person to open it again",
                            id.in_words()
                        ),
                        _ => "An export told the box meanwhile, or a colleague brought them back. Nothing was brought \
                              back. Write to the person to open a report again"
                            .to_owned(),
                    };
                    let errors = vec![FieldError::new(AsideCarried::Report.name(), message)];
                    let queue = page.queue(editor.casebook());
                    page.show_again(&UndoAsidePage::new(&page.shell, editor.casebook(), &queue, errors))
                }
                Err(other) => Err(other.into()),
            }
        })
        .await
}

fn to_bring_back(form: &Entries, editor: &Editor<'_>) -> Result<Vec<ReportId>, PageError> {
    let act = form.first(AsideCarried::Act.name());
    if act.is_empty() {
        return named_reports(form).ok_or(PageError::NotFound);
    }
    let event: u64 = act.parse().map_err(|_| PageError::NotFound)?;
    let acts = editor.casebook().to_bring_back();
    Ok(acts.into_iter().find(|act| act.event == event).map(|act| act.reports).unwrap_or_default())
}

fn show(page: &PageContext, casebook: &Casebook, form: &Entries) -> Result<Response, PageError> {
    let queue = page.queue(casebook);
    let named = named_reports(form).ok_or(PageError::NotFound)?;
    let chosen = ToSetAside::of(casebook, &queue, &named).ok_or(PageError::NotFound)?;
    page.show(&aside_page(page, casebook, &queue, chosen, (form, Vec::new())))
}

/// The page that asks why, with the way back to the queue as it was.
fn aside_page<'a>(
    page: &'a PageContext,
    casebook: &Casebook,
    queue: &[QueueEntry],
    chosen: ToSetAside,
    (typed, errors): (&Entries, Vec<FieldError>),
) -> AsidePage<'a> {
    AsidePage::new(&page.shell, casebook, queue, chosen, (typed, errors))
}

/// What was pressed and typed, unless something is wrong with it or the reports are not any more what the page showed.
fn why(
    form: &Entries,
    casebook: &Casebook,
    (chosen, reports): (&ToSetAside, &[ReportId]),
    reason: SetAsideReason,
) -> Result<NewAside, Vec<FieldError>> {
    let mut problems = Problems::default();
    let at_the_reports = |message: &str| FieldError::new(AsideCarried::Report.name(), message);
    let is_with_others = form.has(AsideCarried::Same.name(), YES);
    let are_others = form.first(AsideCarried::Others.name()) == chosen.others().to_string();
    if reports.is_empty() {
        problems.push(at_the_reports("Choose a report that can be set aside"));
    } else if chosen.has_left_out() || form.first(AsideCarried::Seen.name()) != chosen.standing() {
        let message = "Something came in or was recorded meanwhile. Nothing is set aside yet. Look at the reports, then press \
                       the button again";
        problems.push(at_the_reports(message));
    } else if is_with_others && !are_others {
        let message = "Other reports say the same now than those that were named. Nothing is set aside yet. Look at them, \
                       then press the button again";
        problems.push(FieldError::new(AsideCarried::Same.name(), message));
    }
    let note = problems.take(AsideField::Note.optional_text(form)).flatten();
    let why = match reason {
        SetAsideReason::Duplicate => problems.take(other_report(form, casebook, reports)).map(NewAside::duplicate_of),
        SetAsideReason::NotForUs => {
            let named = form.all(AsideField::TurnTo.name()).filter_map(WhoElse::from_slug);
            Some(NewAside::not_for_us(named.collect()))
        }
        _ => Some(reason.into()),
    };
    match why {
        Some(why) if problems.is_empty() => Ok(why.noted(note)),
        _ => Err(problems.into_errors()),
    }
}

/// The report that they are the same as: what was typed, or else what was picked.
fn other_report(form: &Entries, casebook: &Casebook, reports: &[ReportId]) -> Result<ReportId, FieldError> {
    let typed = AsideField::SameAs.optional_text(form)?;
    let other = match typed.as_ref() {
        Some(name) => by_name(casebook, name.as_str())?,
        None => form.first(AsideField::Pick.name()).parse().map_err(|_| AsideField::SameAs.remedy())?,
    };
    if reports.contains(&other) {
        return Err(AsideField::SameAs.error("Choose a report that is not itself set aside with them"));
    }
    if casebook.seen(other).is_err() {
        return Err(AsideField::SameAs.error("You can’t open that report. Choose one that you can open"));
    }
    Ok(other)
}

/// The report of a name of two words, or of the beginning of an id.
fn by_name(casebook: &Casebook, typed: &str) -> Result<ReportId, FieldError> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let several = || AsideField::SameAs.error("More than one report is called that. Enter the beginning of its id");
    let nobody = || AsideField::SameAs.error("No report is called that. Check its name, or enter its id");
    if words.len() == 2 {
        let name = words.join(" ");
        let mut called = casebook.readable().filter(|id| id.in_words() == name);
        return match (called.next(), called.next()) {
            (Some(id), None) => Ok(id),
            (None, _) => Err(nobody()),
            (Some(_), Some(_)) => Err(several()),
        };
    }
    casebook.find(&words.concat()).map_err(|error| match error {
        CasebookError::Lookup(LookupError::AmbiguousId(_)) => several(),
        CasebookError::Lookup(LookupError::NoReport | LookupError::NotAnId) => nobody(),
        other => AsideField::SameAs.error(capitalised(&other.to_string())),
    })
}

/// What was done with reports, in a sentence.
fn said(reports: &[ReportId], what: &str, more: &str) -> String {
    let more = more.strip_prefix("It ").map_or_else(|| more.to_owned(), |rest| format!("it {rest}"));
    match reports {
        [one] => format!("“{}” is {what}: {more}.", one.in_words()),
        [first, second] => format!("“{}” and “{}” are {what}: {more}.", first.in_words(), second.in_words()),
        [first, rest @ ..] => format!("“{}” and {} others are {what}: {more}.", first.in_words(), rest.len()),
        [] => format!("Nothing is {what}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_of_one_and_of_many() {
        let ids: Vec<ReportId> = (0..4).map(|number| ReportId([number; 8])).collect();
        let first = ids[0].in_words();
        let label = SetAsideReason::Test.label();
        assert_eq!(said(&ids[..1], "set aside", label), format!("“{first}” is set aside: it is a test."));
        assert_eq!(said(&ids, "set aside", label), format!("“{first}” and 3 others are set aside: it is a test."));
        assert!(said(&ids[..2], "open again", "x").contains(&format!("“{}” are open again", ids[1].in_words())));
    }
}
