//! What someone finds who takes the box while it runs.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    time::{Duration, Instant},
};

use support::{
    http::{self, Fields},
    installation::{Installation, holds},
};

const MARKER: &str = "quixotic-pangolin-8841";
const FILE_MARKER: &str = "zephyr-contents-1177";
const NAME_MARKER: &str = "unusual-name-5519.txt";
/// How long what was typed may stay in memory.
const WITHIN: Duration = Duration::from_secs(2);

#[test]
fn nothing_typed_stays_in_memory() {
    let place = Installation::new();
    let running = place.serve();
    let address = running.address;
    if File::open(format!("/proc/{}/mem", running.id())).is_err() {
        assert!(std::env::var_os("CANDOUR_TEST_ALL").is_none(), "the memory of another process can't be read");
        eprintln!("left out: the box's memory can be read by root alone");
        return;
    }
    let mut form = http::get(address, "/report?route=staff-concern").form("/report/check");
    http::fill(&mut form, "about", "fraud");
    http::fill(&mut form, "description", &format!("{MARKER} {}", "and more ".repeat(500)));
    let fields = http::post(address, "/report/check", &form).form("/report/send");
    let content = FILE_MARKER.repeat(20_000);
    let file = http::File {
        name: NAME_MARKER,
        media_type: "text/plain",
        length: content.len() as u64,
        content: Box::new(content.as_bytes()),
    };
    let code = http::post_multipart(address, "/report/send", &fields, vec![file]).one("#receipt-code");
    let mut ask = Fields::new();
    http::fill(&mut ask, "code", &code);
    assert_eq!(http::post(address, "/status", &ask).status, 200);

    let bare = code.replace('-', "");
    let markers = [MARKER, FILE_MARKER, NAME_MARKER, &code, &bare];
    let start = Instant::now();
    loop {
        let found = in_memory(running.id(), &markers);
        if found.is_empty() {
            break;
        }
        assert!(start.elapsed() < WITHIN, "still in memory after {WITHIN:?}: {found:?}");
    }
    // The search itself works: what the program must keep is found by it.
    assert!(!in_memory(running.id(), &["Raise a serious concern"]).is_empty());
}

#[test]
fn the_box_writes_no_core_file() {
    let place = Installation::new();
    let running = place.serve();
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"]);
}

#[test]
fn the_running_box_is_confined() {
    let place = Installation::new();
    let running = place.serve();
    // Of every thread, those of the store and of the runtime included.
    for thread in fs::read_dir(format!("/proc/{}/task", running.id())).unwrap() {
        let status = fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
        assert_eq!((field("Seccomp:"), field("NoNewPrivs:")), ("2".to_owned(), "1".to_owned()), "{status}");
    }
}

/// Which of the markers stand in any readable page of a process, and in which mapping.
fn in_memory(process: u32, markers: &[&str]) -> Vec<String> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut columns = line.split_whitespace();
        let (range, access) = (columns.next().unwrap(), columns.next().unwrap());
        if !access.starts_with('r') {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
        // The kernel's own pages lie beyond what can be sought to.
        if memory.seek(SeekFrom::Start(from)).is_err() {
            continue;
        }
        let mut bytes = Vec::new();
        // A mapping may end before its range does; what could be read is searched.
        let _ = memory.by_ref().take(to - from).read_to_end(&mut bytes);
        let there = markers.iter().filter(|marker| holds(&bytes, marker.as_bytes()));
        found.extend(there.map(|marker| format!("{marker} in {line}")));
    }
    found
}
