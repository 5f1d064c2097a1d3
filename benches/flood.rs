//! Honest concerns while the box is flooded: `cargo bench --bench flood`.
//!
//! The real binary on loopback. One honest person after another opens the form, types for a while, checks their answers and
//! sends them, some with a file: first with nobody else there, then for [`FLOOD`] beside all of these at once, who come
//! again as soon as they are sent away: connections that stay silent, heads and forms that never end, uploads that
//! trickle, codes that are tried, senders who send as soon as they may, and pages that nobody reads. Nobody honest tries
//! anything twice. Then every report whose receipt was shown is looked up.
//!
//! The box has the limits that it has by itself.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't go on has failed; its figures are its output"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use candour::crypto::{Code, os_random};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{
    http::{self, Fields, File, Page},
    installation::Installation,
    person,
};

/// How long honest people come with nobody else there, and how long beside the flood.
const CALM: Duration = Duration::from_secs(20);
const FLOOD: Duration = Duration::from_secs(40);
/// How long the flood goes on before the first of them.
const BEFOREHAND: Duration = Duration::from_secs(3);

const SILENT: usize = 1_000;
const HALF_SENT: usize = 1_000;
const TRICKLING: usize = 24;
const TRYING: usize = 200;
const SENDING: usize = 32;
const NOT_READING: usize = 100;
/// Bytes of what is sent of a half-sent form at once: together more than the box has memory for.
const HALF: usize = 150_000;
/// Between two looks at all connections that are held.
const LOOK: Duration = Duration::from_millis(250);
/// The pause of someone who was refused: what floods shares this machine's cores with what is flooded.
const REFUSED: Duration = Duration::from_millis(250);

/// A new honest person comes so often, and types for so long; every fifth attaches a file.
const EVERY: Duration = Duration::from_millis(200);
const TYPES: Duration = Duration::from_secs(40);
const WITH_FILE: usize = 5;
const ATTACHED: usize = 100_000;

/// What must hold: of 100 honest people without a file so many get a receipt, the 95th of 100 of them as quickly; and the
/// box's memory.
const OF_100: usize = 99;
const P95: Duration = Duration::from_secs(3);
const MEMORY_MIB: u64 = 256;

#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    tried: AtomicU64,
    /// Of those tried.
    busy: AtomicU64,
    /// Of those who send as soon as they may: receipts, and everything else.
    sent: AtomicU64,
    held_up: AtomicU64,
    /// Connections that the box closed on those who hold them.
    closed: AtomicU64,
    /// Codes whose receipt was shown.
    shown: Mutex<Vec<String>>,
}

/// How it went for honest people of one kind.
#[derive(Default)]
struct Honest {
    check: Vec<Duration>,
    send: Vec<Duration>,
    failed: Vec<String>,
}

fn main() {
    allow_open_files();
    let place = Installation::new();
    let running = place.serve();
    let (address, tally) = (running.address, Tally::default());
    let calm = people(address, CALM, &tally);
    let memory_before = running.peak_memory_kib() / 1024;
    let flooded = thread::scope(|scope| {
        let tally = &tally;
        scope.spawn(move || hold(address, tally));
        for _ in 0..TRYING {
            scope.spawn(move || try_codes(address, tally));
        }
        for _ in 0..SENDING {
            scope.spawn(move || send_on(address, tally));
        }
        thread::sleep(BEFOREHAND);
        let flooded = people(address, FLOOD, tally);
        tally.stop.store(true, Ordering::Relaxed);
        flooded
    });
    let peak = running.peak_memory_kib() / 1024;
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    println!(
        "flood: {SILENT} silent, {HALF_SENT} half-sent, {TRICKLING} trickling, {NOT_READING} not reading, {} times sent away; \
         {} codes tried, {} of them told that the box is busy; of sends as soon as may be {} with a receipt, {} without",
        count(&tally.closed),
        count(&tally.tried),
        count(&tally.busy),
        count(&tally.sent),
        count(&tally.held_up)
    );
    println!("honest people         tried failed | check: median    95th | send: median    95th  slowest");
    for (when, kinds) in [("calm", &calm), ("flooded", &flooded)] {
        for (kind, honest) in ["text", "file"].iter().zip(kinds) {
            honest.print(&format!("{when}, {kind}"));
        }
    }
    println!("memory: {peak} MiB at its peak, {memory_before} before the flood");
    let shown = tally.shown.into_inner().unwrap();
    let missing = shown.iter().filter(|code| !is_there(address, code)).count();
    println!("receipts shown: {}, of them lost: {missing}", shown.len());

    let [text, _] = &flooded;
    assert!(text.tried() >= 100, "too few honest people to tell");
    assert!(text.send.len() * 100 >= text.tried() * OF_100, "turned away: {:?}", text.failed);
    for times in [&text.check, &text.send] {
        assert!(percentile(times, 95) < P95, "it took {:?}", percentile(times, 95));
    }
    assert!(peak < MEMORY_MIB, "{peak} MiB");
    assert_eq!(missing, 0, "reports were lost whose receipts were shown");
}

/// The connections that the flood holds, beside what its other threads open.
fn allow_open_files() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}

impl Honest {
    fn tried(&self) -> usize {
        self.send.len() + self.failed.len()
    }

    fn print(&self, name: &str) {
        let [check, send] = [&self.check, &self.send].map(|times| [50, 95, 100].map(|part| percentile(times, part)));
        println!(
            "{name:20} {:6} {:6} | {:>13.0?} {:>7.0?} | {:>12.0?} {:>7.0?} {:>8.0?}",
            self.tried(),
            self.failed.len(),
            check[0],
            check[1],
            send[0],
            send[1],
            send[2]
        );
    }
}

fn percentile(times: &[Duration], part: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get((times.len() * part / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Honest people for a time: those without a file, and those with one.
fn people(address: SocketAddr, time: Duration, tally: &Tally) -> [Honest; 2] {
    let all = [Mutex::new(Honest::default()), Mutex::new(Honest::default())];
    thread::scope(|scope| {
        let begun = Instant::now();
        for number in 0.. {
            if begun.elapsed() >= time {
                break;
            }
            let kind = usize::from(number % WITH_FILE == WITH_FILE - 1);
            let honest = &all[kind];
            scope.spawn(move || {
                let outcome = one_person(address, kind == 1);
                let mut honest = honest.lock().unwrap();
                match outcome {
                    Ok((check, send, code)) => {
                        honest.check.push(check);
                        honest.send.push(send);
                        tally.shown.lock().unwrap().push(code);
                    }
                    Err(why) => honest.failed.push(why),
                }
            });
            thread::sleep(EVERY);
        }
    });
    all.map(|honest| honest.into_inner().unwrap())
}

/// One who tries everything once. Gives how long the check page and the receipt took, and the code; or what came in place
/// of a page.
fn one_person(address: SocketAddr, with_file: bool) -> Result<(Duration, Duration, String), String> {
    let taken = |page: Option<Page>, what: &str| match page {
        Some(page) if page.status == 200 => Ok(page),
        Some(page) => Err(format!("{what}: {} {}", page.status, page.all("h1").join(" "))),
        None => Err(format!("{what}: closed")),
    };
    let page = taken(http::try_get(address, "/report?route=staff-concern"), "form")?;
    let mut form = page.form("/report/check");
    typed().iter().for_each(|(name, value)| http::fill(&mut form, name, value));
    thread::sleep(TYPES);
    let asked = Instant::now();
    let page = taken(http::try_post(address, "/report/check", &form), "check")?;
    let check = asked.elapsed();
    let fields = page.form("/report/send");
    let content = vec![7; ATTACHED];
    let file = File::new("evidence.bin", "application/octet-stream", &content);
    let files = if with_file { vec![file] } else { vec![] };
    let asked = Instant::now();
    let page = taken(http::try_post_multipart(address, "/report/send", &fields, files), "send")?;
    let send = asked.elapsed();
    let code = page.all("#receipt-code").pop().ok_or_else(|| format!("send: {}", page.all("h1").join(" ")))?;
    Ok((check, send, code))
}

/// A concern of two kilobytes.
fn typed() -> Fields {
    person::concern("staff-concern", &[("description", &"A description of two kilobytes. ".repeat(64))])
}

/// What one who holds a connection sends: at once, and then a byte at each look. It reads nothing.
struct Start {
    bytes: Vec<u8>,
    trickles: bool,
}

/// Holds connections of every kind open, from one thread.
fn hold(address: SocketAddr, tally: &Tally) {
    let length = 90_000_000;
    let multipart = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let field =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let urlencoded = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 600000\r\n\r\n";
    let much = "x".repeat(HALF);
    let half_sent = [
        "GET / HTTP/1.1\r\nHost: x\r\nX: ".to_owned(),
        format!("POST /report/check HTTP/1.1\r\nHost: x\r\n{urlencoded}description={much}"),
        format!(
            "{}--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{much}",
            multipart("/report/send")
        ),
    ];
    let fields = form(address).expect("the check page");
    let fields: String = fields.iter().map(|(name, value)| field(name, value)).collect();
    let file = "--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a\"\r\n\r\n";
    let upload = format!("{}{fields}{file}{much}", multipart("/report/send"));
    let starts = (0..SILENT + HALF_SENT + TRICKLING + NOT_READING).map(|number| {
        let (bytes, trickles) = match number.checked_sub(SILENT) {
            None => (String::new(), false),
            Some(number) if number < HALF_SENT => (half_sent[number % half_sent.len()].clone(), true),
            Some(number) if number < HALF_SENT + TRICKLING => (upload.clone(), true),
            Some(_) => ("GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), false),
        };
        Start { bytes: bytes.into_bytes(), trickles }
    });
    let starts: Vec<Start> = starts.collect();
    let mut held: Vec<Option<(TcpStream, usize)>> = starts.iter().map(|_| None).collect();
    while !tally.stop.load(Ordering::Relaxed) {
        for (start, slot) in starts.iter().zip(&mut held) {
            let is_open = slot.as_mut().is_some_and(|(stream, sent)| start.go_on(stream, sent));
            if !is_open {
                if slot.is_some() {
                    tally.closed.fetch_add(1, Ordering::Relaxed);
                }
                *slot = TcpStream::connect(address).ok().map(|stream| (stream, 0));
                if let Some((stream, sent)) = slot {
                    stream.set_nonblocking(true).unwrap();
                    start.go_on(stream, sent);
                }
            }
        }
        thread::sleep(LOOK);
    }
}

impl Start {
    /// Sends what the connection takes. Gives whether it is still open.
    fn go_on(&self, stream: &mut TcpStream, sent: &mut usize) -> bool {
        let waits = |outcome: std::io::Result<usize>| match outcome {
            Ok(length) => Some(length),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Some(0),
            Err(_) => None,
        };
        while *sent < self.bytes.len() {
            match waits(stream.write(&self.bytes[*sent..])) {
                Some(0) => return true,
                Some(length) => *sent += length,
                None => return false,
            }
        }
        if self.trickles {
            // An answer means that it is over.
            let mut answer = [0; 1];
            let is_over = !matches!(stream.read(&mut answer), Err(error) if error.kind() == ErrorKind::WouldBlock);
            return !is_over && waits(stream.write(b"x")).is_some();
        }
        if !self.bytes.is_empty() {
            // Whoever reads nothing learns that they were sent away when they ask.
            return matches!(stream.take_error(), Ok(None)) && stream.peer_addr().is_ok();
        }
        !matches!(stream.read(&mut [0; 1]), Ok(0)) && matches!(stream.take_error(), Ok(None))
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

/// Sends one concern after another, and waits where it is told to.
fn send_on(address: SocketAddr, tally: &Tally) {
    while !tally.stop.load(Ordering::Relaxed) {
        let mut page =
            form(address).and_then(|fields| http::try_post_multipart(address, "/report/send", &fields, vec![]));
        while let Some((wait, path)) = page.as_ref().and_then(told_to_wait) {
            if tally.stop.load(Ordering::Relaxed) {
                return;
            }
            thread::sleep(wait);
            page = http::try_get(address, &path);
        }
        let code = page.filter(|page| page.status == 200).and_then(|page| page.all("#receipt-code").pop());
        if let Some(code) = code {
            tally.sent.fetch_add(1, Ordering::Relaxed);
            tally.shown.lock().unwrap().push(code);
        } else {
            tally.held_up.fetch_add(1, Ordering::Relaxed);
            thread::sleep(REFUSED);
        }
    }
}

/// How long a page says that its report waits, and where it goes then.
fn told_to_wait(page: &Page) -> Option<(Duration, String)> {
    let (seconds, path) = page.header("refresh")?.split_once("; url=")?;
    Some((Duration::from_secs(seconds.parse().ok()?), path.to_owned()))
}

fn form(address: SocketAddr) -> Option<Fields> {
    let page = http::try_post(address, "/report/check", &typed())?;
    (page.status == 200).then(|| page.form("/report/send"))
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
