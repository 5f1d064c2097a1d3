//! What is set aside, and can still be brought back.

use std::collections::BTreeMap;

use crate::{
    casebook::{
        Casebook,
        state::{report::Report, retention::Retained},
    },
    domain::{Date, MemberId, ReportId, SetAsideReason},
};

/// One act by which reports were set aside, of which the box was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActOfAside {
    /// The event that holds it.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who did it.
    pub by: MemberId,
    /// What the persons will be told.
    pub reason: SetAsideReason,
    /// The reports that can still be brought back, by id.
    pub reports: Vec<ReportId>,
}

impl Casebook {
    /// What was set aside and can still be brought back, the last act first.
    #[must_use]
    pub fn to_bring_back(&self) -> Vec<ActOfAside> {
        let mut acts: BTreeMap<u64, ActOfAside> = BTreeMap::new();
        for (id, report) in &self.state.reports {
            let Some(record) = report.aside.last().filter(|_| self.may_bring_back(*id)) else { continue };
            let Some(reason) = record.reason else { continue };
            let new = || ActOfAside { event: record.event, on: record.on, by: record.by, reason, reports: Vec::new() };
            acts.entry(record.event).or_insert_with(new).reports.push(*id);
        }
        acts.into_values().rev().collect()
    }

    /// Every report that this member can open, by id.
    pub fn readable(&self) -> impl Iterator<Item = ReportId> {
        self.state.reports.keys().copied()
    }

    /// Whether a report is set aside and can still be brought back: no export told the box.
    #[must_use]
    pub fn may_bring_back(&self, id: ReportId) -> bool {
        let is_untold = self.state.outlines.get(&id).is_some_and(|outline| outline.may_be_brought_back());
        is_untold && self.state.reports.get(&id).is_some_and(|report| report.set_aside.is_some())
    }

    /// Why a report may not be destroyed on that day; none if it may.
    pub(in crate::casebook) fn retained(&self, id: ReportId, report: &Report, today: Date) -> Option<Retained> {
        let is_untold = || !report.withdrawn && self.state.is_at_box(id) && self.may_bring_back(id);
        match report.retained(today) {
            Some(why @ (Retained::NotOver | Retained::Owed)) => Some(why),
            _ if is_untold() => Some(Retained::Untold),
            other => other,
        }
    }

    /// The report that one was set aside as the same as, as long as it is.
    #[must_use]
    pub fn set_aside_as_same(&self, id: ReportId) -> Option<ReportId> {
        let report = self.state.reports.get(&id)?;
        report.same_as.filter(|_| report.set_aside == Some(SetAsideReason::Duplicate))
    }
}
