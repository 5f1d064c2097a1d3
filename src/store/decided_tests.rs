//! What decisions do at the box.

use super::{
    tests::{
        LATER, add, answer, changed, collected, commitments, delivery, delivery_by, locator, message, on_disk, taken,
        told,
    },
    *,
};
use crate::{
    crypto::{SignerRole, SigningKey, besides, sign, verify},
    domain::{
        AnswerEntry, AnswerKind, CasebookId, Collected, Decisions, Digest, LogHead, MessageKind, Part, ReportId,
        SetAside, SetAsideEntry, SetAsideReason,
        limits::{DECISIONS_AHEAD, DECISIONS_FIRST, EVENTS_AHEAD},
    },
    world::EmptyBox,
};

#[test]
fn a_notice_meets_every_open_clock_on_the_day_it_is_delivered() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let locator = locator(&store);
    let id = add(&store, locator, &[b"one"]);
    store.add_message(id, message(&store, 2, MessageKind::FollowUp, &[b"two"])).unwrap();
    let notice = answer(id, 1, AnswerKind::Notice, b"sealed notice");
    let known = collected(&store, id, 2);
    let applied = store.apply(delivery(&store, 1, vec![notice], vec![known])).unwrap();
    assert_eq!(applied, Applied { answers: 1, acknowledged: 2, met: 2, ..Applied::default() });
    let report = store.report_at(locator).unwrap().unwrap();
    assert!(report.clocks.iter().all(|entry| entry.clock.met_on == Some(LATER)));
    assert_eq!(report.answers[0].sealed.as_deref(), Some(b"sealed notice".as_slice()));
    assert!(report.messages.iter().all(|message| message.collected));
    assert_eq!((report.answers[0].kind, report.answers[0].demanded), (AnswerKind::Notice, 1));
}

#[test]
fn what_one_signer_says_the_desk_has_is_kept_until_a_second_says_so_or_its_days_are_over() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let (one, two) = (SigningKey::generate().unwrap().0, SigningKey::generate().unwrap().0);
    let id = add(&store, locator(&store), &[b"one"]);
    let tell = |key: &SigningKey<SignerRole>, number: u64, report: ReportId| {
        let collected = vec![collected(&store, report, 1)];
        store.apply(delivery_by(key, &store, number, vec![], collected)).unwrap()
    };
    let seqs = |again: bool, id: ReportId| -> Vec<u32> {
        let Some(report) = told(&store, again).into_iter().find(|report| report.id == id) else { return vec![] };
        let carried = report.messages.iter().filter(|message| !message.files.is_empty());
        carried.map(|message| message.seq).collect()
    };
    assert_eq!((tell(&one, 1, id).acknowledged, taken(&store)), (1, 1));
    assert_eq!((seqs(false, id), seqs(true, id), told(&store, false).len()), (vec![], vec![1], 0));
    // The same signer again says nothing new.
    let again = tell(&one, 2, id);
    assert_eq!((again.acknowledged, again.deleted, taken(&store)), (0, 0, 1));
    assert_eq!((tell(&two, 3, id).deleted, taken(&store)), (1, 0));
    assert_eq!(seqs(true, id), [0; 0], "nothing of it is left to be collected");

    let other = add(&store, locator(&store), &[b"two"]);
    tell(&one, 4, other);
    let day = |after: i64| LATER.checked_add(jiff::Span::new().days(after)).unwrap();
    assert_eq!(store.forget_acknowledged(day(6), 7).unwrap(), 0);
    assert_eq!(store.forget_acknowledged(day(7), 7).unwrap(), 1);
    store.tick(day(7)).unwrap();
    assert_eq!(taken(&store), 0);
    store.check_integrity().unwrap();
}

#[test]
fn a_report_that_was_withdrawn_goes_when_the_desk_knows_and_nothing_is_kept_any_more() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let locator = locator(&store);
    let id = add(&store, locator, &[b"one"]);
    store.add_message(id, message(&store, 2, MessageKind::Withdrawal, &[b"w"])).unwrap();
    let known = collected(&store, id, 2);
    store.apply(delivery(&store, 1, vec![], vec![known.clone()])).unwrap();
    assert!(store.report_at(locator).unwrap().is_some(), "one signer says so");
    store.apply(delivery(&store, 2, vec![], vec![known])).unwrap();
    assert!(store.report_at(locator).unwrap().is_none());
    // The desk is told that it is gone, until it says that it heard it.
    let gone = || store.snapshot(|snapshot| snapshot.plan(false)).unwrap().gone;
    assert_eq!(gone(), [id]);
    store.apply(changed(delivery(&store, 3, vec![], vec![]), |decisions| decisions.gone = vec![id])).unwrap();
    assert_eq!(gone(), []);
    assert_eq!(taken(&store), 0);
}

#[test]
fn one_casebook_is_followed_in_rising_numbers_and_the_furthest_end_of_it_is_kept() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let seen = || store.snapshot(|snapshot| snapshot.casebook()).unwrap();
    let apply = |number: u64| store.apply(delivery(&store, number, vec![], vec![]));
    assert_eq!(seen(), None);
    apply(5).unwrap();
    assert_eq!(apply(5).unwrap(), Applied::default(), "the same file");
    let id = add(&store, locator(&store), &[b"one"]);
    let another = store.apply(delivery(&store, 5, vec![], vec![collected(&store, id, 1)]));
    assert!(matches!(another, Err(ApplyError::Old { number: 5, last: 5 })));
    assert!(matches!(apply(4), Err(ApplyError::Old { number: 4, last: 5 })));
    let far = 6 + DECISIONS_AHEAD;
    assert!(matches!(apply(far), Err(ApplyError::FarAhead { last: 5, .. })));
    apply(7).unwrap();
    let seven = seen().unwrap();
    assert_eq!((seven.casebook, seven.decisions, seven.head.number), (CasebookId([0; 16]), 7, 70));
    // A casebook that is behind still says what it has to; the furthest end stays.
    let mut behind = delivery(&store, 8, vec![], vec![]);
    let (key, public) = SigningKey::<SignerRole>::generate().unwrap();
    let head = LogHead { number: 9, digest: Digest([5; 32]) };
    let decisions = Decisions { head, ..behind.decisions.document().clone() };
    let (bytes, signature) = sign(&decisions, &key).unwrap();
    behind.decisions = verify(&bytes, &signature, &[public]).unwrap_or_else(|e| panic!("{e}"));
    store.apply(behind).unwrap();
    assert_eq!((seen().unwrap().decisions, seen().unwrap().head), (8, seven.head));
    // Another casebook is refused until it is confirmed.
    store.pin_casebook(CasebookId([6; 16])).unwrap();
    assert!(matches!(apply(9), Err(ApplyError::OtherCasebook { .. })));
    store.pin_casebook(CasebookId([0; 16])).unwrap();
    apply(1).unwrap();
    assert_eq!(seen().unwrap().decisions, 1, "from whatever number");
}

#[test]
fn no_number_is_taken_that_would_be_the_last() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let (key, public) = SigningKey::<SignerRole>::generate().unwrap();
    let apply = |number: u64, event: u64| {
        let mut delivery = delivery(&store, 1, vec![], vec![]);
        let head = LogHead { number: event, digest: Digest([5; 32]) };
        let decisions = Decisions { number, head, ..delivery.decisions.document().clone() };
        let (bytes, signature) = sign(&decisions, &key).unwrap();
        delivery.decisions =
            verify(&bytes, &signature, std::slice::from_ref(&public)).unwrap_or_else(|e| panic!("{e}"));
        store.apply(delivery)
    };
    let seen = || store.snapshot(|snapshot| snapshot.casebook()).unwrap();
    for number in [u64::MAX, i64::MAX.unsigned_abs(), DECISIONS_FIRST + 1] {
        assert!(matches!(apply(number, 1), Err(ApplyError::FirstFarAhead(found)) if found == number));
    }
    assert!(matches!(apply(0, 1), Err(ApplyError::NoNumber)));
    for event in [u64::MAX, 1 << 62, EVENTS_AHEAD + 1] {
        assert!(matches!(apply(1, event), Err(ApplyError::HeadFarAhead { last: 0, .. })));
    }
    assert_eq!(seen(), None, "nothing of them is kept");
    // A box that was made anew for a casebook that is decades old.
    apply(DECISIONS_FIRST, EVENTS_AHEAD).unwrap();
    let (number, event) = (DECISIONS_FIRST + 1, 2 * EVENTS_AHEAD);
    assert!(matches!(apply(number, event + 1), Err(ApplyError::HeadFarAhead { last: EVENTS_AHEAD, .. })));
    assert!(matches!(apply(u64::MAX, event), Err(ApplyError::FarAhead { last: DECISIONS_FIRST, .. })));
    apply(number, event).unwrap();
    assert_eq!(seen().map(|seen| (seen.decisions, seen.head.number)), Some((number, event)));
}

#[test]
fn parts_of_one_number_that_say_how_many_they_are_in_two_ways_are_not_mixed() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let apply = |number: u32, of: u32| {
        let part = Part { number, of };
        store.apply(changed(delivery(&store, 1, vec![], vec![]), |decisions| decisions.part = part))
    };
    apply(1, 2).unwrap();
    assert!(matches!(apply(3, 3), Err(ApplyError::OtherParts { number: 1, of: 3 })));
    apply(2, 2).unwrap();
}

#[test]
fn what_was_not_taken_is_named_again_when_the_same_file_is_delivered_again() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let id = add(&store, locator(&store), &[b"one"]);
    let answers = |seqs: &[u32]| {
        seqs.iter().map(|seq| answer(id, *seq, AnswerKind::Reply, &[u8::try_from(*seq).unwrap()])).collect::<Vec<_>>()
    };
    let both = delivery(&store, 1, answers(&[1, 3]), vec![]);
    let again = || Delivery {
        decisions: changed(delivery(&store, 1, answers(&[1, 3]), vec![]), |_| {}).decisions,
        ..delivery(&store, 1, answers(&[1, 3]), vec![])
    };
    let first = store.apply(both).unwrap();
    let skipped = |why| vec![Skipped { report: id, seq: 3, why }];
    assert_eq!((first.answers, first.skipped), (1, skipped(WhySkipped::Early(2))));
    let told = store.apply(again()).unwrap();
    assert_eq!((told.answers, told.known, told.skipped), (0, 1, skipped(WhySkipped::Early(2))));
    store.apply(delivery(&store, 2, answers(&[2]), vec![])).unwrap();
    assert_eq!(store.apply(again()).unwrap().skipped, skipped(WhySkipped::PassedOver));
}

#[test]
fn a_box_that_refuses_an_older_number_sends_to_the_newer_casebook_first() {
    let said = ApplyError::Old { number: 1, last: 2 }.to_string();
    let (newer, again) = (said.find("find the newer one first").unwrap(), said.find("export --again").unwrap());
    assert!(newer < again, "{said}");
}

#[test]
fn answers_are_taken_in_order_once_and_what_can_t_be_taken_holds_up_nothing() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let locator = locator(&store);
    let id = add(&store, locator, &[b"one"]);
    let answers = |seqs: &[u32]| {
        seqs.iter()
            .map(|seq| answer(id, *seq, AnswerKind::Reply, format!("answer {seq}").as_bytes()))
            .collect::<Vec<_>>()
    };
    let count = || store.report_at(locator).unwrap().unwrap().answers.len();
    let skipped = |report, seq, why| Skipped { report, seq, why };

    let early = store.apply(delivery(&store, 1, answers(&[2]), vec![])).unwrap();
    assert_eq!((early.skipped, early.answers), (vec![skipped(id, 2, WhySkipped::Early(1))], 0));
    // The first fits, the second does not, and the desk has a message that is not here: all else is taken.
    let unknown = ReportId([9; 8]);
    let mut known = collected(&store, id, 1);
    known.messages.push(Digest([9; 32]));
    let half = store
        .apply(delivery(
            &store,
            2,
            [vec![answer(unknown, 1, AnswerKind::Reply, b"x")], answers(&[1])].concat(),
            vec![Collected { report: unknown, ..known.clone() }, known],
        ))
        .unwrap();
    assert_eq!(half.skipped, [skipped(unknown, 1, WhySkipped::NoReport)]);
    assert_eq!((half.answers, half.acknowledged, half.unknown, count()), (1, 1, 3, 1));
    let again = store.apply(delivery(&store, 3, answers(&[1, 2, 3]), vec![])).unwrap();
    assert_eq!((again.answers, again.known), (2, 1));
    let other = answer(id, 2, AnswerKind::Reply, b"another answer 2");
    let other = store.apply(delivery(&store, 4, vec![other], vec![])).unwrap();
    assert_eq!((other.skipped, count()), (vec![skipped(id, 2, WhySkipped::Another)], 3));
}

#[test]
fn parts_of_decisions_are_taken_once_in_any_order() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let mut made = 0;
    let mut part = |number: u64, part: u32, of: u32| {
        made += 1;
        let (part, gone) = (Part { number: part, of }, vec![ReportId([made; 8])]);
        store.apply(changed(delivery(&store, number, vec![], vec![]), |decisions| {
            (decisions.part, decisions.gone) = (part, gone);
        }))
    };
    for number in [3, 1, 2] {
        part(1, number, 3).unwrap();
    }
    // Another file that says that it is one of them.
    assert!(matches!(part(1, 2, 3), Err(ApplyError::Old { number: 1, last: 1 })));
    part(2, 2, 2).unwrap();
    assert!(matches!(part(1, 1, 1), Err(ApplyError::Old { number: 1, last: 2 })));
    part(2, 1, 2).unwrap();
    for wrong in [(0, 2), (3, 2), (1, 0), (1, u32::MAX)] {
        assert!(matches!(part(3, wrong.0, wrong.1), Err(ApplyError::NoPart(_))));
    }
}

#[test]
fn a_delivery_that_was_cut_off_goes_on_where_it_was() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let locator = locator(&store);
    let id = add(&store, locator, &[b"one"]);
    let key = SigningKey::generate().unwrap().0;
    let all = || delivery_by(&key, &store, 1, vec![answer(id, 1, AnswerKind::Reply, b"one")], vec![]);
    let digest = all().decisions.digest();
    // As if killed after its first step.
    store
        .change(move |connection| {
            connection.execute("INSERT INTO delivery (sha256, done) VALUES (?1, 0)", [digest.0])?;
            Ok(())
        })
        .unwrap();
    assert_eq!(store.apply(all()).unwrap().answers, 1);
    assert_eq!(store.apply(all()).unwrap(), Applied { known: 1, ..Applied::default() });
}

#[test]
fn a_message_that_reuses_a_number_is_not_taken_for_the_one_that_the_desk_has() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let id = add(&store, locator(&store), &[b"one"]);
    // The desk has message 2 of before a restore; this one came since.
    store.add_message(id, message(&store, 2, MessageKind::FollowUp, &[b"since"])).unwrap();
    let before = Collected { messages: vec![Digest([7; 32])], ..collected(&store, id, 1) };
    let applied = store.apply(delivery(&store, 1, vec![], vec![before])).unwrap();
    assert_eq!((applied.acknowledged, applied.unknown), (0, 1));
    let carried: Vec<u32> =
        told(&store, false)[0].messages.iter().filter(|m| !m.files.is_empty()).map(|m| m.seq).collect();
    assert_eq!(carried, [1, 2]);
    // Whoever knows what the box says and has not all of it is told it again.
    store.apply(delivery(&store, 2, vec![], vec![collected(&store, id, 1)])).unwrap();
    assert_eq!(told(&store, false).len(), 1);
    store.apply(delivery(&store, 3, vec![], vec![collected(&store, id, 2)])).unwrap();
    assert_eq!(told(&store, false).len(), 0);
    // Whatever changes is told.
    store.apply(delivery(&store, 4, vec![answer(id, 1, AnswerKind::Reply, b"x")], vec![])).unwrap();
    assert_eq!(told(&store, false).len(), 1);
}

#[test]
fn what_is_left_out_is_counted() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let mut ids: Vec<ReportId> = (0..5).map(|_| add(&store, locator(&store), &[b"one"])).collect();
    ids.sort();
    let plan = |again| store.snapshot(|snapshot| snapshot.plan(again)).unwrap();
    assert_eq!((plan(false).parts, plan(false).besides), (vec![ids.clone()], besides([])));
    let known = ids[1..4].iter().map(|id| collected(&store, *id, 1)).collect();
    store.apply(delivery(&store, 1, vec![], known)).unwrap();
    let left = plan(false);
    assert_eq!(left.parts, [vec![ids[0], ids[4]]]);
    assert_eq!(left.besides, besides(ids[1..4].iter().copied()));
    assert_eq!(plan(true).parts, [ids]);
    store.tell_everything().unwrap();
    assert_eq!(told(&store, false).iter().filter(|report| !report.messages[0].files.is_empty()).count(), 5);
}

#[test]
fn a_report_that_is_set_aside_owes_nothing_and_goes_on_two_words_or_after_its_days() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let (one, two) = (locator(&store), locator(&store));
    let marker = b"sealed words that are junk".as_slice();
    let (first, second) = (add(&store, one, &[marker]), add(&store, two, &[b"other"]));
    let aside = |reports: &[ReportId], reason| -> Vec<SetAsideEntry> {
        let messages = vec![commitments(1).message];
        let entry = |report: &ReportId| SetAsideEntry { report: *report, reason, messages: messages.clone() };
        let mut all: Vec<_> = reports.iter().map(entry).collect();
        all.sort_by_key(|entry| entry.report);
        all
    };
    let set = |number, reports: &[ReportId], reason| {
        let list = aside(reports, reason);
        store.apply(changed(delivery(&store, number, vec![], vec![]), |decisions| decisions.set_aside = list)).unwrap()
    };
    let applied = set(1, &[first, second, ReportId([9; 8])], SetAsideReason::NotAConcern);
    assert_eq!((applied.set_aside, applied.acknowledged, applied.deleted, applied.unknown), (2, 2, 0, 1));
    let report = store.report_at(one).unwrap().unwrap();
    assert_eq!(report.set_aside, Some(SetAside { on: LATER, reason: SetAsideReason::NotAConcern }));
    assert!(report.clocks.is_empty() && store.clocks(false).unwrap().is_empty());
    assert_eq!(taken(&store), 2, "on one signer's word nothing is lost");
    // Another signer says so too.
    assert_eq!(set(2, &[first], SetAsideReason::Test).deleted, 1);
    let report = store.report_at(one).unwrap().unwrap();
    assert_eq!(report.set_aside.map(|aside| aside.reason), Some(SetAsideReason::Test), "the last one says why");
    store.tick(LATER).unwrap();
    assert!(!on_disk(directory.as_path()).windows(marker.len()).any(|window| window == marker));
    assert_eq!(store.forget_acknowledged(LATER, 0).unwrap(), 1);
    store.tick(LATER).unwrap();
    assert_eq!(taken(&store), 0);
    // What is said meanwhile, which the team did not have, is owed and stays, though it is set aside once more.
    store.add_message(second, message(&store, 2, MessageKind::FollowUp, &[b"more"])).unwrap();
    let more = delivery(&store, 10, vec![], vec![]);
    let list = aside(&[second], SetAsideReason::NotAConcern);
    assert_eq!(store.apply(changed(more, |decisions| decisions.set_aside = list)).unwrap().acknowledged, 0);
    assert_eq!((store.clocks(false).unwrap().len(), taken(&store)), (1, 1));
    store.check_integrity().unwrap();
}

#[test]
fn what_was_promised_goes_on_once_the_team_answers_what_it_set_aside() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let at = locator(&store);
    let id = add(&store, at, &[b"one"]);
    store.add_message(id, message(&store, 2, MessageKind::FollowUp, &[b"more"])).unwrap();
    let promised = store.report_at(at).unwrap().unwrap().clocks;
    assert_eq!(promised.len(), 2);
    let set_aside = |number, through: u32| {
        let messages = (1..=through).map(|seq| commitments(seq).message).collect();
        let entry = SetAsideEntry { report: id, reason: SetAsideReason::Test, messages };
        let changed = changed(delivery(&store, number, vec![], vec![]), |decisions| decisions.set_aside = vec![entry]);
        assert_eq!(store.apply(changed).unwrap().skipped, []);
    };
    let stands = || {
        let report = store.report_at(at).unwrap().unwrap();
        (report.set_aside.is_some(), report.clocks)
    };
    set_aside(1, 1);
    assert_eq!(stands(), (true, promised[1..].to_vec()), "what the team had not read is owed");
    set_aside(2, 2);
    assert_eq!((stands(), store.clocks(false).unwrap().len()), ((true, vec![]), 0));
    // That nothing more is done is no answer.
    let (entry, sealed) = answer(id, 1, AnswerKind::Update, b"closed");
    let closing = (AnswerEntry { closed: true, ..entry }, sealed);
    store.apply(delivery(&store, 3, vec![closing], vec![])).unwrap();
    assert_eq!(stands(), (true, vec![]));
    // An answer is, and a notice meets what was promised with it.
    store.apply(delivery(&store, 4, vec![answer(id, 2, AnswerKind::Reply, b"sorry")], vec![])).unwrap();
    assert_eq!((stands(), store.clocks(false).unwrap().len()), ((false, promised.clone()), 2));
    set_aside(5, 2);
    store.apply(delivery(&store, 6, vec![answer(id, 3, AnswerKind::Notice, b"how it is used")], vec![])).unwrap();
    let (is_aside, clocks) = stands();
    assert!(!is_aside && clocks.len() == 2 && clocks.iter().all(|entry| entry.clock.met_on == Some(LATER)));
    store.check_integrity().unwrap();
}

#[test]
fn on_one_signers_word_that_a_report_was_withdrawn_nothing_of_it_is_lost() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let at = locator(&store);
    let id = add(&store, at, &[b"one"]);
    store.add_message(id, message(&store, 2, MessageKind::FollowUp, &[b"which nobody has read"])).unwrap();
    store.apply(delivery(&store, 1, vec![answer(id, 1, AnswerKind::Reply, b"thank you")], vec![])).unwrap();
    let sealed_here = taken(&store);
    for (number, messages) in [(2, vec![]), (3, vec![commitments(1).message])] {
        let entry = SetAsideEntry { report: id, reason: SetAsideReason::Withdrawn, messages };
        let decisions = changed(delivery(&store, number, vec![], vec![]), |decisions| {
            decisions.set_aside = vec![entry];
            decisions.gone = vec![id];
        });
        store.apply(decisions).unwrap();
        let report = store.report_at(at).unwrap().unwrap();
        assert_eq!(report.withdrawn_on, None, "the person can still write, and withdraw");
        assert!(report.answers[0].sealed.is_some() && taken(&store) == sealed_here);
    }
    assert!(store.clocks(false).unwrap().iter().all(|clock| clock.entry.seq == 2));
    assert_eq!(store.forget_acknowledged(LATER, 0).unwrap(), 1, "the second message was not acknowledged");
}

#[test]
fn the_same_file_twice_changes_nothing_even_after_the_report_is_gone() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let id = add(&store, locator(&store), &[b"one"]);
    store.add_message(id, message(&store, 2, MessageKind::Withdrawal, &[b"w"])).unwrap();
    let known = collected(&store, id, 2);
    let twice = || delivery(&store, 1, vec![answer(id, 1, AnswerKind::Reply, b"x")], vec![known.clone()]);
    let (first, second) = (twice(), twice());
    assert_eq!(store.apply(first).unwrap().withdrawn, 1);
    // Another signature, the same signed bytes.
    assert_eq!(store.apply(second).unwrap(), Applied { withdrawn: 1, ..Applied::default() });
}
