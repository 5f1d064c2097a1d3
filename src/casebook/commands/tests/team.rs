use crate::{
    casebook::{
        AlertKind, AnswerId, ApprovalError, ChangeView, DecisionError, EditError, Export, LogError, LookupError,
        NewMember, NewProposal, NewReaders, NewRecovery, NotAllowed, Proposed, Refusal, Seen, Tried, TypedError,
        log::{chain::OpenedMatter, event::What},
    },
    crypto::{self, BoxRole, SignerRole, SigningKey, VerifyingKey, vouch_for},
    domain::{
        AccessKind, Calendar, MessageKind, Route,
        limits::{DETAIL_MAX, SHORT_MAX},
    },
    unseal::GovernanceIdentity,
    world::{
        DAY, TODAY,
        casebook::{MARKER, World, approve_now, decide_now, many_marks, note, notice, seal},
    },
};
use crate::{
    casebook::{Casebook, CasebookError},
    domain::{MemberId, ReportId, TeamRole, Text},
};

fn readers(readers: Vec<MemberId>) -> NewReaders {
    NewReaders { readers, reason: Text::typed("They worked there.") }
}

fn me(world: &World) -> MemberId {
    world.open().unwrap().me().unwrap()
}

/// A world with one report in it.
fn one_report() -> (World, ReportId) {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[10]);
    let file = world.collect();
    world.import(&file).unwrap();
    (world, id)
}

#[test]
fn several_reviewers_share_one_casebook() {
    let (world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Reviewer);
    world.edit_as(&other, |editor| decide_now(editor, id, note("from the second"))).unwrap();
    world.edit(|editor| decide_now(editor, id, note("from the first"))).unwrap();
    let casebook = world.open_as(&other).unwrap();
    let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
    let by: Vec<_> = view.decisions.iter().map(|decision| decision.by).collect();
    assert_eq!((by[0], by[1]), (other.id, world.open().unwrap().me().unwrap()));
    assert_eq!(casebook.team().len(), 2);
    // Each signs with their own key alone.
    let mut casebook = world.open_as(&other).unwrap();
    assert!(matches!(casebook.edit(&world.signer), Err(CasebookError::Edit(EditError::OtherSigner))));
}

#[test]
fn an_open_casebook_takes_in_what_a_colleague_writes() {
    let (world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Reviewer);
    let (mut one, mut two) = (world.open().unwrap(), world.open_as(&other).unwrap());
    decide_now(&mut one.edit(&world.signer).unwrap(), id, note("one")).unwrap();
    // Whoever decides on what is no longer so is told, and nothing is recorded.
    let stale = Seen { version: 0, read: 1 };
    let mut editor = two.edit(&other.signer).unwrap();
    assert!(matches!(
        editor.decide(id, stale, note("two"), &TODAY),
        Err(CasebookError::Decision(DecisionError::Changed(_)))
    ));
    let seen = editor.casebook().show(id, DAY, &Calendar::default()).unwrap().seen();
    editor.decide(id, seen, note("two"), &TODAY).unwrap();
    drop(editor);
    one.refresh().unwrap();
    assert_eq!(one.version(), two.version());
    assert_eq!(one.show(id, DAY, &Calendar::default()).unwrap().decisions.len(), 2);
}

#[test]
fn whoever_is_shut_out_can_open_nothing_of_it_any_more() {
    let (mut world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Adviser);
    assert!(world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).is_ok());
    world.edit(|editor| editor.restrict(id, readers(vec![editor.me]), &TODAY)).unwrap();
    world.edit(|editor| decide_now(editor, id, note(MARKER))).unwrap();
    let casebook = world.open_as(&other).unwrap();
    assert!(matches!(
        casebook.show(id, DAY, &Calendar::default()),
        Err(CasebookError::Lookup(LookupError::ShutOut(_)))
    ));
    assert_eq!((casebook.list(DAY, &Calendar::default()).len(), casebook.closed_to_me()), (0, vec![id]));
    assert!(casebook.search(&Text::typed(MARKER)).unwrap().is_empty());
    // Not with all of their keys either: neither messages nor what was decided before or after.
    assert!(casebook.keys.report(id).unwrap().is_none());
    for number in 1..=casebook.version() {
        let matters = casebook.open_event(number).unwrap().matters;
        assert!(matters.iter().all(|matter| matches!(matter, OpenedMatter::Closed(_))), "event {number}");
    }
    assert!(matches!(
        world.edit_as(&other, |editor| decide_now(editor, id, note("all the same"))),
        Err(CasebookError::Lookup(LookupError::ShutOut(_)))
    ));
    // What comes later is as closed to them; they may import whatever else comes.
    world.concern(2, Route::StaffConcern, &[]);
    let team = world.identity.recipients().and(&other.identity.recipients());
    let import = |world: &mut World, team| {
        let manifest = world.manifest();
        let parts = world.parts(&manifest);
        world.carry(&seal(&parts, team))
    };
    world.say(id, MessageKind::FollowUp, &[]);
    let file = import(&mut world, &team);
    let taken = world
        .edit_as(&other, |editor| editor.import(&file, &crate::casebook::ImportChoices::default(), &TODAY))
        .unwrap();
    assert_eq!((taken.new_reports, taken.messages.len(), taken.left_out), (1, 1, 1));
    // The box sends it again until somebody who may read it has it.
    let file = import(&mut world, &team);
    let taken = world.import(&file).unwrap();
    assert_eq!((taken.messages.len(), taken.left_out), (1, 0));
    assert!(world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).is_err());
    // Until two of its readers let them in again: one alone can't.
    let alone = world.edit(|editor| editor.restrict(id, readers(vec![editor.me, other.id]), &TODAY));
    assert!(matches!(alone, Err(CasebookError::NotAllowed(NotAllowed::LettingInAlone(_)))));
    let third = world.colleague("Third", TeamRole::Reviewer);
    assert!(world.open_as(&third).unwrap().show(id, DAY, &Calendar::default()).is_err(), "a newcomer is no reader");
    world.edit(|editor| editor.restrict(id, readers(vec![editor.me, third.id]), &TODAY)).unwrap();
    assert!(world.open_as(&third).unwrap().show(id, DAY, &Calendar::default()).is_ok(), "but by a reader's act");
    let reason = Text::typed("They are needed.");
    world.agree(NewProposal::LetIn { report: id, readers: None, reason }).unwrap();
    let view = world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).unwrap();
    assert_eq!((view.messages.len(), view.readers.len()), (2, 3));
}

#[test]
fn readers_are_chosen_by_readers_and_two_stay_where_there_were_several() {
    let (world, id) = one_report();
    let second = world.colleague("Second", TeamRole::Reviewer);
    let third = world.colleague("Third", TeamRole::Adviser);
    let restrict = |members: Vec<MemberId>| world.edit(|editor| editor.restrict(id, readers(members), &TODAY));
    let refused = |result: Result<(), CasebookError>| match result {
        Err(CasebookError::NotAllowed(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(()) => panic!("it was allowed"),
    };
    let before = world.snapshot();
    assert_eq!(refused(restrict(vec![second.id, third.id])), NotAllowed::ShuttingOutOneself);
    assert_eq!(refused(restrict(vec![me(&world)])), NotAllowed::TooFewReaders(id));
    assert_eq!(refused(restrict(vec![me(&world), MemberId([9; 8])])), NotAllowed::NoMember);
    assert_eq!(refused(restrict(vec![me(&world), second.id, third.id])), NotAllowed::Nothing);
    assert_eq!(world.snapshot(), before, "nothing is recorded, and no key is left");
    restrict(vec![me(&world), second.id]).unwrap();
    let show = |colleague| world.open_as(colleague)?.show(id, DAY, &Calendar::default()).map(drop);
    assert!(matches!(show(&third), Err(CasebookError::Lookup(LookupError::ShutOut(_)))));
    let other = world.edit_as(&third, |editor| editor.restrict(id, readers(vec![third.id]), &TODAY));
    assert_eq!(refused(other), NotAllowed::NoReader(id));
    // Two who may not read it end no reader's membership; with a reader, whoever is shut out does.
    let leave = |member| NewProposal::Leave(member);
    let Ok(Proposed::Waits(proposal)) = world.edit_as(&third, |editor| editor.propose(leave(second.id), &TODAY)) else {
        panic!("it does not wait")
    };
    let fourth = world.colleague("Fourth", TeamRole::Reviewer);
    let by_fourth = world.edit_as(&fourth, |editor| editor.consent(proposal, &TODAY));
    assert_eq!(refused(by_fourth), NotAllowed::ShutOutOf(id));
    assert_eq!(refused(restrict(vec![me(&world)])), NotAllowed::TooFewReaders(id), "not in two steps either");
    // A team of two can't be protected from each other in this, but no report loses its last reader.
    let (world, id) = one_report();
    let second = world.colleague("Second", TeamRole::Reviewer);
    world.edit(|editor| editor.restrict(id, readers(vec![editor.me]), &TODAY)).unwrap();
    let own = world.edit(|editor| editor.propose(leave(editor.me), &TODAY).map(drop));
    assert_eq!(refused(own), NotAllowed::LastReader(id));
    assert!(world.open_as(&second).unwrap().show(id, DAY, &Calendar::default()).is_err());
}

#[test]
fn whoever_leaves_reads_nothing_that_comes_later_and_writes_nothing() {
    let (world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Reviewer);
    world.colleague("Third", TeamRole::Reviewer);
    let mut still_open = world.open_as(&other).unwrap();
    world.agree(NewProposal::Leave(other.id)).unwrap();
    world.edit(|editor| decide_now(editor, id, note("later"))).unwrap();
    assert!(matches!(world.open_as(&other), Err(CasebookError::Log(LogError::NotAMember))));
    assert!(still_open.edit(&other.signer).is_err());
    // What they sign all the same is void, and everybody is told.
    let version = world.open().unwrap().version();
    let now = world.open().unwrap();
    now.write_by_hand(other.id, &other.signer, What::SecondApprover, &[]);
    let casebook = world.open().unwrap();
    assert_eq!((casebook.version(), casebook.second_approver()), (version + 1, false));
    let void = casebook.alerts().pop().unwrap();
    assert_eq!((void.by, void.event), (other.id, version + 1));
    let expected = AlertKind::Void { tried: Tried::AskForApprover, why: NotAllowed::NotAMember };
    assert!(void.what == expected);
}

#[test]
fn names_and_reasons_are_bounded_in_characters_and_in_bytes() {
    let (world, id) = one_report();
    let before = world.snapshot();
    for long in ["a".repeat(SHORT_MAX + 1), many_marks(SHORT_MAX)] {
        let (key, _) = SigningKey::generate().unwrap();
        let new = NewMember {
            name: Text::typed(&long),
            role: TeamRole::Reviewer,
            signer: key.verifying_key().unwrap(),
            recipients: GovernanceIdentity::generate().recipients(),
        };
        assert!(matches!(
            world.edit(|editor| editor.propose(NewProposal::Join(new), &TODAY)),
            Err(CasebookError::NotAllowed(NotAllowed::Name))
        ));
    }
    for long in ["a".repeat(DETAIL_MAX + 1), many_marks(DETAIL_MAX)] {
        let new = NewReaders { reason: Text::typed(&long), ..readers(vec![me(&world)]) };
        assert!(matches!(
            world.edit(|editor| editor.restrict(id, new, &TODAY)),
            Err(CasebookError::Typed(TypedError::LongReason))
        ));
    }
    assert!(world.snapshot() == before);
}

#[test]
fn a_colleague_compares_the_fingerprint_before_the_first_opening() {
    let (world, other) = (World::new(), World::new());
    let colleague = world.colleague("Second", TeamRole::Reviewer);
    // Someone puts a casebook of their own in its place, with the colleague as a member.
    let new = NewMember {
        name: Text::typed("Second"),
        role: TeamRole::Reviewer,
        signer: colleague.signer.verifying_key().unwrap(),
        recipients: colleague.identity.recipients(),
    };
    other.edit(|editor| editor.propose(NewProposal::Join(new), &TODAY)).unwrap();
    assert!(matches!(
        Casebook::open(&other.casebook(), std::sync::Arc::clone(&colleague.identity)),
        Err(CasebookError::Log(LogError::NotVouched(_)))
    ));
    std::fs::remove_dir_all(other.casebook().join("trust")).unwrap();
    std::fs::create_dir(other.casebook().join("trust")).unwrap();
    for entry in std::fs::read_dir(world.casebook().join("trust")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), other.casebook().join("trust").join(entry.file_name())).unwrap();
    }
    assert!(matches!(
        Casebook::open(&other.casebook(), std::sync::Arc::clone(&colleague.identity)),
        Err(CasebookError::Log(LogError::OtherIdentity))
    ));
}

#[test]
fn every_text_waits_for_its_second_approver() {
    let (world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Reviewer);
    world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
    world.decide(id, notice("How we use it.")).unwrap();
    world.reply(id, "Thank you.");
    let answers = [AnswerId { report: id, seq: 1 }, AnswerId { report: id, seq: 2 }];
    let casebook = world.open().unwrap();
    let waiting: Vec<_> = casebook.waiting_answers().iter().map(|waiting| waiting.answer).collect();
    assert_eq!((casebook.waiting(), waiting), (0, answers.to_vec()));
    assert!(matches!(
        world.edit(|editor| approve_now(editor, answers[0])),
        Err(CasebookError::Approval(ApprovalError::OwnText))
    ));
    world.edit_as(&other, |editor| approve_now(editor, answers[0])).unwrap();
    assert!(matches!(
        world.edit_as(&other, |editor| approve_now(editor, answers[0])),
        Err(CasebookError::Approval(ApprovalError::NotWaiting))
    ));
    let casebook = world.open().unwrap();
    assert_eq!((casebook.waiting(), casebook.waiting_answers().len()), (1, 1));
    // Both stand by the very words, sealed with them.
    let entry = casebook.state.answers_to_export(false).remove(0);
    let sealed = std::fs::read(casebook.answer_path(id, 1)).unwrap();
    let opened = world.reports[&id].reply.open_answer(&sealed).unwrap_or_else(|error| panic!("{error}"));
    let signers = [world.signer.verifying_key().unwrap(), other.signer.verifying_key().unwrap()];
    let endorsement = opened.answer.endorsement(opened.text);
    assert_eq!(crypto::endorsers(&endorsement, &opened.endorsements, &signers), 2);
    assert_eq!((entry.endorsement(world.id), &entry.endorsements), (endorsement, &opened.endorsements));
    // It takes two to do without.
    let alone = world.edit(|editor| editor.propose(NewProposal::NoSecondApprover, &TODAY)).unwrap();
    assert!(matches!(alone, Proposed::Waits(_)) && world.open().unwrap().second_approver());
    world.agree(NewProposal::NoSecondApprover).unwrap();
    assert!(!world.open().unwrap().second_approver());
}

/// Keys that lie in a safe.
fn safe() -> (std::sync::Arc<GovernanceIdentity>, SigningKey<SignerRole>, impl Fn() -> NewRecovery) {
    let identity = std::sync::Arc::new(GovernanceIdentity::generate());
    let (key, public) = SigningKey::generate().unwrap();
    let recipients = identity.recipients();
    (identity, key, move || NewRecovery { signer: public.clone(), recipients: recipients.clone() })
}

fn newcomer(name: &str) -> (std::sync::Arc<GovernanceIdentity>, SigningKey<SignerRole>, NewMember) {
    let identity = std::sync::Arc::new(GovernanceIdentity::generate());
    let (key, signer) = SigningKey::generate().unwrap();
    let recipients = identity.recipients();
    (identity, key, NewMember { name: Text::typed(name), role: TeamRole::Lead, signer, recipients })
}

#[test]
fn a_team_that_lost_its_keys_goes_on_with_those_in_the_safe() {
    let (world, id) = one_report();
    let (identity, key, keys) = safe();
    // Nobody puts them there alone, the founder neither.
    let alone = world.edit(|editor| editor.propose(NewProposal::Recovery(Some(keys())), &TODAY)).unwrap();
    let Proposed::Waits(event) = alone else { panic!("one member put them there") };
    let by_one = world.edit(|editor| editor.consent(event, &TODAY));
    assert!(matches!(by_one, Err(CasebookError::NotAllowed(NotAllowed::RecoveryAlone))));
    let second = world.colleague("Second", TeamRole::Reviewer);
    world.edit_as(&second, |editor| editor.consent(event, &TODAY)).unwrap();
    let restricted = {
        let mut world = world;
        let restricted = world.concern(2, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        (world, restricted)
    };
    let (world, restricted) = restricted;
    world.edit(|editor| editor.restrict(restricted, readers(vec![editor.me]), &TODAY)).unwrap();
    let fingerprint = world.open().unwrap().fingerprint();
    let other = safe();
    let (_, _, someone) = newcomer("Someone");
    let stranger = Casebook::recover(&world.casebook(), (other.0, &other.1), fingerprint, someone, &TODAY);
    assert!(matches!(stranger, Err(CasebookError::Log(LogError::NotAMember))));
    // A member's own keys are not those in the safe.
    let (_, _, someone) = newcomer("Someone");
    let member = (std::sync::Arc::clone(&second.identity), &*second.signer);
    let by_member = Casebook::recover(&world.casebook(), member, fingerprint, someone, &TODAY);
    assert!(matches!(by_member, Err(CasebookError::Team(crate::casebook::TeamError::NoRecovery))));

    let (mine, signer, new) = newcomer("After the fire");
    let keys = (std::sync::Arc::clone(&identity), &key);
    Casebook::recover(&world.casebook(), keys, fingerprint, new, &TODAY).unwrap();
    let mut casebook = Casebook::join(&world.casebook(), mine, fingerprint).unwrap();
    assert!(casebook.show(id, DAY, &Calendar::default()).is_ok());
    assert!(
        casebook.show(restricted, DAY, &Calendar::default()).is_err(),
        "the safe opens no report with chosen readers"
    );
    decide_now(&mut casebook.edit(&signer).unwrap(), id, note("We go on.")).unwrap();
    assert!(matches!(world.open().unwrap().alerts().pop().unwrap().what, AlertKind::Recovered { .. }));
    // What is recorded later is sealed to the safe too, and two members take it away again.
    assert!(world.agree(NewProposal::Recovery(None)).is_ok());
    assert!(matches!(Casebook::open(&world.casebook(), identity), Err(CasebookError::Log(LogError::NotAMember))));
}

#[test]
fn another_box_key_takes_two_members() {
    let (mut world, _) = one_report();
    let second = world.colleague("Second", TeamRole::Reviewer);
    let (signer, public) = SigningKey::generate().unwrap();
    let proposed = world.edit(|editor| editor.propose(NewProposal::BoxKey(public.clone()), &TODAY)).unwrap();
    let Proposed::Waits(event) = proposed else { panic!("one member took it") };
    world.concern(2, Route::StaffConcern, &[]);
    let before = std::mem::replace(&mut world.box_signer, signer);
    let file = world.collect();
    assert!(world.import(&file).is_err());
    world.edit_as(&second, |editor| editor.consent(event, &TODAY)).unwrap();
    assert_eq!(world.import(&file).unwrap().new_reports, 1);
    world.box_signer = before;
    let file = world.collect();
    assert!(world.import(&file).is_err(), "the key before is none any more");
}

#[test]
fn a_renewed_key_is_of_the_same_box_and_the_key_before_is_over() {
    let (mut world, _) = one_report();
    let second = world.colleague("Second", TeamRole::Reviewer);
    let (signer, key) = SigningKey::generate().unwrap();
    let (stranger, _) = SigningKey::generate().unwrap();
    let renewed = |world: &World, key: &VerifyingKey<BoxRole>, by: &SigningKey<BoxRole>| {
        let (key, word) = (key.clone(), vouch_for(key, by).unwrap());
        world.edit(|editor| editor.propose(NewProposal::RenewedBoxKey { key, word }, &TODAY))
    };
    let not_allowed = |result: Result<Proposed, CasebookError>| match result {
        Err(CasebookError::NotAllowed(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was allowed"),
    };
    let refusal = |result: Result<crate::casebook::Import, CasebookError>| match result {
        Err(CasebookError::Import(crate::casebook::ImportError::Refused(refusal))) => refusal,
        Err(other) => panic!("{other}"),
        Ok(imported) => panic!("{imported:?}"),
    };
    // By the word of the box's own key alone, for that key alone.
    assert_eq!(not_allowed(renewed(&world, &key, &stranger)), NotAllowed::NotVouched);
    assert_eq!(not_allowed(renewed(&world, &key, &signer)), NotAllowed::NotVouched);
    let before = std::mem::replace(&mut world.box_signer, signer);
    let (of_before, thief) = (world.box_key.clone(), SigningKey::generate().unwrap());
    world.box_key = key.clone();
    world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    assert!(matches!(refusal(world.import(&file)), Refusal::OtherKey));
    let Proposed::Waits(event) = renewed(&world, &key, &before).unwrap() else { panic!("one member took it") };
    assert!(matches!(refusal(world.import(&file)), Refusal::KeyProposed(number) if number == event));
    // Another key that the key before vouches for, which a thief could make, is overtaken.
    let Proposed::Waits(thiefs) = renewed(&world, &thief.1, &before).unwrap() else { panic!("one member took it") };
    world.edit_as(&second, |editor| editor.consent(event, &TODAY)).unwrap();
    assert!(world.edit_as(&second, |editor| editor.consent(thiefs, &TODAY)).is_err());
    let taken = world.import(&file).unwrap();
    assert_eq!((taken.number, taken.new_epoch, taken.passed_over, taken.new_reports), (2, false, 0, 1));

    // Whoever has the key before signs nothing for the box any more, and vouches for nothing.
    world.concern(3, Route::StaffConcern, &[]);
    let signer = std::mem::replace(&mut world.box_signer, before);
    let file = world.collect();
    assert!(matches!(refusal(world.import(&file)), Refusal::KeyBefore));
    assert_eq!(not_allowed(renewed(&world, &thief.1, &world.box_signer)), NotAllowed::NotVouched);
    let back = world.edit(|editor| editor.propose(NewProposal::BoxKey(of_before.clone()), &TODAY));
    assert_eq!(not_allowed(back), NotAllowed::KeyBefore);
    // Nor is another box taken for it because it was renewed.
    (world.box_signer, world.id) = (signer, crate::domain::BoxId([8; 16]));
    let file = world.collect();
    assert!(matches!(refusal(world.import(&file)), Refusal::OtherBox));
    let told = |what: &AlertKind| matches!(what, AlertKind::Consented { what: ChangeView::RenewedBoxKey(_), .. });
    assert!(world.open().unwrap().alerts().iter().any(|alert| told(&alert.what)));
}

#[test]
fn a_key_that_was_given_up_without_its_word_cant_become_the_boxs_again_either() {
    let (world, _) = one_report();
    let before = world.box_key.clone();
    let (_, other) = SigningKey::generate().unwrap();
    world.edit(|editor| editor.propose(NewProposal::BoxKey(other), &TODAY)).unwrap();
    match world.edit(|editor| editor.propose(NewProposal::BoxKey(before), &TODAY)) {
        Err(CasebookError::NotAllowed(why)) => assert_eq!(why, NotAllowed::KeyBefore),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it became the box's again"),
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a file is damaged and mended")]
fn what_is_confirmed_to_the_box_was_opened_by_whoever_confirms_it() {
    let (world, id) = one_report();
    let second = world.colleague("Second", TeamRole::Reviewer);
    let export = |name: &str| world.dir.path().join(name);
    let written = world.edit(|editor| editor.export(&export("one"), false, &TODAY)).unwrap();
    assert_eq!(
        written,
        Export::Written { number: 1, parts: 1, answers: 0, collected: 1, set_aside: 0, entered: 0, lost: vec![] }
    );
    assert_eq!(world.edit(|editor| editor.export(&export("none"), false, &TODAY)).unwrap(), Export::Nothing);
    // A second member's word makes the box delete it, so they look at it themselves.
    let message = world.casebook().join("collections/1").join(crate::domain::Manifest::path(id, 1, 1));
    let bytes = std::fs::read(&message).unwrap();
    std::fs::write(&message, &bytes[1..]).unwrap();
    assert_eq!(world.edit_as(&second, |editor| editor.export(&export("no"), false, &TODAY)).unwrap(), Export::Nothing);
    std::fs::write(&message, &bytes).unwrap();
    let written = world.edit_as(&second, |editor| editor.export(&export("two"), false, &TODAY)).unwrap();
    assert_eq!(
        written,
        Export::Written { number: 2, parts: 1, answers: 0, collected: 1, set_aside: 0, entered: 0, lost: vec![] }
    );
    assert!(!world.open().unwrap().has_to_acknowledge() && !world.open_as(&second).unwrap().has_to_acknowledge());
}

#[test]
fn who_opened_and_saved_what_is_known_to_the_readers_once_a_day() {
    let (world, id) = one_report();
    let second = world.colleague("Second", TeamRole::Reviewer);
    let shown = (DAY, &Calendar::default());
    for _ in 0..2 {
        world.edit_as(&second, |editor| editor.show(id, shown, &TODAY).map(drop)).unwrap();
    }
    let out = world.dir.path().join("out");
    world.edit_as(&second, |editor| editor.write_attachment(id, "1/1", &out, &TODAY).map(drop)).unwrap();
    world.edit(|editor| editor.note_print(id, &TODAY)).unwrap();
    let log = world.open().unwrap().access_log(None);
    let told: Vec<_> =
        log.iter().map(|access| (access.by, access.how, access.file.as_ref().map(Text::as_str))).collect();
    let expected = [
        (me(&world), AccessKind::Printed, None),
        (second.id, AccessKind::Saved, Some("1/1")),
        (second.id, AccessKind::Opened, None),
    ];
    assert_eq!(told, expected);
    world.edit(|editor| editor.restrict(id, readers(vec![editor.me]), &TODAY)).unwrap();
    assert!(world.open_as(&second).unwrap().access_log(None).is_empty());
    assert_eq!(world.open().unwrap().access_log(Some(id)).len(), 3);
}
