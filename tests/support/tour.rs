//! Every page of the box in every state that a person can meet.

use std::{fs, io::Write};

use super::{
    browser::{Browser, Scripts},
    http::{self, File},
    installation::Installation,
    person,
    served::Served,
};

/// A word as long as a file path: nothing on a page may be pushed aside by it.
const LONG_WORD: &str = "S:/Governance/Board-papers/2026/Private-and-confidential/Minutes-of-the-meeting-that-never-was-minuted-final-FINAL-v12.docx";

/// Shows every state, named, in a browser that runs scripts so that each can be measured.
pub(crate) fn every_state(look: &mut dyn FnMut(&Browser, &str)) {
    let place = Installation::new();
    let write = |name: &str, content: &[u8]| {
        let path = place.path(name);
        fs::File::create(&path).and_then(|mut file| file.write_all(content)).expect("a file");
        path.display().to_string()
    };
    // Small limits, so that small files go past them.
    write("config.toml", b"[limits]\nattachments = 2\nattachment_mib = 1\n");
    let small = write("small.txt", b"evidence");
    let large = write("large.bin", &vec![7; 1_100_000]);
    let huge = write("huge.bin", &vec![7; 4_000_000]);
    let running = place.serve_with(&["--config", "config.toml"]);
    let browser = Browser::open(running.address, Scripts::On);
    browser.resize(1280, 800);

    for (state, path) in [
        ("start", "/"),
        ("before", "/before-you-start"),
        ("routes", "/report"),
        ("who-else", "/who-else"),
        ("form", "/report?route=staff-concern"),
        ("form-patient-choice", "/report?route=patient-choice"),
        ("form-procurement", "/report?route=procurement"),
        ("form-complaint", "/report?route=service-complaint"),
        ("ask", "/status"),
        ("privacy", "/privacy"),
        ("accessibility", "/accessibility"),
        ("easy-read", "/easy-read"),
        ("kept-safe", "/how-this-is-kept-safe"),
        ("keys", "/keys"),
        ("not-found", "/nowhere"),
        ("not-this-way", "/report/check"),
    ] {
        browser.go(path);
        look(&browser, state);
    }

    browser.go("/report?route=staff-concern");
    browser.enter("#organisation", LONG_WORD);
    browser.enter("#description", "Too short");
    browser.click("main form > button");
    browser.reaches("Raise a serious concern");
    look(&browser, "form-errors");

    let check = || {
        browser.go("/report?route=service-complaint");
        browser.open_groups();
        for choice in [
            "about][value=cover-up",
            "about][value=leadership",
            "serious_harm][value=yes",
            "area][value=board-governance",
        ] {
            browser.click(&format!("[name={choice}]"));
        }
        browser.enter("#organisation", "A trust");
        browser.enter(
            "#description",
            &format!(
                "The patient 943 476 5919 was left.\n\nAsk someone@example.nhs.uk, who has {LONG_WORD} on a drive."
            ),
        );
        browser.click("main form > button");
        browser.reaches("Check your answers and send");
    };
    check();
    look(&browser, "check");
    let send = "main form[action='/report/send'] > button";
    browser.click("button[formaction='/report']");
    browser.reaches("Complain about us");
    look(&browser, "form-returned");
    browser.click("main form > button");
    browser.reaches("Check your answers and send");
    browser.enter("#attachment", &huge);
    browser.click(send);
    browser.reaches("It is too large");
    look(&browser, "too-large");
    check();
    // More than fits: what does not is named.
    for file in [&small, &large, &small, &small] {
        browser.enter("#attachment", file);
    }
    browser.click(send);
    browser.reaches("We have received it");
    assert_eq!((browser.count("#files li"), browser.count("#files-left-out li")), (2, 2));
    let code = browser.text("#receipt-code");
    look(&browser, "receipt");
    browser.enter("#again", "7KQM");
    browser.click("form[action='/receipt/check'] button");
    browser.until_there(".error-summary");
    look(&browser, "receipt-wrong-copy");
    browser.replace("#again", &code);
    browser.click("form[action='/receipt/check'] button");
    browser.reaches("Your copy of the code is right");
    look(&browser, "receipt-right-copy");

    let open = || {
        browser.go("/status");
        browser.enter("#code", &code);
        browser.click("main form button");
        browser.until_there("h1");
    };
    browser.go("/status");
    browser.enter("#code", "7KQM 4T9X");
    browser.click("main form button");
    browser.until_there(".error-summary");
    look(&browser, "ask-error");
    open();
    look(&browser, "status");
    let go_on = "form[action='/status/follow-up/check'] button";
    let send_more = "form[action='/status/follow-up'] > button";
    browser.click(go_on);
    browser.reaches("Check your message and send");
    browser.click(send_more);
    browser.until_there(".error-summary");
    look(&browser, "follow-up-error");
    browser.click("button[formaction='/status#message']");
    browser.reaches("Your report");
    browser.enter("#message", &format!("There is more, from the only consultant. My code is {code}."));
    browser.click(go_on);
    browser.reaches("Check your message and send");
    look(&browser, "follow-up");
    browser.enter("#attachment", &large);
    browser.enter("#attachment", &small);
    browser.click(send_more);
    browser.reaches("We have received your message");
    look(&browser, "followed-up");

    answer(
        &place,
        &write("notice", b"We plan to look at how the board dealt with it.\n\nThe trust will not be told."),
        &write("reply", format!("Thank you. We have read {LONG_WORD}.").as_bytes()),
    );
    open();
    look(&browser, "status-answered");
    browser.enter("#message", "And one thing more, which nobody answers in time.");
    browser.click(go_on);
    browser.reaches("Check your message and send");
    browser.click(send_more);
    browser.reaches("We have received your message");
    place.fold();
    let store = rusqlite::Connection::open(place.path("box/store/candour.db")).expect("the store");
    store
        .execute("UPDATE clock SET started_on = '2026-09-01', due_on = '2026-09-15' WHERE met_on IS NULL", [])
        .expect("late clocks");
    store.execute("UPDATE clock SET due_on = '2026-09-15' WHERE kind = 'decision'", []).expect("a clock met late");
    open();
    look(&browser, "status-late");
    browser.click("#withdraw button");
    browser.reaches("Withdraw this report?");
    look(&browser, "withdraw");

    browser.click("button.danger");
    browser.reaches("This report was withdrawn");
    look(&browser, "withdrawn");
    drop(browser);
    without_room_for_files(look);
    under_load(look);
}

/// The pages of a box that takes texts alone, because too many files came today.
fn without_room_for_files(look: &mut dyn FnMut(&Browser, &str)) {
    let served = Served::new("[limits]\ndaily_mib = 1");
    let content = vec![7; 1 << 20];
    let send = || {
        let file = File::new("a.bin", "text/plain", &content);
        person::send(served.address, "staff-concern", &[], vec![file])
    };
    send();
    let code = send().one("#receipt-code");
    let browser = Browser::open(served.address, Scripts::On);
    browser.resize(1280, 800);
    browser.go("/report?route=staff-concern");
    look(&browser, "form-files-closed");
    browser.click("[name=about][value=cover-up]");
    browser.enter("#description", "It happened on the ward, and nobody wrote it down.");
    browser.click("main form > button");
    browser.reaches("Check your answers and send");
    look(&browser, "check-files-closed");
    browser.go("/status");
    browser.enter("#code", &code);
    browser.click("main form button");
    browser.until_there("#message");
    browser.click("form[action='/status/follow-up/check'] button");
    browser.reaches("Check your message and send");
    look(&browser, "follow-up-files-closed");
}

/// The page on which one waits while much is sent, and that of a form whose code is not taken.
fn under_load(look: &mut dyn FnMut(&Browser, &str)) {
    let served = Served::new("[limits]\nsends_a_minute = 2");
    // So many that there is time to look at it before it goes on.
    (0..10).for_each(|_| drop(http::get(served.address, "/report?route=staff-concern")));
    let browser = Browser::open(served.address, Scripts::On);
    browser.resize(1280, 800);
    let check = || {
        browser.go("/report?route=staff-concern");
        browser.click("[name=about][value=cover-up]");
        browser.enter("#description", "It happened on the ward, and nobody wrote it down.");
        browser.click("main form > button");
        browser.reaches("Check your answers and send");
    };
    let send = "main form[action='/report/send'] > button";
    check();
    browser.run("document.querySelector('[name=code_tag]').value = 'x'");
    browser.click(send);
    browser.until_there("#not-sent");
    look(&browser, "not-sent");
    check();
    browser.click(send);
    browser.reaches("Please wait on this page");
    look(&browser, "wait");
    served.stopwatch.put_forward(60);
    // It goes on by itself.
    browser.reaches("We have received it");
}

/// What the team does, by commands: one notice and one reply.
fn answer(place: &Installation, notice: &str, reply: &str) {
    place.collect("c1");
    place.import("c1");
    let list = place.desk_list();
    let id = list[0]["id"].as_str().expect("an id");
    place.decide(
        id,
        &[
            "--area",
            "board-governance",
            "--area",
            "competition",
            "--state",
            "decided",
            "--notice-file",
            notice,
            "--reply-file",
            reply,
        ],
    );
    place.export("d1");
    place.deliver("d1");
}
