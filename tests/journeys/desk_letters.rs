//! Writing to people: a plain reply at once, drafts that wait and are commented, saved texts, questions, and both receipts
//! of one concern.

use candour::{
    casebook::{NewAssessment, Seen},
    domain::{Assessment, ReportId, SystemDay},
};

use crate::support::{
    case::{Case, articles, tick},
    http::{self, Fields, Page},
    members::{OTHER, edit, second_member},
    person,
};

fn add(form: &mut Fields, name: &str, value: &str) {
    form.push((name.to_owned(), value.to_owned()));
}

/// The points to be ticked on a page.
fn ticks(page: &Page, case: &Case, action: &str) -> Vec<String> {
    let mut form = page.form(&case.path(action));
    tick(page, &mut form);
    form.into_iter().filter(|(name, _)| name == "check").map(|(_, value)| value).collect()
}

#[test]
fn a_plain_reply_is_four_clicks_and_two_pages() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    // One click on the link, and the first page. One into the text, one on the tick.
    let page = reviewer.get(&case.path("reply"));
    assert!(page.all("aside .said").iter().any(|said| said.contains("The night rota was changed")), "what they wrote");
    assert_eq!(ticks(&page, &case, "reply/preview"), ["nobody"]);
    let mut form = page.form(&case.path("reply/preview"));
    http::fill(&mut form, "text", "Thank you. We look into it\nand write again.");
    let unticked = reviewer.post(&case.path("reply/record"), &form);
    assert_eq!((unticked.status, unticked.one(".error-summary li").as_str()), (422, "Check each point, and tick it"));
    assert!(articles(&unticked)[0].contains("Thank you."), "it is shown as the person will see it");
    // The fourth on the button, and the second page.
    add(&mut form, "check", "nobody");
    let report = reviewer.post_and_follow(&case.path("reply/record"), &form);
    assert!(report.one("#done").contains("The reply is recorded. It goes to the person with the next export."));
    assert!(reviewer.get(&format!("/reports/{}", case.id)).all("#done").is_empty(), "once");
    case.carry(1);
    assert!(articles(&case.status())[0].contains("and write again."));

    // Whatever is not there as it was typed is looked at, and what is found calls for a tick of its own.
    for (text, expected) in [
        ("# Thanks\n\nWell.", vec!["nobody"]),
        ("We know that the night rota was changed.", vec!["copied", "nobody"]),
        ("Call 01632 960 001.", vec!["telephone", "nobody"]),
    ] {
        http::fill(&mut form, "text", text);
        let seen = reviewer.get(&case.path("reply")).form(&case.path("reply/preview"));
        for name in ["seen", "read"] {
            http::fill(&mut form, name, http::value(&seen, name));
        }
        let look = reviewer.post(&case.path("reply/record"), &form);
        assert_eq!(look.status, 422, "{text}");
        assert_eq!(ticks(&look, &case, "reply/record"), expected, "{text}");
    }
    let kept = reviewer.get(&case.path("reply")).form(&case.path("reply/preview"));
    assert_eq!(http::value(&kept, "text").trim(), "Call 01632 960 001.", "what was looked at is kept");
    assert_eq!(case.shown()["decisions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_draft_waits_is_commented_and_ends_with_its_letter() {
    let case = Case::new("staff-concern");
    second_member(&case.place);
    let first_desk = case.place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    let second_desk = case.place.open_desk(&OTHER);
    let mut second = second_desk.reviewer();
    let report = format!("/reports/{}", case.id);
    let decide = second.get(&case.path("decide")).form(&case.path("decide"));

    let mut form = first.get(&case.path("reply")).form(&case.path("reply/preview"));
    http::fill(&mut form, "text", "secret-draft-word-4410 comes first.");
    http::fill(&mut form, "questions", "When was it?\r\nWho knew?");
    let preview = first.post(&case.path("reply/preview"), &form);
    assert!(articles(&preview)[0].contains("<li value=\"2\">Who knew?</li>"), "{}", articles(&preview)[0]);
    case.place.assert_nothing_plain(&["secret-draft-word-4410"], "drafted");

    let list = second.get(&report);
    assert!(list.one("#drafts").contains("draft of a reply"), "{}", list.one("main"));
    let text = list.text();
    let path = text.split_once(&format!("href=\"{report}/drafts/")).unwrap().1.split_once('"').unwrap().0.to_owned();
    let path = case.path(&format!("drafts/{path}"));
    let page = second.get(&path);
    assert!(articles(&page)[0].contains("secret-draft-word-4410"));
    let mut comment = page.form(&path);
    let empty = second.post(&path, &comment);
    assert_eq!((empty.status, empty.one(".error-summary li").as_str()), (422, "Enter a comment"));
    http::fill(&mut comment, "comment", "Ask one thing at a time.");
    assert!(second.post_and_follow(&path, &comment).one("main").contains("Ask one thing at a time."));
    for wrong in ["drafts/1", "drafts/0", "drafts/01", "drafts/999"] {
        assert_eq!(second.get(&case.path(wrong)).status, 404, "{wrong}");
        assert_eq!(second.post(&case.path(wrong), &comment).status, 404, "{wrong}");
    }

    let again = first.get(&case.path("reply"));
    assert!(again.one("#kept").contains("Ask one thing at a time."));
    let kept = again.form(&case.path("reply/preview"));
    assert_eq!(http::value(&kept, "questions").trim(), "When was it?\nWho knew?");
    assert!(second.get(&case.path("reply")).all("#kept").is_empty(), "another's draft is not mine");
    // Nothing of this makes another form out of date.
    let mut decide = decide;
    http::fill(&mut decide, "note", "Read.");
    assert_eq!(second.post(&case.path("decide"), &decide).status, 303);

    let form = first_form(&mut first, &case);
    let preview = first.post(&case.path("reply/preview"), &form);
    let mut form = preview.form(&case.path("reply/record"));
    tick(&preview, &mut form);
    assert_eq!(first.post(&case.path("reply/record"), &form).status, 303);
    assert!(second.get(&report).all("#drafts").is_empty());
    assert_eq!(second.get(&path).status, 404, "it is over");

    // A draft can be thrown away.
    let mut form = first.get(&case.path("reply")).form(&case.path("reply/preview"));
    http::fill(&mut form, "text", "Another.");
    assert_eq!(first.post(&case.path("reply/preview"), &form).status, 200);
    let page = first.get(&case.path("reply"));
    let discard = case.path("drafts/discard");
    let page = first.post_and_follow(&discard, &page.form(&discard));
    assert!(page.one("#done").contains("thrown away"));
    assert_eq!(http::value(&page.form(&case.path("reply/preview")), "text").trim(), "");
}

/// The form of a reply as it stands now.
fn first_form(reviewer: &mut crate::support::desk::Reviewer, case: &Case) -> Fields {
    reviewer.get(&case.path("reply")).form(&case.path("reply/preview"))
}

#[test]
fn a_saved_text_is_put_in_and_its_blanks_are_filled() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    assert!(reviewer.get("/team").text().contains("href=\"/texts\""));
    let mut form = reviewer.get("/texts").form("/texts");
    let empty = reviewer.post("/texts", &form);
    assert_eq!(empty.all(".error-summary li"), ["Enter a title", "Enter the text"]);
    http::fill(&mut form, "title", "We <wait>");
    http::fill(&mut form, "saved", "We wait for [whom].");
    let page = reviewer.post_and_follow("/texts", &form);
    assert!(page.one("#done").contains("We <wait>") && page.one("article").contains("We wait for [whom]."));

    let page = reviewer.get(&case.path("reply"));
    let mut form = page.form(&case.path("reply/preview"));
    http::fill(&mut form, "text", "Thank you.");
    let none = reviewer.post(&case.path("reply/put-in"), &form);
    assert_eq!((none.status, none.one(".error-summary li").as_str()), (422, "Select the text to put in"));
    let text = page.text();
    let id = text.split_once("name=\"saved_text\"").unwrap().1.split("<option value=\"").nth(2).unwrap();
    http::fill(&mut form, "saved_text", id.split_once('"').unwrap().0);
    let page = reviewer.post(&case.path("reply/put-in"), &form);
    let mut form = page.form(&case.path("reply/preview"));
    assert_eq!(http::value(&form, "text").trim(), "Thank you.\n\nWe wait for [whom].");
    add(&mut form, "check", "nobody");
    for path in ["reply/preview", "reply/record"] {
        let refused = reviewer.post(&case.path(path), &form);
        assert_eq!(refused.status, 422, "{path}");
        assert!(refused.one(".error-summary").contains("Write what belongs in place of [whom]"));
    }
    http::fill(&mut form, "text", "Thank you.\n\nWe wait for the trust.");
    assert_eq!(reviewer.post(&case.path("reply/record"), &form).status, 303);

    let list = reviewer.get("/texts").text();
    let id = list.split_once("href=\"/texts/").unwrap().1.split_once('"').unwrap().0.to_owned();
    let mut change = reviewer.get(&format!("/texts/{id}")).form(&format!("/texts/{id}"));
    http::fill(&mut change, "saved", "We wait.");
    assert!(reviewer.post_and_follow(&format!("/texts/{id}"), &change).one("article").contains("We wait."));
    let drop = reviewer.get("/texts").form(&format!("/texts/{id}/drop"));
    assert!(reviewer.post_and_follow(&format!("/texts/{id}/drop"), &drop).all("article").is_empty());
    assert_eq!(reviewer.post(&format!("/texts/{id}/drop"), &drop).status, 404);
    case.place.assert_nothing_plain(&["We wait for"], "saved");
}

#[test]
fn both_receipts_of_one_concern_are_answered_unless_one_can_t_be() {
    let case = Case::new("staff-concern");
    let second_code = person::send(case.running.address, "staff-concern", &[], vec![]).one("#receipt-code");
    case.place.collect("c2");
    case.place.import("c2");
    let listed = case.place.desk_list();
    let ids = listed.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned());
    let other = ids.into_iter().find(|id| *id != case.id).unwrap();
    let (id, other_id): (ReportId, ReportId) = (case.id.parse().unwrap(), other.parse().unwrap());
    edit(&case.place, |editor| {
        let assessment = Assessment { continues: Some(id), ..Assessment::default() };
        let seen: Seen = editor.casebook().seen(other_id)?;
        let new = NewAssessment::new(Some(assessment), None, None).unwrap();
        editor.assess(other_id, seen, new, &SystemDay).map(drop)
    });
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let page = reviewer.get(&case.path("reply"));
    assert!(page.text().contains(&format!("Answer the other receipt too ({}", other_id.in_words())));
    let mut form = page.form(&case.path("reply/preview"));
    assert!(http::value(&form, "joined").starts_with(&other), "ticked as it comes");
    http::fill(&mut form, "text", "To both.");
    add(&mut form, "check", "nobody");
    // What a colleague recorded about the other is looked at first.
    case.place.decide(&other, &["--state", "being-read"]);
    let stale = reviewer.post(&case.path("reply/record"), &form);
    assert_eq!(stale.status, 422);
    assert!(stale.one(".error-summary").contains(&other_id.in_words()), "{}", stale.one(".error-summary"));
    let mut form = stale.form(&case.path("reply/record"));
    assert!(http::value(&form, "joined").starts_with(&other));
    tick(&stale, &mut form);
    let done = reviewer.post_and_follow(&case.path("reply/record"), &form);
    assert!(done.one("#done").contains(&format!("It answers {} too.", other_id.in_words())), "{}", done.one("#done"));
    case.carry(1);
    for code in [&case.code, &second_code] {
        assert!(articles(&person::status(case.running.address, code))[0].contains("To both."));
    }

    // One that was withdrawn is said to be, and the letter goes to the other alone.
    let withdraw = person::withdrawal(case.running.address, &person::status(case.running.address, &second_code));
    assert_eq!(http::post(case.running.address, "/status/withdraw", &withdraw).status, 200);
    case.place.collect("c3");
    case.place.import("c3");
    let mut form = reviewer.get(&case.path("reply")).form(&case.path("reply/preview"));
    assert!(form.iter().all(|(name, _)| name != "joined"));
    http::fill(&mut form, "text", "To one.");
    let preview = reviewer.post(&case.path("reply/preview"), &form);
    assert!(
        preview.one(".not-joined").contains(&other_id.in_words()) && preview.one(".not-joined").contains("withdrew")
    );
    let mut form = preview.form(&case.path("reply/record"));
    tick(&preview, &mut form);
    let done = reviewer.post_and_follow(&case.path("reply/record"), &form);
    assert!(!done.one("#done").contains("too"), "{}", done.one("#done"));
}

#[test]
fn a_notice_is_composed_without_gaps_and_looked_at_at_once() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    // The choices, the notice as the person will see it, the report: three pages.
    let form = case.choices(&mut reviewer, "other-work");
    let preview = reviewer.post(&case.path("notice/preview"), &form);
    assert!(articles(&preview)[0].contains("tell us by 1 December 2099") && !articles(&preview)[0].contains('['));
    let expected = ["use-concerns", "nobody"];
    let found = ticks(&preview, &case, "notice/record");
    assert!(expected.iter().all(|tick| found.iter().any(|one| one == tick)), "{found:?}");
    assert!(!found.iter().any(|one| one == "who-spoke"), "the organisation is told nothing: {found:?}");
    let mut form = preview.form(&case.path("notice/record"));
    tick(&preview, &mut form);
    assert_eq!(reviewer.post(&case.path("notice/record"), &form).status, 303);
}
