use crate::{
    casebook::{
        AnswerId, CasebookError, DecisionError, LookupError, NewAssessment, NewDecision, NewNote, NewNotice, NewReply,
        Release, Seen, TypedError,
    },
    domain::{
        Action, AnswerKind, Area, Assessment, AssessmentProblem, Calendar, Date, MessageKind, ReportId, ReportState,
        Route, TeamRole, Text,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
    world::{
        DAY, TODAY,
        casebook::{World, approve_now, assessed, many_marks, moved, note, notice},
    },
};

/// A world with one report in it.
fn one_report() -> (World, ReportId) {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    (world, id)
}

fn seen(world: &World, id: ReportId) -> Seen {
    world.open().unwrap().seen(id).unwrap()
}

fn change_use(world: &World, id: ReportId) -> Result<(), CasebookError> {
    let why = NewNote::new(Text::typed("Another plan.")).unwrap();
    world.edit(|editor| editor.change_use(id, editor.casebook().seen(id)?, why, &Calendar::default(), &TODAY))
}

#[test]
fn there_is_always_something_in_what_is_decided() {
    assert!(NewAssessment::new(None, None, None).is_none());
    assert!(NewAssessment::of_areas(Vec::new(), None, None).is_none());
    assert!(matches!(NewDecision::new(None, None, None), Err(CasebookError::Decision(DecisionError::NothingDecided))));
    for empty in ["", " \n"] {
        assert!(matches!(NewReply::new(Text::typed(empty)), Err(CasebookError::Typed(TypedError::Empty("reply")))));
        assert!(matches!(
            NewNotice::supplementary(Text::typed(empty)),
            Err(CasebookError::Typed(TypedError::Empty("notice")))
        ));
    }
    assert!(NewNote::new(Text::typed(&"x".repeat(MESSAGE_MAX))).is_ok());
    for long in ["x".repeat(MESSAGE_MAX + 1), many_marks(MESSAGE_MAX)] {
        assert!(matches!(NewNote::new(Text::typed(&long)), Err(CasebookError::Typed(TypedError::Long("note")))));
    }
    let (world, id) = one_report();
    for long in ["x".repeat(DETAIL_MAX + 1), many_marks(DETAIL_MAX)] {
        let assessment = Assessment { area_reason: Some(Text::typed(&long)), ..Assessment::default() };
        let long = assessed(NewAssessment::new(Some(assessment), None, None));
        assert!(matches!(world.decide(id, long), Err(CasebookError::Typed(TypedError::LongReason))));
    }
    assert!(matches!(world.decide(ReportId([9; 8]), note("x")), Err(CasebookError::Lookup(LookupError::NoReport))));
}

#[test]
fn what_needs_a_first_notice_is_refused_without_one() {
    let (world, id) = one_report();
    let supplementary = || NewNotice::supplementary(Text::typed("It has changed.")).unwrap();
    let write = |world: &World| {
        let seen = seen(world, id);
        world.edit(|editor| editor.notify(id, seen, supplementary(), vec![Area::Competition], &TODAY))
    };
    let before = world.snapshot();
    assert!(matches!(write(&world), Err(CasebookError::Decision(DecisionError::NoFirstNotice(_)))));
    assert!(matches!(change_use(&world, id), Err(CasebookError::Decision(DecisionError::NoFirstNotice(_)))));
    assert_eq!(world.snapshot(), before);
    world.decide(id, notice("How we use it.")).unwrap();
    change_use(&world, id).unwrap();
    assert_eq!(write(&world).unwrap().answers, [(2, AnswerKind::Notice)]);
    let report = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
    let clock = report.entry.clocks.iter().find(|clock| clock.supplementary).unwrap();
    assert_eq!((clock.started_on, clock.met_on), (DAY, None));
    assert_eq!(report.decisions.last().unwrap().areas, Some(vec![Area::Competition]));
}

#[test]
fn nothing_is_written_to_a_person_who_withdrew() {
    let (mut world, id) = one_report();
    world.decide(id, notice("How we use it.")).unwrap();
    world.say(id, MessageKind::Withdrawal, &[]);
    world.reports.get_mut(&id).unwrap().entry.withdrawn = true;
    let file = world.collect();
    world.import(&file).unwrap();
    let seen = seen(&world, id);
    let reply = NewReply::new(Text::typed("Thank you.")).unwrap();
    assert!(matches!(
        world.edit(|editor| editor.reply(id, seen, reply, &TODAY)),
        Err(CasebookError::Decision(DecisionError::Withdrawn(_)))
    ));
    assert!(matches!(change_use(&world, id), Err(CasebookError::Decision(DecisionError::Withdrawn(_)))));
    assert!(world.decide(id, note("They withdrew it.")).is_ok());
}

#[test]
fn an_assessment_whose_fields_do_not_fit_is_refused() {
    let (world, id) = one_report();
    let assess = |assessment| world.decide(id, assessed(NewAssessment::new(Some(assessment), None, None)));
    let over = Assessment { destroy_after: Some(Date::constant(2026, 11, 30)), ..Assessment::default() };
    let unsaid = Assessment { action: Some(Action::NoFurtherAction), ..Assessment::default() };
    let before = world.snapshot();
    for (assessment, problem) in
        [(over, AssessmentProblem::KeptUntilThePast), (unsaid, AssessmentProblem::InactionNotSaid)]
    {
        let refused = assess(assessment);
        assert!(matches!(refused, Err(CasebookError::Decision(DecisionError::Assessment(found))) if found == problem));
    }
    assert_eq!(world.snapshot(), before);
    assert!(assess(Assessment { destroy_after: Some(DAY), ..Assessment::default() }).is_ok());
}

#[test]
fn areas_of_a_notice_are_those_of_the_report() {
    let (world, id) = one_report();
    let write = |areas: Vec<Area>| {
        let seen = seen(&world, id);
        let notice = NewNotice::new(Text::typed("How we use it.")).unwrap();
        world.edit(|editor| editor.notify(id, seen, notice, areas, &TODAY)).unwrap()
    };
    let areas = || world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap().assessment.areas;
    assert_eq!(write(vec![]).state, ReportState::Decided);
    assert_eq!(areas(), None, "none were chosen before, and none are now");
    write(vec![Area::Competition, Area::BoardGovernance]);
    assert_eq!(areas(), Some(vec![Area::BoardGovernance, Area::Competition]));
    write(vec![]);
    assert_eq!(areas(), Some(vec![]));
}

#[test]
fn reading_a_message_is_recorded_whatever_was_decided_meanwhile() {
    let (mut world, id) = one_report();
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let unread = |world: &World| world.open().unwrap().list(DAY, &Calendar::default())[0].unread;
    assert_eq!(unread(&world), 2);
    let old = seen(&world, id);
    world.edit(|editor| editor.mark_read(id, 1, &TODAY)).unwrap();
    assert_eq!(unread(&world), 1);
    let late = world.edit(|editor| editor.decide(id, old, moved(ReportState::Closed), &TODAY));
    assert!(matches!(late, Err(CasebookError::Decision(DecisionError::Changed(_)))));
    world.edit(|editor| editor.mark_read(id, 9, &TODAY)).unwrap();
    let report = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
    assert_eq!((report.entry.unread, report.decisions.last().unwrap().read), (0, 2), "no more than there are");
}

#[test]
fn an_answer_comes_from_the_second_member_to_the_box_step_by_step() {
    let (mut world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Reviewer);
    let held = NewNotice::new(Text::typed("How we use it.")).unwrap().to_be_approved();
    world.decide(id, NewDecision::new(None, Some(held), None).unwrap()).unwrap();
    world.reply(id, "Thank you.");
    let releases = |world: &World| {
        let report = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
        let answers = report.decisions.iter().flat_map(|decision| &decision.answers);
        let queue = &report.entry;
        let counts = (queue.waiting, queue.to_approve, queue.on_the_way);
        (answers.map(|answer| answer.release).collect::<Vec<_>>(), counts, world.open().unwrap().waiting())
    };
    // What comes after a notice that is held waits with it.
    assert_eq!(releases(&world), (vec![Release::Held, Release::Free], (2, 1, 0), 0));
    let first = AnswerId { report: id, seq: 1 };
    world.edit_as(&other, |editor| approve_now(editor, first)).unwrap();
    assert_eq!(releases(&world), (vec![Release::Free; 2], (2, 0, 0), 2));
    for number in 1..=2 {
        let out = world.dir.path().join(format!("out-{number}"));
        world.edit(|editor| editor.export(&out, true, &TODAY)).unwrap();
        assert_eq!(releases(&world), (vec![Release::Exported { number }; 2], (0, 0, 2), 0));
    }
    world.deliver(id, 1);
    let file = world.collect();
    world.import(&file).unwrap();
    let delivered = Release::Delivered { on: DAY };
    assert_eq!(releases(&world), (vec![delivered, Release::Exported { number: 2 }], (0, 0, 1), 0));
    // As the command line prints it.
    let report = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
    let json = serde_json::to_string(&report.decisions[0].answers[0]).unwrap();
    let by = report.decisions[0].answers[0].approved_by.unwrap();
    let rest = format!(
        r#""to_approve":false,"approved_by":"{by}","exported_in":[1,2],"delivered":true,"delivered_on":"2026-12-01"}}"#
    );
    assert!(json.ends_with(&rest), "{json}");
}
