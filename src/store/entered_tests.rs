//! Reports that were entered at the desk, as the box makes them.

use super::{
    Applied, ApplyError, NotEntered, StoredMessage, WhyNotEntered,
    tests::{LATER, add, answer, changed, delivery, locator, message, told},
};
use crate::{
    crypto::{Code, KdfParams, Locator, os_random},
    domain::{
        AnswerKind, Calendar, ClockKind, Digest, EnteredEntry, MessageKind, ReportId, Route, entered_clocks,
        limits::ENTERED_MAX,
    },
    store::{AddMessage, Store},
    world::{DAY, EmptyBox},
};

fn entered(store: &Store, byte: u8) -> (EnteredEntry, Locator) {
    let (id, kdf): (_, KdfParams) = (store.settings().box_id, store.settings().kdf);
    let receipt = Code::issue(&mut os_random()).derive(id, kdf).unwrap_or_else(|error| panic!("{error}"));
    let entry = EnteredEntry {
        report: ReportId([byte; 8]),
        route: Route::Procurement,
        received_on: DAY,
        locator: Digest(*receipt.locator.as_bytes()),
        kdf: kdf.to_string(),
        reply_to: receipt.reply.recipient().to_string(),
        clocks: entered_clocks(Route::Procurement, DAY, Some(DAY), &Calendar::default()).unwrap(),
        commitment: Digest([byte; 32]),
        summary: Digest([byte; 32]),
    };
    (entry, receipt.locator)
}

/// What comes of decisions that tell of those.
fn apply(store: &Store, number: u64, entered: Vec<EnteredEntry>) -> Result<Applied, ApplyError> {
    store.apply(changed(delivery(store, number, vec![], vec![]), |decisions| decisions.entered = entered))
}

#[test]
fn a_report_that_was_entered_is_made_once_and_goes_on_as_any_other() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let (entry, locator) = entered(&store, 9);
    // With an answer to it in the same file.
    let (answered, sealed) = answer(entry.report, 1, AnswerKind::Notice, b"sealed");
    let first = changed(delivery(&store, 1, vec![(answered, sealed)], vec![]), |it| it.entered = vec![entry.clone()]);
    let applied = store.apply(first).unwrap();
    assert_eq!(applied, Applied { entered: 1, answers: 1, met: 1, ..Applied::default() });
    let report = store.report_at(locator).unwrap().unwrap();
    assert_eq!((report.id, report.route, report.received_on), (entry.report, Route::Procurement, DAY));
    let StoredMessage { seq, collected, entered: is_entered, .. } = report.messages[0];
    assert_eq!((seq, collected, is_entered, report.messages.len()), (1, true, true, 1));
    let met = |kind| report.clocks.iter().find(|one| one.clock.kind == kind).unwrap().clock.met_on;
    assert_eq!(
        [ClockKind::Acknowledgement, ClockKind::Advice, ClockKind::InformationUseNotice].map(met),
        [Some(DAY), None, Some(LATER)]
    );
    // The next collection lists it, with no file.
    let listed = told(&store, false);
    let listed = listed.iter().find(|one| one.id == entry.report).unwrap();
    assert!(listed.messages[0].files.is_empty() && listed.messages[0].commitment == entry.commitment);
    // Twice is the same as once.
    assert_eq!(apply(&store, 2, vec![entry.clone()]).unwrap(), Applied::default());
    // The person adds something, and withdraws.
    let more = message(&store, 2, MessageKind::FollowUp, &[b"more"]);
    assert_eq!(store.add_message(entry.report, more).unwrap(), AddMessage::Added);
    let report = store.report_at(locator).unwrap().unwrap();
    assert_eq!(report.messages.iter().map(|one| (one.seq, one.entered)).collect::<Vec<_>>(), [(1, true), (2, false)]);
    let withdrawal = message(&store, 3, MessageKind::Withdrawal, &[b"no"]);
    assert_eq!(store.add_message(entry.report, withdrawal).unwrap(), AddMessage::Added);
    assert!(store.report_at(locator).unwrap().unwrap().withdrawn_on.is_some());
}

#[test]
fn nobody_s_report_or_code_is_taken_over() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let theirs = locator(&store);
    let id = add(&store, theirs, &[b"theirs"]);
    let before = told(&store, true);
    let (fresh, fresh_locator) = entered(&store, 9);
    let under_their_id = EnteredEntry { report: id, ..fresh.clone() };
    let under_their_code = EnteredEntry { locator: Digest(*theirs.as_bytes()), ..fresh.clone() };
    let why = |store: &Store, number, entry: &EnteredEntry| {
        let applied = apply(store, number, vec![entry.clone()]).unwrap();
        assert_eq!(applied.entered, 0);
        applied.not_entered.first().map(|NotEntered { why, .. }| *why)
    };
    for (number, entry) in (1..).zip([&under_their_id, &under_their_code]) {
        assert_eq!(why(&store, number, entry), Some(WhyNotEntered::Another));
    }
    assert!(store.report_at(fresh_locator).unwrap().is_none());
    assert_eq!(told(&store, true), before, "nothing of theirs is another");
    // What can't be is not made, and what is beside it is.
    let unfit = [
        EnteredEntry { received_on: LATER.tomorrow().unwrap(), ..fresh.clone() },
        EnteredEntry { clocks: vec![], ..fresh.clone() },
        EnteredEntry { reply_to: "nobody".into(), ..fresh.clone() },
    ];
    for (number, entry) in (3..).zip(&unfit) {
        assert_eq!(why(&store, number, entry), Some(WhyNotEntered::Unfit));
    }
    let other_costs = EnteredEntry { kdf: "m=8,t=1,p=1".into(), ..fresh.clone() };
    assert_eq!(why(&store, 6, &other_costs), Some(WhyNotEntered::OtherCosts));
    let beside = apply(&store, 7, vec![under_their_id, fresh.clone()]).unwrap();
    assert_eq!((beside.entered, beside.not_entered.len()), (1, 1));
    // One that is here already is no other one.
    let other = EnteredEntry { commitment: Digest([1; 32]), ..fresh };
    assert_eq!(why(&store, 8, &other), Some(WhyNotEntered::Another));
}

#[test]
fn nobody_fills_the_box_with_one_file() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let (entry, _) = entered(&store, 9);
    let many = |count| vec![entry.clone(); count];
    let refused = apply(&store, 1, many(ENTERED_MAX + 1));
    assert!(matches!(refused, Err(ApplyError::TooManyEntered(_))));
    assert_eq!(apply(&store, 1, many(ENTERED_MAX)).unwrap().entered, 1);
}
