use super::{
    note::NewNote,
    record::{NewEntry, Recorded},
};
use crate::{
    casebook::{CasebookError, Editor, Seen, state::outcome::Assessed},
    domain::{Area, Assessment, ReportId, ReportState, Today},
};

/// What the team makes of a report. There is always something in it.
pub struct NewAssessment {
    pub(super) assessed: Assessed,
    pub(super) state: Option<ReportState>,
    pub(super) note: Option<NewNote>,
}

impl NewAssessment {
    /// An assessment in place of the one before, where the report stands from now on, and a note. What is left out
    /// stays as it is, but for the state: areas make a received report [`ReportState::BeingRead`]. None if everything
    /// is left out.
    #[must_use]
    pub fn new(assessment: Option<Assessment>, state: Option<ReportState>, note: Option<NewNote>) -> Option<Self> {
        let assessed = assessment.map_or(Assessed::AsItIs, |assessment| Assessed::Anew(Box::new(assessment)));
        Self::of(assessed, state, note)
    }

    /// As [`NewAssessment::new`], of an assessment the areas alone, in place of those before; none to leave them.
    #[must_use]
    pub fn of_areas(areas: Vec<Area>, state: Option<ReportState>, note: Option<NewNote>) -> Option<Self> {
        let assessed = if areas.is_empty() { Assessed::AsItIs } else { Assessed::Areas(areas) };
        Self::of(assessed, state, note)
    }

    fn of(assessed: Assessed, state: Option<ReportState>, note: Option<NewNote>) -> Option<Self> {
        let is_nothing = matches!(assessed, Assessed::AsItIs) && state.is_none() && note.is_none();
        (!is_nothing).then_some(Self { assessed, state, note })
    }
}

impl Editor<'_> {
    /// Records what the team makes of a report. If that changes what the person sees, an update goes to them.
    ///
    /// # Errors
    /// If there is no such report, it changed meanwhile, or the assessment has an
    /// [`crate::domain::AssessmentProblem`] or a text that is too long.
    pub fn assess(
        &mut self,
        id: ReportId,
        seen: Seen,
        assessment: NewAssessment,
        today: &dyn Today,
    ) -> Result<Recorded, CasebookError> {
        let NewAssessment { assessed, state, note } = assessment;
        self.record(id, seen, NewEntry { assessed, state, note, ..NewEntry::default() }, today)
    }
}
