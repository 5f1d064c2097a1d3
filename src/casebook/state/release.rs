//! How far an answer has come on its way to the person, and what the next export writes.

use crate::{
    casebook::state::report::{AnswerRecord, Report},
    domain::Date,
};

/// How far an answer has come on its way to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// It waits until a second member approves it.
    Held,
    /// It waits for an export.
    Free,
    /// It waits to be given to the person, who has no receipt code.
    ToGive,
    /// It is on its way: no collection has shown yet that the box has it.
    Exported {
        /// The last decisions file that it was written to.
        number: u64,
    },
    /// The box has another answer of its number, which this casebook did not write: it can't reach the person any more, and
    /// has to be written once more.
    Displaced,
    /// It is at the box.
    Delivered {
        /// The day on which the box got it.
        on: Date,
    },
}

impl Report {
    /// How far one of its answers has come.
    pub(in crate::casebook) fn release(&self, answer: &AnswerRecord) -> Release {
        if answer.is_held() {
            Release::Held
        } else if let Some(on) = self.delivered_on(answer) {
            Release::Delivered { on }
        } else if self.is_without_code() {
            Release::ToGive
        } else if answer.seq <= self.delivered() {
            Release::Displaced
        } else if let Some(&number) = answer.exported_in.last() {
            Release::Exported { number }
        } else {
            Release::Free
        }
    }

    /// The answers that have still to reach the person, in order. Nothing goes to a report that was withdrawn: the box
    /// has deleted it, and would refuse the whole file.
    pub(in crate::casebook) fn undelivered(&self) -> impl Iterator<Item = (&AnswerRecord, Release)> {
        let answers = if self.withdrawn { &[] } else { self.answers.as_slice() };
        let released = answers.iter().map(|answer| (answer, self.release(answer)));
        // Who reads no status page is not told where it stands but in words.
        let is_told = |answer: &AnswerRecord| answer.kind.is_text() || !self.is_without_code();
        released.filter(move |(answer, release)| is_told(answer) && !matches!(release, Release::Delivered { .. }))
    }

    /// The answers that the next export writes, in order: none that waits for its approver, and none after it; none that
    /// the box would refuse, and with it the whole file. With `again`, also those that are on their way.
    pub(in crate::casebook) fn to_export(&self, again: bool) -> impl Iterator<Item = &AnswerRecord> {
        let released = self.undelivered().take_while(|(_, release)| *release != Release::Held);
        let goes = move |release: Release| match release {
            Release::Free => true,
            Release::Exported { .. } => again,
            Release::Held | Release::ToGive | Release::Displaced | Release::Delivered { .. } => false,
        };
        released.filter(move |(_, release)| goes(*release)).map(|(answer, _)| answer)
    }
}
