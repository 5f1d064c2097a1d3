//! A request of the session, through which every handler reaches what is open.

use std::{ops::Deref, sync::Arc};

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{Method, StatusCode, Uri, request::Parts},
    response::Response,
};

use super::{
    Desk, PageError,
    from::WayBack,
    kept_form::TYPED,
    open_casebook::OpenCasebook,
    respond::{go_to, page},
    session_lock::Secret,
    view::{JustDone, Shell},
};
use crate::{
    casebook::{Casebook, Editor, QueueEntry, ReportView},
    domain::{Entries, ReportId},
    http::forms,
};

/// A request of the session that is under way. Every handler takes one, and needs it to reach anything.
#[derive(Clone)]
pub(super) struct Visit {
    desk: Desk,
    session: u64,
    token: Arc<Secret>,
    path: Arc<str>,
    /// Whether it asks for a page, and changes nothing.
    reads: bool,
    form: Arc<Entries>,
    /// The way back to the queue that the address or the form carried.
    way_back: WayBack,
}

/// A visit whose form came from a page of this session: only such a one changes the casebook.
#[derive(Clone)]
pub(super) struct Posted(Visit);

/// What a handler has around it while it works with what is open.
pub(super) struct PageContext {
    /// The settings: days, calendar, directory.
    pub(super) desk: Desk,
    session: u64,
    /// What every page of this visit has around it.
    pub(super) shell: Shell,
    /// What the form sent; nothing, if a page was only asked for.
    pub(super) form: Arc<Entries>,
}

impl Visit {
    /// Of the session with that number and token, for the page at that address.
    pub(super) fn new(desk: Desk, session: u64, token: Arc<Secret>, (method, uri): (&Method, &Uri)) -> Self {
        let (reads, way_back) = (*method == Method::GET, WayBack::read(&forms::query(uri)));
        Self { desk, session, token, path: uri.path().into(), reads, form: Arc::default(), way_back }
    }

    /// With the form that came with it, whose token was [found](Self::form_token_is) to be the session's.
    pub(super) fn posted(&self, form: Entries) -> Posted {
        Posted(Self { way_back: WayBack::read(&form), form: Arc::new(form), ..self.clone() })
    }

    /// Whether that is the token of its session.
    pub(super) fn form_token_is(&self, shown: &str) -> bool {
        self.token.is(shown)
    }

    /// The desk that it came to.
    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// What the form sent; nothing, if a page was only asked for.
    pub(super) fn form(&self) -> &Entries {
        &self.form
    }

    /// What its page has around it.
    pub(super) fn shell(&self) -> Shell {
        let shell = self.desk.shell_inside(self.token.written(), &self.path).back(self.way_back.clone());
        let is_elsewhere = &*self.path != TYPED;
        shell.telling(self.desk.urgent(self.session), is_elsewhere && self.desk.keeps_form())
    }

    /// Whether its session has not ended.
    pub(super) fn is_current(&self) -> bool {
        self.desk.is_current(self.session)
    }

    /// Reads the casebook as it stands now.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PageContext, &Casebook) -> Result<T, PageError> + Send + 'static,
    ) -> Result<T, PageError> {
        self.work(move |page, open| work(page, open.casebook()?)).await
    }

    /// Reads one report of the casebook, with every message opened: that leaves an event, so nobody else can write
    /// meanwhile.
    pub(super) async fn on_report<T: Send + 'static>(
        &self,
        id: ReportId,
        work: impl FnOnce(&PageContext, &Casebook, &ReportView) -> Result<T, PageError> + Send + 'static,
    ) -> Result<T, PageError> {
        self.work(move |page, open| {
            let mut editor = open.edit()?;
            let report = page.report(&mut editor, id)?;
            work(page, editor.casebook(), &report)
        })
        .await
    }

    /// Works with what is open, where it holds nobody else up, one request at a time, as long as the session lasts.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PageContext, &mut OpenCasebook) -> Result<T, PageError> + Send + 'static,
    ) -> Result<T, PageError> {
        let visit = self.clone();
        let make = move |open: &mut OpenCasebook| {
            let Visit { desk, session, reads, form, .. } = &visit;
            let done = if *reads { desk.take_done(*session) } else { None };
            // What is wrong with the casebook is for the work to say.
            if let Ok(casebook) = open.casebook() {
                desk.note_urgent(*session, casebook.urgent_counts(desk.shown_day()));
            }
            let shell = visit.shell().after(done);
            work(&PageContext { desk: desk.clone(), session: *session, shell, form: Arc::clone(form) }, open)
        };
        self.desk.with(self.session, make).await
    }
}

impl Posted {
    /// Opens the casebook for one change.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PageContext, &mut Editor<'_>) -> Result<T, PageError> + Send + 'static,
    ) -> Result<T, PageError> {
        self.work(move |page, open| work(page, &mut open.edit()?)).await
    }

    /// Opens the casebook for a change to one report, which nobody else can change meanwhile.
    pub(super) async fn change_report<T: Send + 'static>(
        &self,
        id: ReportId,
        work: impl FnOnce(&PageContext, &mut Editor<'_>, &ReportView) -> Result<T, PageError> + Send + 'static,
    ) -> Result<T, PageError> {
        self.change(move |page, editor| {
            let report = page.report(editor, id)?;
            work(page, editor, &report)
        })
        .await
    }
}

impl PageContext {
    /// A page, as it was asked for.
    pub(super) fn show(&self, template: &impl Template) -> Result<Response, PageError> {
        page(StatusCode::OK, template)
    }

    /// The page of a form once more, with what is wrong with it.
    pub(super) fn show_again(&self, template: &impl Template) -> Result<Response, PageError> {
        page(StatusCode::UNPROCESSABLE_ENTITY, template)
    }

    /// Goes to a report's page that says first what was done, and keeps the way back to the queue.
    pub(super) fn done_with(&self, id: ReportId, done: impl Into<String>) -> Result<Response, PageError> {
        self.done(&self.shell.to_report(&id), done)
    }

    /// Goes to a page that says first what was done.
    pub(super) fn done(&self, path: &str, done: impl Into<String>) -> Result<Response, PageError> {
        self.done_as(path, JustDone::new(done.into()))
    }

    /// The same, where more than a sentence is to be said of it.
    pub(super) fn done_as(&self, path: &str, done: JustDone) -> Result<Response, PageError> {
        self.desk.tell_done(self.session, done);
        go_to(path)
    }

    /// Notes what can't wait, after a change that no page shows.
    pub(super) fn note_urgent(&self, casebook: &Casebook) {
        self.desk.note_urgent(self.session, casebook.urgent_counts(self.desk.shown_day()));
    }

    /// One report on the shown day, with every message opened.
    pub(super) fn report(&self, editor: &mut Editor<'_>, id: ReportId) -> Result<ReportView, PageError> {
        Ok(editor.show(id, (self.desk.shown_day(), self.desk.calendar()), self.desk.today())?)
    }

    /// Every report on the shown day, the most pressing first.
    pub(super) fn queue(&self, casebook: &Casebook) -> Vec<QueueEntry> {
        casebook.list(self.desk.shown_day(), self.desk.calendar())
    }
}

impl Deref for Posted {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        // Without the layer there is no session to be of.
        parts.extensions.get().cloned().ok_or(PageError::Locked)
    }
}

impl<S: Sync> FromRequestParts<S> for Posted {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        parts.extensions.get().cloned().ok_or(PageError::Method)
    }
}
