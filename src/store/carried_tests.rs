//! What is carried, however much it is and wherever it is cut off.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    Delivery, Skipped, Store, StoreError, WhySkipped,
    acknowledge::{ListPosition, acknowledge, set_aside},
    collect::room,
    tests::{LATER, add, answer, changed, collected, commitments, delivery, locator, message, on_disk, taken, told},
    writer,
};
use crate::{
    crypto::{Sealed, SignerRole, SigningKey, besides, digest, sign, verify},
    domain::{
        AnswerEntry, AnswerKind, Calendar, CasebookId, Clock, ClockEntry, Collected, Decisions, DeliveryEntry, Digest,
        FileEntry, Format, LogHead, MessageEntry, MessageKind, Part, ReportEntry, ReportId, Route, SetAside,
        SetAsideEntry, SetAsideReason,
        limits::{ANSWERS_MAX, PART_BYTES, PART_LIST_BYTES},
    },
    world::{DAY, EmptyBox},
};

fn reports(store: &Store, ids: &[ReportId], again: bool) -> Vec<ReportEntry> {
    store.snapshot(|snapshot| snapshot.reports(ids, again, &mut vec![])).unwrap()
}

#[test]
fn a_list_that_is_too_long_for_one_part_is_cut_and_each_report_is_in_one_part_alone() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    store.fill(20_000);
    let known = add(&store, locator(&store), &[b"one"]);
    store.apply(delivery(&store, 1, vec![], vec![collected(&store, known, 1)])).unwrap();
    let plan = store.snapshot(|snapshot| snapshot.plan(false)).unwrap();
    assert!(plan.parts.len() > 1);
    let all = plan.parts.concat();
    assert!(all.len() == 20_000 && all.is_sorted() && !all.contains(&known));
    assert_eq!(plan.besides, besides([known]));
    let sizes: Vec<usize> =
        plan.parts.iter().map(|ids| serde_json::to_vec(&reports(&store, ids, false)).unwrap().len()).collect();
    assert!(sizes.iter().all(|size| *size <= PART_LIST_BYTES), "{sizes:?}");
    // Nor is there a part for every few reports.
    assert!(sizes[..sizes.len() - 1].iter().all(|size| *size > PART_LIST_BYTES / 4), "{sizes:?}");
    assert_eq!(store.snapshot(|snapshot| snapshot.plan(true)).unwrap().parts.concat().len(), 20_001);
}

#[test]
fn sealed_files_that_are_too_much_for_one_part_are_cut_at_a_report() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let mut ids: Vec<ReportId> = (0..7).map(|_| add(&store, locator(&store), &[b"one"])).collect();
    ids.sort();
    store.upkeep(writer::Engine::fold).unwrap();
    // The third is larger than any part by itself, the fourth is at the desk.
    for (id, gibibytes) in ids.iter().zip([1, 1, 9, 2, 1, 2, 1]) {
        let size: u64 = gibibytes << 30;
        store.put(&format!("UPDATE file SET size = {size} WHERE report = x'{id}'"));
    }
    assert_eq!(PART_BYTES, 3 << 30);
    let parts = |again| store.snapshot(|snapshot| snapshot.plan(again)).unwrap().parts;
    let cut = |spans: &[(usize, usize)]| spans.iter().map(|(from, to)| ids[*from..*to].to_vec()).collect::<Vec<_>>();
    assert_eq!(parts(false), cut(&[(0, 2), (2, 3), (3, 5), (5, 7)]));
    store.put(&format!("UPDATE message SET collected = 1 WHERE report = x'{}'", ids[3]));
    assert_eq!(parts(false), cut(&[(0, 2), (2, 3), (3, 6), (6, 7)]));
    assert_eq!(parts(true), cut(&[(0, 2), (2, 3), (3, 5), (5, 7)]));
}

#[test]
fn what_is_gone_is_named_once_however_much_it_is() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let plan = || store.snapshot(|snapshot| snapshot.plan(false)).unwrap();
    assert_eq!((plan().parts, plan().gone_in(1)), (vec![vec![]], [].as_slice()), "there is one part at least");
    store.fill_gone(250_000);
    store.fill(1);
    let plan = plan();
    let sizes: Vec<(usize, usize)> =
        (1..).zip(&plan.parts).map(|(part, reports)| (reports.len(), plan.gone_in(part).len())).collect();
    assert_eq!(sizes, [(1, 100_000), (0, 100_000), (0, 50_000)]);
    let named: Vec<ReportId> = (1..=3).flat_map(|part| plan.gone_in(part).to_vec()).collect();
    assert!(named == plan.gone && named.is_sorted());
    assert!(serde_json::to_vec(plan.gone_in(1)).unwrap().len() < PART_LIST_BYTES / 4);
    // Decisions that say that the desk heard it are taken, however long their list.
    let heard = plan.gone;
    store.apply(changed(delivery(&store, 1, vec![], vec![]), |decisions| decisions.gone = heard)).unwrap();
    assert!(store.snapshot(|snapshot| snapshot.plan(false)).unwrap().gone.is_empty());
}

#[test]
fn no_report_takes_more_of_a_list_than_is_reckoned() {
    let digest = Digest([255; 32]);
    let clock = Clock::start(Clock::NOTICE, DAY, &Calendar::default()).unwrap();
    let clock = Clock { met_on: Some(DAY), ..clock };
    for (count, files) in [(0, 0), (1, 1), (1, 11), (100, 11)] {
        let numbers = || (0..count).map(|number| u32::MAX - number);
        let file = FileEntry { size: u64::MAX, sha256: digest };
        let message = |seq| MessageEntry {
            seq,
            kind: MessageKind::Withdrawal,
            on: DAY,
            files: vec![file; files],
            commitment: digest,
            summary: digest,
        };
        let given = |seq| DeliveryEntry { seq, on: DAY, kind: AnswerKind::Notice, text: digest, sha256: digest };
        let entry = ReportEntry {
            id: ReportId([255; 8]),
            route: *Route::ALL.iter().max_by_key(|route| route.slug().len()).unwrap(),
            received_on: DAY,
            reply_to: "a".repeat(62),
            withdrawn: false,
            set_aside: Some(SetAside { on: DAY, reason: SetAsideReason::NotAConcern }),
            deliveries: numbers().map(given).collect(),
            clocks: numbers().map(|seq| ClockEntry { seq, clock }).collect(),
            messages: numbers().map(message).collect(),
        };
        let count = count as usize;
        let (json, room) = (serde_json::to_vec(&entry).unwrap().len(), room(count, count, count, count * files));
        assert!(json < room && room < 2 * json, "{json} of {room}");
    }
}

#[test]
fn no_report_has_more_answers_than_a_part_can_list() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let id = add(&store, locator(&store), &[b"one"]);
    let count = ANSWERS_MAX - 1;
    store.put(&format!(
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO answer (report, seq, delivered_on, sha256, kind, text, demanded, size, slots, held)
           SELECT x'{id}', i, '2026-11-30', randomblob(32), 'reply', randomblob(32), 1, 0, x'', 0 FROM n"
    ));
    let answers = [ANSWERS_MAX, ANSWERS_MAX + 1].map(|seq| answer(id, seq, AnswerKind::Reply, &seq.to_le_bytes()));
    let applied = store.apply(delivery(&store, 1, answers.to_vec(), vec![])).unwrap();
    assert_eq!(applied.answers, 1);
    assert_eq!(applied.skipped, [Skipped { report: id, seq: ANSWERS_MAX + 1, why: WhySkipped::TooMany }]);
    assert!(serde_json::to_vec(&reports(&store, &[id], false)).unwrap().len() < PART_LIST_BYTES);
}

/// Decisions as one signer writes them: the same bytes each time.
fn signed(key: &SigningKey<SignerRole>, decisions: &Decisions, answers: &[Sealed]) -> Delivery {
    let public = key.verifying_key().unwrap();
    let (bytes, signature) = sign(decisions, key).unwrap();
    let decisions = verify(&bytes, &signature, std::slice::from_ref(&public)).unwrap_or_else(|e| panic!("{e}"));
    let answers = answers.iter().map(|sealed| Sealed::checked(sealed.as_bytes().to_vec(), sealed.digest()).unwrap());
    Delivery { decisions, answers: answers.collect(), on: LATER, signer: public, demanded: 1 }
}

/// All that anybody learns of a box.
fn everything(store: &Store) -> String {
    let plan = store.snapshot(|snapshot| snapshot.plan(false)).unwrap();
    let counted = store
        .read(|connection| {
            let count = |table: &str| {
                connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u32>(0))
            };
            let lists = ["message_to_forget", "open_clock", "report_over", "answer_to_forget", "file", "delivery"];
            Ok(lists.map(|table| count(table).unwrap()))
        })
        .unwrap();
    format!("{:?} {:?} {:?} {:?} {counted:?}", plan.parts, plan.besides, plan.gone, told(store, true))
}

/// Stops what writes after so many rows of what decisions change, as if it were killed there: what was committed before
/// stays, and nothing of the step in which it stops.
fn stop_after(store: &Store, rows: u32) {
    let events = [
        ("INSERT ON", "answer"),
        ("UPDATE OF acknowledged_by ON", "message"),
        ("DELETE ON", "report_to_tell"),
        ("UPDATE OF set_aside ON", "report"),
        ("DELETE ON", "gone_report"),
        ("UPDATE ON", "delivery"),
    ];
    let triggers = events.iter().enumerate().map(|(number, (event, table))| {
        format!(
            "CREATE TRIGGER stop_{number} AFTER {event} {table} BEGIN
               UPDATE stop SET rows = rows - 1;
               SELECT RAISE(ABORT, 'stopped') FROM stop WHERE rows < 0;
             END;"
        )
    });
    store.put(&format!(
        "CREATE TABLE stop (rows INTEGER); INSERT INTO stop VALUES ({rows}); {}",
        triggers.collect::<String>()
    ));
}

fn go_on(store: &Store) -> i64 {
    let left = store.read(|c| Ok(c.query_row("SELECT rows FROM stop", [], |row| row.get(0))?)).unwrap();
    let drops: String = (0..6).map(|number| format!("DROP TRIGGER stop_{number};")).collect();
    store.put(&format!("{drops} DROP TABLE stop;"));
    left
}

fn copy_of(directory: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

#[test]
fn a_delivery_that_is_killed_at_any_step_is_finished_by_the_same_file() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let ids: Vec<ReportId> = (0..40).map(|_| add(&store, locator(&store), &[b"one"])).collect();
    store.fill(700);
    store.fill_gone(5_000);
    store.tick(DAY).unwrap();
    let plan = store.snapshot(|snapshot| snapshot.plan(false)).unwrap();
    let all = plan.parts.concat();
    let mut answers: Vec<(AnswerEntry, Sealed)> =
        all[..150].iter().map(|id| answer(*id, 1, AnswerKind::Notice, format!("sealed for {id}").as_bytes())).collect();
    answers.push(answer(ReportId([0; 8]), 1, AnswerKind::Notice, b"to nobody"));
    answers.sort_by_key(|(entry, _)| entry.report);
    let (entries, sealed): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
    let heard = |entry: &ReportEntry| Collected {
        report: entry.id,
        record: crate::crypto::record_digest(entry).unwrap(),
        messages: entry.messages.iter().map(|message| message.commitment).collect(),
    };
    let aside = |entry: &ReportEntry| SetAsideEntry {
        report: entry.id,
        reason: if ids[0] == entry.id { SetAsideReason::Withdrawn } else { SetAsideReason::Test },
        messages: entry.messages.iter().map(|message| message.commitment).collect(),
    };
    let entries_there = reports(&store, &all, false);
    let decisions = Decisions {
        format: Format::Decisions,
        r#box: store.settings().box_id,
        casebook: CasebookId([0; 16]),
        number: 1,
        part: Part::WHOLE,
        head: LogHead { number: 10, digest: Digest([4; 32]) },
        collected: entries_there.iter().map(heard).collect(),
        gone: plan.gone,
        set_aside: entries_there[60..].iter().map(aside).collect(),
        entered: vec![],
        answers: entries,
    };
    drop(store);
    let key = SigningKey::generate().unwrap().0;
    let deliver = |store: &Store| store.apply(signed(&key, &decisions, &sealed));

    // Undisturbed, with the rows counted that it changes.
    let undisturbed = copy_of(directory.as_path());
    let (whole, rows) = {
        let store = Store::open(undisturbed.path()).unwrap();
        stop_after(&store, 1_000_000);
        let applied = deliver(&store).unwrap();
        assert_eq!((applied.answers, applied.acknowledged, applied.unknown), (150, 740, 0));
        assert_eq!(applied.skipped, [Skipped { report: ReportId([0; 8]), seq: 1, why: WhySkipped::NoReport }]);
        let rows = u32::try_from(1_000_000 - go_on(&store)).unwrap();
        (everything(&store), rows)
    };
    assert!(rows > 6_000, "{rows}");
    // In the middle of each step, and at the edges of the last ones.
    let mut committed = Vec::new();
    for stop in (0..rows).step_by(63).take(40).chain((1..30).map(|one| one * rows / 30)).chain([rows - 1]) {
        let killed = copy_of(directory.as_path());
        let store = Store::open(killed.path()).unwrap();
        stop_after(&store, stop);
        assert!(deliver(&store).is_err());
        committed.push(i64::from(stop) - go_on(&store));
        drop(store);
        let store = Store::open(killed.path()).unwrap();
        deliver(&store).unwrap();
        assert!(everything(&store) == whole, "stopped after {stop} rows");
        assert!(reports(&store, &all[..1], false)[0].deliveries.len() == 1);
        let again = deliver(&store).unwrap();
        assert_eq!((again.known, again.skipped.len(), again.answers, again.acknowledged), (150, 1, 0, 0));
        store.check_integrity().unwrap();
    }
    // It was cut off in many steps, each of which was whole or had left nothing.
    committed.sort_unstable();
    committed.dedup();
    assert!(committed.len() > 8, "{committed:?}");
}

#[test]
fn no_step_deletes_more_than_a_few_large_files() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let ids: Vec<ReportId> = (0..6).map(|_| add(&store, locator(&store), &[b"one"])).collect();
    for id in &ids {
        for seq in 2..5 {
            store.add_message(*id, message(&store, seq, MessageKind::FollowUp, &[b"more"])).unwrap();
        }
    }
    store.upkeep(writer::Engine::fold).unwrap();
    let known: Vec<Collected> = ids.iter().map(|id| collected(&store, *id, 4)).collect();
    // As large as the largest message may be: some thousand slots.
    let slots: Vec<u8> = (0..1000_u32).flat_map(|number| [number.to_le_bytes(), [0; 4]].concat()).collect();
    let slots = data_encoding::HEXLOWER.encode(&slots);
    store.put(&format!("UPDATE file SET shelf = 1, size = {}, slots = x'{slots}'", 1000 * 262_144));
    let aside = |decisions: &mut Decisions| {
        let messages: Vec<Digest> = (1..=4).map(|seq| commitments(seq).message).collect();
        let entry =
            |id: &ReportId| SetAsideEntry { report: *id, reason: SetAsideReason::Test, messages: messages.clone() };
        decisions.set_aside = ids.iter().map(entry).collect();
    };
    type Step =
        fn(&rusqlite::Connection, &Delivery, ListPosition) -> Result<(super::Applied, ListPosition), super::ApplyError>;
    let steps = |delivery: Delivery, step: Step, entries: usize| -> Vec<usize> {
        let (delivery, mut from, mut deleted) = (std::sync::Arc::new(delivery), ListPosition::default(), Vec::new());
        while from.entry < entries {
            let delivery = std::sync::Arc::clone(&delivery);
            let done =
                store.change(move |connection| step(connection, &delivery, from).map_err(|_| StoreError::Stopped));
            let (applied, next) = done.unwrap();
            assert!(next != from, "it goes on");
            from = next;
            deleted.push(applied.deleted);
        }
        deleted
    };
    // What one signer says deletes nothing, and is no work to speak of.
    assert_eq!(steps(delivery(&store, 1, vec![], known.clone()), acknowledge, ids.len()), [0]);
    // Half of them are deleted by what a second one has, the other half by what a third one sets aside.
    let half = delivery(&store, 2, vec![], known[..3].to_vec());
    let deleted = steps(half, acknowledge, 3);
    assert!(deleted.iter().sum::<usize>() == 12 && deleted.iter().all(|count| *count <= 1), "{deleted:?}");
    let deleted = steps(changed(delivery(&store, 3, vec![], vec![]), aside), set_aside, ids.len());
    assert!(deleted.iter().sum::<usize>() == 12 && deleted.iter().all(|count| *count <= 1), "{deleted:?}");
    assert!(reports(&store, &ids, true).iter().all(|report| report.set_aside.is_some() && report.clocks.is_empty()));
}

/// What stands for a report in the records, by name.
fn traces(store: &Store, id: ReportId) -> BTreeMap<&'static str, Vec<u8>> {
    let row = store.read(move |connection| {
        let sql = "SELECT r.locator, m.send_id FROM report AS r JOIN message AS m ON m.report = r.id WHERE r.id = ?1";
        Ok(connection.query_row(sql, [id.0], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?)
    });
    let (locator, send_id) = row.unwrap();
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes).into_bytes();
    BTreeMap::from([
        ("id", id.0.to_vec()),
        ("id in the intake", hex(&id.0)),
        ("locator in the intake", hex(&locator)),
        ("send id in the intake", hex(&send_id)),
        ("locator", locator),
        ("send id", send_id),
    ])
}

fn found(directory: &Path, traces: &BTreeMap<&'static str, Vec<u8>>) -> Vec<&'static str> {
    let disk = on_disk(directory);
    let mut by_byte = vec![Vec::new(); 256];
    disk.iter().enumerate().for_each(|(place, byte)| by_byte[usize::from(*byte)].push(place));
    let is_there =
        |trace: &Vec<u8>| by_byte[usize::from(trace[0])].iter().any(|place| disk[*place..].starts_with(trace));
    traces.iter().filter(|(_, trace)| is_there(trace)).map(|(name, _)| *name).collect()
}

/// In a database that is written anew at each tick, and in one that is too large for that.
#[test]
fn what_is_withdrawn_leaves_nothing_in_the_records() {
    for others in [0, 20_000] {
        let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
        let directory = store.directory().to_owned();
        let directory = directory.as_path();
        store.fill(others);
        let id = add(&store, locator(&store), &[b"one"]);
        store.tick(DAY).unwrap();
        let traces = traces(&store, id);
        assert_eq!(found(directory, &traces), ["id", "locator", "send id"], "the search finds what is there");
        store.add_message(id, message(&store, 2, MessageKind::Withdrawal, &[b"w"])).unwrap();
        let known = collected(&store, id, 2);
        for number in [1, 2] {
            store.apply(delivery(&store, number, vec![], vec![known.clone()])).unwrap();
        }
        store.tick(LATER).unwrap();
        assert_eq!(found(directory, &traces), ["id"], "kept for the desk, which has not heard of it");
        assert_eq!(store.snapshot(|snapshot| snapshot.plan(false)).unwrap().gone, [id]);
        store.apply(changed(delivery(&store, 3, vec![], vec![]), |decisions| decisions.gone = vec![id])).unwrap();
        store.tick(LATER).unwrap();
        assert_eq!(found(directory, &traces), [] as [&str; 0]);
        assert_eq!(taken(&store), 0);
        store.check_integrity().unwrap();
    }
}

#[test]
fn answers_are_taken_in_steps_of_a_bounded_size() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let at = locator(&store);
    let id = add(&store, at, &[b"one"]);
    store.tick(DAY).unwrap();
    let large = vec![7; 2_000_000];
    let mut answers: Vec<_> = (1..=5).map(|seq| answer(id, seq, AnswerKind::Reply, &large)).collect();
    answers.extend((6..=100).map(|seq| answer(id, seq, AnswerKind::Reply, digest(&seq.to_le_bytes()).0.as_slice())));
    let whole = delivery(&store, 1, answers, vec![]);
    drop(store);
    // Two of the large ones come to less than four MiB, three to more; of small ones there are 64 at the most.
    for (written, kept) in [(1, 0), (2, 2), (3, 2), (5, 4), (67, 4), (68, 68), (99, 68)] {
        let killed = copy_of(directory.as_path());
        let store = Store::open(killed.path()).unwrap();
        // Each changes two rows: its own, and its report's.
        stop_after(&store, 2 * written);
        assert!(store.apply(again(&whole)).is_err());
        go_on(&store);
        let report = store.report_at(at).unwrap().unwrap();
        assert_eq!(report.answers.len(), kept, "of {written}");
        assert!(report.answers.iter().all(|answer| answer.sealed.is_some()));
        assert_eq!(store.apply(again(&whole)).unwrap().answers, 100 - kept);
    }
}

/// The same file once more.
fn again(delivery: &Delivery) -> Delivery {
    let key = SigningKey::generate().unwrap().0;
    signed(&key, delivery.decisions.document(), &delivery.answers)
}
