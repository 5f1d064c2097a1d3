//! A box with as many reports as a script sends in a night, a few of them honest, on its way to the desk and back.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use candour::{
    crypto::{Code, GovernanceRecipients, Locator, os_random, seal_message},
    domain::{
        Calendar, Clock, Date, MessageContent, MessageKind, ReportId, Route, SendId, SeriousHarm, SystemDay, Today,
    },
    store::{Budget, NewMessage, NewReport, Store},
};
use rand::Rng;

use super::{generator, installation::Installation, world::KDF};

/// One report in so many is honest.
const HONEST: u64 = 1_000;
/// Senders at once, as many as one commit takes in.
const SENDERS: u64 = 64;

/// What the way round showed.
pub(crate) struct Ended {
    /// Files that the first collection came in.
    pub(crate) parts: usize,
    /// Reports that were no junk, each found at the desk.
    pub(crate) honest: usize,
}

/// Fills a box, each report sealed as its own.
pub(crate) fn fill(place: &Installation, reports: u64) {
    let store = Store::open(&place.path("box/store")).expect("a box");
    let right = store.begin_serving(Budget::UNBOUNDED).expect("nobody serves it");
    let recipients = fs::read_to_string(place.path("team/governance.recipients")).expect("recipients");
    let recipients = GovernanceRecipients::parse(&recipients).expect("recipients");
    let r#box = store.settings().box_id;
    // One reply key for all: nobody reads the answers.
    let reply_to = Code::issue(&mut os_random()).derive(r#box, KDF).expect("a receipt").reply.recipient().to_string();
    let today: Date = SystemDay.today();
    let clock = Clock::start(Clock::NOTICE, today, &Calendar::default()).expect("a clock");
    let next = AtomicU64::new(0);
    let send = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= reports {
                return;
            }
            let id = ReportId::random(&mut os_random());
            let mut message = generator::message(number, id, Route::StaffConcern, today, r#box, &reply_to);
            if let MessageContent::Concern(concern) = &mut message.content {
                let is_honest = number.is_multiple_of(HONEST);
                concern.serious_harm = Some(if is_honest { SeriousHarm::Yes } else { SeriousHarm::No });
            }
            let (sealed, commitments) = seal_message(&message, &recipients).expect("it is sealed");
            let mut upload = store.upload();
            upload.write_all(sealed.as_bytes()).expect("there is room");
            let mut locator = [0; Locator::LEN];
            os_random().fill_bytes(&mut locator);
            let message = NewMessage {
                seq: 1,
                kind: MessageKind::Concern,
                on: today,
                send_id: SendId::random(&mut os_random()),
                commitments,
                clocks: vec![clock],
                files: vec![upload.finish().expect("it is there")],
                own_copy: None,
            };
            let locator = Locator::from_slice(&locator).expect("a locator");
            let report = NewReport { id, locator, route: Route::StaffConcern, reply_to: reply_to.clone(), message };
            store.add_report(report).expect("it is taken");
        }
    };
    thread::scope(|scope| (0..SENDERS).for_each(|_| drop(scope.spawn(send))));
    store.tick(today).expect("it is folded");
    drop(right);
}

/// Where large files are carried: in the installation, or where `CANDOUR_STICK` says.
pub(crate) fn stick(place: &Installation) -> PathBuf {
    std::env::var_os("CANDOUR_STICK").map_or_else(|| place.path("."), PathBuf::from)
}

/// Collects all of it, finds the honest ones at the desk and answers one, sets the rest aside, and carries that back, until
/// neither side has anything to tell. `run` runs a command, which has to succeed, and gives what it printed.
pub(crate) fn carry(place: &Installation, reports: u64, run: &mut dyn FnMut(&[&str]) -> String) -> Ended {
    let at_box = |command, more: &[&'static str]| [&[command, "--data", "box", "--keys", "public"], more].concat();
    let at_desk = |command, more: &[&'static str]| [&["desk", command, "--casebook", "casebook"], more].concat();

    let first = stick(place).join("c1");
    let name = first.display().to_string();
    let said = run(&[at_box("collect", &["--out"]).as_slice(), &[&name]].concat());
    assert!(said.contains(&format!("{reports} messages from {reports} reports")), "{said}");
    let mut files = candour::files::parts_beside(&first);
    files.push(first);
    let parts = files.len();
    run(&[at_desk("import", &[]).as_slice(), &[&name]].concat());
    files.iter().for_each(|file| fs::remove_file(file).expect("it is there"));
    let list: serde_json::Value = serde_json::from_str(&run(&at_desk("list", &["--json"]))).expect("JSON");
    let list = list.as_array().expect("a list");
    assert_eq!(list.len() as u64, reports, "every one is there");
    let id = |report: &serde_json::Value| report["id"].as_str().expect("an id").to_owned();
    // Where somebody could be harmed stands first in the queue.
    let honest: Vec<String> = list.iter().take_while(|report| report["serious_harm"] == "yes").map(id).collect();
    assert_eq!(honest.len() as u64, reports.div_ceil(HONEST));
    place.put("words", b"Thank you. We have read it, and look into it today.");
    run(&[at_desk("decide", &["--reply-file", "words"]).as_slice(), &[&honest[0]]].concat());
    let junk: Vec<String> = list[honest.len()..].iter().map(id).collect();
    place.put("junk", junk.join("\n").as_bytes());
    run(&at_desk("set-aside", &["--reason", "not-a-concern", "--from", "junk"]));
    run(&at_desk("export", &["--out", "d1"]));
    let said = run(&at_box("deliver", &["d1"]));
    // One line for each part.
    let answered = said.lines().filter(|line| line.starts_with("delivered 1 answer,")).count();
    assert!(answered == 1 && !said.contains("not taken"), "{said}");

    // The desk hears that it was done, and the box that the desk heard.
    run(&at_box("collect", &["--out", "c2"]));
    run(&at_desk("import", &["c2"]));
    run(&at_desk("export", &["--out", "d2"]));
    run(&at_box("deliver", &["d2"]));
    let said = run(&at_box("collect", &["--out", "c3"]));
    assert!(said.contains("0 messages from 0 reports"), "{said}");
    let said = run(&at_desk("import", &["c3"]));
    assert!(!said.contains("lost"), "{said}");
    let open: serde_json::Value = serde_json::from_str(&run(&["clocks", "--data", "box", "--json"])).expect("JSON");
    let open = open.as_array().expect("a list");
    let owed = open.iter().filter(|clock| honest.iter().any(|id| clock["report"] == id.as_str())).count();
    assert_eq!((open.len(), owed), (honest.len(), honest.len()), "what is set aside is not owed, and all else is");
    Ended { parts, honest: honest.len() }
}
