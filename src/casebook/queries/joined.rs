use std::collections::BTreeSet;

use crate::{casebook::Casebook, domain::ReportId};

impl Casebook {
    /// The other reports of the same concern, by id: those that one goes on with, and those that go on with it, however many
    /// are between them, of the reports that this member can open.
    #[must_use]
    pub fn joined_to(&self, id: ReportId) -> Vec<ReportId> {
        let continues = |id: &ReportId| self.state.reports.get(id).and_then(|report| report.assessment.continues);
        let pairs: Vec<(ReportId, ReportId)> =
            self.state.reports.keys().filter_map(|id| Some((*id, continues(id)?))).collect();
        let mut joined = BTreeSet::from([id]);
        loop {
            let before = joined.len();
            for (one, other) in &pairs {
                if joined.contains(one) || joined.contains(other) {
                    joined.extend([*one, *other]);
                }
            }
            if joined.len() == before {
                break;
            }
        }
        joined.remove(&id);
        joined.retain(|other| self.state.reports.contains_key(other));
        joined.into_iter().collect()
    }
}
