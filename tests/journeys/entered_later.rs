//! Files that come with what a person said later whose concern was entered, on their way into the casebook: what breaks off, what
//! never fits, what is sent twice at once, and what is left of all that.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{
    entered::{heard, letter, more},
    support::{
        browser::{Browser, Scripts},
        case::MARKER,
        desk::{DeskServing, Reviewer},
        http::{self, Fields, Page, fill},
        installation::Installation,
        looks, memory,
    },
};

const BOUNDARY: &str = "----a-boundary-of-the-desk";
/// How long the desk may take to get to what was sent.
const PATIENCE: Duration = Duration::from_secs(20);

/// A letter that was entered, and a reviewer who is to add to it.
struct AtTheForm {
    place: Installation,
    id: String,
    desk: DeskServing,
    reviewer: Reviewer,
    path: String,
}

impl AtTheForm {
    fn begin() -> Self {
        let place = heard();
        let id = letter(&place);
        let desk = place.open_desk(&[]);
        let (reviewer, path) = (desk.reviewer(), format!("/reports/{id}/follow-up"));
        Self { place, id, desk, reviewer, path }
    }
}

fn part(named: &str, value: &[u8]) -> Vec<u8> {
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {named}\r\n\r\n");
    [head.as_bytes(), value, b"\r\n"].concat()
}

fn typed(form: &Fields) -> Vec<u8> {
    form.iter().flat_map(|(name, value)| part(&format!("name=\"{name}\""), value.as_bytes())).collect()
}

fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
    part(&format!("name=\"files\"; filename=\"{name}\""), bytes)
}

fn end() -> Vec<u8> {
    format!("--{BOUNDARY}--\r\n").into_bytes()
}

/// Begins to send a form of so many bytes.
fn begin(address: SocketAddr, headers: &str, path: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let form = format!("Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n");
    let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{form}{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> Page {
    let mut raw = Vec::new();
    let _ = stream.read_to_end(&mut raw);
    Page::parse(&raw).expect("an answer")
}

fn send(address: SocketAddr, headers: &str, path: &str, body: &[u8]) -> Page {
    let mut stream = begin(address, headers, path, body.len());
    stream.write_all(body).unwrap();
    answer(stream)
}

/// Every file of the casebook but its events.
fn files(place: &Installation) -> Vec<PathBuf> {
    fn below(directory: &Path, all: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                below(&entry.path(), all);
            } else {
                all.push(entry.path());
            }
        }
    }
    let mut all = Vec::new();
    below(&place.path("casebook"), &mut all);
    all.retain(|path| !path.components().any(|part| part.as_os_str() == "events"));
    all.sort();
    all
}

/// Waits until the desk holds so many files that have no name.
fn until_nameless(desk: u32, expected: usize) {
    let start = Instant::now();
    let count = || {
        let held = fs::read_dir(format!("/proc/{desk}/fd")).unwrap().flatten();
        let held = held.filter_map(|fd| fs::read_link(fd.path()).ok());
        held.filter(|at| at.to_string_lossy().ends_with(" (deleted)")).count()
    };
    while count() != expected {
        assert!(start.elapsed() < PATIENCE, "{} files without a name", count());
        thread::sleep(Duration::from_millis(20));
    }
}

fn messages(place: &Installation, id: &str) -> usize {
    place.desk_show(id)["messages"].as_array().unwrap().len()
}

#[test]
fn a_form_that_is_none_or_breaks_off_adds_nothing_and_leaves_nothing() {
    let AtTheForm { place, id, desk, mut reviewer, path } = AtTheForm::begin();
    let form = more(&mut reviewer, &path, "They rang again.");
    let (address, headers) = (desk.address, reviewer.headers());
    let before = files(&place);
    let (token, others): (Fields, Fields) = form.iter().cloned().partition(|(name, _)| name == "token");
    let large = file("a.txt", &vec![7; 4 << 20]);
    let many: Vec<u8> = (0..1_000).flat_map(|number| file(&format!("{number}.txt"), b"x")).collect();
    let named: Fields = (0..1_000).map(|number| (format!("name{number}"), "x".to_owned())).collect();
    let long = vec![("text".to_owned(), "x".repeat(5 << 20))];
    for (what, body, status) in [
        ("no token", [typed(&others), large.clone(), end()].concat(), 403),
        ("a token that comes too late", [typed(&others), large.clone(), typed(&token), end()].concat(), 403),
        ("a thousand files", [typed(&form), many, end()].concat(), 422),
        ("a thousand texts", [typed(&form), typed(&named), end()].concat(), 413),
        ("a long text", [typed(&form), typed(&long), end()].concat(), 413),
        ("no end", [typed(&form), large.clone()].concat(), 400),
        ("nothing", Vec::new(), 403),
    ] {
        let page = send(address, &headers, &path, &body);
        assert_eq!(page.status, status, "{what}: {}", page.all("main").concat());
    }
    // Whoever goes away in the middle.
    let begun = [typed(&form), large].concat();
    let mut stream = begin(address, &headers, &path, 100 << 20);
    stream.write_all(&begun).unwrap();
    until_nameless(desk.id(), 1);
    drop(stream);
    until_nameless(desk.id(), 0);
    assert_eq!((files(&place), messages(&place, &id)), (before.clone(), 1));
    // And a desk that is killed there.
    let mut stream = begin(address, &headers, &path, 100 << 20);
    stream.write_all(&begun).unwrap();
    until_nameless(desk.id(), 1);
    drop(desk);
    assert_eq!((files(&place), messages(&place, &id)), (before, 1));
}

#[test]
fn a_form_that_is_sent_four_times_at_once_adds_it_once() {
    let AtTheForm { place, id, desk, mut reviewer, path } = AtTheForm::begin();
    let form = more(&mut reviewer, &path, "They rang again.");
    let (address, headers) = (desk.address, reviewer.headers());
    let body = [typed(&form), file("a.txt", &vec![1; 3 << 20]), end()].concat();
    thread::scope(|scope| {
        let sent: Vec<_> = (0..4).map(|_| scope.spawn(|| send(address, &headers, &path, &body).status)).collect();
        assert!(sent.into_iter().all(|status| status.join().unwrap() == 303));
    });
    assert_eq!(messages(&place, &id), 2);
    // Back, and another text: that is another message.
    let mut form = form;
    fill(&mut form, "text", "They rang once more.");
    assert_eq!(send(address, &headers, &path, &[typed(&form), end()].concat()).status, 303);
    assert_eq!(messages(&place, &id), 3);
}

#[test]
fn what_was_typed_is_kept_when_the_desk_locks_while_a_file_comes() {
    let AtTheForm { place, id, desk, mut reviewer, path } = AtTheForm::begin();
    let form = more(&mut reviewer, &path, &format!("They rang again: {MARKER}."));
    let (address, headers) = (desk.address, reviewer.headers());
    let body = [typed(&form), file("a.txt", &vec![1; 3 << 20]), end()].concat();
    let (first, rest) = body.split_at(body.len() / 2);
    let mut stream = begin(address, &headers, &path, body.len());
    stream.write_all(first).unwrap();
    until_nameless(desk.id(), 1);
    let queue = reviewer.get("/");
    reviewer.post("/lock", &queue.form("/lock"));
    stream.write_all(rest).unwrap();
    let locked = answer(stream);
    assert!(locked.status == 403 && locked.one("#kept").contains("go on with it"), "{}", locked.one("main"));
    assert_eq!(reviewer.get(&desk.next_opening()).header("location"), Some("/typed"));
    let again = reviewer.get("/typed").form(&path);
    assert!(http::value(&again, "text").contains(MARKER));
    assert_eq!(messages(&place, &id), 1);
}

#[test]
fn what_is_added_goes_with_a_referral_onto_paper_and_into_a_backup() {
    let AtTheForm { place, id, desk, mut reviewer, path } = AtTheForm::begin();
    let form = more(&mut reviewer, &path, "They rang again.");
    let body = [typed(&form), file("scan.pdf", &vec![1; 200_000]), end()].concat();
    assert_eq!(send(desk.address, &reviewer.headers(), &path, &body).status, 303);
    let refer = reviewer.get(&format!("/reports/{id}/refer"));
    assert_eq!(refer.all("input[name='file']").len(), 1);
    assert!(refer.one("textarea[name='text-p2']").contains("They rang again."));
    let paper = reviewer.get(&format!("/reports/{id}/print"));
    for part in ["They rang again.", "scan.pdf", "By letter, taken by The post room"] {
        assert!(paper.text().contains(part), "{part}");
    }
    drop(reviewer);
    desk.stop();
    place.done(&["desk", "backup", "--casebook", "casebook", "--out", "backup"]);
    place.done(&["desk", "restore", "--casebook", "again", "--identity", "team/identity.txt", "backup"]);
    place.done(&["desk", "attachment", "--casebook", "again", &id, "2/1", "--out", "opened"]);
    assert!(fs::read(place.path("opened")).unwrap() == vec![1; 200_000]);
}

#[test]
fn what_is_said_later_brings_back_what_was_set_aside() {
    let place = heard();
    let id = letter(&place);
    place.done(&["desk", "set-aside", "--casebook", "casebook", "--reason", "not-a-concern", &id]);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/follow-up");
    assert!(reviewer.get(&path).one("#set-aside").contains("in the queue again"));
    let form = more(&mut reviewer, &path, "They rang again.");
    let body = [typed(&form), end()].concat();
    assert_eq!(send(desk.address, &reviewer.headers(), &path, &body).status, 303);
    assert!(reviewer.get(&path).all("#set-aside").is_empty());
    let listed = &place.desk_list()[0];
    assert_eq!((&listed["set_aside"], &listed["unread"]), (&serde_json::Value::Null, &2.into()));
}

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn the_form_is_accessible_and_fits_and_a_large_file_on_a_locked_desk_is_answered() {
    let place = heard();
    let id = letter(&place);
    place.put("scan.pdf", &vec![7; 30 << 20]);
    let desk = place.open_desk(&[]);
    let browser = Browser::open(desk.address, Scripts::On);
    let mut wrong = Vec::new();
    browser.go(&desk.opening);
    browser.go(&format!("/reports/{id}/follow-up"));
    browser.until_there("#files");
    wrong.extend(looks::all(&browser, "desk-follow-up"));
    browser.click("main form button[type=submit]");
    browser.until_there(".error-summary");
    wrong.extend(looks::all(&browser, "desk-follow-up-error"));
    browser.click("#way-letter");
    browser.click("#words");
    let today = candour::domain::Today::today(&candour::domain::SystemDay);
    for (part, value) in [("day", today.day().to_string()), ("month", today.month().to_string())] {
        browser.replace(&format!("#came_on-{part}"), &value);
    }
    browser.replace("#came_on-year", &today.year().to_string());
    browser.enter("#taken_by", "The post room");
    browser.enter("#files", &place.path("scan.pdf").to_string_lossy());
    // Another window of the same session locks it.
    let cookie = browser.tools("Storage.getCookies", serde_json::json!({}))["cookies"][0].clone();
    let mut other = desk.stranger();
    other.cookie = Some(format!("{}={}", cookie["name"].as_str().unwrap(), cookie["value"].as_str().unwrap()));
    let queue = other.get("/");
    other.post("/lock", &queue.form("/lock"));
    browser.click("main form button[type=submit]");
    browser.reaches("The desk is locked");
    assert!(browser.text("#kept").contains("go on with it") && browser.text("#not-kept").contains("Choose it again"));
    browser.go(&desk.next_opening());
    browser.reaches("You were writing when the desk locked");
    browser.click("main form button[type=submit]");
    browser.until_there("#files");
    assert_eq!(browser.value("#taken_by"), "The post room");
    browser.enter("#files", &place.path("scan.pdf").to_string_lossy());
    browser.click("main form button[type=submit]");
    browser.until_there("#done");
    assert!(browser.text("#done").contains("Added as message 2"));
    wrong.extend(looks::all(&browser, "desk-followed-up"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs root"]
fn nothing_of_what_was_added_is_in_memory_once_the_desk_is_locked() {
    let AtTheForm { place, desk, mut reviewer, path, .. } = AtTheForm::begin();
    let form = more(&mut reviewer, &path, &format!("They rang again TEXT{MARKER}."));
    let (address, headers) = (desk.address, reviewer.headers());
    let bytes = format!("in the file FILE{MARKER} and so on\n").repeat(40_000).into_bytes();
    let begun = [typed(&form), file(&format!("NAME{MARKER}.pdf"), &bytes)].concat();
    assert_eq!(send(address, &headers, &path, &[begun.clone(), end()].concat()).status, 303);
    // One that breaks off, too.
    let mut stream = begin(address, &headers, &path, 100 << 20);
    stream.write_all(&begun).unwrap();
    until_nameless(desk.id(), 1);
    drop(stream);
    let queue = reviewer.get("/");
    reviewer.post("/lock", &queue.form("/lock"));
    let markers = ["TEXT", "FILE", "NAME"].map(|word| format!("{word}{MARKER}").into_bytes());
    memory::assert_gone(desk.id(), &markers.each_ref().map(Vec::as_slice), Duration::from_secs(5));
    place.assert_nothing_plain(&[MARKER], "added later");
}
