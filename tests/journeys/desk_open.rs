//! The desk opened in a browser, with the real binary over a real socket: who gets in, who does not, and what locking
//! leaves.

use std::{
    fs,
    net::SocketAddr,
    time::{Duration, Instant},
};

use data_encoding::BASE64;

use crate::support::{
    http::{self, Fields},
    installation::Installation,
    memory, person,
};

const PASSPHRASE: &str = "several-random-words-7731";
const MARKER: &str = "xylophone-quagmire-7731";
/// How long what was dropped may stay in memory.
const WITHIN: Duration = Duration::from_secs(2);

/// A casebook with one report in it. Gives the report's id.
fn with_a_report() -> (Installation, String) {
    let place = Installation::new();
    let running = place.serve();
    send(running.address);
    let id = place.carry_in("c1");
    (place, id)
}

fn send(address: SocketAddr) {
    let description = format!("{MARKER} happened on the ward.");
    person::send(address, "staff-concern", &[("description", &description), ("serious_harm", "yes")], vec![]);
}

#[test]
fn the_printed_address_opens_the_queue_once() {
    let (place, id) = with_a_report();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let queue = reviewer.get("/");
    assert_eq!((queue.status, queue.one("h1").as_str()), (200, "Queue"));
    assert_eq!(queue.one(".queue tbody th .short"), id[..8]);
    assert_eq!(queue.all(".queue .tags .tag"), ["Serious harm", "1 not read"]);
    assert!(queue.one(".queue tbody .areas").contains("Staff concern"));
    assert!(queue.one(".queue tbody .line").contains(MARKER), "the queue shows how each report begins");

    // What other commands write is there at the next look.
    place.decide(&id, &["--state", "closed"]);
    assert_eq!(reviewer.get("/").status, 200);

    let used = desk.stranger().get(&desk.opening);
    assert_eq!((used.status, used.one("h1").as_str()), (403, "This address opens nothing now"));
    let mut stranger = desk.stranger();
    for path in ["/", "/report", "/nowhere"] {
        let page = stranger.get(path);
        assert_eq!((page.status, page.one("h1").as_str()), (403, "The desk is locked"), "{path}");
        assert!(!page.text().contains(&id));
    }
    let cookie = reviewer.cookie.clone().unwrap();
    let secrets = [desk.opening.rsplit_once('=').unwrap().1, cookie.rsplit_once('=').unwrap().1];
    place.assert_nothing_plain(&[secrets[0], secrets[1], MARKER], "open in a browser");
    assert_eq!(desk.stop(), "", "nothing but the address is printed");
}

#[test]
fn another_name_and_another_page_are_refused() {
    let (place, id) = with_a_report();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let cookie = reviewer.cookie.clone().unwrap();
    let port = desk.address.port();
    for (host, status) in
        [(format!("localhost:{port}"), 200), (format!("rebound.example:{port}"), 421), ("127.0.0.1".to_owned(), 421)]
    {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n");
        let page = http::exchange(desk.address, &head, |_| Ok(()));
        assert_eq!((page.status, page.text().contains(&id)), (status, status == 200), "{host}");
    }
    assert_eq!(reviewer.post("/lock", &Fields::new()).status, 403);
    assert_eq!(reviewer.get("/").status, 200, "still open");
}

#[test]
fn it_listens_on_this_machine_alone() {
    let place = Installation::new();
    for address in ["0.0.0.0:0", "192.0.2.1:8081", "[::]:0", "[::ffff:127.0.0.1]:0"] {
        let said = place.run(&["desk", "open", "--casebook", "casebook", "--listen", address]);
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{address}");
        assert!(said.error.starts_with("candour: the desk never listens beyond this machine"), "{}", said.error);
    }
    let desk = place.open_desk(&["--listen", "[::1]:0"]);
    assert!(desk.address.ip().is_loopback() && desk.address.is_ipv6());
    assert_eq!(desk.reviewer().get("/").status, 200);
}

#[test]
fn it_can_reach_nothing_once_it_listens() {
    let place = Installation::new();
    let desk = place.open_desk(&[]);
    for thread in fs::read_dir(format!("/proc/{}/task", desk.id())).unwrap() {
        let status = fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
        assert_eq!((field("Seccomp:"), field("NoNewPrivs:")), ("2".to_owned(), "1".to_owned()), "{status}");
    }
}

#[test]
fn a_file_that_was_not_there_when_it_started_is_out_of_its_reach() {
    let (place, _) = under_a_passphrase();
    let desk = place.open_desk(&["--passphrase-file", "pass"]);
    let mut reviewer = desk.reviewer();
    let queue = reviewer.get("/");
    let locked = reviewer.post_and_follow("/lock", &queue.form("/lock"));
    // The same key, and another file, as on a stick that was plugged in anew.
    let identity = place.path("team/identity.txt");
    let key = fs::read(&identity).unwrap();
    fs::remove_file(&identity).unwrap();
    place.put("team/identity.txt", &key);

    let mut form = locked.form("/unlock");
    http::fill(&mut form, "passphrase", PASSPHRASE);
    let refused = reviewer.post("/unlock", &form);
    assert_eq!((refused.status, refused.one("h1").as_str()), (500, "The private keys can’t be read"));
    assert!(refused.one("main").contains("end the desk with Ctrl-C and open it again"), "{}", refused.one("main"));
    let said = desk.stop();
    assert!(said.contains("identity.txt: Permission denied"), "{said}");
}

#[test]
fn locking_drops_the_keys_and_prints_a_new_address() {
    let (place, _) = with_a_report();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let cookie = reviewer.cookie.clone().unwrap();
    let queue = reviewer.get("/");
    let locked = reviewer.post_and_follow("/lock", &queue.form("/lock"));
    assert_eq!((locked.status, locked.one("h1").as_str()), (403, "The desk is locked"));
    assert!(locked.one("main").contains("Open the last address that it printed"));

    let again = desk.next_opening();
    assert_ne!(again, desk.opening);
    reviewer.cookie = Some(cookie);
    assert_eq!(reviewer.get("/").status, 403, "the session has ended");
    assert_eq!(reviewer.get(&again).status, 303);
    assert_eq!(reviewer.get("/").status, 200);
    assert_eq!(desk.stop(), "");
}

#[test]
#[ignore = "needs root"]
fn locking_leaves_no_key_and_no_session_in_memory() {
    let (place, _) = with_a_report();
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let cookie = reviewer.cookie.clone().unwrap();
    let queue = reviewer.get("/");
    let keys = secret_keys(&place);
    assert!(keys.iter().all(|key| memory::holds(desk.id(), key)), "open, it has the keys");
    reviewer.post("/lock", &queue.form("/lock"));
    let secrets = [keys[0].as_slice(), &keys[1], cookie.rsplit_once('=').unwrap().1.as_bytes()];
    memory::assert_gone(desk.id(), &secrets, WITHIN);
}

#[test]
#[ignore = "needs root"]
fn unlocking_leaves_no_passphrase_in_memory() {
    let (place, _) = under_a_passphrase();
    let desk = place.open_desk(&["--passphrase-file", "pass"]);
    let mut reviewer = desk.reviewer();
    let queue = reviewer.get("/");
    reviewer.post("/lock", &queue.form("/lock"));
    let mut form = reviewer.get("/").form("/unlock");
    http::fill(&mut form, "passphrase", PASSPHRASE);
    assert_eq!(reviewer.post_and_follow("/unlock", &form).status, 200);
    memory::assert_gone(desk.id(), &[PASSPHRASE.as_bytes()], WITHIN);
}

#[test]
fn a_desk_under_a_passphrase_is_unlocked_with_it() {
    let (place, id) = under_a_passphrase();
    let desk = place.open_desk(&["--passphrase-file", "pass"]);
    let mut reviewer = desk.reviewer();
    let queue = reviewer.get("/");
    reviewer.post("/lock", &queue.form("/lock"));
    let locked = reviewer.get("/");
    assert_eq!((locked.status, locked.one("h1").as_str()), (403, "The desk is locked"));

    let mut form = locked.form("/unlock");
    http::fill(&mut form, "passphrase", "several-other-words");
    let start = Instant::now();
    let wrong = reviewer.post("/unlock", &form);
    assert!(start.elapsed() >= Duration::from_secs(1), "guessing is slow");
    assert_eq!(wrong.status, 422);
    assert!(wrong.one(".error-summary").contains("This passphrase does not open your keys"));
    assert!(!wrong.text().contains("several-other-words"), "a passphrase is never shown again");

    let mut form = wrong.form("/unlock");
    http::fill(&mut form, "passphrase", PASSPHRASE);
    let queue = reviewer.post_and_follow("/unlock", &form);
    assert!(queue.status == 200 && queue.one(".queue tbody th .short") == id[..8]);
    assert_eq!(desk.stranger().get(&desk.opening).status, 403);
    assert_eq!(desk.stop(), "", "no address is printed where a passphrase opens it");
}

/// The same, with keys under a passphrase.
fn under_a_passphrase() -> (Installation, String) {
    let place = Installation::with_passphrase(PASSPHRASE);
    let running = place.serve();
    send(running.address);
    place.collect("c1");
    place.done(&["desk", "import", "--casebook", "casebook", "--passphrase-file", "pass", "c1"]);
    let list = place.json(&["desk", "list", "--casebook", "casebook", "--passphrase-file", "pass", "--json"]);
    let id = list[0]["id"].as_str().unwrap().to_owned();
    (place, id)
}

/// The secret bytes of the identity and of the signing key, as a process that uses them has them in memory.
fn secret_keys(place: &Installation) -> [Vec<u8>; 2] {
    let identity = fs::read_to_string(place.path("team/identity.txt")).unwrap();
    let identity = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    let (_, identity) = bech32::decode(identity).unwrap();
    let signing = fs::read_to_string(place.path("team/signing.key")).unwrap();
    let signing = BASE64.decode(signing.lines().nth(1).unwrap().as_bytes()).unwrap();
    // After algorithms and checksum's (6), salt (32), costs (16) and key number (8): the secret half.
    [identity, signing[62..94].to_vec()]
}
