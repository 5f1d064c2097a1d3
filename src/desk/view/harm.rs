//! The form that says who sees to a danger.

use askama::Template;

use super::{Shell, date_field::DateField, messages::Beside};
use crate::{
    casebook::{Casebook, ReportView},
    desk::{
        form::{
            harm::{HarmField, SINCE},
            question::AskedField,
            stale::{NEWER, Seen},
        },
        from::WayBack,
    },
    domain::{Entries, FieldError, ReportId},
    http::Field,
};

/// Whether a danger is seen to, by whom, since when and how.
#[derive(Template)]
#[template(path = "desk/harm.html")]
pub(in crate::desk) struct HarmPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    seen: Seen,
    errors: &'a [FieldError],
    /// Whether the report changed since the form was made.
    is_stale: bool,
    /// Whether it is said to be seen to.
    is_seen_to: bool,
    by: Field,
    since: DateField,
    how: Field,
    beside: Beside,
    way_back: WayBack,
}

/// What such a page is made from.
pub(in crate::desk) struct HarmParts<'a> {
    pub(in crate::desk) report: &'a ReportView,
    pub(in crate::desk) casebook: &'a Casebook,
    pub(in crate::desk) typed: &'a Entries,
    pub(in crate::desk) errors: &'a [FieldError],
    pub(in crate::desk) way_back: WayBack,
}

impl<'a> HarmPage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, parts: HarmParts<'a>) -> Self {
        let HarmParts { report, casebook, typed, errors, way_back } = parts;
        Self {
            shell,
            id: report.entry.id,
            seen: report.seen(),
            errors,
            is_stale: errors.iter().any(|error| error.field == NEWER),
            is_seen_to: report.assessment.harm.is_some(),
            by: HarmField::By.field(typed, errors),
            since: DateField::new(&SINCE, "Since when?", "For example, 15 1 2026".to_owned(), typed, errors),
            how: HarmField::How.field(typed, errors),
            beside: Beside::new(report, casebook, false),
            way_back,
        }
    }

    fn report_path(&self) -> String {
        self.way_back.report(self.id)
    }
}
