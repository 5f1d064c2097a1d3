//! Recording that the use of what a person sent changes.

use askama::Template;

use super::Shell;
use crate::{
    casebook::ReportView,
    desk::form::{
        one_question::ChangeOfUseField,
        question::AskedField,
        stale::{NEWER, Seen},
    },
    domain::{Clock, Entries, FieldError, ReportId},
    http::{Day, Field},
};

/// Asks why the use changes, and says by when the person has to be told.
#[derive(Template)]
#[template(path = "desk/change_of_use.html")]
pub(in crate::desk) struct ChangeOfUsePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    seen: Seen,
    errors: &'a [FieldError],
    /// Why there is nothing to record.
    blocked: Option<&'static str>,
    due: Day,
    why: Field,
}

impl<'a> ChangeOfUsePage<'a> {
    /// With what was typed so far, and the clock that would start.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        report: &ReportView,
        clock: Clock,
        typed: &Entries,
        errors: &'a [FieldError],
        blocked: Option<&'static str>,
    ) -> Self {
        Self {
            shell,
            id: report.entry.id,
            seen: report.seen(),
            errors,
            blocked,
            due: Day(clock.due_on),
            why: ChangeOfUseField::Why.field(typed, errors),
        }
    }

    /// Whether the report changed while the form was being filled in.
    fn is_changed(&self) -> bool {
        self.errors.iter().any(|error| error.field == NEWER)
    }
}
