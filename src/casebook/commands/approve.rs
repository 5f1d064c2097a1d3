use crate::{
    casebook::{
        AnswerRef, DeskError, Editor,
        log::event::{AnswerId, Approved, What},
        state::release::Release,
    },
    domain::Today,
};

impl Editor<'_> {
    /// Approves a notice that waits for a second member.
    ///
    /// # Errors
    /// If there is no such answer, it does not wait for anybody, or whoever wrote it wants to approve it too.
    pub fn approve(&mut self, answer: AnswerRef, today: &dyn Today) -> Result<(), DeskError> {
        let state = &self.casebook.state;
        let report = state.reports.get(&answer.report).ok_or_else(|| self.casebook.no_report(answer.report))?;
        let r#box = state.r#box.ok_or(DeskError::NoReport)?;
        let stored = report.answers.iter().find(|stored| stored.seq == answer.seq).ok_or(DeskError::NoAnswer)?;
        if report.release(stored) != Release::Held {
            return Err(DeskError::NotWaiting);
        }
        if stored.by == self.me {
            return Err(DeskError::OwnNotice);
        }
        let endorsement = self.endorse(r#box, answer.report, answer.seq, stored.file.sha256)?;
        let answer = AnswerId { report: answer.report, seq: answer.seq };
        self.append(What::Approved(Approved { answer, endorsement }), Vec::new(), today)?;
        Ok(())
    }
}
