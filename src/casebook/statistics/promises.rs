//! What became of what was promised.

use crate::{
    casebook::{
        log::fact::{Fact, Promise},
        statistics::{
            plan::{Frame, Id, Plan},
            sums::{ConcernNumbers, ReportNumbers, place, tally},
        },
    },
    domain::{ClockKind, Kept, Route},
};

/// The kinds of promises, with whether a notice of a later change of use is meant.
const PROMISES: [(&str, ClockKind, bool); 6] = [
    ("Acknowledgement", ClockKind::Acknowledgement, false),
    ("Advice, or what we intend to do", ClockKind::Advice, false),
    ("Provisional decision or further response", ClockKind::Decision, false),
    ("Information-use notice", ClockKind::InformationUseNotice, false),
    ("Notice of a later change of use", ClockKind::InformationUseNotice, true),
    ("Personal data: acknowledged", ClockKind::DataAcknowledgement, false),
];

impl Plan {
    /// What each report is promised is the same for all of its route, and every reader knows it.
    pub(super) fn promises(&mut self, facts: &[&Fact], whole: &ReportNumbers, concerns: &ConcernNumbers) {
        self.table(Frame {
            slug: "promises",
            title: "Promises kept",
            rows_are: "Promise",
            note: Some(
                "Counts promises, not reports. One is owed no longer if the person withdrew, or we set the report aside, \
                 before it was due; if it was overdue by then, it stays so.",
            ),
            columns: Kept::ALL.iter().map(|kept| kept.label()).chain(["All"]).collect(),
        });
        let (mut lapsed, mut not_owed) = (Vec::new(), Vec::new());
        for (header, kind, supplementary) in PROMISES {
            let is_meant = |promise: &&Promise| promise.kind == kind && promise.supplementary == supplementary;
            let promises: Vec<&Promise> = facts.iter().flat_map(|fact| &fact.clocks).filter(is_meant).collect();
            let all = self.publish(tally(&promises, |_| true));
            let parts: Vec<Id> =
                Kept::ALL.iter().map(|kept| self.publish(tally(&promises, |promise| promise.kept == *kept))).collect();
            self.row(header, false, [parts.as_slice(), &[all]].concat());
            let is_promised = |route: &Route| route.promises().iter().any(|(promised, _)| *promised == kind);
            let is_promised_about =
                |route: Route| route.promises_about().iter().any(|(_, (promised, _))| *promised == kind);
            let routes = Route::ALL.iter().zip(&whole.routes);
            let promised: Vec<Id> = routes.filter(|(route, _)| is_promised(route)).map(|(_, id)| *id).collect();
            if !promised.is_empty() {
                self.sum(all, promised);
                lapsed.push(parts[place(Kept::ALL, &Kept::Lapsed)]);
                not_owed.push(parts[place(Kept::ALL, &Kept::NotOwed)]);
            } else if let Some(route) = Route::ALL.iter().position(|route| is_promised_about(*route)) {
                // Some reports of one route have one each, for their concern; it never lapses.
                self.rest(whole.routes[route], all);
                let uncounted = self.rest(all, concerns.personal_data);
                if let (Some(of), Some(uncounted)) = (concerns.uncounted_complaints, uncounted) {
                    self.rest(of, uncounted);
                }
            } else if !supplementary {
                // Every report has one for its first message.
                self.rest(all, whole.reports);
            }
            self.sum(all, parts);
        }
        // The acknowledgement is the receipt page, so at most one of a report's other promises can be owed no longer.
        for (reports, promises) in [(whole.withdrawn, lapsed), (whole.set_aside, not_owed)] {
            let any = self.together(&promises);
            self.rest(reports, any);
        }
    }
}
