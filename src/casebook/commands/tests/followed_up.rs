//! What a person said later whose concern was entered, and the files that came with it; and what a member with a program of their
//! own may try with that.

use std::fs;

use super::entered::{enter, new, void, world};
use crate::{
    casebook::{
        AlertKind, CasebookError, EnterError, IncomingFiles, LookupError, NewFollowUp, NewProposal, NewReaders,
        NotAllowed, Tried,
        log::event::{Change, Destroy, FollowedUp, HowFollowedUp, Matter, MessageNews, SealedMatter, What},
    },
    crypto::{Code, KdfParams, os_random, seal_message, summary_commitment},
    domain::{
        Calendar, ClockKind, Date, Digest, FileEntry, Manifest, Message, MessageContent, MessageKind, MessageSummary,
        ReportId, Route, Salt, SetAsideReason, TeamRole, Text, WayIn, WhoseWords, limits::ATTACHMENTS,
    },
    files::{Readers, write_new},
    world::{
        DAY, TODAY,
        casebook::{MARKER, World, plain},
    },
};

fn more(text: &str) -> NewFollowUp {
    NewFollowUp {
        way: WayIn::Email,
        on: DAY,
        taken_by: Text::typed("The post room"),
        words: WhoseWords::Own,
        text: Some(Text::typed(text)),
    }
}

fn incoming(world: &World, id: ReportId, lengths: &[usize]) -> IncomingFiles {
    let mut files = world.open().unwrap().incoming_files(id).unwrap();
    for (number, length) in (1..).zip(lengths) {
        files.take(&format!("C:\\{MARKER}\\{number}.pdf"), "", plain(*length).as_slice()).unwrap();
    }
    files
}

fn add(world: &World, id: ReportId, new: NewFollowUp, lengths: &[usize]) -> Result<u32, CasebookError> {
    let files = incoming(world, id, lengths);
    world.edit(|editor| editor.follow_up(id, new, files, &TODAY))
}

fn saved(world: &World, id: ReportId, place: &str) -> Result<Vec<u8>, CasebookError> {
    let out = world.dir.path().join("saved");
    world.edit(|editor| editor.write_attachment(id, place, &out, &TODAY))?;
    let bytes = fs::read(&out).unwrap();
    fs::remove_file(out).unwrap();
    Ok(bytes)
}

#[test]
fn what_is_said_later_is_a_message_with_its_files() {
    let mut world = world();
    let id = enter(&world, new(Route::PatientChoice, false)).unwrap().id;
    let lengths = [0, 1, 300_000];
    assert_eq!(add(&world, id, more("It goes on, as they say."), &lengths).unwrap(), 2);
    assert_eq!(add(&world, id, NewFollowUp { text: None, ..more("") }, &[70_000]).unwrap(), 3);
    let second = world.colleague("Second", TeamRole::Reviewer);
    for casebook in [world.open().unwrap(), world.open_as(&second).unwrap()] {
        let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
        let said: Vec<_> = view.messages.iter().map(|it| (it.seq, it.label(), it.attachments().len())).collect();
        let follow_up = MessageKind::FollowUp.label();
        assert_eq!(said, [(1, MessageKind::Concern.label(), 0), (2, follow_up, 3), (3, follow_up, 1)]);
        let came = view.messages[1].entered.as_ref().unwrap();
        assert_eq!((came.way, came.taken_by.as_str(), came.words), (WayIn::Email, "The post room", WhoseWords::Own));
        assert_eq!((view.entry.unread, view.messages[2].is_files_alone()), (3, true));
        // Of a path nothing but the name is kept.
        assert_eq!(view.messages[1].attachments()[2].name.as_str(), "3.pdf");
        assert_eq!(casebook.search(&Text::typed("goes on")).unwrap().len(), 1);
    }
    for (number, length) in (1..).zip(lengths) {
        assert!(saved(&world, id, &format!("2/{number}")).unwrap() == plain(length), "{number}");
    }
    assert!(saved(&world, id, "3/1").unwrap() == plain(70_000));
    // Nothing of it is readable on the disk, and nothing lies there that no event names.
    for (path, bytes) in world.snapshot() {
        assert!(!bytes.windows(MARKER.len()).any(|part| part == MARKER.as_bytes()), "{}", path.display());
        assert!(!path.to_string_lossy().contains("incoming"), "{}", path.display());
    }
    // The next collection goes beside it, and it can be destroyed with its report.
    world.concern(2, Route::StaffConcern, &[5]);
    let file = world.collect();
    world.import(&file).unwrap();
    assert!(saved(&world, id, "2/3").is_ok());
}

/// The box gets to know a report that was entered with a receipt code.
fn tell_box(world: &mut World, id: ReportId, code: &Code) {
    let entry = world.open().unwrap().state.outlines[&id].code.clone().unwrap().entry;
    let out = world.dir.path().join("telling");
    world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap();
    let receipt = code.derive(world.id, KdfParams::RECOMMENDED).unwrap();
    world.take_entered(&entry, receipt.reply);
}

#[test]
fn what_comes_through_the_box_stands_behind_what_was_entered() {
    let mut world = world();
    let id = enter(&world, new(Route::Procurement, true)).unwrap();
    let (id, code) = (id.id, id.code.unwrap());
    add(&world, id, more("With the letter."), &[300_000]).unwrap();
    tell_box(&mut world, id, &code);
    // The box gives the number that the letter has here.
    world.say(id, MessageKind::FollowUp, &[70_000]);
    let file = world.collect();
    world.import(&file).unwrap();
    add(&world, id, more("And once more."), &[]).unwrap();
    let file = world.collect();
    world.import(&file).unwrap();
    let casebook = world.open().unwrap();
    let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
    let said: Vec<_> = view.messages.iter().map(|it| (it.seq, it.number_at_box, it.entered.is_some())).collect();
    assert_eq!(said, [(1, None, false), (2, None, true), (3, None, false), (4, None, true)]);
    assert!(casebook.alerts().is_empty(), "nobody is warned");
    assert!(saved(&world, id, "2/1").unwrap() == plain(300_000));
    assert!(saved(&world, id, "3/1").unwrap() == plain(70_000));
    // What the box is told of is what it sent, and nothing else.
    assert_eq!(casebook.state.outlines[&id].heard.messages.len(), 2);
    assert!(world.open().unwrap().lost_at_box().reports.is_empty());
}

#[test]
fn what_cant_be_added_is_not_and_leaves_nothing() {
    let world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    let before = world.snapshot();
    let (tomorrow, yesterday) = (DAY.tomorrow().unwrap(), DAY.yesterday().unwrap());
    for (new, expected) in [
        (NewFollowUp { way: WayIn::Box, ..more("More.") }, EnterError::Way),
        (NewFollowUp { on: tomorrow, ..more("More.") }, EnterError::FollowUpDay),
        (NewFollowUp { on: yesterday, ..more("More.") }, EnterError::FollowUpDay),
        (NewFollowUp { taken_by: Text::typed(" "), ..more("More.") }, EnterError::Text),
        (NewFollowUp { text: None, ..more("") }, EnterError::Nothing),
        (more("  "), EnterError::Nothing),
        (more(&"x".repeat(20_001)), EnterError::Text),
    ] {
        let Err(CasebookError::Enter(why)) = add(&world, id, new, &[]) else { panic!("{expected}") };
        assert_eq!(why.to_string(), expected.to_string());
    }
    let mut files = incoming(&world, id, &[1; ATTACHMENTS]);
    let another = files.take("another", "", [].as_slice());
    assert!(matches!(another, Err(CasebookError::Enter(EnterError::Files))));
    drop(files);
    // A file that can't be read is said to be that, and not one that can't be written.
    let directory = fs::File::open(world.dir.path()).unwrap();
    let unread = world.open().unwrap().incoming_files(id).unwrap().take("directory", "", directory);
    assert!(matches!(unread, Err(CasebookError::Enter(EnterError::Unreadable(_)))));
    // What came through the box the box adds to.
    let of_box = add(&world, ReportId([1; 8]), more("More."), &[]);
    assert!(matches!(of_box, Err(CasebookError::NotAllowed(NotAllowed::FollowedUp(_)))));
    let none = world.open().unwrap().incoming_files(ReportId([9; 8])).err();
    assert!(matches!(none, Some(CasebookError::Lookup(LookupError::NoReport))));
    let after = world.snapshot();
    let kept = after.iter().filter(|(path, _)| !before.contains_key(*path)).count();
    // One directory where the next import goes, which gives way to it.
    assert!(kept <= 1, "{kept}");
}

#[test]
fn whoever_is_shut_out_adds_nothing_and_files_for_the_key_before_are_not_taken() {
    let world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    let second = world.colleague("Second", TeamRole::Reviewer);
    let third = world.colleague("Third", TeamRole::Reviewer);
    let early = incoming(&world, id, &[5]);
    let theirs = world.open_as(&third).unwrap().incoming_files(id).unwrap();
    let readers = vec![world.open().unwrap().me().unwrap(), second.id];
    let restricted = NewReaders { readers, reason: Text::typed("They worked there.") };
    world.edit(|editor| editor.restrict(id, restricted, &TODAY)).unwrap();
    let added = world.edit(|editor| editor.follow_up(id, more("More."), early, &TODAY));
    assert!(matches!(added, Err(CasebookError::Enter(EnterError::KeyChanged))));
    let by_third = world.edit_as(&third, |editor| editor.follow_up(id, more("More."), theirs, &TODAY));
    assert!(matches!(by_third, Err(CasebookError::Lookup(LookupError::ShutOut(_)))));
    assert_eq!(add(&world, id, more("More."), &[5]).unwrap(), 2);
}

#[test]
fn the_same_is_found_again() {
    let world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    let before = world.open().unwrap().state.version();
    add(&world, id, more("It goes on."), &[70_000]).unwrap();
    let known = |new: &NewFollowUp, lengths: &[usize], event| {
        let files = incoming(&world, id, lengths);
        world.open().unwrap().followed_up_since(event, id, (new, &files)).unwrap()
    };
    assert_eq!(known(&more("It goes on."), &[70_000], before), Some(2));
    assert_eq!(known(&more("It goes on."), &[70_001], before), None);
    assert_eq!(known(&more("It goes on!"), &[70_000], before), None);
    assert_eq!(known(&more("It goes on."), &[70_000], world.open().unwrap().state.version()), None);
}

/// An event as a member makes it, who chooses each part.
fn by_hand(world: &World, id: ReportId, change: impl FnOnce(&mut FollowedUp, &mut HowFollowedUp)) {
    let casebook = world.open().unwrap();
    let file = FileEntry { size: 1, sha256: Digest([1; 32]) };
    let mut message = world.message(ReportId([1; 8]), MessageKind::FollowUp);
    message.seq = 2;
    let news = MessageNews { seq: 2, kept: vec![file], summary: MessageSummary::of(&message), salt: message.salt };
    let mut how =
        HowFollowedUp { way: WayIn::Letter, taken_by: Text::typed("Me"), words: WhoseWords::Noted, message: news };
    let mut followed_up = FollowedUp {
        on: DAY,
        files: vec![file],
        commitment: Digest([2; 32]),
        summary: Digest([3; 32]),
        about: SealedMatter::about(id),
    };
    change(&mut followed_up, &mut how);
    let to = casebook.report_recipient(followed_up.about.report).unwrap();
    let matters = [(to, Matter::FollowedUp(Box::new(how)))];
    let what = What::FollowedUp(Box::new(followed_up));
    casebook.write_by_hand(casebook.me().unwrap(), &world.signer, what, &matters);
}

#[test]
fn what_is_not_what_it_says_is_told_and_takes_nothing_elses_place() {
    let mut world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    let imports = || world.open().unwrap().state.imports;
    let before = imports();
    let file = FileEntry { size: 1, sha256: Digest([1; 32]) };
    type Change<'a> = Box<dyn FnOnce(&mut FollowedUp, &mut HowFollowedUp) + 'a>;
    let changes: [Change<'_>; 4] = [
        Box::new(|it, _| it.on = Date::constant(2020, 1, 1)),
        Box::new(|it, _| it.on = DAY.tomorrow().unwrap()),
        Box::new(|it, _| it.files.clear()),
        Box::new(|it, _| it.files = vec![file; ATTACHMENTS + 2]),
    ];
    for change in changes {
        by_hand(&world, id, change);
        void(&world, Tried::FollowUp, NotAllowed::FollowedUp(id));
    }
    by_hand(&world, ReportId([1; 8]), |_, _| {});
    void(&world, Tried::FollowUp, NotAllowed::FollowedUp(ReportId([1; 8])));
    assert_eq!(imports(), before);
    // Allowed as far as everybody can tell: its readers find that nothing of it can be read, and go on.
    by_hand(&world, id, |_, _| {});
    let told = world.open().unwrap().alerts().pop().map(|alert| alert.what);
    assert!(matches!(told, Some(AlertKind::NotAsEntered { report }) if report == id));
    assert_eq!(imports(), before + 1);
    assert_eq!(add(&world, id, more("It goes on."), &[5]).unwrap(), 3);
    let second = world.colleague("Second", TeamRole::Reviewer);
    assert_eq!(world.open_as(&second).unwrap().state.imports, before + 2);
    let other = world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    assert!(world.open().unwrap().show(other, DAY, &Calendar::default()).is_ok());
}

#[test]
fn a_message_of_the_box_is_taken_in_and_told_to_be_here_whatever_was_entered_in_its_name() {
    // With each of all that it says, and the files that the box sent, as somebody knows who saw the collection first.
    for is_kept_here in [true, false] {
        let mut world = world();
        let report = enter(&world, new(Route::Procurement, true)).unwrap();
        let id = report.id;
        tell_box(&mut world, id, &report.code.unwrap());
        let message = world.message(id, MessageKind::Withdrawal);
        let (summary, salt) = (MessageSummary::of(&message), message.salt);
        world.add(id, message, MessageKind::Withdrawal, &[]);
        let listed = world.reports[&id].entry.messages.last().unwrap().clone();
        by_hand(&world, id, |it, how| {
            (it.commitment, it.files) = (listed.commitment, listed.files.clone());
            it.summary = if is_kept_here { listed.summary } else { Digest([9; 32]) };
            how.message = MessageNews { seq: listed.seq, kept: listed.files.clone(), summary, salt };
        });
        let told = world.open().unwrap().alerts().len();
        let file = world.collect();
        world.import(&file).unwrap();
        let casebook = world.open().unwrap();
        assert_eq!(casebook.alerts().len(), told, "nobody is said to have taken it in wrongly");
        let report = &casebook.state.reports[&id];
        let said: Vec<_> = report.messages.iter().map(|it| (it.seq, it.at_box, it.kind, it.kept.is_some())).collect();
        let (follow_up, withdrawal) = (MessageKind::FollowUp, MessageKind::Withdrawal);
        let concern = (1, Some(1), MessageKind::Concern, true);
        assert_eq!(said, [concern, (2, None, follow_up, is_kept_here), (3, Some(2), withdrawal, true)]);
        assert!(report.withdrawn && casebook.open_message(id, &report.messages[2]).is_ok());
        // The same collection again mends nothing, and nothing takes the other's place.
        assert!(world.import(&file).unwrap().mended.is_empty());
        let telling = world.open().unwrap().state.to_tell(world.open().unwrap().me().unwrap(), true);
        let collected = telling.collected.iter().find(|it| it.report == id).unwrap();
        assert_eq!(collected.messages.len(), 2);
    }
}

#[test]
fn what_was_entered_in_the_name_of_a_message_is_not_told_to_be_that() {
    let mut world = world();
    let report = enter(&world, new(Route::Procurement, true)).unwrap();
    let id = report.id;
    tell_box(&mut world, id, &report.code.unwrap());
    world.say(id, MessageKind::FollowUp, &[]);
    let listed = world.reports[&id].entry.messages.last().unwrap().clone();
    let file = world.collect();
    world.import(&file).unwrap();
    let kept = world.open().unwrap().state.reports[&id].messages[1].kept.clone();
    by_hand(&world, id, |it, how| {
        (it.commitment, how.message.seq) = (listed.commitment, 3);
        it.summary = summary_commitment(how.message.salt, &how.message.summary).unwrap();
    });
    let report = &world.open().unwrap().state.reports[&id];
    assert_eq!(report.messages[1].kept, kept);
    assert_eq!(report.messages[2].kept.as_ref().map(Vec::len), Some(1));
    assert_eq!(report.message_of_box(listed.commitment).map(|it| it.seq), Some(2));
    assert!(world.import(&file).unwrap().mended.is_empty());
}

#[test]
fn whoever_says_more_is_heard_though_their_report_was_set_aside_or_is_to_be_destroyed() {
    let world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    let second = world.colleague("Second", TeamRole::Reviewer);
    world.edit(|editor| editor.set_aside(&[id], SetAsideReason::NotAConcern, &TODAY)).unwrap();
    let casebook = world.open_as(&second).unwrap();
    let fact = casebook.fact(id, DAY).unwrap();
    let change = Change::Destroy(Destroy { report: id, fact, goes_on_with: None });
    casebook.write_by_hand(second.id, &second.signer, What::Proposed(change), &[]);
    let stands = |world: &World| {
        let casebook = world.open().unwrap();
        let entry = casebook.list(DAY, &Calendar::default()).into_iter().find(|it| it.id == id).unwrap();
        (casebook.proposals().len(), entry.set_aside, entry.unread, casebook.to_bring_back().len())
    };
    assert_eq!(stands(&world), (1, Some(SetAsideReason::NotAConcern), 0, 1));
    add(&world, id, more("It goes on."), &[]).unwrap();
    assert_eq!(stands(&world), (0, None, 2, 0));
    let theirs = world.open_as(&second).unwrap();
    assert!(theirs.state.outlines[&id].set_aside.is_none() && theirs.proposals().is_empty());
    // It can be set aside once more.
    world.edit(|editor| editor.set_aside(&[id], SetAsideReason::NotAConcern, &TODAY)).unwrap();
    assert_eq!(stands(&world), (0, Some(SetAsideReason::NotAConcern), 0, 1));
}

#[test]
fn what_is_said_later_promises_nothing_of_itself() {
    let world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    let before = world.open().unwrap().state.reports[&id].message_clocks().count();
    by_hand(&world, id, |it, how| {
        how.message.summary.promises = vec![ClockKind::DataAcknowledgement];
        it.summary = summary_commitment(how.message.salt, &how.message.summary).unwrap();
    });
    let casebook = world.open().unwrap();
    assert!(matches!(casebook.alerts().pop().unwrap().what, AlertKind::NotAsEntered { .. }));
    assert_eq!(casebook.state.reports[&id].message_clocks().count(), before);
}

#[test]
fn a_letter_says_how_far_the_team_had_read_by_the_numbers_that_the_person_sees() {
    let mut world = world();
    let report = enter(&world, new(Route::Procurement, true)).unwrap();
    let id = report.id;
    tell_box(&mut world, id, &report.code.unwrap());
    let answered = |world: &World, seq| {
        world.reply(id, "Our answer.");
        let sealed = fs::read(world.open().unwrap().answer_path(id, seq)).unwrap();
        world.reports[&id].reply.open_answer(&sealed).unwrap_or_else(|error| panic!("{error}")).answer.after
    };
    let said = |world: &World| {
        let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
        let said: Vec<_> = view.messages.iter().map(|it| (it.is_by_person(), it.seq)).collect();
        (said, view.entry.unanswered_since)
    };
    add(&world, id, more("With the letter."), &[]).unwrap();
    assert!(said(&world).1.is_some());
    // They sent a second message at the box meanwhile, which nobody here has read.
    assert_eq!(answered(&world, 1), 1);
    assert_eq!(said(&world), (vec![(true, 1), (true, 2), (false, 1)], None), "here it answers the letter");
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    assert!(said(&world).1.is_some());
    assert_eq!(answered(&world, 2), 2);
    assert_eq!(said(&world), (vec![(true, 1), (true, 2), (false, 1), (true, 3), (false, 2)], None));
}

#[test]
fn the_files_of_what_was_said_later_are_destroyed_with_the_report() {
    let world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    add(&world, id, more("It goes on."), &[300_000, 5]).unwrap();
    let of_it =
        |world: &World| world.snapshot().keys().filter(|path| path.to_string_lossy().contains(&id.to_string())).count();
    assert!(of_it(&world) >= 5);
    world.edit(|editor| editor.set_aside(&[id], SetAsideReason::NotAConcern, &TODAY)).unwrap();
    world.agree(NewProposal::Destroy(id)).unwrap();
    assert_eq!(of_it(&world), 0);
    let files = world.open().unwrap().incoming_files(id).err();
    assert!(matches!(files, Some(CasebookError::Lookup(LookupError::Destroyed(_)))));
    // What a member with a program of their own adds to it counts for nothing, and shifts no collection.
    let imports = world.open().unwrap().state.imports;
    let casebook = world.open().unwrap();
    let file = FileEntry { size: 1, sha256: Digest([1; 32]) };
    let followed_up = FollowedUp {
        on: DAY,
        files: vec![file],
        commitment: Digest([2; 32]),
        summary: Digest([3; 32]),
        about: SealedMatter::about(id),
    };
    let to = casebook.report_recipient(ReportId([1; 8])).unwrap();
    let matters = [(to, Matter::Reason(Text::typed("anything")))];
    let what = What::FollowedUp(Box::new(followed_up));
    casebook.write_by_hand(casebook.me().unwrap(), &world.signer, what, &matters);
    assert!(matches!(
        world.open().unwrap().alerts().pop().unwrap().what,
        AlertKind::Void { tried: Tried::FollowUp, .. }
    ));
    assert_eq!(world.open().unwrap().state.imports, imports);
}

/// Seals a message as a member of that name would, who chooses all of it, and puts it where the event says.
fn sealed_by_hand(world: &World, id: ReportId, change: impl FnOnce(&mut Message)) {
    let casebook = world.open().unwrap();
    let report = &casebook.state.reports[&id];
    let mut message = Message {
        r#box: world.id,
        report: id,
        seq: report.last_message() + 1,
        route: report.route,
        on: DAY,
        content: MessageContent::FollowUp(Some(Text::typed("By hand."))),
        reply_to: report.reply_to.clone(),
        salt: Salt::random(&mut os_random()),
        attachments: Vec::new(),
    };
    let seq = message.seq;
    change(&mut message);
    let to = casebook.report_recipient(id).unwrap();
    let (sealed, commitments) = seal_message(&message, &to).unwrap();
    let kept = vec![FileEntry { size: sealed.as_bytes().len() as u64, sha256: sealed.digest() }];
    let place = casebook.import_path(casebook.state.imports + 1).join(Manifest::path(id, seq, 0));
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    write_new(&place, Readers::Team, sealed.as_bytes()).unwrap();
    by_hand(world, id, |it, how| {
        (it.files, it.commitment, it.summary) = (kept.clone(), commitments.message, commitments.summary);
        how.message = MessageNews { seq, kept, summary: MessageSummary::of(&message), salt: message.salt };
    });
}

#[test]
fn what_cant_be_read_hinders_nobody_from_the_rest() {
    let mut world = world();
    let id = enter(&world, new(Route::StaffConcern, false)).unwrap().id;
    add(&world, id, more("It goes on."), &[300]).unwrap();
    // Nothing of it was kept; what was kept is nowhere; and what is there is another message than it says.
    by_hand(&world, id, |_, how| how.message.seq = 3);
    by_hand(&world, id, |it, how| {
        how.message.seq = 4;
        it.summary = summary_commitment(how.message.salt, &how.message.summary).unwrap();
    });
    sealed_by_hand(&world, id, |message| message.content = MessageContent::Withdrawal);
    sealed_by_hand(&world, id, |message| message.on = DAY.yesterday().unwrap());
    sealed_by_hand(&world, id, |message| message.seq = 2);
    sealed_by_hand(&world, id, |message| message.report = ReportId([1; 8]));
    sealed_by_hand(&world, id, |_| {});
    add(&world, id, more("And once more."), &[5]).unwrap();
    let casebook = world.open().unwrap();
    let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
    let said: Vec<_> = view.messages.iter().map(|it| (it.seq, it.is_not_here(), it.entered.is_some())).collect();
    let later = |seq, is_not_here| (seq, is_not_here, true);
    let unread = (3..=8).map(|seq| later(seq, true));
    let expected: Vec<_> = [(1, false, false), later(2, false)]
        .into_iter()
        .chain(unread)
        .chain([later(9, false), later(10, false)])
        .collect();
    assert_eq!(said, expected);
    assert!(!view.entry.withdrawn);
    assert_eq!(casebook.search(&Text::typed("once more")).unwrap().len(), 1);
    assert!(saved(&world, id, "2.pdf").is_err() && saved(&world, id, "10/1").unwrap() == plain(5));
    assert!(matches!(casebook.attachment_named(id, "none"), Err(CasebookError::Lookup(LookupError::NoAttachment(_)))));
    // The report can be decided, and the next collection is taken in.
    world.reply(id, "We read what can be read.");
    world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    assert_eq!(world.import(&file).unwrap().new_reports, 1);
}
