//! What a hostile sender sends is inert: at the box, over a real socket, and at the desk's commands. What the pages'
//! own tests show of forms and limits is not repeated here.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    time::Duration,
};

use crate::support::{
    http::{self, File, Page},
    installation::Installation,
    person,
};

/// After that long, what the box has not answered waits for more, or for the box's own time limits.
const QUIET: Duration = Duration::from_secs(5);
/// The most that the box's memory may grow to, in KiB: a hash takes 19 MiB, and several run at once.
const MEMORY_KIB: u64 = 256 * 1024;
const MIB: usize = 1 << 20;

/// Names that a path, a page, a terminal or a shell could trip over; what is kept of each.
const NAMES: &[(&str, &str)] = &[
    ("../../../etc/passwd", "passwd"),
    ("C:\\Windows\\system32\\cmd.exe", "cmd.exe"),
    ("annual\u{202e}fdp.exe", "annual\u{202e}fdp.exe"),
    ("zero\u{200b}width\u{2028}\u{feff}.", "zero\u{200b}width\u{2028}\u{feff}."),
    ("\u{9b}31m red", "\u{9b}31m red"),
    ("<img src=x onerror=alert(1)>.svg", "<img src=x onerror=alert(1)>.svg"),
    ("--out=owned", "--out=owned"),
    ("$(touch owned);`touch owned`|x", "$(touch owned);`touch owned`|x"),
    (".", "."),
    ("..", ".."),
];

/// Texts that a page or a terminal could trip over.
const TEXTS: &[&str] = &[
    "</p><script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>",
    "</textarea></form><form action=//elsewhere.example><input name=code>",
    "{{7*7}} ${7*7} <%= 7*7 %> {% include \"/etc/passwd\" %} &lt;b&gt; &#60;b&#62;",
    "\u{1b}[2J\u{1b}[1;1H\u{1b}]52;c;b3duZWQ=\u{7}\u{1b}P+q\u{1b}\\ \u{9b}2J \u{8}\u{8}\u{8} \r over",
    "pay \u{202e}000,1\u{202c} \u{2066}\u{2067}\u{2069}\u{200f}\u{61c} zero\u{200b}width \u{feff} \
     j\u{200d}o\u{200c}in\u{fe0f}\u{e0101}\u{34f}\u{17b4}\u{e0041}",
    "nul\u{0}inside '; DROP TABLE report; -- %n%s%x \u{ffff}\u{10ffff} e\u{301}\u{301}\u{301}\u{301}",
];

#[test]
fn hostile_names_texts_and_files_are_inert_from_the_form_to_the_desk() {
    let place = Installation::new();
    let running = place.serve();
    let bomb = bomb();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>";
    let contents: [&[u8]; 3] = [&bomb, svg, b"PK\x03\x04\0\0\xff\xff\xff\xff../../owned\0%PDF-1.7 MZ #!/bin/sh\n"];
    let mut codes = Vec::new();
    for text in TEXTS {
        let mut form =
            person::concern("staff-concern", &[("description", &format!("A description that is long enough. {text}"))]);
        http::fill(&mut form, "organisation", text);
        http::fill(&mut form, "use_concerns", text);
        let check = http::post(running.address, "/report/check", &form);
        assert_eq!(check.status, 200, "{text:?}: {}", check.all(".error-summary").join(" "));
        assert_inert(&check);
        let files = NAMES
            .iter()
            .zip(contents.iter().cycle())
            .map(|((name, _), content)| File::new(name, "image/svg+xml", content));
        let receipt =
            http::post_multipart(running.address, "/report/send", &check.form("/report/send"), files.collect());
        assert_eq!(receipt.status, 200, "{text:?}: {}", receipt.all("main").join(" "));
        assert_inert(&receipt);
        codes.push(receipt.one("#receipt-code"));
    }
    for code in &codes {
        let status = person::status(running.address, code);
        assert_eq!(status.status, 200);
        assert_inert(&status);
    }
    // It was kept as it is, never unpacked.
    assert!(running.peak_memory_kib() < MEMORY_KIB, "{} KiB", running.peak_memory_kib());
    assert_harmless(&running.stop());

    place.collect("c1");
    assert_harmless(&place.import("c1"));
    assert_harmless(&place.done(&["desk", "list", "--casebook", "casebook"]));
    let list = place.desk_list();
    let reports = list.as_array().unwrap();
    assert_eq!(reports.len(), TEXTS.len());
    for report in reports {
        let id = report["id"].as_str().unwrap();
        assert_harmless(&place.done(&["desk", "show", "--casebook", "casebook", id]));
        assert_harmless(&place.done(&["desk", "show", "--casebook", "casebook", id, "--json"]));
        let shown = place.desk_show(id);
        let files = shown["messages"][0]["attachments"].as_array().unwrap();
        let names: Vec<_> = files.iter().map(|file| file["name"].as_str().unwrap()).collect();
        assert_eq!(names, NAMES.iter().map(|(_, kept)| *kept).collect::<Vec<_>>());
    }
    opens_each_file_where_it_is_told(&place, reports[0]["id"].as_str().unwrap(), &contents);
}

/// `desk attachment` writes the one file that it was told to write, with the bytes that were sent, whatever the name
/// is.
fn opens_each_file_where_it_is_told(place: &Installation, id: &str, contents: &[&[u8]]) {
    // Each access leaves an event in the casebook, and nothing anywhere else.
    let others = || {
        let files = place.every_file().into_iter().map(|(path, _)| path);
        files.filter(|path| !path.starts_with(place.path("casebook/events"))).count()
    };
    let before = others();
    for ((number, (_, name)), content) in (1..).zip(NAMES).zip(contents.iter().cycle()) {
        let by_number = format!("1/{number}");
        for name in [*name, &by_number] {
            // A name that looks like an option needs the marker that ends them, as everywhere.
            let said = place.done(&["desk", "attachment", "--casebook", "casebook", "--out", "opened", "--", id, name]);
            assert_harmless(&said);
            assert!(std::fs::read(place.path("opened")).unwrap() == *content, "{name:?}");
            std::fs::remove_file(place.path("opened")).unwrap();
            assert_eq!(others(), before, "{name:?} wrote another file");
        }
    }
    for name in ["\u{1b}[2J", "x\u{202e}y", "../../etc/passwd", "1/99"] {
        let said = place.refused(&["desk", "attachment", "--casebook", "casebook", "--out", "opened", "--", id, name]);
        assert_harmless(&said);
    }
}

#[test]
fn requests_that_are_not_what_they_say_are_refused_and_leave_nothing() {
    let place = Installation::new();
    let mut running = place.serve();
    let form = "POST /report/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let parts = "POST /report/send HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nConnection: close\r\n";
    let smuggled = "GET /keys HTTP/1.1\r\nHost: x\r\n\r\n";
    let long = "x".repeat(MIB);
    let part = |head: &str| format!("--b\r\n{head}\r\n\r\nevidence\r\n--b--\r\n");
    let whole = |body: String| format!("{parts}Content-Length: {}\r\n\r\n{body}", body.len());
    let disposition = "Content-Disposition: form-data; name=\"attachment\"; filename=";
    let cases: Vec<(&str, String)> = vec![
        // Two ideas of where a request ends: whoever stands in front of the box may have the other one.
        ("TE and CL", format!("{form}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}")),
        ("CL and TE", format!("{form}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}")),
        ("TE not chunked", format!("{form}Transfer-Encoding: identity\r\n\r\n{smuggled}")),
        ("TE chunked not last", format!("{form}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n{smuggled}")),
        ("TE unknown", format!("{form}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}")),
        ("TE with a space", format!("{form}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{smuggled}")),
        ("two CL", format!("{form}Content-Length: 0\r\nContent-Length: 5\r\n\r\n{smuggled}")),
        ("CL list", format!("{form}Content-Length: 0, 5\r\n\r\n{smuggled}")),
        ("CL signed", format!("{form}Content-Length: +0\r\n\r\n{smuggled}")),
        ("CL negative", format!("{form}Content-Length: -1\r\n\r\n{smuggled}")),
        ("CL hexadecimal", format!("{form}Content-Length: 0x1\r\n\r\n{smuggled}")),
        ("CL past all numbers", format!("{form}Content-Length: 99999999999999999999999\r\n\r\n")),
        ("CL larger than any limit", format!("{form}Content-Length: 18446744073709551615\r\n\r\nx")),
        ("chunk past all numbers", format!("{form}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nx")),
        ("chunk negative", format!("{form}Transfer-Encoding: chunked\r\n\r\n-1\r\nx")),
        ("chunk not a number", format!("{form}Transfer-Encoding: chunked\r\n\r\nxyz\r\n")),
        ("chunk longer than said", format!("{form}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n")),
        ("chunk with a long extension", format!("{form}Transfer-Encoding: chunked\r\n\r\n1;{long}\r\na\r\n0\r\n\r\n")),
        // Heads.
        ("no request", "\r\n\r\n\0\x01\x02 \r\n\r\n".to_owned()),
        ("another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        ("an old protocol", "GET /\r\n\r\n".to_owned()),
        ("a tunnel", "CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned()),
        ("NUL in a header", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n".to_owned()),
        ("a folded header", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n".to_owned()),
        ("a header without a name", "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n".to_owned()),
        ("many headers", format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: y\r\n".repeat(1000))),
        ("a long header", format!("GET / HTTP/1.1\r\nHost: x\r\nX: {long}\r\n\r\n")),
        ("a long address", format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n")),
        ("a path upwards", "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned()),
        (
            "a hidden path upwards",
            "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
        ),
        // Forms with files.
        ("no boundary", format!("{}Content-Length: 3\r\n\r\nabc", parts.replace("; boundary=b", ""))),
        ("a long boundary", format!("{}Content-Length: 3\r\n\r\nabc", parts.replace("=b", &format!("={long}")))),
        ("no parts", whole("no parts at all".to_owned())),
        ("a part without a name", whole(part("Content-Disposition: form-data"))),
        ("a part without a head", whole("--b\r\n\r\n\r\n--b--\r\n".to_owned())),
        ("a name of 1 MiB", whole(part(&format!("{disposition}\"{long}\"")))),
        ("a field's name of 1 MiB", whole(part(&format!("Content-Disposition: form-data; name=\"{long}\"")))),
        ("a part's head of 1 MiB", whole(part(&format!("{disposition}\"a\"\r\nX: {long}")))),
        ("ESC in a name", whole(part(&format!("{disposition}\"\u{1b}[2J\"")))),
        ("NUL in a name", whole(part(&format!("{disposition}\"a\0b\"")))),
        ("a media type of 1 MiB", whole(part(&format!("{disposition}\"a\"\r\nContent-Type: {long}")))),
        (
            "10,000 fields",
            whole(
                part("Content-Disposition: form-data; name=\"about\"").replace("--b--\r\n", "").repeat(10_000)
                    + "--b--\r\n",
            ),
        ),
        (
            "10,000 files",
            whole(part(&format!("{disposition}\"a\"")).replace("--b--\r\n", "").repeat(10_000) + "--b--\r\n"),
        ),
        ("a form without an end", whole(part(&format!("{disposition}\"a\"")).replace("--b--\r\n", ""))),
    ];
    let answers = std::thread::scope(|scope| {
        let asked =
            cases.iter().map(|(name, request)| (name, scope.spawn(|| raw(running.address, request.as_bytes()))));
        asked.collect::<Vec<_>>().into_iter().map(|(name, asked)| (name, asked.join().unwrap())).collect::<Vec<_>>()
    });
    for (name, answer) in answers {
        let statuses: Vec<&str> =
            answer.split("HTTP/1.1 ").skip(1).map(|response| response.get(..3).unwrap_or_default()).collect();
        // One answer, which says no; or none, where nothing could be read or more is to come.
        assert!(statuses.len() <= 1, "{name}: {statuses:?}");
        assert!(statuses.iter().all(|status| status.starts_with('4')), "{name}: {statuses:?}");
        // Without the random letters that fill it, in which one box of 170 has those of a key by chance.
        let said = answer.rsplit_once("<!--").map_or(answer.as_str(), |(said, _)| said);
        assert!(!said.contains("root:") && !said.contains("age1"), "{name}");
    }
    assert!(running.is_running());
    let bomb = bomb();
    let head = format!("{form}Content-Encoding: gzip\r\nContent-Length: {}\r\n", bomb.len());
    let answer = http::exchange(running.address, &head, |stream| stream.write_all(&bomb));
    assert!((400..500).contains(&answer.status), "packed: {}", answer.head);
    let many = person::concern("staff-concern", &[])
        .into_iter()
        .chain((0..10_000).map(|_| ("about".to_owned(), "fraud".to_owned())))
        .collect();
    assert_eq!(http::post(running.address, "/report/check", &many).status, 413);

    assert!(running.peak_memory_kib() < MEMORY_KIB, "{} KiB", running.peak_memory_kib());
    assert_eq!(http::get(running.address, "/healthz").status, 200);
    let said = running.stop();
    assert!(!said.contains("panicked"), "{said}");
    assert!(place.collect("c1").contains("0 messages from 0 reports"));
    println!("{} requests refused", cases.len() + 2);
}

/// 64 MiB of zeros, packed.
fn bomb() -> Vec<u8> {
    let mut gzip = Command::new("gzip").arg("-9").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = gzip.stdin.take().unwrap();
    let feeding = std::thread::spawn(move || (0..64).try_for_each(|_| input.write_all(&vec![0; MIB])));
    let mut packed = Vec::new();
    gzip.stdout.take().unwrap().read_to_end(&mut packed).unwrap();
    feeding.join().unwrap().unwrap();
    assert!(gzip.wait().unwrap().success());
    assert!(packed.len() < MIB);
    packed
}

/// Sends bytes as they are and reads until the box closes or has nothing to add for a while.
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(QUIET)).unwrap();
    stream.set_write_timeout(Some(QUIET)).unwrap();
    // The box may close before it has read all of it.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Nothing of what was sent is an element, an attribute or an entity of the page.
fn assert_inert(page: &Page) {
    assert!(page.all("script, img, svg, iframe, object, embed, link[href]").is_empty());
    assert!(page.all("form[action*=elsewhere], [onload], [onerror]").is_empty());
    let text = page.text();
    assert!(!text.contains("<script") && !text.contains("49 $"), "a script, or a template that was run");
}

/// Nothing in it drives a terminal or hides what is there.
fn assert_harmless(said: &str) {
    let active = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{34f}' | '\u{61c}' | '\u{17b4}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}' | '\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
    };
    let found: Vec<char> = said.chars().filter(active).collect();
    assert!(found.is_empty(), "{found:?} in {said:?}");
}
