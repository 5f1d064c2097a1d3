//! What the desk's templates are given.

mod approve;
mod carry;
mod change_of_use;
mod coming;
pub(super) mod correspondence;
mod date_field;
mod decide;
mod destroy;
mod figures;
mod filter;
mod finds;
mod history;
mod promise;
mod queue;
mod refer;
mod report;
mod team;
#[cfg(test)]
mod validity;
mod words;

pub(super) use approve::{ApprovePage, ApproveParts, REASON, ToApprovePage, WaitingRow};
pub(super) use carry::{CarryPage, ImportPage};
pub(super) use change_of_use::{ChangeOfUsePage, WHY};
pub(super) use decide::{DecidePage, DecideParts};
pub(super) use destroy::{CONFIRM, DestroyPage, RetentionPage};
pub(super) use figures::FiguresPage;
pub(super) use filter::Filter;
pub(super) use queue::{QueuePage, SEARCH};
pub(super) use refer::ReferPage;
pub(super) use report::{FilePage, ReportPage, ShownParts};
pub(super) use team::{MemberLeavePage, ShutOutPage, TeamPage};

use std::{borrow::Cow, sync::LazyLock, time::Duration};

use askama::Template;
use zeroize::Zeroizing;

use super::error::ErrorText;
use crate::{
    domain::{CasebookId, FieldError},
    http::shortened,
};

/// The style sheet of box and desk, with what the desk alone shows. As it is sent.
pub(super) static CSS: LazyLock<String> = LazyLock::new(|| {
    shortened(concat!(
        include_str!("../../../templates/partials/style.css"),
        include_str!("../../../templates/desk/style.css"),
        include_str!("../../../templates/desk/decide.css"),
        include_str!("../../../templates/desk/report.css"),
        include_str!("../../../templates/desk/coming.css"),
        include_str!("../../../templates/desk/figures.css"),
        include_str!("../../../templates/partials/style_media.css")
    ))
});

/// The parts of the desk that every page leads to.
const LINKS: &[(&str, &str)] = &[
    ("/", "Queue"),
    ("/approve", "Approve"),
    ("/carry", "Carry"),
    ("/figures", "Figures"),
    ("/retention", "Kept"),
    ("/team", "Team"),
];
/// Digits of a casebook's id at the foot of each page: enough to tell two casebooks apart.
const SHORT_ID: usize = 8;

/// What every page has around it.
pub(super) struct Shell {
    css: &'static str,
    demo: bool,
    /// How long the desk stays open without a request.
    lock_minutes: u64,
    /// What each form of the page carries.
    token: Zeroizing<String>,
    /// What only a session may see.
    inside: Option<Inside>,
}

struct Inside {
    casebook: String,
    parts: Vec<Link>,
}

/// A link to a part of the desk, marked if the page is it.
struct Link {
    path: &'static str,
    name: &'static str,
    here: bool,
}

impl Shell {
    /// Of a page that anyone on this machine may see, with the token of its forms.
    pub(super) fn new(demo: bool, lock_after: Duration, token: Zeroizing<String>) -> Self {
        Self { css: &CSS, demo, lock_minutes: lock_after.as_secs().div_ceil(60), token, inside: None }
    }

    /// Of a page of the session, at that path.
    pub(super) fn inside(self, casebook: CasebookId, path: &str) -> Self {
        let parts = LINKS.iter().map(|(to, name)| Link { path: to, name, here: *to == path }).collect();
        let casebook = casebook.to_string().chars().take(SHORT_ID).collect();
        Self { inside: Some(Inside { casebook, parts }), ..self }
    }
}

#[cfg(test)]
impl Shell {
    /// What each form of the page carries.
    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

/// What is seen without a session.
#[derive(Template)]
#[template(path = "desk/locked.html")]
pub(super) struct LockedPage<'a> {
    pub(super) shell: &'a Shell,
    /// Whether a passphrase opens it.
    pub(super) protected: bool,
    pub(super) errors: &'a [FieldError],
}

/// An error.
#[derive(Template)]
#[template(path = "desk/error.html")]
pub(super) struct ErrorPage<'a> {
    shell: &'a Shell,
    heading: &'static str,
    happened: Cow<'static, str>,
    remedy: &'static str,
}

impl<'a> ErrorPage<'a> {
    pub(super) fn new(shell: &'a Shell, words: ErrorText) -> Self {
        Self { shell, heading: words.heading, happened: words.happened, remedy: words.remedy }
    }
}
