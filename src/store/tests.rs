//! What people send, over real databases; and what all tests of the store put in.

use std::{io::Write, path::Path, sync::Arc, thread};

use super::*;
use crate::{
    crypto::{
        Code, Commitments, Locator, Sealed, SignerRole, SigningKey, digest, os_random, record_digest, sign, verify,
    },
    domain::{
        AnswerEntry, AnswerKind, Calendar, CasebookId, Clock, Collected, Date, Decisions, Digest, Format, LogHead,
        MessageKind, Part, ReportEntry, ReportId, Route, SendId,
    },
    world::{DAY, EmptyBox},
};

pub(crate) const LATER: Date = Date::constant(2026, 12, 16);
/// The store keeps whatever it is given: of the message of that number.
pub(crate) fn commitments(seq: u32) -> Commitments {
    let digest = |kind: u8| digest(&[&seq.to_le_bytes()[..], &[kind]].concat());
    Commitments { message: digest(1), summary: digest(2) }
}

pub(super) fn locator(store: &Store) -> Locator {
    Code::issue(&mut os_random())
        .derive(store.settings().box_id, store.settings().kdf)
        .unwrap_or_else(|e| panic!("{e}"))
        .locator
}

pub(crate) fn upload(store: &Store, bytes: &[u8]) -> FinishedUpload {
    let mut upload = store.upload();
    upload.write_all(bytes).unwrap();
    upload.finish().unwrap()
}

pub(crate) fn message(store: &Store, seq: u32, kind: MessageKind, contents: &[&[u8]]) -> NewMessage {
    let clock = Clock::start(Clock::NOTICE, DAY, &Calendar::default()).unwrap();
    NewMessage {
        seq,
        kind,
        on: DAY,
        send_id: SendId::random(&mut os_random()),
        commitments: commitments(seq),
        clocks: if kind == MessageKind::Withdrawal { vec![] } else { vec![clock] },
        files: contents.iter().map(|bytes| upload(store, bytes)).collect(),
        own_copy: None,
    }
}

pub(super) fn add(store: &Store, locator: Locator, contents: &[&[u8]]) -> ReportId {
    let id = ReportId::random(&mut os_random());
    let new = NewReport {
        id,
        locator,
        route: Route::StaffConcern,
        reply_to: "age1".into(),
        message: message(store, 1, MessageKind::Concern, contents),
    };
    assert_eq!(store.add_report(new).unwrap(), AddReport::Added);
    id
}

/// Tries to add one more.
pub(super) fn try_add(store: &Store, contents: &[&[u8]]) -> Result<AddReport, StoreError> {
    let (id, locator) = (ReportId::random(&mut os_random()), locator(store));
    let message = message(store, 1, MessageKind::Concern, contents);
    store.add_report(NewReport { id, locator, route: Route::StaffConcern, reply_to: "age1".into(), message })
}

pub(super) fn copy(store: &Store, report: ReportId, seq: u32, place: usize) -> Vec<u8> {
    let mut out = Vec::new();
    store.snapshot(|snapshot| snapshot.copy_file(report, seq, place, &mut out)).unwrap();
    out
}

/// Slots that are taken where people's files go.
pub(super) fn taken(store: &Store) -> u32 {
    store.know_free_slots().unwrap();
    store.vault().taken()
}

pub(crate) fn answer(report: ReportId, seq: u32, kind: AnswerKind, bytes: &[u8]) -> (AnswerEntry, Sealed) {
    let sealed = Sealed::checked(bytes.to_vec(), digest(bytes)).unwrap();
    let entry = AnswerEntry {
        report,
        seq,
        kind,
        text: Digest([3; 32]),
        closed: false,
        size: bytes.len() as u64,
        sha256: sealed.digest(),
        endorsements: Vec::new(),
    };
    (entry, sealed)
}

pub(super) fn delivery(
    store: &Store,
    number: u64,
    answers: Vec<(AnswerEntry, Sealed)>,
    collected: Vec<Collected>,
) -> Delivery {
    delivery_by(&SigningKey::generate().unwrap().0, store, number, answers, collected)
}

/// The same, signed by that key.
pub(super) fn delivery_by(
    key: &SigningKey<SignerRole>,
    store: &Store,
    number: u64,
    answers: Vec<(AnswerEntry, Sealed)>,
    collected: Vec<Collected>,
) -> Delivery {
    let public = key.verifying_key().unwrap();
    let (entries, answers): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
    let decisions = Decisions {
        format: Format::Decisions,
        r#box: store.settings().box_id,
        casebook: CasebookId([0; 16]),
        number,
        part: Part::WHOLE,
        head: LogHead { number: 10 * number, digest: Digest([4; 32]) },
        collected,
        gone: vec![],
        set_aside: vec![],
        entered: vec![],
        answers: entries,
    };
    let (bytes, signature) = sign(&decisions, key).unwrap();
    let decisions = verify(&bytes, &signature, std::slice::from_ref(&public)).unwrap_or_else(|e| panic!("{e}"));
    Delivery { decisions, answers, on: LATER, signer: public, demanded: 1 }
}

/// The same with another list.
pub(super) fn changed(mut delivery: Delivery, change: impl FnOnce(&mut Decisions)) -> Delivery {
    let (key, public) = SigningKey::<SignerRole>::generate().unwrap();
    let mut decisions = delivery.decisions.document().clone();
    change(&mut decisions);
    let (bytes, signature) = sign(&decisions, &key).unwrap();
    delivery.decisions = verify(&bytes, &signature, std::slice::from_ref(&public)).unwrap_or_else(|e| panic!("{e}"));
    Delivery { signer: public, ..delivery }
}

/// What the next collection says, in one part.
pub(super) fn told(store: &Store, again: bool) -> Vec<ReportEntry> {
    store
        .snapshot(|snapshot| {
            let plan = snapshot.plan(again)?;
            snapshot.reports(&plan.parts.concat(), again, &mut vec![])
        })
        .unwrap()
}

/// What decisions say when the desk has every message of a report up to one.
pub(super) fn collected(store: &Store, report: ReportId, through: u32) -> Collected {
    let record = store.snapshot(|snapshot| snapshot.reports(&[report], false, &mut vec![])).unwrap();
    let record = record_digest(&record[0]).unwrap();
    Collected { report, record, messages: (1..=through).map(|seq| commitments(seq).message).collect() }
}

/// Every byte of every file of the database.
pub(super) fn on_disk(dir: &Path) -> Vec<u8> {
    std::fs::read_dir(dir).unwrap().flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn a_report_is_read_back_as_it_was_put_in() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let locator = locator(&store);
    let large: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    let id = add(&store, locator, &[b"message", &large, b""]);
    let report = store.report_at(locator).unwrap().unwrap();
    assert_eq!((report.id, report.route, report.received_on, report.closed_on), (id, Route::StaffConcern, DAY, None));
    assert_eq!(report.clocks.len(), 1);
    assert_eq!(copy(&store, id, 1, 0), b"message");
    assert!(copy(&store, id, 1, 1) == large);
    assert_eq!(copy(&store, id, 1, 2), b"");
    store.check_integrity().unwrap();
}

#[test]
fn the_same_code_sent_fifty_times_at_once_is_one_report() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let (locator, store) = (locator(&store), Arc::new(store));
    let senders: Vec<_> = (0..50)
        .map(|_| {
            let store = Arc::clone(&store);
            thread::spawn(move || {
                let message = message(&store, 1, MessageKind::Concern, &[b"sealed"]);
                store
                    .add_report(NewReport {
                        id: ReportId::random(&mut os_random()),
                        locator,
                        route: Route::StaffConcern,
                        reply_to: "age1".into(),
                        message,
                    })
                    .unwrap()
            })
        })
        .collect();
    let outcomes: Vec<_> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == AddReport::Added).count(), 1);
    assert_eq!((taken(&store), store.arriving_bytes()), (1, 0), "what the others uploaded is gone");
}

#[test]
fn an_upload_that_broke_off_leaves_nothing_to_be_removed() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let id = add(&store, locator(&store), &[b"kept"]);
    let records = |directory: &Path| std::fs::read(directory.join(DATABASE)).unwrap();
    store.tick(DAY).unwrap();
    let (before, mut broken) = (records(directory.as_path()), store.upload());
    broken.write_all(&vec![1; 3_000_000]).unwrap();
    assert_eq!((taken(&store), store.arriving_bytes()), (1 + 11, 11 * 262_144));
    drop(broken);
    drop(upload(&store, b"whole, but never named by a message"));
    assert_eq!((taken(&store), store.arriving_bytes()), (1, 0));
    store.tick(DAY).unwrap();
    assert_eq!(records(directory.as_path()), before, "the records know nothing of it");
    // As if killed: its end never ran, and a restart knows nothing of it.
    let mut broken = store.upload();
    broken.write_all(&vec![1; 3_000_000]).unwrap();
    let reopened = Store::open(directory.as_path()).unwrap();
    assert_eq!((taken(&reopened), copy(&reopened, id, 1, 0).as_slice()), (1, b"kept".as_slice()));
    drop(broken);
}

#[test]
fn what_arrives_and_never_ends_takes_no_more_than_its_budget_and_leaves_texts_their_room() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let _right = store.begin_serving(Budget { disk_reserve: 0, arriving: 4 * 262_144 }).unwrap();
    assert!(matches!(store.begin_serving(Budget::UNBOUNDED), Err(StoreError::Busy)), "one alone serves");
    let mut first = store.upload();
    first.write_all(&vec![1; 3 * 262_144 + 1]).unwrap();
    let mut second = store.upload();
    let error = second.write_all(&vec![1; 3 * 262_144]).unwrap_err().downcast::<StoreError>().unwrap();
    assert!(matches!(error, StoreError::Arriving));
    add(&store, locator(&store), &[b"a text"]);
    drop(first);
    second.write_all(&vec![1; 262_144]).unwrap();
}

#[test]
fn the_vault_grows_only_as_far_as_the_disk_may_be_filled() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let free = store.free_bytes().unwrap();
    let _right = store.begin_serving(Budget { disk_reserve: 4 * free, arriving: u64::MAX }).unwrap();
    let mut large = store.upload();
    let error = large.write_all(&vec![1; 40 << 20]).unwrap_err().downcast::<StoreError>().unwrap();
    assert!(matches!(error, StoreError::Full));
    drop(large);
    store.vault().set_budget(Budget::UNBOUNDED);
    let mut large = store.upload();
    large.write_all(&vec![1; 40 << 20]).unwrap();
    assert_eq!(large.finish().unwrap().size(), 40 << 20);
}

#[test]
fn messages_are_numbered_without_gaps_and_sent_once() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let id = add(&store, locator(&store), &[b"one"]);
    let second = message(&store, 2, MessageKind::FollowUp, &[b"two"]);
    let (send_id, taken) = (second.send_id, message(&store, 2, MessageKind::FollowUp, &[b"also two"]));
    assert_eq!(store.add_message(id, second).unwrap(), AddMessage::Added);
    assert_eq!(store.add_message(id, taken).unwrap(), AddMessage::NumberTaken);
    assert_eq!(
        store.add_message(id, message(&store, 4, MessageKind::FollowUp, &[b"four"])).unwrap(),
        AddMessage::NumberTaken
    );
    let again = NewMessage { send_id, ..message(&store, 3, MessageKind::FollowUp, &[b"two"]) };
    assert_eq!(store.add_message(id, again).unwrap(), AddMessage::SentBefore);
    let elsewhere = add(&store, locator(&store), &[b"other"]);
    let stolen = NewMessage { send_id, ..message(&store, 2, MessageKind::FollowUp, &[b"two"]) };
    assert_eq!(store.add_message(elsewhere, stolen).unwrap(), AddMessage::Gone);
    assert_eq!(
        store.add_message(ReportId([9; 8]), message(&store, 2, MessageKind::FollowUp, &[b"x"])).unwrap(),
        AddMessage::Gone
    );
}

#[test]
fn a_withdrawal_deletes_what_the_box_holds() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let locator = locator(&store);
    let marker = b"unusual sealed bytes that are to be gone";
    let id = add(&store, locator, &[marker, marker]);
    let withdrawal = message(&store, 2, MessageKind::Withdrawal, &[b"withdrawn"]);
    assert_eq!(store.add_message(id, withdrawal).unwrap(), AddMessage::Added);
    let report = store.report_at(locator).unwrap().unwrap();
    assert_eq!(report.withdrawn_on, Some(DAY));
    assert!(report.clocks.is_empty() && report.answers.is_empty());
    assert_eq!(store.add_message(id, message(&store, 3, MessageKind::FollowUp, &[b"x"])).unwrap(), AddMessage::Gone);
    let is_there = || on_disk(directory.as_path()).windows(marker.len()).any(|window| window == marker);
    assert!(is_there(), "this search finds it");
    // Whoever collects sees it to its end; then it is gone.
    store.snapshot::<_, StoreError>(|_| store.tick(DAY)).unwrap();
    assert!(is_there());
    store.tick(DAY).unwrap();
    assert!(!is_there(), "found on the disk");
    // The desk is told, and once two of it say so the report is gone altogether.
    let told = told(&store, false);
    let carried: Vec<_> = told[0].messages.iter().filter(|message| !message.files.is_empty()).collect();
    assert!(told[0].withdrawn && carried.len() == 1 && carried[0].kind == MessageKind::Withdrawal);
    let known = collected(&store, id, 2);
    for number in [1, 2] {
        store.apply(delivery(&store, number, vec![], vec![known.clone()])).unwrap();
    }
    assert!(store.report_at(locator).unwrap().is_none());
}

#[test]
fn a_copy_for_the_person_stays_until_they_withdraw_and_is_gone_from_the_disk_then() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let locator = locator(&store);
    let sealed = |bytes: &[u8]| Some(upload(&store, bytes));
    let markers = [b"sealed copy of the concern, unusual".as_slice(), b"sealed copy of the follow-up, unusual"];
    let id = ReportId::random(&mut os_random());
    let first = NewMessage { own_copy: sealed(markers[0]), ..message(&store, 1, MessageKind::Concern, &[b"one"]) };
    assert_eq!(first.bytes(), 3 + markers[0].len() as u64, "what is kept for them is counted");
    let (route, reply_to) = (Route::StaffConcern, "age1".into());
    let report = NewReport { id, locator, route, reply_to, message: first };
    assert_eq!(store.add_report(report).unwrap(), AddReport::Added);
    let second = NewMessage { own_copy: sealed(markers[1]), ..message(&store, 2, MessageKind::FollowUp, &[b"two"]) };
    store.add_message(id, second).unwrap();
    store.add_message(id, message(&store, 3, MessageKind::FollowUp, &[b"three, without one"])).unwrap();

    // It is in no collection, and the desk's having the message takes nothing from the person.
    let reports = told(&store, false);
    assert!(reports[0].messages.iter().all(|message| message.files.len() == 1));
    for number in [1, 2] {
        store.apply(delivery(&store, number, vec![], vec![collected(&store, id, 3)])).unwrap();
    }
    assert_eq!(taken(&store), 2, "the copies");
    let copies = |at_most: usize| -> Vec<(u32, Option<Vec<u8>>)> {
        let copies = store.own_copies(id, at_most).unwrap().into_iter();
        let of = |copy| if let CopyRead::Sealed(sealed) = copy { Some(sealed) } else { None };
        copies.map(|(seq, copy)| (seq, of(copy))).collect()
    };
    let both = [(1, Some(markers[0].to_vec())), (2, Some(markers[1].to_vec()))];
    let all = markers.iter().map(|marker| marker.len()).sum();
    assert_eq!(copies(all), both);
    assert_eq!(copies(all - 1), [(1, Some(markers[0].to_vec())), (2, None)], "no more than one page takes");
    let found = |marker: &[u8]| on_disk(directory.as_path()).windows(marker.len()).any(|window| window == marker);
    assert!(markers.iter().all(|marker| found(marker)));

    store.add_message(id, message(&store, 4, MessageKind::Withdrawal, &[b"withdrawn"])).unwrap();
    assert_eq!(copies(all), []);
    store.tick(DAY).unwrap();
    assert_eq!(copies(all), []);
    assert!(!markers.iter().any(|marker| found(marker)), "found on the disk");
    store.check_integrity().unwrap();
}
