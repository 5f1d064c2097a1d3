//! A box is backed up while it serves and comes back from that, whatever stands in the way: killed at any call, on a disk that is
//! full or fails, twice at once.
//!
//! `CANDOUR_LONG=1` disturbs each command at every single call.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use candour::files::{self, Readers};

use crate::{
    faults::SmallDisk,
    support::{
        http::{self, File},
        installation::{Installation, SERVE, holds},
        person::{self, status},
        sample,
        strace::{self, Fault, Met, NAMES, WRITES},
    },
};

/// People who send at the same time.
const SENDERS: usize = 3;
/// Backups that are made meanwhile.
const BACKUPS: usize = 4;
/// Bytes of each attachment: a long file of the vault.
const ATTACHED: usize = 300_000;
/// Places at which each system call is disturbed, in the short form.
const PLACES: usize = 3;
/// The operator's keys.
const OWN: &str = "op/governance.recipients";
const RESTORE: [&str; 6] = ["restore", "--data", "new", "--identity", "op/identity.txt", "backup"];
const INIT: [&str; 5] = ["init", "--data", "new", "--keys", "public"];

/// An installation whose operator has keys for backups.
fn installed() -> Installation {
    let place = Installation::new();
    place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
    place
}

fn backup(place: &Installation, out: &str) -> String {
    place.done(&["backup", "--data", "box", "--to", OWN, "--out", out])
}

/// Sends a concern with a file; gives its code.
fn send(address: SocketAddr, words: &str) -> String {
    let content = vec![7; ATTACHED];
    let file = File::new("evidence.bin", "application/octet-stream", &content);
    person::send(address, "staff-concern", &[("description", words)], vec![file]).one("#receipt-code")
}

/// A box with two reports that was backed up and stopped. Gives their codes.
fn backed_up() -> (Installation, [String; 2]) {
    let place = installed();
    let running = place.serve();
    let codes = ["The first of two concerns.", "The second of two concerns."].map(|words| send(running.address, words));
    backup(&place, "backup");
    running.stop();
    (place, codes)
}

/// Whether a directory holds anything by which it could be taken for a box.
fn looks_like_a_box(directory: &Path) -> bool {
    ["store", "box.key", "box.pub"].iter().any(|name| directory.join(name).exists())
}

/// That a box is whole, and that every code opens a report there; it takes the place of the one before.
fn assert_whole(place: &Installation, directory: &str, codes: &[String]) {
    let check = place.run(&["check", "--data", directory, "--keys", "public", "--whole"]).out;
    for well in ["the database opens", "every sealed file is as it was stored", "the box's signing key fits box.pub"] {
        assert!(check.contains(&format!("ok       {well}")), "{check}");
    }
    assert!(check.contains("ok       every page and reference of the database is sound"), "{check}");
    let _ = fs::remove_dir_all(place.path("box"));
    fs::rename(place.path(directory), place.path("box")).unwrap();
    let running = place.serve();
    for code in codes {
        let page = status(running.address, code);
        assert_eq!((page.status, page.all("article.message").len()), (200, 1));
    }
    running.stop();
}

fn rewrite(path: &Path, bytes: &[u8]) {
    files::replace(path, Readers::Owner, bytes).unwrap();
}

fn remove(path: &PathBuf) {
    let _ = fs::remove_dir_all(path);
    let _ = fs::remove_file(path);
}

#[test]
fn every_receipt_that_was_shown_before_a_backup_began_opens_after_it_is_restored() {
    let place = installed();
    place.put("fast.toml", b"[limits]\ndisk_reserve_mib = 0\nsends_a_minute = 100000\n");
    let running = place.serve_with(&["--config", "fast.toml"]);
    let (shown, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let before: Vec<Vec<String>> = thread::scope(|scope| {
        for sender in 0..SENDERS {
            let (shown, stop, address) = (&shown, &stop, running.address);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let code = send(address, &format!("Sent while it is backed up, by sender {sender}."));
                    shown.lock().unwrap().push(code);
                }
            });
        }
        let before = (0..BACKUPS).map(|number| {
            while shown.lock().unwrap().len() < 5 * (number + 1) {
                thread::yield_now();
            }
            let before = shown.lock().unwrap().clone();
            backup(&place, &format!("b{number}"));
            before
        });
        let before = before.collect();
        stop.store(true, Ordering::Relaxed);
        before
    });
    running.stop();
    let all = shown.lock().unwrap().len();
    for (number, codes) in before.iter().enumerate() {
        let (name, restored) = (format!("b{number}"), format!("new{number}"));
        place.done(&["restore", "--data", &restored, "--identity", "op/identity.txt", &name]);
        assert_whole(&place, &restored, codes);
    }
    // The desk opens each of them, file included.
    place.collect("c1");
    place.import("c1");
    let list = place.desk_list();
    let last = before.last().unwrap().len();
    assert!(list.as_array().unwrap().len() >= last);
    for report in list.as_array().unwrap() {
        let id = report["id"].as_str().unwrap();
        place.done(&["desk", "attachment", "--casebook", "casebook", id, "evidence.bin", "--out", "opened"]);
        assert_eq!(fs::read(place.path("opened")).unwrap(), vec![7; ATTACHED]);
        fs::remove_file(place.path("opened")).unwrap();
    }
    let counts: Vec<usize> = before.iter().map(Vec::len).collect();
    println!(
        "{all} receipts, {BACKUPS} backups under way, shown before each {counts:?}: all open after it is restored"
    );
}

/// The fingerprint that `check` tells.
fn epoch_of(place: &Installation, directory: &str) -> String {
    let said = place.run(&["check", "--data", directory, "--keys", "public"]).out;
    let line = said.lines().find_map(|line| line.strip_prefix("ok       the epoch's fingerprint is "));
    line.unwrap_or_else(|| panic!("{said}")).to_owned()
}

#[test]
fn a_backup_tells_nothing_to_whoever_takes_it_and_neither_secret_is_on_the_disk_in_the_clear() {
    let (place, codes) = backed_up();
    let sealed = fs::read(place.path("backup")).unwrap();
    let key = fs::read_to_string(place.path("box/box.key")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    let database = fs::read(place.path("box/store/candour.db")).unwrap();
    let at = database.windows(7).position(|window| window == b"tag_key").unwrap();
    let tag = &database[at + 7..at + 7 + 32];
    let list = place.json(&["clocks", "--data", "box", "--json"]);
    let id = list[0]["report"].as_str().unwrap();
    for mark in [secret.as_bytes(), tag, id.as_bytes(), b"backup.json", b"staff-concern", codes[0].as_bytes()] {
        assert!(!holds(&sealed, mark));
    }
    // In the box's own files it stands, and so in nothing that making a backup left.
    for (path, bytes) in place.every_file() {
        if holds(&bytes, secret.as_bytes()) {
            assert_eq!(path, place.path("box/box.key"));
        }
        assert!(!path.to_string_lossy().ends_with(".partial"), "{}", path.display());
    }
    // The keys of a thief open nothing, and those of the team neither: they are not the operator's.
    place.done(&["keys", "new", "--out", "thief", "--no-passphrase"]);
    for identity in ["thief/identity.txt", "team/identity.txt"] {
        let refused = place.refused(&["restore", "--data", "new", "--identity", identity, "backup"]);
        assert!(refused.contains("sealed to other keys"), "{refused}");
    }
    let refused = place.refused(&["backup", "--data", "box", "--to", "public/governance.recipients", "--out", "b2"]);
    assert!(refused.contains("is a key of the governance team"), "{refused}");
    // Nor to the operator's keys and one of theirs beside them.
    let both = [OWN, "public/governance.recipients"].map(|file| fs::read(place.path(file)).unwrap()).concat();
    place.put("both.recipients", &both);
    let refused = place.refused(&["backup", "--data", "box", "--to", "both.recipients", "--out", "b2"]);
    assert!(refused.contains("is a key of the governance team"), "{refused}");
    assert!(!place.path("b2").exists() && !place.path("new").exists());
}

#[test]
fn an_identity_under_a_passphrase_opens_it_with_that_alone() {
    let place = Installation::new();
    place.put_secret("pass", b"several random words\n");
    place.put_secret("wrong", b"other words\n");
    place.done(&["keys", "new", "--out", "op", "--passphrase-file", "pass"]);
    backup(&place, "backup");
    for (more, says) in [
        ([].as_slice(), "give --passphrase-file"),
        (&["--passphrase-file", "wrong"], "the passphrase does not open it"),
        (&["--passphrase-file", "none"], "can't read none"),
    ] {
        let refused = place.refused(&[RESTORE.as_slice(), more].concat());
        assert!(refused.contains(says), "{refused}");
    }
    let said = place.done(&[RESTORE.as_slice(), &["--passphrase-file", "pass"]].concat());
    assert!(said.contains("restored a box with 0 reports in new"), "{said}");
}

#[test]
#[ignore = "needs age"]
fn the_stock_tools_make_the_keys_and_open_a_backup() {
    let place = Installation::new();
    let run = |program: &str, arguments: &[&str]| {
        let output = place.program(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    run("age-keygen", &["-o", "backup-identity.txt"]);
    place.put("backup.recipients", &run("age-keygen", &["-y", "backup-identity.txt"]));
    let running = place.serve();
    send(running.address, "A concern that is backed up.");
    running.stop();
    place.done(&["backup", "--data", "box", "--to", "backup.recipients", "--out", "b1"]);
    place.put("b1.tar", &run("age", &["-d", "-i", "backup-identity.txt", "b1"]));
    let listed = String::from_utf8(run("tar", &["-tf", "b1.tar"])).unwrap();
    let paths: Vec<_> = listed.lines().collect();
    assert!(paths[0] == "backup.json" && paths[1] == "records/1.json", "{listed}");
    assert!(paths[2].ends_with("/1/message.age") && paths[3].ends_with("/1/attachment-1.age"), "{listed}");
    assert_eq!(paths.len(), 4);
    place.done(&["restore", "--data", "new", "--identity", "backup-identity.txt", "b1"]);
}

#[test]
fn a_directory_that_lost_a_file_is_never_called_sound_and_is_restored() {
    let (place, _) = backed_up();
    for name in
        ["store/candour.db", "store/short.vault", "store/long.vault", "store/answers.vault", "store/intake", "box.key"]
    {
        let (there, aside) = (place.path(&format!("box/{name}")), place.path("aside"));
        fs::rename(&there, &aside).unwrap();
        let check = place.run(&["check", "--data", "box", "--keys", "public", "--whole"]);
        assert_eq!(check.status, 1, "{name}: {}", check.out);
        let line = check.out.lines().find(|line| line.starts_with("unsafe") && line.contains("is missing at"));
        assert!(line.is_some_and(|line| line.contains("candour restore") && line.contains(name)), "{}", check.out);
        assert!(!check.out.contains("make a box with"), "{}", check.out);
        let refused = place.refused(&["init", "--data", "box", "--keys", "public"]);
        let is_box = name != "store/candour.db";
        assert!(refused.contains(if is_box { "there is a box in box already" } else { "held a box" }), "{refused}");
        fs::rename(&aside, &there).unwrap();
    }
    // Beside either half of its key, or what people sent, no other box is made.
    for name in ["box.key", "box.pub", "store/short.vault"] {
        fs::create_dir_all(place.path("left/store")).unwrap();
        fs::copy(place.path(&format!("box/{name}")), place.path(&format!("left/{name}"))).unwrap();
        let refused = place.refused(&["init", "--data", "left", "--keys", "public"]);
        assert!(refused.contains("candour restore"), "{refused}");
        let there = ["left", "left/store"].map(|directory| fs::read_dir(place.path(directory)).unwrap().count());
        assert_eq!(there.iter().sum::<usize>(), 2, "nothing was changed");
        fs::remove_dir_all(place.path("left")).unwrap();
    }
    // Nor where a box is being restored.
    fs::create_dir_all(place.path("left/restoring")).unwrap();
    let serve = |data: &str| place.refused(&["serve", "--data", data, "--keys", "public", "--listen", "127.0.0.1:0"]);
    for refused in [
        serve("left"),
        place.refused(&["init", "--data", "left", "--keys", "public"]),
        place.refused(&["clocks", "--data", "left"]),
    ] {
        assert!(refused.contains("run the same `candour restore` again"), "{refused}");
    }
    // Nor does a box run without its key, or what is left of one.
    assert!(serve("nowhere").contains("there is no box in nowhere; make one with `candour init`"));
    fs::remove_file(place.path("box/box.pub")).unwrap();
    let refused = serve("box");
    assert!(refused.contains("box/box.pub is not there") && refused.contains("`candour init`"), "{refused}");
    fs::remove_file(place.path("box/store/candour.db")).unwrap();
    let refused = serve("box");
    assert!(refused.contains("box held a box: box.key is there") && refused.contains("candour restore"), "{refused}");
}

#[test]
fn what_a_disk_lost_is_named_and_all_else_is_carried_and_backed_up() {
    let (place, _) = backed_up();
    let vault = place.path("box/store/long.vault");
    let whole = fs::read(&vault).unwrap();
    let scratched: Vec<u8> = whole.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at % 4096 == 7)).collect();
    rewrite(&vault, &scratched);
    let running = place.serve();
    send(running.address, "Sent after a part of the disk was lost.");
    running.stop();
    let collect = |out: &str| place.run(&["collect", "--data", "box", "--keys", "public", "--out", out]);
    let said = collect("c1");
    let named =
        |out: &str| out.lines().filter(|line| line.contains("message 1 is damaged here and was left out;")).count();
    assert_eq!((said.status, named(&said.out), said.error.as_str()), (1, 2, ""), "{}", said.out);
    assert!(said.out.contains("1 message from 1 report") && place.path("c1").is_file(), "{}", said.out);
    assert!(place.import("c1").contains('1'));
    let said = place.run(&["backup", "--data", "box", "--to", OWN, "--out", "b2"]);
    assert_eq!((said.status, named(&said.out)), (1, 2), "{}", said.out);
    place.done(&["restore", "--data", "new", "--identity", "op/identity.txt", "b2"]);
    let check = place.run(&["check", "--data", "box", "--keys", "public", "--whole"]).out;
    assert_eq!(check.lines().filter(|line| line.contains("message 1 is damaged here; carry and back up")).count(), 2);
    // A file that was cut is no box to serve, and what is left of it is taken out all the same.
    rewrite(&vault, &whole[..1000]);
    for command in [SERVE, &["check", "--data", "box", "--keys", "public"]] {
        let said = place.run(command);
        assert!(format!("{}{}", said.out, said.error).contains("long.vault ends before"), "{command:?}");
    }
    assert_eq!(named(&collect("c2").out), 3);
}

#[test]
fn each_half_of_a_box_is_told_what_brings_it_back() {
    let (place, _) = backed_up();
    let run = |arguments: &[&str]| place.run(arguments);
    fs::create_dir(place.path("empty")).unwrap();
    let refused = place.refused(&["serve", "--data", "empty", "--keys", "public"]);
    assert!(refused.contains("there is no box in empty"), "{refused}");
    // Killed while it was made: the same command again, and no other.
    place.done(&["init", "--data", "half", "--keys", "public"]);
    fs::rename(place.path("half/store/candour.db"), place.path("half/store/candour.db.partial")).unwrap();
    for command in
        [&["clocks", "--data", "half"][..], &["serve", "--data", "half", "--keys", "public", "--listen", "127.0.0.1:0"]]
    {
        let refused = place.refused(command);
        assert!(refused.contains("run the same `candour init` again"), "{refused}");
    }
    let check = run(&["check", "--data", "half", "--keys", "public"]).out;
    assert!(check.contains("run the same `candour init` again") && !check.contains("candour restore"), "{check}");
    place.done(&["init", "--data", "half", "--keys", "public"]);
    // Of what init refuses, check does not say that init makes it.
    for name in ["candour.db", "short.vault"] {
        let left = format!("left-{name}");
        fs::create_dir_all(place.path(&left).join("store")).unwrap();
        fs::copy(place.path(&format!("box/store/{name}")), place.path(&format!("{left}/store/{name}"))).unwrap();
        let check = run(&["check", "--data", &left, "--keys", "public"]).out;
        assert!(check.contains("candour restore") && !check.contains("make a box with"), "{check}");
    }
    // The public half follows from the records.
    let public = fs::read(place.path("box/box.pub")).unwrap();
    fs::remove_file(place.path("box/box.pub")).unwrap();
    let refused = place.refused(&["serve", "--data", "box", "--keys", "public"]);
    assert!(refused.contains("candour init"), "{refused}");
    place.done(&["init", "--data", "box", "--keys", "public"]);
    assert!(fs::read(place.path("box/box.pub")).unwrap() == public);
    // Another box's pair fits itself, and not this box.
    for name in ["box.key", "box.pub"] {
        fs::copy(place.path(&format!("half/{name}")), place.path(&format!("box/{name}"))).unwrap();
    }
    for command in [
        SERVE,
        &["collect", "--data", "box", "--keys", "public", "--out", "c1"],
        &["backup", "--data", "box", "--to", OWN, "--out", "b2"],
        &["check", "--data", "box", "--keys", "public"],
    ] {
        let said = run(command);
        assert!(
            format!("{}{}", said.out, said.error).contains("is not the key that this box was made with"),
            "{command:?}"
        );
    }
}

#[test]
fn a_restore_whose_words_were_lost_says_them_again() {
    let (place, _) = backed_up();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let lost = place.program(env!("CARGO_BIN_EXE_candour")).args(RESTORE).stdout(full).output().unwrap();
    assert_eq!(lost.status.code(), Some(1));
    let check = place.run(&["check", "--data", "new", "--keys", "public"]).out;
    assert!(check.contains("new holds what a restore left"), "{check}");
    let said = place.done(&RESTORE);
    assert!(said.contains("new epoch fingerprint:") && said.contains(&epoch_of(&place, "new")), "{said}");
    assert!(place.refused(&RESTORE).contains("there is a box in new already"));
}

#[test]
fn the_keys_that_are_given_are_held_against_the_confirmed_ones_before_anything_is_changed() {
    let place = installed();
    let both = ["team", "op"].map(|who| fs::read(place.path(&format!("{who}/signer.pub"))).unwrap()).concat();
    rewrite(&place.path("public/signers.pub"), &both);
    for more in [&["--new-epoch"][..], &["--second-approver", "yes"]] {
        let refused = place.refused(&[&["init", "--data", "box", "--keys", "public"], more].concat());
        assert!(refused.contains("signers.pub is not what was confirmed"), "{refused}");
    }
}

#[test]
fn a_directory_that_was_put_back_by_hand_begins_a_new_epoch() {
    let place = Installation::new();
    let running = place.serve();
    send(running.address, "Sent before the copy.");
    running.stop();
    place.carry_in("c1");
    let first = epoch_of(&place, "box");
    copy(&place.path("box"), &place.path("copy"));
    let running = place.serve();
    send(running.address, "Sent after the copy, and collected.");
    running.stop();
    place.carry_in("c2");
    fs::remove_dir_all(place.path("box")).unwrap();
    copy(&place.path("copy"), &place.path("box"));
    let said = place.done(&["init", "--data", "box", "--keys", "public", "--new-epoch"]);
    let epoch = epoch_of(&place, "box");
    assert!(said.contains(&epoch) && epoch != first, "{said}");
    let check = place.run(&["check", "--data", "box", "--keys", "public"]).out;
    assert!(check.contains("warning  this box came back from a backup of"), "{check}");
    place.collect("c3");
    assert!(!place.run(&["check", "--data", "box", "--keys", "public"]).out.contains("came back"));
    let refused = place.refused(&["desk", "import", "--casebook", "casebook", "c3"]);
    assert!(refused.contains(&epoch), "{refused}");
    let said = place.done(&["desk", "import", "--casebook", "casebook", "--confirm-epoch", &epoch, "c3"]);
    assert!(said.contains("lost at the box"), "{said}");
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).output().unwrap();
    assert!(copied.status.success());
}

#[test]
fn two_that_restore_at_once_make_one_box() {
    let (place, codes) = backed_up();
    let start = || {
        let mut command = place.program(env!("CARGO_BIN_EXE_candour"));
        command.args(RESTORE).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start(), start(), start()].map(|child| child.wait_with_output().unwrap());
    let done = both.iter().filter(|output| output.status.success()).count();
    assert_eq!(done, 1, "{both:?}");
    for output in both.iter().filter(|output| !output.status.success()) {
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains("by another command") || error.contains("there is a box in"), "{error}");
    }
    assert_whole(&place, "new", &codes);
}

#[test]
#[ignore = "needs strace"]
fn what_was_killed_anywhere_ends_well_when_it_is_run_again() {
    let (place, codes) = backed_up();
    let out = ["backup", "--data", "box", "--to", OWN, "--out", "again"];
    let copy_of_box = place.path("copy");
    copy(&place.path("box"), &copy_of_box);
    let (mut kills, calls): (usize, Vec<&str>) = (0, WRITES.iter().chain(NAMES).copied().collect());
    for (arguments, made) in [(INIT.as_slice(), "new"), (&out, "again"), (&RESTORE, "new")] {
        let counted = strace::count(&place, arguments, &calls);
        remove(&place.path(made));
        for (call, last) in &counted {
            for number in sample(*last, PLACES) {
                let fault = Fault { call, what: "signal=KILL", when: number.to_string() };
                let met = strace::run(&place, arguments, &fault);
                if matches!(met, Met::Killed) {
                    kills += 1;
                    let case = format!("{} killed at {call} {number}", arguments[0]);
                    let was_box = place.path(made).join("store/candour.db").exists() || place.path(made).is_file();
                    let said = place.run(arguments);
                    // Whoever sees that it is there does not make it again.
                    assert!(said.status == 0 || was_box, "{case}: {}", said.error);
                    assert!(
                        arguments[0] != "restore" || said.out.contains("new epoch fingerprint") || was_box,
                        "{case}"
                    );
                }
                if arguments[0] == "backup" {
                    place.done(&["restore", "--data", "new", "--identity", "op/identity.txt", "again"]);
                }
                let check = place.run(&["check", "--data", "new", "--keys", "public"]).out;
                assert!(check.contains("ok       the box's signing key fits box.pub"), "{check}");
                assert!(check.contains("ok       the database opens"), "{check}");
                let names: BTreeSet<String> = fs::read_dir(place.path("new"))
                    .unwrap()
                    .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                    .collect();
                assert!(names.iter().all(|name| !name.contains("partial") && name != "restoring"), "{names:?}");
                remove(&place.path("new"));
                remove(&place.path("again"));
            }
        }
        println!("{}: at {counted:?}", arguments[0]);
    }
    assert!(kills > 30, "{kills}");
    place.done(&RESTORE);
    assert_whole(&place, "new", &codes);
    println!("killed {kills} times");
}

#[test]
#[ignore = "needs strace"]
fn what_meets_a_failing_disk_says_so_leaves_no_box_and_can_be_run_again() {
    let (place, codes) = backed_up();
    let out = ["backup", "--data", "box", "--to", OWN, "--out", "again"];
    for (arguments, made) in [(out.as_slice(), "again"), (&RESTORE, "new")] {
        let counted = strace::count(&place, arguments, WRITES);
        remove(&place.path(made));
        let mut outcomes = BTreeMap::<&str, usize>::new();
        for (call, last) in &counted {
            for number in sample(*last, PLACES) {
                let all_after = if *call == "write" { "" } else { "+" };
                for (error, when) in
                    [("error=EIO", number.to_string()), ("error=ENOSPC", format!("{number}{all_after}"))]
                {
                    let fault = Fault { call, what: error, when };
                    let case = format!("{}: {call} {} {error}", arguments[0], fault.when);
                    let Met::Ended(said, hit) = strace::run(&place, arguments, &fault) else {
                        panic!("{case}: killed")
                    };
                    let printing = hit.iter().all(|line| line.contains("write(1<") || line.contains("write(2<"));
                    if said.status == 0 || printing {
                        *outcomes.entry("done").or_default() += 1;
                        assert!(place.path(made).exists(), "{case}");
                    } else {
                        *outcomes.entry("failed").or_default() += 1;
                        assert_eq!((said.status, said.out.as_str(), said.error.lines().count()), (1, "", 1), "{case}");
                        assert!(!place.path("again").exists() && !looks_like_a_box(&place.path("new")), "{case}");
                        place.done(arguments);
                    }
                    if arguments[0] == "backup" {
                        place.done(&["restore", "--data", "new", "--identity", "op/identity.txt", "again"]);
                    }
                    let check = place.run(&["check", "--data", "new", "--keys", "public", "--whole"]).out;
                    assert!(check.contains("ok       every sealed file is as it was stored"), "{case}: {check}");
                    remove(&place.path("new"));
                    remove(&place.path("again"));
                }
            }
        }
        println!("{}: {outcomes:?}, at {counted:?}", arguments[0]);
        assert!(outcomes.contains_key("failed"), "{}", arguments[0]);
    }
    place.done(&RESTORE);
    assert_whole(&place, "new", &codes);
}

#[test]
#[ignore = "needs root, to mount a small disk"]
fn on_a_full_disk_nothing_is_left_and_room_is_all_that_it_takes() {
    let place = installed();
    let running = place.serve();
    let codes: Vec<String> =
        (0..40).map(|number| send(running.address, &format!("This is concern number {number}."))).collect();
    fs::create_dir(place.path("out")).unwrap();
    {
        // A stick that is too small, for the backup; then one that is not.
        let _disk = SmallDisk::of(&place.path("out"), 2 << 20);
        let refused = place.refused(&["backup", "--data", "box", "--to", OWN, "--out", "out/b"]);
        assert!(refused.contains("can't be written") || refused.contains("No space left"), "{refused}");
        assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 0);
    }
    backup(&place, "backup");
    running.stop();
    for mib in [1, 8, 20, 26] {
        fs::create_dir_all(place.path("new")).unwrap();
        let disk = SmallDisk::of(&place.path("new"), mib << 20);
        let refused = place.refused(&RESTORE);
        assert!(refused.contains("the disk is full") || refused.contains("No space left"), "{mib}: {refused}");
        assert_eq!(fs::read_dir(place.path("new")).unwrap().count(), 0, "{mib}");
        drop(disk);
    }
    // Just enough for what is used, whatever a box that grows would like to have.
    let disk = SmallDisk::of(&place.path("new"), 36 << 20);
    place.done(&RESTORE);
    let check = place.run(&["check", "--data", "new", "--keys", "public", "--whole"]).out;
    assert!(check.contains("ok       every sealed file is as it was stored"), "{check}");
    copy(&place.path("new/."), &place.path("kept"));
    drop(disk);
    assert_whole(&place, "kept", &codes);
}

#[test]
fn what_a_person_withdrew_is_in_no_backup_that_is_made_from_then_on() {
    let place = installed();
    let running = place.serve();
    let (withdrawn, other) =
        (send(running.address, "Withdrawn after a backup."), send(running.address, "Said once, and never withdrawn."));
    backup(&place, "backup");
    let fields = person::withdrawal(running.address, &status(running.address, &withdrawn));
    assert_eq!(http::post(running.address, "/status/withdraw", &fields).status, 200);
    backup(&place, "later");
    running.stop();
    let size = |name: &str| fs::metadata(place.path(name)).unwrap().len();
    assert!(size("backup") > size("later") + ATTACHED as u64);
    place.done(&["restore", "--data", "new", "--identity", "op/identity.txt", "later"]);
    fs::remove_dir_all(place.path("box")).unwrap();
    fs::rename(place.path("new"), place.path("box")).unwrap();
    let running = place.serve();
    let page = status(running.address, &withdrawn);
    assert_eq!(page.one("h1"), "This report was withdrawn");
    assert_eq!(status(running.address, &other).status, 200);
    running.stop();
}
