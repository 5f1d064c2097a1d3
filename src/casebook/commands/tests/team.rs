use crate::{
    casebook::{
        AnswerId, ApprovalError, DecisionError, EditError, EventProblem, ImportError, LogError, LookupError, NewMember,
        NewShutOut, Seen, TeamError, TypedError,
    },
    crypto::SigningKey,
    domain::{
        Calendar, MessageKind, Route,
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

fn shut_out(members: Vec<MemberId>, roles: Vec<TeamRole>) -> NewShutOut {
    NewShutOut { members, roles, reason: Text::typed("They worked there.") }
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
    world.edit(|editor| editor.shut_out(id, shut_out(vec![other.id], vec![]), &TODAY)).unwrap();
    world.edit(|editor| decide_now(editor, id, note(MARKER))).unwrap();
    let casebook = world.open_as(&other).unwrap();
    assert!(matches!(
        casebook.show(id, DAY, &Calendar::default()),
        Err(CasebookError::Lookup(LookupError::ShutOut(_)))
    ));
    assert_eq!((casebook.list(DAY, &Calendar::default()).unwrap().len(), casebook.closed_to_me()), (0, vec![id]));
    assert!(casebook.search(&Text::typed(MARKER)).unwrap().is_empty());
    // Not with all of their keys either: neither messages nor what was decided before or after.
    assert!(casebook.keys.report(id).unwrap().is_none());
    for number in 1..=casebook.version() {
        assert!(casebook.open_event(number).unwrap().matters.iter().all(Option::is_none), "event {number}");
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
    assert!(matches!(
        world.edit_as(&other, |editor| editor.import(&file, false, &TODAY)),
        Err(CasebookError::Import(ImportError::ShutOut(_)))
    ));
    world.import(&file).unwrap();
    assert!(world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).is_err());
    // Until they are let in again.
    world.edit(|editor| editor.shut_out(id, shut_out(vec![], vec![]), &TODAY)).unwrap();
    let view = world.open_as(&other).unwrap().show(id, DAY, &Calendar::default()).unwrap();
    assert_eq!((view.messages.len(), view.shut_outs.len()), (2, 2));
}

#[test]
fn a_role_that_is_shut_out_is_so_for_those_who_join_later() {
    let (world, id) = one_report();
    let early = world.colleague("Early", TeamRole::Reviewer);
    world.edit(|editor| editor.shut_out(id, shut_out(vec![], vec![TeamRole::Adviser]), &TODAY)).unwrap();
    let (adviser, reviewer) =
        (world.colleague("Adviser", TeamRole::Adviser), world.colleague("Reviewer", TeamRole::Reviewer));
    let show = |colleague| world.open_as(colleague)?.show(id, DAY, &Calendar::default()).map(drop);
    assert!(matches!(show(&adviser), Err(CasebookError::Lookup(LookupError::ShutOut(_)))));
    assert!(show(&reviewer).is_ok() && show(&early).is_ok());
    assert!(matches!(
        world.edit(|editor| editor.shut_out(id, shut_out(vec![], vec![TeamRole::Lead]), &TODAY)),
        Err(CasebookError::Team(TeamError::ShuttingOutOneself))
    ));
}

#[test]
fn whoever_leaves_reads_nothing_that_comes_later_and_writes_nothing() {
    let (world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Reviewer);
    let mut still_open = world.open_as(&other).unwrap();
    world.edit(|editor| editor.leave(other.id, &TODAY)).unwrap();
    world.edit(|editor| decide_now(editor, id, note("later"))).unwrap();
    assert!(matches!(world.open_as(&other), Err(CasebookError::Log(LogError::NotAMember))));
    assert!(still_open.edit(&other.signer).is_err());
    // What they sign all the same is not taken.
    let mut forged = world.open().unwrap();
    forged.state.members.get_mut(&other.id).unwrap().left_on = None;
    forged.state.me = Some(other.id);
    forged.edit(&other.signer).unwrap().ask_for_second_approver(true, &TODAY).unwrap();
    assert!(matches!(world.open(), Err(CasebookError::Log(LogError::Event { problem: EventProblem::Unfit, .. }))));
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
            world.edit(|editor| editor.join(new, &TODAY)),
            Err(CasebookError::Team(TeamError::MemberName))
        ));
    }
    for long in ["a".repeat(DETAIL_MAX + 1), many_marks(DETAIL_MAX)] {
        let new = NewShutOut { reason: Text::typed(&long), ..shut_out(Vec::new(), vec![TeamRole::Reviewer]) };
        assert!(matches!(
            world.edit(|editor| editor.shut_out(id, new, &TODAY)),
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
    other.edit(|editor| editor.join(new, &TODAY)).unwrap();
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
fn a_notice_waits_for_its_second_approver() {
    let (world, id) = one_report();
    let other = world.colleague("Second", TeamRole::Reviewer);
    world.edit(|editor| editor.ask_for_second_approver(true, &TODAY)).unwrap();
    world.decide(id, notice("How we use it.")).unwrap();
    world.reply(id, "Thank you.");
    let answer = AnswerId { report: id, seq: 1 };
    let casebook = world.open().unwrap();
    // The reply is numbered after it, so it waits too.
    let waiting: Vec<_> = casebook.waiting_notices().iter().map(|notice| notice.answer).collect();
    assert_eq!((casebook.waiting(), waiting), (0, vec![answer]));
    assert!(matches!(
        world.edit(|editor| approve_now(editor, answer)),
        Err(CasebookError::Approval(ApprovalError::OwnNotice))
    ));
    world.edit_as(&other, |editor| approve_now(editor, answer)).unwrap();
    assert!(matches!(
        world.edit_as(&other, |editor| approve_now(editor, answer)),
        Err(CasebookError::Approval(ApprovalError::NotWaiting))
    ));
    let casebook = world.open().unwrap();
    assert_eq!((casebook.waiting(), casebook.waiting_notices().len()), (2, 0));
}
