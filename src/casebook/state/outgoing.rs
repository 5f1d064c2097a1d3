//! What goes to the box next.

use crate::{
    casebook::state::{
        replay::State,
        report::{AnswerRecord, Report},
    },
    domain::{AnswerEntry, Collected, ReportId, ReportState},
};

impl State {
    /// The answers to write, by report and in order.
    pub(in crate::casebook) fn answers_to_export(&self, again: bool) -> Vec<AnswerEntry> {
        let reports = self.reports.iter();
        reports.flat_map(|(id, report)| report.to_export(again).map(|answer| entry(*id, report, answer))).collect()
    }

    /// What the box is to be told to have been collected: what it was not told before, or all.
    pub(in crate::casebook) fn collected(&self, again: bool) -> Vec<Collected> {
        let reports = self
            .reports
            .iter()
            .map(|(id, report)| (report.acknowledged, Collected { report: *id, through: report.last_message() }));
        let destroyed = self
            .destroyed
            .iter()
            .map(|(id, remains)| (remains.acknowledged, Collected { report: *id, through: remains.last_message }));
        let mut all: Vec<Collected> = reports
            .chain(destroyed)
            .filter(|(acknowledged, now)| now.through > 0 && (again || now.through > *acknowledged))
            .map(|(_, now)| now)
            .collect();
        all.sort_by_key(|collected| collected.report);
        all
    }
}

fn entry(id: ReportId, report: &Report, answer: &AnswerRecord) -> AnswerEntry {
    AnswerEntry {
        report: id,
        seq: answer.seq,
        meets: report.met_by(answer),
        closed: answer.state == ReportState::Closed,
        size: answer.file.size,
        sha256: answer.file.sha256,
        endorsements: answer.endorsements.clone(),
    }
}
