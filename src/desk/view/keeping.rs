//! The periods for which a team keeps its reports.

use askama::Template;

use super::Shell;
use crate::{
    desk::form::{
        keeping::{PeriodsField, in_words, periods},
        question::AskedField,
    },
    domain::{Entries, FieldError},
    http::Field,
};

/// Those that there are, and a form for others.
#[derive(Template)]
#[template(path = "desk/keeping.html")]
pub(in crate::desk) struct KeepingPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    /// As they are offered now.
    offered: Vec<String>,
    field: Field,
}

impl<'a> KeepingPage<'a> {
    /// With those that the team chose, and what was typed.
    pub(in crate::desk) fn new(shell: &'a Shell, chosen: &[u32], typed: &Entries, errors: Vec<FieldError>) -> Self {
        let offered = periods(chosen).iter().map(|months| in_words(*months)).collect();
        Self { shell, offered, field: PeriodsField::Months.field(typed, &errors), errors }
    }
}
