//! Taking back an answer that waits for a second member, so that a better one can be written in its place.

use crate::{
    casebook::{
        AnswerId, ApprovalError, CasebookError, Editor, Seen, TypedError,
        log::event::{Matter, SealedMatter, TakenBack, What},
        state::release::Release,
    },
    domain::{Text, Today},
};

impl Editor<'_> {
    /// Takes back an answer that nobody has approved yet, and every answer to the same person after it: they were
    /// numbered in that order, and none of them was exported. The author may do it, and whoever was to approve it. So can
    /// one whose sealed file is lost, which no export could ever write.
    ///
    /// # Errors
    /// If there is no such answer, the report changed meanwhile, the answer does not wait for anybody, or the reason is
    /// empty or too long.
    pub fn take_back(
        &mut self,
        answer: AnswerId,
        seen: Seen,
        reason: Text,
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        let reason = TypedError::reason(reason)?;
        let AnswerId { report: id, seq } = answer;
        self.casebook.check_unchanged(id, seen)?;
        let report = self.casebook.state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        let stored = report
            .answers
            .iter()
            .find(|stored| stored.seq == seq)
            .ok_or(CasebookError::Approval(ApprovalError::NoAnswer))?;
        let is_lost = || report.release(stored) == Release::Free && !self.casebook.is_there(id, stored);
        if report.release(stored) != Release::Held && !is_lost() {
            return Err(CasebookError::Approval(ApprovalError::NotWaiting));
        }
        let taken_back = TakenBack { answer, why: SealedMatter::about(id) };
        // The sealed files stay until others of the same numbers take their place: no event names them any more.
        self.append_on(id, What::TakenBack(taken_back), Matter::Reason(reason), today)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{DecisionError, NewAssessment, NewDecision, NewNotice},
        domain::{AnswerKind, Area, Calendar, ReportId, ReportState, Route, TeamRole, limits::DETAIL_MAX},
        world::{
            DAY, TODAY,
            casebook::{World, approve_now, many_marks, note},
        },
    };

    fn notice(text: &str) -> NewNotice {
        NewNotice::new(Text::typed(text)).unwrap().to_be_approved()
    }

    fn write(world: &World, id: ReportId, text: &str) {
        world.decide(id, NewDecision::new(None, Some(notice(text)), None).unwrap()).unwrap();
    }

    fn one_report() -> (World, ReportId) {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        (world, id)
    }

    fn take_now(editor: &mut Editor<'_>, answer: AnswerId, why: Text) -> Result<(), CasebookError> {
        let seen = editor.casebook().seen(answer.report)?;
        editor.take_back(answer, seen, why, &TODAY)
    }

    fn why() -> Text {
        Text::typed("It names the ward.")
    }

    #[test]
    fn a_better_notice_takes_the_place_of_one_that_was_taken_back() {
        let (world, id) = one_report();
        let other = world.colleague("Second", TeamRole::Reviewer);
        write(&world, id, "On ward 7.");
        world.reply(id, "Thank you.");
        let first = AnswerId { report: id, seq: 1 };
        world.edit_as(&other, |editor| take_now(editor, first, why())).unwrap();
        assert!(
            matches!(
                world.edit(|editor| take_now(editor, first, why())),
                Err(CasebookError::Approval(ApprovalError::NoAnswer))
            ),
            "once"
        );
        let casebook = world.open().unwrap();
        assert_eq!((casebook.waiting(), casebook.waiting_answers()), (0, vec![]), "what came after it went with it");

        write(&world, id, "On a ward.");
        world.edit_as(&other, |editor| approve_now(editor, first)).unwrap();
        assert!(
            matches!(
                world.edit(|editor| take_now(editor, first, why())),
                Err(CasebookError::Approval(ApprovalError::NotWaiting))
            ),
            "too late"
        );
        let casebook = world.open().unwrap();
        assert_eq!(casebook.waiting(), 1);
        let report = casebook.show(id, DAY, &Calendar::default()).unwrap();
        let said: Vec<_> = report.messages.iter().filter_map(|message| message.text()).map(Text::as_str).collect();
        assert_eq!(said.last(), Some(&"On a ward."));
        assert!(!said.contains(&"On ward 7.") && !said.contains(&"Thank you."));
        // What was taken back is kept for the team, so that nobody has to write it anew.
        let [taken] = report.taken_back.as_slice() else { panic!("one") };
        assert_eq!((taken.by, taken.reason.as_str()), (other.id, why().as_str()));
        let texts: Vec<_> = taken.answers.iter().map(|(kind, text)| (*kind, text.as_ref().map(Text::as_str))).collect();
        assert_eq!(texts, [(AnswerKind::Notice, Some("On ward 7.")), (AnswerKind::Reply, Some("Thank you."))]);
    }

    #[test]
    fn what_is_approved_or_taken_back_is_the_text_that_was_read() {
        let (world, id) = one_report();
        let other = world.colleague("Second", TeamRole::Reviewer);
        write(&world, id, "On ward 7.");
        let first = AnswerId { report: id, seq: 1 };
        let read = world.open_as(&other).unwrap().seen(id).unwrap();
        world.edit(|editor| take_now(editor, first, why())).unwrap();
        write(&world, id, "On a ward.");
        let before = world.snapshot();
        let refused = [
            world.edit_as(&other, |editor| editor.approve(first, read, &TODAY)),
            world.edit_as(&other, |editor| editor.take_back(first, read, why(), &TODAY)),
        ];
        for refused in refused {
            assert!(matches!(refused, Err(CasebookError::Decision(DecisionError::Changed(of))) if of == id));
        }
        assert_eq!(world.snapshot(), before, "nothing is recorded");
        assert_eq!(world.open().unwrap().waiting_answers().len(), 1);
        world.edit_as(&other, |editor| approve_now(editor, first)).unwrap();
    }

    #[test]
    fn what_the_person_was_not_told_is_told_with_the_next_decision() {
        let (world, id) = one_report();
        let areas = vec![Area::IntegratedCare];
        let decided = NewAssessment::of_areas(areas, Some(ReportState::Decided), None);
        world.decide(id, NewDecision::new(decided, Some(notice("On ward 7.")), None).unwrap()).unwrap();
        world.edit(|editor| take_now(editor, AnswerId { report: id, seq: 1 }, why())).unwrap();
        let recorded = world.decide(id, note("Later.")).unwrap();
        assert_eq!(recorded.answers, [(1, AnswerKind::Update)]);
        assert!(world.decide(id, note("Later.")).unwrap().answers.is_empty());
    }

    #[test]
    fn a_reason_is_needed_and_a_notice_that_waits() {
        let (world, id) = one_report();
        write(&world, id, "On ward 7.");
        let take = |seq, reason: &str| {
            let answer = AnswerId { report: id, seq };
            world.edit(|editor| take_now(editor, answer, Text::typed(reason)))
        };
        assert!(matches!(take(1, " "), Err(CasebookError::Typed(TypedError::Empty(_)))));
        for long in ["a".repeat(DETAIL_MAX + 1), many_marks(DETAIL_MAX)] {
            assert!(matches!(take(1, &long), Err(CasebookError::Typed(TypedError::LongReason))));
        }
        assert!(matches!(take(2, "Wrong."), Err(CasebookError::Approval(ApprovalError::NoAnswer))));
        assert_eq!(world.open().unwrap().waiting_answers().len(), 1);
    }
}
