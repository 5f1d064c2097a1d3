//! Setting reports aside in the browser, alone, in bulk and as a copy of another; undoing it; and what the person reads.

use crate::{
    desk_report::send,
    support::{
        desk::Reviewer,
        http::{self, Fields, Page, fill},
        installation::{Installation, Serving},
        person,
    },
};

const JUNK: &str = "Buy our pills now, they are cheap and good for everyone in your hospital.";
/// What no page may show of it.
const END: &str = "abuse-at-the-end-5530";

/// A box and a casebook with so many concerns of one text.
fn with_concerns(texts: &[&str]) -> (Installation, Serving) {
    let place = Installation::new();
    let running = place.serve();
    for text in texts {
        send(running.address, "staff-concern", &[("about", "other"), ("description", text)], &[]);
    }
    place.collect("c1");
    place.import("c1");
    (place, running)
}

/// The ids at the desk of which something holds.
fn ids(place: &Installation, holds: impl Fn(&serde_json::Value) -> bool) -> Vec<String> {
    let list = place.desk_list();
    let found = list.as_array().unwrap().iter().filter(|entry| holds(entry));
    found.map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

fn open_ids(place: &Installation) -> Vec<String> {
    ids(place, |entry| entry["set_aside"].is_null())
}

/// The form of the page, with its reason's button pressed.
fn pressed(page: &Page, reason: &str) -> Fields {
    let mut form = page.form("/aside");
    form.push(("reason".into(), reason.into()));
    form
}

fn bring_back(reviewer: &mut Reviewer, button: (&str, &str)) -> Page {
    let mut form = reviewer.get("/aside/undo").form("/bring-back");
    form.push((button.0.into(), button.1.into()));
    reviewer.post_and_follow("/bring-back", &form)
}

#[test]
fn one_is_set_aside_with_a_link_and_a_reason_and_eight_with_a_tick_more() {
    let long = format!("{} {END}", "You are all useless. ".repeat(30));
    let mut texts = vec![JUNK; 8];
    texts.extend(["BUY our  pills now, they are cheap and good for everyone in your ward.", long.as_str()]);
    let (place, _running) = with_concerns(&texts);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let of_text = |reviewer: &mut Reviewer, words: &str| {
        let all = open_ids(&place);
        all.into_iter().find(|id| reviewer.get(&format!("/aside?report={id}")).one("#report").contains(words)).unwrap()
    };

    // No more of an abusive text than how it begins.
    let abusive = of_text(&mut reviewer, "You are all useless.");
    let page = reviewer.get(&format!("/aside?report={abusive}"));
    assert!(!page.text().contains(END) && page.one("#report").contains('…'));
    assert!(page.one("#report").contains("Owed now: "));
    assert!(page.all("#same").is_empty(), "no other says the same");
    let queue = reviewer.post_and_follow("/aside", &pressed(&page, "abusive"));
    assert!(queue.one("#done").contains("is set aside: it is abusive."), "{}", queue.one("#done"));
    assert!(!queue.text().contains(&abusive), "it is open work no more");
    assert_eq!(queue.all("#done a"), ["Undo"]);

    // Eight at once.
    let junk = of_text(&mut reviewer, "Buy our pills now");
    let page = reviewer.get(&format!("/aside?report={junk}"));
    assert!(page.one("label[for=same]").contains("And the 7 others that say the same"), "{}", page.one("main"));
    let mut form = pressed(&page, "not-a-concern");
    form.push(("same".into(), "yes".into()));
    fill(&mut form, "note", "It comes every week.");
    let queue = reviewer.post_and_follow("/aside", &form);
    assert!(queue.one("#done").contains("and 7 others are set aside"), "{}", queue.one("#done"));
    assert_eq!(open_ids(&place).len(), 1);
    let shown = place.desk_show(&junk);
    assert_eq!(shown["decisions"][0]["note"], "It comes every week.");
    assert!(shown["clocks"].as_array().unwrap().is_empty(), "nothing more is owed: {}", shown["clocks"]);
    assert!(!reviewer.get("/promises.ics").text().contains(&junk), "nor in the calendar");

    // One comes back, then all others of that act; what another act set aside stays.
    let undo = reviewer.get("/aside/undo");
    assert_eq!(undo.all("h2"), ["It is not a concern", "It is abusive"]);
    let report = bring_back(&mut reviewer, ("report", &junk));
    assert!(report.one("#done").contains("is open again"), "{}", report.one("#done"));
    assert_eq!(open_ids(&place).len(), 2);
    let undo = reviewer.get("/aside/undo").text();
    let act = undo.split("name=\"act\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let queue = bring_back(&mut reviewer, ("act", &act));
    assert!(queue.one("#done").contains("and 6 others are open again"), "{}", queue.one("#done"));
    assert_eq!(ids(&place, |entry| !entry["set_aside"].is_null()), std::slice::from_ref(&abusive));
    assert_eq!(place.desk_show(&junk)["clocks"].as_array().unwrap().len(), 1, "it is owed as before");

    // The box is told, and from then on it can't be undone.
    place.export("d1");
    let mut form = Fields::new();
    form.push(("report".into(), abusive));
    form.extend(page.form("/aside").into_iter().filter(|(name, _)| name == "token"));
    let refused = reviewer.post("/bring-back", &form);
    assert_eq!(refused.status, 422);
    assert!(refused.one(".error-summary").contains("an export told the box"), "{}", refused.one(".error-summary"));
    assert!(refused.one("#report").contains("There is nothing to undo"));
    assert_eq!(desk.stop(), "");
}

#[test]
fn a_copy_is_named_and_what_changed_meanwhile_is_looked_at_first() {
    let (place, running) = with_concerns(&[
        "The rota was changed again.",
        "The rota was changed, I think.",
        "The lift is broken since May.",
    ]);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let all = open_ids(&place);
    let (one, other) = (&all[0], &all[1]);
    let address = format!("/aside?report={one}");
    let page = reviewer.get(&address);
    let refused = reviewer.post("/aside", &pressed(&page, "duplicate"));
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.one(".error-summary li"),
        "Choose the report that it is the same as, or enter its name of two words"
    );
    for (typed, says) in [
        ("no such", "No report is called that"),
        ("ffffffff", "No report is called that"),
        (one.as_str(), "not itself set aside with them"),
    ] {
        let mut form = pressed(&page, "duplicate");
        fill(&mut form, "same_as", typed);
        fill(&mut form, "note", "<kept>");
        let refused = reviewer.post("/aside", &form);
        assert_eq!(refused.status, 422);
        let summary = refused.one(".error-summary").to_lowercase();
        assert!(summary.contains(&says.to_lowercase()), "{summary}");
        assert_eq!(http::value(&refused.form("/aside"), "same_as"), typed);
        assert_eq!(http::value(&refused.form("/aside"), "note").trim(), "<kept>");
    }
    // Unknown reasons, withdrawn by hand, reports that are none, forms without a token.
    assert_eq!(reviewer.post("/aside", &pressed(&page, "withdrawn")).status, 404);
    assert_eq!(reviewer.get("/aside?report=ffffffffffffffff").status, 404);
    assert_eq!(reviewer.get("/aside?report=x").status, 404);
    let untoken: Fields = pressed(&page, "test").into_iter().filter(|(name, _)| name != "token").collect();
    assert_eq!(reviewer.post("/aside", &untoken).status, 403);
    // As the queue's rows are sent: one field each, and no reason yet.
    let mut rows: Fields = page.form("/aside").into_iter().filter(|(name, _)| name == "token").collect();
    rows.extend([one, other].map(|id| ("report".to_owned(), id.clone())));
    let both = reviewer.post("/aside", &rows);
    assert_eq!((both.status, both.all("#report li").len()), (200, 2));
    // A colleague notes something meanwhile.
    place.put("note", b"Wait.");
    place.decide(one, &["--note-file", "note"]);
    let mut form = pressed(&both, "test");
    let stale = reviewer.post("/aside", &form);
    assert_eq!(stale.status, 422);
    assert!(stale.one(".error-summary").contains("recorded meanwhile"), "{}", stale.one(".error-summary"));
    assert_eq!(open_ids(&place).len(), 3, "nothing is set aside");
    form = pressed(&reviewer.get(&address), "duplicate");
    let name = reviewer.get(&format!("/aside?report={other}")).one("#report a");
    assert_eq!(name.split(' ').count(), 2, "{name}");
    fill(&mut form, "same_as", &name.to_uppercase());
    let queue = reviewer.post_and_follow("/aside", &form);
    assert!(queue.one("#done").contains("it is the same as another report"));
    let shown = place.desk_show(one);
    assert_eq!(shown["assessment"]["links"], serde_json::json!([{"report": other, "kind": "same-matter"}]));
    place.export("d1");
    place.deliver("d1");
    drop(running);
    place.assert_nothing_plain(&["The rota was changed", &name], "set aside");
    assert_eq!(desk.stop(), "");
}

#[test]
fn the_person_reads_whom_to_turn_to_and_is_heard_when_they_say_more() {
    let place = Installation::new();
    let running = place.serve();
    let typed = [("description", "My payslip is wrong."), ("about", "other")];
    let code = person::send(running.address, "staff-concern", &typed, vec![]).one("#receipt-code");
    let id = place.carry_in("c1");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let mut form = pressed(&reviewer.get(&format!("/aside?report={id}")), "not-for-us");
    form.extend(["employment", "mp", "x"].map(|who| ("turn_to".to_owned(), who.to_owned())));
    reviewer.post_and_follow("/aside", &form);
    assert_eq!(place.desk_show(&id)["state"], "received", "it stands where it stood");
    place.export("d1");
    place.deliver("d1");
    let status = person::status(running.address, &code);
    let aside = status.one("#set-aside");
    assert!(aside.contains("It is about something that we can’t act on."), "{aside}");
    assert_eq!(status.all("#turn-to li").len(), 2);
    assert!(status.one("#turn-to").contains("Acas (0300 123 1100)"), "{}", status.one("#turn-to"));
    assert!(aside.contains("Write again") && aside.contains("Complain about us"), "{aside}");
    assert_eq!(status.one("#report-state"), "We have set it aside");
    place.assert_nothing_plain(&["My payslip is wrong", "Acas"], "set aside for others");

    // Under the same code they say more: it is work again, and owed.
    let mut more = person::follow_up(running.address, &code);
    fill(&mut more, "message", "They did it to all of us for speaking up.");
    assert_eq!(http::post_multipart(running.address, "/status/follow-up", &more, vec![]).status, 200);
    place.collect("c2");
    place.import("c2");
    let shown = place.desk_show(&id);
    assert!(shown["set_aside"].is_null() && shown["state"] == "received" && shown["unread"] == 2, "{shown}");
    assert!(reviewer.get("/").text().contains(&id));
    let path = format!("/reports/{id}/reply");
    let reply = reviewer.get(&path);
    assert_eq!(reply.status, 200);
    place.put("reply", b"We look into it.");
    place.decide(&id, &["--reply-file", "reply"]);
    place.export("d2");
    place.deliver("d2");
    let status = person::status(running.address, &code);
    assert!(status.all("#set-aside").is_empty() && status.text().contains("We look into it."));
    assert_eq!(status.one("#report-state"), "We are reading it");
    assert_eq!(desk.stop(), "");
}

fn aside<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["desk", "set-aside", "--casebook", "casebook"], more].concat()
}

#[test]
fn the_command_line_names_the_other_and_whom_to_turn_to_and_undoes_it() {
    let (place, _running) =
        with_concerns(&["One thing that went wrong.", "Two things that went wrong.", "Three things that went wrong."]);
    let all = open_ids(&place);
    let run = |more: &[&str]| place.done(&aside(more));
    let refused = |more: &[&str]| place.run(&aside(more));
    for wrong in [
        &["--reason", "test", "--duplicate-of", &all[1], &all[0]][..],
        &["--reason", "test", "--turn-to", "cqc", &all[0]],
        &["--undo", "--reason", "test", &all[0]],
        &["--reason", "not-for-us", "--turn-to", "nobody", &all[0]],
    ] {
        assert_eq!(refused(wrong).status, 2, "{wrong:?}");
    }
    assert_eq!(refused(&["--reason", "duplicate", "--duplicate-of", &all[0], &all[0]]).status, 1);
    run(&["--reason", "duplicate", "--duplicate-of", &all[1][..8], &all[0]]);
    run(&["--reason", "not-for-us", "--turn-to", "cqc", "--turn-to", "mp", &all[2]]);
    assert_eq!(place.desk_show(&all[0])["assessment"]["links"][0]["report"], all[1].as_str());
    let said = run(&["--undo", &all[0], &all[2]]);
    assert!(said.starts_with("2 reports are open again"), "{said}");
    assert_eq!(open_ids(&place).len(), 3);
    assert!(place.desk_show(&all[0])["assessment"]["links"].is_null());
    run(&["--reason", "test", &all[0]]);
    place.export("d1");
    let said = place.refused(&aside(&["--undo", &all[0]]));
    assert!(said.contains("the box was told already"), "{said}");
}
