//! What is carried in and out at the browser desk, over a real socket: collections, decisions, and a report handed on.

use std::{fs, net::SocketAddr};

use crate::support::{
    http::{self, fill},
    installation::Installation,
    person,
};

const MARKER: &str = "xylophone-quagmire-7731";

fn send(address: SocketAddr, more: &str) -> String {
    let description = format!("{MARKER} happened on the ward. {more}");
    let file = http::File::new(
        "rota.csv",
        "text/csv",
        b"a,b
1,2

",
    );
    person::send(address, "staff-concern", &[("description", &description)], vec![file]).one("#receipt-code")
}

#[test]
fn a_collection_comes_in_and_decisions_go_out() {
    let place = Installation::new();
    let running = place.serve();
    let code = send(running.address, "");
    place.collect("c1");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();

    // Nothing chosen, and something that is no collection.
    let form = reviewer.get("/carry").form("/carry/import");
    let nothing = reviewer.send_file("/carry/import", &form, "collection", b"");
    assert_eq!((nothing.status, nothing.all(".error-summary a").len()), (422, 1));
    let refused = reviewer.import(b"not a collection");
    assert!(refused.one("main").contains("Not imported"), "{}", refused.one("main"));
    assert!(refused.one("main").contains("not a sealed file"), "{}", refused.one("main"));
    let discard = refused.form("/carry/import/discard");
    assert_eq!(reviewer.post("/carry/import/discard", &discard).status, 303);

    let collection = fs::read(place.path("c1")).unwrap();
    let imported = reviewer.import(&collection);
    assert!(imported.one("main").contains("1 new report, 1 message, 1 file"), "{}", imported.one("main"));
    let id = place.desk_list()[0]["id"].as_str().unwrap().to_owned();
    assert!(imported.one("main li").contains(&id[..8]), "{}", imported.one("main li"));
    assert!(!place.path("casebook/incoming.collection").exists());
    assert!(reviewer.import(&collection).one("main").contains("imported before"));
    place.assert_nothing_plain(&[MARKER, &code, "rota.csv"], "imported in the browser");

    // Of a later one the one before is missing; it is lost, so it is taken in all the same.
    send(running.address, "");
    place.collect("lost");
    send(running.address, "");
    place.collect("c3");
    let gap = reviewer.import(&fs::read(place.path("c3")).unwrap());
    assert!(gap.one("main").contains("number 2 was not imported yet"), "{}", gap.one("main"));
    let form = gap.form("/carry/import/again");
    assert_eq!(reviewer.post("/carry/import/again", &form).status, 303);
    assert!(reviewer.imported().one("main").contains("2 new reports"));

    place.decide(&id, &["--state", "decided"]);
    let form = reviewer.get("/carry").form("/carry/export");
    let carry = reviewer.post_and_follow("/carry/export", &form);
    let link = carry.all("main a").into_iter().find(|text| text.starts_with("Decisions")).unwrap();
    assert_eq!(link, "Decisions 1");
    let file = reviewer.get("/carry/decisions/1/1");
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"decisions-1\""));
    place.put("d1", &file.body);
    assert!(place.deliver("d1").starts_with("delivered 1 answer"));
    assert_eq!(reviewer.get("/carry/decisions/1/2").status, 404);
    assert_eq!(reviewer.get("/carry").all("form[action='/carry/export'] button"), ["Write them all again"]);
    place.collect("c4");
    reviewer.import(&fs::read(place.path("c4")).unwrap());
    place.assert_nothing_plain(&[MARKER], "exported in the browser");
}

#[test]
fn an_import_that_was_interrupted_goes_on_without_the_stick() {
    let place = Installation::new();
    let running = place.serve();
    send(running.address, "");
    place.collect("c1");
    // As it lies there when the machine stops before it is taken in.
    fs::copy(place.path("c1"), place.path("casebook/incoming.collection")).unwrap();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let carry = reviewer.get("/carry");
    assert!(carry.one("#interrupted").contains("Nothing is lost"));
    reviewer.post("/carry/import/again", &carry.form("/carry/import/again"));
    assert!(reviewer.imported().one("main").contains("1 new report"));
    assert_eq!(reviewer.get("/carry").all("#interrupted").len(), 0);
}

#[test]
fn a_file_without_the_token_of_the_session_is_refused() {
    let place = Installation::new();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    for token in [None, Some("0".repeat(64))] {
        let fields = token.into_iter().map(|token| ("token".to_owned(), token)).collect();
        assert_eq!(reviewer.send_file("/carry/import", &fields, "collection", b"anything").status, 403);
    }
    assert!(!place.path("casebook/incoming.collection").exists());
    assert_eq!(desk.stranger().send_file("/carry/import", &Vec::new(), "collection", b"anything").status, 403);
}

#[test]
fn the_areas_team_opens_what_was_chosen_with_the_stock_tool() {
    let place = Installation::new();
    let running = place.serve();
    send(running.address, "Ask someone@example.nhs.uk.");
    let id = place.carry_in("c1");
    place.done(&["keys", "new", "--out", "area", "--no-passphrase"]);
    let recipients = fs::read_to_string(place.path("area/governance.recipients")).unwrap();

    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/refer");
    let page = reviewer.get(&path);
    let mut form = page.form(&path);
    assert!(http::value(&form, "text-p1description").contains("Ask [left out]"));
    let few_characters_many_bytes = format!("a{}", "\u{301}".repeat(10_000));
    fill(&mut form, "team", &few_characters_many_bytes);
    fill(&mut form, "reason", &few_characters_many_bytes);
    assert_eq!(reviewer.post(&path, &form).all(".error-summary a").len(), 5, "area, team, recipients, reason, nothing");
    fill(&mut form, "reason", "");
    fill(&mut form, "team", "Choice and competition");
    let wrong = reviewer.post(&path, &form);
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.all(".error-summary a").len(), 4, "area, recipients, reason, nothing chosen");
    fill(&mut form, "area", "competition");
    fill(&mut form, "recipients", &recipients);
    fill(&mut form, "reason", "It is theirs.");
    form.push(("part".into(), "p1description".into()));
    form.push(("file".into(), "1/1".into()));
    let file = reviewer.post(&path, &form);
    assert_eq!(file.status, 200, "{}", file.all(".error-summary").join(" "));
    assert_eq!(file.header("content-disposition").unwrap(), format!("attachment; filename=\"referral-{id}.age\""));
    place.put("referral.age", &file.body);
    let identity =
        candour::unseal::read_identity(&fs::read(place.path("area/identity.txt")).unwrap(), || unreachable!());
    let identity = identity.unwrap_or_else(|error| panic!("{error}"));
    let plain = identity.open_bytes(&file.body, 1 << 20).unwrap_or_else(|error| panic!("{error}"));
    let text = String::from_utf8_lossy(&plain);
    assert!(text.contains(&format!("{MARKER} happened on the ward. Ask [left out].")));
    assert!(text.contains("a,b\n1,2\n") && !text.contains("someone@example") && !text.contains("It is theirs."));
    place.assert_nothing_plain(&[MARKER, "It is theirs."], "referred");
    let show = place.desk_show(&id);
    assert_eq!(
        (&show["referrals"][0]["area"], &show["referrals"][0]["redacted"]),
        (&"competition".into(), &true.into())
    );
}

#[test]
fn a_report_is_destroyed_when_it_is_over_and_nothing_of_it_is_left() {
    let place = Installation::new();
    let running = place.serve();
    send(running.address, "");
    let id = place.carry_in("c1");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/destroy");
    assert!(reviewer.get(&path).one("main").contains("it is not closed"));
    assert!(reviewer.get("/retention").one("main").contains("Nothing is to be destroyed now"));
    let token = reviewer.get("/retention").form("/lock");
    let mut form = token;
    fill(&mut form, "confirm", &id[..4]);
    let refused = reviewer.post(&path, &form);
    assert!(
        refused.one("main").contains("can’t be destroyed yet")
            || refused.one("main").contains("can't be destroyed yet")
    );
    assert_eq!(place.desk_list()[0]["id"], id.as_str());
    fill(&mut form, "confirm", "zz");
    assert_eq!(reviewer.post(&path, &form).status, 422);
}
