//! Receipt codes on their way through forms: for how long they are taken, what comes with them, how old they have to be
//! while there is load, and which are not carried on.

use std::{io::Write, net::SocketAddr, sync::Barrier};

use candour::domain::Date;

use crate::support::{
    http::{self, Fields, File, Page},
    person,
    served::Served,
};

/// The day after which a code of the first day has ended.
const LAST: Date = Date::constant(2026, 12, 3);
const ENDED: Date = Date::constant(2026, 12, 4);
/// Four sends a minute: three forms are more than half of that, so each code has to be eight seconds old.
const FEW: &str = "[limits]\nsends_a_minute = 4";

fn checked(served: &Served) -> Fields {
    person::checked(served.address, "staff-concern", &[("description", "It happened on the ward at night.")])
}

fn evidence() -> Vec<File<'static>> {
    vec![File::new("a.txt", "text/plain", b"evidence")]
}

fn send(served: &Served, fields: &Fields, files: Vec<File<'_>>) -> Page {
    http::post_multipart(served.address, "/report/send", fields, files)
}

/// Everything that was typed, without the code.
fn typed(fields: &Fields) -> Fields {
    fields.iter().filter(|(name, _)| !name.starts_with("code")).cloned().collect()
}

fn head(address: SocketAddr, method: &str, path: &str, headers: &str) -> Page {
    http::exchange(address, &format!("{method} {path} HTTP/1.1\r\n{headers}"), |_| Ok(()))
}

#[test]
fn a_code_ends_after_two_days_and_nothing_that_was_typed_is_lost() {
    let served = Served::new("");
    let [sent, in_time, late] = [checked(&served), checked(&served), checked(&served)];
    assert!(http::value(&late, "code_tag").starts_with("2026-12-01."));
    let receipt = send(&served, &sent, evidence());
    served.day.set(LAST);
    assert_eq!(send(&served, &in_time, evidence()).all("#files li").len(), 1);
    served.day.set(ENDED);
    for files in [vec![], evidence()] {
        let page = send(&served, &late, files);
        assert_eq!((page.status, page.one("h1")), (422, "Check your answers and send".into()));
        assert!(page.one("title").starts_with("Not sent yet: "), "{}", page.one("title"));
        assert!(page.one("#not-sent").contains("open for more than two days"), "{}", page.one("#not-sent"));
        assert!(page.one("#not-sent").contains("choose them again"));
        let again = page.form("/report/send");
        assert_ne!(http::value(&again, "code"), http::value(&late, "code"));
        assert_eq!(typed(&again), typed(&late));
    }
    assert_eq!(served.opened().len(), 2);
    served.wait_until_nothing_arrives();
    let again = send(&served, &late, vec![]).form("/report/send");
    assert_eq!(send(&served, &again, evidence()).all("#files li").len(), 1);
    // The pages before that carry a new code without a word.
    let check = http::post(served.address, "/report/check", &late);
    assert_eq!((check.status, check.all("#not-sent").len()), (200, 0));
    assert_ne!(http::value(&check.form("/report/send"), "code"), http::value(&late, "code"));
    // What was sent in its time is the same report for ever, and its receipt page may stay open.
    for files in [vec![], evidence()] {
        let page = send(&served, &sent, files);
        assert_eq!((page.status, page.one("#receipt-code")), (200, receipt.one("#receipt-code")));
        assert_eq!(page.all("#sent-before").len(), 1);
    }
    let mut copy = receipt.form("/receipt/check");
    for (again, h1, status) in [
        (receipt.one("#receipt-code"), "Your copy of the code is right", 200),
        ("7KQM".to_owned(), "We have received it", 422),
    ] {
        http::fill(&mut copy, "again", &again);
        let page = http::post(served.address, "/receipt/check", &copy);
        assert_eq!((page.status, page.one("h1").as_str()), (status, h1));
    }
    assert_eq!(served.opened().len(), 3);
    served.wait_until_nothing_arrives();
}

#[test]
fn a_file_without_a_code_before_it_is_answered_at_once_and_nothing_of_it_is_taken() {
    let served = Served::new("");
    let fields = checked(&served);
    let mut forged = fields.clone();
    http::fill(&mut forged, "code_tag", &http::value(&fields, "code_tag").replace("2026-12-01", "2026-12-02"));
    forged.rotate_right(1);
    let alone: Fields = vec![("code_tag".into(), "wrong".into())];
    let mut late: Fields = fields.clone();
    late.retain(|(name, _)| name != "code");
    for (fields, status) in [(&forged, 422), (&alone, 422), (&late, 422), (&vec![], 422)] {
        // The rest is announced, and never comes.
        let head = "POST /report/send HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 3000000\r\n";
        let page = http::exchange(served.address, head, |stream| {
            stream.write_all(http::until_file(fields).as_bytes())?;
            stream.write_all(&[b'x'; 100])
        });
        assert_eq!(page.status, status);
    }
    assert_eq!(served.store.arriving_bytes(), 0);
    assert!(served.opened().is_empty());
}

#[test]
fn files_of_a_follow_up_come_from_a_page_that_the_right_code_led_to() {
    let served = Served::new("");
    let form = checked(&served);
    let code = send(&served, &form, vec![]).one("#receipt-code");
    let post = |fields: &Fields, files| http::post_multipart(served.address, "/status/follow-up", fields, files);
    let mut tagged = person::follow_up(served.address, &code);
    http::fill(&mut tagged, "message", "There is more.");
    let with_tag = |tag: &str| {
        let mut fields = tagged.clone();
        fields.retain(|(name, _)| name != "code_tag");
        let code = fields.iter().position(|(name, _)| name == "code").unwrap();
        fields.insert(code + 1, ("code_tag".into(), tag.into()));
        fields
    };
    // A form's tag is of another kind.
    for tag in ["", "x", http::value(&form, "code_tag")] {
        let page = post(&with_tag(tag), evidence());
        assert_eq!((page.status, page.one("h1")), (422, "Check your message and send".into()));
        assert!(page.one("#attachment-error").contains("Choose your files again"), "{}", page.one("main"));
        let again = page.form("/status/follow-up");
        assert_eq!(http::value(&again, "message"), "There is more.");
        assert_eq!(http::value(&again, "send_id"), http::value(&tagged, "send_id"));
        assert!(http::value(&again, "code_tag").starts_with("2026-12-01."));
    }
    // Of a code that leads nowhere the same is said as ever.
    let mut unknown = tagged.clone();
    http::fill(&mut unknown, "code", http::value(&checked(&served), "code"));
    assert!(post(&unknown, evidence()).one(".error-summary li").contains("We can’t find a report with this code"));
    served.day.set(LAST);
    assert_eq!(post(&tagged, evidence()).all("#files li").len(), 1);
    served.day.set(ENDED);
    let mut another = tagged.clone();
    http::fill(&mut another, "send_id", "00000000000000000000000000000001");
    let page = post(&another, evidence());
    assert_eq!((page.status, page.all("#attachment-error").len()), (422, 1));
    assert_eq!(post(&page.form("/status/follow-up"), evidence()).all("#files li").len(), 1);
    // A text alone needs none.
    let mut text = with_tag("");
    http::fill(&mut text, "send_id", "00000000000000000000000000000002");
    assert_eq!(post(&text, vec![]).status, 200);
    let messages: Vec<usize> = served.opened()[0].1.iter().map(|message| message.attachments.len()).collect();
    assert_eq!(messages, [0, 1, 1, 0]);
    served.wait_until_nothing_arrives();
}

#[test]
fn what_comes_too_early_under_load_waits_whole_and_goes_once_by_itself() {
    let onion = format!("http://{}.onion", "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead");
    let served = Served::new(&format!("{FEW}\n[service]\nbehind_tls = true\nonion = \"{onion}\""));
    let forms = [checked(&served), checked(&served), checked(&served)];
    let waits = send(&served, &forms[0], evidence());
    assert_eq!((waits.status, waits.one("h1")), (200, "Please wait on this page".into()));
    let (seconds, path) = told(&waits);
    assert!((7..=8).contains(&seconds), "{seconds}");
    assert_eq!(waits.all(&format!("main a[href=\"{path}\"]")).len(), 1, "for whoever has that switched off");
    assert!(!waits.text().contains(http::value(&forms[0], "code")), "no code before there is a report");
    assert!(served.opened().is_empty());
    // Too early: the same page again.
    let early = http::get(served.address, &path);
    assert!(told(&early).0 <= 8 && told(&early).1 == path);
    served.stopwatch.put_forward(8);
    // What nobody pressed does not use it up.
    let get = |method: &str, headers: &str| head(served.address, method, &path, headers);
    assert_eq!(get("HEAD", "").status, 200);
    // Nobody is led away from it.
    let led_away = |path| head(served.address, "GET", path, "Host: box.example\r\nSec-Purpose: prefetch\r\n");
    assert_eq!(["/", &path].map(|path| led_away(path).header("onion-location").is_some()), [true, false]);
    for ahead in ["Sec-Purpose: prefetch\r\n", "Purpose: prefetch\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
        assert_eq!(told(&get("GET", ahead)), (1, path.clone()), "{ahead}");
    }
    assert!(served.opened().is_empty());
    let receipt = http::get(served.address, &path);
    assert_eq!((receipt.status, receipt.one("h1")), (200, "We have received it".into()));
    assert_eq!(receipt.one("#receipt-code"), http::value(&forms[0], "code"));
    assert_eq!(receipt.all("#files li"), ["a.txt (8 bytes)"]);
    // Used up, and what is sent again is the same report.
    let used = http::get(served.address, &path);
    assert_eq!((used.status, used.one("h1")), (410, "Nothing waits to be sent here".into()));
    let again = send(&served, &forms[0], evidence());
    assert_eq!((again.one("#receipt-code"), again.all("#sent-before").len()), (receipt.one("#receipt-code"), 1));
    assert_eq!(served.opened().len(), 1);
    // One that is old enough goes at once.
    assert_eq!(send(&served, &forms[1], vec![]).one("h1"), "We have received it");
    let unknown = format!("/report/send/{}", "0".repeat(32));
    for path in [unknown.as_str(), "/report/send/x"] {
        assert_eq!(http::get(served.address, path).status, 410);
    }
    assert_eq!(served.opened().len(), 2);
    served.wait_until_nothing_arrives();
}

#[test]
fn a_ticket_that_is_used_many_times_at_once_is_one_report_and_one_receipt() {
    let served = Served::new(FEW);
    let forms = [checked(&served), checked(&served), checked(&served)];
    let (_, path) = told(&send(&served, &forms[0], evidence()));
    served.stopwatch.put_forward(8);
    let start = Barrier::new(20);
    let pages: Vec<Page> = std::thread::scope(|scope| {
        let get = || {
            start.wait();
            http::get(served.address, &path)
        };
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(get)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (receipts, used): (Vec<&Page>, Vec<&Page>) = pages.iter().partition(|page| page.status == 200);
    assert!(!receipts.is_empty() && used.iter().all(|page| page.status == 410));
    for page in receipts {
        assert_eq!((page.one("h1").as_str(), page.all("#files li").len()), ("We have received it", 1));
        assert_eq!(page.one("#receipt-code"), http::value(&forms[0], "code"));
    }
    assert_eq!(served.opened().len(), 1);
}

#[test]
fn what_waits_is_bounded_and_gone_after_two_minutes() {
    let served = Served::new(FEW);
    let forms = [checked(&served), checked(&served), checked(&served)];
    let first = told(&send(&served, &forms[0], evidence())).1;
    let send_silently = |files| http::post_multipart_silently(served.address, "/report/send", &forms[1], files);
    for number in 1..256 {
        if number % 32 == 0 {
            // However slow this machine is, there is load.
            (0..3).for_each(|_| drop(http::get(served.address, "/report?route=staff-concern")));
        }
        assert_eq!(send_silently(vec![]).all("#wait-seconds").len(), 1);
    }
    let busy = send_silently(evidence());
    assert_eq!((busy.status, busy.one("h1")), (503, "We are very busy".into()));
    assert!(served.store.arriving_bytes() > 0, "the file of the first");
    served.stopwatch.put_forward(120);
    assert_eq!(http::get(served.address, &first).status, 410);
    served.wait_until_nothing_arrives();
    assert!(served.opened().is_empty());
    assert_eq!(send(&served, &forms[2], evidence()).one("h1"), "We have received it");
}

#[test]
fn a_browser_that_does_not_say_where_a_form_was_waits_however_old_its_code_is() {
    let served = Served::new(FEW);
    let forms: Vec<Fields> = (0..6).map(|_| checked(&served)).collect();
    served.stopwatch.put_forward(60);
    for form in &forms[..3] {
        assert_eq!(send(&served, form, vec![]).one("h1"), "We have received it");
    }
    // More than half of the sends of a minute are used.
    let waits = http::post_multipart_silently(served.address, "/report/send", &forms[3], evidence());
    let (seconds, path) = told(&waits);
    assert_eq!(seconds, 8);
    served.stopwatch.put_forward(8);
    let receipt = http::get(served.address, &path);
    assert_eq!((receipt.one("h1"), receipt.all("#files li").len()), ("We have received it".into(), 1));
    let other = receipt.one("#receipt-code");
    assert_ne!(other, http::value(&forms[3], "code"));
    assert_eq!(person::status(served.address, &other).status, 200);
    // While none is left, what waited waits on instead of being lost.
    let path = told(&http::post_multipart_silently(served.address, "/report/send", &forms[4], vec![])).1;
    served.stopwatch.put_forward(8);
    assert_eq!(send(&served, &forms[5], vec![]).one("h1"), "We have received it");
    assert_eq!(told(&http::get(served.address, &path)), (5, path.clone()));
    served.stopwatch.put_forward(15);
    assert_eq!(http::get(served.address, &path).one("h1"), "We have received it");
    assert_eq!(served.opened().len(), 6);
}

#[test]
fn a_code_that_somebody_planted_is_not_carried_on_and_what_is_sent_twice_is_once() {
    let served = Served::new("");
    let planted = http::get(served.address, "/report?route=staff-concern").form("/report/check");
    let mut form = planted.clone();
    for (name, value) in person::concern("staff-concern", &[("description", "It happened on the ward at night.")]) {
        http::fill(&mut form, &name, &value);
    }
    // A browser that says where the form was is believed.
    let believed = http::post(served.address, "/report/check", &form).form("/report/send");
    assert_eq!(http::value(&believed, "code"), http::value(&planted, "code"));
    // `none` is said of what no page led to.
    let check = http::post_silently(served.address, "/report/check", &form);
    let none = http::post_with(served.address, "/report/check", "Sec-Fetch-Site: none\r\n", &form);
    let fields = check.form("/report/send");
    let code = http::value(&fields, "code");
    assert_ne!(code, http::value(&planted, "code"));
    assert_eq!(code, http::value(&none.form("/report/send"), "code"), "the same text, the same code");
    let mut changed = form.clone();
    http::fill(&mut changed, "description", "It happened on the ward at night!");
    let other = http::post_silently(served.address, "/report/check", &changed).form("/report/send");
    assert_ne!(http::value(&other, "code"), code);
    let back = http::post_silently(served.address, "/report", &fields).form("/report/check");
    assert_ne!(http::value(&back, "code"), code);

    let send = |fields: &Fields, files| http::post_multipart_silently(served.address, "/report/send", fields, files);
    let receipt = send(&fields, evidence());
    assert_eq!((receipt.status, receipt.all("#files li").len()), (200, 1));
    let kept = receipt.one("#receipt-code");
    assert!(kept != code && kept != http::value(&planted, "code"));
    for files in [vec![], evidence()] {
        let again = send(&fields, files);
        assert_eq!((again.one("#receipt-code"), again.all("#sent-before").len()), (kept.clone(), 1));
    }
    assert_eq!(served.opened().len(), 1);
    // Whoever planted the code, or reads the page before the receipt, has nothing.
    for nothing in [http::value(&planted, "code"), code] {
        assert_eq!(person::status(served.address, nothing).status, 422);
    }
    assert_eq!(person::status(served.address, &kept).status, 200);

    // A wrong copy gets no page that shows a code: it could be somebody else's.
    let mut copy = receipt.form("/receipt/check");
    for (again, status, h1) in
        [("7KQM", 422, "Your copy of the code is not right"), (&kept, 200, "Your copy of the code is right")]
    {
        http::fill(&mut copy, "again", again);
        let page = http::post_silently(served.address, "/receipt/check", &copy);
        assert_eq!((page.status, page.one("h1").as_str()), (status, h1));
        assert!(!page.text().contains(&kept));
    }
}

/// How many seconds a page says that it waits, and where it goes then; by its words and by its header.
fn told(page: &Page) -> (u64, String) {
    let seconds = page.one("#wait-seconds");
    let refresh = page.header("refresh").unwrap_or_else(|| panic!("it does not go on: {}", page.head));
    let path = refresh.strip_prefix(&format!("{seconds}; url=")).unwrap_or_else(|| panic!("{refresh}, {seconds}"));
    assert!(path.starts_with("/report/send/"), "{path}");
    (seconds.parse().unwrap(), path.to_owned())
}
