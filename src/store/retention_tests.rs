//! What is over goes, all of it, and nothing else.

use std::{cell::Cell, collections::BTreeMap, fs, path::Path};

use super::{
    Applied, DATABASE, NewMessage, NewReport, Store,
    tests::{
        LATER, add, answer, changed, collected, commitments, delivery, locator, message, on_disk, taken, told, upload,
    },
    writer,
};
use crate::{
    crypto::{Locator, Sealed, os_random},
    domain::{
        AnswerEntry, AnswerKind, Date, MessageKind, Periods, ReportId, Route, SendId, SetAsideEntry, SetAsideReason,
    },
    world::EmptyBox,
};

const PERIODS: Periods = Periods { closed_days: 20, set_aside_days: 5, answer_days: 10, spread_days: 9 };
/// No report waits longer than others.
const SHARP: Periods = Periods { spread_days: 0, ..PERIODS };

fn day(after: i64) -> Date {
    LATER.checked_add(jiff::Span::new().days(after)).unwrap()
}

/// Keeps every promise and closes the report.
fn closing(report: ReportId, seq: u32) -> (AnswerEntry, Sealed) {
    let (entry, sealed) = answer(report, seq, AnswerKind::Notice, b"closing words, sealed");
    (AnswerEntry { closed: true, ..entry }, sealed)
}

fn aside(reports: &[ReportId], reason: SetAsideReason) -> Vec<SetAsideEntry> {
    let entry = |report: &ReportId| SetAsideEntry { report: *report, reason, messages: vec![commitments(1).message] };
    let mut list: Vec<_> = reports.iter().map(entry).collect();
    list.sort_by_key(|entry| entry.report);
    list
}

fn set_aside(store: &Store, number: u64, reports: &[ReportId]) -> Applied {
    let list = aside(reports, SetAsideReason::Test);
    store.apply(changed(delivery(store, number, vec![], vec![]), |decisions| decisions.set_aside = list)).unwrap()
}

/// All sealed files go that the desk has.
fn forget_sealed(store: &Store) {
    store.forget_acknowledged(LATER, 0).unwrap();
}

fn over(store: &Store, after: i64, periods: &Periods) -> usize {
    store.forget_over(day(after), periods).unwrap()
}

#[test]
fn what_is_over_goes_after_its_time_and_a_delay_of_its_own() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let locators: Vec<Locator> = (0..40).map(|_| locator(&store)).collect();
    let ids: Vec<ReportId> = locators.iter().map(|locator| add(&store, *locator, &[b"one"])).collect();
    let known = ids.iter().map(|id| collected(&store, *id, 1)).collect();
    store.apply(delivery(&store, 1, ids.iter().map(|id| closing(*id, 1)).collect(), known)).unwrap();
    forget_sealed(&store);
    // One of them says more, which the desk does not have.
    store.add_message(ids[0], message(&store, 2, MessageKind::FollowUp, &[b"more"])).unwrap();
    let held = || locators.iter().filter_map(|at| store.report_at(*at).unwrap()).map(|r| r.answers[0].sealed.is_some());
    let marker = b"closing words, sealed".as_slice();
    assert_eq!(over(&store, 9, &PERIODS), 0);
    // Answers go on several days.
    let gone: Vec<usize> = (10..20).map(|after| over(&store, after, &PERIODS)).collect();
    assert_eq!(gone.iter().sum::<usize>(), 40);
    assert!(gone.iter().filter(|count| **count > 0).count() > 4, "{gone:?}");
    assert!(held().all(|held| !held));
    store.tick(day(20)).unwrap();
    assert!(!on_disk(directory.as_path()).windows(marker.len()).any(|window| window == marker));
    // Reports too, but for the one of which the desk has not all.
    let gone: Vec<usize> = (20..40).map(|after| over(&store, after, &PERIODS)).collect();
    assert_eq!(gone.iter().sum::<usize>(), 39);
    assert!(gone.iter().filter(|count| **count > 0).count() > 4, "{gone:?}");
    assert_eq!(store.report_at(locators[0]).unwrap().map(|report| report.id), Some(ids[0]));
    let mut gone = store.snapshot(|snapshot| snapshot.plan(false)).unwrap().gone;
    let mut expected = ids[1..].to_vec();
    gone.sort();
    expected.sort();
    assert_eq!(gone, expected);
    store.check_integrity().unwrap();
}

#[test]
fn the_delay_of_a_report_is_its_own_and_stays() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let ids: Vec<ReportId> = (0..300).map(|_| ReportId::random(&mut os_random())).collect();
    let spread = |store: &Store| -> Vec<u32> { ids.iter().map(|id| store.settings().tagger.spread(*id, 13)).collect() };
    let drawn = spread(&store);
    let mut days = drawn.clone();
    days.sort_unstable();
    days.dedup();
    assert_eq!(days, (0..=13).collect::<Vec<_>>());
    drop(store);
    assert_eq!(spread(&Store::open(directory.as_path()).unwrap()), drawn);
    // Nobody can work it out who has not got this box's key.
    assert_ne!(spread(&EmptyBox::new().store), drawn);
}

#[test]
fn nothing_goes_that_is_owed_that_the_desk_has_not_or_that_is_sealed_here() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let [kept, owed, sealed, more, reopened, both] = [(); 6].map(|()| add(&store, locator(&store), &[b"one"]));
    let number = Cell::new(0);
    let deliver = |answers: Vec<(AnswerEntry, Sealed)>, known: &[(ReportId, u32)]| {
        let known = known.iter().map(|(id, through)| collected(&store, *id, *through)).collect();
        number.set(number.get() + 1);
        store.apply(delivery(&store, number.get(), answers, known)).unwrap()
    };
    let closed = [kept, sealed, more, reopened, both].map(|id| closing(id, 1));
    deliver(closed.into(), &[kept, owed, more, reopened, both].map(|id| (id, 1)));
    let (reply, text) = answer(owed, 1, AnswerKind::Reply, b"closed, and the notice is still due");
    deliver(vec![(AnswerEntry { closed: true, ..reply }, text)], &[]);
    forget_sealed(&store);
    // What the desk has now stays sealed here for days of its own, whatever the calendar says.
    deliver(vec![], &[(sealed, 1)]);
    deliver(vec![answer(reopened, 2, AnswerKind::Reply, b"we look into it once more")], &[]);
    // One that was closed long ago is set aside.
    number.set(number.get() + 1);
    let mut late = changed(delivery(&store, number.get(), vec![], vec![]), |decisions| {
        decisions.set_aside = aside(&[both], SetAsideReason::NotForUs);
    });
    late.on = day(30);
    store.apply(late).unwrap();
    let follow_up = NewMessage { on: day(12), ..message(&store, 2, MessageKind::FollowUp, &[b"more"]) };
    store.add_message(more, follow_up).unwrap();
    assert_eq!(over(&store, 9, &SHARP), 0, "nor any answer");

    let reports = || store.snapshot(|snapshot| snapshot.plan(true)).unwrap().parts.concat();
    let is_there = |id: ReportId| reports().contains(&id);
    over(&store, 19, &SHARP);
    assert_eq!(reports().len(), 6);
    over(&store, 20, &SHARP);
    assert_eq!((reports().len(), is_there(kept)), (5, false));
    forget_sealed(&store);
    over(&store, 31, &SHARP);
    assert!(!is_there(sealed) && is_there(more) && is_there(owed) && is_there(reopened) && is_there(both));
    // What was said later is at the desk now, and answered.
    deliver(vec![closing(more, 2)], &[(more, 2)]);
    forget_sealed(&store);
    over(&store, 31, &SHARP);
    assert!(is_there(more), "within its days since the last that was said");
    over(&store, 32, &SHARP);
    assert!(!is_there(more));
    over(&store, 34, &SHARP);
    assert!(is_there(both), "set aside a few days ago, however long it is closed");
    over(&store, 35, &SHARP);
    assert!(!is_there(both));
    over(&store, 3650, &SHARP);
    assert_eq!(reports().len(), 2, "what is owed, and what was opened again");
    // Once the promise is kept, its days are over.
    deliver(vec![closing(owed, 2)], &[]);
    over(&store, 3650, &SHARP);
    assert_eq!(reports(), [reopened]);
    store.check_integrity().unwrap();
}

#[test]
fn what_was_set_aside_goes_after_days_of_its_own_and_an_answer_ends_that() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let locators: Vec<Locator> = (0..30).map(|_| locator(&store)).collect();
    let ids: Vec<ReportId> = locators.iter().map(|locator| add(&store, *locator, &[b"junk"])).collect();
    assert_eq!(set_aside(&store, 1, &ids).set_aside, 30);
    store.apply(delivery(&store, 2, vec![answer(ids[0], 1, AnswerKind::Reply, b"sorry")], vec![])).unwrap();
    let gone = |after| over(&store, after, &Periods { answer_days: 3650, ..PERIODS });
    assert_eq!(gone(15), 0, "sealed here as long as its days last");
    forget_sealed(&store);
    let days: Vec<usize> = (4..15).map(gone).collect();
    assert_eq!((days[0], days.iter().sum::<usize>()), (0, 29));
    assert!(days.iter().filter(|count| **count > 0).count() > 4, "{days:?}");
    assert_eq!(gone(3000), 0);
    assert!(store.report_at(locators[0]).unwrap().is_some());
    assert_eq!(told(&store, true).len(), 1);
}

#[test]
fn whom_to_turn_to_keeps_nothing_longer_than_the_setting_aside_does() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let locators = [(); 3].map(|()| locator(&store));
    let ids = locators.map(|locator| add(&store, locator, &[b"for others"]));
    let update = |id, seq| {
        let (entry, sealed) = answer(id, seq, AnswerKind::Update, b"whom to turn to, sealed");
        (AnswerEntry { closed: true, ..entry }, sealed)
    };
    // In one file with the setting aside, in a later one, and about one that is closed and no more.
    let list = aside(&ids[..2], SetAsideReason::NotForUs);
    let answers = vec![update(ids[0], 1), update(ids[2], 1)];
    store.apply(changed(delivery(&store, 1, answers, vec![]), |decisions| decisions.set_aside = list)).unwrap();
    store.apply(delivery(&store, 2, vec![update(ids[1], 1)], vec![])).unwrap();
    let stored = |place: usize| store.report_at(locators[place]).unwrap();
    let closed = [0, 1, 2].map(|place| stored(place).unwrap().closed_on.is_some());
    assert_eq!(closed, [false, false, true]);
    let is_aside =
        |place| stored(place).unwrap().set_aside.is_some_and(|aside| aside.reason == SetAsideReason::NotForUs);
    assert!(is_aside(0) && is_aside(1), "such an update ends nothing");
    forget_sealed(&store);
    assert_eq!(over(&store, 5, &SHARP), 2);
    assert!(stored(0).is_none() && stored(1).is_none() && stored(2).is_some());
}

#[test]
fn more_than_one_step_holds_goes_in_steps() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let ids: Vec<ReportId> = (0..200).map(|_| add(&store, locator(&store), &[b"junk"])).collect();
    set_aside(&store, 1, &ids);
    assert_eq!(store.forget_acknowledged(LATER, 0).unwrap(), 200);
    assert_eq!(over(&store, 5, &SHARP), 200);
    store.tick(day(5)).unwrap();
    assert_eq!(taken(&store), 0);
    assert_eq!(store.snapshot(|snapshot| snapshot.plan(false)).unwrap().gone.len(), 200);
}

/// A report with something of every kind, each of which can be told from all else on the disk.
struct Marked {
    id: ReportId,
    locator: Locator,
    reply_to: String,
    sent: [SendId; 2],
}

impl Marked {
    fn add(store: &Store) -> Self {
        let (id, locator) = (ReportId::random(&mut os_random()), locator(store));
        let reply_to = format!("age1-{}", SendId::random(&mut os_random()));
        let mut first = message(store, 1, MessageKind::Concern, &[b"sealed: the concern", b"sealed: an attachment"]);
        first.own_copy = Some(upload(store, b"sealed: their own copy"));
        let second = message(store, 2, MessageKind::FollowUp, &[b"sealed: the follow-up"]);
        let sent = [first.send_id, second.send_id];
        let report = NewReport { id, locator, route: Route::StaffConcern, reply_to: reply_to.clone(), message: first };
        store.add_report(report).unwrap();
        store.add_message(id, second).unwrap();
        Self { id, locator, reply_to, sent }
    }

    /// Everything that stands for it or belongs to it, by name.
    fn traces(&self) -> BTreeMap<&'static str, Vec<u8>> {
        BTreeMap::from([
            ("its id", self.id.0.to_vec()),
            ("its locator", self.locator.as_bytes().to_vec()),
            ("where answers go", self.reply_to.clone().into_bytes()),
            ("what its form carried", self.sent[0].0.to_vec()),
            ("what the second form carried", self.sent[1].0.to_vec()),
            ("the concern", b"sealed: the concern".to_vec()),
            ("an attachment", b"sealed: an attachment".to_vec()),
            ("the follow-up", b"sealed: the follow-up".to_vec()),
            ("the copy", b"sealed: their own copy".to_vec()),
            ("the answer", b"closing words, sealed".to_vec()),
        ])
    }

    /// As the intake writes some of them. It is cleared when it is folded, and whatever comes next is written over it.
    fn written(&self) -> BTreeMap<&'static str, Vec<u8>> {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes).into_bytes();
        BTreeMap::from([
            ("its id", hex(&self.id.0)),
            ("its locator", hex(self.locator.as_bytes())),
            ("what its form carried", hex(&self.sent[0].0)),
        ])
    }
}

/// Which of these stand in any file of the box, whether or not a record points there.
fn found(directory: &Path, traces: &BTreeMap<&'static str, Vec<u8>>) -> Vec<&'static str> {
    let disk = on_disk(directory);
    let mut begins = [false; 256];
    traces.values().for_each(|trace| begins[usize::from(trace[0])] = true);
    let mut found = Vec::new();
    for place in (0..disk.len()).filter(|place| begins[usize::from(disk[*place])]) {
        found.extend(traces.iter().filter(|(_, trace)| disk[place..].starts_with(trace)).map(|(name, _)| *name));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// In a database that is written anew at each tick, and in one that is too large for that.
#[test]
fn what_is_over_leaves_nothing_on_the_disk() {
    for others in [0, 20_000] {
        let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
        let directory = store.directory().to_owned();
        let directory = directory.as_path();
        let fill = format!(
            "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {others})
               SELECT randomblob(8) AS id FROM n WHERE {others} > 0;
             INSERT INTO report (id, locator, route, received_on, reply_to)
               SELECT id, randomblob(32), 'staff-concern', '2026-11-30', hex(randomblob(31)) FROM n;
             INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary, collected, held)
               SELECT id, 1, 'concern', '2026-11-30', randomblob(16), randomblob(32), randomblob(32), 1, 0 FROM n;
             DROP TABLE n;"
        );
        store.change(move |connection| Ok(connection.execute_batch(&fill)?)).unwrap();
        let neighbours: Vec<ReportId> = (0..20).map(|_| add(&store, locator(&store), &[b"another one"])).collect();
        let gone = Marked::add(&store);
        let names: Vec<&str> = gone.traces().into_keys().collect();
        assert_eq!(found(directory, &gone.written()).len(), 3, "in the intake");
        store.upkeep(writer::Engine::fold).unwrap();
        let known = collected(&store, gone.id, 2);
        store.apply(delivery(&store, 1, vec![closing(gone.id, 1)], vec![known])).unwrap();
        store.tick(LATER).unwrap();
        let size = fs::metadata(directory.join(DATABASE)).unwrap().len();
        assert_eq!(size > 4 << 20, others > 0, "{size}");
        assert_eq!(found(directory, &gone.traces()), names, "the search finds what is there");

        forget_sealed(&store);
        assert_eq!(over(&store, 20, &SHARP), 1);
        store.tick(day(20)).unwrap();
        assert_eq!(found(directory, &gone.traces()), ["its id"], "kept for the desk, which has not heard of it");
        let heard = changed(delivery(&store, 2, vec![], vec![]), |decisions| decisions.gone = vec![gone.id]);
        store.apply(heard).unwrap();
        store.tick(day(20)).unwrap();
        assert_eq!(found(directory, &gone.traces()), [] as [&str; 0]);
        assert_eq!(found(directory, &gone.written()), [] as [&str; 0]);
        // All others are whole.
        let plan = store.snapshot(|snapshot| snapshot.plan(false)).unwrap();
        let left = plan.parts.concat();
        assert!(neighbours.iter().all(|id| left.contains(id)) && plan.gone.is_empty());
        store.check_integrity().unwrap();
    }
}

#[test]
fn a_persons_own_copy_does_not_go_on_one_signers_word() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let marked = Marked::add(&store);
    store.apply(delivery(&store, 1, vec![], vec![collected(&store, marked.id, 2)])).unwrap();
    forget_sealed(&store);
    let copies = || {
        let count = |row: &rusqlite::Row<'_>| row.get::<_, u32>(0);
        store.read(|connection| Ok(connection.query_row("SELECT count(*) FROM own_copy", [], count)?)).unwrap()
    };
    assert_eq!(copies(), 1);
    assert_eq!(set_aside(&store, 2, &[marked.id]).set_aside, 1);
    assert_eq!(copies(), 1);
}
