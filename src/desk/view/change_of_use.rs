//! Recording that the use of what a person sent changes.

use askama::Template;

use super::Shell;
use crate::{
    casebook::ReportView,
    desk::form::stale::{NEWER, Seen},
    domain::{Clock, FieldError, ReportId},
    http::{Day, Field, Kind},
};

/// The field in which the reason is typed.
pub(in crate::desk) const WHY: &str = "why";

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
        typed: &str,
        errors: &'a [FieldError],
        blocked: Option<&'static str>,
    ) -> Self {
        let why = Field::new(WHY, "What changes, and why?", Kind::Area(typed.to_owned(), 4), errors);
        Self {
            shell,
            id: report.entry.id,
            seen: report.seen(),
            errors,
            blocked,
            due: Day(clock.due_on),
            why: why.hint("A note for the team. The person is told in the notice that follows"),
        }
    }

    /// Whether the report changed while the form was being filled in.
    fn is_changed(&self) -> bool {
        self.errors.iter().any(|error| error.field == NEWER)
    }
}
