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
    assert!(again.one(".error-summary").contains("has that signing key already"), "{}", again.one(".error-summary"));
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
    assert!(second.get("/team").text().contains("Every notice must be approved by a second member"));
    assert!(first.get("/team").text().contains("must be approved by a second member before it is exported"));

    let path = format!("/reports/{id}/shut-out");
    let page = first.get(&path);
    let mut form = page.form(&path);
    let member = page.text().split("name=\"member\" value=\"").nth(1).unwrap()[..16].to_owned();
    form.push(("member".into(), member));
    let wrong = first.post(&path, &form);
    assert_eq!(wrong.status, 422, "a reason is needed");
    fill(&mut form, "reason", "They worked there until last year.");
    assert_eq!(first.post(&path, &form).status, 303);
    assert!(first.get(&path).one("main").contains("Shut out now: Second reviewer"));
    // In the browser that is open, and by commands.
    assert!(!second.get("/").text().contains(&format!("/reports/{id}\"")));
    assert!(second.get(&path).one("main").contains("You are shut out of report"));
    let mut show = vec!["desk", "show", "--casebook", "casebook", &id];
    show.extend(&keys[..2]);
    assert!(place.refused(&show).contains("you are shut out of report"));

    // Let in again.
    let mut form = first.get(&path).form(&path);
    form.retain(|(name, _)| name != "member");
    fill(&mut form, "reason", "It was another ward.");
    assert_eq!(first.post(&path, &form).status, 303);
    assert!(second.get("/").text().contains(&id[..8]));
    assert!(place.run(&show).out.contains("It happened on the ward"));

    // Someone who leaves reads nothing more.
    let text = first.get("/team").text();
    let leave = text.split("href=\"/team/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = first.get(&format!("/team/{leave}")).form(&format!("/team/{leave}"));
    first.post_and_follow(&format!("/team/{leave}"), &form);
    assert!(place.refused(&show).contains("not a member"));
    assert_ne!(second.get("/").status, 200);
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
    let team = first.get("/team").text();
    let leave = team.split("href=\"/team/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let member = leave.split('/').next().unwrap();

    // They look after it, and wrote a notice.
    let mut form = second.get(&case.path("decide")).form(&case.path("decide"));
    fill(&mut form, "owner", member);
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
        case.path("shut-out"),
        "/approve".to_owned(),
        case.path("approve/1"),
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
