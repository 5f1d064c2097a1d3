//! What the files of a box say that was killed while it served. What they say of the order of reports is searched for beside
//! the store's own code.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use candour::crypto::{Code, os_random};

use crate::support::{
    http::{self, File},
    installation::Installation,
    person,
};

/// How often the times of files are renewed, and to spare.
const BEAT: Duration = Duration::from_millis(1_500);
/// How long the first tick takes where nothing else is done.
const TICK: Duration = Duration::from_secs(1);
/// How long a busy machine may keep the box from either.
const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes of the large file.
const LARGE: usize = 200 << 20;
/// KiB of memory that a box takes which receives, drops and deletes it; half of it is the program itself, which is not optimised
/// here.
const MEMORY: u64 = 64 * 1024;

/// What the box writes while it serves.
fn written(place: &Installation) -> Vec<(String, fs::Metadata)> {
    let names =
        ["candour.db", "candour.db-wal", "candour.db-shm", "short.vault", "long.vault", "answers.vault", "intake", "."];
    names.map(|name| (name.to_owned(), fs::metadata(place.path("box/store").join(name)).unwrap())).into()
}

/// How long it takes until the times of all files are renewed.
fn renewal(place: &Installation) -> Duration {
    let changed = || written(place).into_iter().map(|(name, found)| (name, (found.ctime(), found.ctime_nsec())));
    let before: BTreeMap<_, _> = changed().collect();
    let begun = Instant::now();
    while let Some((name, _)) = changed().find(|(name, time)| before[name] == *time) {
        assert!(begun.elapsed() < PATIENCE, "the times of {name} are not renewed");
        thread::sleep(BEAT / 100);
    }
    begun.elapsed()
}

#[test]
fn the_files_of_a_killed_box_tell_the_day_alone() {
    let place = Installation::new();
    for sends in [0, 5] {
        let running = place.serve();
        for _ in 0..sends {
            let code = person::send(running.address, "staff-concern", &[], vec![]).one("#receipt-code");
            assert_eq!(person::status(running.address, &code).status, 200);
        }
        // What was under way when this began.
        renewal(&place);
        // What no program can set is renewed all the time, whether or not anything came.
        let begun = Instant::now();
        while renewal(&place) > BEAT {
            assert!(begun.elapsed() < PATIENCE, "times are renewed too seldom");
        }
        running.kill();
        for (name, found) in written(&place) {
            let of_day = |time: i64, fraction: i64| (time.rem_euclid(86_400), fraction);
            assert_eq!(of_day(found.mtime(), found.mtime_nsec()), (0, 0), "{name} was written then, {sends} sends");
            assert_eq!(of_day(found.atime(), found.atime_nsec()), (0, 0), "{name} was read then, {sends} sends");
        }
    }
}

#[test]
fn nothing_that_a_visitor_asks_for_is_written() {
    let place = Installation::new();
    let running = place.serve();
    let code = person::send(running.address, "staff-concern", &[], vec![]).one("#receipt-code");
    let bytes = || -> BTreeMap<String, Vec<u8>> {
        let names = ["candour.db", "candour.db-wal", "short.vault", "long.vault", "answers.vault", "intake"];
        names.map(|name| (name.to_owned(), fs::read(place.path("box/store").join(name)).unwrap())).into()
    };
    // The first tick is at once, and may still be under way.
    let begun = Instant::now();
    let mut before = bytes();
    loop {
        thread::sleep(TICK);
        let later = bytes();
        if later == before {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "it goes on writing though nobody asks for anything");
        before = later;
    }
    for path in ["/", "/report", "/report?route=staff-concern", "/healthz", "/status", "/privacy"] {
        assert_eq!(http::get(running.address, path).status, 200);
    }
    let wrong = Code::issue(&mut os_random()).grouped().to_string();
    assert_eq!(
        (person::status(running.address, &code).status, person::status(running.address, &wrong).status),
        (200, 422)
    );
    person::checked(running.address, "staff-concern", &[]);
    let after = bytes();
    let changed: Vec<_> = before.iter().filter(|(name, bytes)| after[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(changed.is_empty(), "{changed:?}");
}

#[test]
fn what_breaks_off_and_what_is_deleted_takes_no_memory() {
    let place = Installation::new();
    place.put("at-once.toml", b"[limits]\ndisk_reserve_mib = 0\nacknowledged_days = 0\n");
    let running = place.serve();
    // Nearly all of it, and then nothing more.
    let form = person::checked(running.address, "staff-concern", &[]);
    let head = "POST /report/send HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 250000000\r\n\r\n";
    let head = format!("{head}{}", http::until_file(&form));
    let mut broken = TcpStream::connect(running.address).unwrap();
    let content = || io::repeat(7).take(LARGE as u64);
    broken.write_all(head.as_bytes()).unwrap();
    io::copy(&mut content(), &mut broken).unwrap();
    drop(broken);
    let form = person::checked(running.address, "staff-concern", &[]);
    let length = LARGE as u64;
    let file = File { name: "large", media_type: "application/octet-stream", length, content: Box::new(content()) };
    assert_eq!(http::post_multipart(running.address, "/report/send", &form, vec![file]).status, 200);
    let peak = running.peak_memory_kib();
    assert!(peak < MEMORY, "{peak} KiB");
    running.stop();
    place.carry_in("c1");
    place.export("d1");
    place.deliver("d1");
    // Its days are over at once: it is deleted before anybody is answered, and wiped.
    let running = place.serve_with(&["--config", "at-once.toml"]);
    thread::sleep(TICK);
    let peak = running.peak_memory_kib();
    assert!(peak < MEMORY, "{peak} KiB");
    running.stop();
    let database = rusqlite::Connection::open(place.path("box/store/candour.db")).unwrap();
    let left = |table: &str| -> i64 {
        database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((left("file"), left("unwiped_slot"), left("message")), (0, 0, 1));
    assert!(!holds_a_sealed_file(&place.path("box/store")));
}

/// Whether any slot still begins as a sealed file does.
fn holds_a_sealed_file(directory: &Path) -> bool {
    let bytes = fs::read(directory.join("short.vault")).unwrap();
    bytes.chunks(20_480).any(|slot| slot.starts_with(b"age-encryption.org/v1"))
}
