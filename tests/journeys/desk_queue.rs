//! Finding a report at the browser desk: the queue, what it can be asked for, and the search.

use crate::{
    desk_report::{MARKER, send, with_a_report},
    support::{
        http::{Page, fill, value},
        installation::Installation,
    },
};

#[test]
fn the_queue_shows_what_is_asked_for() {
    let (place, running, urgent) = with_a_report(b"a file");
    let concern = |route: &str, about: &str, text: &str| {
        send(running.address, route, &[("about", about), ("description", text), ("area", "competition")], &[]);
        place.collect(&format!("c-{route}"));
        place.import(&format!("c-{route}"));
        let list = place.desk_list();
        let found = list.as_array().unwrap().iter().find(|entry| entry["route"] == route).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let complaint = concern("service-complaint", "unfair", "It was not fair, and it took long.");
    let tender = concern("procurement", "competition", "The tender was cut to one provider.");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let me = reviewer.get("/").all("#owner option").len();
    assert!(me >= 3);
    // Who looks after it, through the form, so that the page is held to it too.
    let path = format!("/reports/{tender}/decide");
    let page = reviewer.get(&path);
    let mut form = page.form(&path);
    let member = page.text().split("<select id=\"owner\"").nth(1).unwrap().to_owned();
    let member = member.split("value=\"").nth(2).unwrap()[..16].to_owned();
    fill(&mut form, "owner", &member);
    fill(&mut form, "state", "being-read");
    assert_eq!(reviewer.post(&path, &form).status, 303);

    // Only what was changed.
    let changed = reviewer.get(&format!("/reports/{tender}")).all("ol.history dt");
    assert_eq!(changed, ["Read", "State", "Who looks after it", "Update"]);

    let ids = |page: &Page| page.all("table.queue tbody th a");
    assert_eq!(ids(&reviewer.get("/")).first(), Some(&urgent), "serious harm is on top");
    assert_eq!(reviewer.get("/").all("tr.urgent .tag.harm"), ["Yes"]);
    let all = [&urgent, &complaint, &tender];
    for (query, expected) in [
        ("", vec![0, 1, 2]),
        ("route=procurement", vec![2]),
        ("area=integrated-care", vec![0]),
        ("area=competition", vec![1, 2]),
        ("state=being-read", vec![2]),
        ("owner=nobody", vec![0, 1]),
        ("owner=me", vec![2]),
        (&format!("owner={member}"), vec![2]),
        ("unread=yes", vec![0, 1]),
        ("waiting=approval", vec![]),
        ("due=overdue", vec![]),
        ("due=2001-01-01", vec![]),
        ("area=competition&owner=nobody", vec![1]),
        ("show=all&page=9", vec![0, 1, 2]),
        ("area=&route=&owner=", vec![0, 1, 2]),
    ] {
        let mut shown = ids(&reviewer.get(&format!("/?{query}")));
        let mut expected: Vec<String> = expected.into_iter().map(|place: usize| all[place].clone()).collect();
        shown.sort();
        expected.sort();
        assert_eq!(shown, expected, "{query}");
    }
    // By the day that its own link leads to.
    let due = place.desk_show(&complaint)["clocks"][0]["due_on"].as_str().map(str::to_owned);
    let queue = reviewer.get("/");
    let day = queue.text().split("/?due=20").nth(1).map(|rest| format!("20{}", &rest[..8])).unwrap();
    let asked = reviewer.get(&format!("/?due={day}"));
    assert!(!ids(&asked).is_empty() && due.is_some());
    // What is asked for is on the form, and stays when it is sent again.
    let asked = reviewer.get(&format!("/?area=competition&due={day}"));
    let fields = asked.form("/");
    assert_eq!((value(&fields, "area"), value(&fields, "due")), ("competition", day.as_str()));
    // A day long after is overdue, and says by how much.
    drop(desk);
    let desk = place.open_desk(&["--as-of", "2027-06-01"]);
    let mut reviewer = desk.reviewer();
    let late = reviewer.get("/?due=overdue");
    assert_eq!(ids(&late).len(), 3);
    assert!(late.one("#counts").contains("3 overdue"), "{}", late.one("#counts"));
    assert!(late.all("table.queue .left").iter().all(|left| left.ends_with("working days ago")));
    assert_eq!(late.all("table.queue .tag[data-state='overdue']").len(), 3);
}

#[test]
fn the_queue_has_pages() {
    let place = Installation::new();
    let running = place.serve();
    for number in 0..51 {
        let description = format!("Concern number {number}, with {MARKER} in it.");
        send(running.address, "staff-concern", &[("about", "patient-safety"), ("description", &description)], &[]);
    }
    place.collect("c1");
    place.import("c1");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let first = reviewer.get("/?route=staff-concern");
    assert_eq!(first.all("table.queue tbody th a").len(), 50);
    assert!(first.one("#queue").starts_with("51 reports"));
    assert_eq!(first.all("nav[aria-label='Pages of the queue'] a"), ["Next page"]);
    assert!(first.text().contains("href=\"/?route=staff-concern&#38;page=2\""));
    let second = reviewer.get("/?route=staff-concern&page=2");
    assert_eq!(
        (second.all("table.queue tbody th a").len(), second.all("nav[aria-label='Pages of the queue'] a").len()),
        (1, 1)
    );

    // Each report that a search finds is shown.
    let mut form = second.form("/search");
    fill(&mut form, "q", MARKER);
    assert_eq!(reviewer.post("/search", &form).all("table.queue tbody th a").len(), 51);
}

#[test]
fn a_search_finds_what_was_written_and_stands_in_no_address() {
    let (place, running, id) = with_a_report(b"a file");
    send(
        running.address,
        "procurement",
        &[("about", "competition"), ("description", "The tender went elsewhere.")],
        &[],
    );
    place.collect("c2");
    place.import("c2");
    place.put("note.txt", b"Ask the regional lead.");
    place.decide(&id, &["--note-file", "note.txt"]);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let mut look = |asked: &str| {
        let mut form = reviewer.get("/").form("/search");
        fill(&mut form, "q", asked);
        let page = reviewer.post("/search", &form);
        assert_eq!((page.status, page.one("h1").as_str()), (200, "Search"));
        assert_eq!(value(&page.form("/search"), "q"), asked, "what was asked for is there to be changed");
        assert!(!page.one("title").contains(asked) || asked.is_empty());
        for link in page.text().split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap();
            assert!(!link.contains(MARKER) && !link.contains("q="), "{link}");
        }
        page
    };
    for asked in [MARKER, "XYLOPHONE nhs", "rota", "regional lead", "a trust </div>", &id[..8]] {
        let page = look(asked);
        assert_eq!(page.all("table.queue tbody th a"), [id.as_str()], "{asked}");
        assert!(page.one("#queue").starts_with("1 report:"));
    }
    for asked in ["tender xylophone", "elsewere", "<script>alert(1)</script>"] {
        let page = look(asked);
        assert!(page.one("#none").contains("No report has all of these words"), "{asked}");
        assert!(page.all("script").is_empty());
    }
    let form = reviewer.get("/").form("/search");
    let nothing = reviewer.post("/search", &form);
    assert_eq!((nothing.status, nothing.one(".error-summary a").as_str()), (422, "Enter what to look for"));
    assert_eq!(reviewer.get(&format!("/search?q={MARKER}")).status, 405);
    assert_eq!(reviewer.get(&format!("/?q={MARKER}")).all("table.queue tbody th a").len(), 2, "it is no filter");
    assert!(!reviewer.get(&format!("/?q={MARKER}")).text().contains(MARKER));
}
