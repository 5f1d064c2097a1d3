//! Themes: the list, and one of it.

use askama::Template;

use super::{
    Shell,
    evidence::{EvidenceSection, TeamNote, notes_about},
    organisations::{SubjectForm, SubjectParts},
};
use crate::{
    casebook::{Casebook, NoteSubject},
    desk::form::{
        question::AskedField,
        wider::{NoteField, ThemeField},
    },
    domain::{Entries, FieldError, ThemeId, escape_invisible, escape_invisible_in_line},
    http::Field,
};

/// Every theme.
#[derive(Template)]
#[template(path = "desk/themes.html")]
pub(in crate::desk) struct ThemesPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    themes: Vec<ThemeRow>,
    add: Vec<Field>,
}

struct ThemeRow {
    id: ThemeId,
    name: String,
    about: String,
    reports: usize,
}

impl<'a> ThemesPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        typed: &Entries,
        errors: Vec<FieldError>,
    ) -> Self {
        let themes = casebook.reference().named_themes().into_iter().map(|(id, theme)| ThemeRow {
            id,
            name: escape_invisible_in_line(theme.name.as_str()),
            about: escape_invisible(theme.about.as_str()),
            reports: casebook.evidence_for(NoteSubject::Theme(id)).len(),
        });
        Self { shell, themes: themes.collect(), add: ThemeField::fields(typed, &errors), errors }
    }
}

/// One theme, with all that bears on it.
#[derive(Template)]
#[template(path = "desk/theme.html")]
pub(in crate::desk) struct ThemePage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    id: ThemeId,
    name: String,
    about: String,
    evidence: EvidenceSection,
    notes: Vec<TeamNote>,
    note: Field,
    rename: Vec<Field>,
    /// Which of the folded forms is open.
    open: Option<SubjectForm>,
}

impl<'a> ThemePage<'a> {
    /// None if there is no such theme.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        id: ThemeId,
        parts: SubjectParts<'_>,
    ) -> Option<Self> {
        let SubjectParts { queue, today, typed, errors } = parts;
        let theme = casebook.reference().themes.get(&id)?;
        let sent = |of: SubjectForm| typed.filter(|(form, _)| *form == of).map(|(_, typed)| typed.copy());
        let recorded = || {
            let mut recorded = Entries::default();
            recorded.push(ThemeField::Name.name().into(), theme.name.as_str().to_owned());
            recorded.push(ThemeField::About.name().into(), theme.about.as_str().to_owned());
            recorded
        };
        Some(Self {
            shell,
            id,
            name: escape_invisible_in_line(theme.name.as_str()),
            about: escape_invisible(theme.about.as_str()),
            evidence: EvidenceSection::new(casebook, queue, NoteSubject::Theme(id), today),
            notes: notes_about(casebook, NoteSubject::Theme(id)),
            note: NoteField::Text.field(&sent(SubjectForm::Note).unwrap_or_default(), &errors),
            rename: ThemeField::fields(&sent(SubjectForm::Name).unwrap_or_else(recorded), &errors),
            open: typed.map(|(form, _)| form),
            errors,
        })
    }
}
