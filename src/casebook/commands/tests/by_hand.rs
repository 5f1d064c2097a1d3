//! What a member with a program of their own may try: each is void, changes nothing, and everybody is told.

use data_encoding::BASE64;

use crate::{
    casebook::{
        AlertKind, Casebook, CasebookError, LogError, LookupError, NewReaders, NotAllowed, Tried,
        log::{
            chain,
            event::{
                BoundMatter, Change, Consented, Destroy, Envelope, Joining, Matter, NewKey, Restricted, SealedMatter,
                What,
            },
            keyring::first,
        },
    },
    crypto::{self, SigningKey, seal_bytes},
    domain::{Calendar, Format, Manifest, MemberId, ReportId, Route, TeamRole, Text},
    files::{self, Readers},
    unseal::GovernanceIdentity,
    world::{
        DAY, TODAY,
        casebook::{Colleague, World, note},
    },
};

/// A report that a colleague is shut out of, with another member besides the first.
pub(super) fn shut_out() -> (World, ReportId, Colleague, Colleague) {
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
pub(super) fn told(world: &World) -> AlertKind {
    world.open().unwrap().alerts().pop().map_or_else(|| panic!("nothing is told"), |alert| alert.what)
}

pub(super) fn is_void(world: &World, tried: Tried, why: NotAllowed) {
    let told = told(world);
    let AlertKind::Void { tried: did, why: because } = told else { panic!("it is not void") };
    assert_eq!((did, because), (tried, why));
}

pub(super) fn try_it(world: &World, who: &Colleague, what: What) {
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

/// The manifest of a collection, and the box's signature.
pub(super) fn manifest(world: &mut World) -> (Manifest, String, String, std::path::PathBuf) {
    let manifest = world.manifest();
    let parts = world.parts(&manifest);
    let file = world.carry(&crate::world::casebook::seal(&parts, &world.identity.recipients()));
    let signature = String::from_utf8(parts[1].1.clone()).unwrap();
    (manifest, BASE64.encode(&parts[0].1), signature, file)
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
