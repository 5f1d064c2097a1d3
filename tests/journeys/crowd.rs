//! Connections and memory that others take: what is left for everybody else.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use candour::domain::limits::{BUDGET_BYTES, CONNECTIONS, FORM_BYTES, UPLOAD_PLACES};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::{
    http::{self, File},
    installation::Installation,
    person,
    served::Served,
};

/// More than there are places.
const CROWD: usize = CONNECTIONS + 52;

/// Each end of each connection is an open file of this process, as far as it serves itself.
fn allow_open_files() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}

fn connect(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // Whoever is sent away at once can't send it all.
    let _ = stream.write_all(bytes);
    stream
}

fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    matches!((&*stream).read(&mut [0; 1]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

/// Waits until so many of them at the most are open.
fn wait_until_open(held: &[TcpStream], most: usize) {
    let until = Instant::now() + Duration::from_secs(10);
    while held.iter().filter(|stream| is_open(stream)).count() > most {
        assert!(Instant::now() < until, "nobody was sent away");
        std::thread::yield_now();
    }
}

fn half_a_form(path: &str, bytes: usize) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {FORM_BYTES}\r\n\r\n"
    );
    [head.as_bytes(), &vec![b'x'; bytes]].concat()
}

#[test]
fn more_silent_connections_than_there_are_places_keep_nobody_out() {
    allow_open_files();
    let place = Installation::new();
    let running = place.serve();
    let silent: Vec<_> = (0..CROWD).map(|_| connect(running.address, b"")).collect();
    wait_until_open(&silent, CONNECTIONS);
    let half_sent: Vec<_> = (0..CROWD).map(|_| connect(running.address, b"GET / HTTP/1.1\r\nX")).collect();
    wait_until_open(&half_sent, CONNECTIONS);
    // On each of these the lot may fall, one time in two thousand.
    let answered =
        (0..50).filter_map(|_| http::try_get(running.address, "/")).filter(|page| page.status == 200).count();
    assert!(answered >= 48, "{answered} of 50");
    drop((silent, half_sent));
    assert_eq!(running.stop(), "", "nothing ran out");
}

#[test]
fn half_sent_forms_fill_no_more_than_the_budget_and_honest_ones_go_on() {
    allow_open_files();
    let place = Installation::new();
    let running = place.serve();
    let before = running.peak_memory_kib();
    let many = 3 * BUDGET_BYTES / FORM_BYTES;
    let held: Vec<_> =
        (0..many).map(|_| connect(running.address, &half_a_form("/report/check", FORM_BYTES - 1))).collect();
    assert!(held.iter().any(|stream| !is_open(stream)), "nobody was sent away");
    let code = person::send(running.address, "staff-concern", &[], vec![]).one("#receipt-code");
    assert_eq!(person::status(running.address, &code).status, 200);
    let more = (running.peak_memory_kib() - before) * 1024;
    // What the box works with besides, a hash and its threads' buffers among it.
    assert!(more < 2 * BUDGET_BYTES as u64, "{more}");
    drop(held);
}

#[test]
fn whoever_brings_files_takes_few_of_the_places() {
    allow_open_files();
    let served = Served::new("");
    let fields = person::checked(served.address, "staff-concern", &[]);
    let field = |(name, value): &(String, String)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let start = format!(
        "POST /report/send HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000000\r\n\r\n{}\
         --b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a\"\r\n\r\nxxxxxxxxxxxx",
        fields.iter().map(field).collect::<String>()
    );
    let held: Vec<_> = (0..UPLOAD_PLACES).map(|_| connect(served.address, start.as_bytes())).collect();
    // The last ones may still be on their way.
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        assert!(Instant::now() < until, "everybody found a place");
        let fields = person::checked(served.address, "staff-concern", &[]);
        let file = File::new("a.txt", "text/plain", b"evidence");
        let page = http::post_multipart(served.address, "/report/send", &fields, vec![file]);
        // Text is taken all the same.
        assert_eq!(page.status, 200);
        if page.all("#files-left-out li") == ["a.txt"] {
            break;
        }
    }
    assert_eq!(held.iter().filter(|stream| is_open(stream)).count(), UPLOAD_PLACES);
    // Text goes in all the same.
    assert_eq!(http::post_multipart(served.address, "/report/send", &fields, vec![]).status, 200);
}
