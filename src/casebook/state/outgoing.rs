//! What goes to the box next.

use crate::{
    casebook::state::{
        replay::State,
        report::{AnswerRecord, Report},
    },
    domain::{AnswerEntry, Collected, MemberId, ReportId, ReportState},
};

impl State {
    /// The answers to write, by report and in order.
    pub(in crate::casebook) fn answers_to_export(&self, again: bool) -> Vec<AnswerEntry> {
        let reports = self.reports.iter();
        reports.flat_map(|(id, report)| report.to_export(again).filter_map(|answer| answer.entry(*id))).collect()
    }

    /// What the box is to be told by that member to have been collected: what it was not told before, what it was told
    /// by another member alone, or all. Only of messages that were kept as the box signed for them.
    pub(in crate::casebook) fn collected(&self, by: MemberId, again: bool) -> Vec<Collected> {
        let reports = self.reports.iter().filter_map(|(id, report)| {
            let outline = self.outlines.get(id)?;
            Some((outline.acknowledged, Collected { report: *id, through: report.kept_through() }))
        });
        let destroyed = self
            .destroyed
            .iter()
            .map(|(id, remains)| (remains.acknowledged, Collected { report: *id, through: remains.last_message }));
        let mut all: Vec<Collected> = reports
            .chain(destroyed)
            .filter(|(acknowledged, now)| now.through > 0 && (again || acknowledged.is_news(by, now.through)))
            .map(|(_, now)| now)
            .collect();
        all.sort_by_key(|collected| collected.report);
        all
    }
}

impl Report {
    /// The last message up to which all were kept as the box signed for them, 0 for none.
    pub(in crate::casebook) fn kept_through(&self) -> u32 {
        let kept = self.messages.iter().take_while(|message| message.kept.is_some());
        kept.last().map_or(0, |message| message.seq)
    }
}

impl AnswerRecord {
    /// As decisions list it; none while it waits for a second member.
    pub(in crate::casebook) fn entry(&self, id: ReportId) -> Option<AnswerEntry> {
        let file = self.file?;
        Some(AnswerEntry {
            report: id,
            seq: self.seq,
            kind: self.kind,
            text: self.text,
            closed: self.state == ReportState::Closed,
            size: file.size,
            sha256: file.sha256,
            endorsements: self.endorsements.clone(),
        })
    }
}
