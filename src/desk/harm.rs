//! Whether the danger of which a person wrote is seen to: by whom, since when and how.

use axum::{Router, http::Uri, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        carried::CarriedField,
        harm::{HarmField, SINCE, read_since},
        question::{AskedField, Problems},
        stale::Seen,
    },
    from::WayBack,
    view::{HarmPage, HarmParts},
    visit::Posted,
};
use crate::{
    casebook::{Casebook, NewAssessment, ReportView},
    domain::{Assessment, Date, Entries, FieldError, HarmSeenTo},
    http::forms,
};

/// What the button that takes it back sends.
const TAKE_BACK: &str = "take-back";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/harm", get(form).post(see_to))
}

/// `GET /reports/{id}/harm`: to begin with, whoever asks sees to it from today on.
async fn form(visit: Visit, OfReport(id): OfReport, uri: Uri) -> Result<Response, PageError> {
    let way_back = WayBack::read(&forms::query(&uri));
    visit
        .on_report(id, move |page, casebook, report| {
            let typed = begun(report, casebook, page.desk.today().today());
            let parts = HarmParts { report, casebook, typed: &typed, errors: &[], way_back };
            page.show(&HarmPage::new(&page.shell, parts))
        })
        .await
}

/// `POST /reports/{id}/harm`
async fn see_to(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let seen = Seen::sent(&page.form)?;
            let way_back = WayBack::read(&page.form);
            let is_taken_back = page.form.first(CarriedField::Then.name()) == TAKE_BACK;
            let read = if is_taken_back { Ok(None) } else { harm(&page.form, page.desk.today().today()).map(Some) };
            let errors = match (seen.changed(report.seen()), read) {
                (None, Ok(harm)) => {
                    let done = match &harm {
                        Some(_) => "Recorded: the danger is seen to.",
                        None => "Taken back: the danger is not said to be seen to any more.",
                    };
                    let assessment = Assessment { harm, ..report.assessment.clone() };
                    if assessment != report.assessment
                        && let Some(new) = NewAssessment::new(Some(assessment), None, None)
                    {
                        // Whoever says this has not said that they read everything.
                        let seen = Seen { read: report.read(), ..seen };
                        editor.assess(id, seen, new, page.desk.today())?;
                    }
                    return page.done(&way_back.report(id), done);
                }
                (changed, read) => changed.into_iter().chain(read.err().unwrap_or_default()).collect::<Vec<_>>(),
            };
            let (casebook, typed) = (editor.casebook(), &*page.form);
            let parts = HarmParts { report, casebook, typed, errors: &errors, way_back };
            page.show_again(&HarmPage::new(&page.shell, parts))
        })
        .await
}

/// What the form begins with: what is recorded, or that whoever asks sees to it.
fn begun(report: &ReportView, casebook: &Casebook, today: Date) -> Entries {
    let mut typed = Entries::default();
    let mut put = |field: HarmField, value: &str| typed.push(field.name().to_owned(), value.to_owned());
    let on = if let Some(HarmSeenTo { by, on, how }) = &report.assessment.harm {
        put(HarmField::By, by.as_str());
        put(HarmField::How, how.as_ref().map_or("", |how| how.as_str()));
        *on
    } else {
        let me = casebook.me().and_then(|me| casebook.member_name(me));
        put(HarmField::By, me.map_or("", |name| name.as_str()));
        today
    };
    SINCE.fill(&mut typed, on);
    typed
}

fn harm(form: &Entries, today: Date) -> Result<HarmSeenTo, Vec<FieldError>> {
    let mut problems = Problems::default();
    let by = problems.take(HarmField::By.text(form));
    let on = problems.take(read_since(form, today));
    let how = problems.take(HarmField::How.optional_text(form));
    match (by, on, how) {
        (Some(by), Some(on), Some(how)) => Ok(HarmSeenTo { by, on, how }),
        _ => Err(problems.into_errors()),
    }
}
