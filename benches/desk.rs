//! How long the desk takes with ten thousand reports, and how much memory.
//!
//! `cargo bench --bench desk` makes the casebook through the real binary, prints each figure with its floor and their
//! ratio, and fails when a bound of [`BOUNDS`] is exceeded. The floor of opening is reading and hashing the same files;
//! that of taking in a large file is age alone, which opens as many bytes twice and seals them once.

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
    io::{self, BufReader, Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use candour::{
    casebook::{Casebook, NewNotice},
    crypto::{SignerRole, SigningKey, digest, seal_stream},
    domain::{Calendar, Date, FixedDay, Text},
    unseal::{self, GovernanceIdentity},
};
use support::{generator, http, installation::Installation, person};

const REPORTS: u64 = 10_000;
/// Reports that were decided about, each with a notice and an event of its own.
const DECIDED: usize = 2_000;
const TODAY: FixedDay = FixedDay(Date::constant(2026, 12, 1));
/// Runs of each figure; the median is told.
const RUNS: usize = 5;
/// Bytes of the large file.
const LARGE: u64 = 200 * 1024 * 1024;
/// In what Linux tells of a process, a second has so many parts.
const TICKS: f64 = 100.0;

/// What must hold: a name, and the most that the figure may be.
const BOUNDS: [(&str, f64); 5] = [
    ("importing a large file / age opening twice and sealing, CPU seconds", 1.65),
    ("opening with a checkpoint / reading and hashing the events", 40.0),
    ("opening with a checkpoint, s", 3.0),
    ("searching all that was written, s", 10.0),
    ("memory of a listing, MiB", 400.0),
];

fn main() {
    let large = large_file();
    let place = Installation::new();
    let file = place.path("large");
    generator::collection(&place, REPORTS, TODAY.0, &file);
    let start = Instant::now();
    place.import("large");
    println!("import of {REPORTS} reports: {}", told(start.elapsed()));

    let identity: Arc<GovernanceIdentity> =
        unseal::read_identity(&fs::read(place.path("team/identity.txt")).unwrap(), || unreachable!()).unwrap().into();
    let key = fs::read_to_string(place.path("team/signing.key")).unwrap();
    let key: SigningKey<SignerRole> = unseal::read_signing_key(&key, || unreachable!()).unwrap();
    let directory = place.path("casebook");
    let open = || Casebook::open(&directory, Arc::clone(&identity)).unwrap();
    decide(&mut open(), &key);
    remove_checkpoints(&directory);

    let without = median((0..RUNS).map(|_| {
        remove_checkpoints(&directory);
        time(|| drop(open()))
    }));
    let with = median((0..RUNS).map(|_| time(|| drop(open()))));
    let floor = median((0..RUNS).map(|_| time(|| read_events(&directory))));
    let casebook = open();
    let calendar = Calendar::default();
    let list = median((0..RUNS).map(|_| time(|| drop(casebook.list(TODAY.0, &calendar)))));
    let search =
        median((0..RUNS).map(|_| time(|| assert!(!casebook.search(&Text::typed("word7.")).unwrap().is_empty()))));
    println!("events: {}", casebook.version());
    println!("opening, every event opened and checked: {}", told(without));
    println!(
        "opening with a checkpoint: {}; floor (reading and hashing the events): {}; ratio {:.1}",
        told(with),
        told(floor),
        with.as_secs_f64() / floor.as_secs_f64()
    );
    println!("the queue, sorted: {}", told(list));
    println!("searching all that was written: {}", told(search));
    let memory = memory_of_list(&place);
    println!("memory of `desk list`: {memory:.0} MiB at its peak");

    let figures = [large, with.as_secs_f64() / floor.as_secs_f64(), with.as_secs_f64(), search.as_secs_f64(), memory];
    for ((name, bound), figure) in BOUNDS.iter().zip(figures) {
        assert!(figure <= *bound, "{name}: {figure:.1}, more than {bound}");
    }
}

/// Takes in a collection with a large file, and gives how many times the CPU seconds of the floor that takes.
fn large_file() -> f64 {
    let place = Installation::new();
    let running = place.serve();
    let fields = person::checked(running.address, "staff-concern", &[]);
    let content = Box::new(io::repeat(7).take(LARGE));
    let file = http::File { name: "large.bin", media_type: "application/octet-stream", length: LARGE, content };
    assert_eq!(http::post_multipart(running.address, "/report/send", &fields, vec![file]).status, 200);
    running.stop();
    place.collect("large");
    let import = middle((0..RUNS).map(|run| {
        let casebook = format!("casebook-{run}");
        place.done(&[
            "desk",
            "init",
            "--casebook",
            &casebook,
            "--box-key",
            "box/box.pub",
            "--identity",
            "team/identity.txt",
            "--signing-key",
            "team/signing.key",
        ]);
        cpu_seconds(|| drop(place.done(&["desk", "import", "--casebook", &casebook, "large"])))
    }));
    let identity =
        unseal::read_identity(&fs::read(place.path("team/identity.txt")).unwrap(), || unreachable!()).unwrap();
    let sealed = place.path("sealed");
    let floor = middle((0..RUNS).map(|_| {
        cpu_seconds(|| {
            let mut out = seal_stream(&identity.recipients(), File::create(&sealed).unwrap()).unwrap();
            io::copy(&mut io::repeat(7).take(LARGE), &mut out).unwrap();
            out.finish().unwrap().flush().unwrap();
            for _ in 0..2 {
                let mut plain = identity.open_stream(BufReader::new(File::open(&sealed).unwrap())).unwrap();
                assert_eq!(io::copy(&mut plain, &mut io::sink()).unwrap(), LARGE);
            }
        })
    }));
    println!(
        "importing a file of 200 MiB: {import:.2} CPU s; floor (age opening twice and sealing): {floor:.2} CPU s; ratio {:.2}",
        import / floor
    );
    import / floor
}

/// CPU seconds of this process and of the commands that it waited for.
fn cpu_seconds(work: impl FnOnce()) -> f64 {
    let used = || {
        let told = fs::read_to_string("/proc/self/stat").unwrap();
        // After the name, which may hold anything: the times are the twelfth to the fifteenth (proc(5)).
        let (_, fields) = told.rsplit_once(") ").unwrap();
        let times = fields.split(' ').skip(11).take(4).map(|ticks| ticks.parse::<f64>().unwrap());
        times.sum::<f64>() / TICKS
    };
    let before = used();
    work();
    used() - before
}

fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn decide(casebook: &mut Casebook, key: &SigningKey<SignerRole>) {
    let queue = casebook.list(TODAY.0, &Calendar::default());
    let mut editor = casebook.edit(key).unwrap();
    for entry in queue.iter().take(DECIDED) {
        let seen = editor.casebook().seen(entry.id).unwrap();
        let notice = NewNotice::new(Text::typed(&"How we will use what you told us. ".repeat(30))).unwrap();
        editor.notify(entry.id, seen, notice, Vec::new(), &TODAY).unwrap();
    }
}

fn remove_checkpoints(directory: &Path) {
    for entry in fs::read_dir(directory.join("checkpoints")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

fn read_events(directory: &Path) {
    for entry in fs::read_dir(directory.join("events")).unwrap() {
        std::hint::black_box(digest(&fs::read(entry.unwrap().path()).unwrap()));
    }
}

/// The largest resident size of the real command, in MiB.
fn memory_of_list(place: &Installation) -> f64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_candour"))
        .args(["desk", "list", "--casebook", "casebook", "--as-of", "2026-12-01"])
        .current_dir(place.path(""))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || io::copy(&mut output, &mut io::sink()).unwrap());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        peak = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(2));
    }
    reader.join().unwrap();
    peak as f64 / 1024.0
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort();
    times[times.len() / 2]
}

fn told(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
