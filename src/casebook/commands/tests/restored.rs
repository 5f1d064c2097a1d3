//! A restored box whose first collection is in parts, or says of a report what can't be; and reports that are set aside.

use crate::{
    casebook::{AlertKind, Casebook, Export, Import, LostAtBox, QueueEntry, StandingAtBox},
    domain::{Calendar, Manifest, MessageKind, Part, ReportId, Route, SetAsideReason},
    world::{
        DAY, TODAY,
        casebook::{World, note, seal},
    },
};

/// So many reports that were imported, each answered, with the answers exported and shown to be delivered.
fn answered(reports: u8) -> (World, Vec<ReportId>) {
    let mut world = World::new();
    let ids: Vec<ReportId> = (1..=reports).map(|number| world.concern(number, Route::StaffConcern, &[])).collect();
    import_next(&mut world);
    ids.iter().for_each(|id| world.reply(*id, "The disk burns after this."));
    export(&world);
    ids.iter().for_each(|id| world.deliver(*id, 1));
    import_next(&mut world);
    (world, ids)
}

fn import_next(world: &mut World) -> Import {
    let file = world.collect();
    world.import(&file).unwrap()
}

fn export(world: &World) -> Export {
    let out = (0..).map(|number: u32| world.dir.path().join(format!("d{number}"))).find(|out| !out.exists()).unwrap();
    world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap()
}

fn part_of(whole: &Manifest, number: u32, reports: std::ops::Range<usize>) -> Manifest {
    Manifest { part: Part { number, of: 2 }, reports: whole.reports[reports].to_vec(), ..whole.clone() }
}

fn import_epoch(world: &World, manifest: &Manifest) -> Import {
    let file = world.carry(&seal(&world.parts(manifest), &world.identity.recipients()));
    world.import_epoch(&file).unwrap()
}

fn entry(casebook: &Casebook, id: ReportId) -> QueueEntry {
    casebook.list(DAY, &Calendar::default()).into_iter().find(|entry| entry.id == id).unwrap()
}

#[test]
fn every_part_of_a_new_epochs_first_collection_tells_what_the_box_lost() {
    let (mut world, ids) = answered(4);
    world.restored(2);
    for id in &ids {
        world.reports.get_mut(id).unwrap().entry.deliveries.clear();
    }
    let whole = world.manifest();
    // In whatever order they come.
    assert!(import_epoch(&world, &part_of(&whole, 2, 2..4)).new_epoch);
    assert!(!import_epoch(&world, &part_of(&whole, 1, 0..2)).new_epoch);
    let casebook = world.open().unwrap();
    assert_eq!(casebook.lost_at_box().answers.iter().map(|answer| answer.report).collect::<Vec<_>>(), ids);
    assert_eq!(casebook.waiting(), 4, "each answer goes once more");
    assert!(matches!(export(&world), Export::Written { answers: 4, collected: 4, .. }));
    ids.iter().for_each(|id| world.deliver(*id, 1));
    import_next(&mut world);
    assert!(world.open().unwrap().lost_at_box().answers.is_empty(), "they are there again");
}

#[test]
fn a_part_that_never_comes_leaves_the_rest_for_the_next_collection_of_the_epoch() {
    let (mut world, ids) = answered(2);
    world.restored(2);
    for id in &ids {
        world.reports.get_mut(id).unwrap().entry.deliveries.clear();
    }
    let whole = world.manifest();
    import_epoch(&world, &part_of(&whole, 1, 0..1));
    let next = Manifest { reports: whole.reports[1..].to_vec(), ..world.manifest() };
    import_epoch(&world, &next);
    let casebook = world.open().unwrap();
    assert_eq!((casebook.waiting(), casebook.lost_at_box().reports.len()), (2, 0));
}

#[test]
fn what_is_put_apart_keeps_no_later_collection_from_being_taken_in() {
    let (mut world, ids) = answered(3);
    let before = world.reports[&ids[1]].entry.clone();
    world.restored(2);
    for id in &ids[1..] {
        world.reports.get_mut(id).unwrap().entry.route = Route::Procurement;
    }
    let whole = world.manifest();
    assert_eq!(import_epoch(&world, &part_of(&whole, 1, 0..2)).apart, [ids[1]]);
    assert_eq!(import_epoch(&world, &part_of(&whole, 2, 2..3)).apart, [ids[2]]);
    // The box lists it until somebody looks into it.
    let new = world.concern(9, Route::StaffConcern, &[]);
    let imported = import_next(&mut world);
    assert_eq!((imported.apart.as_slice(), imported.new_reports), (&ids[1..], 1));
    let casebook = world.open().unwrap();
    let LostAtBox { apart, reports, .. } = casebook.lost_at_box();
    // The box has something else under its id: no answer of ours may get there.
    assert_eq!((apart.as_slice(), reports.as_slice()), (&ids[1..], &ids[1..]));
    assert_eq!(entry(&casebook, ids[1]).at_box, StandingAtBox::Lost);
    assert_eq!(entry(&casebook, new).at_box, StandingAtBox::There);
    let told = casebook.alerts().iter().filter(|alert| matches!(alert.what, AlertKind::Contradicts { .. })).count();
    assert_eq!(told, 2, "each is told once");
    world.reply(ids[1], "To whom?");
    assert_eq!(world.open().unwrap().waiting(), 0);
    // And it is there again once the box says of it what is here.
    world.reports.get_mut(&ids[1]).unwrap().entry = before;
    import_next(&mut world);
    let casebook = world.open().unwrap();
    assert_eq!((casebook.lost_at_box().apart, casebook.waiting()), (vec![ids[2]], 1));
}

#[test]
fn an_answer_ends_that_a_report_is_set_aside() {
    let (mut world, ids) = answered(1);
    world.edit(|editor| editor.set_aside(&ids, SetAsideReason::Test, &TODAY)).unwrap();
    assert_eq!(entry(&world.open().unwrap(), ids[0]).unread, 0, "nobody is asked to read it");
    export(&world);
    let is_aside = |world: &World| entry(&world.open().unwrap(), ids[0]).set_aside.is_some();
    let box_says = |world: &mut World, why: Option<SetAsideReason>| {
        let held = &mut world.reports.get_mut(&ids[0]).unwrap().entry;
        held.set_aside = why.map(|reason| crate::domain::SetAside { on: DAY, reason });
        import_next(world);
    };
    box_says(&mut world, None);
    assert!(is_aside(&world), "the decisions are on their way");
    box_says(&mut world, Some(SetAsideReason::Test));
    assert!(is_aside(&world));
    world.reply(ids[0], "It was no test.");
    assert!(!is_aside(&world));
    let Export::Written { set_aside, .. } = export(&world) else { panic!("there is an answer to write") };
    assert_eq!(set_aside, 0, "nobody tells the box again what was decided before");
    world.deliver(ids[0], 2);
    box_says(&mut world, None);
    assert!(!is_aside(&world));
    let view = world.open().unwrap().show(ids[0], DAY, &Calendar::default()).unwrap();
    assert_eq!(view.aside.iter().map(|aside| aside.reason).collect::<Vec<_>>(), [Some(SetAsideReason::Test)]);
    // And it may be set aside anew.
    world.edit(|editor| editor.set_aside(&ids, SetAsideReason::Abusive, &TODAY)).unwrap();
    assert!(is_aside(&world));
    assert!(world.edit(|editor| editor.set_aside(&ids, SetAsideReason::Abusive, &TODAY)).is_err(), "it is already");
}

#[test]
fn whoever_decides_about_a_report_meanwhile_is_told_that_it_was_set_aside() {
    let (world, ids) = answered(1);
    let seen = world.open().unwrap().seen(ids[0]).unwrap();
    world.edit(|editor| editor.set_aside(&ids, SetAsideReason::Test, &TODAY)).unwrap();
    assert!(world.edit(|editor| editor.decide(ids[0], seen, note("x"), &TODAY)).is_err());
    assert!(world.decide(ids[0], note("x")).is_ok());
}

#[test]
fn what_nobody_read_is_not_read_after_it_was_set_aside() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    import_next(&mut world);
    world.edit(|editor| editor.set_aside(&[id], SetAsideReason::Test, &TODAY)).unwrap();
    world.say(id, MessageKind::FollowUp, &[]);
    import_next(&mut world);
    assert_eq!(entry(&world.open().unwrap(), id).unread, 2);
}
