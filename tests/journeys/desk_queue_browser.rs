//! The queue in a real browser: a row a report, no higher than two lines, and no scrolling sideways at any width.
//!
//! Pictures of it are left in `target/screenshots`.

use candour::domain::Date;

use crate::support::{
    browser::{Browser, Scripts},
    generator,
    installation::Installation,
};

/// A team's reports at a time.
const REPORTS: u64 = 36;
/// The highest that a row may be, in pixels, and what stands around all of them.
const ROW: u64 = 66;

#[test]
#[ignore = "needs chromium and chromedriver"]
fn a_row_is_two_lines_high_and_nothing_scrolls_sideways() {
    let place = Installation::new();
    generator::collection(&place, REPORTS, Date::constant(2026, 12, 1), &place.path("c1"));
    place.import("c1");
    let desk = place.open_desk(&["--as-of", "2026-12-01"]);
    let browser = Browser::open(desk.address, Scripts::Off);
    browser.resize(1280, 800);
    browser.go(&desk.opening);
    browser.reaches("Queue");
    browser.go("/?show=all");
    assert_eq!(browser.count(".queue tbody tr"), usize::try_from(REPORTS).unwrap());
    browser.picture("desk-queue-36");
    let number = |script: &str| browser.run(&format!("return Math.ceil({script});")).as_u64().unwrap();
    let sideways = || number("document.documentElement.scrollWidth - window.innerWidth");
    let highest =
        "Math.max(...[...document.querySelectorAll('.queue tbody tr')].map(row => row.getBoundingClientRect().height))";
    assert!((40..=ROW).contains(&number(highest)), "{} px", number(highest));
    let table = number("document.querySelector('.queue tbody').getBoundingClientRect().height");
    assert!(table <= REPORTS * ROW, "{table} px");
    for (width, cards) in [(1280, false), (900, false), (899, true), (320, true)] {
        browser.resize(width, 800);
        assert_eq!(sideways(), 0, "at {width} px");
        let is_card = browser.run("return getComputedStyle(document.querySelector('.queue tbody tr')).display;");
        assert_eq!(is_card == "block", cards, "at {width} px");
    }
    browser.picture("desk-queue-36-narrow");
}
