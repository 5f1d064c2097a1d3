//! What the box takes of everybody together, and what it says when that is used up.

use candour::domain::Date;

use crate::support::{
    http::{self, Fields, File, Page},
    installation::Installation,
    person,
    served::Served,
};

const MIB: u64 = 1024 * 1024;

fn checked(served: &Served) -> Fields {
    person::checked(served.address, "staff-concern", &[])
}

fn send(served: &Served, fields: &Fields, bytes: u64) -> Page {
    let content = Box::new(std::io::Read::take(std::io::repeat(7), bytes));
    let file = File { name: "a", media_type: "text/plain", length: bytes, content };
    http::post_multipart(served.address, "/report/send", fields, if bytes > 0 { vec![file] } else { vec![] })
}

#[test]
fn more_sends_than_a_minute_allows_are_told_to_wait() {
    let served = Served::new("[limits]\nsends_a_minute = 2");
    let (first, second) = (checked(&served), checked(&served));
    // Old enough to be sent at once.
    served.stopwatch.put_forward(60);
    let code = send(&served, &first, 0).one("#receipt-code");
    let mut follow_up = person::follow_up(served.address, &code);
    http::fill(&mut follow_up, "message", "There is more.");
    let follow_up = || http::post_multipart(served.address, "/status/follow-up", &follow_up, vec![]);
    assert_eq!(follow_up().status, 200);
    for page in [send(&served, &second, 0), follow_up()] {
        assert_eq!((page.status, page.header("retry-after")), (429, Some("60")));
        assert_eq!(page.one("h1"), "Too many reports are being sent");
    }
    // Asking what has happened, and being asked, go on.
    assert_eq!(http::get(served.address, "/report").status, 200);
}

#[test]
fn a_day_s_worth_of_files_closes_files_alone_and_whoever_wrote_may_still_send_some() {
    let served = Served::new("[limits]\ndaily_mib = 1");
    let forms: Vec<Fields> = (0..4).map(|_| checked(&served)).collect();
    let page = send(&served, &forms[0], MIB);
    assert_eq!((page.status, page.all("#files li").len()), (200, 1));
    // Nobody is offered what would not be taken, and is told before anything is typed.
    let form = http::get(served.address, "/report?route=procurement");
    assert_eq!(form.status, 200);
    assert!(form.one("#files-closed").contains("No more files can be sent today"), "{}", form.one("#files-closed"));
    assert!(!form.one("main").contains("You can add files on the next page"));
    let health = http::get(served.address, "/healthz");
    assert_eq!((health.status, health.text().as_str()), (200, "ok\n"));
    // Half as much again is kept for whoever is writing.
    let check = person::check(served.address, "staff-concern", &[]);
    assert_eq!((check.all("#attachment").len(), check.all("#files-closed").len()), (1, 0));
    let page = send(&served, &forms[1], MIB);
    assert_eq!((page.status, page.all("#files li").len()), (200, 1));
    let check = person::check(served.address, "staff-concern", &[]);
    assert_eq!((check.all("#attachment").len(), check.all("#files-closed").len()), (0, 1));
    // The text of a message goes through, and its files are named.
    let page = send(&served, &forms[2], MIB);
    assert_eq!((page.status, page.all("#files li").len(), page.all("#files-left-out li")), (200, 0, vec!["a".into()]));
    let code = page.one("#receipt-code");
    let follow_up = person::follow_up(served.address, &code);
    let post = |fields: &Fields| {
        let file = File::new("b", "text/plain", b"evidence");
        http::post_multipart(served.address, "/status/follow-up", fields, vec![file])
    };
    let alone = post(&follow_up);
    assert_eq!((alone.status, alone.all("#attachment").len(), alone.all("#files-closed").len()), (422, 0, 1));
    assert!(alone.one(".error-summary li").starts_with("Files can’t be taken any more today."));
    let mut with_text = follow_up;
    http::fill(&mut with_text, "message", "What the file shows.");
    let page = post(&with_text);
    assert_eq!((page.status, page.all("#files-left-out li")), (200, vec!["b".into()]));
    served.day.set(Date::constant(2026, 12, 2));
    assert!(http::get(served.address, "/report?route=procurement").all("#files-closed").is_empty());
    let page = send(&served, &forms[3], MIB);
    assert_eq!((page.status, page.all("#files li").len()), (200, 1));
    served.wait_until_nothing_arrives();
}

#[test]
fn a_disk_that_fills_is_closed_to_files_first_and_to_texts_before_anyone_writes() {
    let served = Served::new("[limits]\ndisk_reserve_mib = 64");
    let forms: Vec<Fields> = (0..5).map(|_| checked(&served)).collect();
    let form = || http::get(served.address, "/report?route=staff-concern");
    let files = |page: &Page| (page.status, page.all("#files li").len(), page.all("#files-left-out li").len());
    served.disk.set_free(64 * MIB);
    assert!(form().all("#files-closed").is_empty());
    served.disk.set_free(64 * MIB - 1);
    assert!(form().one("#files-closed").contains("Files can’t be sent right now"));
    served.disk.set_free(48 * MIB);
    assert_eq!(files(&send(&served, &forms[0], 3 * MIB)), (200, 1, 0), "whoever wrote may still send files");
    served.disk.set_free(48 * MIB - 1);
    assert_eq!(files(&send(&served, &forms[1], 3 * MIB)), (200, 0, 1));
    served.disk.set_free(32 * MIB);
    assert_eq!((form().status, http::get(served.address, "/healthz").text()), (200, "ok\n".into()));
    served.disk.set_free(32 * MIB - 1);
    for path in ["/report", "/report?route=procurement"] {
        let page = http::get(served.address, path);
        assert_eq!((page.status, page.one("h1")), (503, "We can’t take reports right now".into()));
    }
    let health = http::get(served.address, "/healthz");
    assert_eq!((health.status, health.text().as_str()), (503, "too little disk space is free\n"));
    served.disk.set_free(16 * MIB);
    assert_eq!(send(&served, &forms[2], 0).status, 200, "whoever wrote may still send a text");
    served.disk.set_free(16 * MIB - 1);
    let full = send(&served, &forms[3], 0);
    assert_eq!((full.status, full.one("h1")), (503, "We can’t take more right now".into()));
    // Answers can be read all the same.
    let code = http::value(&forms[2], "code");
    assert_eq!(person::status(served.address, code).status, 200);
    served.disk.set_free(64 * MIB);
    assert_eq!(files(&send(&served, &forms[3], 1)), (200, 1, 0), "once some was freed");
}

#[test]
fn files_use_half_of_the_sends_of_a_minute_and_texts_go_on() {
    let served = Served::new("[limits]\nsends_a_minute = 4");
    let forms: Vec<Fields> = (0..5).map(|_| checked(&served)).collect();
    served.stopwatch.put_forward(60);
    let page = |form: usize| send(&served, &forms[form], 1);
    assert_eq!([page(0), page(1)].map(|page| page.all("#files li").len()), [1, 1]);
    assert_eq!(http::get(served.address, "/report?route=staff-concern").all("#files-closed").len(), 1);
    let third = page(2);
    assert_eq!((third.status, third.all("#files-left-out li")), (200, vec!["a".into()]));
    assert_eq!((send(&served, &forms[3], 0).status, send(&served, &forms[4], 0).status), (200, 429));
}

#[test]
fn files_of_forms_that_are_never_sent_close_files_for_nobody() {
    let served = Served::new("[limits]\nsends_a_minute = 4");
    let mut wrong = checked(&served);
    http::fill(&mut wrong, "description", "");
    served.stopwatch.put_forward(60);
    for _ in 0..5 {
        assert_eq!(send(&served, &wrong, 1).status, 422);
    }
    assert!(http::get(served.address, "/report?route=staff-concern").all("#files-closed").is_empty());
}

#[test]
fn a_name_that_fills_memory_is_refused() {
    let served = Served::new("");
    let post = |length: usize| {
        let name = "n".repeat(length);
        let body = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nx\r\n--b--\r\n");
        let head = format!(
            "POST /report/send HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n",
            body.len()
        );
        http::exchange(served.address, &head, |stream| std::io::Write::write_all(stream, body.as_bytes())).status
    };
    assert_eq!((post(4 * 1024), post(4 * 1024 + 1)), (422, 413));
}

#[test]
fn a_body_of_countless_parts_is_refused() {
    let served = Served::new("");
    let post = |parts: usize| {
        let part = "--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"\"\r\n\r\n\r\n";
        let body = format!("{}--b--\r\n", part.repeat(parts));
        let head = format!(
            "POST /report/send HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n",
            body.len()
        );
        http::exchange(served.address, &head, |stream| std::io::Write::write_all(stream, body.as_bytes())).status
    };
    assert_eq!((post(1_000), post(1_001)), (422, 413), "nothing was written in it; too many parts");
}

#[test]
fn a_report_takes_so_many_messages_and_can_be_withdrawn_even_then() {
    let place = Installation::new();
    let running = place.serve();
    let code = person::send(running.address, "staff-concern", &[], vec![]).one("#receipt-code");
    place.fold();
    let store = rusqlite::Connection::open(place.path("box/store/candour.db")).unwrap();
    let more = "WITH RECURSIVE n(i) AS (VALUES(2) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary, collected)
                SELECT report, i, 'follow-up', received_on, randomblob(16), commitment, summary, 1 FROM message, n";
    assert_eq!(store.execute(more, []).unwrap(), 999);
    let mut follow_up = person::follow_up(running.address, &code);
    http::fill(&mut follow_up, "message", "One more.");
    let full = http::post_multipart(running.address, "/status/follow-up", &follow_up, vec![]);
    assert_eq!((full.status, full.one("h1")), (422, "This report is full".into()));
    let withdraw = person::withdrawal(running.address, &person::status(running.address, &code));
    assert_eq!(http::post(running.address, "/status/withdraw", &withdraw).one("h1"), "This report was withdrawn");
}

#[test]
fn what_a_form_carries_makes_no_page_larger() {
    let served = Served::new("");
    let receipt = person::send(served.address, "staff-concern", &[], vec![]);
    let mut form = receipt.form("/receipt/check");
    http::fill(&mut form, "again", "7KQM");
    http::fill(&mut form, "help", &"mp ".repeat(100_000));
    assert_eq!(http::post(served.address, "/receipt/check", &form).size(), 48 * 1024);
    http::fill(&mut form, "help", "mp");
    http::fill(&mut form, "sent_files", &"0 a\n".repeat(100_000));
    let page = http::post(served.address, "/receipt/check", &form);
    assert_eq!((page.size(), page.all("#files li").len()), (48 * 1024, 0));
    // A text that is refused for its length is not looked through.
    let code = receipt.one("#receipt-code");
    let mut form = person::status(served.address, &code).form("/status/follow-up/check");
    http::fill(&mut form, "message", &"a@b.c ".repeat(30_000));
    let page = http::post(served.address, "/status/follow-up/check", &form);
    assert_eq!((page.status, page.all("mark").len()), (422, 0));
}

#[test]
fn a_box_that_takes_no_files_asks_for_none() {
    let served = Served::new("[limits]\nattachments = 0");
    let check = person::check(served.address, "staff-concern", &[]);
    assert!(check.all("#attachment").is_empty());
    let code = send(&served, &check.form("/report/send"), 0).one("#receipt-code");
    let status = person::status(served.address, &code);
    assert!(!status.one("main").contains("files"), "{}", status.one("main"));
    let fields = person::follow_up_on(served.address, &status);
    let post = |files| http::post_multipart(served.address, "/status/follow-up", &fields, files);
    let nothing = post(vec![]);
    assert_eq!((nothing.status, nothing.one(".error-summary li")), (422, "Enter a message".into()));
    let file = post(vec![File::new("a", "text/plain", b"evidence")]);
    let told = file.one(".error-summary li");
    assert_eq!((file.status, told.as_str()), (422, "This service takes no files. Enter a message"));
    let mut long = fields.clone();
    http::fill(&mut long, "message", &"x".repeat(20_001));
    let long = http::post_multipart(served.address, "/status/follow-up", &long, vec![]);
    assert_eq!(long.one(".error-summary li"), "Message must be 20,000 characters or less", "the text is what is wrong");
    for page in [nothing, file] {
        assert_eq!(page.all(".error-summary a[href=\"#message\"]").len(), 1);
        assert!(!page.one("main").contains("A file alone"));
    }
}
