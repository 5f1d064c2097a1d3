//! The desk with ten thousand reports: every page of the queue, filters, search, and the same list by the command.

use std::collections::BTreeSet;

use candour::domain::Date;

use crate::support::{generator, http, installation::Installation};

const REPORTS: usize = 10_000;
const DAY: Date = Date::constant(2026, 12, 1);

#[test]
fn ten_thousand_reports_are_found_sorted_and_shown_page_by_page() {
    let place = Installation::new();
    generator::collection(&place, REPORTS as u64, DAY, &place.path("large"));
    place.import("large");

    let list = place.json(&["desk", "list", "--casebook", "casebook", "--as-of", "2026-12-01", "--json"]);
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), REPORTS);
    // Serious harm first, then what is due first.
    let order = |entry: &serde_json::Value| {
        let open = entry["clocks"].as_array().unwrap().iter().filter(|clock| clock["met_on"].is_null());
        let due = open.map(|clock| clock["due_on"].as_str().unwrap().to_owned()).min();
        (entry["serious_harm"] != "yes", due.is_none(), due)
    };
    assert!(list.is_sorted_by_key(order));
    let urgent = list.iter().filter(|entry| entry["serious_harm"] == "yes").count();
    assert!((1..REPORTS).contains(&urgent), "{urgent}");

    let desk = place.open_desk(&["--as-of", "2026-12-01"]);
    let mut reviewer = desk.reviewer();
    let mut seen = Vec::new();
    for number in 1.. {
        let page = reviewer.get(&format!("/?show=all&page={number}"));
        assert_eq!(page.status, 200, "page {number}");
        let rows = page.text();
        let ticks = rows.split("name=\"report\" value=\"").skip(1);
        seen.extend(ticks.map(|rest| rest[..16].to_owned()));
        if !page.all("nav[aria-label='Pages of the queue'] a").iter().any(|link| link == "Next page") {
            break;
        }
    }
    let listed: Vec<&str> = list.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(seen, listed, "each once, in the same order as by the command");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), REPORTS);

    let caption = |page: &http::Page| page.one(".queue caption").split_once(' ').unwrap().0.to_owned();
    let routes: usize = ["staff-concern", "patient-choice", "procurement", "service-complaint"]
        .iter()
        .map(|route| caption(&reviewer.get(&format!("/?show=all&route={route}"))).parse::<usize>().unwrap())
        .sum();
    assert_eq!(routes, REPORTS);

    let queue = reviewer.get("/");
    let mut form = queue.form("/search");
    http::fill(&mut form, "q", "generated word7.");
    assert_eq!(reviewer.post("/search", &form).one("#found"), "10 reports");
    let mut form = queue.form("/search");
    http::fill(&mut form, "q", listed[REPORTS / 2]);
    let found = reviewer.post("/search", &form);
    assert_eq!(found.all(".hits .short"), [&listed[REPORTS / 2][..8]]);
}
