use std::io::Write;

use super::*;
use crate::{
    casebook::ImportError,
    crypto::{self, AttachmentSealer, GovernanceRecipients, OpenError, SigningKey},
    domain::{
        About, AnswerKind, Attachment, BoxId, Calendar, CasebookSeen, ClockKind, CollectionId, DeliveryEntry, Digest,
        Epoch, FileEntry, LogHead, Manifest, ManifestProblem, Message, MessageContent, Part, ReportEntry, Text,
    },
    unseal::GovernanceIdentity,
    world::{
        DAY, TODAY,
        casebook::{MISSING, Parts, World, archive, plain, seal, seal_bytes},
    },
};

fn refusal(result: Result<Import, CasebookError>) -> Refusal {
    match result {
        Err(CasebookError::Import(ImportError::Refused(refusal))) => refusal,
        Err(other) => panic!("{other}"),
        Ok(imported) => panic!("{imported:?}"),
    }
}

/// A world with one report imported, and a collection with a second one waiting.
fn waiting() -> (World, Manifest, Parts) {
    let mut world = World::new();
    world.concern(1, Route::StaffConcern, &[10]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.concern(2, Route::Procurement, &[1, 70_000]);
    let manifest = world.manifest();
    let parts = world.parts(&manifest);
    (world, manifest, parts)
}

fn import_parts(world: &World, parts: &Parts) -> Result<Import, CasebookError> {
    world.import(&world.carry(&seal(parts, &world.identity.recipients())))
}

#[test]
fn what_is_new_is_taken_in_once() {
    let (mut world, _, parts) = waiting();
    let first = world.reports[&ReportId([1; 8])].entry.id;
    let file = world.carry(&seal(&parts, &world.identity.recipients()));
    let imported = world.import(&file).unwrap();
    assert_eq!((imported.number, imported.new_reports, imported.files, imported.messages.len()), (2, 1, 2, 1));
    assert_eq!(imported.messages[0].report, ReportId([2; 8]));
    let before = world.snapshot();
    let again = world.import(&file).unwrap();
    assert!(again.known && again.messages.is_empty() && again.mended.is_empty());
    assert_eq!(world.snapshot(), before);

    world.say(first, MessageKind::FollowUp, &[]);
    let file = world.collect();
    let imported = world.import(&file).unwrap();
    assert_eq!(
        (imported.number, imported.new_reports, imported.messages.len(), imported.messages[0].seq),
        (3, 0, 1, 2)
    );
    // A collection in which nothing is new still counts.
    let file = world.collect();
    assert!(world.import(&file).is_ok_and(|imported| imported.messages.is_empty() && !imported.known));
}

#[test]
fn order_is_kept() {
    let mut world = World::new();
    world.concern(1, Route::StaffConcern, &[]);
    let files = [world.collect(), world.collect(), world.collect(), world.collect()];
    world.import(&files[0]).unwrap();
    assert!(matches!(refusal(world.import(&files[2])), Refusal::Gap { number: 3, next: 2 }));
    let imported = world.edit(|editor| editor.import(&files[2], &MISSING, &TODAY)).unwrap();
    assert_eq!(imported.passed_over, 1);
    assert!(matches!(refusal(world.import(&files[1])), Refusal::Old { number: 2, last: 3 }));
    assert!(world.import(&files[3]).is_ok());
    // The right number, but after another third collection.
    let mut manifest = world.manifest();
    manifest.previous = Some(CollectionId([9; 16]));
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Unchained(4)));
    let mut same_number = world.manifest();
    same_number.number = 4;
    same_number.reports.clear();
    let parts = world.parts(&same_number);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Unchained(4)));
}

#[test]
fn every_altered_or_cut_region_is_refused_and_changes_nothing() {
    let (world, _, parts) = waiting();
    let before = world.snapshot();
    let sealed = seal(&parts, &world.identity.recipients());
    for place in (0..sealed.len()).step_by(sealed.len() / 60).chain([sealed.len() - 1]) {
        let mut altered = sealed.clone();
        altered[place] ^= 1;
        refusal(world.import(&world.carry(&altered)));
        refusal(world.import(&world.carry(&sealed[..place])));
        assert_eq!(world.snapshot(), before, "at {place}");
    }
    refusal(world.import(&world.carry(&[sealed.as_slice(), b"x"].concat())));
    // Sealed anew by someone who knows the recipients: every region but the padding of an entry, which is never kept.
    let plain = archive(&parts);
    let mut start = 0;
    for (path, bytes) in &parts {
        let end = start + 512 + bytes.len();
        for place in (start..end).step_by(509).chain([end - 1]) {
            let mut altered = plain.clone();
            altered[place] ^= 0x20;
            refusal(world.import(&world.carry(&seal_bytes(&altered, &world.identity.recipients()))));
            assert_eq!(world.snapshot(), before, "{path} at {place}");
        }
        start = end.next_multiple_of(512);
    }
    for place in [start, plain.len() - 1] {
        let mut altered = plain.clone();
        altered[place] ^= 0x20;
        refusal(world.import(&world.carry(&seal_bytes(&altered, &world.identity.recipients()))));
    }
    assert_eq!(world.snapshot(), before);
}

#[test]
fn it_holds_exactly_what_the_manifest_names_in_order() {
    let (world, _, parts) = waiting();
    let before = world.snapshot();
    let spoil = |change: &dyn Fn(&mut Parts)| {
        let mut spoilt = parts.clone();
        change(&mut spoilt);
        let refused = refusal(import_parts(&world, &spoilt));
        assert!(matches!(refused, Refusal::Files), "{refused}");
    };
    let last = parts.len() - 1;
    spoil(&|parts| parts.swap(last - 1, last));
    spoil(&|parts| parts.swap(0, 1));
    spoil(&|parts| drop(parts.remove(last)));
    spoil(&|parts| drop(parts.remove(2)));
    spoil(&|parts| parts.push(("reports/extra".to_owned(), b"x".to_vec())));
    spoil(&|parts| parts.push(parts[last].clone()));
    spoil(&|parts| parts[last].1.push(0));
    spoil(&|parts| parts[last].1[100] ^= 1);
    spoil(&|parts| parts[2].1[100] ^= 1);
    spoil(&|parts| parts[last].0 = "../outside".to_owned());
    // Something after the archive's end.
    let mut plain = archive(&parts);
    plain.extend(archive(&vec![("x".to_owned(), b"x".to_vec())]));
    let file = world.carry(&seal_bytes(&plain, &world.identity.recipients()));
    assert!(matches!(refusal(world.import(&file)), Refusal::Files));
    assert_eq!(world.snapshot(), before);
    assert!(import_parts(&world, &parts).is_ok());
}

/// Bytes of an attachment that goes through the memory between opening and sealing several times over.
const SEVERAL_PIECES: usize = 1_500_000;

/// A world where a report with such an attachment waits, the last file of the collection.
fn waiting_large() -> (World, Manifest, Parts) {
    let mut world = World::new();
    world.concern(1, Route::StaffConcern, &[1, SEVERAL_PIECES]);
    let manifest = world.manifest();
    let parts = world.parts(&manifest);
    (world, manifest, parts)
}

fn sealed_file(plain: &[u8], to: &GovernanceRecipients) -> Vec<u8> {
    let mut sealer = AttachmentSealer::start(to, Vec::new()).unwrap();
    sealer.write_all(plain).unwrap();
    sealer.finish().unwrap().1
}

#[test]
fn an_attachment_that_its_message_does_not_name_is_refused_and_so_is_one_that_the_manifest_does_not() {
    let (world, mut manifest, parts) = waiting_large();
    let before = world.snapshot();
    let (team, genuine) = (world.recipients(), parts[parts.len() - 1].1.clone());
    let mut other = plain(SEVERAL_PIECES);
    other[SEVERAL_PIECES - 1] ^= 1;
    let mut altered = genuine.clone();
    altered[SEVERAL_PIECES / 2] ^= 1;
    type Expected = fn(&OpenError) -> bool;
    let spoilt: [(&str, Vec<u8>, Expected); 8] = [
        ("another file", sealed_file(&other, &team), |error| matches!(error, OpenError::Inside)),
        ("shorter", sealed_file(&plain(SEVERAL_PIECES - 1), &team), |error| matches!(error, OpenError::Inside)),
        ("much shorter", sealed_file(&plain(9), &team), |error| matches!(error, OpenError::Inside)),
        ("longer", sealed_file(&plain(2 * SEVERAL_PIECES), &team), |error| matches!(error, OpenError::Inside)),
        (
            "sealed to others",
            sealed_file(&plain(SEVERAL_PIECES), &GovernanceIdentity::generate().recipients()),
            |error| matches!(error, OpenError::OtherKeys),
        ),
        ("altered", altered, |error| matches!(error, OpenError::Altered)),
        ("cut", genuine[..SEVERAL_PIECES / 2].to_vec(), |error| matches!(error, OpenError::Altered)),
        ("appended to", [genuine.as_slice(), b"x"].concat(), |error| matches!(error, OpenError::Altered)),
    ];
    for (what, bytes, expected) in spoilt {
        // As the manifest lists it: the box made it so.
        let listed = manifest.reports[0].messages[0].files.last_mut().unwrap();
        *listed = FileEntry { size: bytes.len() as u64, sha256: crypto::digest(&bytes) };
        let mut parts = world.parts(&manifest);
        parts.last_mut().unwrap().1.clone_from(&bytes);
        let refused = refusal(import_parts(&world, &parts));
        assert!(matches!(&refused, Refusal::Message { seq: 1, source, .. } if expected(source)), "{what}: {refused}");
        // As it does not: it became so on the way.
        let listed = manifest.reports[0].messages[0].files.last_mut().unwrap();
        *listed = FileEntry { size: bytes.len() as u64, sha256: crypto::digest(&genuine) };
        let mut parts = world.parts(&manifest);
        parts.last_mut().unwrap().1 = bytes;
        let refused = refusal(import_parts(&world, &parts));
        assert!(matches!(refused, Refusal::Files), "{what}: {refused}");
        assert_eq!(world.snapshot(), before, "{what}");
    }
    assert!(import_parts(&world, &parts).is_ok());
}

#[test]
fn of_an_attachment_what_is_inside_counts_and_not_how_it_is_sealed() {
    let (world, _, mut parts) = waiting_large();
    let file = &mut parts.last_mut().unwrap().1;
    // age's header has a random length: one like that of the first.
    let again = std::iter::repeat_with(|| sealed_file(&plain(SEVERAL_PIECES), &world.recipients()));
    *file = again.filter(|again| again.len() == file.len()).take(1).collect::<Vec<_>>().remove(0);
    assert_eq!(import_parts(&world, &parts).unwrap().files, 2);
    let casebook = world.open().unwrap();
    let record = &casebook.state.reports[&ReportId([1; 8])].messages[0];
    casebook.check_message(ReportId([1; 8]), record).unwrap();
}

#[test]
fn a_collection_that_comes_through_a_pipe_is_read_once() {
    let (world, _, parts) = waiting_large();
    let pipe = world.dir.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let import = |parts: &Parts| {
        let bytes = seal(parts, &world.identity.recipients());
        std::thread::scope(|scope| {
            // What was refused is not read to its end.
            scope.spawn(|| drop(File::options().write(true).open(&pipe).unwrap().write_all(&bytes)));
            world.import(&pipe)
        })
    };
    let mut altered = parts.clone();
    altered.last_mut().unwrap().1[SEVERAL_PIECES / 2] ^= 1;
    let refused = refusal(import(&altered));
    assert!(matches!(refused, Refusal::Message { source: OpenError::Altered, .. }), "{refused}");
    assert_eq!(import(&parts).unwrap().files, 2);
}

#[test]
fn another_box_is_refused() {
    let (mut world, mut manifest, _) = waiting();
    manifest.r#box = BoxId([8; 16]);
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::OtherBox));
    manifest.r#box = world.id;
    world.box_signer = SigningKey::generate().unwrap().0;
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::OtherKey));
    let mut stranger = World::new();
    let file = stranger.collect();
    assert!(matches!(refusal(world.import(&file)), Refusal::Open(OpenError::OtherKeys)));
}

#[test]
fn what_no_box_says_is_refused_whoever_signed_it() {
    type Spoil = fn(&mut Manifest, &CasebookSeen);
    let delivery = |seq: u32| {
        let (kind, zeros) = (AnswerKind::Reply, Digest([0; 32]));
        DeliveryEntry { seq, on: DAY, kind, text: zeros, sha256: zeros }
    };
    let id = ReportId([1; 8]);
    let spoils: [(Spoil, ManifestProblem); 7] = [
        (|manifest, _| manifest.number = u64::MAX, ManifestProblem::Number),
        (
            |manifest, seen| manifest.casebook = Some(CasebookSeen { decisions: 1 << 41, ..*seen }),
            ManifestProblem::Number,
        ),
        (
            |manifest, seen| {
                let head = LogHead { number: 1 << 62, ..seen.head };
                manifest.casebook = Some(CasebookSeen { head, ..*seen });
            },
            ManifestProblem::Number,
        ),
        (
            |manifest, _| {
                let message = &mut manifest.reports[0].messages[0];
                (message.seq, message.files) = (u32::MAX, Vec::new());
            },
            ManifestProblem::Sequence(id),
        ),
        (|manifest, _| manifest.reports[0].clocks[0].seq = u32::MAX, ManifestProblem::Sequence(id)),
        (
            |manifest, _| manifest.reports[0].clocks[0].clock.due_on = Date::constant(2028, 12, 2),
            ManifestProblem::Clock(id),
        ),
        (
            |manifest, _| manifest.reports[0].clocks[0].clock.due_on = Date::constant(2026, 11, 30),
            ManifestProblem::Clock(id),
        ),
    ];
    let (world, manifest, parts) = waiting();
    let before = world.snapshot();
    let is_refused = |spoilt: &Manifest, problem: ManifestProblem| {
        let parts = world.parts(spoilt);
        let file = world.carry(&seal(&parts, &world.identity.recipients()));
        let refused = refusal(world.edit(|editor| editor.import(&file, &MISSING, &TODAY)));
        assert!(matches!(refused, Refusal::Impossible(found) if found == problem), "{refused}");
        assert_eq!(world.snapshot(), before);
    };
    let seen = CasebookSeen {
        casebook: crate::domain::CasebookId([0; 16]),
        decisions: 1,
        head: LogHead { number: 1, digest: Digest([0; 32]) },
    };
    for (spoil, problem) in spoils {
        let mut spoilt = manifest.clone();
        spoil(&mut spoilt, &seen);
        is_refused(&spoilt, problem);
    }
    for seqs in [vec![0], vec![2], vec![u32::MAX], vec![1, 1], vec![1, 3], vec![2, 1]] {
        let mut spoilt = manifest.clone();
        spoilt.reports[0].deliveries = seqs.into_iter().map(delivery).collect();
        is_refused(&spoilt, ManifestProblem::Deliveries(id));
    }
    assert!(import_parts(&world, &parts).is_ok());
}

#[test]
fn what_is_sealed_inside_is_what_is_listed_outside() {
    type Spoil = fn(&mut Message);
    let spoils: [Spoil; 8] = [
        |message| message.r#box = BoxId([9; 16]),
        |message| message.report = ReportId([9; 8]),
        |message| message.seq = 3,
        |message| message.content = MessageContent::Withdrawal,
        |message| message.route = Route::Procurement,
        |message| message.on = Date::constant(2026, 12, 2),
        |message| message.reply_to = "age1nonsense".to_owned(),
        |message| {
            message.attachments.push(Attachment {
                name: Text::verbatim("x"),
                media_type: Text::verbatim("x"),
                size: 1,
                sha256: Digest([0; 32]),
            });
        },
    ];
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let before = world.snapshot();
    for (number, spoil) in spoils.iter().enumerate() {
        let mut message = world.message(id, MessageKind::FollowUp);
        spoil(&mut message);
        world.add(id, message, MessageKind::FollowUp, &[]);
        let file = world.collect();
        let refused = refusal(world.edit(|editor| editor.import(&file, &MISSING, &TODAY)));
        assert!(matches!(refused, Refusal::Inside { seq: 2, .. }), "{number}: {refused}");
        world.reports.get_mut(&id).unwrap().entry.messages.pop();
    }
    // Another receipt's key under the same report.
    let other = world.concern(2, Route::StaffConcern, &[]);
    let mut message = world.message(id, MessageKind::FollowUp);
    message.reply_to = world.reports[&other].reply.recipient().to_string();
    world.add(id, message, MessageKind::FollowUp, &[]);
    let file = world.collect();
    assert!(matches!(
        refusal(world.edit(|editor| editor.import(&file, &MISSING, &TODAY))),
        Refusal::Inside { seq: 2, .. }
    ));
    assert_eq!(world.snapshot(), before);
}

#[test]
fn what_a_concern_is_about_starts_its_clock_at_the_desk() {
    let mut world = World::new();
    let mut ids = Vec::new();
    for (number, about) in [(1, About::PersonalData), (2, About::Unfair)] {
        let id = world.concern(number, Route::ServiceComplaint, &[]);
        let held = world.reports.get_mut(&id).unwrap();
        (held.entry.messages, held.entry.clocks) = (Vec::new(), Vec::new());
        let mut message = world.message(id, MessageKind::Concern);
        let MessageContent::Concern(concern) = &mut message.content else { unreachable!() };
        concern.about = vec![about];
        world.add(id, message, MessageKind::Concern, &[]);
        ids.push(id);
    }
    let file = world.collect();
    world.import(&file).unwrap();
    let clock = |id| {
        let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
        let mut clocks = view.entry.clocks.into_iter();
        clocks.find(|clock| clock.kind == ClockKind::DataAcknowledgement)
    };
    let started = clock(ids[0]).unwrap();
    assert_eq!((started.seq, started.started_on, started.met_on), (1, DAY, Some(DAY)));
    assert_eq!(started.due_on, Date::constant(2026, 12, 31));
    assert!(clock(ids[1]).is_none());
    let promised = |id: ReportId| -> Vec<ClockKind> {
        world.reports[&id].entry.clocks.iter().map(|entry| entry.clock.kind).collect()
    };
    assert!(!promised(ids[0]).contains(&ClockKind::DataAcknowledgement), "the box knows nothing of it");
    // Another collection brings the box's clocks anew, and leaves this one.
    world.say(ids[0], MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let again = world.open().unwrap().show(ids[0], DAY, &Calendar::default()).unwrap().entry.clocks;
    assert_eq!(again.iter().filter(|clock| clock.kind == ClockKind::DataAcknowledgement).count(), 1);
}

#[test]
fn a_message_that_is_neither_here_nor_at_the_box_is_told_and_the_person_can_be_answered() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let files = world.reports[&id].entry.messages[0].files.clone();
    world.forget(id, 1, false);
    let file = world.collect();
    let imported = world.import(&file).unwrap();
    assert_eq!((imported.new_reports, imported.messages.len()), (1, 0));
    let told = |world: &World| world.open().unwrap().alerts().pop().map(|alert| alert.what);
    assert!(told(&world) == Some(crate::casebook::AlertKind::NotHere { report: id, seq: 1 }));
    world.reply(id, "We have lost what you said. Please say it again.");
    let sealed = std::fs::read(world.casebook().join(format!("answers/{id}/1.age"))).unwrap();
    assert!(world.reports[&id].reply.open_answer(&sealed).is_ok());
    // It is told once, and comes with a collection that has it.
    let file = world.collect();
    assert_eq!(world.import(&file).unwrap().messages.len(), 0);
    world.reports.get_mut(&id).unwrap().entry.messages[0].files = files;
    let file = world.collect();
    assert_eq!(world.import(&file).unwrap().messages.len(), 1);
    let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
    assert!(view.messages[0].concern().is_some());
}

#[test]
fn what_a_person_withdrew_before_it_was_collected_is_nobodys_to_know() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    world.say(id, MessageKind::Withdrawal, &[]);
    world.forget(id, 1, false);
    world.reports.get_mut(&id).unwrap().entry.withdrawn = true;
    let file = world.collect();
    let imported = world.import(&file).unwrap();
    assert_eq!(imported.messages.iter().map(|message| message.kind).collect::<Vec<_>>(), [MessageKind::Withdrawal]);
    assert!(world.open().unwrap().alerts().is_empty());
}

#[test]
fn a_resent_message_that_differs_is_a_contradiction() {
    let (world, mut manifest, _) = waiting();
    manifest.reports[0].messages[0].files[0].sha256 = Digest([0; 32]);
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Contradiction(_)));
    let (world, mut manifest, _) = waiting();
    manifest.reports.swap(0, 1);
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Impossible(ManifestProblem::Order(_))));
}

#[test]
fn a_command_killed_at_any_step_is_completed_by_the_next() {
    let (world, _, parts) = waiting();
    let (before, target) = (world.open().unwrap().state.at_box.number(), world.casebook().join("collections/2"));
    // While the files were written.
    let partial = files::partial_path(&target);
    files::create_private_directory(&partial.join("reports/x")).unwrap();
    files::write_new(&partial.join("reports/x/half"), files::Readers::Owner, b"half").unwrap();
    // After they were in place, before it was recorded.
    files::create_private_directory(&target.join("reports")).unwrap();
    files::write_new(&target.join("reports/stale"), files::Readers::Owner, b"stale").unwrap();
    assert_eq!(world.open().unwrap().state.at_box.number(), before);
    assert_eq!(import_parts(&world, &parts).unwrap().messages.len(), 1);
    assert!(!partial.exists() && !target.join("reports/stale").exists());
    assert!(target.join(Manifest::path(ReportId([2; 8]), 1, 2)).exists());
}

/// A part of a collection, with some of its reports.
fn part_of(whole: &Manifest, number: u32, of: u32, reports: std::ops::Range<usize>) -> Manifest {
    Manifest { part: Part { number, of }, reports: whole.reports[reports].to_vec(), ..whole.clone() }
}

#[test]
fn parts_are_taken_in_alone_and_in_any_order() {
    let mut world = World::new();
    for number in 1..=6 {
        world.concern(number, Route::StaffConcern, &[]);
    }
    let whole = world.manifest();
    let parts = [part_of(&whole, 1, 3, 0..2), part_of(&whole, 2, 3, 2..4), part_of(&whole, 3, 3, 4..6)];
    let file = |world: &World, part: &Manifest| world.carry(&seal(&world.parts(part), &world.identity.recipients()));
    let files: Vec<_> = parts.iter().map(|part| file(&world, part)).collect();
    let missing = |world: &World| world.open().unwrap().lost_at_box().missing.map_or(vec![], |missing| missing.parts);
    assert_eq!(world.import(&files[2]).unwrap().part, Part { number: 3, of: 3 });
    assert_eq!(missing(&world), [1, 2]);
    assert!(world.import(&files[2]).unwrap().known);
    world.import(&files[0]).unwrap();
    // Another part 2 of another collection of that number.
    let other = Manifest { id: CollectionId([9; 16]), ..parts[1].clone() };
    assert!(matches!(refusal(world.import(&file(&world, &other))), Refusal::OtherPart(1)));
    // Nor one that says that the box has something else besides.
    let besides = crypto::besides([ReportId([9; 8])]);
    let other = Manifest { besides, ..parts[1].clone() };
    assert!(matches!(refusal(world.import(&file(&world, &other))), Refusal::OtherPart(1)));
    let twice = Manifest { gone: vec![ReportId([9; 8])], ..parts[0].clone() };
    assert!(matches!(refusal(world.import(&file(&world, &twice))), Refusal::Old { number: 1, last: 1 }));
    world.import(&files[1]).unwrap();
    assert_eq!((missing(&world), world.open().unwrap().list(DAY, &Calendar::default()).len()), (vec![], 6));
    assert!(world.open().unwrap().alerts().is_empty());
    // What is left of it is in the next one.
    let next = world.manifest();
    world.import(&file(&world, &part_of(&next, 2, 2, 5..6))).unwrap();
    let late = Manifest { gone: vec![ReportId([9; 8])], ..parts[1].clone() };
    assert!(matches!(refusal(world.import(&file(&world, &late))), Refusal::Old { number: 1, last: 2 }));
}

#[test]
fn no_collection_is_the_last_that_a_casebook_takes() {
    let mut world = World::new();
    world.concern(1, Route::StaffConcern, &[]);
    let honest = world.collect();
    world.import(&honest).unwrap();
    let try_number = |world: &mut World, number: u64| {
        let manifest = Manifest { number, ..world.manifest() };
        let file = world.carry(&seal(&world.parts(&manifest), &world.identity.recipients()));
        world.edit(|editor| editor.import(&file, &MISSING, &TODAY))
    };
    for number in [0, u64::MAX, 1 << 41] {
        assert!(matches!(refusal(try_number(&mut world, number)), Refusal::Impossible(ManifestProblem::Number)));
    }
    for number in [1 << 40, 10_002] {
        assert!(matches!(refusal(try_number(&mut world, number)), Refusal::FarAhead { last: 1, .. }));
    }
    try_number(&mut world, 10_001).unwrap();
    // The first of an epoch, and the first of all.
    let mut new = World::new();
    new.concern(1, Route::StaffConcern, &[]);
    world.restored(3);
    for world in [&mut new, &mut world] {
        assert!(matches!(refusal(try_number(world, 1_000_001)), Refusal::FarAhead { .. }));
        assert!(matches!(refusal(try_number(world, 0)), Refusal::Impossible(ManifestProblem::Number)));
    }
    try_number(&mut new, 1_000_000).unwrap();
}

#[test]
fn no_number_of_decisions_that_a_box_names_is_the_last_that_a_casebook_writes() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.reply(id, "Thank you.");
    let export = |world: &World, name: &str| {
        let out = world.dir.path().join(name);
        world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap()
    };
    assert!(matches!(export(&world, "d1"), crate::casebook::Export::Written { number: 1, .. }));
    let casebook = world.open().unwrap();
    let (casebook, head) = (casebook.id(), casebook.state.head().unwrap());
    for decisions in [3, 10_000, 1 << 40] {
        let seen = Some(CasebookSeen { casebook, decisions, head });
        let manifest = Manifest { casebook: seen, ..world.manifest() };
        let file = world.carry(&seal(&world.parts(&manifest), &world.identity.recipients()));
        assert!(matches!(refusal(world.import(&file)), Refusal::DecisionsAhead { last: 1, .. }), "{decisions}");
    }
    // One may have been written that a copy of the casebook from just before does not know of.
    let manifest = Manifest { casebook: Some(CasebookSeen { casebook, decisions: 2, head }), ..world.manifest() };
    let file = world.carry(&seal(&world.parts(&manifest), &world.identity.recipients()));
    world.edit(|editor| editor.import(&file, &MISSING, &TODAY)).unwrap();
    world.reply(id, "And once more.");
    assert!(matches!(export(&world, "d2"), crate::casebook::Export::Written { number: 3, .. }));
}

/// What a casebook tells of what the box lost.
fn lost(world: &World) -> (Vec<ReportId>, Vec<(ReportId, usize)>) {
    let lost = world.open().unwrap().lost_at_box();
    (lost.reports, lost.messages)
}

#[test]
fn a_restored_box_is_taken_in_once_its_epoch_is_confirmed_and_what_it_lost_is_told() {
    let mut world = World::new();
    let one = world.concern(1, Route::StaffConcern, &[5]);
    let two = world.concern(2, Route::StaffConcern, &[]);
    // As the backup has it.
    let (backup_one, backup_two) = (world.reports[&one].entry.clone(), world.reports[&two].entry.clone());
    world.say(one, MessageKind::FollowUp, &[7]);
    let three = world.concern(3, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.reply(one, "Delivered, and lost with the disk.");
    world.reply(three, "To whom nobody leads any more.");
    let export = |world: &World, name: &str| {
        let out = world.dir.path().join(name);
        world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap()
    };
    export(&world, "d1");
    world.deliver(one, 1);
    let file = world.collect();
    world.import(&file).unwrap();
    export(&world, "d2");
    let before = world.open().unwrap().show(one, DAY, &Calendar::default()).unwrap().messages.len();

    // The disk burns. What the backup has comes back, and a follow-up takes the number of the one that is lost.
    world.restored(2);
    world.reports.get_mut(&one).unwrap().entry = backup_one;
    world.reports.get_mut(&two).unwrap().entry = backup_two;
    let gone = world.reports.remove(&three).unwrap();
    world.say(one, MessageKind::FollowUp, &[9]);
    let file = world.collect();
    let snapshot = world.snapshot();
    let Refusal::NewEpoch { fingerprint, backup_of, .. } = refusal(world.import(&file)) else { panic!("taken in") };
    assert_eq!((fingerprint, backup_of), (crypto::epoch_fingerprint(world.id, &world.epoch), Some(DAY)));
    let wrong = ImportChoices { missing: true, epoch: Some(world.box_key.fingerprint()) };
    let refused = refusal(world.edit(|editor| editor.import(&file, &wrong, &TODAY)));
    assert!(matches!(refused, Refusal::NewEpoch { is_another: true, .. }));
    assert_eq!(world.snapshot(), snapshot, "nothing was taken in");

    let imported = world.import_epoch(&file).unwrap();
    assert!(imported.new_epoch && imported.number == 1);
    assert_eq!((imported.new_reports, imported.messages.len()), (0, 1), "the one that was said since");
    assert_eq!(lost(&world), (vec![three], vec![(one, 1)]));
    let view = world.open().unwrap().show(one, DAY, &Calendar::default()).unwrap();
    let theirs: Vec<_> = view.messages.iter().filter(|message| message.is_by_person()).collect();
    assert_eq!((view.messages.len(), theirs.len()), (before + 1, 3));
    // Both are there, under numbers of their own.
    assert_eq!(
        theirs.iter().map(|message| (message.seq, message.number_at_box)).collect::<Vec<_>>(),
        [(1, None), (2, Some(2)), (3, Some(2))]
    );
    let told: Vec<_> = world.open().unwrap().alerts().into_iter().map(|alert| alert.what).collect();
    assert!(told.iter().any(|what| matches!(what, crate::casebook::AlertKind::NewEpoch { .. })));
    assert!(told.contains(&crate::casebook::AlertKind::LostAtBox { reports: 1 }));
    // What the box lost goes once more; what nobody leads to any more does not.
    let written = export(&world, "d3");
    assert!(matches!(written, crate::casebook::Export::Written { answers: 1, collected: 2, .. }), "{written:?}");
    // What was made before is over, and goes on to be refused.
    world.reports.insert(three, gone);
    let (epoch, now) = (world.epoch, world.manifest());
    let old = Manifest { epoch: Epoch { id: crate::domain::EpochId([1; 16]), ..epoch }, ..now };
    let file = world.carry(&seal(&world.parts(&old), &world.identity.recipients()));
    assert!(matches!(refusal(world.import(&file)), Refusal::EpochBefore));
    // Numbers go on in the new one, and a report that is found again is not lost.
    let file = world.collect();
    world.edit(|editor| editor.import(&file, &MISSING, &TODAY)).unwrap();
    assert_eq!(lost(&world).0, []);
}

#[test]
fn a_report_that_can_t_be_the_one_that_is_here_is_put_apart_and_all_others_are_taken_in() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.restored(2);
    world.reports.get_mut(&id).unwrap().entry.route = Route::Procurement;
    let other = world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    let imported = world.import_epoch(&file).unwrap();
    assert_eq!((imported.apart.as_slice(), imported.new_reports), ([id].as_slice(), 1));
    let casebook = world.open().unwrap();
    assert!(casebook.alerts().iter().any(|alert| alert.what == crate::casebook::AlertKind::Contradicts { report: id }));
    assert_eq!(casebook.show(id, DAY, &Calendar::default()).unwrap().entry.route, Route::StaffConcern);
    assert!(casebook.show(other, DAY, &Calendar::default()).is_ok());
}

#[test]
fn a_withdrawal_that_a_restored_box_forgot_is_told_to_it() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let backup = world.reports[&id].entry.clone();
    world.say(id, MessageKind::Withdrawal, &[]);
    world.reports.get_mut(&id).unwrap().entry.withdrawn = true;
    let file = world.collect();
    world.import(&file).unwrap();
    world.restored(2);
    world.reports.get_mut(&id).unwrap().entry = backup;
    let file = world.collect();
    world.import_epoch(&file).unwrap();
    let export = |world: &World, name: &str| {
        let out = world.dir.path().join(name);
        let written = world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap();
        matches!(written, crate::casebook::Export::Written { set_aside: 1, .. })
    };
    let entry = |world: &World| world.open().unwrap().list(DAY, &Calendar::default()).remove(0);
    assert!(export(&world, "d"));
    assert!(entry(&world).withdrawn && entry(&world).next_clock().is_none(), "nothing is owed to who took it back");
    let reason = crate::domain::SetAsideReason::Test;
    assert!(world.edit(|editor| editor.set_aside(&[id], reason, &TODAY)).is_err(), "that is no reason to tell them");
    // Whoever says more after that is heard, and the box is told no more that they took it back.
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    assert!(!entry(&world).withdrawn && entry(&world).next_clock().is_some());
    assert!(!export(&world, "e"));
}

#[test]
fn that_a_report_was_withdrawn_is_told_to_no_box_on_the_word_of_its_key_alone() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let honest = world.reports[&id].entry.clone();
    world.reports.get_mut(&id).unwrap().entry.withdrawn = true;
    let file = world.collect();
    world.import(&file).unwrap();
    world.restored(2);
    world.reports.get_mut(&id).unwrap().entry = honest;
    let file = world.collect();
    world.import_epoch(&file).unwrap();
    let out = world.dir.path().join("d");
    let written = world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap();
    assert!(matches!(written, crate::casebook::Export::Written { set_aside: 0, .. }), "{written:?}");
    assert!(!world.open().unwrap().list(DAY, &Calendar::default())[0].withdrawn);
}

#[test]
fn a_box_that_forgets_a_message_or_a_promise_without_having_been_restored_is_refused() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let honest = world.manifest();
    for change in [
        |entry: &mut ReportEntry| drop(entry.messages.pop()),
        |entry: &mut ReportEntry| entry.clocks.clear(),
        |entry: &mut ReportEntry| entry.clocks[0].clock.due_on = "2027-01-29".parse().unwrap(),
    ] {
        let mut manifest = honest.clone();
        change(&mut manifest.reports[0]);
        let file = world.carry(&seal(&world.parts(&manifest), &world.identity.recipients()));
        assert!(matches!(refusal(world.import(&file)), Refusal::Contradiction(named) if named == id));
    }
    // What people compared of its epoch stays as they compared it.
    let epoch = Epoch { backup_of: Some(DAY), ..honest.epoch };
    let file = world.carry(&seal(&world.parts(&Manifest { epoch, ..honest }), &world.identity.recipients()));
    assert!(matches!(refusal(world.import(&file)), Refusal::Unchained(1)));
}

#[test]
fn another_box_is_taken_in_once_two_members_agreed_on_its_key() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    // The box burned, with its key. A new one has other keys, another id, and none of the reports.
    let (box_signer, box_key) = SigningKey::generate().unwrap();
    (world.box_signer, world.box_key, world.id) = (box_signer, box_key, BoxId([8; 16]));
    world.restored(3);
    world.reports.clear();
    let new = world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    assert!(matches!(refusal(world.import(&file)), Refusal::OtherKey));
    world.agree(crate::casebook::NewProposal::BoxKey(world.box_key.clone())).unwrap();
    assert!(matches!(refusal(world.import(&file)), Refusal::NewEpoch { .. }));
    assert_eq!(world.import_epoch(&file).unwrap().new_reports, 1);
    assert_eq!(lost(&world).0, [id]);
    assert!(world.open().unwrap().show(new, DAY, &Calendar::default()).is_ok());
    // The one before is none any more.
    world.id = BoxId([9; 16]);
    let file = world.collect();
    assert!(matches!(refusal(world.import(&file)), Refusal::OtherBox));
}

#[test]
fn what_is_set_aside_owes_nothing_until_the_person_says_more() {
    let mut world = World::new();
    let ids: Vec<ReportId> = (1..=3).map(|number| world.concern(number, Route::StaffConcern, &[])).collect();
    let file = world.collect();
    world.import(&file).unwrap();
    let reason = crate::domain::SetAsideReason::Test;
    let set = |world: &World, ids: &[ReportId]| world.edit(|editor| editor.set_aside(ids, reason, &TODAY));
    set(&world, &ids[..2]).unwrap();
    assert!(set(&world, &ids).is_err(), "not once more");
    assert!(set(&world, &[ReportId([9; 8])]).is_err());
    let queue = |world: &World| world.open().unwrap().list(DAY, &Calendar::default());
    let entry = |world: &World, id| queue(world).into_iter().find(|entry| entry.id == id).unwrap();
    assert!(entry(&world, ids[0]).clocks.is_empty() && entry(&world, ids[0]).is_over);
    assert_eq!(entry(&world, ids[2]).clocks.len(), 1);
    let out = world.dir.path().join("d");
    let written = world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap();
    assert!(matches!(written, crate::casebook::Export::Written { set_aside: 2, .. }), "{written:?}");
    world.say(ids[0], MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    assert!(!entry(&world, ids[0]).is_over && entry(&world, ids[1]).is_over);
}

#[test]
fn what_is_sealed_to_a_key_that_one_does_not_have_waits_for_whoever_has_it() {
    let mut world = World::new();
    let first = world.concern(1, Route::StaffConcern, &[10, 70_000]);
    let second = world.colleague("Second", crate::domain::TeamRole::Reviewer);
    world.say(first, MessageKind::FollowUp, &[5]);
    let other = world.concern(2, Route::Procurement, &[]);
    let file = world.collect();
    let choices = ImportChoices::default();
    let imported = world.edit_as(&second, |editor| editor.import(&file, &choices, &TODAY)).unwrap();
    assert_eq!((imported.new_reports, imported.messages.len(), imported.files), (2, 2, 1));
    assert_eq!(imported.unopened, [(first, 1)]);
    let told = world.open().unwrap().alerts().pop().unwrap().what;
    assert!(told == crate::casebook::AlertKind::Unopened { messages: 1, reports: vec![first] });
    // The report is there to be answered, and what nobody opened is not said to be here.
    let shown = |world: &World| world.open_as(&second).unwrap().show(first, DAY, &Calendar::default()).unwrap();
    let view = shown(&world);
    assert_eq!(view.messages.iter().map(|message| message.is_unopened()).collect::<Vec<_>>(), [true, false]);
    let casebook = world.open_as(&second).unwrap();
    let told = casebook.state.to_tell(second.id, false).collected;
    let of = |id| told.iter().find(|told| told.report == id).unwrap().messages.clone();
    assert_eq!((of(first), of(other).len()), (vec![world.told(first).messages[1]], 1));
    drop(casebook);

    // The same file, by whoever has the key; the next collection would do too.
    for is_next in [false, true] {
        let before = world.dir.path().join("casebook-before");
        let by_hand = world.casebook();
        copy(&by_hand, &before);
        let file = if is_next { world.collect() } else { file.clone() };
        let imported = world.import(&file).unwrap();
        assert_eq!((imported.known, imported.mended, imported.unopened.len()), (!is_next, vec![(first, 1)], 0));
        let view = shown(&world);
        assert!(view.messages.iter().all(|message| !message.is_unopened()));
        assert_eq!(view.messages[0].attachments().len(), 2);
        let casebook = world.open().unwrap();
        let told = casebook.state.to_tell(casebook.me().unwrap(), true).collected;
        assert_eq!(told.iter().find(|told| told.report == first).unwrap().messages.len(), 2);
        drop(casebook);
        files::remove_tree(&by_hand).unwrap();
        std::fs::rename(&before, &by_hand).unwrap();
    }
    // Somebody told the box by hand that it is here, from a copy of the casebook: it is not lost without a word.
    for is_listed in [false, true] {
        let before = world.dir.path().join("casebook-before");
        let by_hand = world.casebook();
        copy(&by_hand, &before);
        let mut manifest = world.manifest();
        if is_listed {
            let entry = manifest.reports.iter_mut().find(|entry| entry.id == first).unwrap();
            entry.messages[0].files.clear();
        } else {
            manifest.besides = crypto::besides([first]);
            manifest.reports.retain(|entry| entry.id != first);
        }
        let parts = world.parts(&manifest);
        let file = world.carry(&seal(&parts, &world.recipients()));
        let choices = ImportChoices { missing: true, epoch: None };
        world.edit_as(&second, |editor| editor.import(&file, &choices, &TODAY)).unwrap();
        for casebook in [world.open().unwrap(), world.open_as(&second).unwrap()] {
            let not_here = crate::casebook::AlertKind::NotHere { report: first, seq: 1 };
            assert_eq!(casebook.alerts().iter().filter(|alert| alert.what == not_here).count(), 1, "{is_listed}");
        }
        files::remove_tree(&by_hand).unwrap();
        std::fs::rename(&before, &by_hand).unwrap();
    }
    // As long as nobody has it, it is told with each.
    let imported = world.edit_as(&second, |editor| editor.import(&file, &choices, &TODAY)).unwrap();
    assert!(imported.known && imported.mended.is_empty() && imported.unopened == [(first, 1)]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(path, to).unwrap();
        }
    }
}
