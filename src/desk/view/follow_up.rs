//! The page on which is added what a person said later whose concern was entered.

use askama::Template;

use super::{Shell, date_field::DateField};
use crate::{
    casebook::ReportView,
    desk::form::{
        follow_up::{CAME_ON, FILES, FollowUpField},
        question::AskedField,
    },
    domain::{
        Entries, FieldError, ReportId, escape_invisible,
        limits::{ATTACHMENT_BYTES, ATTACHMENTS},
    },
    http::{Field, bytes_in_words},
};

/// The form.
#[derive(Template)]
#[template(path = "desk/follow_up.html")]
pub(in crate::desk) struct FollowUpPage<'a> {
    shell: &'a Shell,
    errors: &'a [FieldError],
    id: ReportId,
    name: String,
    /// The last event that the page shows.
    seen: u64,
    has_code: bool,
    /// Whether the person took it back, so that nothing can be added.
    withdrawn: bool,
    /// Whether the team set it aside, which what is added ends.
    set_aside: bool,
    /// How the person is answered.
    answer_by: Option<String>,
    way: Field,
    came_on: DateField,
    taken_by: Field,
    words: Field,
    text: Field,
    files: &'static str,
    file_errors: Vec<&'a FieldError>,
    attachments: usize,
    together: String,
}

impl<'a> FollowUpPage<'a> {
    /// Of a report that was entered; none of another.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        report: &ReportView,
        typed: &Entries,
        errors: &'a [FieldError],
    ) -> Option<Self> {
        let entered = report.entered.as_ref()?;
        let field = |field: FollowUpField| field.field(typed, errors);
        let came_on = "For a letter or an e-mail, the day on which it arrived";
        Some(Self {
            shell,
            errors,
            id: report.entry.id,
            name: report.entry.id.in_words(),
            seen: report.entry.version,
            has_code: entered.has_code,
            withdrawn: report.entry.withdrawn,
            set_aside: report.entry.set_aside.is_some(),
            answer_by: entered.answer_by.as_ref().map(|text| escape_invisible(text.as_str())),
            way: field(FollowUpField::Way),
            came_on: DateField::new(&CAME_ON, "On which day did it come?", came_on.to_owned(), typed, errors),
            taken_by: field(FollowUpField::TakenBy),
            words: field(FollowUpField::Words),
            text: field(FollowUpField::Text),
            files: FILES,
            file_errors: errors.iter().filter(|error| error.field == FILES).collect(),
            attachments: ATTACHMENTS,
            together: bytes_in_words(ATTACHMENT_BYTES),
        })
    }
}
