//! What the pages about organisations and those about themes have at their head, and how each kind is called.

use crate::{
    casebook::{Casebook, NoteSubject},
    domain::{OrganisationType, escape_invisible, escape_invisible_in_line},
};

/// A kind of what reports are about: how pages call it, and where they keep it.
pub(in crate::desk) struct SubjectKind {
    /// Where its list is. Each one has its address below that.
    pub(in crate::desk) list: &'static str,
    /// In the title of the page about one: a title stays in the browser's history, so no name is in it.
    pub(super) one: &'static str,
    pub(super) many: &'static str,
    /// What else the reports about one are about, as a heading.
    pub(super) others: &'static str,
    /// What the form does in which its name is changed.
    pub(super) rename: &'static str,
}

impl SubjectKind {
    pub(in crate::desk) const ORGANISATION: Self = Self {
        list: "/organisations",
        one: "Organisation",
        many: "Organisations",
        others: "Themes",
        rename: "Change its name or kind",
    };
    pub(in crate::desk) const THEME: Self = Self {
        list: "/themes",
        one: "Theme",
        many: "Themes",
        others: "Organisations",
        rename: "Change its name, or what belongs to it",
    };

    pub(super) const fn of(subject: NoteSubject) -> Self {
        match subject {
            NoteSubject::Organisation(_) => Self::ORGANISATION,
            NoteSubject::Theme(_) => Self::THEME,
        }
    }
}

/// The address of the page about one.
pub(in crate::desk) fn subject_path(subject: NoteSubject) -> String {
    let list = SubjectKind::of(subject).list;
    match subject {
        NoteSubject::Organisation(id) => format!("{list}/{id}"),
        NoteSubject::Theme(id) => format!("{list}/{id}"),
    }
}

/// An organisation or a theme, as every page about it begins.
pub(super) struct SubjectHead {
    pub(super) kind: SubjectKind,
    pub(super) path: String,
    pub(super) name: String,
    /// What kind of organisation it is, or what belongs to the theme; may be empty.
    pub(super) about: String,
}

impl SubjectHead {
    /// None if it is not on its list, or only another spelling of one that is.
    pub(super) fn new(casebook: &Casebook, subject: NoteSubject) -> Option<Self> {
        let reference = casebook.reference();
        let (name, about) = match subject {
            NoteSubject::Organisation(id) => {
                let organisation = reference.organisations.get(&id)?;
                (&organisation.name, organisation.kind.map_or("", OrganisationType::label).to_owned())
            }
            NoteSubject::Theme(id) => {
                let theme = reference.themes.get(&id)?;
                (&theme.name, escape_invisible(theme.about.as_str()))
            }
        };
        reference.is_listed(subject).then(|| Self {
            kind: SubjectKind::of(subject),
            path: subject_path(subject),
            name: escape_invisible_in_line(name.as_str()),
            about,
        })
    }
}
