//! A person's way in Firefox and in Chromium, without scripts: all the way round, every way back, and what is left on the
//! disk.

use std::path::PathBuf;

use crate::support::{
    browser::{Browser, Scripts},
    driven::Driven,
    firefox::Firefox,
    installation::{Installation, Serving, holds},
};

/// Words that stand nowhere else, to search for.
const MARKER: &str = "xylophone-quagmire-7731";
const WHEN_MARKER: &str = "harpsichord-fortnight-3318";
const MORE_MARKER: &str = "porcupine-addendum-2290";

const FORM: &str = "/report?route=staff-concern";
/// What is asked on it, one of each kind of field, with what is typed or the choice that is taken.
const TYPED: [(&str, &str); 2] = [("#description", "happened on the ward.\nA second line."), ("#when", WHEN_MARKER)];
const CHOSEN: [&str; 3] =
    ["[name=about][value=bullying]", "[name=serious_harm][value=not-sure]", "#role option[value=nurse-or-midwife]"];
const CHECK: &str = "Check your answers and send";
const RECEIVED: &str = "We have received it";
const RECEIVED_BEFORE: &str = "We had this report already";
const HEADING: &str = "Raise a serious concern";
/// The way back on the page where answers are checked.
const BACK: &str = "main button[name=back], main button[formaction='/report']";
const SEND: &str = "main form[action='/report/send'] > button:last-of-type";
const EVERYDAY: &str = "https://www.bbc.co.uk/weather";

#[test]
#[ignore = "needs firefox-esr and geckodriver"]
fn firefox_goes_all_the_way_round_without_scripts_and_leaves_nothing_behind() {
    let (place, running) = opened();
    let firefox = Firefox::open(running.address, Scripts::Off);
    let code = all_the_way_round(&firefox, &|name| firefox.picture(name));
    assert_eq!(firefox.asked_outside(), Vec::<String>::new(), "before the person leaves");
    firefox.click("button.leave");
    let asked = firefox.until("the everyday page", || firefox.asked_outside().pop());
    assert_eq!(asked, "CONNECT www.bbc.co.uk:443");
    assert_nothing_left(&firefox.written(), &code, "while the browser is open");
    let left = firefox.close();
    assert_nothing_left(&left, &code, "after it was closed");
    // What it would open again after a crash has the pages' addresses, and nothing that was typed or ticked on them.
    let pages = left.iter().filter(|(path, _)| path.to_string_lossy().contains("sessionstore"));
    let pages: Vec<String> = pages.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    assert!(pages.iter().any(|text| text.contains("\"entries\"")), "Firefox keeps what was open");
    assert!(pages.iter().all(|text| !text.contains("formdata") && !text.contains("postdata")), "{pages:?}");
    one_report(&place);
    assert_eq!(running.stop(), "", "a box that is well says nothing");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn chromium_goes_all_the_way_round_without_scripts_and_leaves_nothing_behind() {
    let (place, running) = opened();
    let chromium = Browser::open(running.address, Scripts::Off);
    chromium.resize(1280, 800);
    let code = all_the_way_round(&chromium, &|_| {});
    let requested = |chromium: &Browser| -> Vec<String> {
        let events = chromium.network().into_iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        events.map(|event| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let own = format!("http://{}/", running.address);
    let elsewhere: Vec<_> = requested(&chromium).into_iter().filter(|url| !url.starts_with(&own)).collect();
    assert_eq!(elsewhere, Vec::<String>::new(), "before the person leaves");
    chromium.click("button.leave");
    chromium.until("the everyday page", || requested(&chromium).contains(&EVERYDAY.to_owned()).then_some(()));
    assert_nothing_left(&chromium.written(), &code, "while the browser is open");
    assert_nothing_left(&chromium.close(), &code, "after it was closed");
    one_report(&place);
    assert_eq!(running.stop(), "", "a box that is well says nothing");
}

#[test]
#[ignore = "needs firefox-esr and geckodriver"]
fn what_was_typed_is_kept_on_every_way_back_in_firefox() {
    let (_place, running) = opened();
    let firefox = Firefox::open(running.address, Scripts::Off);
    every_way_back(&firefox, Kept::Nothing);
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn what_was_typed_is_kept_on_every_way_back_in_chromium() {
    let (_place, running) = opened();
    let chromium = Browser::open(running.address, Scripts::Off);
    every_way_back(&chromium, Kept::Everything);
}

#[test]
#[ignore = "needs firefox-esr and geckodriver"]
fn what_is_sent_again_is_one_report_in_firefox() {
    let (place, running) = opened();
    sent_again(&Firefox::open(running.address, Scripts::Off));
    one_report(&place);
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn what_is_sent_again_is_one_report_in_chromium() {
    let (place, running) = opened();
    sent_again(&Browser::open(running.address, Scripts::Off));
    one_report(&place);
}

#[test]
#[ignore = "needs firefox-esr and geckodriver"]
fn after_leaving_back_brings_nothing_in_firefox() {
    let (_place, running) = opened();
    left_and_back(&Firefox::open(running.address, Scripts::Off));
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn after_leaving_back_brings_nothing_in_chromium() {
    let (_place, running) = opened();
    left_and_back(&Browser::open(running.address, Scripts::Off));
}

fn opened() -> (Installation, Serving) {
    let place = Installation::new();
    let running = place.serve();
    (place, running)
}

/// From the start page to a follow-up, with pictures of the pages. Gives the receipt code.
pub(super) fn all_the_way_round(browser: &Driven, picture: &dyn Fn(&str)) -> String {
    browser.go("/");
    browser.reaches(HEADING);
    picture("start");
    browser.follow("Read this before you start");
    browser.reaches("Before you start");
    browser.back();
    browser.follow("Raise a concern as someone who works in or around the NHS");
    browser.reaches(HEADING);
    fill(browser);
    picture("form");
    onward(browser);
    picture("check");
    browser.click(SEND);
    browser.reaches(RECEIVED);
    picture("receipt");
    let code = browser.text("#receipt-code");
    browser.enter("#again", &code);
    browser.click("form[action='/receipt/check'] button");
    browser.reaches("Your copy of the code is right");

    browser.go("/status");
    browser.enter("#code", &code);
    browser.click("main form button");
    browser.reaches("Your report");
    picture("status");
    browser.enter("#message", MORE_MARKER);
    browser.click("form[action='/status/follow-up/check'] > button");
    browser.reaches("Check your message and send");
    assert!(browser.text("main").contains(MORE_MARKER));
    picture("follow-up-check");
    // Back with what was typed, and here again.
    browser.click("button[formaction='/status#message']");
    browser.reaches("Your report");
    assert_eq!(browser.value("#message"), MORE_MARKER);
    browser.click("form[action='/status/follow-up/check'] > button");
    browser.reaches("Check your message and send");
    browser.click("form[action='/status/follow-up'] > button");
    browser.reaches("We have received your message");
    picture("followed-up");
    code
}

/// Fills in the form, one answer of each kind.
fn fill(browser: &Driven) {
    browser.open_groups();
    for css in CHOSEN {
        browser.click(css);
    }
    browser.enter("#description", &format!("{MARKER} "));
    for (css, text) in TYPED {
        browser.enter(css, text);
    }
}

fn onward(browser: &Driven) {
    browser.click("main form > button[type=submit]:last-of-type");
    browser.reaches(CHECK);
    all_on_check_page(browser, "after Continue");
}

fn all_on_check_page(browser: &Driven, when: &str) {
    let shown = browser.text("main");
    for answer in [MARKER, "A second line.", WHEN_MARKER, "Bullying", "Not sure", "Nurse or midwife"] {
        assert!(shown.contains(answer), "{when}: {answer} in {shown}");
    }
}

/// What a browser keeps of a form to which it goes back, without asking the box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kept {
    Everything,
    Nothing,
}

fn on_form(browser: &Driven) -> Kept {
    let typed = browser.value("#description");
    if typed.is_empty() {
        assert_eq!(browser.value("#when"), "");
        assert!(!CHOSEN.iter().any(|css| browser.is_chosen(css)), "some, and not all");
        return Kept::Nothing;
    }
    assert_eq!(typed.replace('\r', ""), format!("{MARKER} happened on the ward.\nA second line."));
    assert_eq!(browser.value("#when"), WHEN_MARKER);
    for css in CHOSEN {
        assert!(browser.is_chosen(css), "{css}");
    }
    Kept::Everything
}

/// From form to check page and back, by all that the browser and the pages have for it.
fn every_way_back(browser: &Driven, own_way: Kept) {
    browser.go(FORM);
    fill(browser);
    browser.reload();
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), Kept::Nothing, "form, Reload");

    // With the browser's own Back, and by Forward again to what was posted.
    fill(browser);
    onward(browser);
    browser.reload();
    browser.reaches(CHECK);
    all_on_check_page(browser, "check page, Reload");
    browser.back();
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), own_way, "check page, Back");
    browser.forward();
    browser.reload();
    browser.reaches(CHECK);
    all_on_check_page(browser, "check page, Back, Forward");

    // With a Change button, and with the browser's Back and Forward around it.
    browser.click("button[formaction='/report#when']");
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), Kept::Everything, "check page, Change");
    browser.reload();
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), Kept::Everything, "check page, Change, Reload");
    onward(browser);
    browser.back();
    browser.reload();
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), Kept::Everything, "check page, Change, Continue, Back");
    browser.forward();
    browser.reload();
    browser.reaches(CHECK);
    all_on_check_page(browser, "check page, Change, Continue, Back, Forward");

    // A refused form, and Back from there.
    browser.click("button[formaction='/report#description']");
    browser.reaches(HEADING);
    browser.replace("#description", "Too short");
    browser.click("main form > button[type=submit]:last-of-type");
    browser.until_there(".error-summary");
    browser.back();
    browser.reload();
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), Kept::Everything, "refused form, Back");
    onward(browser);

    // With the page's own Back.
    browser.click(BACK);
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), Kept::Everything, "check page, its Back button");
    // Nothing on it leads away from what was typed.
    let away = browser.count("main form a[href]:not([href^='#'])") + browser.count("main a[href^='/']");
    assert_eq!(away, 0, "links on the form that lead away");
    onward(browser);
}

/// Sends a concern, goes back from the receipt, and sends it again, and then once more after a change.
fn sent_again(browser: &Driven) {
    browser.go(FORM);
    fill(browser);
    onward(browser);
    browser.click(SEND);
    browser.reaches(RECEIVED);
    let code = browser.text("#receipt-code");
    browser.reload();
    browser.reaches(RECEIVED_BEFORE);
    assert_eq!(browser.text("#receipt-code"), code, "receipt, Reload");

    browser.back();
    browser.reload();
    browser.reaches(CHECK);
    all_on_check_page(browser, "receipt, Back");
    browser.forward();
    browser.reload();
    browser.reaches(RECEIVED_BEFORE);
    assert_eq!(browser.text("#receipt-code"), code, "receipt, Back, Forward");
    browser.back();
    browser.reload();
    browser.reaches(CHECK);
    browser.click(SEND);
    browser.reaches(RECEIVED_BEFORE);
    assert_eq!(browser.text("#receipt-code"), code, "receipt, Back, Send");

    browser.back();
    browser.reload();
    browser.reaches(CHECK);
    browser.click("button[formaction='/report#when']");
    browser.reaches(HEADING);
    browser.enter("#when", " or later");
    browser.click("main form > button[type=submit]:last-of-type");
    browser.reaches(CHECK);
    browser.click(SEND);
    browser.reaches(RECEIVED_BEFORE);
    assert_eq!(browser.text("#receipt-code"), code, "receipt, Back, Change, Send");
    // Nothing that was written now is lost: it can be sent as a follow-up.
    browser.click("main form[action='/status/follow-up/check'] > button");
    browser.reaches("Check your message and send");
    assert!(browser.text("main").contains(MARKER));
}

/// Types, leaves, and goes back.
fn left_and_back(browser: &Driven) {
    browser.go(FORM);
    fill(browser);
    browser.click("button.leave");
    // The everyday page can't be reached from here: what the browser shows in its place is not this site's either.
    browser.until("another site", || (!browser.path().starts_with('/')).then_some(()));
    browser.back();
    browser.reaches(HEADING);
    assert_eq!(on_form(browser), Kept::Nothing, "Leave, Back");
}

/// Fails unless the box has taken exactly one.
pub(super) fn one_report(place: &Installation) {
    place.collect("c1");
    place.import("c1");
    assert_eq!(place.desk_list().as_array().unwrap().len(), 1);
}

/// Fails if anything that was typed stands in any file, in UTF-8 or in UTF-16, or the receipt code however it is
/// written.
fn assert_nothing_left(files: &[(PathBuf, Vec<u8>)], code: &str, when: &str) {
    assert!(files.len() > 10, "a browser that ran has written something");
    let spoken = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let markers = [MARKER, WHEN_MARKER, MORE_MARKER, code, &code.replace('-', ""), &spoken].map(str::to_owned);
    let mut found = Vec::new();
    for (path, bytes) in files {
        for marker in &markers {
            let wide: Vec<u8> = marker.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if holds(bytes, marker.as_bytes()) || holds(bytes, &wide) {
                found.push(format!("{} holds {marker}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{when}: {found:#?}");
}
