//! Deciding and answering in a real browser: a notice from its choices to the record without scripts, and how the pages
//! look.
//!
//! Pictures of the pages are left in `target/screenshots`.

use candour::{casebook::NewProposal, domain::SystemDay};

use crate::support::{
    browser::{Browser, Scripts},
    installation::{Installation, holds},
    looks,
    members::{OTHER, edit, second_member},
    person,
};

const TEXT: &str = "We read that the night rota was changed after the fact.\n\nCall us on 01632 960 001.";

/// A casebook with a procurement issue in it, which has two promises. Gives its id.
fn with_a_report() -> (Installation, String) {
    let place = Installation::new();
    let running = place.serve();
    let typed = [
        ("description", "The night rota was changed after the fact, and nobody was told."),
        ("use_concerns", "Anything that names the rota"),
    ];
    person::send(running.address, "procurement", &typed, vec![]);
    let id = place.carry_in("c1");
    (place, id)
}

/// Ticks every point of the list.
fn tick(browser: &Browser) {
    for number in 1..=browser.count("input[name=check]") {
        browser.click(&format!(".choice:nth-of-type({number}) input[name=check]"));
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn a_notice_is_written_and_recorded_without_scripts() {
    let (place, id) = with_a_report();
    let desk = place.open_desk(&[]);
    let browser = Browser::open(desk.address, Scripts::Off);
    browser.go(&desk.opening);
    browser.go(&format!("/reports/{id}/notice"));
    browser.click("#variant");
    browser.click("#area-competition");
    browser.click("#told");
    browser.click("#who_sees");
    browser.click("main form .buttons button");
    browser.until_there(".error-summary");
    assert!(browser.text(".error-summary").contains("Enter what we look at in competition"));
    browser.enter("#look_competition", "how offers are compared");
    for (part, value) in [("day", "1"), ("month", "12"), ("year", "2099")] {
        browser.enter(&format!("#object_by-{part}"), value);
    }
    browser.click("button[formaction$='/notice/write']");
    browser.until_there("#text");
    browser.replace("#text", TEXT);
    browser.click("main form .buttons button");
    browser.until_there("#with-it");
    browser.click("button[formaction$='/notice/write']");
    browser.until_there("#text");
    assert_eq!(browser.value("#text"), TEXT);
    browser.click("main form .buttons button");
    browser.until_there("#with-it");
    tick(&browser);
    browser.click("main form .buttons button");
    browser.until("it is recorded", || (browser.path() == format!("/reports/{id}")).then_some(()));
    let shown = place.desk_show(&id);
    let said = &shown["messages"][1];
    assert_eq!((&said["kind"], &said["text"]), (&"notice".into(), &TEXT.into()));
    assert_eq!(shown["assessment"]["areas"], serde_json::json!(["competition"]));
    for (path, bytes) in browser.close() {
        for typed in ["night rota", "night+rota"] {
            assert!(!holds(&bytes, typed.as_bytes()), "{} holds what was typed", path.display());
        }
    }
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn the_pages_for_deciding_are_accessible_and_fit() {
    let (place, id) = with_a_report();
    let desk = place.open_desk(&["--as-of", "2027-06-01"]);
    let browser = Browser::open(desk.address, Scripts::On);
    let mut wrong = Vec::new();
    let mut look = |state: &str| wrong.extend(looks::all(&browser, state));
    browser.go(&desk.opening);
    browser.go(&format!("/reports/{id}/outcome"));
    look("desk-decide");
    browser.enter("#destroy_after-day", "31");
    place.decide(&id, &["--state", "being-read"]);
    browser.click("main button");
    browser.until_there(".error-summary");
    look("desk-decide-changed");

    browser.go(&format!("/reports/{id}/notice"));
    browser.click("main form .buttons button");
    browser.until_there(".error-summary");
    look("desk-notice-errors");
    for field in ["#variant", "#area", "#told", "#who_sees"] {
        browser.click(field);
    }
    browser.enter("#late_reason", "There were more reports than we could read");
    for gap in ["#look_board", "#look_care", "#look_competition"] {
        browser.enter(gap, "how it is done");
    }
    for (part, value) in [("day", "1"), ("month", "12"), ("year", "2099")] {
        browser.enter(&format!("#object_by-{part}"), value);
    }
    browser.click("button[formaction$='/notice/write']");
    browser.until_there("#text");
    look("desk-notice-text");
    browser.replace("#text", TEXT);
    browser.click("main form .buttons button");
    browser.until_there("#with-it");
    look("desk-notice-preview");
    place.decide(&id, &["--state", "decided"]);
    browser.click("main form .buttons button");
    browser.until_there(".error-summary");
    look("desk-notice-preview-changed");
    tick(&browser);
    browser.click("main form .buttons button");
    browser.until("it is recorded", || (browser.path() == format!("/reports/{id}")).then_some(()));

    browser.go(&format!("/reports/{id}/reply"));
    look("desk-reply");
    browser.go(&format!("/reports/{id}/change-of-use"));
    look("desk-change-of-use");
    browser.go("/approve");
    look("desk-to-approve");
    browser.go(&format!("/reports/{id}/approve/3"));
    look("desk-approve");
    drop(browser);
    desk.stop();

    // As the second member, who has another notice to approve.
    second_member(&place);
    edit(&place, |editor| editor.ask_for_second_approver(&SystemDay));
    place.put("notice.txt", TEXT.as_bytes());
    place.decide(&id, &["--notice-file", "notice.txt"]);
    let desk = place.open_desk(&OTHER);
    let browser = Browser::open(desk.address, Scripts::On);
    let mut look = |state: &str| wrong.extend(looks::all(&browser, state));
    browser.go(&desk.opening);
    browser.go(&format!("/reports/{id}"));
    browser.follow("Approve it or take it back");
    browser.until_there("#take-back");
    look("desk-approve-waiting");
    browser.click("button.second");
    browser.until_there(".error-summary");
    look("desk-take-back-errors");
    // What two of them change, and what each is told.
    edit(&place, |editor| editor.propose(NewProposal::NoSecondApprover, &SystemDay).map(drop));
    browser.go("/");
    browser.until_there("#alerts");
    look("desk-queue-told");
    browser.follow("1 change");
    browser.until_there("#proposals");
    look("desk-team-two");
    browser.click("#proposals + ul a");
    browser.until_there("form[action$='/consent']");
    look("desk-proposal");
    browser.go(&format!("/reports/{id}/readers"));
    look("desk-readers-two");
    browser.click("main form button");
    browser.until_there(".error-summary");
    look("desk-readers-errors");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
