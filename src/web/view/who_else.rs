use askama::Template;

use super::Shell;
use crate::{domain::WhoElse, http::Day, web::config::Contact};

/// Someone else who can help, and with what.
pub(in crate::web) struct HelpRow<'a> {
    pub(super) contact: &'a Contact,
    pub(super) what_for: &'static str,
    /// The day on which the operator last saw that this is right.
    pub(super) checked_on: Option<Day>,
}

impl<'a> HelpRow<'a> {
    pub(super) fn new(shell: &'a Shell, who: WhoElse) -> Self {
        let checked_on = shell.contacts.checked_on(who).map(Day);
        Self { contact: shell.contacts.of(who), what_for: who.label(), checked_on }
    }
}

/// Everyone whom a person can turn to, and what the law says of it.
#[derive(Template)]
#[template(path = "box/who_else.html")]
pub(in crate::web) struct WhoElsePage<'a> {
    shell: &'a Shell,
    help: Vec<HelpRow<'a>>,
}

impl<'a> WhoElsePage<'a> {
    pub(in crate::web) fn new(shell: &'a Shell) -> Self {
        Self { shell, help: shell.help(WhoElse::ALL.to_vec()) }
    }
}
