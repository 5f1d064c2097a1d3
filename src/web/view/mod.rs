//! What the templates are given.

mod form;
mod status;
#[cfg(test)]
mod validity;

pub(super) use form::{CheckPage, FormPage, KeepCode};
pub(super) use status::{AskPage, FollowedUpPage, StatusPage, StatusParts, TypedFollowUp};

use std::fmt;

use askama::{Template, filters::HtmlSafe};
use axum::http::HeaderValue;
use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::config::{Config, ContactsConfig, ServiceConfig};
use crate::{
    crypto::digest,
    domain::{Clock, ClockKind, Date},
};

/// The one style sheet.
const CSS: &str = include_str!("../../../templates/style.css");

/// What every page has.
pub(super) struct Shell {
    pub(super) service: ServiceConfig,
    pub(super) contacts: ContactsConfig,
    pub(super) demo: bool,
    pub(super) css: &'static str,
    /// The content security policy: nothing but this style and this site's forms.
    pub(super) policy: HeaderValue,
}

impl Shell {
    pub(super) fn new(config: &Config, demo: bool) -> Self {
        let hash = BASE64.encode(&digest(CSS.as_bytes()).0);
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        Self {
            service: config.service.clone(),
            contacts: config.contacts.clone(),
            demo,
            css: CSS,
            // Base64 and the words around it are visible ASCII.
            policy: HeaderValue::from_str(&policy).expect("the policy is ASCII"),
        }
    }

    /// Who reads what is sent, at the beginning of a sentence.
    fn team(&self) -> String {
        let mut rest = self.service.body.chars();
        rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
    }
}

/// A date as pages show it: `<time datetime="2026-11-22">22 November 2026</time>`.
#[derive(Clone, Copy)]
pub(super) struct Day(pub(super) Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<time datetime=\"{}\">{}</time>", self.0, self.0.strftime("%-d %B %Y"))
    }
}

// A date is digits, a month's name and the tags above; nothing in it comes from outside.
impl HtmlSafe for Day {}

/// A promise besides the information-use notice.
pub(super) struct Promise {
    label: &'static str,
    due: Day,
    kept: bool,
}

/// Those of some clocks that are not the information-use notice.
fn promises<'a>(clocks: impl IntoIterator<Item = &'a Clock>) -> Vec<Promise> {
    clocks
        .into_iter()
        .filter(|clock| clock.kind != ClockKind::InformationUseNotice)
        .map(|clock| Promise {
            label: clock.kind.label(),
            due: Day(clock.due_on),
            kept: clock.kind == ClockKind::Acknowledgement,
        })
        .collect()
}

#[derive(Template)]
#[template(path = "start.html")]
pub(super) struct StartPage<'a> {
    pub(super) shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "before.html")]
pub(super) struct BeforePage<'a> {
    pub(super) shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "keys.html")]
pub(super) struct KeysPage<'a> {
    pub(super) shell: &'a Shell,
    pub(super) keys: Vec<String>,
    pub(super) fingerprint: String,
}

#[derive(Template)]
#[template(path = "leave.html")]
pub(super) struct LeavePage<'a> {
    pub(super) shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "error.html")]
pub(super) struct ErrorPage<'a> {
    pub(super) shell: &'a Shell,
    pub(super) heading: &'static str,
    pub(super) happened: &'static str,
    pub(super) remedy: &'static str,
}

#[derive(Template)]
#[template(path = "withdrawn.html")]
pub(super) struct WithdrawnPage<'a> {
    pub(super) shell: &'a Shell,
    pub(super) on: Day,
}

/// The page that shows a receipt code. It has nothing in it but what is stored and the code, so that a repeated send gets
/// the very same page.
#[derive(Template)]
#[template(path = "receipt.html")]
pub(super) struct ReceiptPage<'a> {
    shell: &'a Shell,
    body: String,
    code: Zeroizing<String>,
    received_on: Day,
    notice_due: Day,
    promises: Vec<Promise>,
}

impl<'a> ReceiptPage<'a> {
    /// From the report's day and the clocks that its concern started.
    pub(super) fn new(shell: &'a Shell, code: Zeroizing<String>, received_on: Date, clocks: &[Clock]) -> Option<Self> {
        let notice = clocks.iter().find(|clock| clock.kind == ClockKind::InformationUseNotice)?;
        Some(Self {
            shell,
            body: shell.team(),
            code,
            received_on: Day(received_on),
            notice_due: Day(notice.due_on),
            promises: promises(clocks),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_shown_as_the_nhs_writes_it() {
        assert_eq!(
            Day(Date::constant(2026, 11, 22)).to_string(),
            "<time datetime=\"2026-11-22\">22 November 2026</time>"
        );
        assert_eq!(Day(Date::constant(2027, 1, 6)).to_string(), "<time datetime=\"2027-01-06\">6 January 2027</time>");
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(Shell::new(&Config::default(), false).team(), "The governance team");
    }
}
