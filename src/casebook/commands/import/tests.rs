use std::io::Write;

use super::*;
use crate::{
    casebook::ImportError,
    crypto::{self, AttachmentSealer, GovernanceRecipients, OpenError, SigningKey},
    domain::{
        About, AnswerKind, Attachment, BoxId, Calendar, CasebookSeen, ClockKind, DeliveryEntry, Digest, FileEntry,
        LogHead, Manifest, ManifestProblem, Message, MessageContent, Text,
    },
    unseal::GovernanceIdentity,
    world::{
        DAY, TODAY,
        casebook::{Parts, World, archive, plain, seal, seal_bytes},
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
    let imported = world.edit(|editor| editor.import(&files[2], true, &TODAY)).unwrap();
    assert_eq!(imported.passed_over, 1);
    assert!(matches!(refusal(world.import(&files[1])), Refusal::Old { number: 2, last: 3 }));
    assert!(world.import(&files[3]).is_ok());
    // The right number, but after another third collection.
    let mut manifest = world.manifest();
    manifest.previous = Some(Digest([9; 32]));
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Unchained(4)));
    let mut same_number = world.manifest();
    same_number.number = 4;
    same_number.reports.clear();
    let parts = world.parts(&same_number);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Old { number: 4, last: 4 }));
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
    let (mut world, mut manifest, parts) = waiting_large();
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
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::OtherBox));
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
        (|manifest, _| manifest.reports[0].acknowledged = u32::MAX, ManifestProblem::Sequence(id)),
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
    let (mut world, manifest, parts) = waiting();
    let before = world.snapshot();
    let mut is_refused = |spoilt: &Manifest, problem: ManifestProblem| {
        let parts = world.parts(spoilt);
        let file = world.carry(&seal(&parts, &world.identity.recipients()));
        let refused = refusal(world.edit(|editor| editor.import(&file, true, &TODAY)));
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
        let refused = refusal(world.edit(|editor| editor.import(&file, true, &TODAY)));
        assert!(matches!(refused, Refusal::Inside { seq: 2, .. }), "{number}: {refused}");
        world.reports.get_mut(&id).unwrap().entry.messages.pop();
    }
    // Another receipt's key under the same report.
    let other = world.concern(2, Route::StaffConcern, &[]);
    let mut message = world.message(id, MessageKind::FollowUp);
    message.reply_to = world.reports[&other].reply.recipient().to_string();
    world.add(id, message, MessageKind::FollowUp, &[]);
    let file = world.collect();
    assert!(matches!(refusal(world.edit(|editor| editor.import(&file, true, &TODAY))), Refusal::Inside { seq: 2, .. }));
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
fn messages_are_not_skipped_but_for_a_withdrawal() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.say(id, MessageKind::FollowUp, &[]);
    world.say(id, MessageKind::Withdrawal, &[]);
    world.reports.get_mut(&id).unwrap().entry.messages.drain(..2);
    let mut manifest = world.manifest();
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Sequence(_)));
    manifest.reports[0].withdrawn = true;
    manifest.previous = world.open().unwrap().state.last_manifest();
    let parts = world.parts(&manifest);
    assert_eq!(import_parts(&world, &parts).unwrap().messages[0].kind, MessageKind::Withdrawal);
}

#[test]
fn a_resent_message_that_differs_is_a_contradiction() {
    let (mut world, mut manifest, _) = waiting();
    manifest.reports[0].messages[0].files[0].sha256 = Digest([0; 32]);
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Contradiction(_)));
    let (mut world, mut manifest, _) = waiting();
    manifest.reports.swap(0, 1);
    let parts = world.parts(&manifest);
    assert!(matches!(refusal(import_parts(&world, &parts)), Refusal::Contradiction(_)));
}

#[test]
fn a_command_killed_at_any_step_is_completed_by_the_next() {
    let (world, _, parts) = waiting();
    let (before, target) = (world.open().unwrap().state.collection, world.casebook().join("collections/2"));
    // While the files were written.
    let partial = files::partial_path(&target);
    files::create_private_directory(&partial.join("reports/x")).unwrap();
    files::write_new(&partial.join("reports/x/half"), files::Readers::Owner, b"half").unwrap();
    // After they were in place, before it was recorded.
    files::create_private_directory(&target.join("reports")).unwrap();
    files::write_new(&target.join("reports/stale"), files::Readers::Owner, b"stale").unwrap();
    assert_eq!(world.open().unwrap().state.collection, before);
    assert_eq!(import_parts(&world, &parts).unwrap().messages.len(), 1);
    assert!(!partial.exists() && !target.join("reports/stale").exists());
    assert!(target.join(Manifest::path(ReportId([2; 8]), 1, 2)).exists());
}
