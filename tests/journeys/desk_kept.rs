//! What stands around every page of the desk, over a real socket and in real browsers: what was typed comes through the
//! locking, what can't wait is said everywhere, and every act says that it succeeded.

use std::time::Duration;

use crate::support::{
    browser::{Browser, Scripts},
    desk::{DeskServing, Reviewer},
    driven::Driven,
    firefox::Firefox,
    http::{self, fill},
    installation::{Installation, holds},
    looks, memory, person,
};

const PASSPHRASE: &str = "several-random-words-7731";
const MARKER: &str = "xylophone-quagmire-7731";
/// How long what was dropped may stay in memory.
const WITHIN: Duration = Duration::from_secs(2);

/// A casebook with a report in it of something that could do serious harm. Gives the report's id.
fn with_harm() -> (Installation, String) {
    let place = Installation::new();
    let running = place.serve();
    person::send(running.address, "staff-concern", &[("serious_harm", "yes")], vec![]);
    let id = place.carry_in("c1");
    (place, id)
}

/// Another browser of the same person.
fn beside(desk: &DeskServing, reviewer: &Reviewer) -> Reviewer {
    let mut other = desk.stranger();
    other.cookie.clone_from(&reviewer.cookie);
    other
}

#[test]
fn what_was_typed_comes_through_the_locking() {
    let (place, _) = with_harm();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let text = format!("The first line, {MARKER}.\r\nThe second & last.");
    let mut form = reviewer.get("/team").form("/team/join");
    fill(&mut form, "signer", &text);
    let queue = reviewer.get("/");
    beside(&desk, &reviewer).post("/lock", &queue.form("/lock"));

    let locked = reviewer.post("/team/join", &form);
    assert_eq!((locked.status, locked.one("h1").as_str()), (403, "The desk is locked"));
    assert!(locked.one("#kept").contains("go on with it") && !locked.text().contains(MARKER));
    place.assert_nothing_plain(&[MARKER], "kept while the desk is locked");

    let opened = reviewer.get(&desk.next_opening());
    assert_eq!((opened.status, opened.header("location")), (303, Some("/typed")));
    let typed = reviewer.get("/typed");
    assert_eq!((typed.status, typed.one("h1").as_str()), (200, "You were writing when the desk locked"));
    assert_eq!(typed.one("#for"), "Team");
    assert!(typed.one("main .said").contains(MARKER));
    let redone = typed.form("/team/join");
    assert_eq!(http::value(&redone, "signer").lines().collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
    let again = reviewer.post("/team/join", &redone);
    assert_eq!(again.status, 422, "it is checked as it would have been");
    assert!(again.one("#signer").contains(MARKER), "and filled in");
    assert_eq!(reviewer.get("/typed").header("location"), Some("/"), "it is kept no longer");
    place.assert_nothing_plain(&[MARKER], "afterwards");
    assert_eq!(desk.stop(), "");
}

#[test]
#[ignore = "needs root"]
fn what_is_kept_while_the_desk_is_locked_is_plain_nowhere_in_memory() {
    let (place, _) = with_harm();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let queue = reviewer.get("/");
    let mut form = queue.form("/search");
    fill(&mut form, "q", &format!("words {MARKER}"));
    beside(&desk, &reviewer).post("/lock", &queue.form("/lock"));
    assert!(reviewer.post("/search", &form).one("#kept").contains("kept"));
    memory::assert_gone(desk.id(), &[MARKER.as_bytes()], WITHIN);
    reviewer.get(&desk.next_opening());
    assert!(reviewer.get("/typed").text().contains(MARKER), "and it was there all the time");
}

#[test]
fn what_cant_wait_is_said_on_every_page_and_in_the_terminal() {
    let (place, id) = with_harm();
    let due = place.desk_list()[0]["clocks"][0]["due_on"].as_str().unwrap().to_owned();
    let desk = place.open_desk(&["--as-of", &due]);
    let mut reviewer = desk.reviewer();
    for path in ["/", "/team", "/carry", "/retention", &format!("/reports/{id}"), "/nowhere"] {
        let page = reviewer.get(path);
        assert_eq!(page.all(".strip a"), ["1 serious harm, not seen to", "1 due today"], "{path}");
        assert_eq!(page.all(".strip a.harm").len(), 1, "{path}");
    }
    assert!(desk.stranger().get("/").all(".strip").is_empty(), "nobody else sees it");

    let today = ["desk", "today", "--casebook", "casebook", "--as-of", &due];
    let said = place.done(&today);
    assert!(said.contains(&format!("  {id}  serious harm, not seen to; due today: ")), "{said}");
    assert_eq!(said.lines().count(), 1, "a line a report");
    let json = place.json(&[&today[..], &["--json"]].concat());
    let name = json[0]["name"].as_str().unwrap();
    assert!(said.starts_with(name) && name.contains(' '), "{said}");
    assert_eq!((&json[0]["serious_harm"], &json[0]["due"][0]["due_on"]), (&true.into(), &due.into()));

    place.decide(&id, &["--state", "closed"]);
    assert_eq!(reviewer.get("/team").all(".strip a"), ["1 due today"], "what is promised is owed all the same");
}

#[test]
fn every_act_says_that_it_succeeded_once() {
    let (place, _) = with_harm();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let form = reviewer.get("/team").form("/team/second-approver");
    let done = reviewer.post_and_follow("/team/second-approver", &form);
    assert_eq!(done.one("#done p:last-child"), "From now on a second member approves every text to a person.");
    assert!(reviewer.get("/team").all("#done").is_empty(), "once");
    let form = reviewer.get("/team").form("/team/second-approver");
    let done = reviewer.post_and_follow("/team/second-approver", &form);
    let alone = "Texts go out without a second approver. It came about at once: you are the only member.";
    assert_eq!(done.one("#done p:last-child"), alone);

    let form = reviewer.get("/carry").form("/carry/export");
    let done = reviewer.post_and_follow("/carry/export", &form);
    assert_eq!(done.one("#done p:last-child"), "Decisions 1 is written, with 0 answers. Save it from the list below.");

    let running = place.serve();
    person::send(running.address, "staff-concern", &[], vec![]);
    place.collect("c2");
    let imported = reviewer.import(&std::fs::read(place.path("c2")).unwrap());
    assert!(imported.one("#done").contains("1 message of 1 report came, which is new."), "{}", imported.one("#done"));
    assert_eq!(imported.all("#done a").len(), 1);
}

/// A desk under a passphrase, with one report.
fn under_a_passphrase() -> (Installation, DeskServing) {
    let place = Installation::with_passphrase(PASSPHRASE);
    let running = place.serve();
    person::send(running.address, "staff-concern", &[("serious_harm", "yes")], vec![]);
    place.collect("c1");
    place.done(&["desk", "import", "--casebook", "casebook", "--passphrase-file", "pass", "c1"]);
    let desk = place.open_desk(&["--passphrase-file", "pass"]);
    (place, desk)
}

/// Types, is locked out meanwhile, opens the desk and goes on; then does something, and is told so.
fn goes_on(browser: &Driven, desk: &DeskServing) {
    browser.go(&desk.opening);
    browser.reaches("Queue");
    browser.enter("#q", &format!("words {MARKER}"));
    // The session ends: the same person comes in from another browser, and leaves.
    let mut other = desk.stranger();
    let mut form = other.get("/").form("/unlock");
    fill(&mut form, "passphrase", PASSPHRASE);
    let queue = other.post_and_follow("/unlock", &form);
    other.post("/lock", &queue.form("/lock"));

    browser.click("form[action='/search'] button");
    browser.reaches("The desk is locked");
    assert_eq!(browser.count("#kept"), 1);
    browser.enter("#passphrase", PASSPHRASE);
    browser.click("main button");
    browser.reaches("You were writing when the desk locked");
    assert_eq!(browser.text("main .said"), format!("words {MARKER}"));
    browser.click("form[action='/search'] button");
    browser.reaches("Search");
    assert_eq!(browser.value("#q"), format!("words {MARKER}"));

    browser.go("/team");
    browser.reaches("Team");
    browser.click("form[action='/team/second-approver'] button");
    browser.until_there("#done");
    assert_eq!(browser.count("#done:focus[role=alert]"), 1, "so that it is read out, and in view");
    browser.click("form[action='/team/join'] button");
    browser.until_there(".error-summary");
    assert_eq!((browser.count(".error-summary:focus"), browser.count("#done")), (1, 0));
}

fn assert_not_written(written: Vec<(std::path::PathBuf, Vec<u8>)>) {
    assert!(!written.is_empty());
    for (path, bytes) in written {
        assert!(!holds(&bytes, MARKER.as_bytes()), "{} holds what was typed", path.display());
    }
}

#[test]
#[ignore = "needs firefox-esr and geckodriver"]
fn firefox_goes_on_with_what_was_typed() {
    let (_place, desk) = under_a_passphrase();
    let firefox = Firefox::open(desk.address, Scripts::Off);
    goes_on(&firefox, &desk);
    firefox.picture("desk-done");
    assert_not_written(firefox.close());
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn chromium_goes_on_with_what_was_typed() {
    let (_place, desk) = under_a_passphrase();
    let chromium = Browser::open(desk.address, Scripts::Off);
    chromium.resize(1280, 800);
    goes_on(&chromium, &desk);
    assert_not_written(chromium.close());
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn what_stands_around_the_pages_is_accessible_and_fits() {
    let (place, id) = with_harm();
    let due = place.desk_list()[0]["clocks"][0]["due_on"].as_str().unwrap().to_owned();
    let desk = place.open_desk(&["--as-of", &due]);
    let browser = Browser::open(desk.address, Scripts::On);
    let mut wrong = Vec::new();
    let mut look = |state: &str| wrong.extend(looks::all(&browser, state));
    browser.go(&desk.opening);
    browser.reaches("Queue");
    look("desk-strip-queue");
    browser.go(&format!("/reports/{id}"));
    look("desk-strip-report");
    browser.go("/team");
    browser.click("form[action='/team/second-approver'] button");
    browser.until_there("#done");
    look("desk-strip-done");
    browser.go("/carry");
    look("desk-strip-carry");
    browser.go("/");
    browser.enter("#q", "words that somebody looks for");
    // Another form of the same session locks it.
    let cookie = browser.tools("Storage.getCookies", serde_json::json!({}))["cookies"][0].clone();
    let mut other = desk.stranger();
    other.cookie = Some(format!("{}={}", cookie["name"].as_str().unwrap(), cookie["value"].as_str().unwrap()));
    let queue = other.get("/");
    other.post("/lock", &queue.form("/lock"));
    browser.click("form[action='/search'] button");
    browser.reaches("The desk is locked");
    look("desk-locked-kept");
    browser.go(&desk.next_opening());
    browser.reaches("You were writing when the desk locked");
    look("desk-typed");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
