//! What a member with a program of their own may try with what the team keeps beside its reports, with drafts, and with lists
//! that have no end.

use crate::{
    casebook::{
        AlertKind, NotAllowed, Reference, TeamAddress, Tried,
        log::{
            draft::{Commented, Drafted},
            event::{Decided, Matter, Referred, SealedMatter, What},
            reference::{Narrative, Register, RegisterEntry, SavedText},
        },
    },
    domain::{
        AnswerKind, Area, Assessment, Digest, FailureKind, OrganisationId, ReferenceId, ReportId, ReportState, Route,
        TeamRole, Text,
        limits::{MESSAGE_MAX, SHORT_MAX},
    },
    world::{
        TODAY,
        casebook::{Colleague, World},
    },
};

fn world() -> (World, ReportId, Colleague) {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
    (world, id, dishonest)
}

fn last(world: &World) -> Option<AlertKind> {
    let casebook = world.open().unwrap();
    casebook.alerts().into_iter().find(|alert| alert.event == casebook.version()).map(|alert| alert.what)
}

/// Why the last event is void, if it is.
fn void(world: &World) -> Option<(Tried, NotAllowed)> {
    match last(world)? {
        AlertKind::Void { tried, why } => Some((tried, why)),
        _ => None,
    }
}

fn change(world: &World, who: &Colleague, reference: Reference) -> Option<(Tried, NotAllowed)> {
    let what = What::ReferenceChanged(Box::new(reference));
    world.open_as(who).unwrap().write_by_hand(who.id, &who.signer, what, &[]);
    void(world)
}

fn entry(code: &str) -> RegisterEntry {
    RegisterEntry { code: code.to_owned(), name: "Hospitals".to_owned(), kind: None }
}

#[test]
fn nothing_without_bounds_is_kept_beside_the_reports() {
    let (world, _, dishonest) = world();
    let line = || Text::typed("x");
    let long = |most: usize| Text::verbatim(&"x".repeat(most + 1));
    let refused = Some((Tried::ChangeReference, NotAllowed::Text));
    for reference in [
        Reference::Register(Register { files: vec![line(); 101], organisations: vec![] }),
        Reference::Register(Register { files: vec![], organisations: vec![entry("B"), entry("A")] }),
        Reference::Register(Register { files: vec![], organisations: vec![entry("A"), entry("A")] }),
        Reference::Narrative(i16::MIN, Narrative::default()),
        Reference::Narrative(2016, Narrative::default()),
        Reference::Narrative(2026, Narrative { action: long(MESSAGE_MAX), ..Narrative::default() }),
        Reference::SavedText(ReferenceId([1; 8]), Some(SavedText { title: long(SHORT_MAX), text: line() })),
        Reference::KeepingPeriods(vec![2, 1]),
    ] {
        assert_eq!(change(&world, &dishonest, reference), refused);
    }
    let book = world.open().unwrap();
    assert!(book.reference().narratives.is_empty() && book.reference().register.organisations.is_empty());
    let (one, other) = (OrganisationId([1; 8]), OrganisationId([2; 8]));
    let join = |from, into| change(&world, &dishonest, Reference::SameOrganisation(from, Some(into)));
    assert_eq!((join(one, one), join(one, other)), (Some((Tried::ChangeReference, NotAllowed::Nothing)), None));
    assert_eq!(join(other, one), Some((Tried::ChangeReference, NotAllowed::Nothing)), "no circle");
}

#[test]
fn the_last_register_alone_is_held_by_whoever_opens_the_casebook() {
    let (world, _, dishonest) = world();
    let register = |codes: &[&str]| {
        let organisations = codes.iter().map(|code| entry(code)).collect();
        Reference::Register(Register { files: vec![Text::typed("etr.csv")], organisations })
    };
    for codes in [&["A"][..], &["A", "B"], &["A", "B", "C"]] {
        assert_eq!(change(&world, &dishonest, register(codes)), None);
    }
    assert_eq!(
        change(&world, &dishonest, register(&["C", "B"])),
        Some((Tried::ChangeReference, NotAllowed::Text)),
        "void for everybody who opens it later, too"
    );
    // So many that the next one who opens it does so by a checkpoint.
    for _ in 0..200 {
        world.open_as(&dishonest).unwrap().write_by_hand(dishonest.id, &dishonest.signer, What::Unreadable, &[]);
    }
    for _ in 0..2 {
        let casebook = world.open().unwrap();
        let reference = casebook.reference();
        assert_eq!(reference.register.organisations.len(), 3);
        assert!(reference.registered("C").is_some() && reference.register.files.len() == 1);
        let kept = casebook.kept_events().unwrap();
        let held = kept.iter().filter_map(|opened| match &opened.event.what {
            What::ReferenceChanged(reference) => match &**reference {
                Reference::Register(register) => Some(register.organisations.len()),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(held.collect::<Vec<_>>(), [0, 0, 0, 1], "the last is void by what stands for it");
        assert_eq!(casebook.alerts().iter().filter(|alert| is_void_reference(&alert.what)).count(), 1);
    }
}

fn is_void_reference(what: &AlertKind) -> bool {
    matches!(what, AlertKind::Void { tried: Tried::ChangeReference, .. })
}

#[test]
fn nobody_puts_keys_into_the_address_book_unseen() {
    let (world, _, dishonest) = world();
    let address = |name: &str, keys: &str| TeamAddress {
        name: Text::typed(name),
        area: Area::Competition,
        recipients: Text::typed(keys),
    };
    let id = ReferenceId([1; 8]);
    let keep = |address| world.edit(|editor| editor.change_reference(Reference::Address(id, address), &TODAY)).unwrap();
    keep(Some(address("A team", "age1theirs")));
    let told = |address: Option<TeamAddress>| {
        assert_eq!(change(&world, &dishonest, Reference::Address(id, address)), None);
        matches!(last(&world), Some(AlertKind::AddressKeys { team }) if team.as_str() == "A team")
    };
    assert!(told(Some(address("A team", "age1mine"))), "other keys under the same name");
    assert!(!told(Some(TeamAddress { area: Area::BoardGovernance, ..address("A team", "age1mine") })));
    assert!(!told(None));
    assert!(told(Some(address("A team", "age1mine"))), "dropped and added again");
}

#[test]
fn no_list_about_a_report_has_no_end() {
    let (world, id, dishonest) = world();
    let write = |what: fn(SealedMatter) -> What, matter: Matter| {
        let casebook = world.open_as(&dishonest).unwrap();
        let to = casebook.report_recipient(id).unwrap();
        casebook.write_by_hand(dishonest.id, &dishonest.signer, what(SealedMatter::about(id)), &[(to, matter)]);
        void(&world).map(|(_, why)| why)
    };
    let broken = Some(NotAllowed::Broken(id));
    let decide = |assessment: Assessment| {
        let state = ReportState::Received;
        let decided = Decided { state, assessment, read: 0, note: None, answers: vec![], change_of_use: None };
        write(What::Decided, Matter::Decided(Box::new(decided)))
    };
    let long = || Some(Text::verbatim(&"x".repeat(SHORT_MAX + 1)));
    assert_eq!(decide(Assessment { gist: long(), ..Assessment::default() }), broken);
    assert_eq!(decide(Assessment { areas: Some(vec![Area::Competition; 100]), ..Assessment::default() }), broken);
    assert_eq!(decide(Assessment { failures: vec![FailureKind::Crime; 100], ..Assessment::default() }), broken);
    assert_eq!(decide(Assessment { organisations: vec![OrganisationId([1; 8]); 51], ..Assessment::default() }), broken);
    assert_eq!(decide(Assessment { continues: Some(id), ..Assessment::default() }), Some(NotAllowed::Linked(id)));
    let referred = |parts: usize| Referred {
        area: Area::Competition,
        team: Text::typed("Mine"),
        recipients: vec![],
        parts: vec![Text::typed("x"); parts],
        redacted: false,
        reason: Text::typed("x"),
        file: Digest([0; 32]),
    };
    assert_eq!(write(What::Referred, Matter::Referred(referred(10_001))), broken);
    assert_eq!(write(What::Referred, Matter::Referred(referred(1))), None);
    let drafted = |fields: usize| Drafted {
        kind: AnswerKind::Reply,
        discarded: false,
        fields: vec![(Text::typed("text"), Text::typed("x")); fields],
    };
    assert_eq!(write(What::Drafted, Matter::Drafted(drafted(65))), broken);
    assert_eq!(write(What::Drafted, Matter::Drafted(drafted(1))), None);
    // A draft that is none, and another kind of matter in its place.
    let said = Commented { draft: 1, text: Text::typed("x") };
    assert_eq!(write(What::Commented, Matter::Commented(said)), broken);
    assert_eq!(write(What::Commented, Matter::Drafted(drafted(1))), broken);
}

#[test]
fn a_program_writes_nothing_that_nobody_would_read() {
    let (world, id, _) = world();
    let before = world.open().unwrap().version();
    let long = Commented { draft: 1, text: Text::verbatim("") };
    let what = What::Drafted(SealedMatter::about(id));
    let drafted = Drafted { kind: AnswerKind::Reply, discarded: false, fields: vec![] };
    assert!(world.edit(|editor| editor.append_on(id, what, Matter::Drafted(drafted), &TODAY)).is_err());
    let what = What::Commented(SealedMatter::about(id));
    assert!(world.edit(|editor| editor.append_on(id, what, Matter::Commented(long), &TODAY)).is_err());
    assert_eq!(world.open().unwrap().version(), before);
}
