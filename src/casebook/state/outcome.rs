//! Where a report stands after a decision.

use crate::{
    casebook::state::report::Report,
    domain::{Area, Assessment, ReportState},
};

/// What a decision says of the assessment.
#[derive(Default)]
pub(in crate::casebook) enum Assessed {
    /// It stays as it is.
    #[default]
    AsItIs,
    /// These areas take the place of those before.
    Areas(Vec<Area>),
    /// This one takes its place.
    Anew(Box<Assessment>),
}

/// Where a report stands after a decision.
pub(in crate::casebook) struct ReportOutcome {
    pub(in crate::casebook) state: ReportState,
    pub(in crate::casebook) assessment: Assessment,
    /// Whether the person has not been told yet that it stands so.
    pub(in crate::casebook) is_news: bool,
}

impl Report {
    /// Where it stands after a decision. If that does not say, a letter makes a received report decided, and other
    /// areas have it being read.
    pub(in crate::casebook) fn after(
        &self,
        assessed: Assessed,
        to: Option<ReportState>,
        has_letter: bool,
    ) -> ReportOutcome {
        let assessment = match assessed {
            Assessed::AsItIs => self.assessment.clone(),
            Assessed::Areas(areas) => {
                let areas: Vec<Area> = Area::ALL.iter().copied().filter(|area| areas.contains(area)).collect();
                // Never having chosen one and choosing none are the same to the person.
                let is_other = areas != self.assessment.areas.as_deref().unwrap_or_default();
                let areas = if is_other { Some(areas) } else { self.assessment.areas.clone() };
                Assessment { areas, ..self.assessment.clone() }
            }
            Assessed::Anew(assessment) => *assessment,
        };
        let is_received = self.state == ReportState::Received;
        let areas_changed = assessment.areas != self.assessment.areas;
        let state = match to {
            Some(state) => state,
            None if is_received && has_letter => ReportState::Decided,
            None if is_received && areas_changed => ReportState::BeingRead,
            None => self.state,
        };
        ReportOutcome { state, assessment, is_news: state != self.state || areas_changed || self.untold }
    }
}
