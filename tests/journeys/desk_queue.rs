//! Finding a report at the browser desk: the queue, what it can be asked for, and the search.

use crate::{
    desk_report::{MARKER, send, with_a_report},
    support::{
        desk::Reviewer,
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

    let ids = |page: &Page| page.all("table.queue tbody th .short");
    let all = [&urgent, &complaint, &tender].map(|id| short(id));
    assert_eq!(ids(&reviewer.get("/")).first(), Some(&all[0]), "serious harm is on top");
    assert_eq!(reviewer.get("/").all("tr.urgent .tag.harm"), ["Serious harm"]);
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
        ("harm=yes", vec![0]),
        ("unanswered=yes", vec![]),
        ("due=ours", vec![]),
        ("due=ours-come", vec![]),
        ("due=ours-soon", vec![]),
        ("sort=received&down=yes", vec![0, 1, 2]),
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

/// As a report is named on pages, beside its two words.
fn short(id: &str) -> String {
    id[..8].to_owned()
}

#[test]
fn what_is_done_at_once_is_done_to_each_by_its_own_rules() {
    let (place, running, first) = with_a_report(b"a file");
    for route in ["procurement", "service-complaint"] {
        send(running.address, route, &[("about", "other"), ("description", "Something else that happened.")], &[]);
    }
    place.collect("c2");
    place.import("c2");
    let list = place.desk_list();
    let others: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["id"].as_str())
        .map(str::to_owned)
        .filter(|id| *id != first)
        .collect();
    place.run(&["desk", "set-aside", "--casebook", "casebook", "--reason", "test", &others[1]]);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let bulk = |reviewer: &mut Reviewer, ids: &[&str], act: &str, from: &str| {
        let mut form = reviewer.get(&format!("/?{from}")).form("/bulk");
        assert_eq!(form.iter().any(|(name, value)| name == "from" && value == from), !from.is_empty());
        form.extend(ids.iter().map(|id| ("report".to_owned(), (*id).to_owned())));
        form.push(("act".to_owned(), act.to_owned()));
        reviewer.post("/bulk", &form)
    };
    // Nothing is ticked, or nobody named: what was filled in stays.
    let none = bulk(&mut reviewer, &[], "close", "show=all");
    assert_eq!((none.status, none.one(".error-summary a").as_str()), (422, "Tick the reports that you mean"));
    let nobody = bulk(&mut reviewer, &[&first], "hand-to", "show=all");
    assert_eq!((nobody.status, nobody.one(".error-summary a").as_str()), (422, "Select who is to look after them"));
    assert_eq!(value(&nobody.form("/bulk"), "report"), first);
    assert_eq!(value(&nobody.form("/bulk"), "from"), "show=all");

    // What can't be done is named and stays ticked; the rest is done.
    let closed =
        bulk(&mut reviewer, &[&first, &others[0], &others[1], "0000000000000000"], "close", "show=all&sort=state");
    assert_eq!(closed.status, 303);
    let to = closed.header("location").unwrap().to_owned();
    assert!(to.starts_with("/?show=all&sort=state&tick=") && to.contains(&others[1]), "{to}");
    let queue = reviewer.get(&to);
    let said = queue.one("#done");
    assert!(said.contains("2 reports are closed.") && said.contains("What was promised is still owed: "), "{said}");
    assert!(said.contains(&format!("({}): it is set aside", short(&others[1]))), "{said}");
    assert_eq!(value(&queue.form("/bulk"), "report"), others[1], "it is still ticked");
    for id in [&first, &others[0]] {
        let shown = place.desk_show(id);
        assert_eq!((&shown["state"], &shown["unread"]), (&"closed".into(), &1.into()), "closing is not reading");
    }
    let refused = bulk(&mut reviewer, &[&others[1]], "close", "state=set-aside");
    assert_eq!(refused.status, 422);
    assert!(refused.one(".error-summary").contains("Nothing was done."), "{}", refused.one(".error-summary"));

    let read = bulk(&mut reviewer, &[&first], "read", "");
    assert_eq!(read.header("location"), Some("/"));
    assert_eq!(place.desk_show(&first)["unread"], 0);

    // One row's own button means that row alone, whatever is ticked.
    send(running.address, "procurement", &[("about", "other"), ("description", "A new one for somebody.")], &[]);
    place.collect("c3");
    place.import("c3");
    let mut form = reviewer.get("/?tick=all&owner=nobody&state=received").form("/bulk");
    form.push(("take-one".to_owned(), value(&form, "report").to_owned()));
    let mine = reviewer.post_and_follow("/bulk", &form);
    assert!(mine.one("#done").contains("1 report is yours now."), "{}", mine.one("#done"));
}

#[test]
fn a_filter_is_kept_under_a_name_and_on_the_way_to_a_report() {
    let (place, _, id) = with_a_report(b"a file");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let query = "area=integrated-care&sort=due&down=yes";
    let queue = reviewer.get(&format!("/?{query}"));
    assert!(queue.text().contains(&format!("/reports/{id}?from=area%3Dintegrated-care%26sort%3Ddue%26down%3Dyes")));
    assert!(queue.text().contains(&format!("/aside?report={id}&#38;from=area%3D")));
    assert_eq!(reviewer.get(&format!("/reports/{id}?from=area%3Dx")).status, 200);
    let mut form = queue.form("/filters");
    let nameless = reviewer.post("/filters", &form);
    assert_eq!((nameless.status, nameless.one(".error-summary a").as_str()), (422, "Enter a name for what is shown"));
    assert_eq!(value(&nameless.form("/filters"), "from"), query);
    fill(&mut form, "filter-name", "Board <papers>");
    let saved = reviewer.post_and_follow("/filters", &form);
    assert!(saved.one("#done").contains("“Board <papers>” stands over the queue now."));
    // It is the team's, and marked where it is shown.
    assert_eq!(saved.all(".views [aria-current]"), ["Board <papers>"]);
    assert_eq!(reviewer.get("/").all(".views a").len(), 7);
    assert_eq!(reviewer.get("/").all(".views [aria-current]"), ["All open work"]);
    assert!(reviewer.get("/?harm=yes").one("#counts").contains("1 with serious harm possible soon"));
    let removed = reviewer.post_and_follow("/filters/remove", &saved.form("/filters/remove"));
    assert!(removed.one("#done").contains("no more") && removed.all(".views a").len() == 6);
    assert!(!removed.text().contains("papers"));
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
    assert!(first.all(".queue tbody .line").iter().all(|line| line.contains(MARKER)), "only what is shown is opened");
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
    let found = reviewer.post("/search", &form);
    assert_eq!((found.all(".hits > li").len(), found.one("#found").as_str()), (51, "51 reports"));
    // Fifty at once, by a form that has room for them.
    let ticked = reviewer.get("/?route=staff-concern&tick=all");
    let mut form = ticked.form("/bulk");
    form.push(("act".into(), "take".into()));
    let taken = reviewer.post_and_follow("/bulk", &form);
    assert!(taken.one("#done").contains("50 reports are yours now."), "{}", taken.one("#done"));
    assert_eq!(reviewer.get("/?owner=nobody").all("table.queue tbody tr").len(), 1);
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
        assert_eq!(page.all(".hits .short"), [short(&id)], "{asked}");
        assert_eq!(page.one("#found"), "1 report");
        assert!(!page.all(".hit mark").is_empty(), "{asked}");
    }
    for asked in ["tender xylophone", "elsewere", "<script>alert(1)</script>"] {
        let page = look(asked);
        assert!(page.one("#none").contains("No report has all of these words"), "{asked}");
        assert!(page.all("script").is_empty());
    }
    // Who said it stands beside the words, and these are as they were written.
    let page = look("XYLOPHONE nhs");
    assert!(page.one(".hit").starts_with("The person wrote, "), "{}", page.one(".hit"));
    assert_eq!(page.all(".hit mark"), ["xylophone", "NHS"]);
    assert!(look("regional lead").one(".hit").starts_with("Note of the team, "));
    assert!(look("rota").one(".hit").starts_with("Name of a file from the person, "));
    let form = reviewer.get("/").form("/search");
    let nothing = reviewer.post("/search", &form);
    assert_eq!((nothing.status, nothing.one(".error-summary a").as_str()), (422, "Enter what to look for"));
    assert_eq!(reviewer.get(&format!("/search?q={MARKER}")).status, 405);
    assert_eq!(reviewer.get(&format!("/?q={MARKER}")).all("table.queue tbody th a").len(), 2, "it is no filter");
    let asked = reviewer.get(&format!("/?q={MARKER}")).text();
    assert!(!asked.contains(&format!("q={MARKER}")) && !asked.contains(&format!("value=\"{MARKER}")));
}
