//! Where a report stands after a decision.

use crate::{
    casebook::state::{letter::Letter, report::Report},
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
    /// Where it stands after a decision. If that does not say, a notice makes a received report decided, and so does a
    /// reply where one is what was promised; any other reply may be a question, and leaves it being read, as other areas
    /// do.
    pub(in crate::casebook) fn after(
        &self,
        assessed: Assessed,
        to: Option<ReportState>,
        letters: &[Letter],
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
            None if is_received && letters.iter().any(|letter| self.decides(*letter)) => ReportState::Decided,
            None if is_received && (areas_changed || !letters.is_empty()) => ReportState::BeingRead,
            None => self.state,
        };
        ReportOutcome { state, assessment, is_news: state != self.state || areas_changed || self.untold }
    }

    /// Whether a letter tells what was decided.
    const fn decides(&self, letter: Letter) -> bool {
        !matches!(letter, Letter::Reply) || !self.route.promises().is_empty()
    }
}
