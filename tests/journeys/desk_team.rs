//! Several reviewers on one casebook in their browsers, and one of them shut out of a report.

use std::fs;

use candour::domain::escape_invisible_in_line;

use crate::support::{
    case::Case,
    desk::Reviewer,
    http::{self, fill},
    installation::Installation,
    members::{OTHER, second_member_called},
    person,
};

const SHUT_OUT: &str = "you are shut out of report";

fn one_report(place: &Installation) -> String {
    let running = place.serve();
    let typed = [("description", "It happened on the ward, and nobody did anything.")];
    person::send(running.address, "staff-concern", &typed, vec![]);
    place.carry_in("c1")
}

/// Lets someone join by the page, and opens the casebook for them the first time.
fn join(place: &Installation, reviewer: &mut Reviewer, directory: &str, name: &str, role: &str) {
    place.done(&["keys", "new", "--out", directory, "--no-passphrase"]);
    let read = |file: &str| fs::read_to_string(place.path(&format!("{directory}/{file}"))).unwrap();
    let mut form = reviewer.get("/team").form("/team/join");
    fill(&mut form, "name", &format!("a{}", "\u{301}".repeat(1_000)));
    assert_eq!(reviewer.post("/team/join", &form).all(".error-summary a").len(), 4, "few characters, many bytes");
    fill(&mut form, "name", name);
    let wrong = reviewer.post("/team/join", &form);
    assert_eq!((wrong.status, wrong.all(".error-summary a").len()), (422, 3));
    assert_eq!(http::value(&wrong.form("/team/join"), "name"), name, "what was typed is kept");
    fill(&mut form, "role", role);
    fill(&mut form, "signer", &read("signer.pub"));
    fill(&mut form, "recipients", &read("governance.recipients"));
    let team = reviewer.post_and_follow("/team/join", &form);
    assert!(team.all("h3").contains(&name.to_owned()));
    let again = reviewer.post("/team/join", &form);
    assert!(again.one(".error-summary").contains("has that key already"), "{}", again.one(".error-summary"));
    let fingerprint = team.one("#fingerprint");
    let identity = format!("{directory}/identity.txt");
    let refused = place.refused(&["desk", "list", "--casebook", "casebook", "--identity", &identity]);
    assert!(refused.contains(&fingerprint), "{refused}");
    let wrong = fingerprint.replace(|c: char| c.is_ascii_digit(), "0");
    let arguments = |fingerprint: &str| {
        ["desk", "join", "--casebook", "casebook", "--identity", &identity, "--fingerprint", fingerprint]
            .map(str::to_owned)
            .to_vec()
    };
    let run = |fingerprint: &str| {
        let arguments = arguments(fingerprint);
        place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(run(&wrong).status, 1);
    assert!(run(&fingerprint).out.contains(&format!("as {name}")));
}

#[test]
fn two_reviewers_share_one_casebook_and_one_is_shut_out() {
    let place = Installation::new();
    let id = one_report(&place);
    let first_desk = place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    join(&place, &mut first, "second", "Second reviewer", "reviewer");
    let keys = ["--identity", "second/identity.txt", "--signing-key", "second/signing.key"];
    let second_desk = place.open_desk(&keys);
    let mut second = second_desk.reviewer();
    assert!(second.get("/").text().contains(&id[..8]));

    // Each sees at once what the other does.
    let form = second.get("/team").form("/team/second-approver");
    second.post_and_follow("/team/second-approver", &form);
    // A form that says neither yes nor no switches nothing off.
    let mut neither = second.get("/team").form("/team/second-approver");
    for value in ["", "maybe"] {
        fill(&mut neither, "needed", value);
        assert_eq!(second.post("/team/second-approver", &neither).status, 400);
    }
    let every = "Every notice and every reply must be approved by a second member";
    assert!(first.get("/team").text().contains(every));

    // Off again only if both say so.
    let form = second.get("/team").form("/team/second-approver");
    second.post_and_follow("/team/second-approver", &form);
    assert!(first.get("/team").text().contains(every), "it is proposed alone");
    consent(&mut first, "no second approver");
    assert!(second.get("/team").text().contains("A text is exported without a second member"));

    let path = format!("/reports/{id}/readers");
    let mut form = first.get(&path).form(&path);
    form.retain(|(name, _)| name != "member");
    let wrong = first.post(&path, &form);
    assert_eq!(wrong.status, 422, "a reason is needed");
    fill(&mut form, "reason", "They worked there until last year.");
    assert_eq!(first.post(&path, &form).status, 303);
    let page = first.get(&path);
    assert!(page.one("main").contains("These may open it"), "{}", page.one("main"));
    // In the browser that is open, and by commands.
    assert!(!second.get("/").text().contains(&format!("/reports/{id}\"")));
    assert!(second.get(&path).one("main").contains("You are shut out of report"));
    let mut show = vec!["desk", "show", "--casebook", "casebook", &id];
    show.extend(&keys);
    assert!(place.refused(&show).contains(SHUT_OUT));

    // A newcomer is no reader of it, and no second self of whoever is shut out becomes one.
    join_proposed(&place, &mut second, "third", "Third reviewer");
    consent(&mut first, "Third reviewer");
    let third = ["--identity", "third/identity.txt", "--signing-key", "third/signing.key"];
    open_first(&place, &first.get("/team").one("#fingerprint"), "third");
    let refused = place.refused(&[&show[..5], &third].concat());
    assert!(refused.contains(SHUT_OUT), "a newcomer holds no key of it: {refused}");

    // Let in again: a reader lets the third in, and both agree that the second may.
    let mut form = first.get(&path).form(&path);
    let third_id = member(&mut first, "Third reviewer");
    form.retain(|(name, _)| name != "member");
    form.push(("member".into(), third_id));
    fill(&mut form, "reason", "They look after it.");
    assert_eq!(first.post(&path, &form).status, 303);
    let again = format!("{path}/let-in");
    let page = first.get(&path);
    let mut form = page.form(&again);
    form.push(("let-in".into(), member(&mut first, "Second reviewer")));
    fill(&mut form, "let-in-reason", "It was another ward.");
    let proposed = first.post(&again, &form);
    assert_eq!(proposed.status, 303, "{}", proposed.one("main"));
    assert!(place.refused(&show).contains(SHUT_OUT), "one reader is not enough");
    let third_desk = place.open_desk(&third);
    let mut third = third_desk.reviewer();
    consent(&mut third, &id[..8]);
    assert!(second.get("/").text().contains(&id[..8]));
    assert!(place.done(&show).contains("It happened on the ward"));

    // Someone who leaves reads nothing more, once two have said so.
    let leave = format!("/team/{}/leave", member(&mut first, "Second reviewer"));
    let form = first.get(&leave).form(&leave);
    first.post_and_follow(&leave, &form);
    assert!(place.done(&show).contains("It happened on the ward"));
    consent(&mut third, "membership of Second reviewer");
    assert!(place.refused(&show).contains("not a member"));
    assert_ne!(second.get("/").status, 200);
    assert_ne!(second.get("/").status, 200, "nor at the second look");
}

/// Consents to the open proposal that says so.
fn consent(reviewer: &mut Reviewer, what: &str) {
    let team = reviewer.get("/team");
    let html = scraper::Html::parse_document(&team.text());
    let links = scraper::Selector::parse("a[href^='/team/proposals/']").unwrap();
    let found = html.select(&links).find(|link| link.text().collect::<String>().contains(what));
    let path = found.unwrap_or_else(|| panic!("{what}: {}", team.one("main"))).attr("href").unwrap().to_owned();
    let consent = format!("{path}/consent");
    let form = reviewer.get(&path).form(&consent);
    let done = reviewer.post(&consent, &form);
    assert_eq!(done.status, 303, "{}", done.one("main"));
}

/// A member's id, by their name.
fn member(reviewer: &mut Reviewer, name: &str) -> String {
    let team = reviewer.get("/team").text();
    let article = team.split("<article").find(|article| article.contains(name)).unwrap();
    article.split("href=\"/team/").nth(1).unwrap()[..16].to_owned()
}

/// Proposes that someone joins, where that takes two.
fn join_proposed(place: &Installation, reviewer: &mut Reviewer, directory: &str, name: &str) {
    place.done(&["keys", "new", "--out", directory, "--no-passphrase"]);
    let read = |file: &str| fs::read_to_string(place.path(&format!("{directory}/{file}"))).unwrap();
    let mut form = reviewer.get("/team").form("/team/join");
    fill(&mut form, "name", name);
    fill(&mut form, "role", "reviewer");
    fill(&mut form, "signer", &read("signer.pub"));
    fill(&mut form, "recipients", &read("governance.recipients"));
    assert_eq!(reviewer.post("/team/join", &form).status, 303);
}

/// Opens the casebook the first time with the keys in a directory.
fn open_first(place: &Installation, fingerprint: &str, directory: &str) {
    let identity = format!("{directory}/identity.txt");
    place.done(&["desk", "join", "--casebook", "casebook", "--identity", &identity, "--fingerprint", fingerprint]);
}

#[test]
fn what_cannot_be_seen_in_a_members_name_is_written_out_on_every_page() {
    const NAME: &str = "Sec\u{202e}ond\u{200b} Rev\u{e0041}iewer";
    let case = Case::new("staff-concern");
    second_member_called(&case.place, NAME);
    let first_desk = case.place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    let second_desk = case.place.open_desk(&OTHER);
    let mut second = second_desk.reviewer();
    let member = member(&mut first, &escape_invisible_in_line(NAME));
    let leave = format!("{member}/leave");

    // They look after it, and wrote a notice.
    let mut form = second.get(&case.path("decide")).form(&case.path("decide"));
    fill(&mut form, "owner", &member);
    assert_eq!(second.post(&case.path("decide"), &form).status, 303);
    case.hold(&mut second, "other-work");

    let written = escape_invisible_in_line(NAME);
    assert_ne!(written, NAME);
    let report = format!("/reports/{}", case.id);
    let named = [
        "/".to_owned(),
        "/team".to_owned(),
        format!("/team/{leave}"),
        report.clone(),
        case.path("print"),
        case.path("decide"),
        case.path("readers"),
        "/approve".to_owned(),
        case.path("approve/2"),
    ];
    for path in named {
        let page = first.get(&path);
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text().contains(&written), "{path} does not name them");
        assert!(!page.text().contains(['\u{202e}', '\u{200b}', '\u{e0041}']), "{path}");
    }
    let preview = case.preview(&mut first, "supplementary").text();
    assert!(!preview.contains(['\u{202e}', '\u{200b}', '\u{e0041}']));
}
