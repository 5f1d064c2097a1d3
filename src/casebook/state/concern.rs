//! Which reports are one concern, since they go on with each other: the one rule, for pages and for figures.

use std::collections::BTreeMap;

use crate::{
    casebook::{
        log::fact::{CountedAs, Fact},
        state::replay::State,
    },
    domain::{Action, Date, ReportId},
};

impl State {
    /// The report that one goes on with, if that is here or was destroyed: every member knows which there are, whether they
    /// can open them or not.
    pub(in crate::casebook) fn goes_on_with(&self, id: ReportId) -> Option<ReportId> {
        let other = match self.reports.get(&id) {
            Some(report) => report.assessment.continues,
            None => self.destroyed.get(&id)?.goes_on_with,
        };
        other.filter(|other| self.outlines.contains_key(other) || self.destroyed.contains_key(other))
    }

    /// Whether it goes on with another report, which counts in its place. Where reports go on with each other in a circle,
    /// the first by id counts.
    pub(in crate::casebook) fn goes_on_with_another(&self, id: ReportId) -> bool {
        let Some(first) = self.goes_on_with(id) else { return false };
        let (mut next, mut least) = (first, id.min(first));
        // No longer than there are reports: a circle that it only leads to ends nowhere.
        for _ in 0..=self.reports.len() + self.destroyed.len() {
            if next == id {
                return id != least;
            }
            let Some(other) = self.goes_on_with(next) else { break };
            (next, least) = (other, least.min(other));
        }
        true
    }

    /// Of every report that goes on with another, and of that one: the first report of their concern, by id. Those of one
    /// concern have the same, however many are between them.
    pub(in crate::casebook) fn concerns(&self) -> BTreeMap<ReportId, ReportId> {
        fn first(above: &BTreeMap<ReportId, ReportId>, mut id: ReportId) -> ReportId {
            while let Some(next) = above.get(&id).filter(|next| **next != id) {
                id = *next;
            }
            id
        }
        let mut above = BTreeMap::new();
        for id in self.reports.keys().chain(self.destroyed.keys()) {
            let Some(other) = self.goes_on_with(*id) else { continue };
            let (one, other) = (first(&above, *id), first(&above, other));
            above.insert(one.max(other), one.min(other));
            above.entry(one.min(other)).or_insert(one.min(other));
        }
        above.keys().map(|id| (*id, first(&above, *id))).collect()
    }

    /// Decisions to act count for the concern, once: what counts has the earliest that stands among its reports, those that
    /// were destroyed included. What was decided on a report that was set aside as no concern, or as the same, is none.
    pub(in crate::casebook) fn decided_for_concerns(&self, facts: &mut BTreeMap<ReportId, Fact>) {
        let concerns = self.concerns();
        let mut decided: BTreeMap<ReportId, Option<Date>> = BTreeMap::new();
        for (id, fact) in &*facts {
            let stands = fact.action == Some(Action::FurtherAction);
            let is_aside = matches!(fact.counted_as(), CountedAs::SetAside(_));
            if let Some(concern) = concerns.get(id).filter(|_| stands && !is_aside) {
                let day = decided.entry(*concern).or_default();
                *day = day.iter().copied().chain(fact.acted_on).min();
            }
        }
        for (id, fact) in facts {
            let day = concerns.get(id).and_then(|concern| decided.get(concern));
            if let Some(day) = day.filter(|_| fact.counted_as().is_a_concern()) {
                (fact.action, fact.acted_on) = (Some(Action::FurtherAction), *day);
            }
        }
    }
}
