//! Deciding on a report in the browser, and telling the person: from triage to a delivered notice, with the real
//! binaries.

use crate::support::{
    case::{Case, MARKER, articles, tick},
    http, person,
};

const NOTE: &str = "private-note-3387";

#[test]
fn a_staff_concern_goes_from_triage_to_a_delivered_notice() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let decide = case.path("decide");

    let page = reviewer.get(&decide);
    assert_eq!(page.status, 200);
    assert!(page.one("#area-hint").contains("The person chose: How a trust is run by its board"));
    assert!(page.one("#open-promises").contains("what other work your information will be used for"));
    let mut form = page.form(&decide);
    for (name, value) in [
        ("worker", "yes"),
        ("in_remit", "yes"),
        ("risk", "high"),
        ("area", "integrated-care"),
        ("area_reason", "It is about two services."),
        ("action", "further-action"),
        ("action_detail", "We ask for the rotas."),
        ("action_by-day", "31"),
        ("action_by-month", "3"),
        ("action_by-year", "2099"),
        ("destroy_after-day", "1"),
        ("destroy_after-month", "12"),
        ("destroy_after-year", "2099"),
        ("note", NOTE),
    ] {
        http::fill(&mut form, name, value);
    }
    form.push(("failure".into(), "concealment".into()));
    form.push(("failure".into(), "health-and-safety".into()));
    let me = case.place.desk_show(&case.id)["decisions"].as_array().unwrap().len();
    assert_eq!(me, 0);
    let owner = page.all("#owner option");
    assert_eq!((owner[0].as_str(), owner.len()), ("Nobody", 2));
    let recorded = reviewer.post(&decide, &form);
    assert_eq!(recorded.status, 303, "{}", recorded.all("main").join(" "));
    let shown = case.shown();
    let mut assessment = shown["assessment"].clone();
    let owner = assessment.as_object_mut().unwrap().remove("owner");
    assert_eq!(owner.as_ref(), Some(&shown["decisions"][0]["by"]), "whoever triages it looks after it");
    let report = reviewer.get(&format!("/reports/{}", case.id));
    let done = report.one("#done p:last-child");
    assert!(done.starts_with("Recorded: a worker; in our remit; what it tends to show; areas"), "{done}");
    assert!(report.one("ol.history").contains("took it, read it, assessed it, chose areas"), "in one sentence");
    assert_eq!(
        assessment,
        serde_json::json!({
            "areas": ["integrated-care"],
            "area_reason": "It is about two services.",
            "worker": "yes",
            "in_remit": "yes",
            "failures": ["health-and-safety", "concealment"],
            "risk": "high",
            "action": "further-action",
            "action_detail": "We ask for the rotas.",
            "action_by": "2099-03-31",
            "destroy_after": "2099-12-01",
        })
    );
    assert_eq!((&shown["state"], &shown["decisions"][0]["note"]), (&"being-read".into(), &NOTE.into()));
    let again = reviewer.get(&decide).form(&decide);
    assert_eq!((http::value(&again, "risk"), http::value(&again, "action_by-day")), ("high", "31"));
    let nothing = reviewer.post(&decide, &again);
    assert_eq!(nothing.status, 422);
    assert!(nothing.one(".error-summary").contains("Change something"));

    let preview = case.preview(&mut reviewer, "other-work");
    assert!(preview.one("#with-it").contains("Integrated care"));
    assert!(preview.one("#keeps").contains("what other work your information will be used for"));
    assert!(preview.one("#use-concerns").contains("Anything about the <night> rota"));
    case.record(&mut reviewer, &preview);
    let queue = case.place.desk_list();
    assert_eq!((&queue[0]["waiting"], &queue[0]["on_the_way"]), (&2.into(), &0.into()), "the areas, and the notice");
    assert!(articles(&case.status()).is_empty(), "not before it is carried");

    case.carry(1);
    assert_eq!(articles(&case.status()), articles(&preview));
    assert!(!articles(&preview)[0].is_empty());
    let shown = case.shown();
    assert_eq!(shown["clocks"][0]["state"], "met");
    case.place.assert_nothing_plain(&[MARKER, NOTE, "what we look at", "We ask for the rotas"], "decided");
    assert_eq!(desk.stop(), "");
}

#[test]
fn what_is_wrong_is_said_and_what_was_typed_is_kept() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let decide = case.path("decide");
    let untouched = reviewer.get(&decide).form(&decide);
    let mut form = untouched.clone();
    for (name, value) in [
        ("risk", "high"),
        ("action", "no-further-action"),
        ("destroy_after-day", "31"),
        ("destroy_after-month", "2"),
        ("destroy_after-year", "2099"),
        ("note", "<b>\"kept\"</b>"),
    ] {
        http::fill(&mut form, name, value);
    }
    let page = reviewer.post(&decide, &form);
    assert_eq!(page.status, 422);
    assert!(page.one("title").starts_with("Error: "));
    assert_eq!(
        page.all(".error-summary li"),
        ["The last day on which it is kept must be a real date", "Enter why nothing more is done"]
    );
    let kept = page.form(&decide);
    for (name, value) in [("risk", "high"), ("destroy_after-day", "31"), ("note", "<b>\"kept\"</b>")] {
        assert_eq!(http::value(&kept, name).trim(), value);
    }
    for (field, year) in [("destroy_after-year", "99"), ("destroy_after-year", "2001"), ("action_by-year", "2099")] {
        let mut form = untouched.clone();
        let date = field.split_once('-').unwrap().0;
        for (part, value) in [("day", "1"), ("month", "1"), ("year", year)] {
            http::fill(&mut form, &format!("{date}-{part}"), value);
        }
        assert_eq!(reviewer.post(&decide, &form).status, 422, "{field} {year}");
    }
    for (name, value) in [("risk", "huge"), ("state", ""), ("owner", "ffffffffffffffff"), ("area", "none")] {
        let mut form = untouched.clone();
        http::fill(&mut form, "note", "x");
        http::fill(&mut form, name, value);
        let page = reviewer.post(&decide, &form);
        assert_eq!((page.status, page.all(".error-summary a").len()), (422, 1), "{name}");
    }
    let mut form = untouched.clone();
    http::fill(&mut form, "note", "x");
    http::fill(&mut form, "seen", "");
    assert_eq!(reviewer.post(&decide, &form).status, 400);
    for wrong in ["decide", "notice", "reply", "change-of-use", "approve/1"] {
        assert_eq!(reviewer.get(&format!("/reports/0000000000000000/{wrong}")).status, 404, "{wrong}");
        assert_eq!(reviewer.get(&format!("/reports/{}/{wrong}", &case.id[..8])).status, 404, "{wrong}");
        assert_eq!(reviewer.get(&format!("/reports/{}/{wrong}", case.id.to_uppercase() + "A")).status, 404);
    }

    // The notice.
    let (choices, write, look) = (case.path("notice"), case.path("notice/write"), case.path("notice/preview"));
    let record = case.path("notice/record");
    let mut form = reviewer.get(&choices).form(&look);
    http::fill(&mut form, "variant", "supplementary");
    let page = reviewer.post(&look, &form);
    assert_eq!(page.status, 422);
    assert!(page.one(".error-summary").contains("There is no first notice yet"));
    let mut form = page.form(&look);
    assert_eq!(http::value(&form, "variant"), "supplementary");
    for (name, value) in [("variant", "other-work"), ("told", "if-agreed"), ("who_sees", "regulator")] {
        http::fill(&mut form, name, value);
    }
    let page = reviewer.post(&look, &form);
    assert_eq!(
        page.all(".error-summary li"),
        [
            "Enter what we look at in how a trust is run by its board",
            "Enter which other regulator sees it, and why",
            "Enter the last day to object",
        ]
    );
    let day = |form: &mut http::Fields, year: &str| {
        for (part, value) in [("day", "1"), ("month", "12"), ("year", year)] {
            http::fill(form, &format!("object_by-{part}"), value);
        }
    };
    let mut form = page.form(&look);
    http::fill(&mut form, "look_board", "[something]");
    http::fill(&mut form, "regulator", "the regulator of services, because it inspects them.");
    day(&mut form, "2001");
    let page = reviewer.post(&look, &form);
    assert_eq!(
        page.all(".error-summary li"),
        ["Write it without square brackets", "The last day to object must be in the future"]
    );
    http::fill(&mut form, "look_board", "how staffing is reported");
    day(&mut form, "2099");
    let page = reviewer.post(&write, &form);
    let text = http::value(&page.form(&look), "text").to_owned();
    for said in ["to look at how staffing is reported.", "tell us by 1 December 2099.", "because it inspects them."] {
        assert!(text.contains(said), "{said:?} in {text}");
    }
    assert!(!text.contains('['), "{text}");
    let composed = reviewer.post(&look, &form);
    assert!(articles(&composed)[0].contains("how staffing is reported"));

    let mut form = page.form(&look);
    let copied = "We read that the night rota was changed after the fact.\nCall us on 01632 960 001.";
    http::fill(&mut form, "text", copied);
    let preview = reviewer.post(&look, &form);
    assert_eq!(preview.all("#finds mark"), ["the night rota was changed after the fact", "01632 960 001"]);
    let mut form = preview.form(&record);
    let unticked = reviewer.post(&record, &form);
    assert_eq!(unticked.status, 422);
    assert_eq!(unticked.one(".error-summary li"), "Check each point, and tick it");
    tick(&unticked, &mut form);
    let ticks: Vec<&str> = form.iter().filter(|(name, _)| name == "check").map(|(_, value)| value.as_str()).collect();
    assert_eq!(ticks, ["copied", "telephone", "who-spoke", "use-concerns", "nobody"]);
    form.pop();
    assert_eq!(reviewer.post(&record, &form).status, 422, "all but one");
    http::fill(&mut form, "needs_approval", "yes");
    let back = reviewer.post(&write, &form);
    let mut form = back.form(&look);
    assert_eq!(
        ["text", "variant", "told", "who_sees", "area", "look_board"]
            .map(|name| http::value(&form, name).replace('\r', "")),
        [copied, "other-work", "if-agreed", "regulator", "board-governance", "how staffing is reported"]
    );
    assert!(form.iter().all(|(name, _)| name != "check"), "what was changed has to be checked again");

    // What went round the pages is not taken on trust.
    http::fill(&mut form, "text", "Still [a gap]");
    tick(&unticked, &mut form);
    let refused = reviewer.post(&record, &form);
    assert_eq!(refused.status, 422);
    assert!(refused.one(".error-summary").contains("[a gap]"));
    assert_eq!(case.shown()["decisions"].as_array().unwrap().len(), 0, "nothing was recorded");
}

#[test]
fn what_a_colleague_recorded_meanwhile_is_shown_before_it_is_overwritten() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let decide = case.path("decide");
    let mut form = reviewer.get(&decide).form(&decide);
    let preview = case.preview(&mut reviewer, "other-work");
    let reply = reviewer.get(&case.path("reply"));
    case.place.decide(&case.id, &["--state", "closed"]);

    http::fill(&mut form, "risk", "low");
    http::fill(&mut form, "note", "mine");
    let page = reviewer.post(&decide, &form);
    assert_eq!(page.status, 422);
    assert!(page.one(".error-summary").contains("A colleague recorded something"));
    let questions = ["Who looks after it", "Where it stands", "What is at stake"];
    assert_eq!(page.all("#newer dt"), questions, "mine, and theirs");
    assert_eq!(page.all("#newer dd"), ["Nobody", "We have closed it", "Not decided yet"]);
    let mut form = page.form(&decide);
    assert_eq!((http::value(&form, "risk"), http::value(&form, "state")), ("low", "being-read"), "mine is kept");
    http::fill(&mut form, "state", "closed");
    assert_eq!(reviewer.post(&decide, &form).status, 303, "the second time it is taken");
    let shown = case.shown();
    assert_eq!((&shown["state"], &shown["assessment"]["risk"]), (&"closed".into(), &"low".into()));
    assert!(reviewer.get(&decide).one("#open-promises").contains("even if you close the report"));

    let record = case.path("notice/record");
    let mut form = preview.form(&record);
    tick(&preview, &mut form);
    let page = reviewer.post(&record, &form);
    assert_eq!((page.status, articles(&page)), (422, articles(&preview)));
    assert_eq!(
        (page.all("#newer dt").pop(), page.all("#newer dd").pop()),
        (Some("Its note".into()), Some("mine".into()))
    );
    let mut form = page.form(&record);
    tick(&page, &mut form);
    assert_eq!(reviewer.post(&record, &form).status, 303);

    // The person writes again.
    let answered = case.status();
    let mut add = person::follow_up_on(case.running.address, &answered);
    http::fill(&mut add, "message", "There is more to say.");
    assert_eq!(http::post_multipart(case.running.address, "/status/follow-up", &add, vec![]).status, 200);
    let mut form = reply.form(&case.path("reply/preview"));
    http::fill(&mut form, "text", "Thank you [for this].");
    let preview = reviewer.post(&case.path("reply/preview"), &form);
    assert_eq!(preview.status, 200, "a bracket in a reply is no gap: {}", preview.one("main"));
    case.place.collect("c2");
    case.place.import("c2");
    let mut form = preview.form(&case.path("reply/record"));
    tick(&preview, &mut form);
    let page = reviewer.post(&case.path("reply/record"), &form);
    assert_eq!(page.status, 422);
    assert!(page.one(".error-summary").contains("and the person wrote again"), "{}", page.one(".error-summary"));
}

#[test]
fn a_reply_says_which_promise_it_keeps() {
    for (route, keeps) in [("procurement", Some("advice")), ("staff-concern", None)] {
        let case = Case::new(route);
        let desk = case.place.open_desk(&[]);
        let mut reviewer = desk.reviewer();
        let page = reviewer.get(&case.path("reply"));
        assert_eq!(page.one("#keeps").contains("It keeps no promise"), keeps.is_none());
        assert!(keeps.is_none_or(|word| page.one("#keeps").contains(word)), "{}", page.one("#keeps"));
        let mut form = page.form(&case.path("reply/preview"));
        let empty = reviewer.post(&case.path("reply/preview"), &form);
        assert_eq!((empty.status, empty.one(".error-summary li").as_str()), (422, "Enter the reply"));
        http::fill(&mut form, "text", "  Our <advice>.\r\n\r\nSecond paragraph.  ");
        let preview = reviewer.post(&case.path("reply/preview"), &form);
        let mut form = preview.form(&case.path("reply/record"));
        let back = reviewer.post(&case.path("reply"), &form).form(&case.path("reply/preview"));
        assert_eq!(http::value(&back, "text").trim(), "Our <advice>.\n\nSecond paragraph.");
        tick(&preview, &mut form);
        assert_eq!(reviewer.post(&case.path("reply/record"), &form).status, 303);
        case.carry(1);
        assert_eq!(articles(&case.status()), articles(&preview));
        let met = case.shown()["clocks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|clock| clock["kind"] == "advice" && clock["state"] == "met");
        assert_eq!(met, keeps.is_some());
    }
}

#[test]
fn a_late_notice_says_why() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&["--as-of", "2027-12-01"]);
    let mut reviewer = desk.reviewer();
    let write = case.path("notice/write");
    let mut form = case.choices(&mut reviewer, "no-other-use");
    let page = reviewer.post(&write, &form);
    assert_eq!((page.status, page.one(".error-summary li").as_str()), (422, "Enter the reason why it is late"));
    http::fill(&mut form, "late_reason", "There were more reports than we could read");
    let page = reviewer.post(&write, &form);
    assert_eq!(page.status, 200);
    let text = page.one("textarea");
    assert!(text.contains("We are late") && text.contains("than we could read."), "{text}");
}

#[test]
fn a_supplementary_notice_has_a_clock_of_its_own() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let change = case.path("change-of-use");
    let early = reviewer.get(&change);
    assert!(early.one("main").contains("No notice was written yet") && early.all("main form").is_empty());
    let preview = case.preview(&mut reviewer, "other-work");
    case.record(&mut reviewer, &preview);
    case.carry(1);

    let page = reviewer.get(&change);
    let due = page.one("#due");
    let mut form = page.form(&change);
    let empty = reviewer.post(&change, &form);
    assert_eq!((empty.status, empty.one(".error-summary li").as_str()), (422, "Enter the reason for the change"));
    http::fill(&mut form, "why", NOTE);
    assert_eq!(reviewer.post(&change, &form).status, 303);
    let clocks = |shown: serde_json::Value| {
        let clocks = shown["clocks"].as_array().unwrap().clone();
        let states: Vec<_> = clocks.iter().map(|clock| clock["state"].as_str().unwrap().to_owned()).collect();
        (states, clocks.last().unwrap()["supplementary"].clone())
    };
    assert_eq!(clocks(case.shown()), (vec!["met".to_owned(), "open".to_owned()], true.into()));
    let notice = reviewer.get(&case.path("notice"));
    assert!(notice.one("#keeps").contains("our plans changed") && notice.one("#keeps").contains(&due));

    let preview = case.preview(&mut reviewer, "supplementary");
    assert!(preview.one("#keeps").contains("our plans changed"));
    case.record(&mut reviewer, &preview);
    assert_eq!(clocks(case.shown()).0, ["met", "open"], "not before it is at the box");
    case.carry(2);
    assert_eq!(clocks(case.shown()).0, ["met", "met"]);
    assert_eq!(articles(&case.status()).len(), 2, "the first one stands");
}

#[test]
fn nothing_is_written_to_a_person_who_withdrew() {
    let case = Case::new("procurement");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let preview = case.preview(&mut reviewer, "other-work");
    let reply = reviewer.get(&case.path("reply")).form(&case.path("reply/preview"));
    let withdraw = person::withdrawal(case.running.address, &case.status());
    assert_eq!(http::post(case.running.address, "/status/withdraw", &withdraw).status, 200);
    case.place.collect("c2");
    case.place.import("c2");

    let mut form = preview.form(&case.path("notice/record"));
    tick(&preview, &mut form);
    let refused = [
        reviewer.post(&case.path("notice/record"), &form),
        reviewer.post(&case.path("reply/preview"), &reply),
        reviewer.get(&case.path("notice")),
        reviewer.get(&case.path("reply")),
        reviewer.get(&case.path("change-of-use")),
    ];
    for (page, status) in refused.iter().zip([422, 422, 200, 200, 200]) {
        assert_eq!((page.status, page.all("main form").len()), (status, 0), "{}", page.one("main"));
        assert!(page.one("main .inset").contains("The person withdrew this report"));
    }
    assert!(case.shown()["decisions"].as_array().unwrap().is_empty());
    // What the team makes of it can still be recorded.
    let mut form = reviewer.get(&case.path("decide")).form(&case.path("decide"));
    http::fill(&mut form, "state", "closed");
    assert_eq!(reviewer.post(&case.path("decide"), &form).status, 303);
    assert_eq!(case.shown()["state"], "closed");
}
