//! What someone finds who takes the box while it runs.

use std::{fs, time::Duration};

use crate::support::{http, installation::Installation, memory, person};

const MARKER: &str = "quixotic-pangolin-8841";
const ORGANISATION: &str = "Saint Ombrage Infirmary 7702";
const FOLLOW_UP: &str = "obsidian-kumquat-3390";
const FILE_MARKER: &str = "zephyr-contents-1177";
const NAME_MARKER: &str = "unusual-name-5519.txt";
/// How long what was typed may stay in memory.
const WITHIN: Duration = Duration::from_secs(2);

/// A box that keeps for people what they wrote.
const KEEPS_COPIES: &[u8] = b"[limits]\ndisk_reserve_mib = 0\n[service]\nown_copy = true\n";

#[test]
#[ignore = "needs root"]
fn nothing_typed_stays_in_memory() {
    let place = Installation::new();
    stays_in_memory(&place, &[]);
}

#[test]
#[ignore = "needs root"]
fn nothing_that_was_read_again_stays_in_memory() {
    let place = Installation::new();
    place.put("copies.toml", KEEPS_COPIES);
    stays_in_memory(&place, &["--config", "copies.toml"]);
}

fn stays_in_memory(place: &Installation, more: &[&str]) {
    let running = place.serve_with(more);
    let address = running.address;
    let description = format!("{MARKER} {}", "and more ".repeat(500));
    let typed = [("organisation", ORGANISATION), ("description", &description)];
    let content = FILE_MARKER.repeat(20_000);
    let file = http::File::new(NAME_MARKER, "text/plain", content.as_bytes());
    let code = person::send(address, "staff-concern", &typed, vec![file]).one("#receipt-code");
    let mut follow_up = person::follow_up(address, &code);
    http::fill(&mut follow_up, "message", FOLLOW_UP);
    assert_eq!(http::post_multipart(address, "/status/follow-up", &follow_up, vec![]).status, 200);

    // With copies, what was sent is opened and shown here.
    let shown = person::status(address, &code).text().contains(FOLLOW_UP);
    assert_eq!(shown, !more.is_empty());

    let bare = code.replace('-', "");
    let markers = [MARKER, ORGANISATION, FOLLOW_UP, FILE_MARKER, NAME_MARKER, &code, &bare];
    // Heap, SQLite's included, and every thread's stack.
    memory::assert_gone(running.id(), &markers.map(str::as_bytes), WITHIN);
    // The search itself works: what the program must keep is found by it.
    assert!(memory::holds(running.id(), b"Raise a serious concern"));
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
