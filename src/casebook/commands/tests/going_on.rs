//! What one member may try so that the others can't go on, lose what they had, or see different things: they go on, lose
//! nothing and agree.

use std::sync::Arc;

use data_encoding::BASE64;

use crate::{
    casebook::{
        AlertKind, CasebookError, NewMember, NewProposal, NewReaders, NotAllowed, Proposed,
        log::{
            event::{
                Change, Consented, Decided, Imported, Joining, Matter, MessageNews, NewKey, News, Restricted,
                SealedMatter, What, Written,
            },
            keyring::first,
        },
    },
    crypto::{self, BoxRole, GovernanceRecipients, SignerRole, SigningKey, answer_digest, seal_bytes},
    domain::{
        Answer, AnswerKind, Assessment, Calendar, Clock, ClockEntry, ClockKind, Date, Digest, FileEntry, Format,
        MemberId, MessageKind, MessageSummary, ReportId, ReportState, Route, Salt, TeamRole, Text,
    },
    files::{self, Readers},
    unseal::GovernanceIdentity,
    world::{
        DAY, TODAY,
        casebook::{Colleague, World, decide_now, moved, note, notice, seal},
    },
};

fn team() -> (World, Colleague, Colleague) {
    let world = World::new();
    let second = world.colleague("Second", TeamRole::Reviewer);
    let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
    (world, second, dishonest)
}

fn imported(world: &mut World, number: u8) -> ReportId {
    let id = world.concern(number, Route::StaffConcern, &[10]);
    let file = world.collect();
    world.import(&file).unwrap();
    id
}

fn decide_by_hand(world: &World, who: &Colleague, id: ReportId, decided: Decided) {
    let casebook = world.open_as(who).unwrap();
    let to = casebook.report_recipient(id).unwrap();
    let what = What::Decided(SealedMatter::about(id));
    casebook.write_by_hand(who.id, &who.signer, what, &[(to, Matter::Decided(Box::new(decided)))]);
}

fn restrict_by_hand(
    world: &World,
    who: &Colleague,
    id: ReportId,
    readers: Vec<MemberId>,
    key: &Arc<GovernanceIdentity>,
    to: &GovernanceRecipients,
) {
    let casebook = world.open_as(who).unwrap();
    let generation = casebook.state.outlines[&id].key.generation + 1;
    casebook.keys.save(id, generation, key, to, true).unwrap();
    let new = NewKey { generation, recipient: first(key) };
    let why = SealedMatter::about(id);
    let restricted = Restricted { report: id, key: new.clone(), readers, why };
    let sealed = casebook.recipient(&new.recipient).unwrap();
    let reason = Matter::Reason(Text::typed("x"));
    casebook.write_by_hand(who.id, &who.signer, What::Restricted(restricted), &[(sealed, reason)]);
}

/// A key file that is as large as one can be, with keys that no event names.
fn junk(to: &GovernanceRecipients) -> Vec<u8> {
    const KEYS: usize = 860;

    let keys: String = (0..KEYS).map(|_| GovernanceIdentity::generate().to_text().to_string()).collect();
    seal_bytes(keys.as_bytes(), to).unwrap().as_bytes().to_vec()
}

fn waits(proposed: Result<Proposed, CasebookError>) -> u64 {
    match proposed {
        Ok(Proposed::Waits(event)) => event,
        Ok(Proposed::CameAbout(_)) => panic!("it came about"),
        Err(error) => panic!("{error}"),
    }
}

fn propose(world: &World, new: NewProposal) -> u64 {
    waits(world.edit(|editor| editor.propose(new, &TODAY)))
}

fn why(alert: &crate::casebook::AlertView) -> Option<NotAllowed> {
    if let AlertKind::Void { why, .. } = alert.what { Some(why) } else { None }
}

fn newcomer() -> NewMember {
    let (_, signer) = SigningKey::generate().unwrap();
    let recipients = GovernanceIdentity::generate().recipients();
    NewMember { name: Text::typed("New"), role: TeamRole::Reviewer, signer, recipients }
}

fn shown(casebook: &crate::casebook::Casebook, id: ReportId) -> Result<(usize, usize), CasebookError> {
    let view = casebook.show(id, DAY, &Calendar::default())?;
    Ok((view.messages.len(), view.decisions.len()))
}

#[test]
fn key_files_that_no_event_names_spoil_no_key_that_is_made_next() {
    let (mut world, second, dishonest) = team();
    let id = imported(&mut world, 1);
    let path = world.casebook().join("keys/casebook.999.age");
    let planted = junk(&second.identity.recipients());
    files::replace(&path, Readers::Team, &planted).unwrap();
    let proposal = propose(&world, NewProposal::Leave(dishonest.id));
    world.edit_as(&second, |editor| editor.consent(proposal, &TODAY)).unwrap();
    let casebook = world.open().unwrap();
    assert!(casebook.alerts().iter().all(|alert| why(alert).is_none()));
    assert!(world.open_as(&second).is_ok() && world.open_as(&dishonest).is_err());
    // The same for a report's key.
    let everyone = casebook.team_recipient().unwrap();
    let (me, fourth) = (casebook.me().unwrap(), world.colleague("Fourth", TeamRole::Reviewer));
    files::replace(&world.casebook().join(format!("keys/{id}.999.age")), Readers::Team, &junk(&everyone)).unwrap();
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    let mut casebook = world.open().unwrap();
    let mut editor = casebook.edit(&world.signer).unwrap();
    let reason = Text::typed("They are named.");
    editor.restrict(id, NewReaders { readers: vec![me, fourth.id], reason }, &TODAY).unwrap();
    decide_now(&mut editor, id, note("What we found.")).unwrap();
    editor.import(&file, &crate::casebook::ImportChoices::default(), &TODAY).unwrap();
    drop(editor);
    for casebook in [world.open().unwrap(), world.open_as(&fourth).unwrap()] {
        assert_eq!((shown(&casebook, id).unwrap(), casebook.keyless()), ((2, 1), vec![]));
    }
}

#[test]
fn a_key_that_whoever_consents_keeps_to_themselves_ends_nobodys_work() {
    let (world, second, dishonest) = team();
    let third = world.colleague("Third", TeamRole::Reviewer);
    let mine = || first(&GovernanceIdentity::generate());
    let consent = |proposal, recipient| {
        let casebook = world.open_as(&dishonest).unwrap();
        let key = Some(NewKey { generation: casebook.state.generation + 1, recipient });
        casebook.write_by_hand(dishonest.id, &dishonest.signer, What::Consented(Consented { proposal, key }), &[]);
    };
    // Whoever joins is given the key that there is.
    consent(propose(&world, NewProposal::Join(newcomer())), mine());
    assert_eq!(world.open().unwrap().alerts().last().and_then(why), Some(NotAllowed::KeyOrder));
    // Whoever leaves makes a new one necessary, and nobody can tell who has it.
    consent(propose(&world, NewProposal::Leave(third.id)), mine());
    for casebook in [world.open().unwrap(), world.open_as(&second).unwrap()] {
        assert!(casebook.alerts().iter().any(|alert| alert.what == AlertKind::KeyWithheld && alert.by == dishonest.id));
    }
    world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
    let proposal = propose(&world, NewProposal::Leave(dishonest.id));
    world.edit_as(&second, |editor| editor.consent(proposal, &TODAY)).unwrap();
    let casebook = world.open().unwrap();
    assert!(casebook.alerts().iter().all(|alert| alert.what != AlertKind::KeyWithheld), "there is one for all again");
    assert!(world.open_as(&dishonest).is_err() && world.open_as(&second).is_ok());
}

#[test]
fn nothing_that_is_said_of_kept_files_hides_what_is_there() {
    let (mut world, second, dishonest) = team();
    let id = imported(&mut world, 1);
    let (message, _) = world.identity.open_message(world.sealed(id, 1)).unwrap_or_else(|error| panic!("{error}"));
    let nothing = FileEntry { size: 1, sha256: Digest([0; 32]) };
    let news =
        MessageNews { seq: 1, kept: vec![nothing; 2], summary: MessageSummary::of(&message), salt: message.salt };
    let casebook = world.open_as(&dishonest).unwrap();
    let to = casebook.report_recipient(id).unwrap();
    let what = What::Mended(vec![SealedMatter::about(id)]);
    casebook.write_by_hand(dishonest.id, &dishonest.signer, what, &[(to, Matter::News(vec![news]))]);
    for casebook in [world.open().unwrap(), world.open_as(&second).unwrap()] {
        assert_eq!(shown(&casebook, id).unwrap(), (1, 0));
        assert!(casebook.search(&Text::typed("anything")).is_ok());
    }
}

#[test]
fn an_answer_without_its_file_holds_up_no_other_report() {
    let (mut world, second, dishonest) = team();
    let id = imported(&mut world, 1);
    let other = imported(&mut world, 2);
    let answer = Answer {
        format: Format::Answer,
        r#box: world.id,
        report: id,
        seq: 1,
        kind: AnswerKind::Update,
        on: DAY,
        after: 1,
        state: ReportState::BeingRead,
        areas: vec![],
        supplementary: false,
        turn_to: vec![],
        text: None,
        salt: Salt([1; 32]),
    };
    let text = answer_digest(&answer).unwrap();
    let endorsement = crypto::sign(&answer.endorsement(text), &dishonest.signer).unwrap().1;
    let file = Some(FileEntry { size: 1, sha256: Digest([0; 32]) });
    let answers = vec![Written { answer, text, endorsement, file }];
    let (state, assessment) = (ReportState::BeingRead, Assessment::default());
    let decided = Decided { state, assessment, read: 1, note: None, answers, change_of_use: None };
    decide_by_hand(&world, &dishonest, id, decided);
    let export = |name: &str| {
        let out = world.dir.path().join(name);
        world.edit_as(&second, |editor| editor.export(&out, false, &TODAY))
    };
    world.decide(other, moved(ReportState::Closed)).unwrap();
    let written = crate::casebook::Export::Written {
        number: 1,
        parts: 1,
        answers: 1,
        collected: 2,
        set_aside: 0,
        entered: 0,
        lost: vec![id],
    };
    assert_eq!(export("one").unwrap(), written);
    assert!(export("two").unwrap_err().to_string().contains("take it back"));
    // It is taken back, and another one takes its place.
    let answer = crate::casebook::AnswerId { report: id, seq: 1 };
    let seen = world.open().unwrap().seen(id).unwrap();
    world.edit(|editor| editor.take_back(answer, seen, Text::typed("It has no file."), &TODAY)).unwrap();
    world.decide(id, moved(ReportState::Closed)).unwrap();
    let written = crate::casebook::Export::Written {
        number: 2,
        parts: 1,
        answers: 1,
        collected: 0,
        set_aside: 0,
        entered: 0,
        lost: vec![],
    };
    assert_eq!(export("three").unwrap(), written);
}

#[test]
fn no_clock_starts_that_is_due_in_ages() {
    let (mut world, _, dishonest) = team();
    let id = imported(&mut world, 1);
    world.decide(id, notice("How we use it.")).unwrap();
    let state = world.open().unwrap().state.reports[&id].state;
    for (kind, started_on, due_on, met_on) in [
        (ClockKind::InformationUseNotice, DAY, Date::constant(9999, 12, 31), None),
        (ClockKind::InformationUseNotice, DAY, DAY, None),
        (ClockKind::InformationUseNotice, Date::constant(2020, 1, 1), Date::constant(2020, 1, 15), None),
        (ClockKind::InformationUseNotice, DAY, Date::constant(2026, 12, 15), Some(DAY)),
        (ClockKind::Acknowledgement, DAY, Date::constant(2026, 12, 15), None),
    ] {
        let clock = Clock { kind, started_on, due_on, met_on };
        let (assessment, change_of_use) = (Assessment::default(), Some(ClockEntry { seq: 1, clock }));
        let decided = Decided { state, assessment, read: 1, note: None, answers: vec![], change_of_use };
        decide_by_hand(&world, &dishonest, id, decided);
        assert_eq!(world.open().unwrap().alerts().last().and_then(why), Some(NotAllowed::Broken(id)));
    }
    assert_eq!(world.open().unwrap().list(DAY, &Calendar::default()).len(), 1);
}

#[test]
fn whoever_shuts_others_out_of_two_reports_keeps_no_third_from_them_and_can_be_ended() {
    let (mut world, second, dishonest) = team();
    let (one, two) = (imported(&mut world, 1), imported(&mut world, 2));
    let me = world.open().unwrap().me().unwrap();
    for (id, with) in [(one, me), (two, second.id)] {
        let reason = Text::typed("They are named.");
        let new = NewReaders { readers: vec![with, dishonest.id], reason };
        world.edit_as(&dishonest, |editor| editor.restrict(id, new, &TODAY)).unwrap();
    }
    world.say(one, MessageKind::FollowUp, &[]);
    world.say(two, MessageKind::FollowUp, &[]);
    let three = world.concern(3, Route::StaffConcern, &[]);
    let file = world.collect();
    let taken = world.edit(|editor| editor.import(&file, &crate::casebook::ImportChoices::default(), &TODAY)).unwrap();
    assert_eq!((taken.new_reports, taken.messages.len(), taken.left_out), (1, 2, 1));
    assert!(world.open_as(&second).unwrap().show(three, DAY, &Calendar::default()).is_ok());
    // Whoever may read the second takes in the rest, when the box has sent it again.
    let file = world.collect();
    let taken = world
        .edit_as(&second, |editor| editor.import(&file, &crate::casebook::ImportChoices::default(), &TODAY))
        .unwrap();
    assert_eq!((taken.messages.len(), taken.left_out), (1, 0));
    // Each is shut out of one; of both, one of them reads it.
    let proposal = propose(&world, NewProposal::Leave(dishonest.id));
    let declined = world.edit_as(&dishonest, |editor| editor.decline(proposal, &TODAY));
    assert!(matches!(declined, Err(CasebookError::NotAllowed(NotAllowed::OwnLeaving))));
    world.edit_as(&second, |editor| editor.consent(proposal, &TODAY)).unwrap();
    assert!(world.open_as(&dishonest).is_err());
}

#[test]
fn a_key_that_some_readers_were_not_given_is_erased_by_nobody_and_sealed_to_all_again() {
    let (mut world, second, dishonest) = team();
    world.colleague("Fourth", TeamRole::Reviewer);
    let id = imported(&mut world, 1);
    let readers = vec![world.open().unwrap().me().unwrap(), second.id, dishonest.id];
    let oldest = world.open_as(&dishonest).unwrap().keys.report(id).unwrap().unwrap();
    let with_first = dishonest.identity.recipients().and(&world.identity.recipients());
    let two = Arc::new(GovernanceIdentity::generate().and(&oldest));
    restrict_by_hand(&world, &dishonest, id, readers.clone(), &two, &with_first);
    // The first member works on; a further message of the person is sealed under that key.
    world.decide(id, moved(ReportState::Closed)).unwrap();
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let three = Arc::new(GovernanceIdentity::generate().and(&oldest));
    let to_all = with_first.and(&second.identity.recipients());
    restrict_by_hand(&world, &dishonest, id, readers.clone(), &three, &to_all);
    let mut of_second = world.open_as(&second).unwrap();
    world.edit_as(&second, |editor| editor.confirm(editor.casebook().version(), &TODAY)).unwrap();
    assert_eq!(shown(&world.open().unwrap(), id).unwrap(), (2, 1), "nothing is lost");
    world.edit(|editor| editor.confirm(editor.casebook().version(), &TODAY)).unwrap();
    of_second.refresh().unwrap();
    // The same once more, and the first thing that whoever has all keys does is to choose the readers anew.
    let four = Arc::new(GovernanceIdentity::generate().and(&oldest));
    restrict_by_hand(&world, &dishonest, id, readers.clone(), &four, &to_all);
    world.edit(|editor| editor.restrict(id, NewReaders { readers, reason: Text::typed("Anew.") }, &TODAY)).unwrap();
    of_second.refresh().unwrap();
    for casebook in [of_second, world.open().unwrap(), world.open_as(&second).unwrap()] {
        assert_eq!((shown(&casebook, id).unwrap(), casebook.keyless()), ((2, 1), vec![]));
        assert_eq!(casebook.state.reports[&id].state, ReportState::Closed);
    }
}

#[test]
fn a_report_that_goes_on_is_not_destroyed_by_an_old_proposal() {
    let (mut world, _, dishonest) = team();
    let id = imported(&mut world, 1);
    world.decide(id, moved(ReportState::Closed)).unwrap();
    world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
    let file = world.collect();
    world.import(&file).unwrap();
    let consent = |proposal| {
        let casebook = world.open_as(&dishonest).unwrap();
        let what = What::Consented(Consented { proposal, key: None });
        casebook.write_by_hand(dishonest.id, &dishonest.signer, what, &[]);
        assert_eq!(world.open().unwrap().alerts().last().and_then(why), Some(NotAllowed::NoProposal));
    };
    let proposal = propose(&world, NewProposal::Destroy(id));
    world.decide(id, moved(ReportState::BeingRead)).unwrap();
    consent(proposal);
    world.decide(id, moved(ReportState::Closed)).unwrap();
    let proposal = propose(&world, NewProposal::Destroy(id));
    world.say(id, MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let casebook = world.open_as(&dishonest).unwrap();
    let what = What::Consented(Consented { proposal, key: None });
    casebook.write_by_hand(dishonest.id, &dishonest.signer, what, &[]);
    assert_eq!(world.open().unwrap().alerts().last().and_then(why), Some(NotAllowed::NoProposal));
    assert_eq!(shown(&world.open().unwrap(), id).unwrap().0, 2);
}

#[test]
fn figures_that_are_not_the_reports_are_consented_to_by_nobody() {
    let (mut world, second, dishonest) = team();
    let id = imported(&mut world, 1);
    world.decide(id, moved(ReportState::Closed)).unwrap();
    world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
    let file = world.collect();
    world.import(&file).unwrap();
    let casebook = world.open_as(&dishonest).unwrap();
    let mut fact = casebook.fact(id, DAY).unwrap();
    fact.clocks.clear();
    let destroy = Change::Destroy(crate::casebook::log::event::Destroy { report: id, fact, goes_on_with: None });
    casebook.write_by_hand(dishonest.id, &dishonest.signer, What::Proposed(destroy), &[]);
    let proposal = world.open().unwrap().version();
    let consented = world.edit_as(&second, |editor| editor.consent(proposal, &TODAY));
    assert!(matches!(consented, Err(CasebookError::Proposal(crate::casebook::ProposalError::OtherFigures))));
}

#[test]
fn what_came_about_overtakes_older_proposals_of_its_kind() {
    let (world, second, dishonest) = team();
    let key = || SigningKey::<BoxRole>::generate().unwrap().1;
    let new = key();
    let text = new.to_base64();
    let (old, now) = (propose(&world, NewProposal::BoxKey(key())), propose(&world, NewProposal::BoxKey(new)));
    world.edit_as(&second, |editor| editor.consent(now, &TODAY)).unwrap();
    let late = world.edit_as(&dishonest, |editor| editor.consent(old, &TODAY));
    assert!(matches!(late, Err(CasebookError::NotAllowed(NotAllowed::NoProposal))));
    assert_eq!(world.open().unwrap().box_key().to_base64(), text);
    world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
    let (old, now) = (propose(&world, NewProposal::NoSecondApprover), propose(&world, NewProposal::NoSecondApprover));
    world.edit_as(&second, |editor| editor.consent(now, &TODAY)).unwrap();
    world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
    assert!(world.edit_as(&dishonest, |editor| editor.consent(old, &TODAY)).is_err());
    assert!(world.open().unwrap().second_approver());
}

#[test]
fn what_is_void_is_told_of_whoever_signed_it() {
    let (world, second, dishonest) = team();
    let casebook = world.open_as(&dishonest).unwrap();
    casebook.write_by_hand(second.id, &dishonest.signer, What::Declined(1), &[]);
    let alert = world.open().unwrap().alerts().pop().unwrap();
    assert_eq!((alert.by, why(&alert)), (dishonest.id, Some(NotAllowed::OtherName)));
}

#[test]
fn nobody_joins_with_more_keys_than_anyone_needs() {
    let (world, _, dishonest) = team();
    let (_, key) = SigningKey::<SignerRole>::generate().unwrap();
    let one = first(&GovernanceIdentity::generate());
    for recipients in [vec![], vec![one.clone(); 17], vec![[one.as_str(), "\n", one.as_str()].concat()]] {
        let joining = Joining {
            id: MemberId([7; 8]),
            name: Text::typed("New"),
            role: TeamRole::Reviewer,
            signer: key.to_base64(),
            recipients,
        };
        let casebook = world.open_as(&dishonest).unwrap();
        let what = What::Proposed(Change::Join(joining));
        casebook.write_by_hand(dishonest.id, &dishonest.signer, what, &[]);
        assert_eq!(world.open().unwrap().alerts().last().and_then(why), Some(NotAllowed::BadKey));
    }
}

#[test]
fn a_new_report_whose_key_is_withheld_is_sealed_anew_and_mended() {
    let (mut world, second, dishonest) = team();
    let id = world.concern(1, Route::StaffConcern, &[10]);
    let listed = world.manifest();
    let parts = world.parts(&listed);
    let genuine = world.carry(&seal(&parts, &world.recipients()));
    let signature = String::from_utf8(parts[1].1.clone()).unwrap();
    let to = GovernanceIdentity::generate().recipients();
    let key = Some(NewKey { generation: 1, recipient: to.keys()[0].clone() });
    let reports = vec![News { key, about: SealedMatter::about(id), unopened: vec![] }];
    let manifest = BASE64.encode(&parts[0].1);
    let imported = Imported { box_key: world.box_key.to_base64(), manifest, signature, reports };
    let matters = vec![(to, Matter::News(vec![]))];
    let casebook = world.open_as(&dishonest).unwrap();
    casebook.write_by_hand(dishonest.id, &dishonest.signer, What::Imported(imported), &matters);
    let honest = world.open().unwrap();
    assert!(honest.alerts().iter().any(|alert| alert.what == AlertKind::NotTheBoxsWord { report: id, seq: 1 }));
    assert_eq!(honest.keyless(), [id]);
    // It stops no later collection.
    world.concern(2, Route::StaffConcern, &[]);
    let file = world.collect();
    assert_eq!(world.import(&file).unwrap().new_reports, 1);
    // Whoever seals it anew mends it with the genuine collection, and nothing is told to the box before.
    let out = world.dir.path().join("d");
    world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap();
    assert!(world.open().unwrap().state.outlines[&id].heard.messages.iter().all(|message| message.by.is_none()));
    let reason = Text::typed("Sealed anew.");
    let all = NewReaders { readers: vec![honest.me().unwrap(), second.id, dishonest.id], reason };
    world.edit(|editor| editor.restrict(id, all, &TODAY)).unwrap();
    let next = world.collect();
    world.import(&next).unwrap();
    let mended =
        world.edit(|editor| editor.import(&next, &crate::casebook::ImportChoices::default(), &TODAY)).unwrap().mended;
    let _ = (genuine, mended);
    for casebook in [world.open().unwrap(), world.open_as(&second).unwrap()] {
        assert_eq!((shown(&casebook, id).unwrap().0, casebook.keyless()), (1, vec![]));
    }
}
