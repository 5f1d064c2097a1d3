//! Carrying without a stick: what lies ready is fetched and decisions are brought, with the real binary over a real
//! socket.

use std::{
    fs,
    io::{Read, Write},
    net::SocketAddr,
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime},
};

use candour::{
    crypto::{CarrierRole, KeyFileError, SigningKey, read_signing_key, sign},
    domain::{Carried, CarryRequest, Errand, Format, WaitingCollection, carry_head},
};

use crate::support::{
    authority::Authority,
    http::{self, File, Page},
    installation::{Installation, Said},
    members::confirm_signers,
    person,
    relay::Towards,
    tor::TorNetwork,
};

pub(crate) const TEXT: &str = "meandering-heron-3308 was said on the ward";
pub(crate) const ANSWER: &str = "tangerine-verdict-7713";
/// Bytes of a file that makes a collection of many pieces.
pub(crate) const LARGE: u64 = 6 * 1024 * 1024;

/// An installation whose box knows the key of one carrier.
pub(crate) struct Carrying(pub(crate) Installation);

impl Carrying {
    pub(crate) fn new() -> Self {
        let place = Installation::new();
        place.done(&["keys", "carrier", "--out", "carrier", "--no-passphrase"]);
        fs::copy(place.path("carrier/carrier.pub"), place.path("public/carriers.pub")).unwrap();
        fs::create_dir(place.path("fetched")).unwrap();
        Self(place)
    }

    /// Lays a collection ready.
    pub(crate) fn ready(&self) -> String {
        self.0.done(&["collect", "--data", "box", "--keys", "public", "--ready"])
    }

    /// That no time of what lies ready is finer than a day, but that at which a file was changed, which no program can set.
    pub(crate) fn shows_the_day_alone(&self) {
        let carry = self.0.path("box/carry");
        let names = |of: &Path| fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        let ready = names(&carry);
        let parts: Vec<_> = ready.iter().flat_map(|ready| names(ready)).collect();
        assert!(!parts.is_empty());
        for path in [vec![carry], ready, parts].concat() {
            let found = fs::metadata(&path).unwrap();
            let times = [found.mtime().rem_euclid(86_400), found.mtime_nsec(), found.atime_nsec()];
            assert_eq!(times, [0; 3], "{}", path.display());
        }
    }

    pub(crate) fn carry(&self, to: SocketAddr, more: &[&str]) -> Said {
        let from = format!("http://{to}");
        self.0.run(&[&["carry", "--from", &from, "--signing-key", "carrier/carrier.key"], more].concat())
    }

    /// Fetches into `fetched`.
    pub(crate) fn fetch(&self, from: SocketAddr) -> Said {
        self.carry(from, &["--out", "fetched"])
    }

    pub(crate) fn fetched(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path("fetched").join(name)).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path("fetched")).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn key(&self, name: &str) -> SigningKey<CarrierRole> {
        let text = fs::read_to_string(self.0.path(name)).unwrap();
        read_signing_key(&text, || Err(KeyFileError::Asking(String::new()))).unwrap_or_else(|e| panic!("{e}"))
    }
}

pub(crate) fn done(said: &Said) -> &str {
    assert_eq!((said.status, said.error.as_str()), (0, ""), "{}", said.out);
    &said.out
}

pub(crate) fn send(to: SocketAddr) -> String {
    person::send(to, "staff-concern", &[("description", TEXT)], vec![]).one("#receipt-code")
}

pub(crate) fn withdraw(to: SocketAddr, code: &str) {
    let withdrawal = person::withdrawal(to, &person::status(to, code));
    assert_eq!(http::post(to, "/status/withdraw", &withdrawal).status, 200);
}

pub(crate) fn send_large(to: SocketAddr) {
    let content = std::io::repeat(b'x').take(LARGE);
    let file = File { name: "a.txt", media_type: "text/plain", length: LARGE, content: Box::new(content) };
    person::send(to, "staff-concern", &[("description", TEXT)], vec![file]);
}

pub(crate) fn post(to: SocketAddr, path: &str, body: &[u8]) -> Page {
    let head = format!("POST {path} HTTP/1.1\r\nContent-Length: {}\r\n", body.len());
    http::exchange(to, &head, |stream| stream.write_all(body))
}

pub(crate) fn challenge(to: SocketAddr) -> String {
    post(to, "/carry/challenge", b"").text().lines().next().unwrap().to_owned()
}

pub(crate) fn request(challenge: &str, errand: Errand, key: &SigningKey<CarrierRole>) -> Vec<u8> {
    let request = CarryRequest { format: Format::CarryRequest, challenge: challenge.to_owned(), errand };
    let (json, signature) = sign(&request, key).unwrap();
    carry_head(&json, &signature).unwrap()
}

pub(crate) fn answered(page: &Page) -> Carried {
    assert_eq!(page.status, 200);
    serde_json::from_slice(page.body.split(|byte| *byte == b'\n').next().unwrap()).unwrap()
}

pub(crate) fn waiting(to: SocketAddr, key: &SigningKey<CarrierRole>) -> Option<WaitingCollection> {
    match answered(&post(to, "/carry", &request(&challenge(to), Errand::Look, key))) {
        Carried::Waiting(waiting) => waiting,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_lies_ready_is_fetched_and_decisions_are_brought_until_the_person_reads_them() {
    let place = Carrying::new();
    let running = place.0.serve();
    let to = running.address;
    assert_eq!(done(&place.fetch(to)), "nothing lies ready at the box that was not fetched already\n");
    let code = send(to);
    // Nobody fetched the first: the next has its number.
    assert_eq!(place.ready(), "collection 1 lies ready to be fetched with `candour carry`\n");
    place.shows_the_day_alone();
    assert!(place.ready().starts_with("collection 1 "));
    // That it lies ready says nothing to the person: somebody has to have it.
    assert_eq!(person::status(to, &code).one("#emptied-on"), "Not yet");
    let said = place.fetch(to);
    assert!(done(&said).contains("is in fetched/collection-1: carry it to the desk"), "{}", said.out);
    assert_ne!(person::status(to, &code).one("#emptied-on"), "Not yet");
    assert_eq!(place.names(), ["collection-1"]);
    assert_eq!(done(&place.fetch(to)), "nothing lies ready at the box that was not fetched already\n");

    place.0.import("fetched/collection-1");
    let id = place.0.desk_list()[0]["id"].as_str().unwrap().to_owned();
    place.0.put("reply", ANSWER.as_bytes());
    place.0.decide(&id, &["--reply-file", "reply"]);
    place.0.export("d1");
    assert!(place.ready().starts_with("collection 2 "));
    let said = place.carry(to, &["--bring", "d1", "--out", "fetched"]);
    let lines: Vec<&str> = done(&said).lines().collect();
    assert_eq!(lines[..2], ["the box took d1", "delivered 1 answer, met 0 clocks; 0 answers were here already"]);
    assert!(lines.last().unwrap().contains("fetched/collection-2"), "{}", said.out);
    assert!(person::status(to, &code).text().contains(ANSWER));
    place.0.import("fetched/collection-2");
    // The same again changes nothing.
    let said = place.carry(to, &["--bring", "d1"]);
    assert!(done(&said).contains("delivered 0 answers, met 0 clocks; 1 answer was here already"), "{}", said.out);
    place.0.assert_nothing_plain(&[TEXT], "carried");
    let said = running.stop();
    assert_eq!(said, "", "what it says of carriers");
}

#[test]
fn decisions_that_were_altered_or_are_no_decisions_are_refused_with_why() {
    let place = Carrying::new();
    let running = place.0.serve();
    send(running.address);
    place.ready();
    place.fetch(running.address);
    place.0.import("fetched/collection-1");
    place.0.export("d1");
    let mut altered = fs::read(place.0.path("d1")).unwrap();
    altered[600] ^= 1;
    place.0.put("altered", &altered);
    place.0.put("none", b"not decisions");
    for (file, why) in [("altered", "the decisions are refused"), ("none", "not a whole decisions file")] {
        let said = place.carry(running.address, &["--bring", file]);
        assert_eq!((said.status, said.out.as_str()), (1, ""));
        assert!(said.error.starts_with("candour: the box refused: ") && said.error.contains(why), "{}", said.error);
    }
    done(&place.carry(running.address, &["--bring", "d1"]));
}

#[test]
fn what_waits_is_not_handed_out_once_it_was_withdrawn_and_goes_from_the_disk() {
    let place = Carrying::new();
    let running = place.0.serve();
    let to = running.address;
    let (code, other) = (send(to), send(to));
    place.ready();
    let key = place.key("carrier/carrier.key");
    let id = waiting(to, &key).unwrap().id;
    let file = place.0.path(&format!("box/carry/{id}/1"));
    // As whoever reads the disk sees it: through another name.
    let kept = place.0.path("seen");
    fs::hard_link(&file, &kept).unwrap();
    withdraw(to, &code);
    let fetch = Errand::Fetch { collection: id, part: 1, offset: 0 };
    assert!(matches!(answered(&post(to, "/carry", &request(&challenge(to), fetch, &key))), Carried::Refused(_)));
    assert_eq!(done(&place.fetch(to)), "nothing lies ready at the box that was not fetched already\n");
    running.stop();
    assert_eq!(fs::read_dir(place.0.path("box/carry")).unwrap().count(), 0);
    assert!(fs::read(&kept).unwrap().iter().all(|byte| *byte == 0), "it was unlinked and is still on the disk");
    // The next has its number and all but what was withdrawn: the desk misses none.
    let running = place.0.serve();
    assert!(place.ready().starts_with("collection 1 lies ready"));
    done(&place.fetch(running.address));
    place.0.import("fetched/collection-1");
    let listed = place.0.desk_list();
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    // Of what somebody has a part of, the rest can be fetched, and then that goes too.
    send_large(running.address);
    assert!(place.ready().starts_with("collection 2 lies ready"));
    let id = waiting(running.address, &key).unwrap().id;
    let fetch = Errand::Fetch { collection: id, part: 1, offset: 0 };
    assert_eq!(post(running.address, "/carry", &request(&challenge(running.address), fetch, &key)).status, 200);
    withdraw(running.address, &other);
    done(&place.fetch(running.address));
    assert_eq!(place.names(), ["collection-1", "collection-2"]);
    running.stop();
    assert_eq!(fs::read_dir(place.0.path("box/carry")).unwrap().count(), 0);
}

#[test]
fn signers_that_were_confirmed_beside_a_box_that_serves_are_asked_for_over_a_line_too() {
    let place = Carrying::new();
    let running = place.0.serve();
    send(running.address);
    place.ready();
    done(&place.fetch(running.address));
    place.0.import("fetched/collection-1");
    place.0.export("d1");
    place.0.done(&["keys", "new", "--out", "other", "--no-passphrase"]);
    let both = ["team/signer.pub", "other/signer.pub"].map(|name| fs::read_to_string(place.0.path(name)).unwrap());
    fs::remove_file(place.0.path("public/signers.pub")).unwrap();
    place.0.put("public/signers.pub", both.concat().as_bytes());
    confirm_signers(&place.0, &["--second-approver", "yes"]);
    let said = place.carry(running.address, &["--bring", "d1"]);
    assert!(said.status == 1 && said.error.contains("other signers were confirmed"), "{}{}", said.out, said.error);
    running.stop();
    // What changes nothing needs nobody's word but whoever wrote it.
    let running = place.0.serve();
    done(&place.carry(running.address, &["--bring", "d1"]));
    running.stop();
}

#[test]
fn a_collection_whose_files_are_lost_holds_up_no_other() {
    let place = Carrying::new();
    let running = place.0.serve();
    let to = running.address;
    send(to);
    place.ready();
    let key = place.key("carrier/carrier.key");
    let id = waiting(to, &key).unwrap().id;
    let fetch = Errand::Fetch { collection: id, part: 1, offset: 0 };
    assert_eq!(post(to, "/carry", &request(&challenge(to), fetch, &key)).status, 200);
    let file = place.0.path(&format!("box/carry/{id}/1"));
    // Cut; and a pipe in its place, for which nobody waits.
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(100).unwrap();
    assert!(place.fetch(to).error.contains("the box refused"));
    fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    assert!(place.fetch(to).error.contains("the box refused"));
    let said = place.ready();
    assert!(said.starts_with("collection 1 lay ready") && said.contains("\ncollection 2 lies ready"), "{said}");
    assert!(done(&place.fetch(to)).contains("fetched/collection-2"));
    let said = running.stop();
    assert!(said.contains("is not as long as it was made"), "{said}");
}

#[test]
fn when_somebody_carried_stands_on_no_file() {
    let place = Carrying::new();
    let running = place.0.serve();
    send(running.address);
    place.ready();
    let key = place.key("carrier/carrier.key");
    let id = waiting(running.address, &key).unwrap().id;
    let file = place.0.path(&format!("box/carry/{id}/1"));
    let day = SystemTime::UNIX_EPOCH + Duration::from_hours(24);
    fs::File::open(&file).unwrap().set_times(fs::FileTimes::new().set_accessed(day)).unwrap();
    done(&place.fetch(running.address));
    let read = fs::metadata(&file).unwrap().accessed().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(read.subsec_nanos(), 0, "{read:?}");
}

#[test]
fn a_collection_that_lies_there_already_is_not_fetched_again_and_another_file_is_left_alone() {
    let place = Carrying::new();
    let running = place.0.serve();
    send(running.address);
    place.ready();
    place.0.put("fetched/collection-1", b"somebody's");
    let said = place.fetch(running.address);
    assert_eq!(said.status, 1);
    assert!(said.error.contains("fetched/collection-1 is there already; nothing was overwritten"), "{}", said.error);
    assert_eq!(place.fetched("collection-1"), b"somebody's");
    // As it is after all parts came and before the box heard of that.
    let key = place.key("carrier/carrier.key");
    let id = waiting(running.address, &key).unwrap().id;
    fs::copy(place.0.path(&format!("box/carry/{id}/1")), place.0.path("fetched/collection-1")).unwrap();
    assert!(done(&place.fetch(running.address)).contains("fetched/collection-1"));
    assert_eq!(waiting(running.address, &key), None);
}

#[test]
fn two_carriers_at_once_have_the_same_and_a_network_sees_one_size() {
    let place = Carrying::new();
    let running = place.0.serve();
    let to = running.address;
    place.ready();
    let key = place.key("carrier/carrier.key");
    let piece = |offset| {
        let WaitingCollection { id, .. } = waiting(to, &key).unwrap();
        let errand = Errand::Fetch { collection: id, part: 1, offset };
        post(to, "/carry", &request(&challenge(to), errand, &key)).body.len()
    };
    // With nothing in it, from its middle on, and with a concern: nobody on the way can tell.
    assert_eq!((piece(0), piece(500)), (1024 * 1024, 1024 * 1024));
    done(&place.fetch(to));
    send(to);
    place.ready();
    assert_eq!(piece(0), 1024 * 1024);
    fs::create_dir(place.0.path("also")).unwrap();
    thread::scope(|scope| {
        let both = ["fetched", "also"].map(|out| {
            scope.spawn({
                let place = &place;
                move || place.carry(to, &["--out", out])
            })
        });
        for carrier in both {
            assert_eq!(carrier.join().unwrap().status, 0);
        }
    });
    let there = ["fetched/collection-2", "also/collection-2"].map(|name| fs::read(place.0.path(name)).ok());
    assert!(there.iter().any(Option::is_some));
    if let [Some(one), Some(other)] = &there {
        assert!(one == other);
    }
}

#[test]
fn it_is_carried_over_tls_with_whom_this_machine_trusts() {
    let place = Carrying::new();
    let (authority, stranger) = (Authority::new(), Authority::new());
    let issued = authority.issue(&["localhost"]);
    place.0.put_secret("chain.pem", issued.chain.as_bytes());
    place.0.put_secret("key.pem", issued.key.as_bytes());
    place.0.put("authority.pem", authority.pem().as_bytes());
    place.0.put("stranger.pem", stranger.pem().as_bytes());
    place.0.put("tls.toml", b"[limits]\ndisk_reserve_mib = 0\n[tls]\ncertificate = \"chain.pem\"\nkey = \"key.pem\"\n");
    let running = place.0.serve_with(&["--config", "tls.toml", "--listen", "tls:127.0.0.1:0"]);
    send(running.address);
    place.ready();
    let from = format!("https://localhost:{}", running.over_tls().port());
    let carry = |trusted: &str| {
        let mut carry = place.0.program(env!("CARGO_BIN_EXE_candour"));
        carry.args(["carry", "--from", &from, "--signing-key", "carrier/carrier.key", "--out", "fetched"]);
        Said::from(carry.env("SSL_CERT_FILE", place.0.path(trusted)).output().unwrap())
    };
    let refused = carry("stranger.pem");
    assert!(refused.status == 1 && refused.error.contains("can't be reached"), "{}", refused.error);
    assert!(done(&carry("authority.pem")).contains("fetched/collection-1"));
    place.0.import("fetched/collection-1");
}

#[test]
#[ignore = "needs tor"]
fn it_is_carried_through_a_tor_network() {
    let place = Carrying::new();
    let running = place.0.serve();
    let tor = TorNetwork::before(running.address);
    send(running.address);
    place.ready();
    let Towards::Socks { proxy, name } = tor.towards() else { panic!("tor is a proxy") };
    let (from, proxy) = (format!("http://{name}"), proxy.to_string());
    let carry = || {
        place.0.run(&[
            "carry",
            "--from",
            &from,
            "--proxy",
            &proxy,
            "--signing-key",
            "carrier/carrier.key",
            "--out",
            "fetched",
        ])
    };
    let took = tor.wait_until(|| carry().status == 0);
    println!("a collection came through tor, which had to begin first, after {took:?}");
    place.0.import("fetched/collection-1");
    place.0.export("d1");
    let start = Instant::now();
    let said = place.0.run(&[
        "carry",
        "--from",
        &from,
        "--proxy",
        &proxy,
        "--signing-key",
        "carrier/carrier.key",
        "--bring",
        "d1",
    ]);
    assert!(done(&said).starts_with("the box took d1"));
    println!("decisions went through tor in {:?}", start.elapsed());
}
