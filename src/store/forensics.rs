//! What someone learns who takes the disk: reports are added in a known order, and every file that the box leaves is
//! searched for it, by whatever means there are.

use std::{collections::BTreeMap, fs, path::Path};

use proptest::{prelude::*, test_runner::Config};
use rusqlite::Connection;

use super::{
    tests::{add, locator, message},
    *,
};
use crate::{
    crypto::os_random,
    domain::{MessageKind, ReportId, Route, SystemDay, Today as _},
    world::{DAY, EmptyBox},
};

/// Reports of one run: as many as came on a day, in the attack that this answers.
const REPORTS: usize = 12;
/// Runs; more in the long form (`CANDOUR_LONG=1`).
const RUNS: usize = 40;

/// Where a way of looking finds each report; none if it does not find all.
type Places = Option<Vec<u64>>;

/// Every way of looking, by name.
fn every_means(directory: &Path, reports: &[ReportId]) -> BTreeMap<String, Places> {
    let mut means = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut bytes = fs::read(&path).unwrap();
        if path.extension().is_some_and(|end| end == "vault") {
            // Sealed: no id stands in it.
            bytes.clear();
        }
        let mut by_byte = vec![Vec::new(); 256];
        bytes.iter().enumerate().for_each(|(place, byte)| by_byte[usize::from(*byte)].push(place));
        // Raw bytes, so that free lists, freed cells, stale frames and slack are searched too. The intake writes ids in hex.
        let raw = |report: &ReportId| report.0.to_vec();
        let hex = |report: &ReportId| report.to_string().into_bytes();
        for (form, needles) in
            [("raw", reports.iter().map(raw).collect::<Vec<_>>()), ("hex", reports.iter().map(hex).collect())]
        {
            let places = |needle: &Vec<u8>| -> Vec<u64> {
                let starts = by_byte[usize::from(needle[0])].iter();
                starts.filter(|place| bytes[**place..].starts_with(needle)).map(|place| *place as u64).collect()
            };
            let all: Vec<Vec<u64>> = needles.iter().map(places).collect();
            let pick = |which: fn(&Vec<u64>) -> Option<u64>| -> Places { all.iter().map(which).collect() };
            means.insert(format!("{name}, {form}, first place"), pick(|places| places.first().copied()));
            means.insert(format!("{name}, {form}, last place"), pick(|places| places.last().copied()));
            let count = |places: &Vec<u64>| (!places.is_empty()).then_some(places.len() as u64);
            means.insert(format!("{name}, {form}, how often"), pick(count));
        }
    }
    // What opens as a database: the page of each row and its place in the page, and the slots of its file.
    let copy = tempfile::tempdir().unwrap();
    for name in [DATABASE, "candour.db-wal"] {
        let _ = fs::copy(directory.join(name), copy.path().join(name));
    }
    let database = Connection::open(copy.path().join(DATABASE)).unwrap();
    let slot = |report: &ReportId| -> Option<u64> {
        let slots = "SELECT slots FROM file WHERE report = ?1";
        let slots: Vec<u8> = database.query_row(slots, [report.0], |row| row.get(0)).ok()?;
        Some(u32::from_le_bytes(slots[..4].try_into().ok()?).into())
    };
    means.insert("slots of the vault".into(), reports.iter().map(slot).collect());
    let intake = intake::IntakeFile::open(directory).unwrap();
    let pending = intake::Pending::read(&intake.latest().unwrap().body).unwrap();
    let slot = |report: &ReportId| Some(pending.of(*report).next()?.files[0].numbers().next()?.into());
    means.insert("slots of the vault, by the intake".into(), reports.iter().map(slot).collect());
    means
}

/// Kendall's tau of an order with the true one: 1 if they are the same, about 0 if one says nothing of the other. Ties count
/// as nothing.
fn tau(found: &[u64]) -> f64 {
    let mut sum = 0.0;
    for (place, one) in found.iter().enumerate() {
        for other in &found[place + 1..] {
            sum += match one.cmp(other) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.0,
                std::cmp::Ordering::Greater => -1.0,
            };
        }
    }
    sum / (found.len() * (found.len() - 1) / 2) as f64
}

/// The mean over so many runs that chance alone exceeds once in tens of millions: a run of the tests looks at some dozens.
fn most(runs: usize, reports: usize) -> f64 {
    let n = reports as f64;
    let variance = 2.0 * (2.0 * n + 5.0) / (9.0 * n * (n - 1.0));
    5.5 * (variance / runs as f64).sqrt()
}

fn sum_up(every: &[BTreeMap<String, Places>]) -> BTreeMap<String, (usize, f64)> {
    let mut sums = BTreeMap::<String, (usize, f64)>::new();
    for (name, found) in every.iter().flatten() {
        if let Some(found) = found {
            let sum = sums.entry(name.clone()).or_default();
            *sum = (sum.0 + 1, sum.1 + tau(found));
        }
    }
    sums.into_iter().map(|(name, (runs, sum))| (name, (runs, sum / runs as f64))).collect()
}

fn runs() -> usize {
    if std::env::var_os("CANDOUR_LONG").is_some() { 20 * RUNS } else { RUNS }
}

/// Adds reports one after another and leaves the box as a kill would.
fn leave(place: usize, ticks_after: Option<usize>) -> BTreeMap<String, Places> {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    // Some reports were there before, as on any day but the first.
    for _ in 0..place % 7 {
        add(&store, locator(&store), &[b"before"]);
    }
    store.tick(DAY).unwrap();
    let mut reports = Vec::new();
    for number in 0..REPORTS {
        reports.push(add(&store, locator(&store), &[b"sealed"]));
        if ticks_after == Some(number) {
            store.tick(DAY).unwrap();
        }
    }
    every_means(directory.as_path(), &reports)
}

#[test]
fn a_seized_disk_tells_nothing_of_the_order_within_a_tick() {
    for (when, tick) in [("before the tick", None), ("after it", Some(REPORTS - 1))] {
        let runs = runs();
        let every: Vec<_> = (0..runs).map(|run| leave(run, tick)).collect();
        let means = sum_up(&every);
        let found: Vec<_> = means.iter().filter(|(_, (seen, _))| *seen * 2 > runs).collect();
        println!("{when}, {runs} runs of {REPORTS} reports: {found:.3?}");
        assert!(found.len() >= 4, "some means find every report: {found:?}");
        for (name, (seen, tau)) in found {
            assert!(tau.abs() < most(*seen, REPORTS), "{when}: {name} tells the order: {tau:.3} over {seen} runs");
        }
    }
}

#[test]
fn the_same_search_finds_the_order_where_reports_are_committed_as_they_come() {
    let directory = tempfile::tempdir().unwrap();
    intake::IntakeFile::create(directory.path(), 0).unwrap();
    let mut connection = schema::open_writer(&directory.path().join(DATABASE), true).unwrap();
    schema::migrate(&mut connection).unwrap();
    let reports: Vec<ReportId> = (0..REPORTS).map(|_| ReportId::random(&mut os_random())).collect();
    for report in &reports {
        let sql = "INSERT INTO report (id, locator, route, received_on, reply_to)
                   VALUES (?1, randomblob(32), 'staff-concern', '2026-12-01', hex(randomblob(31)))";
        connection.execute(sql, [report.0]).unwrap();
    }
    let means = every_means(directory.path(), &reports);
    let told = means.values().flatten().map(|found| tau(found).abs()).fold(0.0, f64::max);
    assert!(told > 0.99, "{means:?}");
}

/// Whoever adds is answered before the older half of the intake is written: the writer has gone on to what comes next only
/// after that.
fn wait_until_all_is_written(store: &Store) {
    store.upkeep(|_| Ok(())).unwrap();
}

#[test]
fn both_halves_of_the_intake_say_the_same_once_nobody_waits() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    for _ in 0..3 {
        add(&store, locator(&store), &[b"sealed"]);
        wait_until_all_is_written(&store);
        let bytes = fs::read(directory.join("intake")).unwrap();
        let (one, other) = bytes.split_at(bytes.len() / 2);
        assert!(one == other && one.iter().any(|byte| *byte != 0));
    }
}

#[test]
fn no_file_says_when_it_was_written_or_read_but_for_the_day() {
    use std::os::unix::fs::MetadataExt;
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let locator = locator(&store);
    add(&store, locator, &[b"sealed"]);
    wait_until_all_is_written(&store);
    // A file system marks what is read unless it was read later than now: so not a fixed day, which comes to lie in the past.
    // The day after today, for this one may end meanwhile.
    store.renew_times(SystemDay.today().tomorrow().unwrap());
    // Reading leaves no time either.
    store.report_at(locator).unwrap();
    let files = fs::read_dir(directory.as_path()).unwrap().map(|entry| entry.unwrap().path());
    for path in files.chain([directory.clone()]) {
        let found = fs::metadata(&path).unwrap();
        let times = [found.mtime(), found.atime()].map(|time| time.rem_euclid(86_400));
        assert_eq!((times, found.mtime_nsec(), found.atime_nsec()), ([0, 0], 0, 0), "{}", path.display());
    }
}

/// A database that is too large to be written anew: its keys alone hide in which order it grew.
#[test]
fn in_a_large_database_the_keys_hide_the_order() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    // Whole reports, as a fold leaves them; and a box from which the desk has fetched all of them.
    let fill = |count: i64| {
        store
            .change(move |connection| {
                connection.execute_batch(&format!(
                    "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {count})
                       SELECT randomblob(8) AS id FROM n;
                     INSERT INTO report (id, locator, route, received_on, reply_to)
                       SELECT id, randomblob(32), 'staff-concern', '2026-11-30', hex(randomblob(31)) FROM n;
                     INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary, collected, held)
                       SELECT id, 1, 'concern', '2026-11-30', randomblob(16), randomblob(32), randomblob(32), 1, 0 FROM n;
                     INSERT INTO clock SELECT id, 1, 'notice', '2026-11-30', '2026-12-14', '2026-12-01' FROM n;
                     DROP TABLE n;"
                ))?;
                Ok(())
            })
            .unwrap();
    };
    fill(20_000);
    store.tick(DAY).unwrap();
    let large = fs::metadata(directory.join(DATABASE)).unwrap().len();
    // One tick for each report: far more than the order within one.
    let reports: Vec<ReportId> = (0..200)
        .map(|_| {
            let id = add(&store, locator(&store), &[b"sealed"]);
            store.upkeep(writer::Engine::fold).unwrap();
            id
        })
        .collect();
    store.tick(DAY).unwrap();
    assert!(large > 4 << 20 && fs::metadata(directory.join(DATABASE)).unwrap().len() >= large);
    let database = Connection::open(directory.join(DATABASE)).unwrap();
    let bytes = fs::read(directory.join(DATABASE)).unwrap();
    drop(database);
    // By the place of the row in the table of reports, which is the first of an id in the file or the last.
    for (name, found) in every_means(directory.as_path(), &reports) {
        let Some(found) = found else { continue };
        if name.starts_with(DATABASE) {
            let tau = tau(&found);
            println!("{name}: {tau:.3} of {} bytes", bytes.len());
            assert!(tau.abs() < most(1, reports.len()), "{name}: {tau:.3}");
        }
    }
}

#[derive(Clone, Debug)]
enum Sent {
    Report,
    FollowUp(usize),
    Withdrawal(usize),
    Tick,
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]

    /// What is read of a report does not depend on whether it was folded.
    #[test]
    fn a_report_reads_the_same_before_and_after_it_is_folded(
        steps in proptest::collection::vec(
            prop_oneof![
                3 => Just(Sent::Report),
                4 => (0_usize..6).prop_map(Sent::FollowUp),
                1 => (0_usize..6).prop_map(Sent::Withdrawal),
                1 => Just(Sent::Tick),
            ],
            1..20,
        )
    ) {
        let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
        let directory = store.directory().to_owned();
        let mut reports = Vec::new();
        for step in &steps {
            let (at, kind) = match step {
                Sent::Report => {
                    let locator = locator(&store);
                    reports.push((locator, add(&store, locator, &[b"one"])));
                    continue;
                }
                Sent::Tick => {
                    store.tick(DAY).unwrap();
                    continue;
                }
                Sent::FollowUp(at) => (*at, MessageKind::FollowUp),
                Sent::Withdrawal(at) => (*at, MessageKind::Withdrawal),
            };
            if let Some((locator, id)) = reports.get(at) {
                let report = store.report_at(*locator).unwrap().unwrap();
                let seq = u32::try_from(report.messages.len()).unwrap() + 1;
                let added = store.add_message(*id, message(&store, seq, kind, &[b"more"])).unwrap();
                prop_assert_eq!(added == AddMessage::Gone, report.withdrawn_on.is_some());
            }
        }
        let read = |store: &Store| -> Vec<String> {
            reports.iter().map(|(locator, _)| format!("{:?}", store.report_at(*locator).unwrap())).collect()
        };
        let pending = read(&store);
        let elsewhere = Store::open(directory.as_path()).unwrap();
        prop_assert_eq!(&read(&elsewhere), &pending, "another program folds what is pending");
        prop_assert_eq!(&read(&store), &pending, "and this one sees it there");
        drop(elsewhere);
        store.tick(DAY).unwrap();
        prop_assert_eq!(&read(&store), &pending);
        let held = reports.iter().flat_map(|_| [Route::StaffConcern]).count();
        prop_assert_eq!(store.snapshot(|snapshot| snapshot.plan(true)).unwrap().parts[0].len(), held);
        store.check_integrity().unwrap();
    }
}
