//! Concerns that came another way than through the box: entered at the desk, answered, and, with a receipt code, followed at
//! the box.

use crate::support::{
    case::MARKER,
    desk::{DeskServing, Reviewer},
    http::{self, Fields, Page, fill},
    installation::Installation,
    person,
};

/// A casebook that heard from its box, in which there is nothing yet.
pub(crate) fn heard() -> Installation {
    let place = Installation::new();
    place.collect("c0");
    place.import("c0");
    place
}

fn today() -> [String; 3] {
    let today = candour::domain::Today::today(&candour::domain::SystemDay);
    [today.day().to_string(), today.month().to_string(), today.year().to_string()]
}

fn fill_day(form: &mut Fields, name: &str) {
    for (part, value) in ["day", "month", "year"].iter().zip(today()) {
        fill(form, &format!("{name}-{part}"), &value);
    }
}

/// The form, filled in.
fn filled(reviewer: &mut Reviewer) -> Fields {
    let mut form = reviewer.get("/enter").form("/enter/check");
    for (name, value) in [
        ("way", "telephone"),
        ("taken_by", "The duty reviewer"),
        ("words", "noted"),
        ("known", "no"),
        ("answer_by", "Calls again on Fridays"),
        ("route", "patient-choice"),
        ("about", "patient-safety"),
        ("description", &format!("They said {MARKER}, and 01632 960 001 is their number.")),
    ] {
        fill(&mut form, name, value);
    }
    fill_day(&mut form, "received_on");
    form
}

/// Looked at once more, and saved.
fn saved(reviewer: &mut Reviewer, form: &Fields) -> (Page, Fields) {
    let check = reviewer.post("/enter/check", form);
    assert_eq!(check.status, 200, "{}", check.one("main"));
    let record = check.form("/enter/record");
    (reviewer.post("/enter/record", &record), record)
}

#[test]
fn a_notice_that_is_given_by_telephone_keeps_its_promise() {
    let place = heard();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    // What is missing is named, and nothing that was typed is lost.
    let mut form = filled(&mut reviewer);
    fill(&mut form, "way", "box");
    let again = reviewer.post("/enter/check", &form);
    assert_eq!(again.status, 422);
    assert!(again.one("main").contains("Select how it came"));
    assert!(http::value(&again.form("/enter/check"), "description").contains(MARKER));
    // What may show who someone is is marked before it is saved; back at the form all is there.
    let form = filled(&mut reviewer);
    let check = reviewer.post("/enter/check", &form);
    assert_eq!(check.all("#finds mark"), ["01632 960 001"]);
    let back = reviewer.post("/enter", &check.form("/enter/record"));
    let back = back.form("/enter/check");
    for name in ["way", "description", "received_on-month", "taken_by", "answer_by"] {
        assert_eq!(http::value(&back, name), http::value(&form, name), "{name}");
    }
    let (entered, record) = saved(&mut reviewer, &form);
    let path = entered.header("location").unwrap().to_owned();
    let report = reviewer.get(&path);
    assert!(report.one("#done").contains("Concern entered"));
    let shown = report.one("main");
    for part in ["By telephone", "The duty reviewer", "Calls again on Fridays", MARKER, "Tell them that we have it"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // A page that is loaded anew enters it once.
    assert_eq!(reviewer.post("/enter/record", &record).header("location"), Some(path.as_str()));
    assert_eq!(place.desk_list().as_array().unwrap().len(), 1);
    let id = path.trim_start_matches("/reports/").to_owned();
    let clocks = |met: bool| {
        let list = place.desk_list();
        let clocks = list[0]["clocks"].as_array().unwrap();
        clocks.iter().filter(|clock| clock["met_on"].is_null() != met).count()
    };
    assert_eq!((clocks(true), clocks(false)), (0, 3));
    drop(reviewer);
    desk.stop();

    place.put("notice", b"We will use it to look at how patients choose.");
    place.decide(&id, &["--area", "competition", "--notice-file", "notice"]);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let page = reviewer.get(&format!("{path}/given/1"));
    assert!(page.one("#text").contains("how patients choose") && page.one("#answer-by").contains("Fridays"));
    let given = format!("{path}/given/1");
    let mut form = page.form(&given);
    let wrong = reviewer.post(&given, &form);
    assert_eq!((wrong.status, wrong.all(".wrong-text").len()), (422, 2));
    fill_day(&mut form, "told_on");
    fill(&mut form, "way", "telephone");
    let report = reviewer.post_and_follow(&given, &form);
    assert!(report.one("#done").contains("the person was told"));
    assert!(report.all("#to-give").is_empty());
    assert!(reviewer.get(&given).one("#closed").contains("nothing to record"));
    // The acknowledgement and the notice are kept; the advice is owed.
    assert_eq!((clocks(true), clocks(false)), (2, 1));
    drop(reviewer);
    desk.stop();

    // So is the advice, by the command; nothing of all that is for the box.
    place.put("reply", b"This is our advice.");
    place.decide(&id, &["--reply-file", "reply"]);
    let day = candour::domain::Today::today(&candour::domain::SystemDay).to_string();
    let told = ["desk", "told", "--casebook", "casebook", &id, "--answer", "2", "--on", &day, "--way", "letter"];
    assert!(place.done(&told).contains("recorded"));
    assert_eq!((clocks(true), clocks(false)), (3, 0));
    assert!(place.refused(&told).contains("can't have been told"));
    assert!(place.export("none").contains("nothing to export"));
    place.assert_nothing_plain(&[MARKER], "entered and given");
}

#[test]
fn a_code_that_was_read_out_opens_the_report_at_the_box() {
    let place = heard();
    let running = place.serve();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let mut form = filled(&mut reviewer);
    fill(&mut form, "with_code", "yes");
    let early = reviewer.post("/enter/check", &form);
    assert!(early.status == 422 && early.one("main").contains("give the day on which you read the code out"));
    fill_day(&mut form, "acknowledged_on");
    let (shown, record) = saved(&mut reviewer, &form);
    assert_eq!(shown.status, 200);
    let groups = shown.all("#receipt-code strong");
    assert_eq!(groups.len(), 6);
    let code = groups.join("-");
    // It is shown once.
    let again = reviewer.post("/enter/record", &record);
    assert!(again.status == 303 && !reviewer.get(again.header("location").unwrap()).said().contains(&groups[0]));
    drop(reviewer);
    desk.stop();
    let id = place.desk_list()[0]["id"].as_str().unwrap().to_owned();
    place.put("notice", b"We will use it to look at how patients choose.");
    place.decide(&id, &["--area", "competition", "--notice-file", "notice"]);
    assert!(person::status(running.address, &code).one("main").contains("We can’t find a report with this code"));
    let exported = place.export("d1");
    assert!(exported.contains("1 report that was entered here"), "{exported}");
    let delivered = place.deliver("d1");
    assert!(delivered.contains("1 report that was entered at the desk is here now"), "{delivered}");

    let status = person::status(running.address, &code);
    assert_eq!(status.status, 200);
    let entered = status.one("#entered");
    assert!(entered.contains("by telephone, by letter, by e-mail or in person") && entered.contains("not kept here"));
    assert!(status.one("#notice-state").starts_with("Met"), "kept when it was delivered");
    assert!(status.one("main").contains("how patients choose") && !status.text().contains(MARKER));
    // What they add comes into the same report.
    let mut more = person::follow_up_on(running.address, &status);
    fill(&mut more, "message", "And it goes on.");
    let sent = http::post_multipart(running.address, "/status/follow-up", &more, vec![]);
    assert_eq!(sent.status, 200, "{}", sent.one("main"));
    assert!(place.collect("c1").contains("1 message from 1 report"));
    place.import("c1");
    let list = place.desk_list();
    assert_eq!(
        (list.as_array().unwrap().len(), &list[0]["way"], &list[0]["at_box"]),
        (1, &"telephone".into(), &"there".into())
    );
    let view = place.desk_show(&id);
    let said: Vec<_> = view["messages"].as_array().unwrap().iter().filter(|it| it["from"] == "person").collect();
    assert_eq!((said.len(), said[1]["text"].as_str(), said[1]["seq"].as_u64()), (2, Some("And it goes on."), Some(2)));
    // Nobody is told by hand who has a code.
    let day = candour::domain::Today::today(&candour::domain::SystemDay).to_string();
    let told = ["desk", "told", "--casebook", "casebook", &id, "--answer", "1", "--on", &day, "--way", "letter"];
    assert!(place.refused(&told).contains("can't have been told"));
    // The person takes it back, and the desk hears of it.
    let status = person::status(running.address, &code);
    let withdrawn = http::post(running.address, "/status/withdraw", &person::withdrawal(running.address, &status));
    assert_eq!(withdrawn.status, 200);
    place.export("d2");
    place.deliver("d2");
    place.collect("c2");
    place.import("c2");
    assert_eq!(place.desk_show(&id)["withdrawn"], true);
    place.assert_nothing_plain(&[MARKER, &code, &code.replace('-', "")], "entered with a code");
    assert_eq!(running.stop(), "");
}

#[test]
fn a_concern_is_entered_from_a_file() {
    let place = heard();
    place.put(
        "said.json",
        br#"{"description": "They said that it goes on.", "about": ["fraud"], "serious_harm": "yes"}"#,
    );
    let day = candour::domain::Today::today(&candour::domain::SystemDay).to_string();
    let enter = [
        "desk",
        "enter",
        "--casebook",
        "casebook",
        "--way",
        "letter",
        "--received",
        &day,
        "--route",
        "staff-concern",
        "--taken-by",
        "The post room",
        "--from",
        "said.json",
    ];
    let with_code = [&enter[..], &["--code", "--acknowledged", &day]].concat();
    let said = place.done(&with_code);
    let mut lines = said.lines();
    let id = lines.next().unwrap().strip_prefix("entered report ").unwrap().to_owned();
    let code = lines.next().unwrap().strip_prefix("receipt code: ").unwrap();
    assert_eq!(code.len(), 29);
    place.done(&enter);
    let list = place.desk_list();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(list.as_array().unwrap().iter().all(|it| it["way"] == "letter" && it["serious_harm"] == "yes"));
    assert_eq!(place.desk_show(&id)["entered"]["taken_by"], "The post room");
    place.assert_nothing_plain(&[code], "entered from a file");
}

/// A report that came by letter. Gives its id.
pub(crate) fn letter(place: &Installation) -> String {
    place.put("said.json", br#"{"description": "They said that it goes on.", "about": ["fraud"]}"#);
    let day = candour::domain::Today::today(&candour::domain::SystemDay).to_string();
    let way = ["--way", "letter", "--received", &day, "--taken-by", "The post room"];
    let said = ["desk", "enter", "--casebook", "casebook", "--route", "staff-concern", "--from", "said.json"];
    let entered = place.done(&[&said[..], &way].concat());
    entered.lines().next().unwrap().strip_prefix("entered report ").unwrap().to_owned()
}

pub(crate) fn more(reviewer: &mut Reviewer, path: &str, text: &str) -> Fields {
    let mut form = reviewer.get(path).form(path);
    for (name, value) in [("way", "letter"), ("taken_by", "The post room"), ("words", "own"), ("text", text)] {
        fill(&mut form, name, value);
    }
    fill_day(&mut form, "came_on");
    form.retain(|(name, _)| name != "files");
    form
}

#[test]
fn what_came_later_is_added_with_its_files() {
    let place = heard();
    let id = letter(&place);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/follow-up");
    let report = reviewer.get(&format!("/reports/{id}"));
    assert!(report.one("#actions").contains("Add what the person said later, or files"));

    // What is missing is said, and nothing that was typed is lost.
    let form = more(&mut reviewer, &path, "");
    let wrong = reviewer.send_files(&path, &form, "files", &[("", b"")]);
    assert_eq!((wrong.status, wrong.all(".wrong-text").len()), (422, 1), "{}", wrong.one("main"));
    // However much more comes than can be taken: a browser shows the answer only when it could send everything.
    let large = vec![7; 2 << 20];
    let many: Vec<(&str, &[u8])> = vec![("one.txt", large.as_slice()); 12];
    let form = more(&mut reviewer, &path, &format!("They rang again: {MARKER}."));
    let wrong = reviewer.send_files(&path, &form, "files", &many);
    assert_eq!(wrong.status, 422);
    assert!(wrong.one("#files-error").contains("more than 10 files"));
    assert!(http::value(&wrong.form(&path), "text").contains(MARKER));

    let scan = vec![0xa7; 300_000];
    let name = format!("C:\\\\{MARKER}\\\\scan.pdf");
    let files: [(&str, &[u8]); 2] = [(&name, &scan), ("empty.txt", b"")];
    let sent = reviewer.send_files(&path, &form, "files", &files);
    assert_eq!((sent.status, sent.header("location")), (303, Some(format!("/reports/{id}").as_str())));
    let report = reviewer.get(&format!("/reports/{id}"));
    assert!(report.one("#done").ends_with("Added as message 2."));
    let shown = report.one("main");
    for part in ["By letter, taken by The post room", "They rang again", "scan.pdf", "empty.txt", "entered message 2"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // A page that is loaded anew adds it once.
    assert_eq!(reviewer.send_files(&path, &form, "files", &files).status, 303);
    assert!(reviewer.get(&format!("/reports/{id}")).one("#done").contains("added already, as message 2"));
    let saving = format!("/reports/{id}/files/2/1");
    let warned = reviewer.get(&saving).form(&saving);
    assert!(reviewer.post(&saving, &warned).body == scan);
    // Of a report of the box there is no such page.
    assert_eq!(reviewer.get("/reports/0101010101010101/follow-up").status, 404);
    drop(reviewer);
    desk.stop();

    // The same by the command, beside which the files stay.
    place.put("said.txt", b"And a last word.");
    let day = candour::domain::Today::today(&candour::domain::SystemDay).to_string();
    let added = place.done(&[
        "desk",
        "follow-up",
        "--casebook",
        "casebook",
        &id,
        "--way",
        "email",
        "--received",
        &day,
        "--taken-by",
        "Me",
        "--text-file",
        "said.txt",
        "--attach",
        "said.json",
    ]);
    assert_eq!(added.trim(), format!("report {id}: added as message 3"));
    let view = place.desk_show(&id);
    let last = &view["messages"][2];
    assert_eq!((last["entered"]["way"].as_str(), last["text"].as_str()), (Some("email"), Some("And a last word.")));
    assert_eq!(last["attachments"][0]["name"], "said.json");
    place.done(&["desk", "attachment", "--casebook", "casebook", &id, "3/1", "--out", "opened"]);
    let read = |name| std::fs::read(place.path(name)).unwrap();
    assert_eq!(read("opened"), read("said.json"));
    place.assert_nothing_plain(&[MARKER], "added later");
}

#[test]
fn what_was_typed_about_a_letter_comes_through_the_locking_and_its_files_are_chosen_again() {
    let place = heard();
    let id = letter(&place);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/follow-up");
    let form = more(&mut reviewer, &path, &format!("They rang again: {MARKER}."));
    lock(&desk, &reviewer);
    let large = vec![7; 8 << 20];
    let locked = reviewer.send_files(&path, &form, "files", &[("scan.pdf", &large)]);
    assert_eq!((locked.status, locked.one("h1").as_str()), (403, "The desk is locked"));
    assert!(locked.one("#kept").contains("go on with it") && locked.one("#not-kept").contains("Choose it again"));
    let opened = reviewer.get(&desk.next_opening());
    assert_eq!((opened.status, opened.header("location")), (303, Some("/typed")));
    let typed = reviewer.get("/typed");
    assert!(typed.all("main .said").concat().contains(MARKER));
    // Going on shows the form, and records nothing: the files are missing.
    let again = reviewer.post(&path, &typed.form(&path));
    assert_eq!(again.status, 200, "{}", again.one("main"));
    let mut form = again.form(&path);
    assert!(http::value(&form, "text").contains(MARKER));
    assert_eq!(place.desk_show(&id)["messages"].as_array().unwrap().len(), 1);
    form.retain(|(name, _)| name != "files");
    assert_eq!(reviewer.send_files(&path, &form, "files", &[("scan.pdf", b"scan")]).status, 303);
    assert_eq!(place.desk_show(&id)["messages"][1]["attachments"][0]["name"], "scan.pdf");
    place.assert_nothing_plain(&[MARKER], "after the locking");
}

/// From another window.
fn lock(desk: &DeskServing, reviewer: &Reviewer) {
    let mut other = desk.stranger();
    other.cookie.clone_from(&reviewer.cookie);
    let queue = other.get("/");
    other.post("/lock", &queue.form("/lock"));
}
