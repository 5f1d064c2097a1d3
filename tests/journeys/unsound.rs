//! A data directory that is not sound is called what it is by every command, and by the box that runs on it.

use std::{
    fs::{self, OpenOptions},
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use crate::support::{
    http::{self, Page},
    installation::{Installation, SERVE},
    person::{self, status},
};

/// How long the box may take to see what happened to its files.
const PATIENCE: Duration = Duration::from_secs(20);
/// Every command that uses a box's records.
const COMMANDS: [&[&str]; 5] = [
    SERVE,
    &["collect", "--data", "box", "--keys", "public", "--out", "c9"],
    &["backup", "--data", "box", "--to", "public/governance.recipients", "--out", "b9"],
    &["clocks", "--data", "box"],
    &["deliver", "--data", "box", "--keys", "public", "d9"],
];

/// A box with a report in it, stopped; and the report's code.
fn with_a_report() -> (Installation, String) {
    let place = Installation::new();
    let running = place.serve();
    let code = person::send(running.address, "staff-concern", &[], vec![]).one("#receipt-code");
    running.stop();
    (place, code)
}

fn rewrite(path: &Path, bytes: &[u8]) {
    candour::files::replace(path, candour::files::Readers::Owner, bytes).unwrap();
}

/// Cuts a file that may be open.
fn cut(path: &Path, to: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(to).unwrap();
}

#[test]
fn every_command_refuses_a_database_that_is_not_sound_in_one_line_and_leaves_it_as_it_is() {
    let (place, code) = with_a_report();
    let path = place.path("box/store/candour.db");
    let whole = fs::read(&path).unwrap();
    let mut foreign = whole.clone();
    foreign[68..72].fill(1);
    let mut later = whole.clone();
    // Of version 99.
    later[60..64].copy_from_slice(&[0, 0, 0, 99]);
    let restore = "restore it from its backup with `candour restore`";
    for (bytes, says, then) in [
        (&[][..], "candour.db is empty", restore),
        (&whole[..whole.len() / 2], "candour.db ends before its last page", restore),
        (b"What is this?", "candour.db is no database", restore),
        (&foreign, "candour.db belongs to another program", restore),
        (&later, "this box needs candour 0.2.0 or later, and this is 0.2.0", "use the newer `candour`"),
    ] {
        rewrite(&path, bytes);
        let names = || fs::read_dir(place.path("box/store")).unwrap().count();
        let before = names();
        for command in COMMANDS {
            let refused = place.refused(command);
            assert!(refused.contains(says) && refused.contains(then), "{command:?}: {refused}");
        }
        let check = place.run(&["check", "--data", "box", "--keys", "public"]);
        let line = check.out.lines().find(|line| line.starts_with("unsafe") && line.contains(says));
        assert!(check.status == 1 && line.is_some_and(|line| line.contains(then)), "{}", check.out);
        assert!(fs::read(&path).unwrap() == bytes, "{says}: it was changed");
        assert_eq!(names(), before, "{says}: something was left beside it");
    }
    rewrite(&path, &whole);
    // Nor does it run without its key.
    let (key, aside) = (place.path("box/box.key"), place.path("aside"));
    fs::rename(&key, &aside).unwrap();
    let refused = place.refused(SERVE);
    assert!(refused.contains("box/box.key"), "{refused}");
    fs::rename(&aside, &key).unwrap();
    let running = place.serve();
    assert_eq!(status(running.address, &code).all("article.message").len(), 1);
}

/// What `/healthz` answers once it says that.
fn unwell(address: SocketAddr, says: &str) -> Page {
    let begun = Instant::now();
    loop {
        let health = http::get(address, "/healthz");
        if health.text().contains(says) {
            return health;
        }
        assert!(begun.elapsed() < PATIENCE, "it says: {}", health.text());
    }
}

#[test]
fn a_box_whose_files_are_taken_away_under_it_says_so_and_promises_nothing() {
    type Change = fn(&Path);
    let changes: [(&str, Change, &str); 7] = [
        ("candour.db", |path| fs::remove_file(path).unwrap(), "candour.db was removed while it was in use"),
        ("candour.db", |path| cut(path, 8192), "candour.db ends before its last page"),
        ("candour.db", |path| rewrite(path, &fs::read(path).unwrap()), "candour.db was replaced while it was in use"),
        ("candour.db-wal", |path| fs::remove_file(path).unwrap(), "candour.db-wal was removed while it was in use"),
        ("short.vault", |path| cut(path, 20_480), "short.vault was cut off while it was in use"),
        ("answers.vault", |path| fs::remove_file(path).unwrap(), "answers.vault was removed while it was in use"),
        ("intake", |path| rewrite(path, &fs::read(path).unwrap()), "intake was replaced while it was in use"),
    ];
    for (name, change, says) in changes {
        let place = Installation::new();
        let running = place.serve();
        person::send(running.address, "staff-concern", &[], vec![]);
        place.fold();
        assert_eq!(http::get(running.address, "/healthz").status, 200, "{name}");
        let typed = person::checked(running.address, "staff-concern", &[]);
        change(&place.path("box/store").join(name));
        // Whatever was seen by then.
        let sent = http::post_multipart(running.address, "/report/send", &typed, vec![]);
        assert_ne!(sent.status, 200, "{name}: a receipt for what nobody will find");
        let health = unwell(running.address, says);
        assert_eq!(health.status, 503);
        assert_eq!(health.text().lines().count(), 1, "{}", health.text());
        assert_eq!(http::get(running.address, "/report?route=staff-concern").status, 503, "{name}");
        let told = running.stop();
        assert!(told.contains(says), "{name}: {told}");
    }
}
