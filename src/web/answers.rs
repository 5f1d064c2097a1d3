//! Opening what the team answered, with what a receipt code gives.

use crate::{
    crypto::{OpenedAnswer, Receipt, SignerRole, VerifyingKey, endorsers},
    domain::{Answer, AnswerKind, BoxId, Date, Format, limits::ENDORSEMENTS},
    store::{StoredAnswer, StoredReport},
};

/// An answer of the team, opened.
pub(super) struct ReadAnswer {
    pub seq: u32,
    /// What it was listed as.
    pub kind: AnswerKind,
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
    /// It was here for its time, and is no more.
    Over,
}

impl AnswerOutcome {
    /// Whether it is the team's, though it may not be kept any more: what was taken in was listed and endorsed.
    pub(super) const fn was_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed(_) | Self::Over)
    }

    /// The answer, if it may be shown.
    pub(super) const fn confirmed(&self) -> Option<&Answer> {
        match self {
            Self::Confirmed(answer) => Some(answer),
            Self::Unconfirmed | Self::Damaged | Self::Over => None,
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
        kind: stored.kind,
        delivered_on: stored.delivered_on,
        outcome: match stored.sealed.as_ref().map(|sealed| receipt.reply.open_answer(sealed)) {
            None => AnswerOutcome::Over,
            Some(Err(_)) => AnswerOutcome::Damaged,
            Some(Ok(opened)) if is_confirmed(r#box, signers, report, stored, &opened) => {
                AnswerOutcome::Confirmed(opened.answer)
            }
            Some(Ok(_)) => AnswerOutcome::Unconfirmed,
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
        // Whoever seals to the person could make their page as slow as they like.
        && endorsements.len() <= ENDORSEMENTS
        && (stored.demanded == 0 || endorsers(&answer.endorsement(*text), endorsements, signers) >= stored.demanded)
}

#[cfg(test)]
#[cfg(feature = "desk")]
mod tests {
    use super::*;
    use crate::{
        crypto::{Code, SigningKey, answer_digest, os_random, seal_answer, sign},
        domain::{ReportId, ReportState, Route, Salt, Text},
        world::{DAY, KDF},
    };

    #[test]
    fn more_signatures_than_anybody_needs_are_not_looked_at() {
        let (r#box, id) = (BoxId([7; 16]), ReportId([1; 8]));
        let receipt = Code::issue(&mut os_random()).derive(r#box, KDF).unwrap();
        let (key, signer) = SigningKey::<SignerRole>::generate().unwrap();
        let answer = Answer {
            format: Format::Answer,
            r#box,
            report: id,
            seq: 1,
            kind: AnswerKind::Reply,
            on: DAY,
            after: 1,
            state: ReportState::BeingRead,
            areas: vec![],
            supplementary: false,
            turn_to: vec![],
            text: Some(Text::typed("Thank you.")),
            salt: Salt([6; 32]),
        };
        let text = answer_digest(&answer).unwrap();
        let endorsement = sign(&answer.endorsement(text), &key).unwrap().1;
        let is_shown = |signatures: usize| {
            let endorsements = vec![endorsement.clone(); signatures];
            let sealed = seal_answer(&answer, endorsements, &receipt.reply.recipient()).unwrap();
            let stored = StoredAnswer {
                seq: 1,
                delivered_on: DAY,
                kind: AnswerKind::Reply,
                text,
                demanded: 1,
                sealed: Some(sealed.as_bytes().to_vec()),
            };
            let report = StoredReport {
                set_aside: None,
                id,
                route: Route::StaffConcern,
                received_on: DAY,
                closed_on: None,
                withdrawn_on: None,
                clocks: vec![],
                messages: vec![],
                answers: vec![stored],
            };
            let read = open_answers(r#box, std::slice::from_ref(&signer), &receipt, &report);
            matches!(read[0].outcome, AnswerOutcome::Confirmed(_))
        };
        assert!(is_shown(1) && is_shown(ENDORSEMENTS));
        assert!(!is_shown(0) && !is_shown(ENDORSEMENTS + 1));
    }
}
