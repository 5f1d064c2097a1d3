//! The desk in a real browser: opening, locking and unlocking it without scripts, by keyboard, and how its pages look.
//!
//! Pictures of its pages are left in `target/screenshots`.

use crate::support::{
    browser::{Browser, Key, Scripts},
    installation::{Installation, holds},
    looks, person,
};

const PASSPHRASE: &str = "several-random-words-7731";
/// At the start of each attribute that the desk's cookie has to have.
const COOKIE: &str = "candour-desk-";

/// A casebook with one report of each route in it, and the passphrase of its keys in the file `pass`.
fn with_reports() -> Installation {
    let place = Installation::with_passphrase(PASSPHRASE);
    let running = place.serve();
    for route in ["staff-concern", "patient-choice", "procurement", "service-complaint"] {
        person::send(running.address, route, &[], vec![]);
    }
    place.collect("c1");
    place.done(&["desk", "import", "--casebook", "casebook", "--passphrase-file", "pass", "c1"]);
    place
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn it_is_opened_locked_and_unlocked_without_scripts() {
    let place = with_reports();
    let desk = place.open_desk(&["--passphrase-file", "pass"]);
    let browser = Browser::open(desk.address, Scripts::Off);
    browser.go(&desk.opening);
    browser.reaches("Queue");
    assert_eq!((browser.path().as_str(), browser.count(".queue tbody tr")), ("/", 4));
    browser.go("/nowhere");
    browser.reaches("Page not found");
    browser.follow("Go to the queue");
    browser.reaches("Queue");

    browser.click("form[action='/lock'] button");
    browser.reaches("The desk is locked");
    browser.back();
    browser.reaches("The desk is locked");
    assert_eq!(browser.count(".queue tbody tr"), 0, "going back shows nothing");

    browser.enter("#passphrase", "several-other-words");
    browser.click("main button");
    browser.until_there(".error-summary");
    assert!(browser.title().starts_with("Error: "));
    assert_eq!(browser.value("#passphrase"), "");
    // As whoever uses a keyboard alone: from the summary into the field.
    browser.follow("This passphrase does not open your keys. Check it and type it again");
    browser.type_there(PASSPHRASE);
    browser.press(Key::Enter);
    browser.reaches("Queue");
    let cookies = browser.tools("Storage.getCookies", serde_json::json!({}));
    let cookie = &cookies["cookies"][0];
    assert!(cookie["name"].as_str().is_some_and(|name| name.starts_with(COOKIE)), "{cookies}");
    assert_eq!(
        (&cookie["httpOnly"], &cookie["sameSite"], &cookie["session"]),
        (&true.into(), &"Strict".into(), &true.into())
    );

    for (written, when) in [(browser.written(), "while the browser is open"), (browser.close(), "after it was closed")]
    {
        assert!(!written.is_empty());
        for (path, bytes) in written {
            assert!(!holds(&bytes, PASSPHRASE.as_bytes()), "{when}: {} holds the passphrase", path.display());
        }
    }
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn every_page_is_accessible_and_fits() {
    let place = with_reports();
    let desk = place.open_desk(&["--passphrase-file", "pass"]);
    let browser = Browser::open(desk.address, Scripts::On);
    let mut wrong = Vec::new();
    let mut look = |state: &str| wrong.extend(looks::all(&browser, state));
    browser.go("/");
    browser.reaches("The desk is locked");
    look("desk-locked");
    browser.click("main button");
    browser.until_there(".error-summary");
    look("desk-locked-errors");
    browser.go(&desk.opening);
    browser.reaches("Queue");
    look("desk-queue");
    browser.go("/nowhere");
    browser.reaches("Page not found");
    look("desk-not-found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
