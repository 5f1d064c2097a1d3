//! The box or a command is killed at any moment, and nothing that was promised is lost.
//!
//! `CANDOUR_KILLS=1000` sets how often the box is killed, `CANDOUR_LONG=1` kills each command at every single call.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use candour::domain::SystemDay;

use crate::support::{
    http::{self, File},
    installation::Installation,
    members::edit,
    person, sample,
    stages::{Stage, Stages},
    strace::{self, Fault, Met, NAMES, WRITES},
};

/// Kills unless told otherwise.
const KILLS: u32 = 12;
/// After so many kills what the box has is carried to the desk, as on a working day, or starting again would take
/// longer each time.
const CARRY_AFTER: u32 = 25;
/// People who send at the same time.
const SENDERS: usize = 3;
/// People who look at the same time afterwards.
const ASKERS: usize = 8;
/// Bytes of each attachment: several rows of the store.
const ATTACHED: usize = 600_000;
/// What they consist of.
const CONTENT: u8 = 7;
/// Places at which a command is killed for each system call, in the short form.
const PLACES: usize = 3;

#[test]
fn every_receipt_that_was_shown_outlives_a_kill_at_any_moment() {
    let kills = std::env::var("CANDOUR_KILLS").ok().map_or(KILLS, |kills| kills.parse().unwrap());
    let place = Installation::new();
    let shown = Arc::new(Mutex::new(Vec::new()));
    let mut moment = 1_u64;
    for kill in 0..kills {
        let running = place.serve();
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (shown, stop, address) = (Arc::clone(&shown), Arc::clone(&stop), running.address);
                thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        if let Some(code) = send(address, &format!("kill {kill}, sender {sender}")) {
                            shown.lock().unwrap().push(code);
                        }
                    }
                })
            })
            .collect();
        // Moments that do not repeat, from before the first send is whole to well after several.
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_millis(30 + (moment >> 33) % 500));
        running.kill();
        stop.store(true, Ordering::Relaxed);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        if kill % CARRY_AFTER == CARRY_AFTER - 1 {
            carry(&place, kill);
            place.export(&format!("d{kill}"));
            place.deliver(&format!("d{kill}"));
        }
    }

    let running = place.serve();
    let codes = shown.lock().unwrap().clone();
    assert!(!codes.is_empty(), "no send was ever finished");
    // Many at a time: each waits for the step at which it is answered.
    thread::scope(|scope| {
        for part in codes.chunks(codes.len().div_ceil(ASKERS)) {
            scope.spawn(|| part.iter().for_each(|code| assert_leads_somewhere(running.address, code)));
        }
    });
    running.stop();
    let check = place.done(&["check", "--data", "box", "--keys", "public", "--whole"]);
    assert!(check.contains("ok       every page and reference of the database is sound"), "{check}");
    assert!(check.contains("ok       every sealed file is as it was stored"), "{check}");

    // Every report that the box had is whole: the desk opens each, attachment included.
    carry(&place, kills);
    let list = place.desk_list();
    let reports = list.as_array().unwrap();
    assert!(reports.len() >= codes.len(), "{} reports for {} receipts", reports.len(), codes.len());
    // A send whose answer was lost may be there without its receipt having been shown, one for each sender and kill.
    assert!(reports.len() <= codes.len() + SENDERS * usize::try_from(kills).unwrap());
    edit(&place, |editor| {
        for report in reports {
            let id = editor.casebook().find(report["id"].as_str().unwrap())?;
            let mut opened = Vec::new();
            editor.attachment_to_save(id, "evidence.bin", &SystemDay)?.copy(&mut opened)?;
            assert!(opened.len() == ATTACHED && opened.iter().all(|byte| *byte == CONTENT), "{id}");
        }
        Ok(())
    });
    println!("killed {kills} times: {} receipts shown, {} reports, all whole", codes.len(), reports.len());
}

fn assert_leads_somewhere(address: SocketAddr, code: &str) {
    let page = person::status(address, code);
    let messages = page.all("article.message").len();
    assert_eq!((page.status, messages), (200, 1), "a receipt was shown that leads nowhere");
}

fn carry(place: &Installation, number: u32) {
    let name = format!("c{number}");
    place.collect(&name);
    place.import(&name);
    std::fs::remove_file(place.path(&name)).expect("it is there");
}

#[test]
#[ignore = "needs strace"]
fn a_command_that_was_killed_anywhere_ends_the_same_when_it_is_run_again() {
    let stages = Stages::new();
    for stage in &stages.all {
        stages.restore(stage);
        let calls: Vec<&str> = WRITES.iter().chain(NAMES).copied().collect();
        let counted = strace::count(&stages.place, &stage.arguments(), &calls);
        let mut kills = 0;
        for (call, last) in &counted {
            for number in sample(*last, PLACES) {
                stages.restore(stage);
                let fault = Fault { call, what: "signal=KILL", when: number.to_string() };
                // A thread that makes fewer of them than another did before is not reached; then nothing happened.
                if matches!(strace::run(&stages.place, &stage.arguments(), &fault), Met::Killed) {
                    kills += 1;
                    run_again(&stages, stage, &format!("{} killed at {call} {number}", stage.name));
                }
            }
        }
        println!("{}: killed {kills} times, at {counted:?}", stage.name);
        assert!(kills >= counted.len(), "{}: {kills} kills", stage.name);
    }
}

/// Runs a killed command again, as the operator does, and looks at where that ends.
fn run_again(stages: &Stages, stage: &Stage, when: &str) {
    if stage.name == "decide" {
        // Recorded whole or not at all. Whoever sees that it is there does not decide again.
        match stages.decisions() {
            0 => drop(stages.place.done(&stage.arguments())),
            there => assert_eq!(there, 1, "{when}"),
        }
    } else {
        let said = stages.place.run(&stage.arguments());
        // Killed after the work was done: there is nothing left to do.
        let is_done = || stage.name == "renew" || stages.is_done(stage) == Some(true);
        let done = || is_done() && said.error.contains("already");
        assert!(said.status == 0 || done(), "{when}: {}", said.error);
    }
    assert_eq!(stages.end(stage), stage.end, "{when}");
}

/// Sends a concern; gives the code if its receipt was shown whole.
fn send(address: SocketAddr, words: &str) -> Option<String> {
    let form = person::concern("staff-concern", &[("documents", words)]);
    let check = http::try_post(address, "/report/check", &form)?;
    let content = vec![CONTENT; ATTACHED];
    let file = File::new("evidence.bin", "application/octet-stream", &content);
    let receipt = http::try_post_multipart(address, "/report/send", &check.form("/report/send"), vec![file])?;
    Some(receipt.one("#receipt-code"))
}
