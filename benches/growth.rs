//! Whether a box gets slower as it grows: `cargo bench --bench growth`.
//!
//! Boxes with 1,000 and 100,000 reports, and with 1,000,000 if `CANDOUR_LONG` is set, are filled through the store and
//! then used through the real binary: started, sent to, asked, checked and collected from. Each figure is held against the
//! same figure of the smallest box, and fails above [`MOST`].

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't go on has failed; its figures are its output"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    fs,
    io::Write,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use candour::{
    crypto::{Commitments, GovernanceRecipients, Locator, os_random, seal_bytes},
    domain::{Calendar, Clock, Date, Digest, MessageKind, ReportId, Route, SendId},
    store::{Budget, NewMessage, NewReport, Store},
};
use rand::Rng;
use support::{http, installation::Installation, person};

/// How much more than in the smallest box anything may cost.
const MOST: f64 = 1.2;
/// What a start may take to its first answer.
const START: Duration = Duration::from_secs(1);
/// Reports whose promise is still open, in each box.
const NEW: usize = 100;
/// Runs of each figure; the median is told.
const RUNS: usize = 15;
const DAY: Date = Date::constant(2026, 12, 1);

fn main() {
    let sizes: &[usize] =
        if std::env::var_os("CANDOUR_LONG").is_some() { &[1_000, 100_000, 1_000_000] } else { &[1_000, 100_000] };
    let figures: Vec<_> = sizes.iter().map(|size| (*size, measure(*size))).collect();
    let (_, smallest) = &figures[0];
    let mut too_slow = Vec::new();
    println!("{:<24}{}", "", sizes.iter().map(|size| format!("{size:>14} reports")).collect::<String>());
    for (place, (name, floor)) in smallest.iter().enumerate() {
        let mut line = format!("{name:<24}");
        for (size, figures) in &figures {
            let (_, time) = figures[place];
            let ratio = time.as_secs_f64() / floor.as_secs_f64();
            line += &format!("{:>12.1} ms {ratio:>5.2}", time.as_secs_f64() * 1e3);
            let bound = if *name == "start to first answer" { START.as_secs_f64() / floor.as_secs_f64() } else { MOST };
            if ratio > bound {
                too_slow.push(format!("{name} at {size} reports: {ratio:.2}"));
            }
        }
        println!("{line}");
    }
    assert!(too_slow.is_empty(), "{too_slow:?}");
}

fn measure(reports: usize) -> Vec<(&'static str, Duration)> {
    let place = Installation::new();
    let start = Instant::now();
    fill(&place, reports);
    let bytes = |name: &str| fs::metadata(place.path(name)).unwrap().len() >> 20;
    let (records, vault) = (bytes("box/store/candour.db"), bytes("box/store/short.vault"));
    println!("{reports} reports in {:.0?}: {records} MiB of records, {vault} MiB of vault", start.elapsed());

    let starts = median(
        (0..3)
            .map(|_| {
                timed(|| {
                    let running = place.serve();
                    assert_eq!(http::get(running.address, "/").status, 200);
                    running.kill();
                })
            })
            .collect(),
    );
    let running = place.serve();
    let address = running.address;
    let mut codes = Vec::new();
    let sends = (0..RUNS)
        .map(|_| {
            let form = person::checked(address, "staff-concern", &[]);
            timed(|| codes.push(http::post_multipart(address, "/report/send", &form, vec![]).one("#receipt-code")))
        })
        .collect();
    // As whoever comes back a day later: nothing is pending any more.
    place.fold();
    let asks = codes.iter().map(|code| timed(|| assert_eq!(person::status(address, code).status, 200))).collect();
    let memory = running.peak_memory_kib() / 1024;
    let command = |arguments: &[&str]| median((0..5).map(|_| timed(|| drop(place.run(arguments)))).collect());
    let clocks = command(&["clocks", "--data", "box"]);
    let check = command(&["check", "--data", "box", "--keys", "public"]);
    let ended = timed(|| drop(running.stop()));
    println!("memory: {memory} MiB at its peak; the end took {ended:.0?}");
    vec![
        ("start to first answer", starts),
        ("a send", median(sends)),
        ("a status page", median(asks)),
        ("clocks due", clocks),
        ("check", check),
    ]
}

/// Fills a box as its people would: each report with a sealed message, all but the newest told what becomes of it.
fn fill(place: &Installation, reports: usize) {
    let store = Store::open(&place.path("box/store")).unwrap();
    let right = store.begin_serving(Budget::UNBOUNDED).unwrap();
    let recipients = fs::read_to_string(place.path("team/governance.recipients")).unwrap();
    let recipients = GovernanceRecipients::parse(&recipients).unwrap();
    // What is in it does not matter, how long it is does.
    let sealed = seal_bytes(&[b' '; 16 * 1024], &recipients).unwrap();
    let clock = Clock::start(Clock::NOTICE, DAY, &Calendar::default()).unwrap();
    let left = AtomicUsize::new(reports);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                while let Ok(number) =
                    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                {
                    let mut upload = store.upload();
                    upload.write_all(sealed.as_bytes()).unwrap();
                    let mut locator = [0; Locator::LEN];
                    os_random().fill_bytes(&mut locator);
                    // All but the newest were told what becomes of them.
                    let met_on = (number > NEW).then_some(DAY);
                    let message = NewMessage {
                        seq: 1,
                        kind: MessageKind::Concern,
                        on: DAY,
                        send_id: SendId::random(&mut os_random()),
                        commitments: Commitments { message: Digest([1; 32]), summary: Digest([2; 32]) },
                        clocks: vec![Clock { met_on, ..clock }],
                        files: vec![upload.finish().unwrap()],
                        own_copy: None,
                    };
                    let id = ReportId::random(&mut os_random());
                    let locator = Locator::from_slice(&locator).unwrap();
                    store
                        .add_report(NewReport {
                            id,
                            locator,
                            route: Route::StaffConcern,
                            reply_to: String::new(),
                            message,
                        })
                        .unwrap();
                }
            });
        }
    });
    store.tick(DAY).unwrap();
    drop(right);
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
