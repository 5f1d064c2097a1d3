//! Receipt codes on their way through forms: issued with a page, carried from one to the next, and taken when a concern is
//! sent.

use axum::http::HeaderMap;

use super::{App, view::KeepCode};
use crate::{
    crypto::{Code, Hasher, Issue, os_random},
    domain::{ConcernField, Date, Digest, Entries, FormField},
    http,
};

/// Days after the one on which a code was issued on which it is still taken.
const VALID_DAYS: i32 = 2;

/// The receipt code that came with a form.
pub(super) enum CameWith {
    /// This box issued it, and not long ago.
    Valid(Code, Issue),
    /// It issued it on a day that has passed long enough.
    Ended(Code, Issue),
    /// There is none, or another box issued it, or nobody did.
    NotIssued,
}

/// Whether a form came from a page of this site for certain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The browser says so.
    OwnPage,
    /// The browser does not say: it is an old or a simple one, or the address is plain HTTP. Somebody else may have put
    /// the form together, with a code that they know.
    Unknown,
}

impl CameWith {
    /// What came with a form.
    pub(super) fn form(app: &App, form: &Entries) -> Self {
        let Ok(code) = Code::parse(form.first(FormField::Code.slug())) else { return Self::NotIssued };
        match app.store().settings().tagger.issue(&code, form.first(FormField::CodeTag.slug())) {
            Some(issue) if is_over(app, issue.on) => Self::Ended(code, issue),
            Some(issue) => Self::Valid(code, issue),
            None => Self::NotIssued,
        }
    }
}

impl Origin {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        if http::is_same_origin(headers) { Self::OwnPage } else { Self::Unknown }
    }
}

/// A new code for a form.
pub(super) fn issue(app: &App) -> KeepCode {
    issue_this(app, &Code::issue(&mut os_random()))
}

/// The code that the next page of the same form carries: the one that came with it, if nobody can have planted it.
pub(super) fn carry_on(app: &App, form: &Entries, origin: Origin) -> KeepCode {
    match CameWith::form(app, form) {
        CameWith::Valid(code, issue) => match origin {
            Origin::OwnPage => keep(app, &code, &issue),
            Origin::Unknown => issue_this(app, &in_place_of(app, &code, form)),
        },
        CameWith::Ended(..) | CameWith::NotIssued => issue(app),
    }
}

/// The code of a concern that is sent. Where its form may be somebody else's it is another one, which follows from the code
/// that came and from every word of the text: sent again it is the same, so a repeated send is one report, and whoever
/// planted a code can't work out what became of it.
pub(super) fn sent_code(app: &App, code: Code, form: &Entries, origin: Origin) -> Code {
    match origin {
        Origin::OwnPage => code,
        Origin::Unknown => in_place_of(app, &code, form),
    }
}

/// A code as a page carries it.
pub(super) fn keep(app: &App, code: &Code, issue: &Issue) -> KeepCode {
    KeepCode { code: code.grouped().to_string(), tag: app.store().settings().tagger.tag(code, issue) }
}

/// The tag of a follow-up's form, for a page that this code led to.
pub(super) fn follow_up_tag(app: &App, code: &Code) -> String {
    app.store().settings().tagger.follow_up_tag(code, app.today())
}

/// Whether files may come with a follow-up that has this form.
pub(super) fn is_follow_up_tagged(app: &App, form: &Entries) -> bool {
    let Ok(code) = Code::parse(form.first(FormField::Code.slug())) else { return false };
    let day = app.store().settings().tagger.follow_up_day(&code, form.first(FormField::CodeTag.slug()));
    day.is_some_and(|day| !is_over(app, day))
}

fn issue_this(app: &App, code: &Code) -> KeepCode {
    let stamp = app.issued_codes().stamp(code, app.now());
    keep(app, code, &Issue { on: app.today(), stamp })
}

/// A day that is still to come, by a clock that was set back since, is not over.
fn is_over(app: &App, on: Date) -> bool {
    (app.today() - on).get_days() > VALID_DAYS
}

fn in_place_of(app: &App, code: &Code, form: &Entries) -> Code {
    app.store().settings().tagger.in_place_of(code, &typed(form))
}

/// A digest of every answer, in the order in which they came.
fn typed(form: &Entries) -> Digest {
    let mut hasher = Hasher::default();
    for (name, value) in form.iter().filter(|(name, _)| ConcernField::from_slug(name).is_some()) {
        for part in [name, value] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finish()
}
