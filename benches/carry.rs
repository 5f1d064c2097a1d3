//! A flood is carried to the desk, ended there, and carried back: `cargo bench --bench carry`.
//!
//! A box with 40,000 reports, with 300,000 if `CANDOUR_LONG` is set, or with as many as `CANDOUR_REPORTS` says, one in a
//! thousand of them honest. All of it goes through the real binary: collected in parts, imported, the honest ones found and one
//! of them answered, the rest set aside, exported, delivered, and collected once more until there is nothing left to tell. Told
//! are the time of each step, its memory at its peak, and that nothing was lost on the way. What is carried lies in
//! `CANDOUR_STICK`, if that names a directory: a million reports take 20 GB in each place.

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
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use support::{flood, installation::Installation};

/// What a collection that has nothing new may take of one that has everything.
const NOTHING_NEW: f64 = 0.25;

fn main() {
    let reports = match std::env::var("CANDOUR_REPORTS") {
        Ok(reports) => reports.parse().unwrap(),
        Err(_) if support::is_long() => 300_000,
        Err(_) => 40_000,
    };
    let place = Installation::new();
    let start = Instant::now();
    flood::fill(&place, reports);
    println!("{reports} reports in {:.0?}", start.elapsed());
    back_up(&place);
    let mut collections = Vec::new();
    let ended = flood::carry(&place, reports, &mut |command| {
        let (took, said) = measured(&place, command);
        if command[0] == "collect" {
            collections.push(took.as_secs_f64());
        }
        said
    });
    println!("parts: {}, honest: {}", ended.parts, ended.honest);
    let ratio = collections.last().unwrap() / collections.first().unwrap();
    println!("a collection with nothing new: {ratio:.3} of one with everything");
    assert!(ratio <= NOTHING_NEW, "{ratio:.3}");
}

/// Runs a command that has to succeed, and tells how long it took and how much memory it had at its peak.
fn measured(place: &Installation, arguments: &[&str]) -> (Duration, String) {
    let start = Instant::now();
    let out = fs::File::create(place.path("said")).unwrap();
    let mut child =
        place.program(env!("CARGO_BIN_EXE_candour")).args(arguments).stdout(Stdio::from(out)).spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
        peak = peak.max(most.unwrap_or(0_u64));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let took = start.elapsed();
    let said = fs::read_to_string(place.path("said")).unwrap();
    assert!(status.success(), "{arguments:?}");
    let name = arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ");
    println!("{name:<16}{:>10.1} s{:>8} MiB", took.as_secs_f64(), peak / 1024);
    (took, said)
}

/// A backup of all of it, and a box made of that.
fn back_up(place: &Installation) {
    place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
    let backup = flood::stick(place).join("backup");
    let name = backup.display().to_string();
    measured(place, &["backup", "--data", "box", "--to", "op/governance.recipients", "--out", &name]);
    let (_, said) = measured(place, &["restore", "--data", "new", "--identity", "op/identity.txt", &name]);
    println!("{} of {} MiB", said.lines().next().unwrap_or_default(), backup.metadata().unwrap().len() >> 20);
    fs::remove_file(backup).unwrap();
    fs::remove_dir_all(place.path("new")).unwrap();
}
