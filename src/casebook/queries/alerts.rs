//! What happened to the team, and who tried what they may not, until it is confirmed.

use crate::{
    casebook::{AlertKind, Casebook},
    domain::{Date, MemberId, ReportId},
};

/// Something that everybody is told.
#[derive(Clone)]
pub struct AlertView {
    /// The event that it tells of: confirming it confirms all before it.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who recorded it.
    pub by: MemberId,
    /// What happened, or was tried.
    pub what: AlertKind,
    /// How often that member did the same in a row.
    pub times: usize,
}

impl Casebook {
    /// What this member has not confirmed yet to have seen, in order; what somebody repeats is told once.
    #[must_use]
    pub fn alerts(&self) -> Vec<AlertView> {
        let mut alerts: Vec<AlertView> = Vec::new();
        for alert in self.state.unconfirmed() {
            match alerts.last_mut() {
                Some(last) if last.by == alert.by && last.what == alert.what => {
                    (last.event, last.on) = (alert.event, alert.on);
                    last.times += 1;
                }
                _ => alerts.push(AlertView {
                    event: alert.event,
                    on: alert.on,
                    by: alert.by,
                    what: alert.what.clone(),
                    times: 1,
                }),
            }
        }
        alerts
    }

    /// The reports whose key should be sealed to this member and is not: a colleague who can open one has to choose the
    /// same readers again.
    #[must_use]
    pub fn keyless(&self) -> Vec<ReportId> {
        self.state.outlines.keys().copied().filter(|id| self.state.is_keyless(*id)).collect()
    }
}
