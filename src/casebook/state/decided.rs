//! Whether a decision fits the report that it is about.

use crate::{
    casebook::{
        error::NotAllowed,
        log::event::Decided,
        state::{letter::Letter, report::Report},
    },
    domain::{Answer, AnswerKind, BoxId, Calendar, Clock, Date, Format, ReportId, ReportState, SetAsideReason},
};

/// Answers of one decision.
const ANSWERS: usize = 8;

impl Report {
    /// Whether a decision fits it. `box_and_rule`: the box that it is for, and whether texts need a second approver.
    pub(in crate::casebook) fn judge_decided(
        &self,
        id: ReportId,
        decided: &Decided,
        on: Date,
        box_and_rule: (Option<BoxId>, bool),
    ) -> Result<(), NotAllowed> {
        let (r#box, second_approver) = box_and_rule;
        if let Some(problem) = decided.assessment.problems(&self.assessment, on).first() {
            return Err(NotAllowed::Assessment(*problem));
        }
        if decided.change_of_use.is_some() && self.hindrance(Letter::Supplementary).is_some() {
            return Err(NotAllowed::Letter(id));
        }
        if decided.answers.len() > ANSWERS || decided.change_of_use.is_some_and(|entry| !is_promised(&entry.clock, on))
        {
            return Err(NotAllowed::Broken(id));
        }
        for (seq, written) in (self.next_answer()..).zip(&decided.answers) {
            let Answer { kind, supplementary, .. } = written.answer;
            match Letter::of(kind, supplementary) {
                Some(letter) if self.hindrance(letter).is_some() => return Err(NotAllowed::Letter(id)),
                None if self.withdrawn => return Err(NotAllowed::Letter(id)),
                _ => {}
            }
            let answer = &written.answer;
            let is_this = answer.format == Format::Answer
                && Some(answer.r#box) == r#box
                && (answer.report, answer.seq, answer.on) == (id, seq, on)
                && answer.after <= self.last_message()
                && (answer.state == decided.state || self.may_turn_away(answer))
                && (answer.turn_to.is_empty() || self.may_turn_away(answer));
            // A reply key that is not the box's word leads to somebody else.
            if !is_this {
                return Err(NotAllowed::Answer(id));
            }
            if second_approver && kind.is_text() && written.file.is_some() {
                return Err(NotAllowed::NeedsApprover);
            }
            if !kind.is_text() && written.file.is_none() {
                return Err(NotAllowed::Answer(id));
            }
        }
        Ok(())
    }

    /// Whether an answer tells the person whom to turn to, and may: the report is set aside because it is for others. It says
    /// that it is closed wherever it stands, for any other update would end that it is set aside.
    fn may_turn_away(&self, answer: &Answer) -> bool {
        let is_listed = answer.turn_to.is_sorted_by(|one, next| one < next);
        !answer.turn_to.is_empty()
            && is_listed
            && self.set_aside == Some(SetAsideReason::NotForUs)
            && answer.kind == AnswerKind::Update
            && answer.state == ReportState::Closed
    }
}

/// Whether a clock is one that a change of use starts on that day: whatever the bank holidays, it is due soon.
fn is_promised(clock: &Clock, on: Date) -> bool {
    /// Days in which ten working days are over.
    const SOON: u32 = 31;

    let latest = Calendar::default().add_days(on, SOON);
    clock.kind == Clock::NOTICE.0
        && clock.started_on == on
        && clock.met_on.is_none()
        && clock.due_on > on
        && latest.is_ok_and(|latest| clock.due_on <= latest)
}
