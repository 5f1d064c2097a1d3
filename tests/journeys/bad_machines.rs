//! Bad days that are the machine's: a port that is taken, a pipe in a file's place, another account, a disk that is full, a kernel
//! without Landlock, a clock that is behind. The box says so, and keeps what it has.

use std::{
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use candour::{
    domain::{SystemDay, Today},
    store::{LastDay, Store},
};
use rustix::process::Signal;

use crate::bad_days::{Before, copy, run, said_of_it, words};
use crate::support::{accounts::Machine, installation::Installation, person, strace};

#[test]
fn a_box_that_is_served_and_a_port_that_is_taken_are_served_by_no_second_one() {
    let place = Installation::new();
    let running = place.serve();
    let second = run(&place, "serve");
    let says = "the box in box is being served already; stop that one first";
    assert!(second.status == 1 && second.error.contains(says), "{}", second.error);
    let code = person::send(running.address, "staff-concern", &[], vec![]).one("#receipt-code");
    assert_eq!(person::status(running.address, &code).status, 200);
    running.stop();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = taken.local_addr().unwrap();
    let refused = run(&place, &format!("serve --listen {there}"));
    let says = format!("can't listen on {there}: Address already in use");
    assert!(refused.status == 1 && refused.error.contains(&says), "{}", refused.error);
    drop(taken);
    place.collect("c1");
}

#[test]
fn a_pipe_in_a_files_place_is_said_and_waited_for_by_nobody() {
    let place = Installation::new();
    place.put("candour.toml", b"");
    for (name, also_serves) in [
        ("box/calendar/bank-holidays.json", true),
        ("public/governance.recipients", false),
        ("public/signers.pub", false),
        ("public/carriers.pub", false),
        ("box/box.key", false),
        ("box/box.pub", false),
        ("candour.toml", false),
    ] {
        let path = place.path(name);
        let kept = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        fifo(&path);
        for command in ["check --config candour.toml", "serve --config candour.toml"] {
            let is_serve = command.starts_with("serve");
            if is_serve && also_serves {
                continue;
            }
            let said = run(&place, command);
            assert_eq!(said.status, 1, "{name}: {command}: {}{}", said.out, said.error);
            // Of the box's own keys others have a word of their own.
            let is_said = said_of_it(&said, "is no ordinary file").is_some() || name == "box/box.pub";
            assert!(is_said, "{name}: {command}: {}{}", said.out, said.error);
        }
        fs::remove_file(&path).unwrap();
        if let Some(kept) = kept {
            place.put_secret(name, &kept);
        }
    }
    let running = place.serve();
    fifo(&place.path("box/calendar/bank-holidays.json"));
    running.signal(Signal::HUP).unwrap();
    running.until_said("is no ordinary file");
    running.stop();
}

/// A pipe that nobody writes into.
fn fifo(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o644.into(), 0).unwrap();
}

#[test]
fn newer_bank_holidays_are_taken_without_a_restart() {
    let place = Installation::new();
    let running = place.serve();
    let due = |name: &str| {
        let today = place.json(&["clocks", "--data", "box", "--json"])[0]["started_on"].as_str().unwrap().to_owned();
        let more: &[&str] = if name.is_empty() { &[] } else { &["--bank-holidays", name] };
        place.done(&[&["due", "--from", &today, "--working-days", "10"], more].concat()).trim().to_owned()
    };
    let send = || {
        let page = person::send(running.address, "staff-concern", &[], vec![]);
        let day = page.text().split_once("id=\"notice-due\"").map(|(_, rest)| rest.to_owned()).unwrap();
        day.split_once("datetime=\"").unwrap().1[..10].to_owned()
    };
    let first = send();
    assert_eq!(first, due(""));
    // What can't be read is told, and changes nothing.
    place.put("box/calendar/bank-holidays.json", b"<html>");
    running.signal(Signal::HUP).unwrap();
    running.until_said("stay in use");
    assert_eq!(send(), first);
    // Every second day is one.
    fs::remove_file(place.path("box/calendar/bank-holidays.json")).unwrap();
    let year: i32 = first[..4].parse().unwrap();
    let month =
        |year, month| (1..=28).step_by(2).map(move |day| format!("{{\"date\": \"{year}-{month:02}-{day:02}\"}}"));
    let days: Vec<String> = (year - 1..=year + 1).flat_map(|year| (1..=12).flat_map(move |m| month(year, m))).collect();
    let file = format!("{{\"england-and-wales\": {{\"events\": [{}]}}}}", days.join(", "));
    place.put("box/calendar/bank-holidays.json", file.as_bytes());
    running.signal(Signal::HUP).unwrap();
    running.until_said(&format!("bank holidays are loaded up to {} now", (year + 1).max(2028)));
    let later = send();
    assert_eq!(later, due("box/calendar/bank-holidays.json"));
    assert!(later > first, "{later}");
    // A year that nobody knows: listed all the same, and a due date is never guessed.
    let listed = place.json(&["clocks", "--data", "box", "--json", "--as-of", "2051-01-01"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    assert!(listed[0]["working_days_left"].is_null() && listed[0]["state"] == "overdue", "{listed}");
}

#[test]
#[ignore = "needs root"]
fn a_box_of_another_account_is_served_by_its_own_alone() {
    const USER: u32 = 61_004;
    let machine = Machine::new();
    let place = &machine.place;
    let account = machine.account(USER);
    let own = |directory: &str| {
        for (path, _) in place.every_file().iter().filter(|(path, _)| path.starts_with(place.path(directory))) {
            chown(path, Some(USER), Some(USER)).unwrap();
        }
        for name in ["box", "box/store", "box/calendar"] {
            chown(place.path(name), Some(USER), Some(USER)).unwrap();
        }
    };
    fs::set_permissions(place.path("public"), Permissions::from_mode(0o755)).unwrap();
    // As root made it.
    let by_account = ["serve", "--data", "../box", "--keys", "../public", "--listen", "127.0.0.1:0"];
    let said = account.run(&by_account);
    let says = "../box belongs to the account root, and this runs as 61004; run it as root, or, if the box is to be 61004's, run \
                as root: chown -R 61004: ../box";
    assert!(said.status == 1 && said.error.contains(says), "{}", said.error);
    own("box");
    for command in ["serve", "collect", "backup", "clocks", "init"] {
        let said = run(place, command);
        assert!(
            said.status == 1 && said.error.contains("with: runuser -u 61004 -- candour"),
            "{command}: {}",
            said.error
        );
        assert_eq!(said.error.lines().count(), 1);
    }
    let checked = run(place, "check");
    assert!(checked.status == 1 && checked.out.contains("box belongs to the account 61004"), "{}", checked.out);
    let foreign = |path: &PathBuf| path.metadata().unwrap().uid() != USER;
    let found: Vec<_> = place
        .every_file()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.starts_with(place.path("box")))
        .collect();
    assert_eq!(found.iter().filter(|path| foreign(path)).count(), 0, "root left nothing there");
    // One file that root put there.
    chown(place.path("box/store/intake"), Some(0), Some(0)).unwrap();
    let said = account.run(&["clocks", "--data", "../box"]);
    assert!(
        said.status == 1
            && said.error.contains("../box/store/intake belongs to the account root, and the box to 61004"),
        "{}",
        said.error
    );
    own("box");
    account.done(&["clocks", "--data", "../box"]);
}

#[test]
#[ignore = "needs root, to mount small disks"]
fn a_disk_that_is_full_or_read_only_is_called_so_and_keeps_what_it_has() {
    let before = Before::new();
    let place = before.put_back();
    let mount = |options: &str| {
        let done =
            Command::new("mount").args(["-o", options, "tmpfs"]).arg(place.path("box")).args(["-t", "tmpfs"]).output();
        let done = done.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let mounted = Mounted(place.path("box"));
    mount("size=64m,mode=0700");
    for entry in fs::read_dir(place.path("kept/box")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        copy(place, &format!("kept/box/{name}"), &format!("box/{name}"));
    }
    mount("remount,ro");
    for (command, says) in [
        (
            "serve",
            "can't be written; give it to the user who runs this, on a file system that is not mounted read-only",
        ),
        (
            "collect",
            "can't be written; give it to the user who runs this, on a file system that is not mounted read-only",
        ),
        (
            "check",
            "can't be written; give it to the user who runs this, on a file system that is not mounted read-only",
        ),
    ] {
        let said = run(place, command);
        let line = said_of_it(&said, says);
        assert!(said.status == 1 && line.is_some(), "{command}: {}{}", said.out, said.error);
        println!("| the data directory is read-only | `{command}` | {} | 1 |", line.unwrap_or_default());
    }
    mount("remount,rw");
    // No room at all.
    let filler = place.path("box/store/filler");
    let mut file = fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    for command in ["collect", "check"] {
        let said = run(place, command);
        let says = if command == "check" { "MiB of disk are free" } else { "the disk is full; free some space" };
        let line = said_of_it(&said, says);
        assert!(line.is_some(), "{command}: {}{}", said.out, said.error);
        println!("| the disk is full | `{command}` | {} | {} |", line.unwrap_or_default(), said.status);
    }
    drop(file);
    fs::remove_file(filler).unwrap();
    let collected = place.done(&["collect", "--data", "box", "--keys", "public", "--out", "c1"]);
    assert!(collected.contains("1 message from 1 report"), "{collected}");
    drop(mounted);
}

#[test]
#[ignore = "needs strace and root"]
fn without_landlock_nothing_is_served_unless_it_is_asked_for() {
    let place = Installation::new();
    let fault = strace::Fault { call: "landlock_create_ruleset", what: "error=ENOSYS", when: "1+".into() };
    let command = words("serve");
    let strace::Met::Ended(said, failed) = strace::run(&place, &command, &fault) else { panic!("it is killed") };
    assert!(!failed.is_empty());
    let says = "this kernel has no Landlock, so files that it has no use for are not out of reach";
    assert!(said.status == 1 && said.error.contains(says) && said.error.contains("--unconfined"), "{}", said.error);
    assert_eq!(said.error.lines().count(), 1, "{}", said.error);
}

#[test]
fn a_clock_that_is_behind_what_the_box_has_is_not_believed() {
    let before = Before::new();
    let place = before.put_back();
    let today = SystemDay.today();
    let ahead = today.tomorrow().unwrap();
    let store = Store::open(&place.path("box/store")).unwrap();
    store.record_last_day(LastDay::Fetched, ahead).unwrap();
    drop(store);
    for command in ["serve", "check"] {
        let said = run(place, command);
        let says = format!("the clock says {today}, and the newest day in the box is {ahead}; set the clock");
        let line = said_of_it(&said, &says);
        assert!(said.status == 1 && line.is_some(), "{command}: {}{}", said.out, said.error);
    }
    // It was ahead once, and is right now.
    place.put("clock.toml", format!("[monitor]\nclock_checked_on = \"{today}\"\n").as_bytes());
    let running = place.serve_with(&["--config", "clock.toml"]);
    person::send(running.address, "staff-concern", &[], vec![]);
    running.stop();
}

/// What is mounted there for a test.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}
