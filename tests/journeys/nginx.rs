//! A box behind nginx: with the configuration that is shipped, and with Debian's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Write},
    net::TcpStream,
};

use crate::support::{
    certificates::Authority,
    http::{self, Fields, File, Page},
    installation::{Installation, Said},
    nginx::Nginx,
    person,
    relay::{Counts, Relay, Towards},
};

const TEXT: &str = "quixotic-ocelot-4471 was seen on the ward at night";
const FILE: &str = "zephyr-ledger-9023";
const NAME: &str = "unusual-ledger-5510.txt";
const QUERY: &str = "marmalade-query-3318";
const REPLY: &str = "Thank you. We have read it, and we will look into it.";
const ADDRESS: &str = "127.0.0.1";
const MIB: u64 = 1024 * 1024;

/// A file of some MiB that begins and ends with words that are looked for.
fn large_file(length: u64) -> File<'static> {
    let content = FILE.as_bytes().chain(io::repeat(b'x').take(length)).chain(FILE.as_bytes());
    File { name: NAME, media_type: "text/plain", length: length + 2 * FILE.len() as u64, content: Box::new(content) }
}

/// Codes of each kind that there is.
struct Codes {
    right: String,
    /// Of a report that was answered.
    waiting: String,
    withdrawn: String,
    /// Of no report.
    wrong: String,
}

impl Codes {
    /// Sends what they are for, each through the front; the first with a file of so many bytes.
    fn through(front: &Relay, place: &Installation, file: u64) -> Self {
        let send = |files| person::send(front.address, "staff-concern", &[("description", TEXT)], files);
        let waiting = send(vec![large_file(file)]).one("#receipt-code");
        let id = place.carry_in("c1");
        let reply = tempfile::NamedTempFile::new().unwrap();
        reply.as_file().write_all(REPLY.as_bytes()).unwrap();
        place.decide(&id, &["--reply-file", &reply.path().display().to_string()]);
        place.export("d1");
        place.deliver("d1");
        let withdrawn = send(vec![]).one("#receipt-code");
        let withdrawal = person::withdrawal(front.address, &person::status(front.address, &withdrawn));
        assert_eq!(http::post(front.address, "/status/withdraw", &withdrawal).status, 200);
        let unsent = person::checked(front.address, "staff-concern", &[]);
        let (right, wrong) = (send(vec![]).one("#receipt-code"), http::value(&unsent, "code").to_owned());
        Self { right, waiting, withdrawn, wrong }
    }

    /// What each gets, asked as a browser does that takes compressed pages.
    fn asked(&self, front: &Relay) -> BTreeMap<&'static str, (u16, Counts)> {
        let ask = |code: &str| {
            let form = Fields::from([("code".to_owned(), code.to_owned())]);
            let page = http::post_with(front.address, "/status", "Accept-Encoding: gzip, deflate, br\r\n", &form);
            (page.status, front.counts())
        };
        let kinds = [
            ("right", self.right.as_str()),
            ("answer waiting", &self.waiting),
            ("withdrawn", &self.withdrawn),
            ("wrong", &self.wrong),
            ("no code", "7KQM"),
        ];
        kinds.into_iter().map(|(kind, code)| (kind, ask(code))).collect()
    }
}

/// What `candour check --front` says, of a front whose files are known.
fn check(place: &Installation, nginx: &Nginx) -> Said {
    let directory = nginx.directory();
    let output = place
        .program(env!("CARGO_BIN_EXE_candour"))
        .args(["check", "--front", &format!("https://{}:{}", Authority::NAME, nginx.address.port()), "--front-files"])
        .arg(directory)
        .env("SSL_CERT_FILE", directory.join("authority.pem"))
        .output();
    Said::from(output.unwrap())
}

/// The first half of a form with a file, and then nothing more.
fn half_sent(front: &Relay, form: &Fields) -> TcpStream {
    let mut stream = TcpStream::connect(front.address).unwrap();
    let mut body: String = form
        .iter()
        .map(|(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"))
        .collect();
    body += &format!("--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"{NAME}\"\r\n\r\n{FILE}");
    body += &"x".repeat(300_000);
    let head = format!(
        "POST /report/send HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\n\r\n",
        2 * body.len()
    );
    stream.write_all([head, body].concat().as_bytes()).unwrap();
    stream
}

#[test]
fn a_box_without_a_front_is_looked_at_the_same_way() {
    let place = Installation::new();
    let running = place.serve();
    let said = place.run(&["check", "--front", &format!("http://{}", running.address)]);
    assert_eq!((said.status, said.error.as_str()), (0, ""), "{}", said.out);
    for line in [
        "warning  the front does not speak TLS",
        "ok       the front hands on every header and adds nothing",
        "ok       every answer has 49152 bytes",
        "ok       the front hands on what is sent while it comes",
        "ok       no file that was written",
    ] {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
    let json = place.json(&["check", "--json", "--front", &format!("http://{}", running.address)]);
    assert_eq!(json[0]["verdict"], "warning");
    // With the box's own checks, if it is told where the box is.
    let both =
        place.run(&["check", "--data", "box", "--keys", "public", "--front", &format!("http://{}", running.address)]);
    assert!(both.out.contains("the database opens") && both.out.contains("while it comes"), "{}", both.out);
    drop(running);
    for (arguments, status, why) in [
        (&["--front", "http://127.0.0.1:1"][..], 1, "can't be reached"),
        (&["--front", "http://abc.onion"], 2, "deploy/torrc"),
        (&["--front", "https://a.example/keys"], 2, "give the name alone"),
        (&["--front-files", "."], 2, "--front"),
        (&[], 2, "--data"),
        (&["--data", "box", "--front", "http://127.0.0.1:1"], 2, "--keys"),
    ] {
        let said = place.run(&[&["check"], arguments].concat());
        let text = format!("{}{}", said.out, said.error);
        assert!(said.status == status && text.contains(why) && text.lines().count() == 1, "{arguments:?}: {text}");
    }
}

#[test]
#[ignore = "needs nginx and strace"]
fn behind_the_shipped_configuration_nothing_is_written_and_every_answer_has_one_size() {
    let (place, authority) = (Installation::new(), Authority::new());
    let running = place.serve();
    let nginx = Nginx::shipped(running.address, &authority);
    let front = Relay::new(Towards::tls(nginx.address, &authority));
    let codes = Codes::through(&front, &place, 6 * MIB);
    let page = person::status(front.address, &codes.waiting);
    assert!(page.all("article.message").join(" ").contains(REPLY), "{}", page.all("main").join(" "));

    // Whoever counts bytes learns nothing.
    let asked = codes.asked(&front);
    let statuses: Vec<u16> = asked.values().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [200, 422, 200, 200, 422], "{asked:?}");
    let mut sizes: BTreeSet<Counts> = asked.values().map(|(_, counts)| *counts).collect();
    let mut expect = |status: u16, page: Page| {
        assert_eq!(page.status, status, "{}", page.head);
        sizes.insert(front.counts());
    };
    for path in [
        "/",
        "/before-you-start",
        "/easy-read",
        "/who-else",
        "/report",
        "/report?route=staff-concern",
        "/status",
        "/keys",
        "/keys/governance.recipients",
        "/privacy",
        "/accessibility",
        "/how-this-is-kept-safe",
        "/leave",
        &format!("/?{QUERY}"),
    ] {
        expect(200, http::get(front.address, path));
    }
    expect(200, http::post(front.address, "/leave", &vec![]));
    expect(404, http::get(front.address, &format!("/{QUERY}")));
    expect(405, http::get(front.address, "/report/check"));
    expect(422, http::post(front.address, "/report/check", &vec![]));
    let request = |head: &str| http::exchange(front.address, head, |_| Ok(()));
    let send = "POST /report/send HTTP/1.1\r\nContent-Length: 9000000000\r\nContent-Type: ";
    // The box says that it is too much before it has come; so with what is no form.
    expect(413, request(&format!("{send}multipart/form-data; boundary=b\r\n")));
    expect(415, request(&format!("{send}text/plain\r\n")));
    println!("behind deploy/nginx.conf every answer has {sizes:?}");
    assert_eq!(sizes.len(), 1, "{sizes:?}");

    let said = check(&place, &nginx);
    println!("{}", said.out);
    assert_eq!((said.status, said.error.as_str()), (0, ""), "{}", said.out);
    for line in
        ["speaks TLS", "and adds date, server", "every answer has 49204 bytes", "while it comes", "holds what was sent"]
    {
        assert!(said.out.lines().any(|found| found.starts_with("ok ") && found.contains(line)), "{line}: {}", said.out);
    }

    // Somebody leaves in the middle of an upload: while it goes on, and after it, nothing of it is on a disk.
    let unsent = person::checked(front.address, "staff-concern", &[("description", TEXT)]);
    let upload = half_sent(&front, &unsent);
    http::get(front.address, "/");
    let mut markers = vec![TEXT, FILE, NAME, QUERY, REPLY, ADDRESS];
    let typed: Vec<String> = [&codes.right, &codes.waiting, &codes.withdrawn, &codes.wrong]
        .into_iter()
        .flat_map(|code| [code.clone(), code.replace('-', "")])
        .collect();
    markers.extend(typed.iter().map(String::as_str));
    let own = ["nginx.conf", "trace"];
    let written = || -> Vec<String> {
        let found =
            markers.iter().flat_map(|marker| nginx.files_with(marker).into_iter().map(move |name| (name, marker)));
        found
            .filter(|(name, _)| !own.contains(&name.as_str()))
            .map(|(name, what)| format!("{name} has {what}"))
            .collect()
    };
    assert_eq!(written(), [""; 0]);
    drop(upload);
    drop(running);
    assert_eq!(http::get(front.address, &format!("/{QUERY}")).status, 502, "the box is away");
    assert_eq!(written(), [""; 0]);
    // Not only what is there: no file was ever opened in which something could have been.
    let opened = nginx.stop();
    let wrong: Vec<_> =
        opened.iter().filter(|call| !call.contains("/dev/null") && !call.contains("nginx.pid")).collect();
    assert!(!opened.is_empty() && wrong.is_empty(), "{wrong:#?}");
}

#[test]
#[ignore = "needs nginx"]
fn what_debians_own_configuration_gives_away_is_what_the_documents_say() {
    let (place, authority) = (Installation::new(), Authority::new());
    let running = place.serve();
    let nginx = Nginx::debians(running.address, &authority);
    let front = Relay::new(Towards::tls(nginx.address, &authority));
    let codes = Codes::through(&front, &place, MIB);

    // It compresses, but not what says that it is encoded already.
    let asked = codes.asked(&front);
    println!("behind Debian's configuration: {asked:?}");
    let answers: BTreeSet<usize> = asked.values().map(|(_, counts)| counts.answer).collect();
    assert_eq!(answers.len(), 1, "{asked:?}");

    let said = check(&place, &nginx);
    println!("{}", said.out);
    assert_eq!((said.status, said.error.as_str()), (1, ""), "{}", said.out);
    let body = format!("{}/body/", nginx.directory().display());
    let log = format!("{}/access.log", nginx.directory().display());
    for line in [
        "until it has all of it",
        &body,
        "the text of a form, what is in a file",
        &log,
        "the address of a page, who sent it",
    ] {
        assert!(
            said.out.lines().any(|found| found.starts_with("unsafe ") && found.contains(line)),
            "{line}: {}",
            said.out
        );
    }

    // A form that is larger than a page of memory lies on the disk while it comes: text, code and file.
    let unsent = person::checked(front.address, "staff-concern", &[("description", TEXT)]);
    let upload = half_sent(&front, &unsent);
    for marker in [FILE, TEXT, NAME, http::value(&unsent, "code")] {
        let found = nginx.wait_for_file_with(marker);
        assert!(found.iter().any(|name| name.starts_with("body/")), "{marker}: {found:?}");
    }
    drop(upload);
    // Who asked for what, and when, stays.
    http::get(front.address, &format!("/?{QUERY}"));
    assert_eq!(nginx.wait_for_file_with(QUERY), ["access.log"]);
    let address = |name: &str| nginx.files_with(ADDRESS).contains(&name.to_owned());
    assert!(address("access.log") && !address("error.log"));
    drop(running);
    assert_eq!(http::get(front.address, "/status").status, 502, "the box is away");
    assert_eq!(nginx.wait_for_file_with("GET /status HTTP/1.1\", upstream"), ["error.log"]);
    assert!(address("error.log"));
    println!("lost: text, code, name and contents of files in body/, the address in access.log and error.log");
}
