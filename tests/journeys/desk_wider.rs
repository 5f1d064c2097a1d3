//! What several reports say together, with the real binaries: the register, the team's list, themes, and reports that belong
//! to each other.

use crate::support::{desk::Reviewer, http, http::Fields, installation::Installation, person};

/// What persons call one trust.
const NAMES: [&str; 3] = ["Northmere Hospitals", "northmere hospitals.", "Northmeer Hospital"];
const GIST: &str = "gist-of-a-rota-5512";
const NOTE: &str = "note-about-a-board-9934, on 01632 960 001";

/// A line as the register has it.
fn line(code: &str, name: &str, closed: &str) -> String {
    format!("\"{code}\",\"{name}\",{}\"20010401\",\"{closed}\"{}\r\n", "\"\",".repeat(8), ",\"\"".repeat(15))
}

/// A casebook with a report for each of [`NAMES`], and their ids, in that order.
fn place() -> (Installation, Vec<String>) {
    let place = Installation::new();
    let running = place.serve();
    for name in NAMES {
        let typed = [("organisation", name), ("description", "The rota was changed after the fact. Nobody was told.")];
        person::send(running.address, "staff-concern", &typed, vec![]);
    }
    place.carry_in("c1");
    running.stop();
    let named = |id: &str| place.desk_show(id)["messages"][0]["answers"]["organisation"].as_str().unwrap().to_owned();
    let ids: Vec<String> =
        place.desk_list().as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    let of = |name: &str| ids.iter().find(|id| named(id) == name).unwrap().clone();
    let ids = NAMES.iter().map(|name| of(name)).collect();
    (place, ids)
}

fn load(place: &Installation, more: &[&str]) -> String {
    place.done(&[&["desk", "register", "--casebook", "casebook"], more].concat())
}

/// The value of the button whose text begins so.
fn button(page: &http::Page, begins: &str) -> String {
    let html = scraper::Html::parse_document(&page.text());
    let buttons = scraper::Selector::parse("button[value]").unwrap();
    let text = |button: &scraper::ElementRef<'_>| {
        button.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let found = html.select(&buttons).find(|button| text(button).starts_with(begins));
    found.unwrap_or_else(|| panic!("no button {begins}")).attr("value").unwrap().to_owned()
}

fn send(reviewer: &mut Reviewer, page: &http::Page, path: &str, filled: &[(&str, &str)]) -> http::Page {
    let mut form: Fields = page.form(path);
    filled.iter().for_each(|(name, value)| http::fill(&mut form, name, value));
    let done = reviewer.post_and_follow(path, &form);
    assert_eq!(done.status, 200, "{}", done.all("main").join(" "));
    done
}

#[test]
fn the_register_is_loaded_whole_or_not_at_all_and_a_closed_organisation_is_left_out() {
    let (place, _) = place();
    let trusts =
        [line("XA1", "NORTHMERE HOSPITALS NHS FOUNDATION TRUST", ""), line("XA2", "GONE NHS TRUST", "20200101")]
            .concat();
    place.put("etr.csv", trusts.as_bytes());
    place.put("ephp.csv", line("XB1", "MADE UP CARE LTD", "").as_bytes());
    let said = load(&place, &["etr.csv", "ephp.csv"]);
    assert!(said.contains("1  NHS foundation trust") && said.contains("1  Independent provider of NHS care"), "{said}");
    assert!(said.contains("1  closed, and left out") && said.contains("has 2 organisations"), "{said}");
    place.put("bad.csv", format!("{}\"XC2\",\"too few\"\n", line("XC1", "SOMEWHERE", "")).as_bytes());
    let arguments = ["desk", "register", "--casebook", "casebook", "--kind", "primary-care", "bad.csv"];
    let said = place.run(&arguments);
    assert!(
        said.status == 1 && said.out.contains("line 2") && said.error.contains("nothing was loaded"),
        "{}",
        said.out
    );
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let list = reviewer.get("/organisations");
    assert!(list.one("main").contains("2 organisations from etr.csv, ephp.csv"), "as it was");
    let said = load(&place, &["--leave-out", "--kind", "primary-care", "bad.csv"]);
    assert!(said.contains("1  GP or other primary care") && said.contains("has 1 organisation,"), "{said}");
    let mut form = reviewer.get("/organisations").form("/organisations/search");
    http::fill(&mut form, "words", "northmere");
    assert!(
        reviewer.post("/organisations/search", &form).one("#found").contains("No organisation"),
        "another is loaded"
    );
    http::fill(&mut form, "words", "xc1");
    let found = reviewer.post("/organisations/search", &form);
    let code = button(&found, "Add Somewhere");
    let added = send(&mut reviewer, &found, "/organisations/add", &[("code", &code)]);
    assert!(added.one(".done").contains("Somewhere is on the list") && added.one("main").contains("code XC1"));
    // What is on the list stays known once it is closed.
    place.put("epraccur.csv", line("XC1", "SOMEWHERE", "20200101").as_bytes());
    assert!(load(&place, &["epraccur.csv"]).contains("has 1 organisation,"));
    let removed = send(&mut reviewer, &added, &format!("/organisations/{}/remove", id_of(&place, 0)), &[]);
    assert!(removed.one(".done").contains("off the list"));
    // The files themselves have it in capitals.
    place.assert_nothing_plain(&["Northmere", "Somewhere"], "loaded");
}

fn id_of(place: &Installation, at: usize) -> String {
    let listed = place.json(&["desk", "organisations", "--casebook", "casebook", "--json"]);
    listed[at]["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_people_named_becomes_an_organisation_with_all_its_reports() {
    let (place, ids) = place();
    place.put("etr.csv", line("XA1", "NORTHMERE HOSPITALS NHS FOUNDATION TRUST", "").as_bytes());
    load(&place, &["etr.csv"]);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();

    // One click for the two that differ in nothing but dots and capitals, and one for the other.
    let page = reviewer.get("/organisations");
    assert_eq!(page.all("ul.named li").len(), 2);
    assert!(page.all("ul.named li")[0].contains("in 2 reports"));
    let take = button(&page, "It is Northmere Hospitals NHS Foundation Trust, in the register");
    let page = send(&mut reviewer, &page, "/organisations/named", &[("take", &take)]);
    assert!(page.one(".done").contains("2 reports are about it now"));
    assert_eq!(page.all("table tbody th"), ["Northmere Hospitals NHS Foundation Trust"]);
    assert_eq!(page.all("table tbody td"), ["XA1", "NHS foundation trust", "", "2"]);
    let take = button(&page, "Add Northmeer Hospital as it is");
    let page = send(&mut reviewer, &page, "/organisations/named", &[("take", &take)]);
    assert!(page.all("ul.named li").is_empty());
    assert_eq!(page.all("table tbody tr").len(), 2);
    let queue = place.desk_list();
    assert!(queue.as_array().unwrap().iter().all(|it| it["unread"] == 1), "nobody has read them: {queue}");

    // It is the same trust, misspelt.
    let listed = place.json(&["desk", "organisations", "--casebook", "casebook", "--json"]);
    let id = |name: &str| {
        let found = listed.as_array().unwrap().iter().find(|it| it["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let (trust, misspelt) = (id("Northmere Hospitals NHS Foundation Trust"), id("Northmeer Hospital"));
    let path = format!("/organisations/{misspelt}");
    let page = reviewer.get(&path);
    let mut nothing = page.form(&format!("{path}/same"));
    http::fill(&mut nothing, "into", "");
    assert_eq!(reviewer.post(&format!("{path}/same"), &nothing).status, 422);
    let joined = send(&mut reviewer, &page, &format!("{path}/same"), &[("into", &trust)]);
    assert!(joined.one("#count").starts_with("3 reports"), "{}", joined.one("#count"));
    assert_eq!(reviewer.get(&path).header("location"), Some(format!("/organisations/{trust}").as_str()));
    let listed = place.done(&["desk", "organisations", "--casebook", "casebook"]);
    assert!(listed.contains("3        XA1   Northmere Hospitals NHS Foundation Trust"), "{listed}");

    // Reports that belong together, each named as people name it.
    let belongs = format!("/reports/{}/belongs", ids[2]);
    let page = reviewer.get(&belongs);
    assert!(page.one("aside").contains("The rota was changed"), "what was said stands beside the form");
    let earlier = page.all("input[name=continues]").len();
    assert_eq!(earlier, 3, "alone, and the two that say the same about the same trust");
    let name = reviewer.get(&format!("/reports/{}/belongs", ids[1])).one("h1");
    let name = name.trim_start_matches("What ").trim_end_matches(" belongs to").to_owned();
    let mut form = page.form(&belongs);
    for (field, value) in [("gist", GIST), ("new_theme", "Rotas"), ("other", &name), ("continues", &ids[0])] {
        http::fill(&mut form, field, value);
    }
    let wrong = reviewer.post(&belongs, &form);
    assert_eq!(
        (wrong.status, wrong.one(".error-summary li")),
        (422, "Select how the other report bears on this one".into())
    );
    assert_eq!(http::value(&wrong.form(&belongs), "gist"), GIST);
    http::fill(&mut form, "link_kind", "contradicts");
    let report = reviewer.post_and_follow(&belongs, &form);
    assert!(report.one(".done").contains("Recorded"));
    let shown = report.one("main");
    assert!(shown.contains(&format!("Contradicted by: {name}")) && shown.contains("Rotas"), "{shown}");
    let assessed = &place.desk_show(&ids[2])["assessment"];
    assert_eq!((&assessed["gist"], &assessed["continues"]), (&GIST.into(), &ids[0].as_str().into()));
    assert!(reviewer.get(&format!("/reports/{}", ids[1])).one("main").contains("Contradicts:"), "the other end");
    assert!(reviewer.get(&format!("/reports/{}", ids[0])).one("main").contains("One concern with"));
    // Neither itself, nor one that is not there, nor round in a circle; and not over what was recorded meanwhile.
    assert_eq!(reviewer.post(&belongs, &form).status, 422, "it changed since");
    for (report, field, value, why) in [
        (&ids[2], "earlier", &ids[2], "That is this report"),
        (&ids[2], "earlier", &"0123456789abcdef".to_owned(), "There is no report"),
        (&ids[0], "earlier", &ids[2], "goes on with this one already"),
    ] {
        let path = format!("/reports/{report}/belongs");
        let mut form = reviewer.get(&path).form(&path);
        http::fill(&mut form, field, value);
        let refused = reviewer.post(&path, &form);
        assert!(
            refused.status == 422 && refused.one(".error-summary").contains(why),
            "{}",
            refused.one(".error-summary")
        );
    }

    // What they say together; and a page of it that names no report and quotes nobody.
    let path = format!("/organisations/{trust}");
    let page = reviewer.get(&path);
    let page = send(&mut reviewer, &page, &format!("{path}/note"), &[("note", NOTE)]);
    assert!(page.one("#count").starts_with("3 reports, which are 2 concerns"), "{}", page.one("#count"));
    assert!(page.one("main").contains(GIST) && page.one("main").contains(NOTE));
    assert!(page.one("#who-reads").contains("Every member reads these"));
    assert!(
        page.one("#finds").contains("It is kept as it stands") && page.one("#finds .found").contains("a telephone")
    );
    assert_eq!(page.all("#finds mark"), ["01632 960 001"]);
    assert!(reviewer.get(&path).all("#finds").is_empty(), "said once");
    let paper = reviewer.get(&format!("{path}/paper"));
    let said = paper.one("main");
    assert!(
        said.contains(NOTE) && said.contains("Rotas") && said.contains("Numbers from 1 to 4 are underlined"),
        "{said}"
    );
    for hidden in [GIST, &name, &ids[0], &ids[0][..8], "The rota was changed", "Northmeer"] {
        assert!(!said.contains(hidden), "{hidden}: {said}");
    }
    let parted = send(&mut reviewer, &page, &format!("{path}/part"), &[("part", &misspelt)]);
    assert!(parted.one("#count").starts_with("1 report."), "{}", parted.one("#count"));

    // A theme, from the list to being given up.
    let themes = reviewer.get("/themes");
    let theme = scraper::Html::parse_document(&themes.text());
    let theme =
        theme.select(&scraper::Selector::parse("tbody a").unwrap()).next().unwrap().attr("href").unwrap().to_owned();
    let page = reviewer.get(&theme);
    assert!(page.one("#count").starts_with("1 report."));
    let given_up = send(&mut reviewer, &page, &format!("{theme}/give-up"), &[]);
    assert!(given_up.one("main").contains("There is none yet"));
    assert_eq!(reviewer.get(&theme).status, 404);
    place.assert_nothing_plain(&[GIST, NOTE, "Rotas"], "recorded");
    assert_eq!(desk.stop(), "");
}
