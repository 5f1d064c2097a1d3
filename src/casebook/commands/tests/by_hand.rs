//! What a member with a program of their own may try: each is void, changes nothing, and everybody is told.

use data_encoding::BASE64;

use crate::{
    casebook::{
        AlertKind, Casebook, CasebookError, LogError, LookupError, NewProposal, NewReaders, NotAllowed, Release, Tried,
        log::{
            chain,
            event::{
                BoundMatter, Change, Consented, Decided, Destroy, Envelope, Exported, Imported, Joining, Matter,
                MessageNews, NewKey, News, Restricted, SealedMatter, What, Written,
            },
            keyring::first,
        },
    },
    crypto::{
        self, AttachmentSealer, Code, GovernanceRecipients, SignerRole, SigningKey, answer_digest, os_random,
        seal_bytes, seal_message,
    },
    domain::{
        Answer, AnswerKind, Assessment, BoxId, Calendar, Collected, Digest, FileEntry, Format, Manifest, MemberId,
        Message, MessageContent, MessageKind, MessageSummary, ReportId, ReportState, Route, Salt, TeamRole, Text,
    },
    files::{self, Readers},
    unseal::GovernanceIdentity,
    world::{
        DAY, KDF, TODAY,
        casebook::{Colleague, MARKER, World, note},
    },
};

/// A report that a colleague is shut out of, with another member besides the first.
fn shut_out() -> (World, ReportId, Colleague, Colleague) {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[10]);
    let file = world.collect();
    world.import(&file).unwrap();
    let second = world.colleague("Second", TeamRole::Reviewer);
    let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
    let me = world.open().unwrap().me().unwrap();
    let reason = Text::typed("They are named in it.");
    world.edit(|editor| editor.restrict(id, NewReaders { readers: vec![me, second.id], reason }, &TODAY)).unwrap();
    (world, id, second, dishonest)
}

/// What the first member is told last.
fn told(world: &World) -> AlertKind {
    world.open().unwrap().alerts().pop().map_or_else(|| panic!("nothing is told"), |alert| alert.what)
}

fn is_void(world: &World, tried: Tried, why: NotAllowed) {
    let told = told(world);
    let AlertKind::Void { tried: did, why: because } = told else { panic!("it is not void") };
    assert_eq!((did, because), (tried, why));
}

fn try_it(world: &World, who: &Colleague, what: What) {
    world.open_as(who).unwrap().write_by_hand(who.id, &who.signer, what, &[]);
}

#[test]
fn whoever_is_shut_out_destroys_nothing() {
    let (world, id, _, dishonest) = shut_out();
    let fact = world.open().unwrap().fact(id, DAY).unwrap();
    try_it(
        &world,
        &dishonest,
        What::Proposed(Change::Destroy(Destroy { report: id, fact: fact.clone(), goes_on_with: None })),
    );
    is_void(&world, Tried::Propose, NotAllowed::NoReader(id));
    // Nor does a reader alone, by proposing and consenting.
    let me = world.open().unwrap();
    let (by, destroy) = (me.me().unwrap(), Change::Destroy(Destroy { report: id, fact, goes_on_with: None }));
    me.write_by_hand(by, &world.signer, What::Proposed(destroy), &[]);
    let proposal = world.open().unwrap().version();
    world.open().unwrap().write_by_hand(by, &world.signer, What::Consented(Consented { proposal, key: None }), &[]);
    is_void(&world, Tried::Consent, NotAllowed::OwnProposal);
    try_it(&world, &dishonest, What::Consented(Consented { proposal, key: None }));
    is_void(&world, Tried::Consent, NotAllowed::NoReader(id));
    world.decide(id, note("The next change erases nothing.")).unwrap();
    assert!(world.open().unwrap().show(id, DAY, &Calendar::default()).is_ok());
}

#[test]
fn nobody_lets_a_second_self_in_or_ends_memberships_alone() {
    let (world, id, second, dishonest) = shut_out();
    let myself = GovernanceIdentity::generate();
    let (key, public) = SigningKey::generate().unwrap();
    let joining = Joining {
        id: MemberId([7; 8]),
        name: Text::typed("Second self"),
        role: TeamRole::Reviewer,
        signer: public.to_base64(),
        recipients: myself.recipients().keys(),
    };
    try_it(&world, &dishonest, What::Proposed(Change::Join(joining)));
    let proposal = world.open().unwrap().version();
    let generation = world.open().unwrap().state.generation + 1;
    let recipient = world.open().unwrap().state.recipient.clone();
    let new_key = Some(NewKey { generation, recipient: recipient.clone() });
    try_it(&world, &dishonest, What::Consented(Consented { proposal, key: new_key }));
    is_void(&world, Tried::Consent, NotAllowed::OwnProposal);
    // A colleague who is deceived lets them in; what others are shut out of stays closed to them all the same.
    world.edit_as(&second, |editor| editor.consent(proposal, &TODAY)).unwrap();
    let pointer = crate::casebook::Pointer::read(&world.casebook()).unwrap();
    let double = std::sync::Arc::new(myself);
    Casebook::join(&world.casebook(), std::sync::Arc::clone(&double), pointer.fingerprint()).unwrap();
    let double = Colleague { id: MemberId([7; 8]), identity: double, signer: std::rc::Rc::new(key) };
    world.colleague("Another", TeamRole::Adviser);
    let closed = world.open_as(&double).unwrap();
    assert!(matches!(closed.show(id, DAY, &Calendar::default()), Err(CasebookError::Lookup(LookupError::ShutOut(_)))));
    assert!(closed.keys.report(id).unwrap().is_none(), "not with all of their keys");
    // Everyone else's membership, the founder's included.
    let founder = world.open().unwrap().me().unwrap();
    for member in [founder, second.id] {
        try_it(&world, &dishonest, What::Proposed(Change::Leave(member)));
        let proposal = world.open().unwrap().version();
        let recipient = first(&GovernanceIdentity::generate());
        let key =
            || Some(NewKey { generation: world.open().unwrap().state.generation + 1, recipient: recipient.clone() });
        try_it(&world, &dishonest, What::Consented(Consented { proposal, key: key() }));
        is_void(&world, Tried::Consent, NotAllowed::OwnProposal);
        // Neither of the two reads what those whom they would end read.
        try_it(&world, &double, What::Consented(Consented { proposal, key: key() }));
        is_void(&world, Tried::Consent, NotAllowed::ShutOutOf(id));
    }
    assert_eq!(world.open().unwrap().team().iter().filter(|member| member.left_on.is_none()).count(), 5);
}

#[test]
fn what_is_sealed_for_one_place_stands_in_no_other() {
    let (world, id, second, _) = shut_out();
    world.decide(id, note("Mine.")).unwrap();
    let casebook = world.open().unwrap();
    let last = casebook.version();
    // The sealed matter of the last event, as it stands there.
    let sealed = chain::read(&world.casebook(), last).unwrap();
    let json = casebook.keys.casebook().open_bytes(&sealed, 1 << 24).unwrap();
    let envelope: Envelope = serde_json::from_slice(&json).unwrap();
    let event: serde_json::Value = serde_json::from_str(envelope.event.as_str()).unwrap();
    let matter = event["what"]["decided"]["sealed"].as_str().unwrap().to_owned();
    let to = casebook.report_recipient(id).unwrap();
    let number = last + 1;
    let lifted = crate::casebook::log::event::Event {
        format: Format::Casebook,
        casebook: casebook.id(),
        number,
        previous: casebook.state.chain.last().copied(),
        on: DAY,
        by: second.id,
        what: What::Decided(SealedMatter { report: id, sealed: matter }),
    };
    let recipient = casebook.recipient(&casebook.state.recipient).unwrap();
    chain::append(&world.casebook(), &recipient, &lifted, &second.signer).unwrap();
    is_void(&world, Tried::Decide, NotAllowed::Broken(id));
    // Nor under another author's name, casebook or report.
    let reason = Matter::Reason(Text::typed("x"));
    let bound = |casebook, by, report| BoundMatter { casebook, event: number + 1, by, report, matter: &reason };
    let (own, others) = (world.open().unwrap().id(), crate::domain::CasebookId([9; 16]));
    for (casebook, by, report) in
        [(others, second.id, id), (own, MemberId([9; 8]), id), (own, second.id, ReportId([9; 8]))]
    {
        let sealed = chain::seal_matter(&to, &bound(casebook, by, report)).unwrap();
        assert!(BASE64.decode(sealed.as_bytes()).is_ok());
        let what = What::Referred(SealedMatter { report: id, sealed });
        let now = world.open().unwrap();
        let event = crate::casebook::log::event::Event {
            format: Format::Casebook,
            casebook: now.id(),
            number: now.version() + 1,
            previous: now.state.chain.last().copied(),
            on: DAY,
            by: second.id,
            what,
        };
        chain::append(&world.casebook(), &recipient, &event, &second.signer).unwrap();
        is_void(&world, Tried::Refer, NotAllowed::Broken(id));
    }
}

#[test]
fn nonsense_that_is_signed_ends_no_casebook() {
    let (world, id, _, dishonest) = shut_out();
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    for what in [
        r#""nothing-of-the-kind""#,
        r#"{"destroyed":{"report":"0101010101010101","last_message":1}}"#,
        r#"{"decided":{"report":"0101010101010101","sealed":"not base64"}}"#,
        r#"{"decided":{"report":"0101010101010101","sealed":""}}"#,
        r#"{"exported":{"number":1,"file":"x"}}"#,
        "null",
        r#"{"imported":{"box_key":"x","manifest":"","signature":"","reports":[]}}"#,
        r#"{"confirmed":1e999}"#,
        &deep,
    ] {
        let casebook = world.open_as(&dishonest).unwrap();
        let number = casebook.version() + 1;
        let previous = casebook.state.chain.last().unwrap();
        let json = format!(
            r#"{{"format":"candour-casebook-v3","casebook":"{}","number":{number},"previous":"{previous}","on":"2026-12-01","by":"{}","what":{what}}}"#,
            casebook.id(),
            dishonest.id
        );
        let signature = crypto::sign_as::<crate::casebook::log::event::Event>(json.as_bytes(), &dishonest.signer);
        let signer = dishonest.signer.verifying_key().unwrap().to_base64();
        let envelope = Envelope { event: Text::verbatim(&json), signer, signature };
        let to = casebook.recipient(&casebook.state.recipient).unwrap();
        let sealed = seal_bytes(&serde_json::to_vec(&envelope).unwrap(), &to).unwrap();
        files::write_new(&chain::path(&world.casebook(), number), Readers::Owner, sealed.as_bytes()).unwrap();
        assert!(matches!(told(&world), AlertKind::Void { .. }), "{what}");
        assert_eq!(world.open().unwrap().version(), number, "the chain goes on");
    }
    world.decide(id, note("Work goes on.")).unwrap();
}

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

/// The manifest of a collection, and the box's signature.
fn manifest(world: &mut World) -> (Manifest, String, String, std::path::PathBuf) {
    let manifest = world.manifest();
    let parts = world.parts(&manifest);
    let file = world.carry(&crate::world::casebook::seal(&parts, &world.identity.recipients()));
    let signature = String::from_utf8(parts[1].1.clone()).unwrap();
    (manifest, BASE64.encode(&parts[0].1), signature, file)
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
fn an_answer_says_what_its_writer_signed_and_a_second_member_where_one_is_needed() {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
    world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
    let answer = || Answer {
        format: Format::Answer,
        r#box: world.id,
        report: id,
        seq: 1,
        kind: AnswerKind::Reply,
        on: DAY,
        after: 1,
        state: ReportState::Received,
        areas: vec![],
        supplementary: false,
        turn_to: vec![],
        text: Some(Text::typed("Tell me who you are.")),
        salt: Salt([1; 32]),
    };
    let file = Some(FileEntry { size: 1, sha256: Digest([0; 32]) });
    let decide = |answer: Answer, file: Option<FileEntry>, key: &SigningKey<SignerRole>| {
        let text = answer_digest(&answer).unwrap();
        let endorsement = crypto::sign(&answer.endorsement(text), key).unwrap().1;
        let answers = vec![Written { answer, text, endorsement, file }];
        let (state, assessment) = (ReportState::Received, Assessment::default());
        let decided = Decided { state, assessment, read: 1, note: None, answers, change_of_use: None };
        let casebook = world.open_as(&dishonest).unwrap();
        let matters = vec![(casebook.report_recipient(id).unwrap(), Matter::Decided(Box::new(decided)))];
        let what = What::Decided(SealedMatter::about(id));
        casebook.write_by_hand(dishonest.id, &dishonest.signer, what, &matters);
    };
    decide(answer(), file, &dishonest.signer);
    is_void(&world, Tried::Decide, NotAllowed::NeedsApprover);
    decide(answer(), None, &world.signer);
    is_void(&world, Tried::Decide, NotAllowed::Broken(id));
    for other in [
        Answer { seq: 2, ..answer() },
        Answer { report: ReportId([9; 8]), ..answer() },
        Answer { r#box: BoxId([9; 16]), ..answer() },
        Answer { after: 2, ..answer() },
    ] {
        decide(other, None, &dishonest.signer);
        is_void(&world, Tried::Decide, NotAllowed::Answer(id));
    }
    // Its own writer does not approve it, and nobody lends them another's signature.
    decide(answer(), None, &dishonest.signer);
    let casebook = world.open().unwrap();
    assert_eq!(casebook.waiting_answers().len(), 1);
    let stored = &casebook.state.reports[&id].answers[0];
    let mine = crypto::sign(&stored.endorsement(world.id, id), &dishonest.signer).unwrap().1;
    let file = FileEntry { size: 1, sha256: Digest([0; 32]) };
    let approve = |endorsement: String| {
        let answer = crate::casebook::AnswerId { report: id, seq: 1 };
        What::Approved(crate::casebook::log::event::Approved { answer, endorsement, file })
    };
    try_it(&world, &dishonest, approve(mine.clone()));
    is_void(&world, Tried::Approve, NotAllowed::NotWaiting(id));
    let me = world.open().unwrap();
    me.write_by_hand(me.me().unwrap(), &dishonest.signer, approve(mine), &[]);
    is_void(&world, Tried::Approve, NotAllowed::OtherName);
    assert_eq!(world.open().unwrap().waiting_answers().len(), 1);
}

#[test]
fn an_export_says_nothing_that_is_not_so() {
    let (world, id, second, dishonest) = shut_out();
    let export = |number: u64, collected: Vec<Collected>| {
        let (gone, set_aside, answers) = (vec![], vec![], vec![]);
        What::Exported(Exported {
            number,
            part: crate::domain::Part::WHOLE,
            file: Digest([0; 32]),
            answers,
            collected,
            gone,
            set_aside,
            entered: vec![],
        })
    };
    let told = world.told(id);
    try_it(&world, &dishonest, export(1, vec![told.clone()]));
    is_void(&world, Tried::Export, NotAllowed::NoReader(id));
    for wrong in
        [Collected { messages: vec![Digest([9; 32])], ..told.clone() }, Collected { record: Digest([9; 32]), ..told }]
    {
        try_it(&world, &second, export(1, vec![wrong]));
        is_void(&world, Tried::Export, NotAllowed::Export(Some(id)));
    }
    try_it(&world, &second, export(u64::MAX, vec![]));
    is_void(&world, Tried::Export, NotAllowed::Export(None));
}

#[test]
fn a_key_that_does_not_hold_what_the_others_hold_takes_nothing_from_them() {
    let (world, id, second, _) = shut_out();
    // A reader writes a new key sealed to themselves alone, though the list has both.
    let casebook = world.open_as(&second).unwrap();
    let alone = std::sync::Arc::new(GovernanceIdentity::generate());
    let generation = casebook.state.outlines[&id].key.generation + 1;
    casebook.keys.save(id, generation, &alone, &second.identity.recipients(), true).unwrap();
    let readers = vec![casebook.state.members.keys().copied().find(|member| *member == second.id).unwrap()];
    let me = world.open().unwrap().me().unwrap();
    let readers = [readers, vec![me]].concat();
    let key = NewKey { generation, recipient: first(&alone) };
    let restricted = Restricted { report: id, key: key.clone(), readers, why: SealedMatter::about(id) };
    let to = casebook.recipient(&key.recipient).unwrap();
    let why = vec![(to, Matter::Reason(Text::typed("x")))];
    casebook.write_by_hand(second.id, &second.signer, What::Restricted(restricted), &why);
    // The first member is on the list and has no such key: they are told so, and nothing they had goes.
    let honest = world.open().unwrap();
    assert_eq!(honest.keyless(), [id]);
    assert_eq!(honest.show(id, DAY, &Calendar::default()).unwrap().messages.len(), 1, "what came before is there");
    let refused = world.decide(id, note("Nothing new can be sealed."));
    assert!(matches!(refused, Err(CasebookError::Log(LogError::NoReportKey(_)))));
    world.edit(|editor| editor.confirm(editor.casebook().version(), &TODAY)).unwrap();
    world.edit_as(&second, |editor| editor.confirm(editor.casebook().version(), &TODAY)).unwrap();
    assert!(world.open().unwrap().keys.report(id).unwrap().is_some(), "what was sealed before can be opened");
    // Chosen once more, it is sealed to both.
    let reason = Text::typed("Sealed anew.");
    world.edit(|editor| editor.restrict(id, NewReaders { readers: vec![me, second.id], reason }, &TODAY)).unwrap();
    assert!(world.open().unwrap().show(id, DAY, &Calendar::default()).is_ok());
    assert!(world.open_as(&second).unwrap().show(id, DAY, &Calendar::default()).is_ok());
    assert!(world.open().unwrap().keyless().is_empty());
    world.decide(id, note("Work goes on.")).unwrap();
}

#[test]
fn what_is_void_is_told_until_it_is_confirmed_and_once_however_often_it_is_tried() {
    let (world, id, second, dishonest) = shut_out();
    world.edit(|editor| editor.confirm(editor.casebook().version(), &TODAY)).unwrap();
    for _ in 0..3 {
        try_it(&world, &dishonest, What::Accessed(SealedMatter::about(id)));
    }
    let alerts = world.open().unwrap().alerts();
    assert_eq!((alerts.len(), alerts[0].times, alerts[0].by), (1, 3, dishonest.id));
    assert!(!world.open_as(&dishonest).unwrap().alerts().is_empty(), "whoever tried it is told too");
    let through = alerts[0].event;
    world.edit(|editor| editor.confirm(through, &TODAY)).unwrap();
    assert!(world.open().unwrap().alerts().is_empty());
    assert!(!world.open_as(&second).unwrap().alerts().is_empty(), "everybody confirms for themselves");
    // Nobody confirms what is still to come.
    try_it(&world, &dishonest, What::Confirmed(u64::MAX));
    is_void(&world, Tried::Confirm, NotAllowed::NothingToConfirm);
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

/// Whether a member is told that the box has an answer from elsewhere.
fn told_of(casebook: &Casebook, report: ReportId) -> Vec<u32> {
    let told = |what: AlertKind| match what {
        AlertKind::DeliveredElsewhere { report: found, seq } if found == report => Some(seq),
        _ => None,
    };
    casebook.alerts().into_iter().filter_map(|alert| told(alert.what)).collect()
}

#[test]
fn an_answer_that_the_box_has_from_elsewhere_is_not_taken_for_the_one_that_was_written() {
    type Spoil = fn(&mut crate::domain::DeliveryEntry);
    let spoils: [Spoil; 3] = [
        |delivery| delivery.sha256 = Digest([9; 32]),
        |delivery| delivery.text = Digest([9; 32]),
        |delivery| delivery.kind = AnswerKind::Update,
    ];
    for spoil in spoils {
        let (mut world, id, second, dishonest) = shut_out();
        world.reply(id, "What we have to say.");
        let exported = |world: &World, name: &str, again: bool| {
            world.edit(|editor| editor.export(&world.dir.path().join(name), again, &TODAY)).unwrap()
        };
        exported(&world, "d1", false);
        world.reply(id, "And one thing more.");
        let mut elsewhere = world.delivery(id, 1);
        spoil(&mut elsewhere);
        world.reports.get_mut(&id).unwrap().entry.deliveries = vec![elsewhere];
        let file = world.collect();
        world.import(&file).unwrap();
        let releases = |world: &World| {
            let report = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
            let answers = report.decisions.iter().flat_map(|decision| &decision.answers);
            answers.map(|answer| answer.release).collect::<Vec<_>>()
        };
        assert_eq!(releases(&world), [Release::Displaced, Release::Free]);
        // Its readers are told, and nobody else.
        assert_eq!(told_of(&world.open().unwrap(), id), [1]);
        assert_eq!(told_of(&world.open_as(&second).unwrap(), id), [1]);
        assert_eq!(told_of(&world.open_as(&dishonest).unwrap(), id), [0; 0]);
        // The box would refuse it, and all the rest with it.
        let again = exported(&world, "d2", true);
        assert!(matches!(again, crate::casebook::Export::Written { number: 2, answers: 1, .. }), "{again:?}");
        // Written once more it has a number of its own, and what is known is not told again.
        world.reply(id, "What we have to say.");
        let ours = [world.delivery(id, 2), world.delivery(id, 3)];
        world.reports.get_mut(&id).unwrap().entry.deliveries.extend(ours);
        let file = world.collect();
        world.import(&file).unwrap();
        let delivered = Release::Delivered { on: DAY };
        assert_eq!(releases(&world), [Release::Displaced, delivered, delivered]);
        assert_eq!(told_of(&world.open().unwrap(), id), [1]);
    }
}
