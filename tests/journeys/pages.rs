//! The box's pages as a browser without scripts sees them, over a real socket.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    sync::Barrier,
};

use candour::domain::{Date, Route};

use crate::support::{
    http::{self, Fields, File, Page},
    person::{self, status},
    served::Served,
};

const DESCRIPTION: &str = "What happened on the ward.\n  Second line: <b>\"quoted\"</b> & more.";

fn filled(served: &Served, route: &str) -> Fields {
    let page = http::get(served.address, &format!("/report?route={route}"));
    assert_eq!(page.status, 200);
    let mut form = page.form("/report/check");
    http::fill(&mut form, "about", "patient-safety");
    http::fill(&mut form, "description", DESCRIPTION);
    form
}

fn checked(served: &Served, route: &str) -> Fields {
    person::checked(served.address, route, &[("description", DESCRIPTION)])
}

fn text<'a>(name: &'a str, content: &'a [u8]) -> File<'a> {
    File::new(name, "text/plain", content)
}

fn send(served: &Served, fields: &Fields, files: Vec<File<'_>>) -> Page {
    http::post_multipart(served.address, "/report/send", fields, files)
}

/// Sends a concern and gives its receipt code.
fn sent(served: &Served) -> String {
    let page = send(served, &checked(served, "staff-concern"), vec![]);
    assert_eq!(page.status, 200, "{}", page.all("main").join(" "));
    page.one("#receipt-code")
}

#[test]
fn every_route_ends_in_a_receipt_and_a_sealed_report() {
    let served = Served::new("");
    for route in Route::ALL {
        let page = send(
            &served,
            &checked(&served, route.slug()),
            vec![text("../a/résumé.txt", b"evidence"), text("empty", b"")],
        );
        assert_eq!(page.status, 200, "{}", page.all("main").join(" "));
        assert!(page.text().contains("<time datetime=\"2026-12-01\">1 December 2026</time>"));
        assert_eq!(
            (page.one("#received-on"), page.one("#notice-due")),
            ("1 December 2026".into(), "15 December 2026".into())
        );
        let code = page.one("#receipt-code");
        assert_eq!((code.len(), code.matches('-').count()), (29, 5));
        let page = status(served.address, &code);
        assert_eq!(
            (page.status, page.one("#notice-state"), page.one("#areas")),
            (200, "Open".into(), "Not decided yet".into())
        );
        assert_eq!(
            (page.one("#received-on"), page.one("#notice-due")),
            ("1 December 2026".into(), "15 December 2026".into())
        );
        assert_eq!(page.all("#clocks > div, details dl.rows > div").len(), 1 + route.promises().len());
        assert_eq!(page.all("article.message").len(), 1);
    }
    let opened = served.opened();
    assert_eq!(opened.iter().map(|(_, messages)| messages[0].route).collect::<BTreeSet<_>>().len(), 4);
    for (id, messages) in &opened {
        let answers = messages[0].content.concern().unwrap();
        assert!(answers.description.as_str() == DESCRIPTION);
        let attachments = &messages[0].attachments;
        let names: Vec<_> = attachments.iter().map(|a| (a.name.as_str(), a.media_type.as_str(), a.size)).collect();
        assert_eq!(names, [("résumé.txt", "text/plain", 8), ("empty", "text/plain", 0)]);
        let mut evidence = Vec::new();
        served.identity.open_attachment(served.copy(*id, 1, 1).as_slice(), &attachments[0], &mut evidence).unwrap();
        assert_eq!(evidence, b"evidence");
    }
    assert_eq!(served.store.arriving_bytes(), 0);
}

#[test]
fn fifty_sends_at_the_same_moment_are_one_report_and_one_receipt() {
    let served = Served::new("");
    let fields = checked(&served, "procurement");
    let start = Barrier::new(50);
    let pages: Vec<Page> = std::thread::scope(|scope| {
        let send_one = || {
            start.wait();
            send(&served, &fields, vec![text("a", b"the same evidence")])
        };
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(send_one)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    // The first is told which files came; all others, in the same words, that nothing was added.
    let (first, again): (Vec<&Page>, Vec<&Page>) = pages.iter().partition(|page| page.all("#sent-before").is_empty());
    assert_eq!(
        (first.len(), again.len()),
        (1, 49),
        "{:?}",
        first.iter().map(|page| page.one("h1")).collect::<Vec<_>>()
    );
    assert_eq!(first[0].all("#files li"), ["a (17 bytes)"]);
    for id in ["#receipt-code", "#received-on", "#notice-due"] {
        assert_eq!(first[0].one(id), again[0].one(id));
    }
    for page in &again {
        assert_eq!(page.status, 200);
        assert!(page.said() == again[0].said(), "a page differs");
    }
    assert_eq!(served.opened().len(), 1);
    // Later too, and with other answers: the first one stands.
    served.day.set(Date::constant(2026, 12, 9));
    let mut other = fields;
    http::fill(&mut other, "description", "Something else altogether.");
    let changed = send(&served, &other, vec![]);
    for id in ["h1", "#receipt-code", "#received-on", "#notice-due", "#sent-before"] {
        assert_eq!(changed.one(id), again[0].one(id));
    }
    assert_eq!(served.opened().len(), 1);
    // What was written now can be sent as a follow-up.
    let follow_up = http::post(served.address, "/status/follow-up/check", &changed.form("/status/follow-up/check"));
    assert!(follow_up.one("main").contains("Something else altogether."));
    served.wait_until_nothing_arrives();
}

#[test]
fn a_problem_gives_the_page_back_with_everything_typed() {
    let served = Served::new("");
    let page = http::post(served.address, "/report/check", &vec![]);
    assert_eq!(page.status, 422);
    assert!(page.one("title").starts_with("Error: "));
    assert_eq!(page.one(".error-summary h2"), "There is a problem");
    assert_eq!(
        page.all(".error-summary li"),
        [
            "Select why you are contacting us",
            "Enter a description of your concern",
            "Select what your concern is about"
        ]
    );
    for field in ["route", "about", "description"] {
        assert_eq!(page.all(&format!(".error-summary a[href=\"#{field}\"]")).len(), 1);
        assert_eq!(page.all(&format!("#{field}")).len(), 1);
        assert!(page.one(&format!("#{field}-error")).starts_with("Error: "));
    }
    assert!(page.text().find("error-summary\"").unwrap() < page.text().find("<h1").unwrap());

    let mut form = filled(&served, "patient-choice");
    form.retain(|(name, _)| name != "about" && name != "organisation_type");
    let typed: Fields = [
        ("organisation", "Trust of \"X\" & <Y>"),
        ("organisation_type", "nhs-trust"),
        ("description", "\n Too short "),
        ("when", "spring"),
        ("serious_harm", "yes"),
        ("role", "doctor"),
        ("area", "integrated-care"),
        ("area", "competition"),
        ("raised_internally", "no"),
        ("raised_detail", "a\nb"),
        ("documents", "minutes"),
        ("use_concerns", "none"),
        ("ongoing", "may-happen"),
    ]
    .iter()
    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    .collect();
    for (name, _) in &typed {
        form.retain(|(n, _)| n != name);
    }
    form.extend(typed.clone());
    let page = http::post(served.address, "/report/check", &form);
    assert_eq!(page.status, 422);
    let mut kept = page.form("/report/check");
    kept.retain(|(name, _)| name != "route");
    let sorted = |fields: &Fields| {
        let mut fields = fields.clone();
        // "Not answered" says nothing, and the code of a form is new.
        fields.retain(|(name, value)| !value.is_empty() && !name.starts_with("code"));
        fields.sort();
        fields
    };
    assert_eq!(sorted(&kept), sorted(&typed));
    assert_eq!(page.all("input[name=route][value=patient-choice][checked]").len(), 1);

    // From the check page back to the form: everything is there again, and the receipt code stays the same.
    let checked = checked(&served, "staff-concern");
    let page = http::post(served.address, "/report", &checked);
    assert_eq!(page.status, 200);
    let again = http::post(served.address, "/report/check", &page.form("/report/check")).form("/report/send");
    assert_eq!(sorted(&again), sorted(&checked.iter().map(|(n, v)| (n.clone(), v.replace("\r\n", "\n"))).collect()));
    assert_eq!(http::value(&again, "code"), http::value(&checked, "code"));
}

#[test]
fn what_may_identify_someone_is_marked_before_sending() {
    let served = Served::new("");
    let mut form = filled(&served, "staff-concern");
    http::fill(&mut form, "description", "Patient 943 476 5919 told jo@example.org about it <i>.");
    let page = http::post(served.address, "/report/check", &form);
    assert_eq!(page.all("mark"), ["943 476 5919", "jo@example.org"]);
    assert_eq!(page.all("#identifying li"), ["an NHS number", "an e-mail address"]);
    assert_eq!(
        http::value(&page.form("/report/send"), "description"),
        "Patient 943 476 5919 told jo@example.org about it <i>."
    );
}

#[test]
fn only_codes_that_this_box_issued_are_taken() {
    let served = Served::new("");
    let fields = checked(&served, "staff-concern");
    let other = checked(&Served::new(""), "staff-concern");
    for (name, value) in [
        ("code", ""),
        ("code_tag", ""),
        ("code_tag", http::value(&other, "code_tag")),
        ("code", http::value(&other, "code")),
        ("code", "x"),
    ] {
        let mut forged = fields.clone();
        http::fill(&mut forged, name, value);
        let page = send(&served, &forged, vec![text("a", b"evidence")]);
        assert_eq!(page.status, 422);
        // Nothing that was typed is lost: with a code of this box it can be sent.
        assert!(page.one("#not-sent").contains("did not carry a receipt code"), "{}", page.one("main"));
        let again = page.form("/report/send");
        assert_ne!(http::value(&again, "code"), value);
        for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with("code")) {
            assert_eq!(http::value(&again, name), value);
        }
    }
    assert!(served.opened().is_empty());
    served.wait_until_nothing_arrives();
}

#[test]
fn a_code_that_is_wrong_is_told_from_one_that_is_unknown_but_not_by_size() {
    let served = Served::new("");
    let code = sent(&served);
    let unknown = http::value(&checked(&served, "staff-concern"), "code").to_owned();
    let right = status(served.address, &code);
    for (typed, says) in [
        ("", "Enter your receipt code"),
        ("7KQM", "24 letters and numbers"),
        (unknown.as_str(), "We can’t find a report with this code"),
    ] {
        let page = status(served.address, typed);
        assert_eq!((page.status, page.size()), (422, right.size()));
        assert!(page.one(".error-summary li").contains(says));
        assert_eq!(http::value(&page.form("/status"), "code"), typed);
    }
    let wrong = code.chars().rev().collect::<String>();
    assert!([422].contains(&status(served.address, &wrong).status));
    assert_eq!(status(served.address, &code.to_lowercase().replace('-', " ")).status, 200);
}

#[test]
fn a_broken_upload_leaves_nothing() {
    let served = Served::new("");
    let fields = checked(&served, "staff-concern");
    let part = http::until_file(&fields);
    let mut stream = TcpStream::connect(served.address).unwrap();
    write!(stream, "POST /report/send HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 3000000\r\n\r\n{part}").unwrap();
    stream.write_all(&vec![b'x'; 2_000_000]).unwrap();
    drop(stream);
    // The whole of a file, but no end of the form.
    let page = http::exchange(
        served.address,
        "POST /report/send HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 4000\r\n",
        |stream| {
            let body = format!("{part}evidence\r\n--b\r\n");
            write!(stream, "{body:<4000}")
        },
    );
    assert_eq!(page.status, 400);
    assert!(served.opened().is_empty());
    served.wait_until_nothing_arrives();
    // The same form can be sent again.
    assert_eq!(send(&served, &fields, vec![]).status, 200);
}

#[test]
fn limits_hold() {
    let mut served = Served::new("[limits]\nattachments = 2\nattachment_mib = 1");
    let fields = checked(&served, "staff-concern");
    // Said by the browser: refused before it is read, and the browser may finish sending.
    let large = vec![b'x'; 4 << 20];
    assert_eq!(send(&served, &fields, vec![text("a", &large)]).status, 413);
    // Not said by the browser.
    let chunked =
        "POST /report/send HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n";
    let page = http::exchange(served.address, chunked, |stream| {
        let part = http::until_file(&fields);
        write!(stream, "{:x}\r\n", part.len())?;
        stream.write_all(part.as_bytes())?;
        for _ in 0..80 {
            write!(stream, "\r\n{:x}\r\n", 65_536)?;
            stream.write_all(&[b'x'; 65_536])?;
        }
        Ok(())
    });
    assert!(page.status == 413);
    // Part headers that never end.
    let page = http::exchange(served.address, chunked, |stream| {
        write!(stream, "{:x}\r\n--b\r\nX: ", 1_000_008)?;
        stream.write_all(&vec![b'x'; 1_000_000])
    });
    assert_eq!(page.status, 400);
    // Text.
    let mut long = fields.clone();
    http::fill(&mut long, "description", &"x".repeat(800_000));
    assert_eq!(http::post(served.address, "/report/check", &long).status, 413);
    assert_eq!(send(&served, &long, vec![]).status, 413);
    let many: Fields = (0..65).map(|_| ("about".to_owned(), "fraud".to_owned())).collect();
    assert_eq!(http::post(served.address, "/report/check", &many).status, 413);
    // At the limits.
    let over = vec![b'x'; (1 << 20) + 1];
    let page = send(&served, &fields, vec![text("", b""), text("a", &over[1..]), text("b", b"")]);
    assert_eq!(page.status, 200, "{}", page.one("main"));
    let opened = served.opened();
    assert_eq!((opened.len(), opened[0].1[0].attachments.len()), (1, 2));
    served.wait_until_nothing_arrives();
    served.stop();
}

#[test]
fn files_past_a_limit_are_left_out_and_named_and_nothing_else_is_lost() {
    let served = Served::new("[limits]\nattachments = 2\nattachment_mib = 1");
    let over = vec![b'x'; (1 << 20) + 1];
    let fields = checked(&served, "staff-concern");
    let files = vec![text("a", b"1"), text("b", b"2"), text("c", b"3"), text("d", b"4")];
    let page = send(&served, &fields, files);
    assert_eq!((page.status, page.all("#files li")), (200, vec!["a (1 byte)".into(), "b (1 byte)".into()]));
    assert_eq!(page.all("#files-left-out li"), ["c", "d"]);
    // A copy that is wrong gets the same page.
    let mut copy = page.form("/receipt/check");
    http::fill(&mut copy, "again", "7KQM");
    let wrong = http::post(served.address, "/receipt/check", &copy);
    assert_eq!(
        (wrong.status, wrong.all("#files li"), wrong.all("#files-left-out li")),
        (422, page.all("#files li"), page.all("#files-left-out li"))
    );

    // Too large together: whatever fits beside it stays.
    let fields = checked(&served, "staff-concern");
    let page = send(&served, &fields, vec![text("a", b"1"), text("large", &over), text("b", b"2")]);
    assert_eq!(
        (page.status, page.all("#files li").len(), page.all("#files-left-out li")),
        (200, 2, vec!["large".into()])
    );
    let code = page.one("#receipt-code");
    let fields = person::follow_up(served.address, &code);
    let post = |files| http::post_multipart(served.address, "/status/follow-up", &fields, files);
    let alone = post(vec![text("large", &over)]);
    assert_eq!(
        (alone.status, alone.one(".error-summary li")),
        (422, "Choose files that are 1 MB or less together".into())
    );
    let page = post(vec![text("large", &over), text("small", b"1")]);
    assert_eq!((page.status, page.all("#files-left-out li")), (200, vec!["large".into()]));
    let counts: BTreeSet<_> = served
        .opened()
        .iter()
        .map(|(_, messages)| messages.iter().map(|m| m.attachments.len()).collect::<Vec<_>>())
        .collect();
    assert_eq!(counts, BTreeSet::from([vec![2], vec![2, 1]]));
    served.wait_until_nothing_arrives();
}

#[test]
fn parts_come_in_any_order_and_in_chunks() {
    let served = Served::new("");
    let mut fields = checked(&served, "staff-concern");
    // But for the code and its tag, which come before any file.
    fields.sort_by_key(|(name, _)| !name.starts_with("code"));
    fields[2..].reverse();
    let mut body = String::new();
    for (place, (name, value)) in fields.iter().enumerate() {
        if place == 2 {
            body += "--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"first.txt\"\r\nContent-Type: text/plain\r\n\r\nevidence\r\n";
        }
        body += &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--b--\r\n";
    let head = "POST /report/send HTTP/1.1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n";
    let page = http::exchange(served.address, head, |stream| {
        for piece in body.as_bytes().chunks(7) {
            write!(stream, "{:x}\r\n", piece.len())?;
            stream.write_all(piece)?;
            write!(stream, "\r\n")?;
        }
        write!(stream, "0\r\n\r\n")
    });
    assert_eq!(page.status, 200);
    let opened = served.opened();
    assert_eq!((opened.len(), opened[0].1[0].attachments[0].size), (1, 8));
}

#[test]
fn every_response_has_the_headers_and_the_size() {
    let security = "[security]\ncontact = \"mailto:security@example.org\"\nexpires = \"2027-11-22\"";
    let served = Served::new(&format!("[limits]\nattachment_mib = 1\n{security}"));
    let address = served.address;
    let request = |line: &str, more: &str| http::exchange(address, &format!("{line} HTTP/1.1\r\n{more}"), |_| Ok(()));
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let pages = [
        (200, http::get(address, "/")),
        (200, http::get(address, "/before-you-start")),
        (200, http::get(address, "/easy-read")),
        (200, http::get(address, "/report")),
        (200, http::get(address, "/report?route=staff-concern")),
        (200, http::get(address, "/status")),
        (200, http::get(address, "/keys")),
        (200, http::get(address, "/keys/governance.recipients")),
        (200, http::get(address, "/.well-known/security.txt")),
        (200, http::get(address, "/who-else")),
        (200, http::get(address, "/privacy")),
        (200, http::get(address, "/accessibility")),
        (200, http::get(address, "/how-this-is-kept-safe")),
        (200, http::get(address, "/healthz")),
        (200, http::exchange(address, "GET / HTTP/1.0\r\n", |_| Ok(()))),
        (200, request("HEAD /", "")),
        (200, http::post(address, "/leave", &vec![])),
        (200, http::post(address, "/report/check", &filled(&served, "staff-concern"))),
        (200, send(&served, &checked(&served, "staff-concern"), vec![])),
        (422, http::post(address, "/report/check", &vec![])),
        (404, http::get(address, "/no/such/page")),
        (404, request("HEAD /no", "")),
        (200, http::get(address, "/leave")),
        (405, http::get(address, "/report/check")),
        (405, request("DELETE /", "")),
        (413, request("POST /report/check", &format!("{form}Content-Length: 9000000\r\n"))),
        (
            413,
            request(
                "POST /report/send",
                "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n",
            ),
        ),
        (415, request("POST /report/check", "Content-Type: text/plain\r\nContent-Length: 0\r\n")),
        (400, request("POST /report/send", "Content-Type: multipart/form-data\r\nContent-Length: 0\r\n")),
        (403, request("POST /leave", "Sec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n")),
        (403, request("POST /leave", "Sec-Fetch-Site: same-site\r\nContent-Length: 0\r\n")),
        (200, request("POST /leave", "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\nContent-Length: 0\r\n")),
        (200, request("POST /leave", "Sec-Fetch-Site: none\r\nContent-Length: 0\r\n")),
    ];
    let mut sizes = BTreeSet::new();
    for (expected, page) in &pages {
        assert_eq!(page.status, *expected, "{}", page.head);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.ends_with("; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"), "{policy}");
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store, no-transform"),
            ("content-encoding", "identity"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(page.header(name), Some(value), "{}", page.head);
        }
        assert!(page.header("permissions-policy").is_some());
        for name in ["server", "date", "etag", "last-modified", "set-cookie"] {
            assert_eq!(page.header(name), None, "{}", page.head);
        }
        let announced: usize = page.header("content-length").unwrap().parse().unwrap();
        assert_eq!(page.header("connection"), Some("close"), "{}", page.head);
        // What is asked for a head alone is told how long the rest would be.
        let (is_page, is_head) = (page.header("content-type").unwrap().starts_with("text/html"), page.body.is_empty());
        if announced > "ok\n".len() {
            sizes.insert(page.size() + if is_head { announced } else { 0 });
        }
        if is_page && !is_head {
            let text = page.text();
            assert!(text.starts_with("<!DOCTYPE html>\n<html lang=\"en-GB\">") && !text.contains("<script"));
            assert_eq!(page.all("h1").len(), 1, "{}", page.head);
            if page.header("refresh").is_some() {
                // The page on the way out says nothing of this service.
                continue;
            }
            let style = text.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).unwrap().0;
            let hash = data_encoding::BASE64.encode(&candour::crypto::digest(style.as_bytes()).0);
            assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
            assert_eq!(page.all("main#maincontent").len(), 1);
            assert_eq!(page.all("form[action=\"/leave\"] button").len(), 1);
            assert_eq!(page.all("a[href=\"#maincontent\"]").len(), 1);
            assert!(!text.contains(" style=") && !text.contains("<img") && !text.contains(" src="));
        }
    }
    assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [48 * 1024], "the bytes that leave the box, each answer's");
}

#[test]
fn leaving_clears_and_goes_to_an_everyday_page() {
    let served = Served::new("");
    // By way of a second page, because a browser keeps the page that it has just left until it is told again.
    let pages = [http::post(served.address, "/leave", &vec![]), http::get(served.address, "/leave")];
    for (page, to) in pages.iter().zip(["0; url=/leave", "0; url=https://www.bbc.co.uk/weather"]) {
        assert_eq!(page.header("clear-site-data"), Some("\"cache\", \"cookies\", \"storage\""));
        assert_eq!(page.header("refresh"), Some(to));
    }
}

#[test]
fn a_box_that_can_not_keep_its_promises_takes_nothing() {
    let served = Served::new("");
    let code = sent(&served);
    served.day.set(Date::constant(2028, 12, 20));
    let health = http::get(served.address, "/healthz");
    assert_eq!((health.status, health.text().as_str()), (503, "no bank holidays are loaded for a due date\n"));
    assert_eq!(http::get(served.address, "/report?route=staff-concern").status, 503);
    // Whoever sent something before reads what was answered all the same.
    let back = http::post(served.address, "/status", &vec![("code".into(), code)]);
    assert_eq!((back.status, back.one("#received-on")), (200, "1 December 2026".into()));
    served.day.set(Date::constant(2028, 12, 1));
    // Ten working days are covered, twenty are not.
    assert_eq!(http::get(served.address, "/report?route=staff-concern").status, 200);
    assert_eq!(http::get(served.address, "/report?route=service-complaint").status, 503);
    assert_eq!(http::get(served.address, "/healthz").status, 503);
}

#[test]
fn what_is_being_answered_is_finished_when_the_box_stops() {
    let mut served = Served::new("");
    let mut stream = TcpStream::connect(served.address).unwrap();
    write!(stream, "POST /status HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n").unwrap();
    // The box asks for the body: it is at work on this request.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    let answer = std::thread::spawn(move || {
        stream.write_all(b"code=").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    served.stop();
    assert!(answer.join().unwrap().starts_with("HTTP/1.1 422"));
    assert!(TcpStream::connect(served.address).is_err());
}
