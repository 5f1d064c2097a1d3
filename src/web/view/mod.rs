//! What the templates are given.

mod form;
mod status;
#[cfg(test)]
mod validity;

pub(super) use form::{CheckPage, FormPage, KeepCode};
pub(super) use status::{AskPage, FollowedUpPage, StatusPage, StatusParts, TypedFollowUp};

use askama::Template;
use axum::http::HeaderValue;
use zeroize::Zeroizing;

use super::config::{AccessibilityConfig, Config, ContactsConfig, LinksConfig, Logo, PrivacyConfig, ServiceConfig};
use crate::{
    domain::{Clock, ClockKind, Date, FieldError, Text},
    http::{CSS, Day, SaidByTeam, capitalised, policy},
};

/// What every page has.
pub(super) struct Shell {
    pub(super) service: ServiceConfig,
    pub(super) contacts: ContactsConfig,
    pub(super) links: LinksConfig,
    privacy: PrivacyConfig,
    accessibility: AccessibilityConfig,
    logo: Option<Logo>,
    pub(super) demo: bool,
    pub(super) css: &'static str,
    /// The content security policy: nothing but this style, the logo if there is one, and this site's forms.
    pub(super) policy: HeaderValue,
}

impl Shell {
    pub(super) fn new(config: &Config, demo: bool) -> Self {
        Self {
            service: config.service.clone(),
            contacts: config.contacts.clone(),
            links: config.links.clone(),
            privacy: config.privacy.clone(),
            accessibility: config.accessibility.clone(),
            logo: config.logo.clone(),
            demo,
            css: &CSS,
            // The logo stands in the page itself.
            policy: policy(&CSS, config.logo.is_some()),
        }
    }

    /// Who reads what is sent, at the beginning of a sentence.
    fn team(&self) -> String {
        capitalised(&self.service.body)
    }

    /// What the team says in one of its messages.
    fn says<'a>(&self, kind: &'static str, on: &Day, text: &'a Text, new: &bool) -> SaidByTeam<'a> {
        SaidByTeam { team: self.team(), kind, on: *on, text: text.as_str(), new: *new }
    }
}

impl Shell {
    /// The controller in law.
    fn controller(&self) -> &str {
        self.privacy.controller.as_deref().unwrap_or(&self.service.body)
    }

    /// The day on which the accessibility statement was last gone through.
    fn reviewed_on(&self) -> Option<Day> {
        self.accessibility.reviewed_on.map(Day)
    }

    /// Whether there is a way to reach the team besides this service.
    fn can_be_reached(&self) -> bool {
        self.service.phone.is_some() || self.service.email.is_some() || self.service.post.is_some()
    }
}

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
#[template(path = "box/start.html")]
pub(super) struct StartPage<'a> {
    pub(super) shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "box/before.html")]
pub(super) struct BeforePage<'a> {
    pub(super) shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "box/keys.html")]
pub(super) struct KeysPage<'a> {
    pub(super) shell: &'a Shell,
    pub(super) keys: Vec<String>,
    pub(super) fingerprint: String,
}

#[derive(Template)]
#[template(path = "box/leave.html")]
pub(super) struct LeavePage<'a> {
    pub(super) shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "box/error.html")]
pub(super) struct ErrorPage<'a> {
    pub(super) shell: &'a Shell,
    pub(super) heading: &'static str,
    pub(super) happened: &'static str,
    pub(super) remedy: &'static str,
    /// Whether no report can be taken, so that the page names who else can help.
    pub(super) is_closed: bool,
}

#[derive(Template)]
#[template(path = "box/withdrawn.html")]
pub(super) struct WithdrawnPage<'a> {
    pub(super) shell: &'a Shell,
    pub(super) on: Day,
}

/// The privacy notice.
#[derive(Template)]
#[template(path = "box/privacy.html")]
pub(super) struct PrivacyPage<'a> {
    pub(super) shell: &'a Shell,
}

/// The accessibility statement.
#[derive(Template)]
#[template(path = "box/accessibility.html")]
pub(super) struct AccessibilityPage<'a> {
    pub(super) shell: &'a Shell,
}

/// The box in plain words.
#[derive(Template)]
#[template(path = "box/safe.html")]
pub(super) struct SafePage<'a> {
    pub(super) shell: &'a Shell,
    /// How many keys everything is sealed to.
    pub(super) keys: usize,
    /// Over all of them.
    pub(super) fingerprint: String,
}

/// Says that the person's copy of the code is right. The code is not on it.
#[derive(Template)]
#[template(path = "box/right.html")]
pub(super) struct RightPage<'a> {
    pub(super) shell: &'a Shell,
}

/// The page that shows a receipt code. It has nothing in it but what is stored, the code and its tag, so that a repeated
/// send gets the very same page.
#[derive(Template)]
#[template(path = "box/receipt.html")]
pub(super) struct ReceiptPage<'a> {
    shell: &'a Shell,
    body: String,
    code: Zeroizing<String>,
    /// The code one letter or number at a time.
    spelled: Zeroizing<String>,
    tag: String,
    received_on: Day,
    notice_due: Day,
    promises: Vec<Promise>,
    /// What is still to come and by when, the next first.
    coming: Vec<(Day, String)>,
    errors: &'a [FieldError],
    typed: &'a str,
}

impl<'a> ReceiptPage<'a> {
    /// From the code and its tag, the report's day and the clocks that its concern started. None without a notice clock.
    pub(super) fn new(shell: &'a Shell, keep: KeepCode, received_on: Date, clocks: &[Clock]) -> Option<Self> {
        let notice = clocks.iter().find(|clock| clock.kind == ClockKind::InformationUseNotice)?;
        let code = Zeroizing::new(keep.code);
        // Not by what is met: the page has to stay the same.
        let mut coming: Vec<&Clock> = clocks.iter().filter(|clock| clock.kind != ClockKind::Acknowledgement).collect();
        coming.sort_by_key(|clock| clock.due_on);
        Some(Self {
            shell,
            body: shell.team(),
            spelled: spelled(&code),
            code,
            tag: keep.tag,
            received_on: Day(received_on),
            notice_due: Day(notice.due_on),
            promises: promises(clocks),
            coming: coming.into_iter().map(|clock| (Day(clock.due_on), inside(clock.kind.label()))).collect(),
            errors: &[],
            typed: "",
        })
    }

    /// With what is wrong with the copy that was typed.
    pub(super) fn wrong(self, errors: &'a [FieldError], typed: &'a str) -> Self {
        Self { errors, typed, ..self }
    }
}

/// A label inside a sentence.
fn inside(label: &str) -> String {
    let mut rest = label.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

/// A code for the ear: `7, K, Q, M. 4, T, 9, X.`
fn spelled(code: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(4 * code.len()));
    for group in code.split('-') {
        let mut symbols = group.chars().peekable();
        while let Some(symbol) = symbols.next() {
            out.push(symbol);
            out.push_str(if symbols.peek().is_some() { ", " } else { ". " });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_spelled_group_by_group() {
        assert_eq!(*spelled("7KQM-4T9X"), "7, K, Q, M. 4, T, 9, X. ");
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(Shell::new(&Config::default(), false).team(), "The governance team");
    }
}
