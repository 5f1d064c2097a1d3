//! What has happened to a report, for whoever has its receipt code.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, WebError,
    answers::open_answers,
    codes,
    departure::{Departure, Steps},
    own_copies::open_copies,
    respond::page,
    view::{AskPage, StatusPage, StatusParts, TypedFollowUp, WithdrawnPage},
};
use crate::{
    crypto::{Code, Receipt},
    domain::{Entries, FieldError, FormField, SendId},
    http::{Day, Days, forms},
    store::StoredReport,
};

/// `GET /status`
pub(super) async fn ask(State(app): State<App>) -> Result<Response, WebError> {
    page(StatusCode::OK, &AskPage { shell: app.shell(), errors: &[], typed: "", restored: restored(&app), unsent: "" })
}

/// `POST /status`
pub(super) async fn show(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    match find(&app, &form, Steps::for_reading()).await? {
        Lookup::Report(found, departure) => {
            let page = found.page(&app, typed_follow_up(&form)).await;
            departure.wait().await;
            page
        }
        Lookup::Nothing(response) => Ok(response),
    }
}

/// What a receipt code that was typed leads to.
pub(super) enum Lookup {
    /// A report, and when the answer leaves.
    Report(Box<OpenedReport>, Departure),
    /// No report, and the page that says why.
    Nothing(Response),
}

/// A report and what its code gives.
pub(super) struct OpenedReport {
    pub code: Code,
    /// What opens its answers.
    pub receipt: Receipt,
    pub report: StoredReport,
}

/// Looks for the report of a receipt code. What is not a code is answered before any hashing; a code that leads nowhere
/// when the answer to another one would leave.
pub(super) async fn find(app: &App, form: &Entries, steps: Steps) -> Result<Lookup, WebError> {
    let code = match Code::parse(form.first(FormField::Code.slug())) {
        Ok(code) => code,
        Err(error) => return ask_again(app, form, &error.to_string()).map(Lookup::Nothing),
    };
    let receipt = app.look_up(code.clone()).await?;
    let departure = steps.hashed().await;
    let locator = receipt.locator;
    if let Some(report) = app.blocking(move |app| Ok(app.store().report_at(locator)?)).await? {
        Ok(Lookup::Report(Box::new(OpenedReport { code, receipt, report }), departure))
    } else {
        let says = "We can’t find a report with this code. Check it against what you wrote down";
        let page = ask_again(app, form, says);
        departure.wait().await;
        page.map(Lookup::Nothing)
    }
}

impl OpenedReport {
    /// The report's page, with a follow-up that was typed before.
    pub(super) async fn page(self, app: &App, follow_up: TypedFollowUp) -> Result<Response, WebError> {
        if let Some(on) = self.report.withdrawn_on {
            return page(StatusCode::OK, &WithdrawnPage { shell: app.shell(), unsent: vec![], on: Day(on) });
        }
        // Opening answers is work.
        app.blocking(move |app| {
            let calendar = app.calendar();
            let parts = StatusParts {
                shell: app.shell(),
                limits: app.config().limits,
                today: app.today(),
                calendar: &calendar,
                emptied_on: app.store().last_collected_on()?,
                restored: restored(app),
            };
            let tag = codes::follow_up_tag(app, &self.code);
            let signers = app.store().known_signers()?;
            let answers = open_answers(app.store().settings().box_id, &signers, &self.receipt, &self.report);
            let copies = open_copies(app, &self.receipt, &self.report)?;
            let view = StatusPage::new(parts, (self.code.grouped(), tag), &self.report, (answers, copies), follow_up);
            page(StatusCode::OK, &view)
        })
        .await
    }
}

/// The id that a form carries so that sending it twice is the same as once.
pub(super) fn send_id(form: &Entries) -> Option<SendId> {
    form.first(FormField::SendId.slug()).parse().ok()
}

/// What was typed of a follow-up that is not sent yet.
pub(super) fn typed_follow_up(form: &Entries) -> TypedFollowUp {
    TypedFollowUp { typed: form.first(FormField::Message.slug()).to_owned(), send_id: send_id(form) }
}

/// Between which days what was sent may be lost: the same for every code.
fn restored(app: &App) -> Option<Days> {
    let epoch = app.store().settings().epoch;
    Some(Days { from: Day(epoch.backup_of?), to: Day(epoch.began_on) })
}

/// Asks for the code, with what is wrong with the one that was typed. A follow-up that came with it is given back.
pub(super) fn ask_again(app: &App, form: &Entries, message: &str) -> Result<Response, WebError> {
    let (typed, unsent) = (form.first(FormField::Code.slug()), form.first(FormField::Message.slug()));
    let errors = [FieldError::new(FormField::Code.slug(), message)];
    page(
        StatusCode::UNPROCESSABLE_ENTITY,
        &AskPage { shell: app.shell(), errors: &errors, typed, restored: restored(app), unsent },
    )
}
