//! A reviewer's way through reports: what is best done next, one triage after the other, a danger, a team in the address
//! book and how long something is kept. Over the real program.

use std::fs;

use crate::support::{
    case::Case,
    desk::Reviewer,
    http::{self, fill},
    installation::Installation,
    person,
};

/// What the report's green button says.
fn next(reviewer: &mut Reviewer, id: &str) -> String {
    reviewer.get(&format!("/reports/{id}")).one("#next-step")
}

#[test]
fn triage_goes_from_one_report_to_the_next_with_a_page_each() {
    let place = Installation::new();
    let running = place.serve();
    for number in ["first", "second", "third"] {
        let description = format!("What happened on the ward, the {number} of them.");
        person::send(running.address, "staff-concern", &[("description", &*description)], vec![]);
    }
    place.collect("c1");
    place.import("c1");
    let list = place.desk_list();
    let ids: Vec<String> =
        list.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    assert!(next(&mut reviewer, &ids[0]).contains("Triage it"));

    // The queue's filter goes along: only those that nobody has yet.
    let decide = format!("/reports/{}/decide", ids[0]);
    let mut page = reviewer.get(&format!("{decide}?from=owner%3Dnobody"));
    for (place, id) in ids.iter().enumerate() {
        let action = format!("/reports/{id}/decide");
        assert_eq!(page.all("aside article.message").len(), 1, "what was said stands beside it");
        let mut form = page.form(&action);
        assert_eq!(http::value(&form, "from"), "owner=nobody");
        for (name, value) in [("worker", "yes"), ("in_remit", "yes"), ("area", "competition")] {
            fill(&mut form, name, value);
        }
        form.push(("failure".into(), "crime".into()));
        form.push(("then".into(), "next".into()));
        let answer = reviewer.post(&action, &form);
        assert_eq!(answer.status, 303, "{}", answer.all("main").join(" "));
        let leads = answer.header("location").unwrap().to_owned();
        match ids.get(place + 1) {
            Some(following) => assert_eq!(leads, format!("/reports/{following}/decide?from=owner%3Dnobody")),
            None => assert_eq!(leads, "/?owner=nobody", "after the last"),
        }
        page = reviewer.get(&leads);
        assert!(page.one("#done p:last-child").starts_with("Recorded for "), "{}", page.one("#done"));
    }
    for id in &ids {
        let shown = place.desk_show(id);
        assert_eq!((&shown["state"], &shown["unread"]), (&"being-read".into(), &0.into()), "and it is read");
        assert_eq!(shown["assessment"]["owner"], shown["decisions"][0]["by"]);
    }
    assert!(next(&mut reviewer, &ids[0]).contains("Write the notice that is due by"));
}

#[test]
fn a_danger_is_seen_to_by_someone_since_a_day_that_has_come() {
    let place = Installation::new();
    let running = place.serve();
    let typed = [("description", "Someone could come to harm."), ("serious_harm", "yes")];
    person::send(running.address, "staff-concern", &typed, vec![]);
    let id = place.carry_in("c1");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let (report, harm) = (format!("/reports/{id}"), format!("/reports/{id}/harm"));
    assert!(next(&mut reviewer, &id).contains("Say who sees to the danger"));
    assert_eq!(reviewer.get(&report).all("#urgent").len(), 1);

    let mut form = reviewer.get(&harm).form(&harm);
    let year = http::value(&form, "on-year").to_owned();
    assert!(!http::value(&form, "by").is_empty() && !year.is_empty(), "me, today");
    fill(&mut form, "by", "");
    fill(&mut form, "on-year", "2999");
    fill(&mut form, "how", "By <telephone>.");
    let wrong = reviewer.post(&harm, &form);
    assert_eq!((wrong.status, wrong.all(".error-summary li").len()), (422, 2), "{}", wrong.one(".error-summary"));
    let mut form = wrong.form(&harm);
    assert_eq!(http::value(&form, "how").trim(), "By <telephone>.", "what was typed is kept");
    fill(&mut form, "by", "The safety lead");
    fill(&mut form, "on-year", &year);
    let seen_to = reviewer.post_and_follow(&harm, &form);
    assert_eq!(seen_to.one("#done p:last-child"), "Recorded: the danger is seen to.");
    assert!(seen_to.all("#urgent").is_empty() && seen_to.one("#seen-to").contains("The safety lead, since"));
    assert!(seen_to.one("ol.history").contains("saw to the danger") && seen_to.one("#next-step").contains("Triage"));
    let shown = place.desk_show(&id);
    assert_eq!((&shown["assessment"]["harm"]["by"], &shown["unread"]), (&"The safety lead".into(), &1.into()));

    let mut form = reviewer.get(&harm).form(&harm);
    form.push(("then".into(), "take-back".into()));
    let back = reviewer.post_and_follow(&harm, &form);
    assert_eq!((back.all("#urgent").len(), back.all("#seen-to").len()), (1, 0));
    place.assert_nothing_plain(&["The safety lead"], "a danger was seen to");
}

#[test]
fn a_reports_line_is_the_reviewers_or_made_of_what_was_written() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let report = format!("/reports/{}", case.id);
    let line = format!("{report}/line");
    let page = reviewer.get(&report);
    assert!(page.one("#line-now").contains("The night rota was changed after the fact"), "{}", page.one("#line-now"));
    let mut form = page.form(&line);
    fill(&mut form, "line", &"x".repeat(2000));
    let long = reviewer.post(&line, &form);
    assert_eq!((long.status, long.all(".error-summary li").len()), (422, 1));
    fill(&mut form, "line", "Rotas <changed> afterwards");
    let kept = reviewer.post_and_follow(&line, &form);
    assert_eq!(kept.all("#done p:last-child"), ["The report’s line is kept."]);
    assert!(kept.one("#line-now").ends_with("Rotas <changed> afterwards"), "{}", kept.one("#line-now"));
    assert_eq!(case.shown()["unread"], 1, "nothing is read by that");
    fill(&mut form, "line", " ");
    assert!(reviewer.post_and_follow(&line, &form).one("#line-now").contains("The night rota"));
    case.place.assert_nothing_plain(&["Rotas <changed>"], "a line was kept");
}

#[test]
fn a_team_is_entered_once_and_chosen_from_then_on() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    case.place.done(&["keys", "new", "--out", "area", "--no-passphrase"]);
    let keys = fs::read_to_string(case.place.path("area/governance.recipients")).unwrap();
    let refer = case.path("refer");
    let page = reviewer.get(&refer);
    assert!(page.all("input[name='address']").is_empty(), "there is none to choose");
    assert_eq!(page.all("fieldset > legend").iter().filter(|legend| *legend == "What goes").count(), 1);
    let mut form = page.form(&refer);
    for (name, value) in [("area", "competition"), ("team", "A team"), ("recipients", &*keys), ("reason", "Theirs.")] {
        fill(&mut form, name, value);
    }
    form.push(("keep".into(), "yes".into()));
    let nothing = reviewer.post(&refer, &form);
    assert_eq!((nothing.status, nothing.one(".error-summary li").as_str()), (422, "Select at least one text or file"));
    form.push(("part".into(), "p1description".into()));
    assert_eq!(reviewer.post(&refer, &form).status, 200, "the sealed file");

    let book = reviewer.get("/addresses");
    assert_eq!(book.all("main article h2"), ["A team"]);
    let page = reviewer.get(&refer);
    let text = page.text();
    let shown = text.split("name=\"address\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let id = shown[..16].to_owned();
    let mut form = page.form(&refer);
    form.push(("part".into(), "p1description".into()));
    // With other keys than those that were shown, nothing is sealed.
    fill(&mut form, "reason", "Theirs too.");
    fill(&mut form, "address", &shown.replace(&shown[17..20], "0a0"));
    assert_eq!(reviewer.post(&refer, &form).status, 422);
    let mut form = page.form(&refer);
    fill(&mut form, "address", &shown);
    fill(&mut form, "reason", "Theirs too.");
    form.push(("part".into(), "p1description".into()));
    assert_eq!(reviewer.post(&refer, &form).status, 200, "without a key typed again");
    let told = case.shown()["referrals"].clone();
    assert_eq!(
        (&told[0]["team"], &told[1]["team"], &told[1]["area"]),
        (&"A team".into(), &"A team".into(), &"competition".into())
    );

    let path = format!("/addresses/{id}");
    let mut form = reviewer.get(&path).form(&path);
    fill(&mut form, "recipients", "age1nothing");
    assert_eq!(reviewer.post(&path, &form).status, 422, "no key that can be sealed to");
    let dropping = format!("{path}/drop");
    let form = reviewer.get(&path).form(&dropping);
    let empty = reviewer.post_and_follow(&dropping, &form);
    assert!(empty.one("#done p:last-child").contains("A team") && empty.all("main article").is_empty());
    assert_eq!(reviewer.get(&path).status, 404);
    case.place.assert_nothing_plain(&["A team", "Theirs too."], "a team was kept");
}

#[test]
fn how_long_a_report_is_kept_is_chosen_from_the_teams_periods() {
    let case = Case::new("procurement");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let form = reviewer.get("/keeping").form("/keeping");
    let mut wrong = form.clone();
    fill(&mut wrong, "months", "half a year");
    assert_eq!(reviewer.post("/keeping", &wrong).status, 422);
    let mut form = form;
    fill(&mut form, "months", "120, 3");
    assert_eq!(reviewer.post_and_follow("/keeping", &form).all("#offered li"), ["3 months", "10 years"]);

    let decide = case.path("decide");
    let page = reviewer.get(&case.path("close"));
    let mut form = page.form(&decide);
    assert_eq!(http::value(&form, "state"), "closed");
    fill(&mut form, "keep_for", "12");
    assert_eq!(reviewer.post(&decide, &form).status, 422, "that is no choice of the team's");
    fill(&mut form, "keep_for", "120");
    for (name, value) in [("destroy_after-day", "1"), ("destroy_after-month", "1"), ("destroy_after-year", "2099")] {
        fill(&mut form, name, value);
    }
    let both = reviewer.post(&decide, &form);
    assert!(both.one(".error-summary").contains("not both"), "{}", both.one(".error-summary"));
    for name in ["destroy_after-day", "destroy_after-month", "destroy_after-year"] {
        fill(&mut form, name, "");
    }
    let closed = reviewer.post_and_follow(&decide, &form);
    let shown = case.shown();
    let (closed_on, until) =
        (shown["closed_on"].as_str().unwrap(), shown["assessment"]["destroy_after"].as_str().unwrap());
    let year = |day: &str| day[..4].parse::<u32>().unwrap();
    assert_eq!(year(until), year(closed_on) + 10);
    assert!(closed.one("#summary").contains("Kept until"));
    assert!(closed.one("#actions").contains("Destroy: not "), "{}", closed.one("#actions"));
}
