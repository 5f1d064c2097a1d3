use std::collections::{BTreeMap, BTreeSet};

use crate::{casebook::Casebook, domain::ReportId};

impl Casebook {
    /// The other reports of the same concern, by id: those that one goes on with, and those that go on with it, however many
    /// are between them, of the reports that this member can open.
    #[must_use]
    pub fn joined_to(&self, id: ReportId) -> Vec<ReportId> {
        let continues = |id: &ReportId| self.state.reports.get(id).and_then(|report| report.assessment.continues);
        let mut beside: BTreeMap<ReportId, Vec<ReportId>> = BTreeMap::new();
        for (one, other) in self.state.reports.keys().filter_map(|id| Some((*id, continues(id)?))) {
            beside.entry(one).or_default().push(other);
            beside.entry(other).or_default().push(one);
        }
        let mut joined = BTreeSet::from([id]);
        let mut to_follow = vec![id];
        while let Some(at) = to_follow.pop() {
            to_follow.extend(beside.get(&at).into_iter().flatten().filter(|other| joined.insert(**other)));
        }
        joined.remove(&id);
        joined.retain(|other| self.state.reports.contains_key(other));
        joined.into_iter().collect()
    }
}
