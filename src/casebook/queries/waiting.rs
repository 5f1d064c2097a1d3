//! What waits: answers for an export or for a second member, collected messages for a word to the box.

use crate::{
    casebook::{AnswerId, Casebook, state::release::Release},
    domain::{AnswerKind, Date, MemberId},
};

/// An answer that waits for a second member. What it says stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingAnswer {
    /// Which one.
    pub answer: AnswerId,
    /// Who wrote it, and so can't approve it.
    pub by: MemberId,
    /// The day it was written.
    pub on: Date,
    /// What it is.
    pub kind: AnswerKind,
    /// For a notice: whether it tells of a later change of use.
    pub supplementary: bool,
}

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
        self.state.me.is_some_and(|me| !self.state.to_tell(me, false).is_empty())
    }

    /// The answers that wait for a second member, by report and in order. Opens no message and no event.
    #[must_use]
    pub fn waiting_answers(&self) -> Vec<WaitingAnswer> {
        let reports = self.state.reports.iter();
        reports
            .flat_map(|(id, report)| {
                let held = report.undelivered().filter(|(_, release)| *release == Release::Held);
                held.map(|(answer, _)| WaitingAnswer {
                    answer: AnswerId { report: *id, seq: answer.seq },
                    by: answer.by,
                    on: answer.on,
                    kind: answer.kind,
                    supplementary: answer.supplementary,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        casebook::{NewDecision, NewNotice},
        domain::{Calendar, Route, Text, Today},
        world::{DAY, TODAY, casebook::World},
    };

    #[test]
    fn what_waits_is_known_without_opening_a_message() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let notice = NewNotice::new(Text::typed("On a ward.")).unwrap().to_be_approved();
        world.decide(id, NewDecision::new(None, Some(notice), None).unwrap()).unwrap();
        let casebook = world.open().unwrap();
        for files in ["collections", "answers", "events"] {
            fs::remove_dir_all(world.casebook().join(files)).unwrap();
        }
        assert!(casebook.show(id, DAY, &Calendar::default()).is_err(), "nothing can be opened any more");
        let answer = AnswerId { report: id, seq: 1 };
        let (by, on) = (casebook.me().unwrap(), TODAY.today());
        assert_eq!(
            casebook.waiting_answers(),
            [WaitingAnswer { answer, by, on, kind: AnswerKind::Notice, supplementary: false }]
        );
    }
}
