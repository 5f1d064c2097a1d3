//! What goes to the box next.

use crate::{
    casebook::state::{
        heard::{HeardMessage, StandingAtBox},
        outline::Outline,
        replay::State,
        report::AnswerRecord,
    },
    domain::{
        AnswerEntry, Collected, Digest, EnteredEntry, MemberId, ReportId, ReportState, SetAsideEntry, SetAsideReason,
    },
};

/// What decisions tell the box besides answers.
#[derive(Default)]
pub(in crate::casebook) struct Telling {
    pub(in crate::casebook) collected: Vec<Collected>,
    pub(in crate::casebook) gone: Vec<ReportId>,
    pub(in crate::casebook) set_aside: Vec<SetAsideEntry>,
    pub(in crate::casebook) entered: Vec<EnteredEntry>,
}

impl Telling {
    /// Whether there is nothing to tell.
    pub(in crate::casebook) const fn is_empty(&self) -> bool {
        self.collected.is_empty() && self.gone.is_empty() && self.set_aside.is_empty() && self.entered.is_empty()
    }
}

impl State {
    /// Whether the box has a report, so far as collections tell.
    pub(in crate::casebook) fn is_at_box(&self, id: ReportId) -> bool {
        self.outlines.get(&id).is_some_and(|outline| outline.heard.standing == StandingAtBox::There)
    }

    /// Whether a restored box lost a message of a report that it has.
    pub(in crate::casebook) fn is_lost(&self, id: ReportId, message: Digest) -> bool {
        let heard = self.outlines.get(&id).filter(|_| self.is_at_box(id)).and_then(|it| it.heard.message(message));
        heard.is_some_and(HeardMessage::is_lost)
    }

    /// Whether an answer can get to the box: it has the report, or is told of it first.
    pub(in crate::casebook) fn is_reached(&self, id: ReportId) -> bool {
        let is_told = |outline: &Outline| outline.heard.standing == StandingAtBox::ToBeTold;
        self.is_at_box(id) || self.outlines.get(&id).is_some_and(is_told)
    }

    /// The answers to write, by report and in order: to reports that the box has, or is told of before it takes them.
    pub(in crate::casebook) fn answers_to_export(&self, again: bool) -> Vec<AnswerEntry> {
        let reports = self.reports.iter().filter(|(id, _)| self.is_reached(**id));
        reports.flat_map(|(id, report)| report.to_export(again).filter_map(|answer| answer.entry(*id))).collect()
    }

    /// What the box is to be told by that member: what it was not told before, what it was told by another member alone, or
    /// all. Only of messages that were kept as the box signed for them.
    pub(in crate::casebook) fn to_tell(&self, by: MemberId, again: bool) -> Telling {
        let reports = self.reports.iter().filter_map(|(id, report)| {
            let heard = &self.outlines.get(id)?.heard;
            let is_kept = |commitment| {
                report.message_of_box(commitment).is_some_and(|it| it.kept.is_some())
                    && heard.message(commitment).is_some_and(HeardMessage::is_here)
            };
            heard.to_tell(*id, by, again, is_kept)
        });
        let destroyed =
            self.destroyed.iter().filter_map(|(id, remains)| remains.heard.to_tell(*id, by, again, |_| true));
        let mut collected: Vec<Collected> = reports.chain(destroyed).collect();
        collected.sort_by_key(|collected| collected.report);
        let set_aside = self.outlines.iter().filter_map(|(id, outline)| {
            let report = self.reports.get(id)?;
            let reason = if outline.heard.is_taken_back() {
                (again || !outline.heard.set_aside).then_some(SetAsideReason::Withdrawn)?
            } else {
                // What the team wrote since ended it, which its readers alone know.
                let set_aside = outline.set_aside.filter(|_| report.set_aside.is_some())?;
                (again || set_aside.is_news(by)).then_some(set_aside.reason)?
            };
            let is_kept = |commitment| report.message_of_box(commitment).is_some_and(|it| it.kept.is_some());
            let here = outline.heard.messages.iter().filter(|message| message.is_here() && message.is_there);
            let messages = here.map(|message| message.commitment).filter(|message| is_kept(*message)).collect();
            let entry = SetAsideEntry { report: *id, reason, messages };
            self.may_tell_set_aside(outline, &entry).then_some(entry)
        });
        let gone = self.at_box.gone.iter().copied().collect();
        Telling { collected, gone, set_aside: set_aside.collect(), entered: self.entered_to_tell(again) }
    }

    /// Whether decisions may tell the box that a report is set aside; or that a person withdrew it, to a box that forgot it.
    pub(in crate::casebook) fn may_tell_set_aside(&self, outline: &Outline, entry: &SetAsideEntry) -> bool {
        let (heard, reason) = (&outline.heard, entry.reason);
        let is_here = |commitment: &Digest| heard.message(*commitment).is_some_and(HeardMessage::is_here);
        entry.messages.iter().all(is_here)
            && heard.standing == StandingAtBox::There
            && !heard.withdrawn
            && if heard.is_taken_back() {
                reason == SetAsideReason::Withdrawn
            } else {
                outline.set_aside.is_some_and(|set_aside| set_aside.reason == reason)
            }
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
