//! What is counted of a report.

use crate::{
    casebook::{
        log::fact::{Fact, Promise},
        state::report::Report,
    },
    domain::{Date, MessageKind, ReportState},
};

impl Report {
    /// What the figures need to know of it, as it stands on that day.
    pub(in crate::casebook) fn fact(&self, today: Date) -> Fact {
        let withdrawal = self.messages.iter().find(|message| message.kind == MessageKind::Withdrawal);
        let withdrawn_on = self.withdrawn.then(|| withdrawal.map_or(today, |message| message.on));
        let clocks = self.message_clocks().map(|entry| (false, entry.clock));
        let clocks = clocks.chain(self.supplementary_clocks().map(|entry| (true, entry.clock)));
        let assessment = &self.assessment;
        Fact {
            received_on: self.received_on.first_of_month(),
            route: self.route,
            areas: self.shown_areas().to_vec(),
            worker: assessment.worker,
            in_remit: assessment.in_remit,
            failures: assessment.failures.clone(),
            action: assessment.action,
            finding: assessment.finding,
            detriment: assessment.detriment,
            referred: !self.referrals.is_empty(),
            closed: self.state == ReportState::Closed,
            withdrawn: self.withdrawn,
            clocks: clocks
                .map(|(supplementary, clock)| Promise {
                    kind: clock.kind,
                    supplementary,
                    kept: clock.kept(today, withdrawn_on),
                })
                .collect(),
        }
    }
}
