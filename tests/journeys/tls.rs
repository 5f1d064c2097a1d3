//! From a browser to the box with nobody between who could read it: TLS in the box's own process, Unix sockets, and
//! sockets from systemd.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::{
        fd::OwnedFd,
        unix::{
            fs::{OpenOptionsExt, PermissionsExt, symlink},
            net::UnixStream,
        },
    },
    process::{Command, Stdio},
    sync::Arc,
};

use rustix::process::Signal;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::ServerName,
    version::{TLS12, TLS13},
};

use super::both_browsers::{all_the_way_round, one_report};
use crate::support::{
    authority::{Authority, Issued},
    browser::{Browser, Scripts},
    firefox::Firefox,
    http::{self, Fields, File, Page},
    installation::{Installation, Serving},
    person,
};

const CONFIG: &str =
    "[limits]\ndisk_reserve_mib = 0\n[tls]\ncertificate = \"live/chain.pem\"\nkey = \"live/key.pem\"\n";
const ARGUMENTS: [&str; 4] = ["--config", "tls.toml", "--listen", "tls:127.0.0.1:0"];
const NAMES: [&str; 2] = ["box.test", "127.0.0.1"];
/// What a browser is told that came over TLS.
const TLS_ALONE: Option<&str> = Some("max-age=63072000");
/// Bytes of the file that is sent: more than any buffer on the way.
const FILE: usize = 3 * 1024 * 1024;

/// An installation with a certificate of the tests' own authority, laid out as certbot does: names that lead to the files
/// of the last renewal.
struct Secured {
    place: Installation,
    authority: Authority,
    issued: Issued,
}

impl Secured {
    fn new() -> Self {
        let (place, authority) = (Installation::new(), Authority::new());
        let issued = authority.issue(&NAMES);
        place.put("tls.toml", CONFIG.as_bytes());
        for directory in ["live", "archive"] {
            fs::create_dir(place.path(directory)).unwrap();
        }
        let secured = Self { place, authority, issued };
        secured.renew(1, &secured.issued.chain, &secured.issued.key);
        secured
    }

    /// Puts new files there, and lets the names lead to them.
    fn renew(&self, number: u32, chain: &str, key: &str) {
        for (name, text) in [("chain", chain), ("key", key)] {
            let file = format!("{name}{number}.pem");
            let mut new = OpenOptions::new();
            let new = new.write(true).create_new(true).mode(0o600).open(self.place.path("archive").join(&file));
            new.unwrap().write_all(text.as_bytes()).unwrap();
            let link = self.place.path("live").join(format!("{name}.pem"));
            let _ = fs::remove_file(&link);
            symlink(format!("../archive/{file}"), link).unwrap();
        }
    }

    fn serve(&self) -> Serving {
        self.place.serve_with(&ARGUMENTS)
    }

    fn client(&self, address: SocketAddr, version: &'static SupportedProtocolVersion) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().into()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Client { address, config: Arc::new(config) }
    }
}

/// Someone who trusts the tests' authority.
struct Client {
    address: SocketAddr,
    config: Arc<ClientConfig>,
}

impl Client {
    fn connect(&self) -> StreamOwned<ClientConnection, Counted> {
        let name = ServerName::try_from("box.test").unwrap();
        let connection = ClientConnection::new(Arc::clone(&self.config), name).unwrap();
        StreamOwned::new(connection, Counted { stream: TcpStream::connect(self.address).unwrap(), read: 0 })
    }

    /// The certificate that the box shows now.
    fn shown(&self) -> Vec<u8> {
        let mut stream = self.connect();
        stream.conn.complete_io(&mut stream.sock).unwrap();
        stream.conn.peer_certificates().unwrap()[0].to_vec()
    }
}

/// What comes from the box, as a network sees it.
struct Counted {
    stream: TcpStream,
    read: usize,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(bytes)?;
        self.read += length;
        Ok(length)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// What a person does, by whatever way it reaches the box.
#[derive(Clone, Copy)]
enum Step<'a> {
    Get,
    Post(&'a Fields),
    Send(&'a Fields, &'a [u8]),
}

impl Step<'_> {
    fn over<S: Read + Write>(self, mut stream: S, path: &str) -> Page {
        let file = |content| vec![File::new("evidence.bin", "application/octet-stream", content)];
        let (stream, host) = (&mut stream, "box.test");
        match self {
            Self::Get => http::over(stream, host, &format!("GET {path} HTTP/1.1\r\n"), |_| Ok(())),
            Self::Post(fields) => http::post_over(stream, host, path, "", fields),
            Self::Send(fields, content) => http::multipart_over(stream, host, path, fields, file(content)),
        }
        .expect("a whole answer")
    }
}

/// From the start page to the status page, with a file. Gives what each page said of TLS.
fn all_the_way(go: impl Fn(&str, Step<'_>) -> Page) -> Vec<Option<String>> {
    let mut told = Vec::new();
    let mut step = |path: &str, step: Step<'_>| {
        let page = go(path, step);
        assert_eq!(page.status, 200, "{path}: {}", page.head);
        told.push(page.header("strict-transport-security").map(str::to_owned));
        page
    };
    let evidence: Vec<u8> = (0..=u8::MAX).cycle().take(FILE).collect();
    step("/", Step::Get);
    let mut form = step("/report?route=staff-concern", Step::Get).form("/report/check");
    person::concern("staff-concern", &[]).iter().for_each(|(name, value)| http::fill(&mut form, name, value));
    let checked = step("/report/check", Step::Post(&form)).form("/report/send");
    let receipt = step("/report/send", Step::Send(&checked, &evidence));
    let code = receipt.one("#receipt-code");
    let status = step("/status", Step::Post(&vec![("code".to_owned(), code)]));
    assert_eq!(status.one("h1"), "Your report");
    told
}

#[test]
fn a_person_goes_all_the_way_over_tls() {
    let secured = Secured::new();
    let running = secured.serve();
    for version in [&TLS13, &TLS12] {
        let client = secured.client(running.over_tls(), version);
        let told = all_the_way(|path, step| step.over(client.connect(), path));
        assert!(told.iter().all(|told| told.as_deref() == TLS_ALONE), "{told:?}");
    }
    // What came without it is not told so, for who knows how.
    let told = all_the_way(|path, step| step.over(TcpStream::connect(running.address).unwrap(), path));
    assert!(told.iter().all(Option::is_none), "{told:?}");
    secured.place.collect("c1");
    secured.place.import("c1");
    assert_eq!(secured.place.desk_list().as_array().unwrap().len(), 3);
    assert_eq!(running.stop(), "", "a box that is well says nothing");
}

#[test]
fn what_a_network_sees_of_an_answer_is_its_size_and_no_more() {
    /// Bytes in a record at most.
    const RECORD: usize = 16 * 1024;
    let secured = Secured::new();
    let running = secured.serve();
    let no_code = vec![("code".to_owned(), "no code".to_owned())];
    let requests = [
        ("/", Step::Get),
        ("/report?route=staff-concern", Step::Get),
        ("/status", Step::Get),
        ("/nowhere", Step::Get),
        ("/keys/governance.recipients", Step::Get),
        ("/status", Step::Post(&no_code)),
    ];
    // What a record adds to what is in it: in TLS 1.3 its head, what it is and its tag; in TLS 1.2 with AES its head, a number
    // and its tag.
    for (version, adds) in [(&TLS13, 5 + 1 + 16), (&TLS12, 5 + 8 + 16)] {
        let client = secured.client(running.over_tls(), version);
        for (path, step) in requests {
            let mut stream = client.connect();
            stream.conn.complete_io(&mut stream.sock).unwrap();
            let handshake = stream.sock.read;
            let page = step.over(&mut stream, path);
            let answer = page.head.len() + "\r\n\r\n".len() + page.body.len();
            // The answer, and one record that says that this is the end.
            let expected = answer + answer.div_ceil(RECORD) * adds + 2 + adds;
            assert_eq!(stream.sock.read - handshake, expected, "{path}");
        }
    }
    running.stop();
}

#[test]
#[ignore = "needs curl"]
fn curl_goes_all_the_way_over_tls() {
    let secured = Secured::new();
    secured.place.put("authority.pem", secured.authority.pem().as_bytes());
    let running = secured.serve();
    for version in [["--tlsv1.2", "--tls-max", "1.2"].as_slice(), &["--tlsv1.3"]] {
        let told = all_the_way(|path, step| curl(&secured.place, running.over_tls(), version, path, step));
        assert!(told.iter().all(|told| told.as_deref() == TLS_ALONE), "{told:?}");
    }
    // Without the authority nobody is there.
    let address = format!("https://{}/", running.over_tls());
    assert!(!secured.place.program("curl").args(["--silent", &address]).status().unwrap().success());
    assert_eq!(running.stop(), "", "a box that is well says nothing");
}

fn curl(place: &Installation, address: SocketAddr, version: &[&str], path: &str, step: Step<'_>) -> Page {
    let mut curl = place.program("curl");
    // Nothing comes before the page's own head.
    curl.args(["--silent", "--show-error", "--include", "--cacert", "authority.pem", "--header", "Expect:"])
        .args(version);
    match step {
        Step::Get => {}
        Step::Post(fields) => {
            curl.args(fields.iter().flat_map(|(name, value)| ["--data-urlencode".into(), format!("{name}={value}")]));
        }
        Step::Send(fields, content) => {
            curl.args(fields.iter().flat_map(|(name, value)| ["--form-string".into(), format!("{name}={value}")]));
            fs::File::create(place.path("evidence.bin")).unwrap().write_all(content).unwrap();
            curl.args(["--form", "attachment=@evidence.bin;type=application/octet-stream"]);
        }
    }
    let output = curl.arg(format!("https://{address}{path}")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Page::parse(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn chromium_goes_all_the_way_round_over_tls_and_then_uses_nothing_else() {
    let secured = Secured::new();
    let running = secured.serve();
    let address = running.over_tls();
    let chromium = Browser::open_over_tls(address, Scripts::Off, &secured.issued.public_key);
    chromium.resize(1280, 800);
    all_the_way_round(&chromium, &|name| {
        if name == "start" {
            chromium.picture("tls-start");
        }
    });
    let events = chromium.network();
    let answers: Vec<_> = events.iter().filter(|event| event["method"] == "Network.responseReceived").collect();
    assert!(answers.len() > 8, "{}", answers.len());
    for answer in answers {
        let response = &answer["params"]["response"];
        // The padlock.
        assert_eq!(response["securityState"], "secure", "{}", response["url"]);
        assert_eq!(response["securityDetails"]["protocol"], "TLS 1.3", "{}", response["url"]);
        assert_eq!(response["protocol"], "http/1.1", "{}", response["url"]);
    }
    // It was told so: without TLS it does not ask any more.
    chromium.go_to(&format!("http://box.test:{}/status", address.port()));
    chromium.reaches("See what has happened to a report");
    assert_eq!(chromium.path(), "/status");
    one_report(&secured.place);
    assert_eq!(running.stop(), "", "a box that is well says nothing");
}

#[test]
#[ignore = "needs firefox-esr and geckodriver"]
fn firefox_goes_all_the_way_round_over_tls() {
    let secured = Secured::new();
    let running = secured.serve();
    let firefox = Firefox::open_over_tls(running.over_tls(), Scripts::Off);
    all_the_way_round(&firefox, &|name| {
        if name == "start" {
            firefox.picture("tls-start");
        }
    });
    one_report(&secured.place);
    assert_eq!(running.stop(), "", "a box that is well says nothing");
}

#[test]
fn a_certificate_is_exchanged_while_the_box_serves() {
    let secured = Secured::new();
    let running = secured.serve();
    let client = secured.client(running.over_tls(), &TLS13);
    let first = client.shown();
    let next = secured.authority.issue(&NAMES);
    secured.renew(2, &next.chain, &next.key);
    running.signal(Signal::HUP).unwrap();
    let start = std::time::Instant::now();
    let second = loop {
        let shown = client.shown();
        if shown != first {
            break shown;
        }
        assert!(start.elapsed().as_secs() < 30, "the certificate stays");
    };
    // One that can't be used is told, and changes nothing.
    let other = secured.authority.issue(&NAMES);
    secured.renew(3, &other.chain, &next.key);
    running.signal(Signal::HUP).unwrap();
    running.until_said("the certificate from before stays in use");
    assert_eq!(client.shown(), second);
    let told = all_the_way(|path, step| step.over(client.connect(), path));
    assert_eq!(told[0].as_deref(), TLS_ALONE);
    let said = running.stop();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("live/key.pem: the key does not fit the certificate"), "{said}");
}

#[test]
fn tls_takes_a_certificate_and_a_key_that_is_kept() {
    let secured = Secured::new();
    let place = &secured.place;
    let serve = ["serve", "--data", "box", "--keys", "public", "--config", "tls.toml", "--listen", "tls:127.0.0.1:0"];
    let check = ["check", "--data", "box", "--keys", "public", "--config", "tls.toml"];
    assert!(place.run(&check).out.contains("ok       the certificate and the key of TLS can be used"));
    let refused = |says: &str| {
        let said = place.refused(&serve);
        assert!(said.contains(says), "{said}");
        let said = place.run(&check);
        let unsafe_lines: Vec<_> = said.out.lines().filter(|line| line.starts_with("unsafe")).collect();
        assert!(unsafe_lines.iter().any(|line| line.contains(says)), "{}", said.out);
    };
    fs::set_permissions(place.path("archive/key1.pem"), Permissions::from_mode(0o644)).unwrap();
    refused("live/key.pem can be read by everybody on this machine; run: chmod o= ");
    let other = secured.authority.issue(&NAMES);
    secured.renew(2, &secured.issued.chain, &other.key);
    refused("the key does not fit the certificate");
    secured.renew(3, "no certificate", &other.key);
    refused("live/chain.pem: this is no certificate that can be used");
    fs::remove_file(place.path("live/key.pem")).unwrap();
    refused("live/key.pem");
    let said = place.refused(&["serve", "--data", "box", "--keys", "public", "--listen", "tls:127.0.0.1:0"]);
    assert!(said.contains("TLS takes a certificate and its key"), "{said}");
}

#[test]
#[ignore = "needs openssl"]
fn keys_are_read_as_openssl_writes_them() {
    let secured = Secured::new();
    let place = &secured.place;
    let openssl = |arguments: &str| {
        let output = place.program("openssl").args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let self_signed = "req -x509 -nodes -subj /CN=box.test -days 30 -out chain.pem -keyout key.pem -newkey";
    for (number, (made, traditional)) in
        [("rsa:2048", "rsa"), ("ec -pkeyopt ec_paramgen_curve:P-384", "ec")].into_iter().enumerate()
    {
        openssl(&format!("{self_signed} {made}"));
        // PKCS#1, and SEC1.
        openssl(&format!(
            "{traditional} -in key.pem -out traditional.pem{}",
            if number == 0 { " -traditional" } else { "" }
        ));
        let read = |name: &str| fs::read_to_string(place.path(name)).unwrap();
        assert!(read("traditional.pem").contains(&format!("BEGIN {} PRIVATE KEY", traditional.to_uppercase())));
        for (second, key) in ["key.pem", "traditional.pem"].into_iter().enumerate() {
            secured.renew(u32::try_from(10 + 2 * number + second).unwrap(), &read("chain.pem"), &read(key));
            let said = place.run(&["check", "--data", "box", "--keys", "public", "--config", "tls.toml"]);
            assert!(
                said.out.contains("ok       the certificate and the key of TLS can be used"),
                "{key}: {}",
                said.out
            );
        }
    }
}

#[test]
fn a_unix_socket_is_for_its_group_and_is_taken_again_after_a_crash() {
    let place = Installation::new();
    let serve = || place.serve_with(&["--listen", "unix:socket"]);
    let running = serve();
    assert_eq!(running.also, ["unix:socket"]);
    assert_eq!(fs::metadata(place.path("socket")).unwrap().permissions().mode() & 0o7777, 0o660);
    let told = all_the_way(|path, step| step.over(UnixStream::connect(place.path("socket")).unwrap(), path));
    assert!(told.iter().all(Option::is_none), "{told:?}");
    one_report(&place);
    running.kill();
    assert!(place.path("socket").exists());
    let running = serve();
    let page = Step::Get.over(UnixStream::connect(place.path("socket")).unwrap(), "/");
    assert_eq!(page.status, 200);
    // Not from another box.
    place.done(&["init", "--data", "other", "--keys", "public"]);
    let said = place.refused(&["serve", "--data", "other", "--keys", "public", "--listen", "unix:socket"]);
    assert!(said.contains("somebody listens on unix:socket already"), "{said}");
    running.stop();
}

#[test]
fn without_tls_nothing_is_listened_on_beyond_this_machine() {
    let place = Installation::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        let said = place.run(&["serve", "--data", "box", "--keys", "public", "--listen", address]);
        assert_eq!((said.status, said.out.as_str(), said.error.lines().count()), (2, "", 1), "{}", said.error);
        assert!(said.error.contains(&format!("give tls:{address}")), "{}", said.error);
    }
}

#[test]
fn sockets_from_systemd_are_taken_and_the_default_is_not() {
    /// As systemd starts it: with sockets from the third descriptor on, and their names (`sd_listen_fds(3)`). Standard input
    /// and standard error are the two sockets before that.
    const PASSED: &str = "exec 3<&0 4>&2 </dev/null 2>&1; \
                          LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=candour.socket:tls exec \"$0\" \"$@\"";
    let secured = Secured::new();
    let [plain, tls] = ["127.0.0.1:0", "0.0.0.0:0"].map(|address| TcpListener::bind(address).unwrap());
    let addresses = [&plain, &tls].map(|listener| listener.local_addr().unwrap());
    let mut command: Command = secured.place.program("sh");
    command.args(["-c", PASSED, env!("CARGO_BIN_EXE_candour")]);
    command.args(["serve", "--data", "box", "--keys", "public", "--config", "tls.toml", "--listen", "unix:socket"]);
    let mut child = command
        .stdin(Stdio::from(OwnedFd::from(plain)))
        .stderr(Stdio::from(OwnedFd::from(tls)))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The command holds the sockets too.
    drop(command);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said: Vec<String> = lines.by_ref().take(3).map(Result::unwrap).collect();
    let expected = [format!("http://{}", addresses[0]), format!("https://{}", addresses[1]), "unix:socket".to_owned()];
    assert_eq!(said, expected.map(|place| format!("listening on {place}")));
    assert_eq!(http::get(addresses[0], "/").status, 200);
    let client = secured.client(SocketAddr::from(([127, 0, 0, 1], addresses[1].port())), &TLS13);
    let page = Step::Get.over(client.connect(), "/");
    assert_eq!((page.status, page.header("strict-transport-security")), (200, TLS_ALONE));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(lines.count(), 0, "a box that is well says nothing");
}

#[test]
fn a_box_without_a_certificate_is_not_ended_by_a_signal_to_look_at_it() {
    let place = Installation::new();
    let running = place.serve();
    running.signal(Signal::HUP).unwrap();
    assert_eq!(http::get(running.address, "/healthz").status, 200);
    assert_eq!(running.stop(), "");
}
