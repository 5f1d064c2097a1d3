//! Carrying that breaks off, whoever broke it off: it goes on from there.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::carrying::{Carrying, LARGE, done, send, send_large, waiting};

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
