//! What is counted of a report.

use crate::{
    casebook::{
        log::fact::{Fact, Promise},
        state::{replay::State, report::Report},
    },
    domain::{About, Date, MessageKind, NoLongerOwed, OrganisationType, ReportId, ReportState},
};

/// What the person said of a report, as far as it is counted.
#[derive(Default)]
pub(in crate::casebook) struct SaidOfIt {
    pub(in crate::casebook) about: Vec<About>,
    pub(in crate::casebook) organisation_type: Option<OrganisationType>,
}

impl State {
    /// What the figures need to know of a report, as it stands on that day; none if this member can't open it.
    pub(in crate::casebook) fn fact(&self, id: ReportId, said: SaidOfIt, today: Date) -> Option<Fact> {
        let report = self.reports.get(&id)?;
        let clocks = report.every_message_clock().map(|entry| (false, entry.clock));
        let clocks = clocks.chain(report.every_supplementary_clock().map(|entry| (true, entry.clock)));
        let (assessment, unowed) = (&report.assessment, report.unowed(today));
        Some(Fact {
            received_on: report.received_on.first_of_month(),
            route: report.route,
            way: report.way(),
            areas: report.shown_areas().to_vec(),
            worker: assessment.worker,
            in_remit: assessment.in_remit,
            failures: assessment.failures.clone(),
            action: assessment.action,
            finding: assessment.finding,
            detriment: assessment.detriment,
            referred: !report.referrals.is_empty(),
            closed: report.state == ReportState::Closed,
            withdrawn: report.withdrawn,
            about: said.about,
            organisation_type: self.organisation_type(report).or(said.organisation_type),
            acted_on: report.acted_on.map(Date::first_of_month),
            set_aside: report.set_aside,
            continues: self.goes_on_with_another(id),
            clocks: clocks
                .map(|(supplementary, clock)| Promise {
                    kind: clock.kind,
                    supplementary,
                    kept: clock.kept(today, unowed),
                })
                .collect(),
        })
    }

    /// What kind of organisation the team says that it is about: a report counts once, so the first of its list whose kind
    /// is known.
    fn organisation_type(&self, report: &Report) -> Option<OrganisationType> {
        let mut named = report.assessment.organisations.iter().map(|id| self.reference.organisation_of(*id));
        named.find_map(|id| self.reference.organisations.get(&id)?.kind)
    }
}

impl Report {
    /// Why nothing more is owed for it, and since when: whichever came first.
    fn unowed(&self, today: Date) -> Option<NoLongerOwed> {
        let withdrawal = self.messages.iter().find(|message| message.kind == MessageKind::Withdrawal);
        let withdrawn = self.withdrawn.then(|| NoLongerOwed::Withdrawn(withdrawal.map_or(today, |message| message.on)));
        let aside = self.aside.last().filter(|aside| aside.reason.is_some() && self.set_aside.is_some());
        let aside = aside.map(|aside| NoLongerOwed::SetAside(aside.on));
        aside.into_iter().chain(withdrawn).min_by_key(|unowed| unowed.since())
    }
}
