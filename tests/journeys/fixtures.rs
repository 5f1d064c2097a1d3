//! What every release wrote is read by this program: its data directory, its backups, its casebook, and what is carried.
//!
//! `CANDOUR_FIXTURE=0.2.0 cargo test --test journeys fixtures::what_this_program_writes_is_kept` keeps what this program
//! writes as that release's; with `CANDOUR_PROGRAM=FILE` it is another program that writes.

use std::{fs, io::Write, path::Path};

use candour::domain::{SystemDay, Today};
use rusqlite::Connection;

use crate::{
    faults::SmallDisk,
    support::{
        fixture,
        http::{self, File},
        installation::Installation,
        person::{self, status},
        sample,
        strace::{self, Fault, Met, NAMES, WRITES},
    },
};

/// Everything of a release that is kept, and is an installation's when it is brought back.
const KEPT: [&str; 9] =
    ["team", "op", "public", "box", "casebook", "box.backup", "casebook.backup", "collection", "decisions"];
/// The receipt code.
const CODE: &str = "receipt-code";
/// Where the casebook knows the keys to be, and what stands there for the directory in which they were.
const ACCOUNT: &str = "casebook/accounts/0.json";
const PLACE: &str = "/fixture/";
/// The releases, from the one before the first on.
const RELEASES: [&str; 2] = ["0.1", "0.2.0"];
/// The one whose database is of the version before.
const BEFORE: &str = "0.1";
/// Brings a box forward, and looks at nothing else of it.
const FORWARD: &[&str] = &["clocks", "--data", "box", "--json"];
/// A configuration under which nothing that is kept here is ever too old.
const CONFIG: &[u8] = b"[limits]\ndisk_reserve_mib = 0\nanswer_days = 3650\n";
/// Places at which bringing a box forward is cut off for each system call, in the short form.
const PLACES: usize = 4;

#[test]
fn what_every_release_wrote_is_read_by_this_program() {
    let there = fs::read_dir(fixture::folder("")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(there.count(), RELEASES.len(), "a release that is not read here");
    for release in RELEASES {
        let (place, code) = brought_back(release);
        backed_up_today(&place);
        let clocks = place.json(FORWARD);
        assert!(!clocks.as_array().unwrap().is_empty(), "{release}: {clocks}");
        let check = place.run(&["check", "--data", "box", "--keys", "public", "--whole"]).out;
        assert!(check.contains("ok       every page and reference of the database is sound"), "{release}: {check}");
        assert!(check.contains("ok       every sealed file is as it was stored"), "{release}: {check}");
        assert_says(&place, &code, (2, 1), release);

        // What was carried is taken in, answered, and found by the receipt code.
        place.import("collection");
        let list = place.desk_list();
        let id = list[0]["id"].as_str().unwrap().to_owned();
        // Two of the person, a notice and a reply.
        assert_eq!(place.desk_show(&id)["messages"].as_array().unwrap().len(), 4, "{release}");
        place.done(&["desk", "attachment", "--casebook", "casebook", &id, "evidence.bin", "--out", "opened"]);
        assert_eq!(fs::read(place.path("opened")).unwrap(), [7; 1000], "{release}");
        decide(&place, &id, "second");
        place.export("d2");
        place.deliver("d2");
        assert_says(&place, &code, (2, 2), release);

        // The box of its backup, to which the decisions are brought that were on their way then.
        fs::rename(place.path("box"), place.path("box-was")).unwrap();
        place.done(&["restore", "--data", "box", "--identity", "op/identity.txt", "box.backup"]);
        assert_says(&place, &code, (1, 0), release);
        place.deliver("decisions");
        assert_says(&place, &code, (1, 1), release);

        let keys = ["--identity", "team/identity.txt", "--signing-key", "team/signing.key", "casebook.backup"];
        place.done(&[["desk", "restore", "--casebook", "restored"].as_slice(), &keys].concat());
        let restored = place.json(&["desk", "list", "--casebook", "restored", "--json"]);
        assert_eq!(restored[0]["id"], list[0]["id"], "{release}");
    }
}

#[test]
fn a_box_of_an_earlier_release_is_left_alone_until_it_is_backed_up() {
    let (place, code) = brought_back(BEFORE);
    set_backup(&place, None);
    let before = fs::read(place.path("box/store/candour.db")).unwrap();
    let commands: [&[&str]; 6] = [
        FORWARD,
        &["collect", "--data", "box", "--keys", "public", "--out", "c9"],
        &["backup", "--data", "box", "--to", "op/governance.recipients", "--out", "b9"],
        &["deliver", "--data", "box", "--keys", "public", "decisions"],
        &["serve", "--data", "box", "--keys", "public", "--listen", "127.0.0.1:0"],
        &["init", "--data", "box", "--keys", "public", "--second-approver", "yes"],
    ];
    for command in commands {
        let said = place.run(command);
        let says =
            said.error.contains("no backup was made of it today or yesterday: run `candour backup` with the program");
        // `init` says of every box that there is one.
        assert!(said.status == 1 && (says || command[0] == "init"), "{command:?}: {}{}", said.out, said.error);
    }
    let check = place.run(&["check", "--data", "box", "--keys", "public"]);
    assert!(check.status == 1 && check.out.contains("no backup was made of it today or yesterday"), "{}", check.out);
    assert!(fs::read(place.path("box/store/candour.db")).unwrap() == before, "it was changed");
    backed_up_today(&place);
    assert_says(&place, &code, (2, 1), BEFORE);
}

#[test]
#[ignore = "needs strace"]
fn bringing_a_box_forward_that_was_killed_anywhere_ends_the_same_when_it_is_run_again() {
    let (place, _) = brought_back(BEFORE);
    backed_up_today(&place);
    fs::rename(place.path("box"), place.path("before")).unwrap();
    let again = || {
        let _ = fs::remove_dir_all(place.path("box"));
        copy(&place.path("before"), &place.path("box"));
    };
    again();
    let end = place.json(FORWARD);
    again();
    let calls: Vec<&str> = WRITES.iter().chain(NAMES).copied().collect();
    let counted = strace::count(&place, FORWARD, &calls);
    let (mut kills, mut versions) = (0, [0; 2]);
    for (call, last) in &counted {
        for number in sample(*last, PLACES) {
            for what in ["signal=KILL", "error=EIO", "error=ENOSPC"] {
                again();
                let fault = Fault { call, what, when: number.to_string() };
                let met = strace::run(&place, FORWARD, &fault);
                kills += usize::from(matches!(met, Met::Killed));
                // As before or as after, whatever was written by then.
                let found = version(&place);
                assert!(found == 1 || found == 2, "{call} {number} {what}: {found}");
                versions[found - 1] += 1;
                assert_eq!(place.json(FORWARD), end, "{call} {number} {what}");
                let check = place.run(&["check", "--data", "box", "--keys", "public", "--whole"]).out;
                assert!(check.contains("ok       every page and reference of the database is sound"), "{check}");
            }
        }
    }
    println!("killed {kills} times at {counted:?}: {versions:?} were of the version before and of this one");
    assert!(kills >= counted.len() && versions.iter().all(|count| *count > 0), "{versions:?}");
}

#[test]
#[ignore = "needs root, to mount a small disk"]
fn on_a_full_disk_a_box_of_an_earlier_release_stays_what_it_is() {
    let (place, code) = brought_back(BEFORE);
    backed_up_today(&place);
    let disk = SmallDisk::of(&place.path("box/store"), 64 << 20);
    let filler = place.path("box/store/filler");
    let mut refused = 0;
    for left in [0, 4096, 16_384, 32_768, 65_536] {
        disk.fill(&filler, left);
        let said = place.run(FORWARD);
        if said.status == 1 {
            refused += 1;
            assert!(said.error.contains("the disk is full; free some space"), "{left}: {}", said.error);
        }
        fs::remove_file(&filler).unwrap();
        assert_eq!(version(&place), if said.status == 0 { 2 } else { 1 }, "with {left} bytes left");
        if said.status == 0 {
            break;
        }
    }
    assert!(refused > 0, "the disk was never full");
    assert_says(&place, &code, (2, 1), BEFORE);
}

#[test]
fn what_this_program_writes_is_kept() {
    // Without a name nothing of it stays.
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = std::env::var("CANDOUR_FIXTURE")
        .map_or_else(|_| elsewhere.path().join("this"), |release| fixture::folder(&release));
    let place = Installation::of_program(std::env::var_os("CANDOUR_PROGRAM").map(Into::into));
    place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
    let running = place.serve();
    let file = File::new("evidence.bin", "application/octet-stream", &[7; 1000]);
    let code = person::send(running.address, "staff-concern", &[], vec![file]).one("#receipt-code");
    running.stop();
    let id = place.carry_in("c1");
    decide(&place, &id, "first");
    place.export("decisions");
    place.done(&["backup", "--data", "box", "--to", "op/governance.recipients", "--out", "box.backup"]);
    place.deliver("decisions");
    let running = place.serve();
    let mut form = person::follow_up(running.address, &code);
    http::fill(&mut form, "message", "There is more to say.");
    let page = http::post_multipart(running.address, "/status/follow-up", &form, vec![]);
    assert_eq!(page.status, 200, "{}", page.all("main").join(" "));
    running.stop();
    place.collect("collection");
    place.done(&["desk", "backup", "--casebook", "casebook", "--out", "casebook.backup"]);

    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    KEPT.iter().for_each(|name| fixture::keep(&place.path(name), &folder.join(name)));
    write(&folder.join(CODE), &format!("{code}\n"));
    exchange(&folder.join(ACCOUNT), &place.path("").to_string_lossy(), PLACE);
    let (again, code) = brought_back_from(&folder);
    assert_says(&again, &code, (2, 1), "this program");
}

/// What a release left, and the receipt code of the one report in it.
fn brought_back(release: &str) -> (Installation, String) {
    brought_back_from(&fixture::folder(release))
}

fn brought_back_from(folder: &Path) -> (Installation, String) {
    let place = Installation::empty();
    for name in KEPT {
        fixture::bring_back(&folder.join(name), &place.path(name));
    }
    exchange(&place.path(ACCOUNT), PLACE, &place.path("").to_string_lossy());
    place.put("fixture.toml", CONFIG);
    (place, fs::read_to_string(folder.join(CODE)).unwrap().trim().to_owned())
}

fn decide(place: &Installation, id: &str, words: &str) {
    let reply = place.path(&format!("reply-{words}"));
    write(&reply, &format!("This is the {words} reply to what you told us."));
    let notice = place.path(&format!("notice-{words}"));
    write(&notice, "How we will use what you told us.");
    let (reply, notice) = (reply.to_string_lossy().into_owned(), notice.to_string_lossy().into_owned());
    if words == "first" {
        place.decide(id, &["--area", "competition", "--notice-file", &notice, "--reply-file", &reply]);
    } else {
        place.decide(id, &["--area", "competition", "--reply-file", &reply]);
    }
}

/// That the code leads to so many messages of the person, and so many replies of the team.
fn assert_says(place: &Installation, code: &str, expected: (usize, usize), release: &str) {
    let running = place.serve_with(&["--config", "fixture.toml"]);
    let page = status(running.address, code);
    let texts = page.all("article.message");
    let replies = texts.iter().filter(|text| text.contains("reply to what you told us")).count();
    let own = page.all("article.message.person").len();
    running.stop();
    assert_eq!((page.status, (own, replies)), (200, expected), "{release}: {texts:#?}");
}

/// As if the program before had backed it up today.
fn backed_up_today(place: &Installation) {
    set_backup(place, Some(SystemDay.today().to_string()));
}

fn set_backup(place: &Installation, day: Option<String>) {
    let connection = Connection::open(place.path("box/store/candour.db")).unwrap();
    connection.execute("DELETE FROM setting WHERE name = 'backed_up'", []).unwrap();
    if let Some(day) = day {
        connection.execute("INSERT INTO setting VALUES ('backed_up', ?1)", [day.as_bytes()]).unwrap();
    }
    connection.close().unwrap();
}

/// Which version the database is of. The look leaves it as it is.
fn version(place: &Installation) -> usize {
    let connection =
        Connection::open_with_flags(place.path("box/store/candour.db"), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
    let found: u32 = connection.unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    found as usize
}

fn exchange(path: &Path, what: &str, with: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(what), "{text}");
    write(path, &text.replace(what, with));
}

fn write(path: &Path, text: &str) {
    fs::File::create(path).and_then(|mut file| file.write_all(text.as_bytes())).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &name);
        } else {
            fs::copy(&path, &name).unwrap();
        }
    }
}
