use super::{
    note::written,
    record::{NewEntry, NewLetter, Recorded},
};
use crate::{
    casebook::{CasebookError, Editor, Letter, Seen, state::outcome::Assessed},
    domain::{Area, ReportId, Text, Today},
};

/// An information-use notice to the person.
pub struct NewNotice {
    text: Text,
    supplementary: bool,
    needs_approval: bool,
}

impl NewNotice {
    /// One that stands by itself.
    ///
    /// # Errors
    /// If the text is empty or too long.
    pub fn new(text: Text) -> Result<Self, CasebookError> {
        Ok(Self { text: written("notice", text)?, supplementary: false, needs_approval: false })
    }

    /// One that tells of a later change of use; the first one stands.
    ///
    /// # Errors
    /// If the text is empty or too long.
    pub fn supplementary(text: Text) -> Result<Self, CasebookError> {
        Ok(Self { supplementary: true, ..Self::new(text)? })
    }

    /// One that a second member has to approve even if the casebook does not ask for that.
    #[must_use]
    pub fn to_be_approved(self) -> Self {
        Self { needs_approval: true, ..self }
    }

    pub(super) fn into_letter(self) -> NewLetter {
        let Self { text, supplementary, needs_approval } = self;
        let letter = if supplementary { Letter::Supplementary } else { Letter::Notice };
        NewLetter { letter, text, needs_approval }
    }
}

impl Editor<'_> {
    /// Records a notice. The areas that it names are the report's from then on, none if it plans no other use.
    ///
    /// # Errors
    /// If there is no such report, it changed meanwhile, or there is a [`crate::casebook::Hindrance`].
    pub fn notify(
        &mut self,
        id: ReportId,
        seen: Seen,
        notice: NewNotice,
        areas: Vec<Area>,
        today: &dyn Today,
    ) -> Result<Recorded, CasebookError> {
        let (assessed, letters) = (Assessed::Areas(areas), vec![notice.into_letter()]);
        self.record(id, seen, NewEntry { assessed, letters, ..NewEntry::default() }, today)
    }
}
