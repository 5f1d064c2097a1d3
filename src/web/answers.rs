//! Opening what the team answered, with what a receipt code gives.

use crate::{
    crypto::{OpenedAnswer, Receipt, SignerRole, VerifyingKey, endorsers},
    domain::{Answer, BoxId, Date, Format},
    store::{StoredAnswer, StoredReport},
};

/// An answer of the team, opened.
pub(super) struct ReadAnswer {
    pub seq: u32,
    pub delivered_on: Date,
    pub outcome: AnswerOutcome,
}

/// What came of opening an answer.
pub(super) enum AnswerOutcome {
    /// It is whole, it is this one, and as many signers stand by it as there have to be.
    Confirmed(Answer),
    /// It can be opened, and is not what was listed or what enough signers stand by.
    Unconfirmed,
    /// It can't be opened.
    Damaged,
}

impl AnswerOutcome {
    /// The answer, if it may be shown.
    pub(super) const fn confirmed(&self) -> Option<&Answer> {
        match self {
            Self::Confirmed(answer) => Some(answer),
            Self::Unconfirmed | Self::Damaged => None,
        }
    }
}

/// Every answer of this box to a report, in order. `signers` is everyone who was ever confirmed here. Blocks.
pub(super) fn open_answers(
    r#box: BoxId,
    signers: &[VerifyingKey<SignerRole>],
    receipt: &Receipt,
    report: &StoredReport,
) -> Vec<ReadAnswer> {
    let read = |stored: &StoredAnswer| ReadAnswer {
        seq: stored.seq,
        delivered_on: stored.delivered_on,
        outcome: match receipt.reply.open_answer(&stored.sealed) {
            Err(_) => AnswerOutcome::Damaged,
            Ok(opened) if is_confirmed(r#box, signers, report, stored, &opened) => {
                AnswerOutcome::Confirmed(opened.answer)
            }
            Ok(_) => AnswerOutcome::Unconfirmed,
        },
    };
    report.answers.iter().map(read).collect()
}

/// Whether an answer says itself that it is this one, is what was listed and counted when it was delivered, and has the
/// word of as many signers as were demanded then: nobody can put another in its place, or another text into it.
fn is_confirmed(
    r#box: BoxId,
    signers: &[VerifyingKey<SignerRole>],
    report: &StoredReport,
    stored: &StoredAnswer,
    opened: &OpenedAnswer,
) -> bool {
    let OpenedAnswer { answer, text, endorsements } = opened;
    answer.format == Format::Answer
        && (answer.r#box, answer.report, answer.seq) == (r#box, report.id, stored.seq)
        && (answer.kind, *text) == (stored.kind, stored.text)
        && answer.text.is_some() == answer.kind.is_text()
        && (stored.demanded == 0 || endorsers(&answer.endorsement(*text), endorsements, signers) >= stored.demanded)
}
