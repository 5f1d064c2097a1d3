//! Themes: the list, and one of it.

use askama::Template;

use super::{
    Shell,
    subject::{SubjectForm, SubjectParts, SubjectRow, SubjectView},
    subject_head::{SubjectKind, subject_path},
};
use crate::{
    casebook::Casebook,
    desk::form::{question::AskedField, wider::ThemeField},
    domain::{Entries, FieldError, ThemeId, escape_invisible, escape_invisible_in_line},
    http::Field,
};

/// Every theme.
#[derive(Template)]
#[template(path = "desk/themes.html")]
pub(in crate::desk) struct ThemesPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    kind: SubjectKind,
    listed: Vec<ThemeRow>,
    add: Vec<Field>,
}

struct ThemeRow {
    subject: SubjectRow,
    about: String,
}

impl<'a> ThemesPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        typed: &Entries,
        errors: Vec<FieldError>,
    ) -> Self {
        let themes = casebook.reference().named_themes().into_iter().map(|(id, theme)| ThemeRow {
            subject: SubjectRow {
                path: subject_path(id.into()),
                name: escape_invisible_in_line(theme.name.as_str()),
                reports: casebook.evidence_for(id.into()).len(),
            },
            about: escape_invisible(theme.about.as_str()),
        });
        Self {
            shell,
            kind: SubjectKind::THEME,
            listed: themes.collect(),
            add: ThemeField::fields(typed, &errors),
            errors,
        }
    }
}

/// One theme, with all that bears on it.
#[derive(Template)]
#[template(path = "desk/theme.html")]
pub(in crate::desk) struct ThemePage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    subject: SubjectView,
}

impl<'a> ThemePage<'a> {
    /// None if there is no such theme.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        id: ThemeId,
        parts: SubjectParts<'_>,
    ) -> Option<Self> {
        let theme = casebook.reference().themes.get(&id)?;
        let recorded = || {
            let mut recorded = Entries::default();
            recorded.push(ThemeField::Name.name().into(), theme.name.as_str().to_owned());
            recorded.push(ThemeField::About.name().into(), theme.about.as_str().to_owned());
            recorded
        };
        let typed = parts.typed_into(SubjectForm::Name);
        let rename = ThemeField::fields(&typed.unwrap_or_else(recorded), &parts.errors);
        let subject = SubjectView::new((shell, casebook), id.into(), &parts, rename)?;
        Some(Self { shell, subject, errors: parts.errors })
    }
}
