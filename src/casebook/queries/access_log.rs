//! Who opened a report, or took a page or file of it away from the desk.

use serde::Serialize;

use crate::{
    casebook::Casebook,
    domain::{AccessKind, Date, MemberId, ReportId, Text},
};

/// One access.
#[derive(Clone, Serialize)]
pub struct AccessView {
    /// The event that holds it: what happened first has the lowest.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who it was.
    pub by: MemberId,
    /// What they are called.
    pub name: Text,
    /// Which report.
    pub report: ReportId,
    /// What was done.
    pub how: AccessKind,
    /// The file as `MESSAGE/FILE`, or what was handed on; none for the report's page.
    pub file: Option<Text>,
}

impl Casebook {
    /// Every access to the reports that this member can open, or to one of them; the last first.
    #[must_use]
    pub fn access_log(&self, of: Option<ReportId>) -> Vec<AccessView> {
        let reports = self.state.reports.iter().filter(|(id, _)| of.is_none_or(|of| of == **id));
        let mut log: Vec<AccessView> = reports
            .flat_map(|(id, report)| {
                report.accesses.iter().map(|access| AccessView {
                    event: access.event,
                    on: access.on,
                    by: access.by,
                    name: self.member_name(access.by).cloned().unwrap_or_else(|| Text::verbatim("")),
                    report: *id,
                    how: access.how,
                    file: access.file.clone(),
                })
            })
            .collect();
        log.sort_by_key(|access| std::cmp::Reverse(access.event));
        log
    }
}
