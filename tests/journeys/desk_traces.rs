//! What a browser leaves on the disk of the machine on which the desk is used: nothing that anybody wrote, in no file of its
//! profile, the history of addresses and titles among them.

use candour::domain::{SystemDay, Today};

use crate::support::{
    browser::{Browser, Scripts},
    installation::Installation,
    person,
};

const MARKER: &str = "xylophone-quagmire-7731";

fn enter_today(browser: &Browser, name: &str) {
    let today = SystemDay.today();
    let parts =
        [("day", today.day().to_string()), ("month", today.month().to_string()), ("year", today.year().to_string())];
    for (part, value) in parts {
        browser.enter(&format!("#{name}-{part}"), &value);
    }
}

/// What stands around a secret, wherever it is.
fn around<'b>(bytes: &'b [u8], secret: &'b str) -> impl Iterator<Item = String> + 'b {
    let places = (0..bytes.len()).filter(move |at| bytes[*at..].starts_with(secret.as_bytes()));
    places.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(300)..bytes.len().min(at + 100)]).into_owned())
}

fn marked(what: &str) -> String {
    format!("{MARKER} {what}")
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn nothing_that_is_written_at_the_desk_is_in_any_file_of_the_browser() {
    let place = Installation::new();
    let running = place.serve();
    person::send(running.address, "staff-concern", &[("description", &marked("was sent"))], vec![]);
    let id = place.carry_in("c1");
    let desk = place.open_desk(&[]);
    let browser = Browser::open(desk.address, Scripts::Off);
    browser.go(&desk.opening);
    browser.reaches("Queue");

    browser.go("/enter");
    for choice in ["#way", "#words", "#known", "#route", "#about", "#with_code"] {
        browser.click(choice);
    }
    browser.enter("#taken_by", &marked("took it"));
    browser.enter("#description", &marked("was told by telephone"));
    enter_today(&browser, "received_on");
    enter_today(&browser, "acknowledged_on");
    browser.click("form[action='/enter/check'] button");
    browser.until_there("#finds");
    browser.click("form[action='/enter/record'] .buttons button");
    browser.until_there("#receipt-code");
    let spoken = browser.text("#receipt-code li").lines().last().unwrap().to_owned();
    assert_eq!(spoken.split(", ").count(), 4, "{spoken}");

    browser.go("/");
    browser.enter("#q", MARKER);
    browser.click("form[action='/search'] button");
    browser.until_there("#found");
    browser.go("/organisations");
    browser.enter("#name", &marked("hospitals"));
    browser.click("#add + form button");
    browser.until_there("#done");
    assert_eq!(browser.text("h1"), marked("hospitals"));
    assert_eq!(browser.title(), "Organisation – Candour desk");
    browser.go("/themes");
    browser.enter("#name", &marked("rotas"));
    browser.click("form[action='/themes/add'] button");
    browser.until_there("#done");

    browser.go(&format!("/reports/{id}/reply"));
    browser.enter("#text", &marked("is a draft\n\n# With a heading"));
    browser.click("form[action$='/reply/preview'] .buttons button");
    browser.until_there("form[action$='/reply/record']");
    browser.go(&format!("/reports/{id}"));
    browser.follow("Queue");
    browser.reaches("Queue");

    browser.click("form[action='/lock'] button");
    browser.reaches("The desk is locked");
    // Not on to the page that came of a form: Chromium forgets by that that the form had a password in it (SECURITY.md).
    for _ in 0..2 {
        browser.back();
        assert!(browser.count("main") == 0 || !browser.text("main").contains(MARKER), "going back shows nothing");
    }
    let mut found = Vec::new();
    for (path, bytes) in browser.close() {
        // Wherever every second byte is none, as a browser writes some texts.
        let narrow: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        for secret in [MARKER, &spoken] {
            found.extend(around(&narrow, secret).map(|text| format!("{}: {text}", path.display())));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
