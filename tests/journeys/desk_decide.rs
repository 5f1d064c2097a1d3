//! Deciding on a report in the browser, and telling the person: from triage to a delivered notice, with the real
//! binaries.

use std::net::SocketAddr;

use candour::domain::{SystemDay, escape_invisible_in_line};

use crate::support::{
    desk::Reviewer,
    http::{self, Fields, Page},
    installation::{Installation, Serving},
    members::{edit, second_member, second_member_called},
    person,
};

const MARKER: &str = "xylophone-quagmire-7731";
const DESCRIPTION: &str = "The night rota was changed after the fact, and nobody was told.";
const NOTE: &str = "private-note-3387";

/// A casebook with one staff concern in it, its box, the report's id and its receipt code.
struct Case {
    place: Installation,
    running: Serving,
    id: String,
    code: String,
}

impl Case {
    fn new(route: &str) -> Self {
        let place = Installation::new();
        let running = place.serve();
        let code = send(running.address, route);
        let id = place.carry_in("c1");
        Self { place, running, id, code }
    }

    fn path(&self, rest: &str) -> String {
        format!("/reports/{}/{rest}", self.id)
    }

    /// What the person sees.
    fn status(&self) -> Page {
        person::status(self.running.address, &self.code)
    }

    /// Carries what is written to the box, and what is there back.
    fn carry(&self, number: u8) {
        self.place.export(&format!("d{number}"));
        self.place.deliver(&format!("d{number}"));
        self.place.collect(&format!("after{number}"));
        self.place.import(&format!("after{number}"));
    }

    fn shown(&self) -> serde_json::Value {
        self.place.desk_show(&self.id)
    }

    /// The text of a notice, with every gap filled in.
    fn finished(&self, page: &Page) -> Fields {
        let mut form = page.form(&self.path("notice/preview"));
        let mut text = http::value(&form, "text").to_owned();
        while let Some(start) = text.find('[') {
            let end = start + text[start..].find(']').unwrap() + 1;
            text.replace_range(start..end, "what we look at");
        }
        http::fill(&mut form, "text", &text);
        form
    }

    /// A notice as far as its preview.
    fn preview(&self, reviewer: &mut Reviewer, variant: &str) -> Page {
        let mut form = reviewer.get(&self.path("notice")).form(&self.path("notice/write"));
        http::fill(&mut form, "variant", variant);
        http::fill(&mut form, "told", "nothing");
        http::fill(&mut form, "who_sees", "team");
        let write = reviewer.post(&self.path("notice/write"), &form);
        assert_eq!(write.status, 200, "{}", write.all("main").join(" "));
        let preview = reviewer.post(&self.path("notice/preview"), &self.finished(&write));
        assert_eq!(preview.status, 200, "{}", preview.all("main").join(" "));
        preview
    }

    fn record(&self, reviewer: &mut Reviewer, preview: &Page) {
        let mut form = preview.form(&self.path("notice/record"));
        tick(preview, &mut form);
        let report = reviewer.post_and_follow(&self.path("notice/record"), &form);
        assert_eq!((report.status, report.one("h1")), (200, format!("Report {}", self.id)));
        let said = report.all("article.team p").concat();
        assert!(said.contains("not exported") || said.contains("waits for"), "{said}");
    }
}

fn send(address: SocketAddr, route: &str) -> String {
    let typed = [
        ("description", &*format!("{DESCRIPTION} {MARKER}")),
        ("area", "board-governance"),
        ("use_concerns", "Anything about the <night> rota"),
    ];
    person::send(address, route, &typed, vec![]).one("#receipt-code")
}

/// Ticks every point of the list.
fn tick(page: &Page, form: &mut Fields) {
    let html = scraper::Html::parse_document(&page.text());
    let boxes = scraper::Selector::parse("input[name=check]").unwrap();
    form.retain(|(name, _)| name != "check");
    form.extend(html.select(&boxes).map(|input| ("check".to_owned(), input.attr("value").unwrap().to_owned())));
    assert!(form.iter().filter(|(name, _)| name == "check").count() >= 5);
}

/// The one message of the team on a page, as it is written in HTML.
fn articles(page: &Page) -> Vec<String> {
    let text = page.text();
    let parts = text.split("<article class=\"message team\">").skip(1);
    parts.map(|part| part.split_once("</article>").unwrap().0.trim().to_owned()).collect()
}

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
    assert_eq!(
        shown["assessment"],
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
    let (notice, write, record) = (case.path("notice"), case.path("notice/write"), case.path("notice/record"));
    let mut form = reviewer.get(&notice).form(&write);
    http::fill(&mut form, "variant", "supplementary");
    let page = reviewer.post(&write, &form);
    assert_eq!(page.status, 422);
    assert_eq!(page.all(".error-summary a").len(), 3, "{}", page.one(".error-summary"));
    assert!(page.one(".error-summary").contains("There is no first notice yet"));
    let mut form = page.form(&write);
    assert_eq!(http::value(&form, "variant"), "supplementary");
    for (name, value) in [("variant", "other-work"), ("told", "if-agreed"), ("who_sees", "regulator")] {
        http::fill(&mut form, name, value);
    }
    let page = reviewer.post(&write, &form);
    let mut form = page.form(&case.path("notice/preview"));
    assert!(http::value(&form, "text").contains("About a trust") || http::value(&form, "text").contains('['));
    let unfinished = reviewer.post(&case.path("notice/preview"), &form);
    assert_eq!(unfinished.status, 422);
    assert!(unfinished.one(".error-summary").contains("Write what belongs in place of ["));
    assert_eq!(http::value(&unfinished.form(&case.path("notice/preview")), "text"), http::value(&form, "text"));

    let copied = "We read that the night rota was changed after the fact.\nCall us on 01632 960 001.";
    http::fill(&mut form, "text", copied);
    let preview = reviewer.post(&case.path("notice/preview"), &form);
    assert_eq!(preview.all("#finds mark"), ["the night rota was changed after the fact", "01632 960 001"]);
    let mut form = preview.form(&record);
    let unticked = reviewer.post(&record, &form);
    assert_eq!(unticked.status, 422);
    assert_eq!(unticked.one(".error-summary li"), "Check each point, and tick it");
    tick(&unticked, &mut form);
    form.pop();
    assert_eq!(reviewer.post(&record, &form).status, 422, "all but one");
    http::fill(&mut form, "needs_approval", "yes");
    let back = reviewer.post(&write, &form);
    let mut form = back.form(&case.path("notice/preview"));
    assert_eq!(
        ["text", "variant", "told", "who_sees", "area"].map(|name| http::value(&form, name).replace('\r', "")),
        [copied, "other-work", "if-agreed", "regulator", "board-governance"]
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
    assert_eq!(page.all("#newer dt"), ["What is at stake", "Where it stands"], "mine, and theirs");
    assert_eq!(page.all("#newer dd"), ["Not decided yet", "We have closed it"]);
    let mut form = page.form(&decide);
    assert_eq!((http::value(&form, "risk"), http::value(&form, "state")), ("low", "received"), "mine is kept");
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
    let mut add = answered.form("/status/follow-up");
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
    let mut form = reviewer.get(&case.path("notice")).form(&write);
    for (name, value) in [("variant", "no-other-use"), ("told", "nothing")] {
        http::fill(&mut form, name, value);
    }
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
    let withdraw = case.status().form("/status/withdraw");
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

#[test]
fn a_second_member_approves_a_notice_before_it_goes() {
    let case = Case::new("staff-concern");
    second_member(&case.place);
    let first_desk = case.place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    let other = ["--identity", "other/identity.txt", "--signing-key", "other/signing.key"];
    let second_desk = case.place.open_desk(&other);
    let mut second = second_desk.reviewer();
    assert!(second.get("/approve").one("main").contains("No notice waits"));

    let preview = case.preview(&mut first, "other-work");
    assert!(preview.one("#needs_approval-hint").contains("until another member has approved it"));
    let mut form = preview.form(&case.path("notice/record"));
    tick(&preview, &mut form);
    http::fill(&mut form, "needs_approval", "yes");
    assert_eq!(first.post(&case.path("notice/record"), &form).status, 303);
    assert_eq!(
        (&case.place.desk_list()[0]["to_approve"], &case.place.desk_list()[0]["waiting"]),
        (&1.into(), &1.into())
    );
    case.carry(1);
    assert!(articles(&case.status()).is_empty(), "it waits");

    let approve = case.path("approve/1");
    let list = second.get("/approve");
    assert_eq!((list.all("tbody a").len(), list.all("tbody td")[2].as_str()), (1, "You"));
    assert!(first.get("/approve").all("tbody td")[2].contains("you wrote it"));
    let mine = first.get(&approve);
    assert!(mine.one("#closed").contains("You wrote this notice") && mine.all("main form").len() == 1);
    let page = second.get(&approve);
    assert_eq!(articles(&page), articles(&preview));
    let decide = first.get(&case.path("decide")).form(&case.path("decide"));
    let carried = ["token", "seen", "read"].map(|name| (name.to_owned(), http::value(&decide, name).to_owned()));
    let mut forced = carried.to_vec();
    tick(&page, &mut forced);
    let refused = first.post(&approve, &forced);
    assert_eq!((refused.status, refused.all("#closed").len()), (422, 1), "the writer can't");
    let mut form = page.form(&approve);
    let unticked = second.post(&approve, &form);
    assert_eq!((unticked.status, unticked.one(".error-summary li").as_str()), (422, "Check each point, and tick it"));
    tick(&page, &mut form);
    assert_eq!(second.post(&approve, &form).status, 303);
    assert_eq!(second.post(&approve, &form).status, 422, "once");
    assert!(second.get(&approve).one("#closed").contains("does not wait for anybody"));
    assert!(first.get("/approve").one("main").contains("No notice waits"));
    case.carry(2);
    assert_eq!(articles(&case.status()), articles(&preview));

    // A casebook that asks for it every time leaves nobody a choice.
    edit(&case.place, |editor| editor.ask_for_second_approver(true, &SystemDay));
    let preview = case.preview(&mut second, "supplementary");
    assert!(preview.one("#approval").contains("every notice needs that") && preview.all("#needs_approval").is_empty());
    case.record(&mut second, &preview);
    assert_eq!(case.place.desk_list()[0]["to_approve"], 1);
    let mut form = first.get(&case.path("approve/2")).form(&case.path("approve/2"));
    tick(&preview, &mut form);
    assert_eq!(first.post(&case.path("approve/2"), &form).status, 303);

    // A box that asks for two takes none that only its writer stands by.
    edit(&case.place, |editor| editor.ask_for_second_approver(false, &SystemDay));
    let preview = case.preview(&mut first, "supplementary");
    case.record(&mut first, &preview);
    case.place.export("alone");
    let refused = case.place.refused(&["deliver", "--data", "box", "--keys", "public", "alone"]);
    assert!(refused.contains("notice 3") && refused.contains("is not approved by a second signer"), "{refused}");
    assert_eq!(articles(&case.status()).len(), 1, "nothing of a refused file is taken");
}

#[test]
fn a_notice_that_should_not_go_out_is_taken_back_and_written_again() {
    let case = Case::new("staff-concern");
    second_member(&case.place);
    let first_desk = case.place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    let second_desk = case.place.open_desk(&["--identity", "other/identity.txt", "--signing-key", "other/signing.key"]);
    let mut second = second_desk.reviewer();
    let write = |reviewer: &mut Reviewer| {
        let preview = case.preview(reviewer, "other-work");
        let mut form = preview.form(&case.path("notice/record"));
        tick(&preview, &mut form);
        http::fill(&mut form, "needs_approval", "yes");
        assert_eq!(reviewer.post(&case.path("notice/record"), &form).status, 303);
        articles(&preview)
    };
    let text = write(&mut first);
    let page = second.get(&case.path("approve/1"));
    let mut stale = page.form(&case.path("approve/1"));
    tick(&page, &mut stale);
    let back = case.path("approve/1/take-back");
    let mut form = second.get(&case.path("approve/1")).form(&back);
    let refused = second.post(&back, &form);
    assert_eq!((refused.status, refused.one(".error-summary li").as_str()), (422, "Enter the reason"));
    http::fill(&mut form, "reason", "It says on which ward.");
    let report = second.post_and_follow(&back, &form);
    assert!(report.one(".history").contains("It says on which ward."), "{}", report.one(".history"));
    assert_eq!(second.post(&back, &form).status, 404, "once");
    assert!(first.get("/approve").one("main").contains("No notice waits"));
    case.carry(1);
    assert!(articles(&case.status()).is_empty(), "nothing went out");

    assert_eq!(write(&mut first), text);
    // It has the same number; whoever read the one before has not read this one.
    let again = second.post(&case.path("approve/1"), &stale);
    assert_eq!(again.status, 422);
    assert!(again.one(".error-summary").contains("recorded something about this report"), "{}", again.one("main"));
    let page = second.get(&case.path("approve/1"));
    let mut form = page.form(&case.path("approve/1"));
    tick(&page, &mut form);
    assert_eq!(second.post(&case.path("approve/1"), &form).status, 303);
    case.carry(2);
    assert_eq!(articles(&case.status()), text);
}

#[test]
fn what_cannot_be_seen_in_a_members_name_is_written_out_on_every_page() {
    const NAME: &str = "Sec\u{202e}ond\u{200b} Rev\u{e0041}iewer";
    let case = Case::new("staff-concern");
    second_member_called(&case.place, NAME);
    let first_desk = case.place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    let second_desk = case.place.open_desk(&["--identity", "other/identity.txt", "--signing-key", "other/signing.key"]);
    let mut second = second_desk.reviewer();
    let team = first.get("/team").text();
    let leave = team.split("href=\"/team/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let member = leave.split('/').next().unwrap();

    // They look after it, and wrote a notice.
    let mut form = second.get(&case.path("decide")).form(&case.path("decide"));
    http::fill(&mut form, "owner", member);
    assert_eq!(second.post(&case.path("decide"), &form).status, 303);
    let preview = case.preview(&mut second, "other-work");
    let mut form = preview.form(&case.path("notice/record"));
    tick(&preview, &mut form);
    http::fill(&mut form, "needs_approval", "yes");
    assert_eq!(second.post(&case.path("notice/record"), &form).status, 303);

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
