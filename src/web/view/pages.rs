//! Pages that show what is fixed, or one thing more.

use askama::Template;
use zeroize::Zeroizing;

use super::Shell;
use crate::{domain::SendId, http::Day, web::config::Compliance};

#[derive(Template)]
#[template(path = "box/start.html")]
pub(in crate::web) struct StartPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    /// Whether search engines may list it.
    pub(in crate::web) is_indexed: bool,
}

#[derive(Template)]
#[template(path = "box/before.html")]
pub(in crate::web) struct BeforePage<'a> {
    pub(in crate::web) shell: &'a Shell,
}

#[derive(Template)]
#[template(path = "box/keys.html")]
pub(in crate::web) struct KeysPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) keys: Vec<String>,
    pub(in crate::web) fingerprint: String,
}

/// Between this service and an everyday page. It says nothing of either.
#[derive(Template)]
#[template(path = "box/leave.html")]
pub(in crate::web) struct LeavePage<'a> {
    pub(in crate::web) everyday_page: &'a str,
}

#[derive(Template)]
#[template(path = "box/error.html")]
pub(in crate::web) struct ErrorPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) heading: &'static str,
    pub(in crate::web) happened: &'static str,
    pub(in crate::web) remedy: &'static str,
    /// Whether no report can be taken, so that the page names who else can help.
    pub(in crate::web) is_closed: bool,
}

#[derive(Template)]
#[template(path = "box/withdrawn.html")]
pub(in crate::web) struct WithdrawnPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    /// What was sent under the code of the withdrawn report, and was not kept.
    pub(in crate::web) unsent: Vec<(&'static str, String)>,
    pub(in crate::web) on: Day,
}

/// Asks once more before a report is withdrawn.
#[derive(Template)]
#[template(path = "box/withdraw.html")]
pub(in crate::web) struct WithdrawPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) code: Zeroizing<String>,
    pub(in crate::web) send_id: SendId,
}

/// The privacy notice.
#[derive(Template)]
#[template(path = "box/privacy.html")]
pub(in crate::web) struct PrivacyPage<'a> {
    pub(in crate::web) shell: &'a Shell,
}

/// The accessibility statement.
#[derive(Template)]
#[template(path = "box/accessibility.html")]
pub(in crate::web) struct AccessibilityPage<'a> {
    pub(in crate::web) shell: &'a Shell,
}

/// What this is and how to use it, in short sentences with pictures.
#[derive(Template)]
#[template(path = "box/easy_read.html")]
pub(in crate::web) struct EasyReadPage<'a> {
    pub(in crate::web) shell: &'a Shell,
}

/// The box in plain words.
#[derive(Template)]
#[template(path = "box/safe.html")]
pub(in crate::web) struct SafePage<'a> {
    pub(in crate::web) shell: &'a Shell,
    /// How many keys everything is sealed to.
    pub(in crate::web) keys: usize,
    /// Over all of them.
    pub(in crate::web) fingerprint: String,
}

/// Says that the person's copy of the code is right. The code is not on it.
#[derive(Template)]
#[template(path = "box/right.html")]
pub(in crate::web) struct RightPage<'a> {
    pub(in crate::web) shell: &'a Shell,
}
