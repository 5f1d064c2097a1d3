//! What the pages about organisations and those about themes say alike: in their lists, and of one.

use super::{
    Shell,
    evidence::{EvidenceSection, TeamNote, notes_about},
    finds::{Find, finds},
    subject_head::SubjectHead,
};
use crate::{
    casebook::{Casebook, NoteSubject, QueueEntry},
    desk::{
        form::{question::AskedField, wider::NoteField},
        letter_checks::letter_finds,
    },
    domain::{Entries, FieldError},
    http::Field,
};

/// One of a list.
pub(super) struct SubjectRow {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) reports: usize,
}

/// Which form of the page of an organisation or a theme something is wrong with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum SubjectForm {
    Name,
    Same,
    Note,
}

/// What such a page is made from, besides the casebook.
pub(in crate::desk) struct SubjectParts<'a> {
    pub(in crate::desk) queue: &'a [QueueEntry],
    /// What was typed, and into which form, if something is wrong with it.
    pub(in crate::desk) typed: Option<(SubjectForm, &'a Entries)>,
    pub(in crate::desk) errors: Vec<FieldError>,
}

impl SubjectParts<'_> {
    /// What was typed into a form, if something is wrong with it.
    pub(super) fn typed_into(&self, of: SubjectForm) -> Option<Entries> {
        self.typed.filter(|(form, _)| *form == of).map(|(_, typed)| typed.copy())
    }
}

/// What such a page shows, whatever it is about.
pub(super) struct SubjectView {
    pub(super) head: SubjectHead,
    pub(super) evidence: EvidenceSection,
    pub(super) notes: Vec<TeamNote>,
    /// What in a note that was just written may show who someone is.
    pub(super) finds: Vec<Find>,
    pub(super) note: Field,
    pub(super) rename: Vec<Field>,
    /// Which of the folded forms is open.
    open: Option<SubjectForm>,
}

impl SubjectView {
    /// None if it is not on its list, or only another spelling of one that is. With the fields in which its name is changed.
    pub(super) fn new(
        (shell, casebook): (&Shell, &Casebook),
        subject: NoteSubject,
        parts: &SubjectParts<'_>,
        rename: Vec<Field>,
    ) -> Option<Self> {
        Some(Self {
            head: SubjectHead::new(casebook, subject)?,
            evidence: EvidenceSection::new(casebook, parts.queue, subject),
            notes: notes_about(casebook, subject),
            finds: finds_just_noted(shell, casebook, subject),
            note: NoteField::Text.field(&parts.typed_into(SubjectForm::Note).unwrap_or_default(), &parts.errors),
            rename,
            open: parts.typed.map(|(form, _)| form),
        })
    }

    /// Whether a folded form is open.
    pub(super) fn is_open(&self, form: SubjectForm) -> bool {
        self.open == Some(form)
    }
}

/// What in this member's last note about something may show who someone is, if it was written just now.
fn finds_just_noted(shell: &Shell, casebook: &Casebook, subject: NoteSubject) -> Vec<Find> {
    let is_new = shell.done.as_ref().is_some_and(|done| done.noted == Some(subject));
    let me = casebook.me().filter(|_| is_new);
    let mut notes = casebook.reference().notes.iter().rev();
    let note = notes.find(|note| note.about == subject && Some(note.by) == me);
    note.map(|note| finds(note.text.as_str(), &letter_finds(note.text.as_str(), &[], &[]))).unwrap_or_default()
}
