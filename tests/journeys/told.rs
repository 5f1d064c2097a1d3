//! What a person is told besides what they ask: how soon anyone looks, who acts until then, who else can help, where to
//! come back to, and what in their words may show who they are.

use candour::{
    domain::{CollectionId, Date},
    store::CollectionRecord,
};

use crate::support::{
    http::{self, Page},
    person,
    served::Served,
};

const SETTLED: &str = "[service]
address = \"https://speak-up.example.org/\"
onion = \"http://aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion\"
fetched = \"every working day before noon\"
urgent = \"If it can’t wait, call the duty officer on 020 7946 0000.\"
[contacts]
checked_on = \"2026-11-24\"";

fn main(page: &Page) -> String {
    page.one("main")
}

#[test]
fn how_soon_anyone_looks_stands_wherever_harm_is_asked_about() {
    let served = Served::new(SETTLED);
    let fetched = "every working day before noon";
    for path in ["/before-you-start", "/report?route=staff-concern", "/report?route=service-complaint"] {
        assert!(main(&http::get(served.address, path)).contains(fetched), "{path}");
    }
    let check = person::check(served.address, "staff-concern", &[]);
    assert!(main(&check).contains(fetched) && check.all("#urgent").is_empty());
    let receipt = person::send(served.address, "staff-concern", &[], vec![]);
    assert!(main(&receipt).contains(fetched) && receipt.all("#urgent").is_empty());
    let code = receipt.one("#receipt-code");
    let status = person::status(served.address, &code);
    assert_eq!(status.one("#emptied-on"), "Not yet");
    assert!(main(&status).contains(fetched));
    let follow_up = http::post(served.address, "/status/follow-up/check", &status.form("/status/follow-up/check"));
    assert!(main(&follow_up).contains(fetched) && main(&follow_up).contains("999"));
}

#[test]
fn whoever_fears_serious_harm_is_told_first_of_all_who_acts_until_it_is_read() {
    let served = Served::new(SETTLED);
    let harm = [("serious_harm", "yes")];
    let check = person::check(served.address, "patient-choice", &harm);
    let receipt = person::send(served.address, "patient-choice", &harm, vec![]);
    let mut copy = receipt.form("/receipt/check");
    http::fill(&mut copy, "again", "7KQM");
    let wrong_copy = http::post(served.address, "/receipt/check", &copy);
    for page in [&check, &receipt, &wrong_copy] {
        let urgent = page.one("#urgent");
        for part in ["call 999", "every working day before noon", "call the duty officer on 020 7946 0000"] {
            assert!(urgent.contains(part), "{part}: {urgent}");
        }
    }
    let before_all_else = |page: &Page, after: &str| {
        let text = page.text();
        text.find("id=\"urgent\"").unwrap() < text.find(after).unwrap()
    };
    assert!(before_all_else(&check, "<dl") && before_all_else(&receipt, "id=\"receipt-code\""));
    for other in ["no", "not-sure"] {
        let page = person::check(served.address, "patient-choice", &[("serious_harm", other)]);
        assert!(page.all("#urgent").is_empty(), "{other}");
    }
    // Nothing is made up where the operator has said nothing.
    let unsettled = Served::new("");
    let urgent = person::check(unsettled.address, "staff-concern", &harm).one("#urgent");
    assert!(urgent.contains("it can take days") && urgent.contains("999"), "{urgent}");
}

#[test]
fn a_receipt_says_where_to_come_back_to() {
    let receipt = |served: &Served| person::send(served.address, "staff-concern", &[], vec![]);
    let settled = Served::new(SETTLED);
    assert_eq!(
        receipt(&settled).all(".panel #come-back-to li"),
        [
            "https://speak-up.example.org/status",
            "http://aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion/status in Tor Browser"
        ]
    );
    // An address of the box's own machine, which a front may have asked for, leads nobody back.
    let unsettled = Served::new("");
    let page = receipt(&unsettled);
    assert!(page.all("#come-back-to").is_empty() && main(&page).contains("the address of this site"));
}

#[test]
fn who_else_can_help_follows_route_and_answers_and_says_when_it_was_checked() {
    let served = Served::new(SETTLED);
    let helped = |page: &Page| page.all(".help").join(" ");
    let form = |route: &str| helped(&http::get(served.address, &format!("/report?route={route}")));
    for part in [
        "Freedom to Speak Up guardian",
        "Protect (020 3117 2520)",
        "NHS Counter Fraud Authority",
        "Member of Parliament",
    ] {
        assert!(form("staff-concern").contains(part), "{part}");
    }
    assert!(!form("patient-choice").contains("guardian") && form("patient-choice").contains("Ombudsman"));

    let about = |typed: &[(&str, &str)]| person::send(served.address, "staff-concern", typed, vec![]);
    let fraud = about(&[("about", "fraud"), ("raised_internally", "yes")]);
    let help = helped(&fraud);
    assert!(help.contains("NHS Counter Fraud Authority") && !help.contains("Care Quality Commission"), "{help}");
    assert!(!help.contains("guardian"), "they have been there: {help}");
    assert!(help.contains("(checked 24 November 2026)"), "{help}");
    assert!(helped(&about(&[("about", "patient-safety")])).contains("Care Quality Commission"));
    // The wrong copy's page knows it still.
    let mut copy = fraud.form("/receipt/check");
    http::fill(&mut copy, "again", "7KQM");
    assert_eq!(helped(&http::post(served.address, "/receipt/check", &copy)), help);
    // The status page knows the route alone.
    let status = person::status(served.address, &fraud.one("#receipt-code"));
    assert!(helped(&status).contains("Care Quality Commission"));

    let standstill = |route: &str| http::get(served.address, &format!("/report?route={route}")).all("#standstill");
    assert!(standstill("procurement")[0].contains("midnight at the end of the 8th working day"));
    assert!(standstill("staff-concern").is_empty());
    let law = http::get(served.address, "/who-else");
    for part in ["confidentiality clause", "short and strict", "8th working day", "detriment"] {
        assert!(main(&law).contains(part), "{part}");
    }
    // Nothing says so where nobody has checked.
    assert!(!helped(&http::get(Served::new("").address, "/who-else")).contains("checked"));
}

#[test]
fn the_day_on_which_the_box_was_emptied_is_shown() {
    let served = Served::new("");
    let code = person::send(served.address, "staff-concern", &[], vec![]).one("#receipt-code");
    let id = CollectionId([0; 16]);
    let made_on = Date::constant(2026, 12, 2);
    served.store.record_collection(CollectionRecord { number: 1, id, files: vec![], on: made_on }).unwrap();
    served.day.set(Date::constant(2026, 12, 4));
    let status = person::status(served.address, &code);
    assert_eq!(status.one("#emptied-on"), "2 December 2026");
    // Until the desk says that it has it, the box does not know.
    assert!(main(&status).contains("It may have been fetched on 2 December 2026"), "{}", main(&status));
    assert!(status.one("article.message").contains("It may have been fetched on 2 December 2026"));
    // What came later was not there to be fetched.
    let later = person::send(served.address, "staff-concern", &[], vec![]).one("#receipt-code");
    assert!(main(&person::status(served.address, &later)).contains("waits here for the team to fetch it"));
}

#[test]
fn a_follow_up_is_shown_with_what_may_identify_someone_before_it_is_sent() {
    let served = Served::new("");
    let code = person::send(served.address, "staff-concern", &[], vec![]).one("#receipt-code");
    let status = person::status(served.address, &code);
    let mut form = status.form("/status/follow-up/check");
    let text = format!("Ask jo@example.org <b>. I am the only consultant.\n\nMy code is {code}.");
    http::fill(&mut form, "message", &text);
    let check = http::post(served.address, "/status/follow-up/check", &form);
    assert_eq!(check.all("mark"), ["jo@example.org", "I am the only consultant", &code]);
    let told = check.one("#identifying");
    for part in
        ["an e-mail address", "a receipt code", "Could someone tell from this who you are?", "for you to decide"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Back with every letter, and the same send counts as one.
    let back = http::post(served.address, "/status", &check.form("/status/follow-up"));
    let again = back.form("/status/follow-up/check");
    assert_eq!(http::value(&again, "message").trim_start_matches('\n'), text);
    assert_eq!(http::value(&again, "send_id"), http::value(&form, "send_id"));
    assert_eq!(person::status(served.address, &code).all("article.message").len(), 1, "nothing was sent by looking");
}

#[test]
fn parts_of_the_form_are_open_where_something_is_in_them() {
    let served = Served::new("");
    let open = |page: &Page| page.all("details.part[open] summary");
    assert!(open(&http::get(served.address, "/report?route=staff-concern")).is_empty());
    let check = person::check(served.address, "staff-concern", &[("when", "Last spring")]);
    let form = http::post(served.address, "/report", &check.form("/report/send"));
    assert_eq!(open(&form), ["Where and when it happened"]);
    // A Change button opens what it is about.
    let mut change = check.form("/report/send");
    http::fill(&mut change, "change", "role");
    let form = http::post(served.address, "/report", &change);
    assert_eq!(open(&form), ["Where and when it happened", "Your role, and what could show it"]);
    // What is wrong is never folded away.
    let mut wrong = check.form("/report/send");
    http::fill(&mut wrong, "use_concerns", &"x".repeat(1001));
    let form = http::post(served.address, "/report/check", &wrong);
    assert_eq!(
        (form.status, open(&form)),
        (422, vec!["Where and when it happened".into(), "How we may use it".into()])
    );
    // What was left out is one row.
    assert_eq!(check.all("#left-out").len(), 1);
    assert!(!check.all("dt").contains(&"Your role".to_owned()), "{:?}", check.all("dt"));
}
