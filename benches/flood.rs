//! An honest send while the box is flooded: `cargo bench --bench flood`.
//!
//! The real binary on loopback, with the limits that it has by itself. For [`FLOOD`], 500 connections are held open by
//! clients that send a byte now and then or read nothing, 200 people try codes at the same time, and many send; one
//! honest person after another sends a concern, every second one with a file. Then every report whose receipt was shown
//! is looked up.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't go on has failed; its figures are its output"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use candour::crypto::{Code, os_random};
use support::{
    http::{self, Fields, File},
    installation::Installation,
    person,
};

/// How long it goes on.
const FLOOD: Duration = Duration::from_secs(20);
const SLOW: usize = 500;
const TRYING: usize = 200;
const SENDING: usize = 32;
/// The pause of someone who was refused: what floods shares this machine's cores with what is flooded.
const REFUSED: Duration = Duration::from_millis(250);
/// Bytes of an honest person's file.
const ATTACHED: usize = 100_000;
/// What must hold: the 95th of 100 honest sends, and the box's memory.
const P95: Duration = Duration::from_secs(2);
const MEMORY_MIB: u64 = 256;

#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    tried: AtomicU64,
    /// Of those tried.
    busy: AtomicU64,
    refused: AtomicU64,
    /// Codes whose receipt was shown.
    shown: Mutex<Vec<String>>,
}

fn main() {
    let place = Installation::new();
    let running = place.serve();
    let (address, tally) = (running.address, Tally::default());
    let mut honest = Vec::new();
    let mut turned_away = 0;
    thread::scope(|scope| {
        let tally = &tally;
        scope.spawn(move || hold(address, tally));
        for _ in 0..TRYING {
            scope.spawn(move || try_codes(address, tally));
        }
        for _ in 0..SENDING {
            scope.spawn(move || send_on(address, tally));
        }
        let start = Instant::now();
        while start.elapsed() < FLOOD {
            let fields = form(address).expect("the check page");
            let asked = Instant::now();
            match send(address, &fields, honest.len() % 2 == 1) {
                Some(code) => {
                    honest.push(asked.elapsed());
                    tally.shown.lock().unwrap().push(code);
                }
                None => turned_away += 1,
            }
        }
        tally.stop.store(true, Ordering::Relaxed);
    });
    honest.sort();
    let peak = running.peak_memory_kib() / 1024;
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    let shown = tally.shown.into_inner().unwrap();
    println!(
        "flood: {SLOW} slow connections; {} codes tried, {} of them told that the box is busy; {} sends refused",
        count(&tally.tried),
        count(&tally.busy),
        count(&tally.refused)
    );
    let percentile = |part: usize| honest[(honest.len() * part / 100).min(honest.len() - 1)];
    println!(
        "honest sends: {} with a receipt, {turned_away} turned away; median {:.0?}, 95th of 100 {:.0?}, slowest {:.0?}",
        honest.len(),
        percentile(50),
        percentile(95),
        percentile(100)
    );
    println!("memory: {peak} MiB at its peak");
    let missing = shown.iter().filter(|code| !is_there(address, code)).count();
    println!("receipts shown: {}, of them lost: {missing}", shown.len());

    assert!(honest.len() >= 20, "too few honest sends to tell");
    assert!(turned_away * 20 <= honest.len(), "more than one honest send in twenty was turned away");
    assert!(percentile(95) < P95, "an honest send took {:?}", percentile(95));
    assert!(peak < MEMORY_MIB, "{peak} MiB");
    assert_eq!(missing, 0, "reports were lost whose receipts were shown");
}

/// Keeps slow connections open: headers that do not end, bodies and files that trickle, silence, and answers that
/// nobody reads.
fn hold(address: SocketAddr, tally: &Tally) {
    let body = "POST /report/send HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000000\r\n\r\n--b\r\n";
    let starts = [
        "GET / HTTP/1.1\r\nX: ".to_owned(),
        format!("{body}Content-Disposition: form-data; name=\"description\"\r\n\r\n"),
        format!("{body}Content-Disposition: form-data; name=\"attachment\"; filename=\"a\"\r\n\r\n"),
        String::new(),
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
    ];
    let mut held: Vec<Option<TcpStream>> = (0..SLOW).map(|_| None).collect();
    while !tally.stop.load(Ordering::Relaxed) {
        for (place, slot) in held.iter_mut().enumerate() {
            let start = &starts[place % starts.len()];
            let trickles = start.len() > 30 || start.ends_with(' ');
            let still = slot.as_mut().is_some_and(|stream| !trickles || stream.write_all(b"x").is_ok());
            if !still {
                *slot = TcpStream::connect(address).ok();
                slot.as_mut().map(|stream| stream.write_all(start.as_bytes()));
            }
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// Tries codes that lead nowhere.
fn try_codes(address: SocketAddr, tally: &Tally) {
    while !tally.stop.load(Ordering::Relaxed) {
        let code = Code::issue(&mut os_random()).grouped().to_string();
        let page = http::try_post(address, "/status", &vec![("code".to_owned(), code)]);
        tally.tried.fetch_add(1, Ordering::Relaxed);
        if page.is_none_or(|page| page.status != 422) {
            tally.busy.fetch_add(1, Ordering::Relaxed);
            thread::sleep(REFUSED);
        }
    }
}

/// Sends one concern after another.
fn send_on(address: SocketAddr, tally: &Tally) {
    while !tally.stop.load(Ordering::Relaxed) {
        if let Some(code) = form(address).and_then(|fields| send(address, &fields, false)) {
            tally.shown.lock().unwrap().push(code);
        } else {
            tally.refused.fetch_add(1, Ordering::Relaxed);
            thread::sleep(REFUSED);
        }
    }
}

fn form(address: SocketAddr) -> Option<Fields> {
    let description = "A description of two kilobytes. ".repeat(64);
    let form = person::concern("staff-concern", &[("description", &description)]);
    let page = http::try_post(address, "/report/check", &form)?;
    (page.status == 200).then(|| page.form("/report/send"))
}

/// Gives the code if the receipt was shown.
fn send(address: SocketAddr, fields: &Fields, with_file: bool) -> Option<String> {
    let content = vec![7; ATTACHED];
    let file = File::new("evidence.bin", "application/octet-stream", &content);
    let files = if with_file { vec![file] } else { vec![] };
    let page = http::try_post_multipart(address, "/report/send", fields, files)?;
    (page.status == 200).then(|| page.one("#receipt-code"))
}

fn is_there(address: SocketAddr, code: &str) -> bool {
    let mut ask = Fields::new();
    http::fill(&mut ask, "code", code);
    loop {
        match http::try_post(address, "/status", &ask) {
            // The flood used up what is looked up in a minute.
            Some(page) if page.status == 429 || page.status == 503 => thread::sleep(REFUSED),
            page => return page.is_some_and(|page| page.status == 200 && page.all("article.message").len() == 1),
        }
    }
}
