//! What a member with a program of their own may try with answers and their way to the box.

use super::by_hand::{is_void, shut_out, try_it};
use crate::{
    casebook::{
        AlertKind, Casebook, NotAllowed, Release, Tried,
        log::event::{Decided, Exported, Matter, SealedMatter, What, Written},
    },
    crypto::{self, SignerRole, SigningKey, answer_digest},
    domain::{
        Answer, AnswerKind, Assessment, BoxId, Calendar, Collected, Digest, FileEntry, Format, ReportId, ReportState,
        Route, Salt, TeamRole, Text,
    },
    world::{DAY, TODAY, casebook::World},
};

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
