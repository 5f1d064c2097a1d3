//! Reading a report at the browser desk: from the form at the box to the report's pages and its files.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    thread,
    time::Duration,
};

use candour::casebook::statistics::ReportingYear;

use crate::support::{
    desk::Reviewer,
    http::{self, Fields, File, Page, fill},
    installation::{Installation, Serving, holds},
    person,
};

pub(crate) const MARKER: &str = "xylophone-quagmire-7731";
const DESCRIPTION: &str =
    "<b>xylophone-quagmire-7731</b> \"now\" & then.\r\nHer NHS number is 943 476 5919, \u{202e}sih dna.\u{1b}";
const FILE_NAME: &str = "../<i>rota 07700 900123\u{202e}fdp.Exe";
/// What is in the file: longer than a few pieces, and not a whole number of them.
const FILE_BYTES: usize = 300_001;

/// The reports on a page of the queue.
const ROWS: &str = "table.queue tbody tr";

/// A concern that tries what it can.
fn hostile(address: SocketAddr, file: &[u8]) {
    send(
        address,
        "staff-concern",
        &[
            ("about", "patient-safety"),
            ("description", DESCRIPTION),
            ("organisation", "A trust </div><script>"),
            ("serious_harm", "yes"),
            ("area", "integrated-care"),
            ("use_concerns", "If you ask my manager."),
        ],
        &[(FILE_NAME, file)],
    );
}

pub(crate) fn send(address: SocketAddr, route: &str, typed: &[(&str, &str)], files: &[(&str, &[u8])]) {
    let files = files.iter().map(|(name, bytes)| File::new(name, "text/html", bytes));
    person::send(address, route, typed, files.collect());
}

fn file_bytes(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place * 7 % 251).unwrap()).collect()
}

/// The box with the hostile concern in it, and that brought to the desk. Gives the report's id.
pub(crate) fn with_a_report(file: &[u8]) -> (Installation, Serving, String) {
    let place = Installation::new();
    let running = place.serve();
    hostile(running.address, file);
    let id = place.carry_in("c1");
    (place, running, id)
}

#[test]
fn what_a_person_wrote_is_shown_and_does_nothing() {
    let (place, _, id) = with_a_report(&file_bytes(FILE_BYTES));
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    for path in [format!("/reports/{id}"), format!("/reports/{id}/print")] {
        let page = reviewer.get(&path);
        assert_eq!(page.status, 200);
        assert!(page.all("main b, main i, script").is_empty(), "{path}: nothing of it is markup");
        let said = page.all(".said");
        assert!(said.contains(&"A trust </div><script>".to_owned()), "{said:?}");
        let description = said.iter().find(|said| said.contains(MARKER)).unwrap();
        assert_eq!(
            description,
            "<b>xylophone-quagmire-7731</b> \"now\" & then. Her NHS number is 943 476 5919, ⟨U+202E⟩sih dna.⟨U+001B⟩"
        );
        assert!(!page.text().contains(['\u{202e}', '\u{1b}']), "{path}");
        assert_eq!(page.all("mark"), ["943 476 5919", "07700 900123"], "{path}");
        let warning = page.one("#identifying");
        assert!(
            warning.contains("an NHS number")
                && warning.contains("a telephone number")
                && warning.contains("Do not repeat it in a notice"),
            "{warning}"
        );
        let file = page.one(".files");
        for part in ["<i>rota 07700 900123⟨U+202E⟩fdp.Exe", "text/html", "293 KB", &digest(&place, &id)] {
            assert!(file.contains(part), "{part}: {file}");
        }
        let all = page.one("main");
        for part in ["Patient safety or quality of care", "If you ask my manager.", "Integrated care", "Due"] {
            assert!(all.contains(part), "{path}: {part}");
        }
        let title = page.one("title");
        assert!(title.contains(&id[..8]) && !title.contains(MARKER), "{title}");
    }
    let printed = reviewer.get(&format!("/reports/{id}/print"));
    assert!(printed.one("main").contains("Contains what a person wrote in confidence"));
    assert!(printed.all("main :not(.no-print) > button, #actions, .files a").is_empty());
    // Only the parts that are chosen.
    let print = format!("/reports/{id}/print");
    let fields = printed.form(&print);
    assert_eq!(fields.iter().filter(|(name, _)| name == "part").count(), 4, "all, if nothing was chosen");
    let part = reviewer.get(&format!("{print}?part=promises&part=history"));
    let headings = ["Someone could be seriously harmed soon", "At a glance", "Promises", "What happened"];
    assert_eq!(part.all("main h2"), headings);
    assert!(part.one("h1").ends_with(&id), "on paper the whole of it: {}", part.one("h1"));
    assert!(!part.text().contains(MARKER));
    assert_eq!(part.form(&print).len(), 2);

    let report = reviewer.get(&format!("/reports/{id}"));
    for part in ["decide", "notice", "reply", "refer", "readers", "print"] {
        let link = format!("#actions a[href='/reports/{id}/{part}']");
        assert_eq!(report.all(&link).len(), 1, "{part}");
        let page = reviewer.get(&format!("/reports/{id}/{part}"));
        assert_eq!(page.status, 200, "{part}");
    }
    // One id in 1,800 is of digits alone, and the same in capitals.
    let in_capitals = Some(id.to_uppercase()).filter(|capitals| *capitals != id);
    for path in in_capitals.into_iter().chain([id[..8].to_owned(), "0".repeat(16), format!("{id}/files/1/2")]) {
        assert_eq!(reviewer.get(&format!("/reports/{path}")).status, 404, "{path}");
    }
    assert_eq!(reviewer.get(&format!("/reports/{id}/read")).status, 405);
}

#[test]
fn what_is_new_is_marked_until_somebody_says_that_they_read_it() {
    let (place, running, id) = with_a_report(b"a file");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}");
    let report = reviewer.get(&path);
    assert_eq!(report.all(".message .tag.new"), ["Not read yet"]);
    assert_eq!(reviewer.get("/").all("table.queue .tag.new"), ["1 not read"]);
    assert_eq!(reviewer.get(&path).all(".message .tag.new").len(), 1, "looking at it is not reading it");

    // A second report comes meanwhile; it is not what this page showed.
    send(
        running.address,
        "procurement",
        &[("about", "competition"), ("description", "A second one, of no kind.")],
        &[],
    );
    place.collect("c2");
    place.import("c2");
    let read = format!("{path}/read");
    let report = reviewer.post_and_follow(&read, &report.form(&read));
    assert!(report.all(".message .tag.new").is_empty() && report.all("form[action$='/read']").is_empty());
    assert_eq!(report.all("ol.history dd"), ["up to message 1"], "who read it is in the history");
    let queue = reviewer.get("/?unread=yes");
    assert_eq!(queue.all(ROWS).len(), 1);
    assert!(!queue.text().contains(&format!("/reports/{id}")), "what it is told names it, and leads nowhere");
    assert_eq!(place.desk_show(&id)["unread"], 0);
}

#[test]
fn each_answer_says_where_it_got_to() {
    let (place, _, id) = with_a_report(b"a file");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}");
    let whereabouts = |reviewer: &mut Reviewer| reviewer.get(&path).one(".message.team h3 + p");
    place.put("notice.txt", b"We plan no other use.");
    place.decide(&id, &["--notice-file", "notice.txt"]);
    assert!(whereabouts(&mut reviewer).ends_with("not exported yet"));
    assert!(reviewer.get("/").one("table.queue tbody").contains("1 written, not exported"));
    place.export("d1");
    assert!(whereabouts(&mut reviewer).ends_with("exported in decisions 1, not yet known to be delivered"));
    assert!(reviewer.get("/").one("table.queue tbody").contains("1 exported, not known to be delivered"));
    assert_eq!(reviewer.get("/?waiting=delivery").all(ROWS).len(), 1);
    place.deliver("d1");
    place.collect("c2");
    place.import("c2");
    let told = whereabouts(&mut reviewer);
    assert!(told.contains("delivered on ") && !told.contains("known"), "{told}");
    let report = reviewer.get(&path);
    assert_eq!(report.all("#promises + dl .tag[data-state='met']").len(), 1, "{}", report.one("#promises + dl"));
    assert_eq!(report.one(".message.team .said"), "We plan no other use.");

    // Closed, all promises kept, and yet something to export.
    place.decide(&id, &["--state", "closed"]);
    let waiting = reviewer.get("/?waiting=export");
    assert_eq!(waiting.all(ROWS).len(), 1, "{}", waiting.one("main"));
    assert!(waiting.one("table.queue tbody").contains("Closed"));
    assert_eq!(reviewer.get("/").all(ROWS).len(), 1, "there is something left to do");
    place.export("d2");
    place.deliver("d2");
    place.collect("c3");
    place.import("c3");
    assert!(reviewer.get("/").one("main").contains("There is no open work"));
    assert_eq!(reviewer.get("/?show=all").all(ROWS).len(), 1);
    assert_eq!(reviewer.get("/?state=closed").all(ROWS).len(), 1);
}

#[test]
fn a_complaint_about_personal_data_has_its_clock_at_the_desk_alone() {
    let place = Installation::new();
    let running = place.serve();
    let (data, other) = (&[("about", "personal-data")], &[("about", "unfair")]);
    let told = |about: &[(&str, &str)]| {
        let check = person::check(running.address, "service-complaint", about).one("main");
        check.contains("You complain about how we used information about you")
    };
    assert_eq!((told(data), told(other)), (true, false));
    let receipt = |about: &[(&str, &str)]| person::send(running.address, "service-complaint", about, vec![]);
    let receipts = [receipt(data), receipt(other)];
    // The page says it while the box knows what was sent, and again when a copy of the code is checked.
    let acknowledged = |receipt: &Page| receipt.one("main").contains("Your complaint about personal information");
    assert_eq!((acknowledged(&receipts[0]), acknowledged(&receipts[1])), (true, false));
    let mut copy = receipts[0].form("/receipt/check");
    fill(&mut copy, "again", "7KQM");
    assert!(acknowledged(&http::post(running.address, "/receipt/check", &copy)));
    let elsewhere = person::send(running.address, "procurement", &[], vec![]).one("main");
    assert!(!elsewhere.contains("information about you"));
    let at_the_box = place.json(&["clocks", "--data", "box", "--all", "--json"]);
    assert_eq!(at_the_box.as_array().unwrap().len(), 3 + 3 + 3);
    assert!(!at_the_box.to_string().contains("data-acknowledgement"), "{at_the_box}");
    for (path, bytes) in place.every_file().into_iter().filter(|(path, _)| path.starts_with(place.path("box"))) {
        assert!(!holds(&bytes, b"data-acknowledgement"), "{}", path.display());
    }

    place.collect("c1");
    place.import("c1");
    let list = place.desk_list();
    let of = |kind: &str, entry: &serde_json::Value| -> Vec<serde_json::Value> {
        let clocks = entry["clocks"].as_array().unwrap().iter();
        clocks.filter(|clock| clock["kind"] == kind).cloned().collect()
    };
    let about_data: Vec<_> =
        list.as_array().unwrap().iter().filter(|entry| !of("data-acknowledgement", entry).is_empty()).collect();
    assert_eq!(about_data.len(), 1, "{list}");
    let clock = of("data-acknowledgement", about_data[0]).remove(0);
    assert_eq!((&clock["state"], &clock["met_on"]), (&"met".into(), &clock["started_on"]));
    assert_eq!(of("acknowledgement", about_data[0])[0]["started_on"], clock["started_on"]);

    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let id = about_data[0]["id"].as_str().unwrap();
    let report = reviewer.get(&format!("/reports/{id}"));
    assert!(report.one("#promises + dl").contains("Acknowledgement of a complaint about personal data"));
    assert!(report.one("article.message").contains("Use of personal information by us"));
    let calendar = reviewer.get("/promises.ics").text().replace("\r\n ", "");
    assert!(calendar.contains(&format!("UID:{id}-1-data-acknowledgement@candour.invalid")), "{calendar}");
    let figures = reviewer.get("/figures").one("#promises-table, main");
    assert!(figures.contains("Personal data: acknowledged"), "{figures}");

    // What the year's report says in words is written at the desk, and comes out with the published figures alone.
    let year = ReportingYear::of(about_data[0]["received_on"].as_str().unwrap().parse().unwrap()).slug();
    let path = format!("/figures/{year}/narrative");
    let mut form = reviewer.get(&path).form(&path);
    fill(&mut form, "action", "# Rotas\n\nWe looked at how rotas are written.");
    let saved = reviewer.post_and_follow(&path, &form);
    assert!(saved.one("#done").contains("was saved"));
    let report = reviewer.get(&format!("/figures/{year}/report"));
    assert!(report.one("#missing").contains("is not over") && report.one("main").contains("how rotas are written"));
    drop(desk);
    let said =
        place.done(&["desk", "annual-report", "--casebook", "casebook", "--year", &year, "--out", "report.html"]);
    assert!(said.contains("not fit to be published yet: What came of it: nothing is written yet"), "{said}");
    let html = fs::read_to_string(place.path("report.html")).unwrap();
    assert!(html.contains("<h3>Rotas</h3>") && html.contains("Not published") && !html.contains("<script"));
    assert!(!html.contains("<td>3</td>"), "three reports came in, which nobody is to know");
}

#[test]
fn files_that_come_without_a_text_are_shown_as_that() {
    let (place, running, id) = with_a_report(b"a file");
    // The code is on the receipt of a report of its own.
    let code = person::send(running.address, "procurement", &[], vec![]).one("#receipt-code");
    let follow_up = person::follow_up(running.address, &code);
    let files = vec![File::new("minutes-5512.txt", "text/plain", b"what the board said")];
    assert_eq!(http::post_multipart(running.address, "/status/follow-up", &follow_up, files).status, 200);
    place.collect("c2");
    place.import("c2");
    let list = place.desk_list();
    let other = list.as_array().unwrap().iter().find(|entry| entry["id"] != id.as_str()).unwrap();
    let id = other["id"].as_str().unwrap();

    let said = &place.desk_show(id)["messages"][1];
    assert_eq!((&said["kind"], said.get("text")), (&"follow-up".into(), None));
    assert_eq!(said["attachments"][0]["name"], "minutes-5512.txt");
    let shown = place.run(&["desk", "show", "--casebook", "casebook", id]).out;
    assert!(shown.contains("  Files alone, without a text\n  File 2/1: minutes-5512.txt"), "{shown}");

    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}");
    for page in [path.clone(), format!("{path}/print")] {
        let said = reviewer.get(&page).all("article.message").remove(1);
        assert!(said.contains("Files alone, without a text. Files minutes-5512.txt"), "{page}: {said}");
    }
    let mut form = reviewer.get("/").form("/search");
    fill(&mut form, "q", "minutes-5512");
    assert_eq!(reviewer.post("/search", &form).all(".hits .short"), [&id[..8]]);
    // Handed on is the file; there is no passage that says nothing.
    let refer = reviewer.get(&format!("{path}/refer"));
    assert_eq!(refer.all("input[name='file']").len(), 1);
    assert_eq!(refer.all("textarea[name='text-p1description']").len(), 1);
    assert!(refer.all("textarea[name='text-p2']").is_empty());
}

#[test]
fn a_file_is_saved_only_on_purpose_and_byte_for_byte() {
    let bytes = file_bytes(FILE_BYTES);
    let (place, _, id) = with_a_report(&bytes);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/files/1/1");
    let warning = reviewer.get(&path);
    assert_eq!((warning.status, warning.one("h1").as_str()), (200, "Save this file?"));
    assert!(!holds(&warning.body, &bytes[..64]), "nothing of it before");
    assert_eq!(reviewer.post(&path, &Fields::new()).status, 403, "nor by a form of another page");

    let saved = reviewer.post(&path, &warning.form(&path));
    assert_eq!(saved.status, 200);
    assert_eq!(saved.header("content-type"), Some("application/octet-stream"));
    let disposition = format!("attachment; filename=\"{id}-1-1.exe\"");
    assert_eq!(saved.header("content-disposition"), Some(disposition.as_str()));
    assert_eq!(saved.header("cache-control"), Some("no-store, no-transform"));
    assert!(saved.body == bytes, "{} bytes", saved.body.len());
    place.assert_nothing_plain(&[MARKER], "after saving a file");
    for other in ["1/2", "2/1", "1/0", "0/1", "1/x"] {
        let page = reviewer.get(&format!("/reports/{id}/files/{other}"));
        assert!([400, 404].contains(&page.status), "{other}: {}", page.status);
    }
}

#[test]
fn a_file_that_is_not_what_came_never_passes_for_the_whole() {
    let bytes = file_bytes(4 * 65_536);
    let place = Installation::new();
    let running = place.serve();
    let typed = [("about", "fraud"), ("description", "Two files of one length, so sealed alike.")];
    send(running.address, "staff-concern", &typed, &[("a.bin", &bytes), ("b.bin", &vec![7; bytes.len()])]);
    let id = place.carry_in("c1");
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/files/1/1");
    let form = reviewer.get(&path).form(&path);
    assert!(reviewer.post(&path, &form).body == bytes);

    let sealed = [1, 2].map(|number| sealed_file(&place, &id, number));
    let [whole, other] = sealed.clone().map(|path| fs::read(path).unwrap());
    let mut flipped = whole.clone();
    let near_the_end = flipped.len() - 10;
    flipped[near_the_end] ^= 1;
    for (damaged, what) in [
        (&whole[..whole.len() - 1], "cut"),
        (&whole[..100_000], "halved"),
        (&flipped, "changed"),
        (&other, "exchanged"),
    ] {
        fs::remove_file(&sealed[0]).unwrap();
        fs::File::create(&sealed[0]).and_then(|mut file| file.write_all(damaged)).unwrap();
        let came = raw_post(desk.address, &reviewer, &path, &form);
        assert!(came < bytes.len(), "{what}: {came} bytes");
    }
    assert_eq!(reviewer.get("/").status, 200, "the desk is not harmed");
}

#[test]
fn a_browser_that_takes_its_time_holds_nobody_up_and_locking_ends_it() {
    // More than sockets hold on their own.
    let bytes = file_bytes(24 << 20);
    let (place, _, id) = with_a_report(&bytes);
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let path = format!("/reports/{id}/files/1/1");
    let form = reviewer.get(&path).form(&path);
    let mut slow = begin_post(desk.address, &reviewer, &path, &form);
    let mut first = [0; 1000];
    slow.read_exact(&mut first).unwrap();
    thread::sleep(Duration::from_millis(300));
    let queue = reviewer.get("/");
    assert_eq!(queue.status, 200, "others get their pages meanwhile");
    assert_eq!(reviewer.post("/lock", &queue.form("/lock")).status, 303);
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(rest.len() < bytes.len(), "{} bytes", rest.len());
    desk.next_opening();
}

#[test]
fn whoever_is_shut_out_sees_that_and_no_more() {
    let (place, _, id) = with_a_report(b"a file");
    let first = place.open_desk(&[]);
    let mut first = first.reviewer();
    place.done(&["keys", "new", "--out", "second", "--no-passphrase"]);
    let read = |file: &str| fs::read_to_string(place.path(&format!("second/{file}"))).unwrap();
    let mut form = first.get("/team").form("/team/join");
    for (name, value) in [
        ("name", "Second reviewer"),
        ("role", "reviewer"),
        ("signer", &read("signer.pub")),
        ("recipients", &read("governance.recipients")),
    ] {
        fill(&mut form, name, value);
    }
    let fingerprint = first.post_and_follow("/team/join", &form).one("#fingerprint");
    let identity = ["--identity", "second/identity.txt"];
    place.done(&[&["desk", "join", "--casebook", "casebook", "--fingerprint", &fingerprint][..], &identity].concat());
    let second = place.open_desk(&[&identity[..], &["--signing-key", "second/signing.key"]].concat());
    let mut second = second.reviewer();
    let path = format!("/reports/{id}");
    let file = format!("{path}/files/1/1");
    let saving = second.get(&file).form(&file);
    assert_eq!(second.get(&path).status, 200);

    let page = first.get(&format!("{path}/readers"));
    let mut form = page.form(&format!("{path}/readers"));
    form.retain(|(name, _)| name != "member");
    fill(&mut form, "reason", "They worked there.");
    assert_eq!(first.post(&format!("{path}/readers"), &form).status, 303);

    for part in ["", "/print", "/files/1/1", "/decide", "/notice", "/reply", "/refer"] {
        let shown = second.get(&format!("{path}{part}"));
        assert!(shown.status >= 400, "{part}: {}", shown.status);
        assert!(!shown.text().contains(MARKER) && !shown.said().contains("rota"), "{part}");
        assert!(shown.one("main").contains("You are shut out of report"), "{part}: {}", shown.one("main"));
    }
    let kept = second.post(&file, &saving);
    assert!(kept.status >= 400 && !holds(&kept.body, b"a file"), "{}", kept.status);
    let queue = second.get("/");
    assert!(queue.one("#closed-to-me").contains("You are shut out of 1 report"));
    assert!(!queue.text().contains(&format!("/reports/{id}")), "what it is told names it, and leads nowhere");
    let mut form = queue.form("/search");
    fill(&mut form, "q", MARKER);
    assert!(second.post("/search", &form).one("#none").contains("No report has all of these words"));
    let report = first.get(&path);
    let history = report.one("ol.history");
    assert!(history.contains("chose who may open it") && history.contains("Who may open it"), "{history}");
    assert!(history.contains("First reviewer") && !history.contains("Second reviewer"), "{history}");
    assert!(history.contains("They worked there."));
}

/// What the message says the file's SHA-256 is.
fn digest(place: &Installation, id: &str) -> String {
    place.desk_show(id)["messages"][0]["attachments"][0]["sha256"].as_str().unwrap().to_owned()
}

/// Where a file of the report's concern lies, sealed.
fn sealed_file(place: &Installation, id: &str, number: usize) -> PathBuf {
    let end = format!("attachment-{number}.age");
    let files = place.every_file().into_iter().map(|(path, _)| path);
    let mut found = files.filter(|path| {
        let path = path.strip_prefix(place.path("casebook")).map(|path| path.to_string_lossy()).unwrap_or_default();
        path.contains(id) && path.ends_with(&end)
    });
    found.next().unwrap()
}

/// Posts a form and does not wait for what comes.
fn begin_post(address: SocketAddr, reviewer: &Reviewer, path: &str, form: &Fields) -> TcpStream {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let (body, cookie) = (body.finish(), reviewer.cookie.clone().unwrap());
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    stream
}

/// How many bytes of a body come, whole or not.
fn raw_post(address: SocketAddr, reviewer: &Reviewer, path: &str, form: &Fields) -> usize {
    let mut raw = Vec::new();
    let _ = begin_post(address, reviewer, path, form).read_to_end(&mut raw);
    raw.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |end| raw.len() - end - 4)
}
