use crate::{
    casebook::{
        AnswerId, ApprovalError, CasebookError, Editor, LogError, Seen,
        log::event::{Approved, Matter, What, Written},
        state::release::Release,
    },
    domain::Today,
};

impl Editor<'_> {
    /// Approves an answer that waits for a second member: stands by its words, and seals it to the person with the
    /// signatures of both.
    ///
    /// # Errors
    /// If there is no such answer, the report changed meanwhile, the answer does not wait for anybody, or whoever wrote
    /// it wants to approve it too.
    pub fn approve(&mut self, answer: AnswerId, seen: Seen, today: &dyn Today) -> Result<(), CasebookError> {
        self.casebook.check_unchanged(answer.report, seen)?;
        let report = self.casebook.state.reports.get(&answer.report);
        let report = report.ok_or_else(|| self.casebook.no_report(answer.report))?;
        let stored = report
            .answers
            .iter()
            .find(|stored| stored.seq == answer.seq)
            .ok_or(CasebookError::Approval(ApprovalError::NoAnswer))?;
        if report.release(stored) != Release::Held {
            return Err(CasebookError::Approval(ApprovalError::NotWaiting));
        }
        if stored.by == self.me {
            return Err(CasebookError::Approval(ApprovalError::OwnText));
        }
        // The words are in the event that holds it. They were held against what its writer signed when it was opened.
        let (event, text, mut endorsements) = (stored.event, stored.text, stored.endorsements.clone());
        let matters = self.casebook.open_event(event)?.matters.into_iter().filter_map(|matter| matter.into_open());
        let mut written = matters.flat_map(|matter| match matter {
            Matter::Decided(decided) => decided.answers,
            _ => Vec::new(),
        });
        let Written { answer: words, .. } = written
            .find(|written| (written.answer.seq, written.text) == (answer.seq, text))
            .ok_or(CasebookError::Log(LogError::NoReportKey(answer.report)))?;
        let endorsement = self.endorse(&words, text)?;
        endorsements.push(endorsement.clone());
        let file = self.seal_answer(&words, endorsements)?;
        self.append(What::Approved(Approved { answer, endorsement, file }), today)?;
        Ok(())
    }
}
