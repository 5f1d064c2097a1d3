//! Opening what the team answered, with what a receipt code gives.

use crate::{
    crypto::Receipt,
    domain::{Answer, BoxId, Date, Format},
    store::{StoredAnswer, StoredReport},
};

/// An answer of the team, opened.
pub(super) struct OpenedAnswer {
    pub seq: u32,
    pub delivered_on: Date,
    /// None if it is damaged or was not meant for this place.
    pub answer: Option<Answer>,
}

/// Every answer of this box to a report, in order. Blocks.
pub(super) fn open_answers(r#box: BoxId, receipt: &Receipt, report: &StoredReport) -> Vec<OpenedAnswer> {
    let answers = report.answers.iter();
    answers
        .map(|stored| OpenedAnswer {
            seq: stored.seq,
            delivered_on: stored.delivered_on,
            answer: open(r#box, receipt, report, stored),
        })
        .collect()
}

/// An answer, if it is whole and says itself that it is this one: nobody can put one in another's place.
fn open(r#box: BoxId, receipt: &Receipt, report: &StoredReport, stored: &StoredAnswer) -> Option<Answer> {
    let answer = receipt.reply.open_answer(&stored.sealed).ok()?;
    let is_this = answer.format == Format::Answer
        && answer.r#box == r#box
        && answer.report == report.id
        && answer.seq == stored.seq;
    is_this.then_some(answer)
}
