//! Whoever has no key that the box knows, or a stolen one, learns nothing and silences nothing; and what passes for a box and is
//! none fills no disk.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use candour::{
    crypto::{CarrierRole, Document, KeyFileError, SignerRole, SigningKey, digest, read_signing_key, sign},
    domain::{
        BoxId, Carried, CarriedPiece, CarryRequest, CollectionId, Digest, Endorsement, Errand, Format, Part,
        WaitingCollection, carry_head,
    },
};

use crate::carrying::{Carrying, answered, challenge, done, post, request, send, waiting};
use crate::support::http::{self, Page};

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
