use crate::{
    casebook::{
        AnswerId, ApprovalError, CasebookError, Editor, LookupError, Seen,
        log::event::{Approved, What},
        state::release::Release,
    },
    domain::Today,
};

impl Editor<'_> {
    /// Approves a notice that waits for a second member.
    ///
    /// # Errors
    /// If there is no such answer, the report changed meanwhile, the answer does not wait for anybody, or whoever wrote
    /// it wants to approve it too.
    pub fn approve(&mut self, answer: AnswerId, seen: Seen, today: &dyn Today) -> Result<(), CasebookError> {
        self.casebook.check_unchanged(answer.report, seen)?;
        let state = &self.casebook.state;
        let report = state.reports.get(&answer.report).ok_or_else(|| self.casebook.no_report(answer.report))?;
        let r#box = state.r#box.ok_or(CasebookError::Lookup(LookupError::NoReport))?;
        let stored = report
            .answers
            .iter()
            .find(|stored| stored.seq == answer.seq)
            .ok_or(CasebookError::Approval(ApprovalError::NoAnswer))?;
        if report.release(stored) != Release::Held {
            return Err(CasebookError::Approval(ApprovalError::NotWaiting));
        }
        if stored.by == self.me {
            return Err(CasebookError::Approval(ApprovalError::OwnNotice));
        }
        let endorsement = self.endorse(r#box, answer.report, answer.seq, stored.file.sha256)?;
        self.append(What::Approved(Approved { answer, endorsement }), Vec::new(), today)?;
        Ok(())
    }
}
