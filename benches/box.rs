//! How fast the box is and how much memory it takes, against floors measured in the same run.
//!
//! `cargo bench` starts the real binary on loopback, prints each figure with its floor and their ratio, and fails when
//! a bound of [`BOUNDS`] is exceeded. With `rage` on the path, its command line seals the same file as a second floor.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't go on has failed; its figures are its output"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Read, Write},
    net::SocketAddr,
    process::Command,
    time::{Duration, Instant},
};

use support::{
    http::{self, Page},
    installation::Installation,
    person,
};

const MIB: u64 = 1024 * 1024;
/// Bytes of the large attachment.
const LARGE: u64 = 200 * MIB;
/// Runs of each figure; the median is told.
const RUNS: usize = 5;
/// Sends for the time to the receipt page.
const SENDS: usize = 40;

/// What must hold: a name, and the most that the ratio or figure may be.
const BOUNDS: [(&str, f64); 4] = [
    // Against hashing the code alone, which is meant to be slow.
    ("receipt page / one Argon2id", 4.0),
    ("200 MiB upload / age to a file", 8.0),
    ("idle memory, MiB", 32.0),
    ("peak memory, MiB", 64.0),
];

fn main() {
    let place = Installation::new();
    let running = place.serve();
    let idle = running.memory_kib("VmRSS:") as f64 / 1024.0;

    let receipt = median((0..SENDS).map(|_| receipt_time(running.address)).collect());
    let hash = median((0..RUNS * 4).map(|_| hash_time()).collect());
    told("receipt page (a 2 kB concern, without a file)", receipt, "one Argon2id", hash);

    let source = place.path("large");
    write_source(&source);
    let upload = median((0..RUNS).map(|_| upload_time(running.address, &source)).collect());
    let floor = median((0..RUNS).map(|_| floor_time(&source, &place.path("floor.age"), &recipient(&place))).collect());
    told("200 MiB upload to the receipt page", upload, "age to a file, synced", floor);
    println!("  {:.0} MiB/s against {:.0} MiB/s", rate(upload), rate(floor));
    if Command::new("rage").arg("--version").output().is_ok() {
        let rage = median((0..RUNS).map(|_| rage_time(&source, &place.path("rage.age"), &recipient(&place))).collect());
        told("200 MiB upload to the receipt page", upload, "the rage command line", rage);
        println!("  {:.0} MiB/s against {:.0} MiB/s", rate(upload), rate(rage));
    }
    let peak = running.peak_memory_kib() as f64 / 1024.0;
    println!("memory: {idle:.1} MiB idle, {peak:.1} MiB at its peak");

    let figures = [ratio(receipt, hash), ratio(upload, floor), idle, peak];
    for ((name, bound), figure) in BOUNDS.iter().zip(figures) {
        assert!(figure <= *bound, "{name}: {figure:.1}, more than {bound}");
    }
}

fn check_page(address: SocketAddr) -> http::Fields {
    let description = "A description of two kilobytes. ".repeat(64);
    person::checked(address, "staff-concern", &[("description", &description)])
}

fn receipt_time(address: SocketAddr) -> Duration {
    let fields = check_page(address);
    timed(|| sent(&http::post_multipart(address, "/report/send", &fields, vec![])))
}

fn upload_time(address: SocketAddr, source: &std::path::Path) -> Duration {
    let fields = check_page(address);
    let content = Box::new(BufReader::with_capacity(256 * 1024, File::open(source).unwrap()));
    let file = http::File { name: "large.bin", media_type: "application/octet-stream", length: LARGE, content };
    timed(|| sent(&http::post_multipart(address, "/report/send", &fields, vec![file])))
}

fn hash_time() -> Duration {
    let code = candour::crypto::Code::issue(&mut candour::crypto::os_random());
    let salt = candour::domain::BoxId([7; 16]);
    timed(|| drop(code.derive(salt, candour::crypto::KdfParams::RECOMMENDED).unwrap_or_else(|error| panic!("{error}"))))
}

/// The least that sealing to a disk costs: the same library, one file, one sync.
fn floor_time(source: &std::path::Path, out: &std::path::Path, recipient: &str) -> Duration {
    let recipients = candour::crypto::GovernanceRecipients::parse(recipient).unwrap();
    let took = timed(|| {
        let mut input = File::open(source).unwrap();
        let target = File::create(out).unwrap();
        let mut sealed =
            candour::crypto::seal_stream(&recipients, BufWriter::with_capacity(256 * 1024, &target)).unwrap();
        std::io::copy(&mut input, &mut sealed).unwrap();
        sealed.finish().unwrap().flush().unwrap();
        target.sync_all().unwrap();
    });
    fs::remove_file(out).unwrap();
    took
}

fn rage_time(source: &std::path::Path, out: &std::path::Path, recipient: &str) -> Duration {
    let took = timed(|| {
        let status = Command::new("rage").args(["-r", recipient.trim(), "-o"]).arg(out).arg(source).status();
        assert!(status.is_ok_and(|status| status.success()));
    });
    fs::remove_file(out).unwrap();
    took
}

fn recipient(place: &Installation) -> String {
    fs::read_to_string(place.path("team/governance.recipients")).unwrap()
}

fn write_source(path: &std::path::Path) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    let mut state = 1_u64;
    for _ in 0..LARGE / 8 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.write_all(&state.to_le_bytes()).unwrap();
    }
    out.flush().unwrap();
    // Into the page cache, for everyone alike.
    std::io::copy(&mut File::open(path).unwrap().take(LARGE), &mut std::io::sink()).unwrap();
}

fn sent(page: &Page) {
    assert_eq!((page.status, page.all("#receipt-code").len()), (200, 1), "{}", page.all("main").join(" "));
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

fn ratio(time: Duration, floor: Duration) -> f64 {
    time.as_secs_f64() / floor.as_secs_f64()
}

fn rate(time: Duration) -> f64 {
    (LARGE / MIB) as f64 / time.as_secs_f64()
}

fn told(what: &str, time: Duration, floor_name: &str, floor: Duration) {
    println!("{what}: {time:.1?}; {floor_name}: {floor:.1?}; ratio {:.2}", ratio(time, floor));
}
