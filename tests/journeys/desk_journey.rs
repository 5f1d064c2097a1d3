//! A reviewer's work from the first collection to what the people read: twenty concerns of every route, in a real
//! browser without scripts, and what is left on the offline machine's disk afterwards.
//!
//! Pictures of the pages are left in `target/screenshots`.

use std::net::SocketAddr;

use candour::{casebook::statistics::ReportingYear, domain::Route};

use crate::support::{
    browser::{Browser, Scripts},
    http,
    installation::{Installation, holds},
    looks, person,
};

/// Stands in everything that people write here.
const MARKER: &str = "xylophone-quagmire-7731";
/// Stands in everything that the team writes.
const OURS: &str = "bassoon-thicket-4410";
const CONCERNS: usize = 20;

/// Sends one concern and gives its receipt code.
fn send(address: SocketAddr, number: usize) -> String {
    let description = format!(
        "{MARKER}: what happened on ward {number}.

It went on for months."
    );
    let mut typed = vec![("description", description.as_str())];
    if number == 7 {
        typed.push(("serious_harm", "yes"));
    }
    let file = http::File::new("xylophone-quagmire-7731.txt", "text/plain", MARKER.as_bytes());
    person::send(address, Route::ALL[number % Route::ALL.len()].slug(), &typed, vec![file]).one("#receipt-code")
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn twenty_concerns_are_worked_through_to_delivered_notices() {
    let place = Installation::new();
    let running = place.serve();
    let codes: Vec<String> = (0..CONCERNS).map(|number| send(running.address, number)).collect();
    place.collect("c1");

    let desk = place.open_desk(&[]);
    let browser = Browser::open(desk.address, Scripts::Off);
    browser.resize(1280, 800);
    browser.go(&desk.opening);
    browser.reaches("Queue");
    import(&browser, &place, "c1");
    browser.picture("desk-imported");
    browser.go("/");
    browser.picture("desk-queue");
    assert_eq!(browser.count(".queue tbody tr"), CONCERNS);
    assert_eq!(browser.count(".queue tbody tr.urgent:first-child"), 1, "serious harm comes first");
    let list = place.desk_list();
    let ids: Vec<&str> = list.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    for (number, id) in ids.iter().enumerate() {
        decide(&browser, id, number);
        notice(&browser, id, number);
    }
    browser.go(&format!("/reports/{}", ids[0]));
    browser.picture("desk-report");

    // Found by what was written, and not by an address.
    browser.go("/");
    browser.enter("#q", &format!("{MARKER} 7."));
    browser.click("form[action='/search'] button");
    browser.reaches("Search");
    assert!(browser.count(".hits > li") >= 1 && browser.path() == "/search");

    browser.go("/carry");
    browser.click("form[action='/carry/export'] button");
    browser.until("a file to carry", || (browser.count("#outgoing ~ ul a") == 1).then_some(()));
    browser.picture("desk-carry");
    let written = std::fs::read(place.path("casebook/outgoing/decisions-1")).unwrap();
    place.put("d1", &written);
    assert!(place.deliver("d1").starts_with(&format!("delivered {} answers", 2 * CONCERNS)));
    place.collect("c2");
    import(&browser, &place, "c2");
    browser.go("/?show=all");
    browser.picture("desk-queue-delivered");
    assert_eq!(browser.count(".queue tbody tr"), CONCERNS);
    // Every notice is met; what routes promise besides is still open.
    let list = place.desk_list();
    for entry in list.as_array().unwrap() {
        let notice = entry["clocks"].as_array().unwrap().iter().find(|clock| clock["kind"] == "information-use-notice");
        assert_eq!(notice.unwrap()["state"], "met", "{}", entry["id"]);
    }
    // Box and desk agree on every promise.
    let at_the_box = place.json(&["clocks", "--data", "box", "--all", "--json"]);
    let count = |list: &serde_json::Value| list.as_array().unwrap().len();
    let at_the_desk: usize = list.as_array().unwrap().iter().map(|entry| count(&entry["clocks"])).sum();
    assert_eq!(count(&at_the_box), at_the_desk);
    for clock in at_the_box.as_array().unwrap() {
        let entry = list.as_array().unwrap().iter().find(|entry| entry["id"] == clock["report"]).unwrap();
        let same = entry["clocks"].as_array().unwrap().iter().find(|desk| desk["kind"] == clock["kind"]).unwrap();
        for field in ["started_on", "due_on", "met_on", "working_days_left", "state"] {
            assert_eq!(clock[field], same[field], "{field} of {}", clock["report"]);
        }
    }
    for code in &codes {
        let status = person::status(running.address, code);
        assert_eq!(status.one("#notice-state"), format!("Met on {}", status.one("#received-on")));
        assert!(status.all(".message.team .said").iter().any(|said| said.contains(OURS)));
    }

    // Nothing of it is on either machine's disk in the clear: the casebook, and all that the browser wrote.
    desk.stop();
    place.assert_nothing_plain(&[MARKER, OURS], "worked through");
    for (path, bytes) in browser.close() {
        for marker in [MARKER, OURS] {
            assert!(!holds(&bytes, marker.as_bytes()), "{} holds {marker}", path.display());
        }
    }
}

fn import(browser: &Browser, place: &Installation, name: &str) {
    browser.go("/carry");
    browser.enter("#collection", &place.path(name).display().to_string());
    browser.click("form[action='/carry/import'] button");
    browser.reaches("Imported");
}

/// Triage, and what is to be done.
fn decide(browser: &Browser, id: &str, number: usize) {
    browser.go(&format!("/reports/{id}"));
    browser.follow("Triage");
    browser.until_there("#area");
    if number == 0 {
        browser.picture("desk-decide-empty");
    }
    browser.click("#worker");
    browser.click("#in_remit");
    browser.click("#area");
    browser.click("main form details summary");
    browser.enter("#note", &format!("{OURS}: read by two of us."));
    browser.click("main form[action$='/decide'] button[type=submit]");
    browser.until("it is recorded", || (browser.path() == format!("/reports/{id}")).then_some(()));
}

/// The notice, from its choices to the record.
fn notice(browser: &Browser, id: &str, number: usize) {
    browser.go(&format!("/reports/{id}/notice"));
    for field in ["variant", "told", "who_sees"] {
        browser.click(&format!("#{field}"));
    }
    if !browser.is_chosen("#area") {
        browser.click("#area");
    }
    browser.enter("#look_board", "how the trust is run");
    for (part, value) in [("day", "1"), ("month", "12"), ("year", "2099")] {
        browser.enter(&format!("#object_by-{part}"), value);
    }
    browser.click("button[formaction$='/notice/write']");
    browser.until_there("#text");
    browser.replace("#text", &format!("{OURS}: we plan to use it to look at how the trust is run.\n\nIt is not told."));
    browser.click("main form .buttons button");
    browser.until_there("#with-it");
    for number in 1..=browser.count("input[name=check]") {
        browser.click(&format!(".choice:nth-of-type({number}) input[name=check]"));
    }
    if number == 0 {
        browser.picture("desk-notice-checked");
    }
    browser.click("main button:not(.second)");
    browser.until("it is recorded", || (browser.path() == format!("/reports/{id}")).then_some(()));
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn every_page_of_the_desk_is_accessible_and_fits() {
    let place = Installation::new();
    let running = place.serve();
    (0..8).for_each(|number| drop(send(running.address, number)));
    place.collect("c1");
    place.import("c1");
    let list = place.desk_list();
    let id = list[0]["id"].as_str().unwrap();
    let year = ReportingYear::of(list[0]["received_on"].as_str().unwrap().parse().unwrap());
    let desk = place.open_desk(&["--as-of", "2026-12-30"]);
    let browser = Browser::open(desk.address, Scripts::On);
    browser.go(&desk.opening);
    let mut wrong = Vec::new();
    for (state, path) in [
        ("desk-all-queue", "/?show=all".to_owned()),
        ("desk-all-report", format!("/reports/{id}")),
        ("desk-all-print", format!("/reports/{id}/print")),
        ("desk-all-file", format!("/reports/{id}/files/1/1")),
        ("desk-all-refer", format!("/reports/{id}/refer")),
        ("desk-all-readers", format!("/reports/{id}/readers")),
        ("desk-all-log", "/log".to_owned()),
        ("desk-all-destroy", format!("/reports/{id}/destroy")),
        ("desk-all-carry", "/carry".to_owned()),
        ("desk-all-team", "/team".to_owned()),
        ("desk-all-retention", "/retention".to_owned()),
        ("desk-all-figures", "/figures".to_owned()),
        ("desk-all-figures-published", format!("/figures/{}/published", year.slug())),
        ("desk-all-figures-narrative", format!("/figures/{}/narrative", year.slug())),
        ("desk-all-figures-report", format!("/figures/{}/report", year.slug())),
    ] {
        browser.go(&path);
        wrong.extend(looks::all(&browser, state));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
