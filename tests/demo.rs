//! The demonstration: what it prints, what it shows, and that nothing of it stays.

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use support::http;

#[test]
fn the_demonstration_says_so_on_every_page_and_is_wiped_at_the_end() {
    // Where its directory is made, to see that it is gone.
    let around = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_candour"))
        .args(["demo", "--listen", "127.0.0.1:0"])
        .env("TMPDIR", around.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("This is a demonstration"));
    let address = lines.next().unwrap().strip_prefix("box: http://").unwrap().parse().unwrap();
    for path in ["/", "/before-you-start", "/report?route=staff-concern", "/status", "/keys", "/nowhere"] {
        assert!(http::get(address, path).one(".demo").contains("This is a demonstration"), "{path}");
    }
    // The commands that it prints are for what is there.
    let printed: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("Ctrl-C")).collect();
    let import = printed.iter().find(|line| line.contains("candour desk import")).unwrap();
    let casebook = import.split_whitespace().skip_while(|word| *word != "--casebook").nth(1).unwrap();
    assert!(fs::metadata(casebook).unwrap().is_dir());

    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_dir(around.path()).unwrap().count(), 0, "something of it stayed");
}
