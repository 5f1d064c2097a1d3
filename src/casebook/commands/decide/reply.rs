use super::{
    note::written,
    record::{NewEntry, NewLetter, Recorded},
};
use crate::{
    casebook::{CasebookError, Editor, Letter, Seen},
    domain::{ReportId, Text, Today},
};

/// A reply to the person.
pub struct NewReply(Text);

impl NewReply {
    /// As it was typed.
    ///
    /// # Errors
    /// If it is empty or too long.
    pub fn new(text: Text) -> Result<Self, CasebookError> {
        written("reply", text).map(Self)
    }

    pub(super) fn into_letter(self) -> NewLetter {
        NewLetter { letter: Letter::Reply, text: self.0, needs_approval: false }
    }
}

impl Editor<'_> {
    /// Records a reply.
    ///
    /// # Errors
    /// If there is no such report, it changed meanwhile, or there is a [`crate::casebook::Hindrance`].
    pub fn reply(
        &mut self,
        id: ReportId,
        seen: Seen,
        reply: NewReply,
        today: &dyn Today,
    ) -> Result<Recorded, CasebookError> {
        self.record(id, seen, NewEntry { letters: vec![reply.into_letter()], ..NewEntry::default() }, today)
    }
}
