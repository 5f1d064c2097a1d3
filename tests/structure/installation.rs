//! What a machine is given beside the program: units that the box can confine itself under and that leave it little, and packages
//! that no machine can have two of.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

/// Exposure of a unit, of 100, by the count of `systemd-analyze security`.
const EXPOSED_AT_MOST: &str = "10";

fn units() -> Vec<PathBuf> {
    let all = fs::read_dir("deploy").unwrap().map(|entry| entry.unwrap().path());
    let units: Vec<_> = all.filter(|path| path.extension().is_some_and(|end| end == "service")).collect();
    assert!(units.len() >= 4, "{units:?}");
    units
}

#[test]
fn the_units_let_the_box_confine_itself_whatever_the_version_of_systemd() {
    for path in units() {
        let unit = fs::read_to_string(&path).unwrap();
        let filter = unit.lines().find_map(|line| line.strip_prefix("SystemCallFilter=@")).unwrap();
        let named: Vec<&str> = filter.split(' ').collect();
        // A group that an older version does not know is passed over there, and the calls in it are refused.
        let needed = ["landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"];
        assert_eq!(named, [&["system-service"][..], &needed].concat(), "{}", path.display());
    }
}

#[test]
fn nothing_stands_between_a_power_cut_and_a_box_that_serves() {
    let unit = fs::read_to_string("deploy/candour.service").unwrap();
    let lines: BTreeSet<&str> = unit.lines().collect();
    assert!(!unit.lines().any(|line| line.starts_with("ExecStartPre=") || line.starts_with("Requires=")), "{unit}");
    for line in ["Restart=always", "StartLimitIntervalSec=0", "RequiresMountsFor=/var/lib/candour"] {
        assert!(lines.contains(line), "{line}");
    }
}

/// A journal keeps the hour of each line. What the other commands print says how much came.
#[test]
fn what_a_timer_starts_writes_nothing_into_the_journal_that_depends_on_what_came() {
    let timed: Vec<_> = units().into_iter().filter(|path| path.with_extension("timer").exists()).collect();
    assert!(timed.len() >= 3, "{timed:?}");
    for path in timed {
        let unit = fs::read_to_string(&path).unwrap();
        let is_silent = unit.lines().any(|line| line == "StandardOutput=null");
        let mut commands = unit.lines().filter_map(|line| line.strip_prefix("ExecStart="));
        let tells_nothing = |command: &str| {
            command.starts_with("/usr/bin/candour digest ")
                || (command.starts_with("/bin/sh -c 'exec ") && command.ends_with(" >/dev/null'"))
        };
        assert!(is_silent || commands.all(tells_nothing), "{}", path.display());
    }
}

#[test]
#[ignore = "needs systemd-analyze"]
fn every_unit_is_exposed_to_one_of_ten_at_most() {
    for path in units() {
        let arguments = ["security", "--no-pager", "--offline=true", "--threshold", EXPOSED_AT_MOST];
        let analysed = Command::new("systemd-analyze").args(arguments).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&analysed.stdout).into_owned();
        println!("{}", said.lines().last().unwrap_or_default());
        assert!(analysed.status.success(), "{}: {said}{}", path.display(), String::from_utf8_lossy(&analysed.stderr));
    }
}

#[test]
fn a_package_brings_every_unit_and_no_machine_can_have_two_programs() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let of = |program: &str| {
        let begun = manifest.split(&format!("[package.metadata.deb.variants.{program}]")).nth(1).unwrap();
        begun.split("\n[").next().unwrap().to_owned()
    };
    let programs = ["box", "desk", "carry"];
    for program in programs {
        let conflicts =
            of(program).lines().find_map(|line| line.strip_prefix("conflicts = ").map(str::to_owned)).unwrap();
        for other in programs {
            assert_eq!(conflicts.contains(&format!("candour-{other}")), other != program, "{program}: {conflicts}");
        }
        let features: Vec<_> =
            of(program).lines().filter(|line| line.contains("features = ")).map(str::to_owned).collect();
        assert_eq!(features, [format!("features = [\"{program}\"]"), "default-features = false".to_owned()]);
    }
    let contents = fs::read_to_string("packaging/contents/box").unwrap();
    for entry in fs::read_dir("deploy").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if [".service", ".timer", ".socket"].iter().any(|end| name.ends_with(end)) {
            let line = format!("-rw-r--r-- 0/0 ./usr/lib/systemd/system/{name}");
            assert!(contents.lines().any(|found| found == line), "{name} is in no package");
        }
    }
}
