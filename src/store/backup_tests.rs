//! What a backup says of a box, however much that is.

use std::path::Path;

use super::{
    ApplyError, Restoration, Store,
    backup::{ANSWERS, AnswerRecords, MessageRecords, ReportRecords, ReportRow},
    tests,
};
use crate::{
    crypto::{digest, os_random},
    domain::{
        AnswerKind, Calendar, Clock, ClockEntry, Digest, Epoch, EpochId, MessageKind, ReportId, Route, SendId,
        SetAside, SetAsideReason,
    },
    world::{DAY, EmptyBox},
};

fn records(store: &Store, after: Option<ReportId>) -> Vec<ReportRecords> {
    store.snapshot(|snapshot| snapshot.report_after(after)).unwrap().unwrap()
}

/// A box of what another has but for sealed files.
fn restored(store: &Store, directory: &Path, reports: &[ReportRecords]) -> Store {
    let all = |after| store.snapshot(|snapshot| snapshot.deliveries_after(after, 1_000));
    let deliveries = all(None).unwrap();
    assert!(all(deliveries.last().map(|last| last.sha256)).unwrap().is_empty());
    let epoch = Epoch { id: EpochId::random(&mut os_random()), began_on: DAY, backup_of: Some(DAY) };
    let head = store.snapshot(|snapshot| snapshot.records()).unwrap();
    let restoration = Restoration::begin(directory, &head, &epoch, DAY).unwrap();
    restoration.add_lists(&deliveries, &[]).unwrap();
    restoration.add_reports(reports).unwrap();
    restoration.finish().unwrap();
    Store::open(directory).unwrap()
}

#[test]
fn no_entry_takes_more_room_than_is_reckoned() {
    let locator = Digest([255; 32]);
    let row = ReportRow {
        locator,
        route: *Route::ALL.iter().max_by_key(|route| route.slug().len()).unwrap(),
        received_on: DAY,
        reply_to: "a".repeat(62),
        closed_on: Some(DAY),
        withdrawn_on: Some(DAY),
        set_aside: Some(SetAside { on: DAY, reason: SetAsideReason::NotAConcern }),
    };
    let message = |seq| MessageRecords {
        seq,
        kind: MessageKind::Withdrawal,
        received_on: DAY,
        send_id: SendId([255; 16]),
        commitment: locator,
        summary: locator,
        files: Some(vec![u64::MAX; 30]),
        own_copy: Some(u64::MAX),
    };
    let answer = |seq| AnswerRecords {
        seq,
        delivered_on: DAY,
        sha256: locator,
        kind: AnswerKind::Notice,
        text: locator,
        demanded: u32::MAX,
        size: Some(u64::MAX),
    };
    let clock = Clock::start(Clock::NOTICE, DAY, &Calendar::default()).unwrap();
    let clock = Clock { met_on: Some(DAY), ..clock };
    for count in [0_u32, 1, 100] {
        let numbers = || (0..count).map(|number| u32::MAX - number);
        let entry = ReportRecords {
            ended_clocks: vec![],
            id: ReportId([255; 8]),
            begins: Some(row.clone()),
            messages: numbers().map(message).collect(),
            clocks: numbers().map(|seq| ClockEntry { seq, clock }).collect(),
            answers: numbers().map(answer).collect(),
        };
        let json = serde_json::to_vec(&entry).unwrap();
        assert!(json.len() < entry.room(), "{} of {}", json.len(), entry.room());
    }
}

#[test]
fn very_many_answers_follow_in_further_entries() {
    let EmptyBox { directory, store, .. } = EmptyBox::new();
    let at = tests::locator(&store);
    let id = tests::add(&store, at, &[b"one"]);
    let many = 2 * ANSWERS + 1;
    store
        .change(move |connection| {
            for seq in 1..=many {
                let sql =
                    "INSERT INTO answer (report, seq, delivered_on, sha256, kind, text, demanded, size, slots, held)
                           VALUES (?1, ?2, '2026-12-01', ?3, 'update', ?3, 1, 0, x'', 0)";
                connection.prepare_cached(sql)?.execute((id.0, seq, digest(&seq.to_le_bytes()).0))?;
            }
            Ok(())
        })
        .unwrap();
    let entries = records(&store, None);
    let sizes: Vec<_> = entries.iter().map(|entry| (entry.is_first(), entry.answers.len())).collect();
    assert_eq!(sizes, [(true, ANSWERS as usize), (false, ANSWERS as usize), (false, 1)]);
    let away = directory.path().join("away");
    std::fs::create_dir(&away).unwrap();
    let again = restored(&store, &away, &entries);
    let answers = |store: &Store| {
        store.snapshot(|snapshot| snapshot.reports(&[id], true, &mut vec![])).unwrap()[0].deliveries.clone()
    };
    assert!(answers(&again) == answers(&store) && answers(&again).len() == many as usize);
}

#[test]
fn a_delivery_that_was_cut_off_goes_on_in_a_restored_box() {
    let EmptyBox { directory, store, .. } = EmptyBox::new();
    let file = |number| tests::delivery(&store, number, vec![], vec![]);
    for number in [1, 2] {
        store.apply(file(number)).unwrap();
    }
    store.change(|connection| Ok(connection.execute("UPDATE delivery SET done = 0", [])?)).unwrap();
    let away = directory.path().join("away");
    std::fs::create_dir(&away).unwrap();
    let again = restored(&store, &away, &[]);
    let done = || {
        let all = again.snapshot(|snapshot| snapshot.deliveries_after(None, 9)).unwrap();
        all.iter().filter(|file| file.done).map(|file| file.sha256).collect::<Vec<_>>()
    };
    assert!(done().is_empty());
    // A lower number than the last one, and yet taken: it was begun. One that never was is refused.
    let other = tests::changed(file(1), |decisions| decisions.gone = vec![ReportId([9; 8])]);
    assert!(matches!(again.apply(other), Err(ApplyError::Old { number: 1, last: 2 })));
    again.apply(file(1)).unwrap();
    assert_eq!(done(), [file(1).decisions.digest()]);
}
