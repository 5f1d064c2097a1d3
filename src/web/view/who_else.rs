use askama::Template;

use super::{Shell, help::HelpRow};
use crate::domain::WhoElse;

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
