//! What every page has around it, and the pages that have little more.

use std::{borrow::Cow, sync::LazyLock, time::Duration};

use askama::Template;
use zeroize::Zeroizing;

use super::urgent::UrgentLink;
use crate::{
    casebook::{NoteSubject, UrgentCounts},
    desk::{error::ErrorText, from::WayBack},
    domain::{CasebookId, FieldError, ReportId},
    http::shortened,
};

/// The style sheet of box and desk, with what the desk alone shows. As it is sent.
pub(in crate::desk) static CSS: LazyLock<String> = LazyLock::new(|| {
    shortened(concat!(
        include_str!("../../../templates/partials/style.css"),
        include_str!("../../../templates/desk/style.css"),
        include_str!("../../../templates/desk/decide.css"),
        include_str!("../../../templates/desk/report.css"),
        include_str!("../../../templates/desk/beside.css"),
        include_str!("../../../templates/desk/coming.css"),
        include_str!("../../../templates/desk/queue.css"),
        include_str!("../../../templates/desk/figures.css"),
        include_str!("../../../templates/desk/wider.css"),
        include_str!("../../../templates/partials/style_media.css")
    ))
});

/// The parts of the desk that every page leads to.
const LINKS: &[(&str, &str)] = &[
    ("/", "Queue"),
    ("/enter", "Enter"),
    ("/approve", "Approve"),
    ("/carry", "Carry"),
    ("/organisations", "Organisations"),
    ("/figures", "Figures"),
    ("/retention", "Kept"),
    ("/team", "Team"),
];
/// Digits of a casebook's id at the foot of each page: enough to tell two casebooks apart.
const SHORT_ID: usize = 8;

/// What every page has around it.
pub(in crate::desk) struct Shell {
    pub(super) css: &'static str,
    pub(super) demo: bool,
    /// How long the desk stays open without a request.
    pub(super) lock_minutes: u64,
    /// What each form of the page carries.
    pub(super) token: Zeroizing<String>,
    /// What only a session may see.
    pub(super) inside: Option<Inside>,
    /// What was just done, in a sentence.
    pub(super) done: Option<JustDone>,
    /// The way back to the queue from which the page's report was opened, as the request carried it.
    pub(super) way_back: WayBack,
}

/// What was just done.
pub(in crate::desk) struct JustDone {
    /// In a sentence.
    pub(super) text: String,
    /// The page on which it can be undone, if it can.
    pub(super) undo: Option<&'static str>,
    /// What a note was written about, if that was it.
    pub(super) noted: Option<NoteSubject>,
}

impl JustDone {
    /// What can't be undone by a press of a button.
    pub(in crate::desk) const fn new(text: String) -> Self {
        Self { text, undo: None, noted: None }
    }

    /// What can, on that page.
    pub(in crate::desk) fn undone_at(self, path: &'static str) -> Self {
        Self { undo: Some(path), ..self }
    }

    /// That a note about something was written: its page marks what in it may show who someone is.
    pub(in crate::desk) fn noting(self, subject: NoteSubject) -> Self {
        Self { noted: Some(subject), ..self }
    }
}

pub(super) struct Inside {
    pub(super) casebook: String,
    pub(super) parts: Vec<Link>,
    /// What can't wait.
    pub(super) urgent: Vec<UrgentLink>,
    /// Whether something is kept that was being written when the desk locked, and this page is not its own.
    pub(super) keeps_form: bool,
}

/// A link to a part of the desk, marked if the page is it.
pub(super) struct Link {
    pub(super) path: &'static str,
    pub(super) name: &'static str,
    pub(super) here: bool,
}

impl Shell {
    /// Of a page that anyone on this machine may see, with the token of its forms.
    pub(in crate::desk) fn new(demo: bool, lock_after: Duration, token: Zeroizing<String>) -> Self {
        Self {
            css: &CSS,
            demo,
            lock_minutes: lock_after.as_secs().div_ceil(60),
            token,
            inside: None,
            done: None,
            way_back: WayBack::default(),
        }
    }

    /// Of a page of the session, at that path.
    pub(in crate::desk) fn inside(self, casebook: CasebookId, path: &str) -> Self {
        let parts = LINKS.iter().map(|(to, name)| Link { path: to, name, here: *to == path }).collect();
        let casebook = casebook.to_string().chars().take(SHORT_ID).collect();
        Self { inside: Some(Inside { casebook, parts, urgent: Vec::new(), keeps_form: false }), ..self }
    }

    /// The same, which says above everything else what can't wait, and whether something is kept that was being written.
    pub(in crate::desk) fn telling(self, counts: UrgentCounts, keeps_form: bool) -> Self {
        let inside = self.inside.map(|inside| Inside { urgent: UrgentLink::of(counts), keeps_form, ..inside });
        Self { inside, ..self }
    }

    /// The same, with the way back to the queue that the request carried.
    pub(in crate::desk) fn back(self, way_back: WayBack) -> Self {
        Self { way_back, ..self }
    }

    /// The address of a report, with the way back in it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates call it so")]
    pub(in crate::desk) fn to_report(&self, id: &ReportId) -> String {
        self.way_back.report(*id)
    }

    /// The address of a page about a report, with the way back in it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates call it so")]
    pub(in crate::desk) fn to_part(&self, id: &ReportId, part: &str) -> String {
        self.way_back.link(&format!("/reports/{id}/{part}"))
    }

    /// The address of the queue from which the report was opened.
    pub(in crate::desk) fn to_queue(&self) -> String {
        self.way_back.path()
    }

    /// The same if it was opened from one that shows only some, or in another order; else the other address.
    pub(in crate::desk) fn queue_or(&self, other: &str) -> String {
        if self.way_back.is_plain() { other.to_owned() } else { self.way_back.path() }
    }

    /// The same, which says first what was done.
    pub(in crate::desk) fn after(self, done: Option<JustDone>) -> Self {
        Self { done, ..self }
    }
}

#[cfg(test)]
impl Shell {
    /// What each form of the page carries.
    pub(in crate::desk) fn token(&self) -> &str {
        &self.token
    }
}

/// What is seen without a session.
#[derive(Template)]
#[template(path = "desk/locked.html")]
pub(in crate::desk) struct LockedPage<'a> {
    pub(in crate::desk) shell: &'a Shell,
    /// Whether a passphrase opens it.
    pub(in crate::desk) protected: bool,
    /// Whether something is kept that was being written when it locked.
    pub(in crate::desk) keeps_form: bool,
    /// Whether a file was being sent, which is not kept.
    pub(in crate::desk) upload: bool,
    pub(in crate::desk) errors: &'a [FieldError],
}

/// An error.
#[derive(Template)]
#[template(path = "desk/error.html")]
pub(in crate::desk) struct ErrorPage<'a> {
    shell: &'a Shell,
    heading: &'static str,
    happened: Cow<'static, str>,
    remedy: &'static str,
}

impl<'a> ErrorPage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, words: ErrorText) -> Self {
        Self { shell, heading: words.heading, happened: words.happened, remedy: words.remedy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_heading_is_smaller_than_the_one_above_it() {
        let printed: String = CSS.split("@media print").skip(1).collect();
        let size = |heading: &str| {
            let rules = printed.split('}').filter_map(|rule| rule.rsplit_once('{'));
            let of = |names: &str| names.split(',').any(|name| name.trim() == heading);
            let sizes = rules.filter(|(names, _)| of(names.rsplit('{').next().unwrap_or_default()));
            let mut sizes =
                sizes.filter_map(|(_, rule)| rule.split_once("font-size:")?.1.split_once("pt")?.0.trim().parse().ok());
            sizes.next_back().unwrap_or_else(|| panic!("no size of {heading} in {printed}"))
        };
        let sizes: Vec<f64> = ["h1", "h2", "h3", "h4"].map(size).to_vec();
        assert!(sizes.is_sorted_by(|above, below| above > below), "{sizes:?}");
    }
}
