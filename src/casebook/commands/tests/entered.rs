//! Concerns that came another way than through the box: entered, answered, told to the box; and what a member with a program of
//! their own may try with that.

use crate::{
    casebook::{
        AlertKind, AnswerId, CasebookError, EnterError, EnteredReport, Export, NewEntered, NotAllowed, Release,
        StandingAtBox, Tried,
        log::{
            entered::{EnteredCode, ToldPerson},
            event::{Entered, Exported, Matter, NewKey, SealedMatter, What},
            keyring::first,
        },
    },
    crypto::{Code, KdfParams, entered_report},
    domain::{
        BoxId, Calendar, CasebookSeen, ClockKind, Concern, Date, Digest, Entries, FileEntry, FixedDay, MessageKind,
        Part, ReportId, ReportState, Route, TeamRole, Text, WayIn, WhoseWords, YesNo, entered_clocks,
    },
    unseal::GovernanceIdentity,
    world::{
        DAY, TODAY,
        casebook::{MARKER, World, moved, note, notice},
    },
};

fn concern(route: Route) -> Concern {
    let mut form = Entries::default();
    for (name, value) in [("route", route.slug()), ("about", "other"), ("description", MARKER)] {
        form.push(
            name.into(),
            format!("{value}{}", if name == "description" { " and so on, as they said." } else { "" }),
        );
    }
    let Ok((_, concern)) = Concern::parse(&form) else { panic!("a concern") };
    concern
}

pub(super) fn new(route: Route, with_code: bool) -> NewEntered {
    NewEntered {
        way: WayIn::Telephone,
        received_on: DAY,
        acknowledged_on: Some(DAY),
        taken_by: Text::typed("The duty reviewer"),
        words: WhoseWords::Noted,
        known: YesNo::No,
        answer_by: Some(Text::typed("Calls again on Fridays")),
        route,
        concern: concern(route),
        with_code,
    }
}

pub(super) fn enter(world: &World, new: NewEntered) -> Result<EnteredReport, CasebookError> {
    world.edit(|editor| editor.enter(new, &Calendar::default(), &TODAY))
}

/// A casebook that heard from its box.
pub(super) fn world() -> World {
    let mut world = World::new();
    world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    world
}

pub(super) fn void(world: &World, tried: Tried, why: NotAllowed) {
    let told = world.open().unwrap().alerts().pop().map(|alert| alert.what);
    let Some(AlertKind::Void { tried: did, why: because }) = told else { panic!("it is not void") };
    assert_eq!((did, because), (tried, why));
}

#[test]
fn what_is_entered_is_a_report_as_any_other() {
    let world = world();
    let EnteredReport { id, code } = enter(&world, new(Route::PatientChoice, false)).unwrap();
    assert!(code.is_none());
    let casebook = world.open().unwrap();
    let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
    let concern = view.messages[0].concern().map(|concern| concern.description.as_str().to_owned());
    assert!(concern.is_some_and(|text| text.starts_with(MARKER)));
    let entered = view.entered.as_ref().unwrap();
    assert_eq!((entered.taken_by.as_str(), entered.has_code), ("The duty reviewer", false));
    let entry = &view.entry;
    assert_eq!((entry.way, entry.unread, entry.at_box), (WayIn::Telephone, 1, StandingAtBox::Never));
    let clocks: Vec<_> = entry.clocks.iter().map(|clock| (clock.kind, clock.met_on)).collect();
    assert_eq!(
        clocks,
        [(ClockKind::Acknowledgement, Some(DAY)), (ClockKind::Advice, None), (ClockKind::InformationUseNotice, None)]
    );
    // It is found by its words, and a colleague reads it.
    assert!(casebook.gist(id).unwrap().first_words.as_str().starts_with(MARKER));
    let second = world.colleague("Second", TeamRole::Reviewer);
    assert!(world.open_as(&second).unwrap().show(id, DAY, &Calendar::default()).is_ok());
    // The next collection goes beside it, not over it.
    let mut world = world;
    let other = world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    for id in [id, other] {
        assert!(world.open().unwrap().show(id, DAY, &Calendar::default()).is_ok());
    }
}

#[test]
fn a_promise_is_kept_on_the_day_on_which_the_text_is_given() {
    let world = world();
    let id = enter(&world, new(Route::PatientChoice, false)).unwrap().id;
    world.decide(id, notice("How we use it.")).unwrap();
    world.decide(id, moved(ReportState::BeingRead)).unwrap();
    let entry =
        |world: &World| world.open().unwrap().list(DAY, &Calendar::default()).into_iter().find(|it| it.id == id);
    let before = entry(&world).unwrap();
    // The update is told to nobody: there is no page on which they would see it.
    assert_eq!((before.to_give, before.waiting, before.on_the_way), (1, 0, 0));
    assert_eq!(
        world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap().decisions[0].answers[0].release,
        Release::ToGive
    );
    let tell = |answer, on, way| world.edit(|editor| editor.told_person(id, answer, (on, way), &TODAY));
    let refused =
        |result: Result<(), CasebookError>| matches!(result, Err(CasebookError::NotAllowed(NotAllowed::NotGiven(_))));
    assert!(refused(tell(Some(1), DAY.tomorrow().unwrap(), WayIn::Telephone)), "nobody was told tomorrow");
    assert!(refused(tell(Some(1), DAY.yesterday().unwrap(), WayIn::Telephone)), "nor before it was written");
    assert!(refused(tell(Some(1), DAY, WayIn::Box)));
    assert!(refused(tell(Some(2), DAY, WayIn::Telephone)), "an update is no text");
    assert!(refused(tell(Some(9), DAY, WayIn::Telephone)));
    assert!(refused(tell(None, DAY, WayIn::Telephone)), "it was acknowledged already");
    tell(Some(1), DAY, WayIn::Letter).unwrap();
    assert!(refused(tell(Some(1), DAY, WayIn::Letter)), "once");
    let after = entry(&world).unwrap();
    assert_eq!(after.to_give, 0);
    let met = |kind| after.clocks.iter().find(|clock| clock.kind == kind).unwrap().met_on;
    assert_eq!((met(ClockKind::InformationUseNotice), met(ClockKind::Advice)), (Some(DAY), None));
    world.reply(id, "Our advice.");
    tell(Some(3), DAY, WayIn::Telephone).unwrap();
    assert!(entry(&world).unwrap().open_clocks().next().is_none());
    let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
    assert_eq!(view.told.iter().map(|told| told.answer).collect::<Vec<_>>(), [Some(1), Some(3)]);
    // None of it is for the box, and nothing to a report of the box is told by hand.
    let out = world.dir.path().join("out");
    let exported = world.edit(|editor| editor.export(&out, true, &TODAY)).unwrap();
    assert!(matches!(exported, Export::Written { answers: 0, entered: 0, collected: 1, .. }), "{exported:?}");
    let of_box = ReportId([1; 8]);
    world.decide(of_box, notice("How we use it.")).unwrap();
    let by_hand = world.edit(|editor| editor.told_person(of_box, Some(1), (DAY, WayIn::Letter), &TODAY));
    assert!(refused(by_hand));
}

#[test]
fn what_waits_for_a_second_member_is_given_to_nobody() {
    let world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
    world.decide(id, notice("How we use it.")).unwrap();
    let tell = |on, today| world.edit(|editor| editor.told_person(id, Some(1), (on, WayIn::Letter), &FixedDay(today)));
    assert!(matches!(tell(DAY, DAY), Err(CasebookError::NotAllowed(NotAllowed::NotGiven(_)))));
    // Nor on a day on which it still waited, whatever is said of that later.
    let (second, later) = (world.colleague("Second", TeamRole::Reviewer), DAY.tomorrow().unwrap());
    let answer = AnswerId { report: id, seq: 1 };
    let seen = world.open().unwrap().seen(id).unwrap();
    world.edit_as(&second, |editor| editor.approve(answer, seen, &FixedDay(later))).unwrap();
    assert!(matches!(tell(DAY, later), Err(CasebookError::NotAllowed(NotAllowed::NotGiven(_)))));
    tell(later, later).unwrap();
}

#[test]
fn whoever_was_told_nothing_yet_is_owed_that_their_concern_is_here() {
    let world = world();
    let id = enter(&world, NewEntered { acknowledged_on: None, ..new(Route::Procurement, false) }).unwrap().id;
    let owed = |world: &World| world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
    assert!(owed(&world).entered.unwrap().to_acknowledge);
    world.edit(|editor| editor.told_person(id, None, (DAY, WayIn::Letter), &TODAY)).unwrap();
    let view = owed(&world);
    assert!(!view.entered.unwrap().to_acknowledge);
    assert_eq!(view.entry.open_clocks().count(), 2);
}

#[test]
fn what_cant_have_come_is_not_entered() {
    let none = World::new();
    let refused = |world: &World, new| match enter(world, new) {
        Err(CasebookError::Enter(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was entered"),
    };
    assert!(matches!(refused(&none, new(Route::StaffConcern, false)), EnterError::NoBox));
    let world = world();
    let before = world.snapshot();
    let of = || new(Route::Procurement, false);
    let (tomorrow, yesterday) = (DAY.tomorrow().unwrap(), DAY.yesterday().unwrap());
    for (new, expected) in [
        (NewEntered { way: WayIn::Box, ..of() }, EnterError::Way),
        (NewEntered { received_on: tomorrow, ..of() }, EnterError::Day),
        (NewEntered { received_on: Date::constant(1990, 1, 1), ..of() }, EnterError::Day),
        (NewEntered { acknowledged_on: Some(yesterday), ..of() }, EnterError::Acknowledged),
        (NewEntered { acknowledged_on: Some(tomorrow), ..of() }, EnterError::Acknowledged),
        (NewEntered { acknowledged_on: None, with_code: true, ..of() }, EnterError::NotAcknowledged),
        (NewEntered { taken_by: Text::typed(" "), ..of() }, EnterError::Text),
    ] {
        let told = refused(&world, new).to_string();
        assert_eq!(told, expected.to_string());
    }
    assert_eq!(world.snapshot(), before, "nothing is left of any");
}

#[test]
fn the_box_is_told_of_a_code_once_and_again_if_that_was_lost() {
    let mut world = world();
    let EnteredReport { id, code } = enter(&world, new(Route::Procurement, true)).unwrap();
    let code = code.unwrap();
    world.decide(id, notice("How we use it.")).unwrap();
    let export = |world: &World, name: &str, again| {
        let out = world.dir.path().join(name);
        world.edit(|editor| editor.export(&out, again, &TODAY)).unwrap()
    };
    let first = export(&world, "one", false);
    assert!(matches!(first, Export::Written { answers: 1, entered: 1, .. }), "{first:?}");
    // Nothing that the casebook keeps has the code.
    let grouped = code.grouped().replace('-', "");
    for (path, bytes) in world.snapshot() {
        assert!(!bytes.windows(grouped.len()).any(|part| part == grouped.as_bytes()), "{}", path.display());
    }
    assert_eq!(export(&world, "none", false), Export::Nothing);
    let again = export(&world, "two", true);
    assert!(matches!(again, Export::Written { answers: 1, entered: 1, .. }), "{again:?}");
    // A collection lists it: from then on it is a report of the box.
    let entry = world.open().unwrap().state.outlines[&id].code.clone().unwrap().entry;
    let receipt = code.derive(world.id, KdfParams::RECOMMENDED).unwrap();
    assert_eq!(world.open().unwrap().state.reports[&id].reply_to, receipt.reply.recipient().to_string());
    world.take_entered(&entry, receipt.reply);
    let file = world.collect();
    world.import(&file).unwrap();
    let casebook = world.open().unwrap();
    let listed = casebook.list(DAY, &Calendar::default()).into_iter().find(|it| it.id == id).unwrap();
    assert_eq!((listed.at_box, listed.way), (StandingAtBox::There, WayIn::Telephone));
    assert!(casebook.show(id, DAY, &Calendar::default()).is_ok());
    assert!(!casebook.alerts().iter().any(|alert| matches!(alert.what, AlertKind::NotHere { .. })));
    // What the person adds under the code comes into the same report.
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
    assert_eq!(
        view.messages.iter().filter(|message| message.is_by_person()).map(|it| it.seq).collect::<Vec<_>>(),
        [1, 2]
    );
    let third = export(&world, "three", true);
    assert!(matches!(third, Export::Written { entered: 0, answers: 1, .. }), "{third:?}");
    // A restored box lost it, and is told once more by itself.
    world.restored(9);
    world.reports.remove(&id);
    let file = world.collect();
    world.import_epoch(&file).unwrap();
    let fourth = export(&world, "four", false);
    assert!(matches!(fourth, Export::Written { entered: 1, answers: 0, .. }), "{fourth:?}");
}

#[test]
fn a_code_of_which_the_box_was_told_on_record_alone_is_told_again() {
    let mut world = world();
    let id = enter(&world, new(Route::Procurement, true)).unwrap().id;
    let casebook = world.open().unwrap();
    let exported = Exported {
        number: 1,
        part: Part::WHOLE,
        file: Digest([0; 32]),
        answers: vec![],
        collected: vec![],
        gone: vec![],
        set_aside: vec![],
        entered: vec![id],
    };
    casebook.write_by_hand(casebook.me().unwrap(), &world.signer, What::Exported(exported), &[]);
    let export = |world: &World, name: &str| {
        let out = world.dir.path().join(name);
        world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap()
    };
    assert!(matches!(export(&world, "one"), Export::Written { number: 2, entered: 0, .. }));
    // The box took all of it, and its next collection has no such report.
    let casebook = world.open().unwrap();
    let head = casebook.state.head().unwrap();
    world.seen = Some(CasebookSeen { casebook: casebook.id(), decisions: 2, head });
    world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let next = export(&world, "two");
    assert!(matches!(next, Export::Written { number: 3, entered: 1, .. }), "{next:?}");
}

/// An event as a member makes it, who chooses each part.
fn by_hand(world: &World, change: impl FnOnce(&mut Entered)) -> ReportId {
    let key = GovernanceIdentity::generate();
    let recipient = first(&key);
    let casebook = world.open().unwrap();
    let id = entered_report(casebook.id(), &recipient);
    let mut entered = Entered {
        report: id,
        way: WayIn::Letter,
        route: Route::StaffConcern,
        received_on: DAY,
        reply_to: first(&GovernanceIdentity::generate()),
        clocks: entered_clocks(Route::StaffConcern, DAY, None, &Calendar::default()).unwrap(),
        files: vec![FileEntry { size: 1, sha256: Digest([1; 32]) }],
        commitment: Digest([2; 32]),
        summary: Digest([3; 32]),
        code: None,
        key: NewKey { generation: 1, recipient: recipient.clone() },
        about: SealedMatter::about(id),
    };
    change(&mut entered);
    let id = entered.report;
    let told = Matter::ToldPerson(ToldPerson { answer: None, on: DAY, way: WayIn::Letter });
    let to = casebook.recipient(&recipient).unwrap();
    let by = casebook.me().unwrap();
    casebook.write_by_hand(by, &world.signer, What::Entered(Box::new(entered)), &[(to, told)]);
    id
}

#[test]
fn nobody_enters_something_under_an_id_that_is_there_or_that_they_chose() {
    let world = world();
    let there = ReportId([1; 8]);
    let state = || {
        let casebook = world.open().unwrap();
        let mine = &casebook.state.outlines[&there].heard;
        (casebook.state.outlines.len(), casebook.state.imports, mine.reply_to.clone(), mine.messages.len())
    };
    let before = state();
    // One that is here, and one that the box may still have, before it is collected.
    for id in [there, ReportId([7; 8])] {
        by_hand(&world, |entered| (entered.report, entered.about.report) = (id, id));
        void(&world, Tried::Enter, NotAllowed::Entered(id));
    }
    let (elsewhere, shouted) = (before.2.clone(), before.2.to_uppercase());
    type Change<'a> = Box<dyn FnOnce(&mut Entered) + 'a>;
    let changes: [Change<'_>; 9] = [
        Box::new(|entered| entered.reply_to = elsewhere),
        // The same key in another spelling.
        Box::new(|entered| entered.reply_to = shouted),
        Box::new(|entered| entered.reply_to = "nobody".into()),
        Box::new(|entered| entered.way = WayIn::Box),
        Box::new(|entered| entered.received_on = DAY.tomorrow().unwrap()),
        Box::new(|entered| entered.clocks.clear()),
        Box::new(|entered| entered.clocks[0].due_on = DAY),
        Box::new(|entered| entered.files.clear()),
        Box::new(|entered| {
            entered.code = Some(EnteredCode { locator: Digest([1; 32]), kdf: "none".into() });
        }),
    ];
    for change in changes {
        let id = by_hand(&world, change);
        void(&world, Tried::Enter, NotAllowed::Entered(id));
    }
    let id = by_hand(&world, |entered| entered.about.report = there);
    void(&world, Tried::Enter, NotAllowed::Broken(id));
    assert_eq!(state(), before);
}

#[test]
fn what_is_not_what_it_says_is_told_and_hinders_nobody() {
    let mut world = world();
    // Allowed as far as everybody can tell; its readers find that nothing of it can be read.
    let id = by_hand(&world, |_| {});
    let casebook = world.open().unwrap();
    assert!(
        matches!(casebook.alerts().pop().map(|alert| alert.what), Some(AlertKind::NotAsEntered { report }) if report == id)
    );
    let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
    assert!(view.messages.len() == 1 && view.messages[0].is_not_here());
    assert!(casebook.search(&Text::typed("anything")).unwrap().is_empty());
    // Nobody else has the key either, and all goes on.
    let second = world.colleague("Second", TeamRole::Reviewer);
    assert_eq!(world.open_as(&second).unwrap().state.outlines.len(), 2);
    let other = world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.decide(other, note("It goes on.")).unwrap();
    enter(&world, new(Route::StaffConcern, false)).unwrap();
}

#[test]
fn two_members_who_enter_at_once_make_two_reports() {
    let world = world();
    let second = world.colleague("Second", TeamRole::Reviewer);
    // Both opened it before either wrote.
    let (mut one, mut two) = (world.open().unwrap(), world.open_as(&second).unwrap());
    let calendar = Calendar::default();
    let first = one.edit(&world.signer).unwrap().enter(new(Route::StaffConcern, false), &calendar, &TODAY).unwrap();
    let other = two.edit(&second.signer).unwrap().enter(new(Route::StaffConcern, true), &calendar, &TODAY).unwrap();
    assert_ne!(first.id, other.id);
    for id in [first.id, other.id] {
        assert!(world.open().unwrap().show(id, DAY, &calendar).is_ok());
        assert!(world.open_as(&second).unwrap().show(id, DAY, &calendar).is_ok());
    }
}

#[test]
fn a_code_is_of_no_other_box() {
    let world = world();
    let code: Code = enter(&world, new(Route::StaffConcern, true)).unwrap().code.unwrap();
    let at = |id| Digest(*code.derive(id, KdfParams::RECOMMENDED).unwrap().locator.as_bytes());
    let kept = world.open().unwrap().state.outlines.values().find_map(|outline| outline.code.clone()).unwrap();
    assert_eq!(kept.entry.locator, at(world.id));
    assert_ne!(kept.entry.locator, at(BoxId([8; 16])));
}
