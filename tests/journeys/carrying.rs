//! Carrying without a stick: what lies ready is fetched and decisions are brought, with the real binary over a real socket; and
//! whoever has no key that the box knows learns nothing.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::MetadataExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use candour::{
    crypto::{CarrierRole, Document, KeyFileError, SignerRole, SigningKey, digest, read_signing_key, sign},
    domain::{
        BoxId, Carried, CarriedPiece, CarryRequest, CollectionId, Digest, Endorsement, Errand, Format, Part,
        WaitingCollection, carry_head,
    },
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

const TEXT: &str = "meandering-heron-3308 was said on the ward";
const ANSWER: &str = "tangerine-verdict-7713";
/// Bytes of a file that makes a collection of many pieces.
const LARGE: u64 = 6 * 1024 * 1024;

/// An installation whose box knows the key of one carrier.
struct Carrying(Installation);

impl Carrying {
    fn new() -> Self {
        let place = Installation::new();
        place.done(&["keys", "carrier", "--out", "carrier", "--no-passphrase"]);
        fs::copy(place.path("carrier/carrier.pub"), place.path("public/carriers.pub")).unwrap();
        fs::create_dir(place.path("fetched")).unwrap();
        Self(place)
    }

    /// Lays a collection ready.
    fn ready(&self) -> String {
        self.0.done(&["collect", "--data", "box", "--keys", "public", "--ready"])
    }

    /// That no time of what lies ready is finer than a day, but that at which a file was changed, which no program can set.
    fn shows_the_day_alone(&self) {
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

    fn carry(&self, to: SocketAddr, more: &[&str]) -> Said {
        let from = format!("http://{to}");
        self.0.run(&[&["carry", "--from", &from, "--signing-key", "carrier/carrier.key"], more].concat())
    }

    /// Fetches into `fetched`.
    fn fetch(&self, from: SocketAddr) -> Said {
        self.carry(from, &["--out", "fetched"])
    }

    fn fetched(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path("fetched").join(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path("fetched")).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn key(&self, name: &str) -> SigningKey<CarrierRole> {
        let text = fs::read_to_string(self.0.path(name)).unwrap();
        read_signing_key(&text, || Err(KeyFileError::Asking(String::new()))).unwrap_or_else(|e| panic!("{e}"))
    }
}

fn done(said: &Said) -> &str {
    assert_eq!((said.status, said.error.as_str()), (0, ""), "{}", said.out);
    &said.out
}

fn send(to: SocketAddr) -> String {
    person::send(to, "staff-concern", &[("description", TEXT)], vec![]).one("#receipt-code")
}

fn withdraw(to: SocketAddr, code: &str) {
    let withdrawal = person::withdrawal(to, &person::status(to, code));
    assert_eq!(http::post(to, "/status/withdraw", &withdrawal).status, 200);
}

fn send_large(to: SocketAddr) {
    let content = std::io::repeat(b'x').take(LARGE);
    let file = File { name: "a.txt", media_type: "text/plain", length: LARGE, content: Box::new(content) };
    person::send(to, "staff-concern", &[("description", TEXT)], vec![file]);
}

fn post(to: SocketAddr, path: &str, body: &[u8]) -> Page {
    let head = format!("POST {path} HTTP/1.1\r\nContent-Length: {}\r\n", body.len());
    http::exchange(to, &head, |stream| stream.write_all(body))
}

fn challenge(to: SocketAddr) -> String {
    post(to, "/carry/challenge", b"").text().lines().next().unwrap().to_owned()
}

fn request(challenge: &str, errand: Errand, key: &SigningKey<CarrierRole>) -> Vec<u8> {
    let request = CarryRequest { format: Format::CarryRequest, challenge: challenge.to_owned(), errand };
    let (json, signature) = sign(&request, key).unwrap();
    carry_head(&json, &signature).unwrap()
}

fn answered(page: &Page) -> Carried {
    assert_eq!(page.status, 200);
    serde_json::from_slice(page.body.split(|byte| *byte == b'\n').next().unwrap()).unwrap()
}

fn waiting(to: SocketAddr, key: &SigningKey<CarrierRole>) -> Option<WaitingCollection> {
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
fn a_stranger_gets_what_an_address_gets_that_is_not_there() {
    let place = Carrying::new();
    let earlier = {
        let running = place.0.serve();
        let given_out = challenge(running.address);
        running.stop();
        given_out
    };
    let running = place.0.serve();
    let to = running.address;
    send(to);
    place.ready();
    let (carrier, signer) = (place.key("carrier/carrier.key"), place.key("team/signing.key"));
    let (stranger, _) = SigningKey::<CarrierRole>::generate().unwrap();
    let id = waiting(to, &carrier).unwrap().id;
    let used = request(&challenge(to), Errand::Look, &carrier);
    assert!(matches!(answered(&post(to, "/carry", &used)), Carried::Waiting(Some(_))));
    // A signer may carry too.
    assert!(waiting(to, &signer).is_some());

    let whole = request(&challenge(to), Errand::Look, &carrier);
    let altered_at = |at: usize| {
        let mut altered = request(&challenge(to), Errand::Look, &carrier);
        altered[at] ^= 1;
        altered
    };
    // The signature of one request over another: another part, another offset, other decisions.
    let fetch = |part, offset| Errand::Fetch { collection: id, part, offset };
    let bring = |byte| Errand::Bring { size: 10, sha256: Digest([byte; 32]) };
    let of_another = |one: Errand, other: Errand| {
        let challenge = challenge(to);
        let signed = |errand| {
            let request = CarryRequest { format: Format::CarryRequest, challenge: challenge.clone(), errand };
            sign(&request, &carrier).unwrap()
        };
        carry_head(&signed(one).0, &signed(other).1).unwrap()
    };
    // A signature by the same key over something else that is signed.
    let of_something_else = {
        let text = fs::read_to_string(place.0.path("team/signing.key")).unwrap();
        let key: SigningKey<SignerRole> =
            read_signing_key(&text, || Err(KeyFileError::Asking(String::new()))).unwrap_or_else(|e| panic!("{e}"));
        let endorsement = Endorsement {
            format: Endorsement::FORMAT,
            r#box: BoxId([1; 16]),
            report: "00000000000000aa".parse().unwrap(),
            seq: 1,
            kind: candour::domain::AnswerKind::Reply,
            text: digest(b"x"),
        };
        let (json, signature) = sign(&endorsement, &key).unwrap();
        carry_head(&json, &signature).unwrap()
    };
    let wrong = [
        ("nothing", vec![]),
        ("zeros", vec![0; 5000]),
        ("a part of a head", whole[..4000].to_vec()),
        ("an altered request", altered_at(40)),
        ("an altered signature", altered_at(whole.iter().position(|byte| *byte == b'\n').unwrap() + 60)),
        ("a stranger's", request(&challenge(to), Errand::Look, &stranger)),
        ("an old one", used),
        ("of an earlier run", request(&earlier, Errand::Look, &carrier)),
        ("a made-up challenge", request(&"0".repeat(104), Errand::Look, &carrier)),
        ("for another part", of_another(fetch(1, 0), fetch(2, 0))),
        ("for another offset", of_another(fetch(1, 0), fetch(1, 5))),
        ("for other decisions", of_another(bring(1), bring(2))),
        ("a signature over something else", of_something_else),
    ];
    let unknown = post(to, "/no-such-address", b"");
    let is_alike = |page: &Page, to: &Page, what: &str| {
        assert_eq!((page.status, page.head.as_str(), page.size()), (404, to.head.as_str(), to.size()), "{what}");
        assert_eq!(page.said(), to.said(), "{what}");
    };
    for (what, body) in &wrong {
        is_alike(&post(to, "/carry", body), &unknown, what);
    }
    let (unknown, unknown_head) = (http::get(to, "/no-such-address"), head(to, "/no-such-address"));
    for path in ["/carry", "/carry/challenge"] {
        is_alike(&http::get(to, path), &unknown, path);
        assert_eq!(head(to, path).head, unknown_head.head);
        let put = |path: &str| http::exchange(to, &format!("PUT {path} HTTP/1.1\r\nContent-Length: 0\r\n"), |_| Ok(()));
        is_alike(&put(path), &put("/no-such-address"), path);
    }
    // None of them used anything up.
    assert!(waiting(to, &carrier).is_some());
    // And what anybody may ask is as long as a page, a thousand times, each another.
    let page = http::get(to, "/");
    let mut given_out: Vec<String> = (0..1000)
        .map(|_| {
            let answer = post(to, "/carry/challenge", b"");
            assert_eq!((answer.status, answer.size()), (200, page.size()));
            answer.text().lines().next().unwrap().to_owned()
        })
        .collect();
    given_out.sort();
    given_out.dedup();
    assert_eq!(given_out.len(), 1000);
    done(&place.fetch(to));
}

fn head(to: SocketAddr, path: &str) -> Page {
    http::exchange(to, &format!("HEAD {path} HTTP/1.1\r\n"), |_| Ok(()))
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
fn a_stolen_key_is_taken_back() {
    let place = Carrying::new();
    let known = place.0.done(&["check", "--data", "box", "--keys", "public"]);
    assert!(known.contains("carriers.pub holds 1 key that may carry"), "{known}");
    let running = place.0.serve();
    place.ready();
    done(&place.fetch(running.address));
    running.stop();
    fs::remove_file(place.0.path("public/carriers.pub")).unwrap();
    let running = place.0.serve();
    place.ready();
    let said = place.fetch(running.address);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
    assert!(said.error.contains("is not a box, or a box that does not know this key"), "{}", said.error);
    // However much is sent before the answer comes.
    place.0.put("d1", &vec![0; 20 * 1024 * 1024]);
    assert_eq!(place.carry(running.address, &["--bring", "d1"]).error, said.error);
    // What is no box is told alike.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = other.local_addr().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = other.accept() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
        }
    });
    let of_another = place.fetch(at);
    assert_eq!(of_another.error.replace(&at.to_string(), ""), said.error.replace(&running.address.to_string(), ""));
    let said = place.fetch(SocketAddr::from(([127, 0, 0, 1], 1)));
    assert!(said.error.contains("can't be reached"), "{}", said.error);
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

/// Passes connections on, and so many bytes of answers in all.
struct Cutting {
    address: SocketAddr,
    left: Arc<AtomicU64>,
}

/// What comes after those.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    End,
    Silence,
}

impl Cutting {
    fn before(to: SocketAddr, bytes: u64, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, left) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(bytes)));
        let shared = Arc::clone(&left);
        thread::spawn(move || {
            while let Ok((near, _)) = listener.accept() {
                let far = TcpStream::connect(to).unwrap();
                let left = Arc::clone(&shared);
                let (mut asks, mut asked) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                thread::spawn(move || {
                    let _ = std::io::copy(&mut asks, &mut asked);
                });
                thread::spawn(move || pass(far, near, &left, then));
            }
        });
        Self { address, left }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, left: &AtomicU64, then: Then) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        let before = left.load(Ordering::SeqCst);
        let passed = usize::try_from(before).map_or(length, |before| before.min(length));
        left.store(before - passed as u64, Ordering::SeqCst);
        if to.write_all(&piece[..passed]).is_err() {
            break;
        }
        if passed < length {
            // Whoever waits for more waits until they are gone.
            if then == Then::Silence {
                let _ = to.read(&mut [0]);
            }
            break;
        }
    }
    let _ = (from.shutdown(std::net::Shutdown::Both), to.shutdown(std::net::Shutdown::Both));
}

#[test]
fn what_broke_off_goes_on_from_there_and_another_collection_waits_behind_it() {
    const CUT: u64 = 3 * 1024 * 1024;
    let place = Carrying::new();
    let running = place.0.serve();
    send_large(running.address);
    place.ready();
    let slow = Cutting::before(running.address, CUT, Then::End);
    let said = place.fetch(slow.address);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
    assert!(said.error.contains("the connection ended before all of it had come"), "{}", said.error);
    let names = place.names();
    assert!(names.len() == 1 && names[0].starts_with("collection-1.") && names[0].ends_with(".fetching"), "{names:?}");
    let came = place.fetched(&names[0]).len() as u64;
    assert!((CUT / 2..CUT).contains(&came), "{came}");

    // A timer goes on meanwhile: somebody has a piece of the first, so its number is used up.
    send(running.address);
    assert!(place.ready().starts_with("collection 2 "));
    assert!(place.ready().starts_with("collection 2 "), "of that nobody has any");
    let plenty = 1 << 40;
    slow.left.store(plenty, Ordering::SeqCst);
    let said = place.fetch(slow.address);
    assert_eq!(done(&said).lines().count(), 2, "{}", said.out);
    assert_eq!(place.names(), ["collection-1", "collection-2"]);
    let passed = plenty - slow.left.load(Ordering::SeqCst);
    let both: u64 = ["collection-1", "collection-2"].map(|name| place.fetched(name).len() as u64).iter().sum();
    assert!(passed < both, "{passed} bytes came for {both}, and {came} were here");
    place.0.import("fetched/collection-1");
    place.0.import("fetched/collection-2");
    assert_eq!(place.0.desk_list().as_array().unwrap().len(), 2);
}

#[test]
fn whoever_was_killed_in_the_middle_goes_on_from_there() {
    const CUT: u64 = 3 * 1024 * 1024;
    let place = Carrying::new();
    let running = place.0.serve();
    send_large(running.address);
    place.ready();
    let silent = Cutting::before(running.address, CUT, Then::Silence);
    let from = format!("http://{}", silent.address);
    let mut carry = place.0.program(env!("CARGO_BIN_EXE_candour"));
    carry.args(["carry", "--from", &from, "--signing-key", "carrier/carrier.key", "--out", "fetched"]);
    let mut carrier = carry.spawn().unwrap();
    let came = || {
        let partial = place.names().into_iter().find(|name| name.ends_with(".fetching"));
        partial.and_then(|name| fs::metadata(place.0.path("fetched").join(name)).ok()).map_or(0, |found| found.len())
    };
    let until = Instant::now() + Duration::from_mins(1);
    while came() < CUT / 2 {
        assert!(Instant::now() < until, "{} bytes came", came());
        thread::yield_now();
    }
    carrier.kill().unwrap();
    carrier.wait().unwrap();
    let here = came();
    assert!(here < LARGE && place.names().len() == 1, "{:?}", place.names());
    let plenty = 1 << 40;
    silent.left.store(plenty, Ordering::SeqCst);
    done(&place.fetch(silent.address));
    let whole = place.fetched("collection-1").len() as u64;
    let passed = plenty - silent.left.load(Ordering::SeqCst);
    assert!(passed < whole, "{passed} bytes came for {whole}, and {here} were here");
    place.0.import("fetched/collection-1");
}

#[test]
fn a_stolen_key_silences_nothing_by_the_last_byte_alone() {
    let place = Carrying::new();
    let running = place.0.serve();
    let to = running.address;
    send(to);
    place.ready();
    let key = place.key("carrier/carrier.key");
    let id = waiting(to, &key).unwrap().id;
    let size = fs::metadata(place.0.path(&format!("box/carry/{id}/1"))).unwrap().len();
    let ask = |errand| post(to, "/carry", &request(&challenge(to), errand, &key));
    for offset in [size, size - 1] {
        assert_eq!(ask(Errand::Fetch { collection: id, part: 1, offset }).status, 200);
        assert!(matches!(answered(&ask(Errand::Kept { collection: id })), Carried::Refused(_)), "from {offset}");
    }
    assert!(done(&place.fetch(to)).contains("fetched/collection-1"));
    assert_eq!(answered(&ask(Errand::Kept { collection: id })), Carried::Kept, "said twice");
}

#[test]
fn what_broke_off_when_the_box_stopped_is_fetched_and_counts() {
    const CUT: u64 = 3 * 1024 * 1024;
    let place = Carrying::new();
    let running = place.0.serve();
    send_large(running.address);
    place.ready();
    let cut = Cutting::before(running.address, CUT, Then::End);
    assert_eq!(place.fetch(cut.address).status, 1);
    running.stop();
    let running = place.0.serve();
    assert!(done(&place.fetch(running.address)).contains("fetched/collection-1"));
    place.0.import("fetched/collection-1");
    // What lies there of another attempt and is longer than all of it is begun anew.
    send(running.address);
    place.ready();
    let key = place.key("carrier/carrier.key");
    let id = waiting(running.address, &key).unwrap().id;
    place.0.put(&format!("fetched/collection-2.{id}.fetching"), &vec![7; 8 * 1024 * 1024]);
    assert!(done(&place.fetch(running.address)).contains("fetched/collection-2"));
    place.0.import("fetched/collection-2");
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

/// What is no box answers a carrier: words, and after them zeros for as long as anybody reads.
fn hostile_box(piece_size: u64, sha256: Digest, content: &'static [u8]) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, sent) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
    let shared = Arc::clone(&sent);
    thread::spawn(move || {
        let words = |carried: &Carried| serde_json::to_vec(carried).unwrap();
        let waiting =
            WaitingCollection { number: 1, id: CollectionId([1; 16]), on: "2026-12-01".parse().unwrap(), parts: 1 };
        let piece = CarriedPiece { part: Part { number: 1, of: 1 }, size: piece_size, sha256 };
        let answers = [
            words(&Carried::Waiting(Some(waiting))),
            words(&Carried::Piece(piece)),
            words(&Carried::Kept),
            words(&Carried::Waiting(None)),
        ];
        for answer in &answers {
            for body in [&b"00"[..], answer] {
                let (mut stream, _) = listener.accept().unwrap();
                // A challenge takes nothing but its head, and all else is longer than what is read here.
                let _ = stream.read(&mut [0; 4096]);
                let is_piece = body.starts_with(b"{\"piece\"");
                let kind = if is_piece { "application/octet-stream" } else { "text/plain" };
                let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(head.as_bytes());
                let mut body = [body, b"\n"].concat();
                if is_piece {
                    body.resize(4096, b' ');
                    body.extend_from_slice(content);
                }
                let _ = stream.write_all(&body);
                while is_piece && shared.load(Ordering::SeqCst) < 1 << 28 && stream.write_all(&[0; 1 << 16]).is_ok() {
                    shared.fetch_add(1 << 16, Ordering::SeqCst);
                }
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read(&mut [0; 4096]);
            }
        }
    });
    (address, sent)
}

#[test]
fn a_hostile_box_fills_no_disk_and_keeps_nobody_reading() {
    let place = Carrying::new();
    let (at, sent) = hostile_box(1 << 60, digest(b"x"), b"");
    let said = place.fetch(at);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
    assert!(said.error.contains("has no room, or which is more than comes over a line"), "{}", said.error);
    let written: u64 = place.names().iter().map(|name| place.fetched(name).len() as u64).sum();
    assert!(written == 0 && sent.load(Ordering::SeqCst) < 1 << 26, "{written}");
    // Padding without an end is read to where it has to end.
    place.names().iter().for_each(|name| fs::remove_file(place.0.path("fetched").join(name)).unwrap());
    let (at, sent) = hostile_box(7, digest(b"one two"), b"one two");
    assert!(done(&place.fetch(at)).contains("fetched/collection-1"));
    assert!(sent.load(Ordering::SeqCst) < 1 << 26, "{sent:?}");
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
