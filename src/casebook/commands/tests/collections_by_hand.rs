//! What a member with a program of their own may try with what comes from the box: a collection, and how far the box has seen.

use data_encoding::BASE64;

use super::by_hand::{is_void, manifest, told, try_it};
use crate::{
    casebook::{
        AlertKind, CasebookError, LogError, NewProposal, NotAllowed, Tried,
        log::{
            event::{Imported, Matter, MessageNews, NewKey, News, SealedMatter, What},
            keyring::first,
        },
    },
    crypto::{self, AttachmentSealer, Code, GovernanceRecipients, SigningKey, os_random, seal_message},
    domain::{
        Calendar, Digest, FileEntry, Manifest, Message, MessageContent, MessageKind, MessageSummary, ReportId, Route,
        TeamRole, Text,
    },
    files::{self, Readers},
    world::{
        DAY, KDF, TODAY,
        casebook::{MARKER, World},
    },
};

/// A message that the dishonest member wrote, sealed to a report's key, as an import keeps it.
fn rewritten(world: &World, id: ReportId, to: &GovernanceRecipients, files: usize) -> (Vec<Vec<u8>>, MessageNews) {
    let mine = Code::issue(&mut os_random()).derive(world.id, KDF).unwrap().reply;
    let mut message = Message { reply_to: mine.recipient().to_string(), ..world.message(id, MessageKind::Concern) };
    message.seq = 1;
    if let MessageContent::Concern(concern) = &mut message.content {
        concern.description = Text::typed("Nothing happened, and nobody should look.");
    }
    let mut sealed = Vec::new();
    for _ in 0..files {
        let (truth, bytes) = AttachmentSealer::start(to, Vec::new()).unwrap().finish().unwrap();
        message.attachments.push(crate::domain::Attachment {
            name: Text::verbatim("x"),
            media_type: Text::verbatim("x"),
            size: truth.size,
            sha256: truth.sha256,
        });
        sealed.push(bytes);
    }
    sealed.insert(0, seal_message(&message, to).unwrap().0.as_bytes().to_vec());
    let kept = sealed.iter().map(|bytes| FileEntry { size: bytes.len() as u64, sha256: crypto::digest(bytes) });
    let news = MessageNews { seq: 1, kept: kept.collect(), summary: MessageSummary::of(&message), salt: message.salt };
    (sealed, news)
}

#[test]
fn what_the_person_said_is_not_rewritten_by_who_imports_by_hand() {
    for honest_summary in [false, true] {
        let mut world = World::new();
        let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
        let id = world.concern(1, Route::StaffConcern, &[10]);
        let (_, json, signature, genuine) = manifest(&mut world);
        let casebook = world.open_as(&dishonest).unwrap();
        let keys = casebook.keys.fresh(id, &[]).unwrap();
        casebook.keys.save(id, 1, &keys, &casebook.recipient(&casebook.state.recipient).unwrap(), true).unwrap();
        let to = casebook.recipient(&first(&keys)).unwrap();
        let (files_, mut news) = rewritten(&world, id, &to, 1);
        if honest_summary {
            // The summary and the salt as the person's message has them: the queue can't tell.
            let sealed = world.sealed(id, 1);
            let (message, _) = world.identity.open_message(sealed).unwrap_or_else(|error| panic!("{error}"));
            (news.summary, news.salt) = (MessageSummary::of(&message), message.salt);
        }
        for (index, bytes) in files_.iter().enumerate() {
            let path = casebook.import_path(1).join(Manifest::path(id, 1, index));
            files::create_private_directory(path.parent().unwrap()).unwrap();
            files::write_new(&path, Readers::Owner, bytes).unwrap();
        }
        let key = Some(NewKey { generation: 1, recipient: first(&keys) });
        let reports = vec![News { key, about: SealedMatter::about(id), unopened: vec![] }];
        let imported = Imported { box_key: world.box_key.to_base64(), manifest: json, signature, reports };
        let matters = vec![(to, Matter::News(vec![news]))];
        casebook.write_by_hand(dishonest.id, &dishonest.signer, What::Imported(imported), &matters);
        // Nobody reads it as the person's word, and nothing is sealed to whoever it names.
        let honest = world.open().unwrap();
        let shown = honest.show(id, DAY, &Calendar::default()).map(drop);
        let Err(CasebookError::Log(LogError::NotTheBoxsWord { report, seq: 1, import: 1, by })) = shown else {
            panic!("it is shown")
        };
        assert_eq!((report, by.as_str()), (id, "Dishonest"));
        if !honest_summary {
            assert!(told(&world) == AlertKind::NotTheBoxsWord { report: id, seq: 1 });
        }
        // Whom an answer goes to is the box's word alone.
        assert_eq!(honest.state.reports[&id].reply_to, world.reports[&id].reply.recipient().to_string());
        // What is not here is not confirmed to the box.
        let exported = world.edit(|editor| editor.export(&world.dir.path().join("d"), false, &TODAY)).unwrap();
        assert_eq!(exported, crate::casebook::Export::Nothing);
        // The genuine collection mends it, though it was imported before.
        let again = world.import(&genuine).unwrap();
        assert!(again.known && again.mended == [(id, 1)]);
        let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
        assert!(view.messages[0].concern().unwrap().description.as_str().starts_with(MARKER));
        world.reply(id, "Thank you.");
        let sealed = std::fs::read(world.open().unwrap().answer_path(id, 1)).unwrap();
        assert!(world.reports[&id].reply.open_answer(&sealed).is_ok(), "it is sealed to the person");
        assert!(world.import(&genuine).unwrap().mended.is_empty());
    }
}

#[test]
fn a_collection_is_taken_in_whole_and_as_the_box_signed_it() {
    let mut world = World::new();
    let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
    let id = world.concern(1, Route::StaffConcern, &[]);
    let (mut listed, json, signature, genuine) = manifest(&mut world);
    let import = |box_key: String, manifest: String, signature: String| {
        What::Imported(Imported { box_key, manifest, signature, reports: Vec::new() })
    };
    let box_key = world.box_key.to_base64();
    // Reports left out.
    try_it(&world, &dishonest, import(box_key.clone(), json.clone(), signature.clone()));
    is_void(&world, Tried::Import, NotAllowed::LeftOut(id));
    // A manifest of their own, signed by a key of their own, or by the box for something else.
    let (mine, public) = SigningKey::generate().unwrap();
    listed.reports.clear();
    let (forged, forged_signature) = crypto::sign(&listed, &mine).unwrap();
    let forged = BASE64.encode(&forged);
    try_it(&world, &dishonest, import(public.to_base64(), forged.clone(), forged_signature.clone()));
    is_void(&world, Tried::Import, NotAllowed::NotTheBox);
    try_it(&world, &dishonest, import(box_key.clone(), forged.clone(), forged_signature));
    is_void(&world, Tried::Import, NotAllowed::NotTheBox);
    try_it(&world, &dishonest, import(box_key, forged, signature));
    is_void(&world, Tried::Import, NotAllowed::NotTheBox);
    assert_eq!(world.import(&genuine).unwrap().new_reports, 1, "the genuine one is taken in");
}

#[test]
fn a_casebook_that_the_box_saw_further_takes_nothing_in_until_two_say_so() {
    let mut world = World::new();
    let second = world.colleague("Second", TeamRole::Reviewer);
    world.concern(1, Route::StaffConcern, &[]);
    let casebook = world.open().unwrap();
    let head = crate::domain::LogHead { number: casebook.version() + 5, digest: Digest([8; 32]) };
    world.seen = Some(crate::domain::CasebookSeen { casebook: casebook.id(), decisions: 7, head });
    let (_, json, signature, file) = manifest(&mut world);
    let Err(CasebookError::Import(crate::casebook::ImportError::Refused(crate::casebook::Refusal::Behind {
        there,
        seen,
        digest,
    }))) = world.import(&file)
    else {
        panic!("it is taken in")
    };
    assert_eq!((there, seen, digest), (casebook.version(), head.number, head.digest));
    let imported = Imported { box_key: world.box_key.to_base64(), manifest: json, signature, reports: Vec::new() };
    try_it(&world, &second, What::Imported(imported));
    is_void(&world, Tried::Import, NotAllowed::Behind);
    world.agree(NewProposal::GoOn(head)).unwrap();
    assert_eq!(world.import(&file).unwrap().new_reports, 1);
    assert_eq!(world.open().unwrap().exported(), 7, "decisions are numbered on from what the box has");
    // Another casebook's is told, and takes nothing from anybody.
    world.seen = Some(crate::domain::CasebookSeen { casebook: crate::domain::CasebookId([9; 16]), decisions: 1, head });
    let file = world.collect();
    world.import(&file).unwrap();
    assert!(told(&world) == AlertKind::OtherCasebook { r#box: world.id });
}

#[test]
fn what_the_box_was_told_is_noticed_though_whoever_told_it_leaves_it_out() {
    let mut world = World::new();
    let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    // A message that came since, and a report that nobody here knows: both were acknowledged by hand.
    world.say(id, MessageKind::FollowUp, &[]);
    let unknown = world.concern(2, Route::StaffConcern, &[]);
    world.forget(id, 2, false);
    world.forget(unknown, 1, false);
    let (_, json, signature, file) = manifest(&mut world);
    let imported = Imported { box_key: world.box_key.to_base64(), manifest: json, signature, reports: Vec::new() };
    try_it(&world, &dishonest, What::Imported(imported));
    is_void(&world, Tried::Import, NotAllowed::LeftOut(id));
    world.import(&file).unwrap();
    let elsewhere = |world: &World| {
        let alerts = world.open().unwrap().alerts().into_iter().map(|alert| alert.what);
        alerts.filter(|what| matches!(what, AlertKind::NotHere { .. })).collect::<Vec<_>>()
    };
    let expected = [AlertKind::NotHere { report: id, seq: 2 }, AlertKind::NotHere { report: unknown, seq: 1 }];
    assert!(elsewhere(&world) == expected);
    // Each is told once, however many collections say it.
    let file = world.collect();
    world.import(&file).unwrap();
    assert!(elsewhere(&world) == expected);
    // Of a report that it does not list the box says how many there are.
    let mut listed = world.manifest();
    listed.reports.clear();
    listed.besides = crypto::besides([id, ReportId([3; 8]), ReportId([4; 8])]);
    let parts = world.parts(&listed);
    world.import(&world.carry(&crate::world::casebook::seal(&parts, &world.recipients()))).unwrap();
    assert!(told(&world) == AlertKind::OtherReports { there: 3, here: 2 });
}

#[test]
fn what_no_box_says_is_void_too() {
    let mut world = World::new();
    let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
    let casebook = world.open().unwrap();
    let head = casebook.state.head().unwrap();
    world.seen = Some(crate::domain::CasebookSeen { casebook: casebook.id(), decisions: u64::MAX, head });
    let (_, json, signature, file) = manifest(&mut world);
    let imported = Imported { box_key: world.box_key.to_base64(), manifest: json, signature, reports: Vec::new() };
    assert!(world.import(&file).is_err());
    try_it(&world, &dishonest, What::Imported(imported));
    is_void(&world, Tried::Import, NotAllowed::NotTheBox);
    assert_eq!(world.open().unwrap().exported(), 0);
}
