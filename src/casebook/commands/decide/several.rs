use super::{
    assess::NewAssessment,
    notify::NewNotice,
    record::{NewEntry, Recorded},
    reply::NewReply,
};
use crate::{
    casebook::{CasebookError, DecisionError, Editor, Seen},
    domain::{ReportId, Today},
};

/// Several things that are decided at the same time, as `candour desk decide` can: at least one.
pub struct NewDecision {
    assessment: Option<NewAssessment>,
    notice: Option<NewNotice>,
    reply: Option<NewReply>,
}

impl NewDecision {
    /// Of what is given.
    ///
    /// # Errors
    /// [`DecisionError::NothingDecided`] if nothing is.
    pub fn new(
        assessment: Option<NewAssessment>,
        notice: Option<NewNotice>,
        reply: Option<NewReply>,
    ) -> Result<Self, CasebookError> {
        if assessment.is_none() && notice.is_none() && reply.is_none() {
            return Err(CasebookError::Decision(DecisionError::NothingDecided));
        }
        Ok(Self { assessment, notice, reply })
    }
}

impl Editor<'_> {
    /// Records all of a decision as one event.
    ///
    /// # Errors
    /// As [`Editor::assess`], [`Editor::notify`] and [`Editor::reply`].
    pub fn decide(
        &mut self,
        id: ReportId,
        seen: Seen,
        decision: NewDecision,
        today: &dyn Today,
    ) -> Result<Recorded, CasebookError> {
        let NewDecision { assessment, notice, reply } = decision;
        let (assessed, state, note) =
            assessment.map(|NewAssessment { assessed, state, note }| (assessed, state, note)).unwrap_or_default();
        let notice = notice.map(NewNotice::into_letter);
        let letters = notice.into_iter().chain(reply.map(NewReply::into_letter)).collect();
        self.record(id, seen, NewEntry { assessed, state, note, letters, ..NewEntry::default() }, today)
    }
}
