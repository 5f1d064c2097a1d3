//! Texts that are written often.

use std::collections::BTreeMap;

use askama::Template;

use super::Shell;
use crate::{
    casebook::SavedText,
    desk::form::{correspondence::SavedTextField, question::AskedField},
    domain::{Entries, FieldError, ReferenceId, escape_invisible, escape_invisible_in_line},
    http::Field,
};

/// All of them, and the form for one more; or the form to change one.
#[derive(Template)]
#[template(path = "desk/texts.html")]
pub(in crate::desk) struct SavedTextsPage<'a> {
    shell: &'a Shell,
    errors: &'a [FieldError],
    /// The one that is changed.
    changed: Option<ReferenceId>,
    rows: Vec<SavedTextRow>,
    fields: Vec<Field>,
}

struct SavedTextRow {
    id: ReferenceId,
    title: String,
    text: String,
}

impl<'a> SavedTextsPage<'a> {
    /// With what was typed so far, and what is wrong with it.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        texts: &BTreeMap<ReferenceId, SavedText>,
        changed: Option<ReferenceId>,
        typed: &Entries,
        errors: &'a [FieldError],
    ) -> Self {
        let mut rows: Vec<SavedTextRow> = texts
            .iter()
            .filter(|_| changed.is_none())
            .map(|(id, saved)| SavedTextRow {
                id: *id,
                title: escape_invisible_in_line(saved.title.as_str()),
                text: escape_invisible(saved.text.as_str()),
            })
            .collect();
        rows.sort_by_key(|row| row.title.to_lowercase());
        Self { shell, errors, changed, rows, fields: SavedTextField::fields(typed, errors) }
    }
}
