//! Undoing that reports were set aside, as long as the box does not know of it.

use crate::{
    casebook::{CasebookError, Editor, log::event::What},
    domain::{ReportId, Today},
};

impl Editor<'_> {
    /// Brings reports back that were set aside and of which no export told the box.
    ///
    /// # Errors
    /// If there is no such report, this member can't open it, or it is not set aside or the box was told; then none is brought
    /// back.
    pub fn bring_back(&mut self, reports: &[ReportId], today: &dyn Today) -> Result<(), CasebookError> {
        let mut reports = reports.to_vec();
        reports.sort_unstable();
        reports.dedup();
        if let Some(id) = reports.iter().find(|id| !self.casebook.state.reports.contains_key(id)) {
            return Err(self.casebook.no_report(*id));
        }
        self.append(What::BroughtBack(reports), today).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{
            AlertKind, AnswerId, Export, NewAside, NewDecision, NewNotice, NotAllowed, QueueEntry,
            log::event::{Decided, Exported, Matter, SealedMatter, SettingAside, Written},
        },
        crypto::{self, answer_digest},
        domain::{
            Answer, AnswerKind, Assessment, Calendar, Digest, FileEntry, Format, LinkKind, MessageKind, Part,
            ReportLink, ReportState, Route, Salt, SetAside, SetAsideReason, TeamRole, Text, WhoElse,
        },
        world::{
            DAY, TODAY,
            casebook::{World, moved, note},
        },
    };

    fn world_of(reports: u8) -> (World, Vec<ReportId>) {
        let mut world = World::new();
        let ids = (1..=reports).map(|number| world.concern(number, Route::StaffConcern, &[])).collect();
        import(&mut world);
        (world, ids)
    }

    fn import(world: &mut World) {
        let file = world.collect();
        world.import(&file).unwrap();
    }

    fn export(world: &World, name: &str) -> Export {
        world.edit(|editor| editor.export(&world.dir.path().join(name), false, &TODAY)).unwrap()
    }

    fn entry(world: &World, id: ReportId) -> QueueEntry {
        world.open().unwrap().list(DAY, &Calendar::default()).into_iter().find(|entry| entry.id == id).unwrap()
    }

    fn elsewhere() -> NewAside {
        NewAside::not_for_us(vec![WhoElse::Mp, WhoElse::Cqc, WhoElse::Mp])
    }

    /// Where a report stands, what waits for an export, and the number that its next answer gets.
    fn standing(world: &World, id: ReportId) -> (ReportState, usize, u32) {
        let next = world.open().unwrap().state.reports[&id].next_answer();
        let entry = entry(world, id);
        (entry.state, entry.waiting, next)
    }

    fn refusal(result: Result<(), CasebookError>) -> NotAllowed {
        match result {
            Err(CasebookError::NotAllowed(why)) => why,
            other => panic!("{:?}", other.map_err(|error| error.to_string())),
        }
    }

    #[test]
    fn nothing_is_left_of_a_setting_aside_that_was_undone() {
        let (world, ids) = world_of(3);
        world.colleague("Second", TeamRole::Reviewer);
        // Not even where each text to a person needs a second member, or a text waits for one already.
        world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
        let held = NewNotice::new(Text::typed("How we use it.")).unwrap().to_be_approved();
        world.decide(ids[1], NewDecision::new(None, Some(held), None).unwrap()).unwrap();
        let before: Vec<_> = ids.iter().map(|id| standing(&world, *id)).collect();
        assert_eq!(before[1], (ReportState::Decided, 1, 2));
        world.edit(|editor| editor.set_aside(&ids, elsewhere(), &TODAY)).unwrap();
        assert_eq!(standing(&world, ids[0]), (ReportState::Received, 1, 2), "it stands where it stood");
        assert!(ids.iter().all(|id| entry(&world, *id).set_aside == Some(SetAsideReason::NotForUs)));
        let acts = world.open().unwrap().to_bring_back();
        assert_eq!((acts.len(), acts[0].reports.as_slice(), acts[0].reason), (1, &*ids, SetAsideReason::NotForUs));
        world.edit(|editor| editor.bring_back(&ids, &TODAY)).unwrap();
        for (id, before) in ids.iter().zip(before) {
            let now = entry(&world, *id);
            assert_eq!(standing(&world, *id), before);
            assert!(now.set_aside.is_none() && now.clocks.len() == 1 && !now.is_over);
            assert_eq!(now.unread, usize::from(*id != ids[1]));
        }
        assert!(world.open().unwrap().to_bring_back().is_empty());
        // Of what follows, nothing tells a person of it.
        assert!(matches!(export(&world, "d1"), Export::Written { answers: 0, set_aside: 0, .. }));
        let view = world.open().unwrap().show(ids[0], DAY, &Calendar::default()).unwrap();
        let aside: Vec<_> = view.aside.iter().map(|aside| aside.reason).collect();
        assert_eq!(aside, [Some(SetAsideReason::NotForUs), None]);
        assert!(view.taken_back.is_empty());
        // And it can be done again.
        world.edit(|editor| editor.set_aside(&ids[..1], elsewhere(), &TODAY)).unwrap();
        assert!(matches!(export(&world, "d2"), Export::Written { answers: 1, set_aside: 1, .. }));
    }

    #[test]
    fn what_goes_to_the_person_is_an_update_that_names_whom_they_can_turn_to() {
        let (world, ids) = world_of(1);
        world
            .edit(|editor| editor.set_aside(&ids, elsewhere().noted(Some(Text::typed("For the CQC."))), &TODAY))
            .unwrap();
        let casebook = world.open().unwrap();
        let view = casebook.show(ids[0], DAY, &Calendar::default()).unwrap();
        let [decision] = view.decisions.as_slice() else { panic!("one event says more of it") };
        assert_eq!(decision.note.as_ref().map(Text::as_str), Some("For the CQC."));
        assert_eq!(decision.answers.iter().map(|answer| answer.kind).collect::<Vec<_>>(), [AnswerKind::Update]);
        let opened = casebook.open_event(decision.event).unwrap();
        let Some(Matter::Decided(decided)) = opened.matters.into_iter().next().and_then(|it| it.into_open()) else {
            panic!("a decision")
        };
        let Decided { answers, state, .. } = *decided;
        assert_eq!(answers[0].answer.turn_to, [WhoElse::Cqc, WhoElse::Mp], "each once, in one order");
        // It says so, that the box does not take it for an end of the setting aside.
        assert_eq!((answers[0].answer.state, state), (ReportState::Closed, ReportState::Received));
    }

    #[test]
    fn nothing_is_undone_that_an_export_told() {
        let (mut world, ids) = world_of(3);
        world.edit(|editor| editor.set_aside(&ids[..2], elsewhere(), &TODAY)).unwrap();
        assert!(matches!(export(&world, "d1"), Export::Written { answers: 2, set_aside: 2, .. }));
        assert!(world.open().unwrap().to_bring_back().is_empty());
        world.edit(|editor| editor.set_aside(&ids[2..], SetAsideReason::Test, &TODAY)).unwrap();
        let all = world.edit(|editor| editor.bring_back(&ids, &TODAY));
        assert_eq!(refusal(all), NotAllowed::ToldAside(ids[0]));
        assert!(ids.iter().all(|id| entry(&world, *id).set_aside.is_some()), "all of them or none");
        // A box that was restored is told anew, and says itself that it knows.
        world.restored(2);
        for id in &ids[..2] {
            let held = &mut world.reports.get_mut(id).unwrap().entry;
            held.set_aside = Some(SetAside { on: DAY, reason: SetAsideReason::NotForUs });
        }
        let file = world.collect();
        world.import_epoch(&file).unwrap();
        assert_eq!(refusal(world.edit(|editor| editor.bring_back(&ids[..1], &TODAY))), NotAllowed::ToldAside(ids[0]));
        world.edit(|editor| editor.bring_back(&ids[2..], &TODAY)).unwrap();
        assert_eq!(refusal(world.edit(|editor| editor.bring_back(&ids[2..], &TODAY))), NotAllowed::ToldAside(ids[2]));
        assert!(world.edit(|editor| editor.bring_back(&[ReportId([9; 8])], &TODAY)).is_err());
    }

    #[test]
    fn nobody_undoes_what_the_box_was_told_by_setting_aside_once_more() {
        let (world, ids) = world_of(1);
        world.edit(|editor| editor.set_aside(&ids, SetAsideReason::Test, &TODAY)).unwrap();
        assert!(matches!(export(&world, "d1"), Export::Written { set_aside: 1, .. }));
        let casebook = world.open().unwrap();
        let by = casebook.me().unwrap();
        let why = SettingAside { reports: ids.clone(), reason: SetAsideReason::Abusive };
        casebook.write_by_hand(by, &world.signer, What::SetAside(why), &[]);
        assert_eq!(entry(&world, ids[0]).set_aside, Some(SetAsideReason::Abusive));
        assert_eq!(refusal(world.edit(|editor| editor.bring_back(&ids, &TODAY))), NotAllowed::ToldAside(ids[0]));
        // The box is told why it is by now.
        assert!(matches!(export(&world, "d2"), Export::Written { set_aside: 1, .. }));
    }

    #[test]
    fn whom_to_turn_to_is_not_said_once_the_person_added_something() {
        let (mut world, ids) = world_of(1);
        world.edit(|editor| editor.set_aside(&ids, elsewhere(), &TODAY)).unwrap();
        world.say(ids[0], MessageKind::FollowUp, &[]);
        import(&mut world);
        assert_eq!(standing(&world, ids[0]), (ReportState::Received, 0, 1));
        assert!(matches!(export(&world, "d1"), Export::Written { answers: 0, set_aside: 0, .. }));
        // What goes is said of one that is open.
        world.reply(ids[0], "Tell us more.");
        assert_eq!(standing(&world, ids[0]), (ReportState::BeingRead, 1, 2));
    }

    #[test]
    fn a_closing_that_came_after_goes_too_and_is_said_again() {
        let (world, ids) = world_of(1);
        world.edit(|editor| editor.set_aside(&ids, elsewhere(), &TODAY)).unwrap();
        world.decide(ids[0], moved(ReportState::Closed)).unwrap();
        assert_eq!(standing(&world, ids[0]), (ReportState::Closed, 2, 3));
        world.edit(|editor| editor.bring_back(&ids, &TODAY)).unwrap();
        assert_eq!(standing(&world, ids[0]), (ReportState::Closed, 0, 1));
        world.decide(ids[0], note("We had closed it.")).unwrap();
        assert_eq!(standing(&world, ids[0]), (ReportState::Closed, 1, 2));
    }

    #[test]
    fn a_duplicate_has_a_link_to_the_other_until_that_is_undone() {
        let (world, ids) = world_of(3);
        let links = |id| entry(&world, id).links;
        let same = ReportLink { report: ids[2], kind: LinkKind::SameMatter };
        let other = ReportLink { report: ids[1], kind: LinkKind::SameWard };
        let assessment = Assessment { links: vec![other], ..Default::default() };
        let anew = crate::casebook::NewAssessment::new(Some(assessment), None, None);
        world.decide(ids[0], NewDecision::new(anew, None, None).unwrap()).unwrap();
        let set =
            |ids: &[ReportId], other| world.edit(|editor| editor.set_aside(ids, NewAside::duplicate_of(other), &TODAY));
        assert!(set(&ids, ids[2]).is_err(), "not the same as itself");
        assert!(set(&ids[..2], ReportId([9; 8])).is_err());
        assert!(ids.iter().all(|id| entry(&world, *id).set_aside.is_none()));
        set(&ids[..2], ids[2]).unwrap();
        assert_eq!((links(ids[0]), links(ids[1])), (vec![other, same], vec![same]));
        assert_eq!(world.open().unwrap().set_aside_as_same(ids[1]), Some(ids[2]));
        // Nothing goes to the person besides the reason.
        assert_eq!(entry(&world, ids[0]).waiting, 0);
        world.edit(|editor| editor.bring_back(&ids[..2], &TODAY)).unwrap();
        assert_eq!((links(ids[0]), links(ids[1])), (vec![other], vec![]));
        assert_eq!(world.open().unwrap().set_aside_as_same(ids[1]), None);
    }

    #[test]
    fn what_is_written_by_hand_is_void_or_does_no_harm() {
        let (world, ids) = world_of(3);
        let second = world.colleague("Second", TeamRole::Reviewer);
        let by_hand = |what: What, matters: Vec<Matter>| {
            let casebook = world.open_as(&second).unwrap();
            let to = casebook.report_recipient(ids[0]).unwrap();
            let matters: Vec<_> = matters.into_iter().map(|matter| (to.clone(), matter)).collect();
            casebook.write_by_hand(second.id, &second.signer, what, &matters);
            let state = world.open().unwrap().state;
            state.alerts.iter().filter(|alert| alert.event == state.version()).find_map(|alert| match &alert.what {
                AlertKind::Void { why, .. } => Some(*why),
                _ => None,
            })
        };
        // What is not set aside, a list that is none, somebody else's report.
        assert_eq!(by_hand(What::BroughtBack(vec![ids[0]]), vec![]), Some(NotAllowed::ToldAside(ids[0])));
        assert_eq!(by_hand(What::BroughtBack(vec![]), vec![]), Some(NotAllowed::Nothing));
        let why = SettingAside { reports: ids.clone(), reason: SetAsideReason::NotForUs };
        assert_eq!(by_hand(What::SetAside(why), vec![]), None);
        assert_eq!(by_hand(What::BroughtBack(vec![ids[1], ids[0]]), vec![]), Some(NotAllowed::Nothing));
        assert_eq!(by_hand(What::BroughtBack(vec![ids[0], ids[0]]), vec![]), Some(NotAllowed::Nothing));
        assert!(by_hand(What::BroughtBack(vec![ReportId([9; 8])]), vec![]).is_some());
        // Whom to turn to, where it is not for others, or in another answer than that.
        let decided = |state, change: &dyn Fn(&mut Answer)| {
            let casebook = world.open_as(&second).unwrap();
            let mut answer = Answer {
                format: Format::Answer,
                r#box: world.id,
                report: ids[0],
                seq: casebook.state.reports[&ids[0]].next_answer(),
                kind: AnswerKind::Update,
                on: DAY,
                after: 1,
                state: ReportState::Closed,
                areas: vec![],
                supplementary: false,
                turn_to: vec![WhoElse::Cqc, WhoElse::Mp],
                text: None,
                salt: Salt([1; 32]),
            };
            change(&mut answer);
            let text = answer_digest(&answer).unwrap();
            let endorsement = crypto::sign(&answer.endorsement(text), &second.signer).unwrap().1;
            let file = Some(FileEntry { size: 1, sha256: Digest([0; 32]) });
            let answers = vec![Written { answer, text, endorsement, file }];
            let assessment = Assessment::default();
            let decided = Decided { state, assessment, read: 0, note: None, answers, change_of_use: None };
            by_hand(What::Decided(SealedMatter::about(ids[0])), vec![Matter::Decided(Box::new(decided))])
        };
        let (received, closed) = (ReportState::Received, ReportState::Closed);
        let refused = Some(NotAllowed::Answer(ids[0]));
        let in_words = |it: &mut Answer| (it.kind, it.text) = (AnswerKind::Reply, Some(Text::typed("Ask them.")));
        assert_eq!(decided(closed, &in_words), refused);
        assert_eq!(decided(received, &|it| it.state = ReportState::Received), refused);
        assert_eq!(decided(closed, &|it| it.turn_to.reverse()), refused);
        assert_eq!(decided(received, &|it| it.turn_to.clear()), refused);
        assert_eq!(decided(received, &|_| {}), None);
        // Exported by hand without the setting aside: what the person was told stays told.
        let exported = Exported {
            number: 1,
            part: Part::WHOLE,
            file: Digest([0; 32]),
            answers: vec![AnswerId { report: ids[0], seq: 1 }],
            collected: vec![],
            gone: vec![],
            set_aside: vec![],
            entered: vec![],
        };
        assert_eq!(by_hand(What::Exported(exported), vec![]), None);
        assert_eq!(by_hand(What::BroughtBack(ids.clone()), vec![]), None);
        assert_eq!(standing(&world, ids[0]), (ReportState::Received, 0, 2));
        assert_eq!(decided(closed, &|_| {}), refused, "it is not set aside any more");
        assert_eq!(by_hand(What::BroughtBack(ids.clone()), vec![]), Some(NotAllowed::ToldAside(ids[0])));
    }
}
