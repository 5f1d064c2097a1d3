//! Keeping what is to be written to a person, and what colleagues say about it.

use crate::{
    casebook::{
        CasebookError, Editor, TypedError,
        log::{
            draft::{Commented, Drafted},
            event::{Matter, SealedMatter, What},
        },
    },
    domain::{AnswerKind, ReportId, Text, Today},
};

impl Editor<'_> {
    /// Keeps a draft, field by field, in place of the one that this member had of that kind. Gives the event that holds it:
    /// the one before, if nothing in it changed.
    ///
    /// # Errors
    /// If there is no such report, there is nothing in it, or it is too long.
    pub fn keep_draft(
        &mut self,
        id: ReportId,
        kind: AnswerKind,
        fields: Vec<(Text, Text)>,
        today: &dyn Today,
    ) -> Result<u64, CasebookError> {
        if let Some(kept) = self.casebook.my_draft(id, kind)?.filter(|kept| kept.fields == fields) {
            return Ok(kept.row.event);
        }
        let drafted = Drafted { kind, discarded: false, fields };
        if !drafted.is_bounded() {
            return Err(TypedError::Long("draft").into());
        }
        self.append_on(id, What::Drafted(SealedMatter::about(id)), Matter::Drafted(drafted), today)
    }

    /// Throws this member's draft of that kind away.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn discard_draft(&mut self, id: ReportId, kind: AnswerKind, today: &dyn Today) -> Result<(), CasebookError> {
        let drafted = Drafted { kind, discarded: true, fields: Vec::new() };
        self.append_on(id, What::Drafted(SealedMatter::about(id)), Matter::Drafted(drafted), today).map(drop)
    }

    /// Says something about a draft, by the event that holds it.
    ///
    /// # Errors
    /// If there is no such draft, or the comment is empty or too long.
    pub fn comment(&mut self, id: ReportId, draft: u64, text: Text, today: &dyn Today) -> Result<(), CasebookError> {
        let commented = Commented { draft, text: TypedError::reason(text)? };
        self.append_on(id, What::Commented(SealedMatter::about(id)), Matter::Commented(commented), today).map(drop)
    }
}
