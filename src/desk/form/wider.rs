//! The forms about what reports are evidence for: organisations, themes, and each other.

use super::{
    fields::{fields, form},
    question::FieldQuestion,
};
use crate::domain::{
    Input, LinkKind, OrganisationType,
    limits::{DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
};

form! {
    /// An organisation of the team's list.
    enum OrganisationField {
        Name = "name", FieldQuestion::new("Name", Input::line("Name", SHORT_MAX))
            .remedy("Enter the name of the organisation");
        Kind = "kind", FieldQuestion::new("What kind of organisation it is", Input::Select("Not known", OrganisationType::LABELLED))
            .remedy("Select a kind from the list");
    }
}

form! {
    /// What to look for in the register.
    enum RegisterField {
        Words = "words", FieldQuestion::new("Part of its name, or its code", Input::line("What to look for", SHORT_MAX))
            .hint("Every word must be there")
            .remedy("Enter part of a name, or a code");
    }
}

form! {
    /// A theme.
    enum ThemeField {
        Name = "name", FieldQuestion::new("Name", Input::line("Name", SHORT_MAX))
            .remedy("Enter the name of the theme");
        About = "about", FieldQuestion::new("What belongs to it", Input::area(3, "What belongs to it", DETAIL_MAX))
            .hint("So that colleagues use it for the same. You can leave it empty")
            .remedy("Enter what belongs to it");
    }
}

form! {
    /// A case note about an organisation or a theme.
    enum NoteField {
        Text = "note", FieldQuestion::new("Add a note", Input::area(4, "Note", MESSAGE_MAX))
            .remedy("Enter a note");
    }
}

form! {
    /// What a report belongs to.
    enum BelongsField {
        Gist = "gist", FieldQuestion::new("What it is, in one line", Input::line("The line", SHORT_MAX))
            .hint("The queue shows it. Without it, the queue shows how the person began")
            .remedy("Enter what it is");
        Organisation = "organisation", FieldQuestion::new("Organisations that it is about", Input::Checkboxes(&[]))
            .remedy("Select organisations from the list");
        NewOrganisation = "new_organisation",
            FieldQuestion::new("Another organisation", Input::line("Name of the organisation", SHORT_MAX))
            .remedy("Enter the name of the organisation");
        Theme = "theme", FieldQuestion::new("Themes", Input::Checkboxes(&[])).remedy("Select themes from the list");
        NewTheme = "new_theme", FieldQuestion::new("A new theme", Input::line("Name of the theme", SHORT_MAX))
            .hint("It is added to the list of themes")
            .remedy("Enter the name of the theme");
        Linked = "linked", FieldQuestion::new("Reports that bear on it", Input::Checkboxes(&[]))
            .hint("Take the tick away to undo a link")
            .remedy("Select links from the list");
        Other = "other", FieldQuestion::new("Another report that bears on it", Input::line("Name of the report", SHORT_MAX))
            .hint("Its name in two words, or the beginning of its id")
            .remedy("Enter the name of the other report");
        Kind = "link_kind", FieldQuestion::new("How it bears on this one", Input::Select("Choose", LinkKind::LABELLED))
            .remedy("Select how the other report bears on this one");
        Continues = "continues", FieldQuestion::new("Does it go on with an earlier report?", Input::Radios(&[]))
            .hint("A person who lost their receipt may send more as a new concern. Both are one concern then")
            .remedy("Select a report from the list");
        Earlier = "earlier", FieldQuestion::new("Another earlier report", Input::line("Name of the report", SHORT_MAX))
            .hint("Its name in two words, or the beginning of its id")
            .remedy("Enter the name of the earlier report");
    }
}

fields! {
    /// What buttons and lists of these pages stand for.
    enum WiderField {
        // An organisation of the register, by its code.
        Code = "code",
        // What a name that people wrote is, and that name.
        Take = "take",
        // The organisation that another one is a spelling of.
        Into = "into",
        // A spelling that is to be one of its own again.
        Part = "part",
    }
}

/// That a report stands by itself, and that it goes on with what it does already.
pub(in crate::desk) const ALONE: &str = "alone";
pub(in crate::desk) const AS_IT_IS: &str = "as-it-is";
/// What a name that people wrote is to become: an organisation of its own. Otherwise an id of the list, or a code after this
/// mark.
pub(in crate::desk) const NEW: &str = "new";
pub(in crate::desk) const CODE: &str = "code-";
