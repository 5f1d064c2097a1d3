//! Whether the time that an answer takes tells a right receipt code from a wrong one, or a report that has replies from
//! one that has none: `cargo bench --bench codes`.
//!
//! The box's own pages answer in this process, kinds mixed at random, in two rounds. In the first, hashing is set to cost
//! next to nothing, so that what differs besides it can be seen: 10,000 of each kind, many at the same time. In the second
//! it costs what it costs a box, since it lies within the step that an answer waits for, and one person asks after another,
//! so that no wait for each other hides a difference. Each pair's means are held apart by Welch's t; a pair fails above
//! [`MOST`]. In the second round half of the pages have to come within [`SOON`], too.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't go on has failed; its figures are its output"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use candour::{
    crypto::{
        Code, KdfParams, ReplyRecipient, SignerRole, SigningKey, answer_digest, digest, os_random, seal_answer, sign,
        verify,
    },
    domain::{
        Answer, AnswerEntry, AnswerKind, Area, CasebookId, Date, Decisions, Digest, Format, LogHead, Part, ReportId,
        ReportState, Salt, Text,
    },
    store::{CopyError, Delivery},
    web::Config,
};
use http_body_util::BodyExt;
use support::{person, served::Served, world::KDF};
use tower::ServiceExt;

/// Answers of each kind, unless `CANDOUR_CODES` says otherwise.
const EACH: usize = 10_000;
/// Of those, one in so many is asked for again with hashing at its real costs.
const HASHED: usize = 10;
/// People who ask at the same time, in each round.
const AT_ONCE: [usize; 2] = [16, 1];
/// Above it a difference counts as seen.
const MOST: f64 = 4.5;
/// Milliseconds in which a page comes to one person alone, with real hashing.
const SOON: f64 = 60.0;
/// Replies to the report that has some, and characters in each.
const REPLIES: u32 = 3;
const CHARACTERS: usize = 2_000;

const KINDS: [&str; 3] = ["wrong code", "right code, no reply", "right code, replies"];

fn main() {
    let each = std::env::var("CANDOUR_CODES").ok().map_or(EACH, |each| each.parse().unwrap());
    println!("hashing that costs next to nothing, {} at once", AT_ONCE[0]);
    hold_apart(&Asked::new(KDF).times(each, AT_ONCE[0]));
    println!("hashing at {}, {} at once", KdfParams::RECOMMENDED, AT_ONCE[1]);
    let times = Asked::new(KdfParams::RECOMMENDED).times((each / HASHED).max(2), AT_ONCE[1]);
    hold_apart(&times);
    let mut all = times.concat();
    all.sort_by(f64::total_cmp);
    let (median, late) = (all[all.len() / 2], all[all.len() * 99 / 100]);
    println!("a page for one person alone: half in {median:.1} ms, 99 of 100 in {late:.1} ms");
    assert!(median <= SOON, "a page takes {median:.1} ms, longer than {SOON}");
}

/// A box, and a code of each kind; a wrong one is made anew for each time that it is asked for.
struct Asked {
    pages: axum::Router,
    codes: [Option<String>; KINDS.len()],
    runtime: tokio::runtime::Runtime,
    _served: Served,
}

impl Asked {
    fn new(kdf: KdfParams) -> Self {
        let config = Config::parse("[limits]\ncode_checks_a_minute = 1000000").unwrap();
        let (served, pages) = Served::hashing_at(kdf, config);
        let (plain, _) = report(&served);
        let (answered, id) = report(&served);
        reply(&served, id);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { pages, codes: [None, Some(plain), Some(answered)], runtime, _served: served }
    }

    /// Milliseconds that so many answers of each kind take.
    fn times(&self, each: usize, at_once: usize) -> Vec<Vec<f64>> {
        // Shuffled by what the operating system gives.
        let mut order: Vec<usize> = (0..KINDS.len() * each).map(|place| place % KINDS.len()).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, usize::try_from(rand::Rng::next_u64(&mut os_random()) % (place as u64 + 1)).unwrap());
        }
        let (order, next) = (Arc::new(order), Arc::new(AtomicUsize::new(0)));
        let times = Arc::new(Mutex::new(vec![Vec::with_capacity(each); KINDS.len()]));
        self.runtime.block_on(async {
            let asking = (0..at_once).map(|_| {
                let (order, next, times) = (Arc::clone(&order), Arc::clone(&next), Arc::clone(&times));
                let (pages, codes) = (self.pages.clone(), self.codes.clone());
                tokio::spawn(async move {
                    while let Some(kind) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let took = ask(&pages, codes[*kind].as_deref()).await;
                        times.lock().unwrap()[*kind].push(took.as_secs_f64() * 1e3);
                    }
                })
            });
            for task in asking.collect::<Vec<_>>() {
                task.await.unwrap();
            }
        });
        std::mem::take(&mut *times.lock().unwrap())
    }
}

/// Fails if one kind can be told from another.
fn hold_apart(times: &[Vec<f64>]) {
    for (kind, times) in KINDS.iter().zip(times) {
        let (mean, variance) = moments(times);
        println!("{kind}: {} times, mean {mean:.3} ms, standard deviation {:.3} ms", times.len(), variance.sqrt());
    }
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let t = welch(&times[one], &times[other]);
        println!("{} / {}: t = {t:.2}", KINDS[one], KINDS[other]);
        assert!(t.abs() < MOST, "{} can be told from {} by time: t = {t:.2}", KINDS[one], KINDS[other]);
    }
}

fn fresh() -> String {
    Code::issue(&mut os_random()).grouped().to_string()
}

/// The time from asking to the last byte of the page, with a wrong code if none is given: another one each time, as it is
/// for someone who tries them.
async fn ask(pages: &axum::Router, code: Option<&str>) -> Duration {
    let expected = if code.is_some() { 200 } else { 422 };
    let code = code.map_or_else(fresh, str::to_owned);
    let request = Request::post("/status")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("code={code}")))
        .unwrap();
    let start = Instant::now();
    let response = pages.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let head = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
    let page = response.into_body().collect().await.unwrap().to_bytes();
    let took = start.elapsed();
    let status_line = format!("HTTP/1.1 {status}\r\n\r\n");
    assert_eq!((status.as_u16(), status_line.len() + head + page.len()), (expected, candour::http::PAGE_MIN));
    took
}

/// A report's code and name.
fn report(served: &Served) -> (String, ReportId) {
    let known = |served: &Served| served.opened();
    let before: Vec<ReportId> = known(served).iter().map(|(id, _)| *id).collect();
    let code = person::send(served.address, "staff-concern", &[], vec![]).one("#receipt-code");
    let id = known(served).iter().map(|(id, _)| *id).find(|id| !before.contains(id)).unwrap();
    (code, id)
}

/// Delivers replies as the desk would have sealed and signed them.
fn reply(served: &Served, report: ReportId) {
    let mut sealed = Vec::new();
    served.store.snapshot::<_, CopyError>(|snapshot| snapshot.copy_file(report, 1, 0, &mut sealed)).unwrap();
    let (message, _) = served.identity.open_message(sealed.as_slice()).unwrap_or_else(|error| panic!("{error}"));
    let to = ReplyRecipient::parse(&message.reply_to).unwrap();
    let (r#box, on) = (served.store.settings().box_id, Date::constant(2026, 12, 2));
    let files: Vec<_> = (1..=REPLIES)
        .map(|seq| {
            let answer = Answer {
                format: Format::Answer,
                r#box,
                report,
                seq,
                kind: AnswerKind::Reply,
                supplementary: false,
                turn_to: vec![],
                on,
                after: 1,
                state: ReportState::Decided,
                areas: vec![Area::IntegratedCare],
                text: Some(Text::typed(&"r".repeat(CHARACTERS))),
                salt: Salt([5; 32]),
            };
            (seq, answer_digest(&answer).unwrap(), seal_answer(&answer, vec![], &to).unwrap())
        })
        .collect();
    let entry = |(seq, text, file): &(u32, Digest, candour::crypto::Sealed)| AnswerEntry {
        report,
        seq: *seq,
        kind: AnswerKind::Reply,
        text: *text,
        closed: false,
        size: file.as_bytes().len() as u64,
        sha256: file.digest(),
        endorsements: vec![],
    };
    let answers = files.iter().map(entry).collect();
    let casebook = CasebookId([0; 16]);
    let head = LogHead { number: 1, digest: digest(b"the last event") };
    let decisions = Decisions {
        format: Format::Decisions,
        r#box,
        casebook,
        number: 1,
        part: Part::WHOLE,
        head,
        collected: vec![],
        gone: vec![],
        set_aside: vec![],
        entered: vec![],
        answers,
    };
    let (key, signer) = SigningKey::<SignerRole>::generate().unwrap();
    let (bytes, signature) = sign(&decisions, &key).unwrap();
    let decisions = verify(&bytes, &signature, std::slice::from_ref(&signer)).unwrap_or_else(|error| panic!("{error}"));
    let answers = files.into_iter().map(|(_, _, file)| file).collect();
    served.store.apply(Delivery { decisions, answers, on, signer, demanded: 0 }).unwrap();
}

/// Mean and variance.
fn moments(times: &[f64]) -> (f64, f64) {
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    (mean, times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0))
}

/// Welch's t: how far apart two means are, measured in what chance alone would make of it.
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let ((mean_one, variance_one), (mean_other, variance_other)) = (moments(one), moments(other));
    (mean_one - mean_other) / (variance_one / one.len() as f64 + variance_other / other.len() as f64).sqrt()
}
