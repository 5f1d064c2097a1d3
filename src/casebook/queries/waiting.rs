//! What waits: answers for an export, notices for a second member, collected messages for a word to the box.

use crate::casebook::{AnswerRef, Casebook, state::outgoing::is_held};

impl Casebook {
    /// How many answers the next export writes.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state.answers_to_export(false).len()
    }

    /// The number of the last decisions file, 0 for none.
    #[must_use]
    pub const fn exported(&self) -> u64 {
        self.state.exported
    }

    /// Whether an export would tell the box of collected messages that it still keeps.
    #[must_use]
    pub fn has_to_acknowledge(&self) -> bool {
        !self.state.collected(false).is_empty()
    }

    /// The notices that wait for a second member.
    #[must_use]
    pub fn to_approve(&self) -> Vec<AnswerRef> {
        let reports = self.state.reports.iter().filter(|(_, report)| !report.withdrawn);
        reports
            .flat_map(|(id, report)| {
                let held = report.answers.iter().filter(|answer| is_held(answer));
                held.map(|answer| AnswerRef { report: *id, seq: answer.seq })
            })
            .collect()
    }
}
