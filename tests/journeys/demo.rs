//! The demonstration: what it prints, what it shows, what its one button does, and that nothing of it stays.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{desk::Reviewer, http, person};

#[test]
fn box_and_desk_work_together_say_what_they_are_and_are_wiped_at_the_end() {
    // Where its directory is made, to see that it is gone.
    let around = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_candour"))
        .args(["demo", "--listen", "127.0.0.1:0", "--desk", "127.0.0.1:0"])
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
    let mut reviewer = Reviewer::at(&lines.next().unwrap());
    for path in ["/", "/carry", "/team", "/retention", "/nowhere"] {
        assert!(reviewer.get(path).one(".demo").contains("This is a demonstration"), "{path}");
    }
    let listed = |reviewer: &mut Reviewer| reviewer.get("/?show=all").all(".queue tbody tr").len();
    assert_eq!(listed(&mut reviewer), 6, "concerns of every route are there");
    let code = lines.next().unwrap().rsplit_once(' ').unwrap().1.to_owned();
    let status = person::status(address, &code);
    assert_eq!(status.all("article.message").len(), 1);

    // Someone writes; one press brings it here.
    person::send(address, "procurement", &[], vec![]);
    let press = reviewer.get("/carry").form("/carry/demonstration");
    reviewer.post_and_follow("/carry/demonstration", &press);
    assert_eq!(listed(&mut reviewer), 7);
    // And nothing is left to carry after a second press, which delivers what the first brought.
    reviewer.post_and_follow("/carry/demonstration", &press);
    assert!(reviewer.get("/carry").one("main").contains("There is nothing to export"));

    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_dir(around.path()).unwrap().count(), 0, "something of it stayed");
}
