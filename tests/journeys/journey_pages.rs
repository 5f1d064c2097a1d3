//! What a person who speaks up is asked, told and shown on the way: words by route, the receipt and its check, the
//! report's page, and the pages that explain.

use candour::{
    crypto::{ReplyRecipient, SignerRole, SigningKey, answer_digest, digest, record_digest, seal_answer, sign, verify},
    domain::{
        Answer, AnswerEntry, AnswerKind, CasebookId, Collected, Date, Decisions, Format, LogHead, Message, Part,
        ReportId, ReportState, Route, Salt, Text,
    },
    store::{Delivery, StoreError},
    web::Config,
};

use crate::support::{
    http::{self, Fields, Page},
    person::{self, status},
    served::Served,
};

const DESCRIPTION: &str = "Twenty characters and a few more.";

fn checked(served: &Served, route: &str) -> Page {
    person::check(served.address, route, &[("description", DESCRIPTION)])
}

fn sent(served: &Served, route: &str) -> Page {
    person::send(served.address, route, &[("description", DESCRIPTION)], vec![])
}

fn follow_up(served: &Served, code: &str) {
    let mut fields = person::follow_up(served.address, code);
    http::fill(&mut fields, "message", "There is more.");
    assert_eq!(http::post_multipart(served.address, "/status/follow-up", &fields, vec![]).status, 200);
}

/// The first message of the only report, opened.
fn first_message(served: &Served) -> Message {
    let report = served.opened().remove(0).0;
    let sealed = served.copy(report, 1, 0);
    served.identity.open_message(sealed.as_slice()).unwrap_or_else(|error| panic!("{error}")).0
}

/// Delivers replies, each written after that message of the person, as the desk would have sealed and signed them. The
/// desk acknowledges what came in up to `collected`.
fn reply(served: &Served, to: &Message, after: &[u32], collected: u32, on: Date) {
    let (key, signer) = SigningKey::<SignerRole>::generate().unwrap();
    let recipient = ReplyRecipient::parse(&to.reply_to).unwrap();
    let (mut answers, mut entries) = (vec![], vec![]);
    for (seq, after) in (1..).zip(after) {
        let answer = Answer {
            format: Format::Answer,
            r#box: to.r#box,
            report: to.report,
            seq,
            kind: AnswerKind::Reply,
            on,
            after: *after,
            state: ReportState::BeingRead,
            areas: vec![],
            supplementary: false,
            turn_to: vec![],
            text: Some(Text::typed(&format!("Reply {seq}."))),
            salt: Salt([6; 32]),
        };
        let sealed = seal_answer(&answer, Vec::new(), &recipient).unwrap();
        let size = sealed.as_bytes().len() as u64;
        entries.push(AnswerEntry {
            report: to.report,
            seq,
            kind: answer.kind,
            text: answer_digest(&answer).unwrap(),
            closed: false,
            size,
            sha256: sealed.digest(),
            endorsements: Vec::new(),
        });
        answers.push(sealed);
    }
    let decisions = Decisions {
        format: Format::Decisions,
        r#box: to.r#box,
        casebook: CasebookId([0; 16]),
        number: 1,
        part: Part::WHOLE,
        head: LogHead { number: 1, digest: digest(b"the last event") },
        collected: vec![acknowledged(served, to.report, collected)],
        gone: vec![],
        set_aside: vec![],
        entered: vec![],
        answers: entries,
    };
    let (bytes, signature) = sign(&decisions, &key).unwrap();
    let decisions = verify(&bytes, &signature, std::slice::from_ref(&signer)).unwrap_or_else(|error| panic!("{error}"));
    served.store.apply(Delivery { decisions, answers, on, signer, demanded: 0 }).unwrap();
}

/// What decisions say when the desk has every message of a report up to one.
fn acknowledged(served: &Served, report: ReportId, through: u32) -> Collected {
    let entry = served
        .store
        .snapshot::<_, StoreError>(|snapshot| Ok(snapshot.reports(&[report], false, &mut vec![])?.remove(0)));
    let entry = entry.unwrap();
    let messages = entry.messages.iter().filter(|message| message.seq <= through).map(|message| message.commitment);
    Collected { report, record: record_digest(&entry).unwrap(), messages: messages.collect() }
}

#[test]
fn each_route_asks_what_makes_sense_there_in_its_own_words() {
    let served = Served::new("");
    for (route, heading, about, describe, asks_role, asks_kind) in [
        (
            "staff-concern",
            "Raise a serious concern",
            "What is your concern about?",
            "Describe your concern",
            true,
            true,
        ),
        (
            "patient-choice",
            "Tell us that you were refused a choice",
            "What happened?",
            "Describe what happened",
            false,
            true,
        ),
        (
            "procurement",
            "Raise a procurement or competition issue",
            "What is the issue about?",
            "Describe the issue",
            false,
            true,
        ),
        (
            "service-complaint",
            "Complain about us",
            "What is your complaint about?",
            "Describe your complaint",
            false,
            false,
        ),
    ] {
        let page = http::get(served.address, &format!("/report?route={route}"));
        assert_eq!(page.one("h1"), heading);
        let needed =
            page.all("form label.label, form legend").into_iter().filter(|asked| !asked.ends_with("(optional)"));
        assert_eq!(needed.collect::<Vec<_>>(), [describe, about], "{route}");
        assert_eq!(page.one("label[for=description]"), describe);
        assert_eq!(page.all("#role").len(), usize::from(asks_role), "{route}");
        assert_eq!(page.all("#organisation_type").len(), usize::from(asks_kind), "{route}");
        for field in ["organisation", "about", "description", "area", "raised_internally", "serious_harm"] {
            assert_eq!(page.all(&format!("#{field}")).len(), 1, "{route}: {field}");
        }
        // What is wrong is said in the same words, and the check page asks in them too.
        let refused = http::post(served.address, "/report/check", &page.form("/report/check"));
        assert_eq!((refused.status, refused.one("h1")), (422, heading.to_owned()));
        assert_eq!(refused.all(".error-summary li").len(), 2);
        let shown = checked(&served, route).all("dt");
        assert!(shown.contains(&about.to_owned()) && shown.contains(&describe.to_owned()), "{shown:?}");
    }
    let routes = http::get(served.address, "/report");
    assert_eq!((routes.all("main li a").len(), routes.all("form[action=\"/report/check\"]").len()), (4, 0));
}

#[test]
fn an_answer_from_another_route_is_never_sent_unseen() {
    let served = Served::new("");
    let mut form = http::get(served.address, "/report?route=staff-concern").form("/report/check");
    for (field, value) in
        [("about", "bullying"), ("description", DESCRIPTION), ("role", "doctor"), ("route", "service-complaint")]
    {
        http::fill(&mut form, field, value);
    }
    let page = http::post(served.address, "/report/check", &form);
    let main = page.one("main");
    assert!(main.contains("Doctor") && main.contains("Bullying or harassment"), "{main}");
    let change = http::post(served.address, "/report", &page.form("/report/send"));
    assert_eq!((http::value(&change.form("/report/check"), "role"), change.all("#role").len()), ("doctor", 1));
    assert_eq!(change.all("input[name=about][value=bullying][checked]").len(), 1);
}

#[test]
fn what_may_identify_someone_is_said_where_it_stands() {
    let served = Served::new("");
    let mut form = http::get(served.address, "/report?route=staff-concern").form("/report/check");
    http::fill(&mut form, "about", "fraud");
    http::fill(&mut form, "description", "Ask jo@example.org, NHS number 943 476 5919.");
    http::fill(&mut form, "when", "Last spring");
    let page = http::post(served.address, "/report/check", &form);
    assert_eq!(page.all(".found"), ["Marked: an NHS number, an e-mail address. It may show who someone is."]);
    let main = page.one("main");
    let (limits, chooser) = (main.find("Up to 10 files").unwrap(), main.find("Choose files").unwrap());
    assert!(main.find("What files may show").unwrap() < chooser && chooser < limits, "{main}");
}

#[test]
fn the_receipt_is_spelled_and_says_what_comes_when() {
    let served = Served::new("");
    let page = sent(&served, "patient-choice");
    let code = page.one("#receipt-code");
    let spelled = page.one(".panel .hidden");
    let symbols: String = spelled.split_once(": ").unwrap().1.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    assert_eq!(symbols, code.replace('-', ""));
    assert!(spelled.contains(&format!("{}, {}, ", &code[..1], &code[1..2])), "{spelled}");
    let next = page.all("main ol li").join("|");
    assert!(next.contains("By 29 December 2026") && next.contains("By 15 December 2026"), "{next}");
    for link in page.text().split("href=\"").skip(1).chain(page.text().split("action=\"").skip(1)) {
        assert!(!link.split('"').next().unwrap().contains(&code[..4]), "the code is in an address");
    }
}

#[test]
fn a_copy_of_the_code_is_checked_before_leaving() {
    let served = Served::new("");
    let receipt = sent(&served, "staff-concern");
    let code = receipt.one("#receipt-code");
    let check = |copy: &str| {
        let mut form = receipt.form("/receipt/check");
        http::fill(&mut form, "again", copy);
        http::post(served.address, "/receipt/check", &form)
    };
    for right in [code.clone(), code.to_lowercase().replace('-', " ")] {
        let page = check(&right);
        assert_eq!((page.status, page.one("h1")), (200, "Your copy of the code is right".into()));
        assert!(!page.text().contains(&code[..9]), "the code is gone from the screen");
    }
    let other = http::value(&checked(&served, "staff-concern").form("/report/send"), "code").to_owned();
    for (wrong, says) in [
        ("", "Enter your receipt code"),
        ("7KQM", "24 letters and numbers"),
        (&code.chars().rev().collect::<String>(), ""),
        (&other, "This is another code"),
    ] {
        let page = check(wrong);
        assert_eq!((page.status, page.one("#receipt-code")), (422, code.clone()));
        assert!(page.one("title").starts_with("Error: ") && page.one(".error-summary li").contains(says), "{wrong}");
        assert_eq!(page.all(".error-summary a[href=\"#again\"]").len(), 1);
        assert_eq!(http::value(&page.form("/receipt/check"), "again"), wrong);
        assert_eq!(
            (page.one("#received-on"), page.one("#notice-due")),
            ("1 December 2026".into(), "15 December 2026".into())
        );
    }
    // Only for a code that was given out here, and only once a report came with it.
    let mut forged = receipt.form("/receipt/check");
    http::fill(&mut forged, "code", &other);
    http::fill(&mut forged, "again", &other);
    assert_eq!(http::post(served.address, "/receipt/check", &forged).status, 422);
    let mut unsent = checked(&served, "staff-concern").form("/report/send");
    http::fill(&mut unsent, "again", &code);
    let page = http::post(served.address, "/receipt/check", &unsent);
    assert_eq!((page.status, page.all("#receipt-code").len()), (422, 0));
}

#[test]
fn what_is_new_since_the_person_last_wrote_is_marked() {
    let served = Served::new("");
    let code = sent(&served, "staff-concern").one("#receipt-code");
    let concern = first_message(&served);
    let page = status(served.address, &code);
    assert_eq!((page.all(".new").len(), page.all("#new").len()), (0, 0));
    assert!(page.one("main").contains("waits here for the governance team to fetch it"));

    follow_up(&served, &code);
    // Both on the day of the last message: the first was written before the team had read that.
    reply(&served, &concern, &[1, 2], 2, Date::constant(2026, 12, 1));
    let page = status(served.address, &code);
    let articles = page.all("article.message");
    assert_eq!(articles.len(), 4);
    let new: Vec<bool> = articles.iter().map(|article| article.contains("New since you last wrote")).collect();
    assert_eq!(new, [true, false, false, false], "what is new stands first: {articles:?}");
    assert_eq!((page.all("#new").len(), page.one("#messages")), (1, "Earlier messages".into()));
    assert!(articles[1].contains("The governance team has it.") && articles[3].contains("The governance team has it."));

    follow_up(&served, &code);
    assert!(status(served.address, &code).all(".new").is_empty());
}

#[test]
fn an_answer_that_crossed_with_a_message_is_new_too() {
    let served = Served::new("");
    let code = sent(&served, "staff-concern").one("#receipt-code");
    let concern = first_message(&served);
    follow_up(&served, &code);
    reply(&served, &concern, &[1], 1, Date::constant(2026, 12, 2));
    let page = status(served.address, &code);
    assert_eq!(page.all(".new"), ["New since you last wrote"]);
    assert!(page.all("article.message")[2].contains("waits here"), "the follow-up was not fetched yet");
}

#[test]
fn every_promise_is_shown_with_where_it_stands_and_lateness_with_who_else_helps() {
    let served = Served::new("");
    let code = sent(&served, "service-complaint").one("#receipt-code");
    let page = status(served.address, &code);
    assert!(page.all("#overdue").is_empty());
    assert!(page.one("#clocks").contains("20 working days left"), "{}", page.one("#clocks"));
    served.day.set(Date::constant(2026, 12, 14));
    assert!(status(served.address, &code).one("main").contains("1 working day left"));
    served.day.set(Date::constant(2027, 1, 4));
    let late = status(served.address, &code).one("#overdue");
    for part in
        ["was due by 15 December 2026", "was due by 31 December 2026", "999", "Protect (020 3117 2520)", "your MP"]
    {
        assert!(late.contains(part), "{part}: {late}");
    }
}

#[test]
fn the_pages_that_explain_are_there_and_linked_from_every_page() {
    let served = Served::new("");
    let start = http::get(served.address, "/");
    for (path, heading) in [
        ("/privacy", "Privacy"),
        ("/accessibility", "Accessibility statement"),
        ("/easy-read", "Easy Read"),
        ("/how-this-is-kept-safe", "How this is kept safe"),
    ] {
        assert_eq!(start.all(&format!("footer a[href=\"{path}\"]")).len(), 1);
        let page = http::get(served.address, path);
        assert!(page.status == 200 && page.one("h1").starts_with(heading), "{path}: {}", page.one("h1"));
    }
    let safe = http::get(served.address, "/how-this-is-kept-safe");
    assert_eq!(safe.one("#fingerprint"), http::get(served.address, "/keys").one("#fingerprint"));
    assert!(!safe.all("main a[href=\"/keys\"]").is_empty());
    let policy = start.header("content-security-policy").unwrap();
    assert!(!policy.contains("img-src") && start.all("img").is_empty());
}

#[test]
fn security_txt_is_there_once_it_is_set() {
    let served = Served::new("");
    let page = http::get(served.address, "/.well-known/security.txt");
    assert_eq!((page.status, page.one("h1")), (404, "Page not found".into()));
    let served = Served::new("[security]\ncontact = \"mailto:security@a.example\"\nexpires = \"2027-11-22\"");
    let page = http::get(served.address, "/.well-known/security.txt");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    assert_eq!(
        page.said(),
        "Contact: mailto:security@a.example\nExpires: 2027-11-22T00:00:00Z\nPreferred-Languages: en\n"
    );
}

#[test]
fn the_operators_names_numbers_and_links_are_shown() {
    let served = Served::new(
        "[service]\nname = \"Speak up\"\nheader = \"A <trust> & co\"\nphone = \"020 7946 0000\"\npost = \"1 High Street\"\n\
         [contacts.advice]\nname = \"Our helpers\"\nlink = \"https://help.example/\"\nphone = \"020 7946 0001\"\n\
         [links]\ntor_browser = \"https://tor.example/\"\nbsl = \"https://a.example/bsl\"\n\
         [privacy]\ncontroller = \"The Trust\"\nofficer = \"dpo@a.example\"\nkept = \"Seven years.\"\n\
         [accessibility]\ncontact = \"020 7946 0002\"\nreviewed_on = \"2026-11-22\"\ntested_on = \"2026-11-23\"\n\
         tested_by = \"Testers\"\nprepared_on = \"2026-11-01\"\nstatus = \"not-compliant\"\nproblems = [\"A <b> fails.\"]",
    );
    let start = http::get(served.address, "/");
    assert_eq!(start.one("header a"), "A <trust> & co Speak up");
    assert!(start.one("main").contains("020 7946 0000") && start.one("main").contains("1 High Street"));
    let before = http::get(served.address, "/before-you-start");
    assert!(before.one("main").contains("Our helpers (020 7946 0001)"));
    assert_eq!(before.all("a[href=\"https://tor.example/\"]").len(), 1);
    let privacy = http::get(served.address, "/privacy").one("main");
    for part in ["The controller is The Trust. Data protection officer: dpo@a.example.", "Seven years."] {
        assert!(privacy.contains(part), "{part}");
    }
    let accessibility = http::get(served.address, "/accessibility").one("main");
    for part in [
        "tell us: 020 7946 0002.",
        "This website is not compliant with the Web Content Accessibility Guidelines version 2.2 AA standard.",
        "The Trust is committed to making its website accessible, in accordance with the Public Sector Bodies",
        "A <b> fails.",
        "This statement was prepared on 1 November 2026. It was last reviewed on 22 November 2026.",
        "This website was last tested on 23 November 2026 against the WCAG 2.2 AA standard. The test was carried out by \
         Testers.",
    ] {
        assert!(accessibility.contains(part), "{part}: {accessibility}");
    }
    for path in ["/", "/easy-read", "/accessibility"] {
        assert_eq!(http::get(served.address, path).all("main a[href=\"https://a.example/bsl\"]").len(), 1, "{path}");
    }
}

#[test]
fn until_it_is_set_the_accessibility_statement_says_what_is_not_known() {
    let statement = http::get(Served::new("").address, "/accessibility").one("main");
    for part in [
        "This accessibility statement applies to the website that you are on now.",
        "This website is partially compliant with the Web Content Accessibility Guidelines version 2.2 AA standard, due \
         to the non-compliances listed below.",
        "The content listed below is non-accessible for the following reasons.",
        "has not been tested by the people who use them",
        "The Equality and Human Rights Commission (EHRC) is responsible for enforcing the Public Sector Bodies (Websites \
         and Mobile Applications) (No. 2) Accessibility Regulations 2018 (the ‘accessibility regulations’). If you are \
         not happy with how we respond to your complaint, contact the Equality Advisory and Support Service (EASS), telephone 0808 \
         800 0082.",
        "The day on which this statement was prepared has not been entered yet.",
        "has not been tested by anyone yet",
        "We send you no files.",
    ] {
        assert!(statement.contains(part), "{part}: {statement}");
    }
}

#[test]
fn search_engines_may_list_the_start_page_alone_and_only_where_the_operator_wants_it() {
    const PATHS: [&str; 11] = [
        "/",
        "/before-you-start",
        "/easy-read",
        "/keys",
        "/keys/governance.recipients",
        "/privacy",
        "/accessibility",
        "/how-this-is-kept-safe",
        "/report",
        "/status",
        // Without one, search engines fetch pages and see that they may not list them.
        "/robots.txt",
    ];
    const ONION: &str = "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion";
    let told = |page: &Page| {
        let meta = page
            .text()
            .split_once("<meta name=\"robots\" content=\"")
            .map(|(_, rest)| rest.split_once('"').unwrap().0.to_owned());
        (page.header("x-robots-tag").unwrap().to_owned(), meta)
    };
    for (config, listed) in [("", false), ("[service]\nindexed = true", true)] {
        let served = Served::new(config);
        for path in PATHS {
            let page = http::get(served.address, path);
            let (header, meta) = told(&page);
            let expected = if listed && path == "/" { "nofollow" } else { "noindex, nofollow" };
            assert_eq!(header, expected, "{path}");
            assert!(meta.is_none_or(|meta| meta == expected), "{path}");
            assert_eq!(page.status == 404, path == "/robots.txt");
        }
        for host in [ONION.to_owned(), format!("{}:80", ONION.to_uppercase()), format!("www.{ONION}")] {
            let page = http::exchange(served.address, &format!("GET / HTTP/1.1\r\nHost: {host}\r\n"), |_| Ok(()));
            assert_eq!(told(&page), ("noindex, nofollow".to_owned(), Some("noindex, nofollow".to_owned())), "{host}");
        }
    }
}

#[test]
fn the_operators_logo_stands_in_the_page_itself() {
    let mut config = Config::parse("[service]\nlogo = \"logo.svg\"\nlogo_alt = \"A <trust>\"").unwrap();
    config.set_logo(b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>").unwrap();
    let served = Served::with(config);
    let page = http::get(served.address, "/");
    assert_eq!(page.all("header a img[src^=\"data:image/svg+xml;base64,\"][alt=\"A <trust>\"]").len(), 1);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("; img-src data:; "), "{policy}");
    assert_eq!(page.size(), 49_152);
}

#[test]
fn too_many_codes_in_a_minute_are_told_to_wait_and_a_concern_is_not() {
    let served = Served::new("[limits]\ncode_checks_a_minute = 2");
    let code = sent(&served, "staff-concern").one("#receipt-code");
    // What is no code costs nothing.
    for _ in 0..5 {
        assert_eq!(status(served.address, "7KQM").status, 422);
    }
    assert_eq!([status(served.address, &code).status, status(served.address, &code).status], [200, 200]);
    let page = status(served.address, &code);
    assert_eq!((page.status, page.header("retry-after")), (429, Some("60")));
    assert_eq!((page.one("h1"), page.size()), ("Too many codes are being tried".into(), 49_152));
    assert_eq!(sent(&served, "staff-concern").status, 200);
}

#[test]
fn error_pages_say_what_to_do() {
    let served = Served::new("");
    let address = served.address;
    let method = http::get(address, "/report/send");
    assert_eq!((method.status, method.one("h1")), (405, "This page comes after a form".into()));
    assert!(method.one("main").contains("you see your receipt code again"));
    served.day.set(Date::constant(2028, 12, 29));
    let closed = http::get(address, "/report");
    assert_eq!((closed.status, closed.header("retry-after")), (503, Some("30")));
    assert!(closed.one("main").contains("Protect") && closed.one("main").contains("999"));
}

#[test]
fn no_page_weighs_more_than_a_slow_circuit_bears() {
    let served = Served::new("");
    let address = served.address;
    let code = sent(&served, "service-complaint").one("#receipt-code");
    let mut pages: Vec<(String, Page)> = ["/", "/before-you-start", "/keys", "/status", "/privacy", "/accessibility"]
        .into_iter()
        .chain(["/how-this-is-kept-safe", "/report", "/nowhere"])
        .map(|path| (path.to_owned(), http::get(address, path)))
        .collect();
    pages.push(("receipt".into(), sent(&served, "patient-choice")));
    pages.push(("status".into(), status(served.address, &code)));
    for route in Route::ALL {
        let form = http::get(address, &format!("/report?route={route}"));
        let refused = http::post(address, "/report/check", &Fields::from([("route".into(), route.slug().into())]));
        pages.extend([(format!("form {route}"), form), (format!("refused {route}"), refused)]);
        pages.push((format!("check {route}"), checked(&served, route.slug())));
    }
    for (name, page) in &pages {
        let weight = page.text().rsplit_once("<!--").unwrap().0.len();
        assert!(weight <= 32 * 1024, "{name}: {weight} bytes");
        assert_eq!(page.size(), 49_152, "{name}");
    }
}
