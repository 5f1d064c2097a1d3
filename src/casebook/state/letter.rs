//! What the team writes to a person in words: what stands in its way, and which promises it keeps.

use crate::{
    casebook::state::report::{AnswerRecord, Report},
    domain::{AnswerKind, ClockEntry, ClockKind, Date, MessageKind},
};

/// What the team writes to a person in words. An update is no letter: it only says where the report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// An information-use notice that stands by itself.
    Notice,
    /// An information-use notice that tells of a later change of use; the first one stands.
    Supplementary,
    /// A reply.
    Reply,
}

/// Why a letter can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The person withdrew the report and deleted it at the box, so nothing can reach them.
    Withdrawn,
    /// There is no notice yet that a supplementary one could add to.
    NoFirstNotice,
}

impl Letter {
    /// None for an update.
    pub(in crate::casebook) const fn of(kind: AnswerKind, supplementary: bool) -> Option<Self> {
        match (kind, supplementary) {
            (AnswerKind::Notice, false) => Some(Self::Notice),
            (AnswerKind::Notice, true) => Some(Self::Supplementary),
            (AnswerKind::Reply, _) => Some(Self::Reply),
            (AnswerKind::Update, _) => None,
        }
    }

    /// The kind of answer that it is.
    #[must_use]
    pub const fn kind(self) -> AnswerKind {
        match self {
            Self::Notice | Self::Supplementary => AnswerKind::Notice,
            Self::Reply => AnswerKind::Reply,
        }
    }

    /// Whether it keeps a promise once the box has it. `of_change` is for the promises that changes of use start.
    pub(in crate::casebook) const fn keeps(self, promise: ClockKind, of_change: bool) -> bool {
        match self {
            Self::Notice | Self::Reply => self.kind().meets(promise) && !of_change,
            Self::Supplementary => self.kind().meets(promise),
        }
    }

    /// Why it can't be written, if it can't.
    pub(in crate::casebook) const fn hindrance(self, withdrawn: bool, has_notice: bool) -> Option<Hindrance> {
        match self {
            _ if withdrawn => Some(Hindrance::Withdrawn),
            Self::Supplementary if !has_notice => Some(Hindrance::NoFirstNotice),
            Self::Notice | Self::Supplementary | Self::Reply => None,
        }
    }
}

impl AnswerRecord {
    /// As a letter; none for an update.
    pub(in crate::casebook) const fn letter(&self) -> Option<Letter> {
        Letter::of(self.kind, self.supplementary)
    }
}

impl Report {
    /// Whether a notice was written already.
    pub(in crate::casebook) fn has_notice(&self) -> bool {
        self.answers.iter().any(|answer| answer.kind == AnswerKind::Notice)
    }

    /// Why a letter can't be written, if it can't.
    pub(in crate::casebook) fn hindrance(&self, letter: Letter) -> Option<Hindrance> {
        letter.hindrance(self.withdrawn, self.has_notice())
    }

    /// The day of the first follow-up after which nobody wrote to the person.
    pub(in crate::casebook) fn unanswered_since(&self) -> Option<Date> {
        let answered = self.answers.iter().filter(|answer| answer.kind.is_text()).map(|answer| answer.after).max();
        let later = self.messages.iter().filter(|message| message.seq > answered.unwrap_or_default());
        later.filter(|message| message.kind == MessageKind::FollowUp).map(|message| message.on).min()
    }

    /// The clocks of its messages: as they stood at the box, and those that started here.
    pub(in crate::casebook) fn message_clocks(&self) -> impl Iterator<Item = ClockEntry> {
        let all = self.clocks.iter().chain(&self.clocks_here).copied();
        // Nothing more is owed for a report that was set aside.
        all.filter(|entry| entry.clock.met_on.is_some() || self.set_aside.is_none())
    }

    /// The clocks of its messages, those that ended when it was set aside included.
    pub(in crate::casebook) fn every_message_clock(&self) -> impl Iterator<Item = ClockEntry> {
        self.clocks.iter().chain(&self.clocks_ended).chain(&self.clocks_here).copied()
    }

    /// The clocks of changes of use: the first answer that was written after one and keeps it meets it when it is
    /// delivered.
    pub(in crate::casebook) fn supplementary_clocks(&self) -> impl Iterator<Item = ClockEntry> {
        self.every_supplementary_clock().filter(|entry| entry.clock.met_on.is_some() || self.set_aside.is_none())
    }

    /// Those that ended when it was set aside included.
    pub(in crate::casebook) fn every_supplementary_clock(&self) -> impl Iterator<Item = ClockEntry> {
        self.changes.iter().map(|(event, entry)| {
            let keeps = |answer: &&AnswerRecord| {
                answer.event >= *event
                    && !answer.is_held()
                    && answer.letter().is_some_and(|letter| letter.keeps(entry.clock.kind, true))
            };
            let met_on: Option<Date> = self.answers.iter().find(keeps).and_then(|answer| self.delivered_on(answer));
            let mut entry = *entry;
            entry.clock.met_on = met_on;
            entry
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Clock, DeliveryEntry, Digest, FileEntry, MemberId, ReportState, Route};

    #[test]
    fn a_letter_keeps_its_own_promises_and_no_others() {
        let all = [Letter::Notice, Letter::Supplementary, Letter::Reply];
        let keepers = |promise, of_change| -> Vec<Letter> {
            all.into_iter().filter(|letter| letter.keeps(promise, of_change)).collect()
        };
        let notice = ClockKind::InformationUseNotice;
        assert_eq!(keepers(notice, false), [Letter::Notice, Letter::Supplementary]);
        assert_eq!(keepers(notice, true), [Letter::Supplementary]);
        assert_eq!(keepers(ClockKind::Advice, false), [Letter::Reply]);
        assert_eq!(keepers(ClockKind::Decision, false), [Letter::Reply]);
        for receipt in [ClockKind::Acknowledgement, ClockKind::DataAcknowledgement] {
            assert_eq!(keepers(receipt, false), []);
        }
    }

    #[test]
    fn nothing_is_written_to_a_person_who_withdrew_and_no_second_notice_before_a_first() {
        for letter in [Letter::Notice, Letter::Supplementary, Letter::Reply] {
            assert_eq!(letter.hindrance(true, true), Some(Hindrance::Withdrawn));
            assert_eq!(letter.hindrance(false, true), None);
            let first = (letter == Letter::Supplementary).then_some(Hindrance::NoFirstNotice);
            assert_eq!(letter.hindrance(false, false), first);
        }
    }

    #[test]
    fn a_notice_that_is_held_keeps_no_clock() {
        let day = Date::constant(2026, 12, 1);
        let mut report = Report::new(Route::StaffConcern, day, String::new());
        let clock = Clock { kind: ClockKind::InformationUseNotice, started_on: day, due_on: day, met_on: None };
        report.changes.push((2, ClockEntry { seq: 1, clock }));
        let (kind, zeros) = (AnswerKind::Notice, Digest([0; 32]));
        report.deliveries.push(DeliveryEntry { seq: 1, on: day, kind, text: zeros, sha256: zeros });
        report.answers.push(AnswerRecord {
            seq: 1,
            kind: AnswerKind::Notice,
            supplementary: true,
            turns_away: false,
            on: day,
            by: MemberId([1; 8]),
            after: 1,
            state: ReportState::Decided,
            event: 2,
            text: Digest([0; 32]),
            file: None,
            endorsements: Vec::new(),
            approved_by: None,
            approved_on: None,
            exported_in: Vec::new(),
            goes_again: false,
        });
        let met_on =
            |report: &Report| report.supplementary_clocks().map(|entry| entry.clock.met_on).collect::<Vec<_>>();
        assert_eq!(met_on(&report), [None]);
        report.answers[0].file = Some(FileEntry { size: 1, sha256: zeros });
        assert_eq!(met_on(&report), [Some(day)]);
        // The box has another answer of that number.
        report.deliveries[0].sha256 = Digest([1; 32]);
        assert_eq!(met_on(&report), [None]);
    }
}
