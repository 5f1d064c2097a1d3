//! What the box takes of everybody together, and what it says when that is used up.

use candour::domain::Date;

use crate::support::{
    http::{self, Fields, File, Page},
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
fn a_day_s_worth_is_refused_before_anyone_writes_and_whoever_wrote_may_still_send() {
    let served = Served::new("[limits]\ndaily_mib = 1");
    let forms = [checked(&served), checked(&served), checked(&served)];
    assert_eq!(send(&served, &forms[0], MIB).status, 200);
    for path in ["/report", "/report?route=procurement"] {
        let page = http::get(served.address, path);
        assert_eq!((page.status, page.one("h1")), (503, "We can’t take reports right now".into()));
    }
    let health = http::get(served.address, "/healthz");
    assert_eq!((health.status, health.text().as_str()), (503, "as much was sent today as is taken in a day\n"));
    // Half as much again is kept for whoever is writing.
    let page = send(&served, &forms[1], MIB);
    assert_eq!(page.status, 200);
    let again = page.one("#receipt-code");
    let page = send(&served, &forms[2], MIB);
    assert_eq!((page.status, page.one("h1")), (503, "We can’t take more right now".into()));
    // Answers can be read all the same.
    assert_eq!(person::status(served.address, &again).status, 200);
    served.day.set(Date::constant(2026, 12, 2));
    assert_eq!(http::get(served.address, "/report").status, 200);
    assert_eq!(send(&served, &forms[2], MIB).status, 200);
}

#[test]
fn a_disk_that_is_nearly_full_is_told_of_before_anyone_writes() {
    let served = Served::new("[limits]\ndisk_reserve_mib = 64");
    let forms = [checked(&served), checked(&served)];
    served.disk.set_free(64 * MIB);
    assert_eq!(http::get(served.address, "/report").status, 200);
    served.disk.set_free(64 * MIB - 1);
    assert_eq!(http::get(served.address, "/report").status, 503);
    assert_eq!(http::get(served.address, "/healthz").text(), "too little disk space is free\n");
    served.disk.set_free(32 * MIB);
    assert_eq!(send(&served, &forms[0], 3 * MIB).status, 200, "whoever wrote may still send");
    served.disk.set_free(32 * MIB - 1);
    assert_eq!(send(&served, &forms[1], 0).one("h1"), "We can’t take more right now");
    served.disk.set_free(64 * MIB);
    assert_eq!(send(&served, &forms[1], 0).status, 200, "once some was freed");
}
