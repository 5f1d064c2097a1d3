//! What the figures need to know of each report.

use std::sync::Arc;

use crate::{
    casebook::{Casebook, book::gist::ConcernGist, log::fact::Fact, state::fact::SaidOfIt},
    domain::{Date, ReportId},
};

impl Casebook {
    /// What the figures know: of every report that this member can open, and of those that were destroyed. What is in
    /// [`Casebook::closed_to_me`] is missing, and whoever shows the figures has to say so.
    #[must_use]
    pub fn facts(&self, today: Date) -> Vec<Fact> {
        let ids: Vec<ReportId> = self.state.reports.keys().copied().collect();
        let opened = ids.iter().zip(self.gists(&ids));
        let facts = opened.filter_map(|(id, gist)| Some((*id, self.state.fact(*id, said(gist), today)?)));
        let destroyed = self.state.destroyed.iter().map(|(id, remains)| (*id, remains.fact.clone()));
        let mut facts = facts.chain(destroyed).collect();
        self.state.decided_for_concerns(&mut facts);
        facts.into_values().collect()
    }

    /// What they know of one report by itself; none if this member can't open it. It is what is kept if the report is destroyed.
    pub(in crate::casebook) fn fact(&self, id: ReportId, today: Date) -> Option<Fact> {
        self.state.fact(id, said(self.gist(id)), today)
    }
}

/// Nothing, if the first message is not here.
fn said(gist: Option<Arc<ConcernGist>>) -> SaidOfIt {
    gist.map_or_else(SaidOfIt::default, |gist| SaidOfIt {
        about: gist.about.clone(),
        organisation_type: gist.organisation_type,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{NewAssessment, NewProposal},
        domain::{Action, Area, Assessment, FixedDay, Kept, ReportState, Route, Text, YesNo},
        world::{
            DAY,
            casebook::{World, assessed},
        },
    };

    #[test]
    fn a_destroyed_report_still_counts_as_it_was() {
        let mut world = World::new();
        let kept = world.concern(1, Route::StaffConcern, &[]);
        let gone = world.concern(2, Route::StaffConcern, &[]);
        for id in [kept, gone] {
            world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        }
        let file = world.collect();
        world.import(&file).unwrap();
        let assessment = Assessment {
            worker: Some(YesNo::Yes),
            action: Some(Action::FurtherAction),
            action_detail: Some(Text::typed("A visit.")),
            destroy_after: Some(DAY),
            ..Assessment::default()
        };
        let closed = NewAssessment::new(Some(assessment), Some(ReportState::Closed), None);
        world.decide(gone, assessed(closed)).unwrap();
        let later = DAY.tomorrow().unwrap();
        let before = world.open().unwrap().facts(later);
        world.agree_on(FixedDay(later), NewProposal::Destroy(gone)).unwrap();
        let after = world.open().unwrap().facts(later);
        assert_eq!((before.len(), after.len()), (2, 2));
        assert!(before.iter().all(|fact| after.contains(fact)));
        let fact = after.iter().find(|fact| fact.closed).unwrap();
        assert_eq!(
            (fact.received_on, fact.action, fact.areas.as_slice(), fact.clocks[0].kept),
            (DAY.first_of_month(), Some(Action::FurtherAction), [Area::IntegratedCare].as_slice(), Kept::OnTime)
        );
    }

    #[test]
    fn no_day_is_kept() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        world.reports.get_mut(&id).unwrap().entry.received_on = Date::constant(2026, 11, 19);
        let file = world.collect();
        world.import(&file).unwrap();
        let facts = world.open().unwrap().facts(DAY);
        let json = serde_json::to_string(&facts).unwrap();
        assert!(json.contains("2026-11-01") && !json.contains("2026-11-19") && !json.contains("2026-12"), "{json}");
    }
}
