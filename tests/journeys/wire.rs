//! What leaves the box when what came in is not what a browser sends, and what depends on how it came.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use crate::support::{
    http::{self, Page},
    served::Served,
};

const HEADERS: [&str; 11] = [
    "content-security-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
    "cache-control",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "x-robots-tag",
    "content-length",
];
const NEVER: [&str; 6] = ["server", "date", "etag", "last-modified", "set-cookie", "transfer-encoding"];

const ENDS_EARLY: &str = "a body that ends early";

/// Everything that comes back for some bytes. Whoever `leaves` sends nothing more, and says so.
fn answer(address: SocketAddr, request: &[u8], leaves: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A box that refuses may close before it has read everything.
    let _ = stream.write_all(request);
    if leaves {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut raw = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(length) = stream.read(&mut piece) {
        if length == 0 {
            break;
        }
        raw.extend_from_slice(&piece[..length]);
    }
    raw
}

#[test]
fn what_is_not_http_gets_no_answer_and_all_else_a_whole_page() {
    let served = Served::new("");
    let many = (0..80).map(|number| format!("X-{number}: y\r\n")).collect::<String>();
    let large = format!("X-Large: {}\r\n", "y".repeat(200_000));
    let long = "a".repeat(100_000);
    let form = "POST /status HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let requests: Vec<(&str, Option<u16>, String)> = vec![
        // Not to be read: closed without a word.
        ("no line", None, "\r\n\r\n\r\n".into()),
        ("words", None, "what is this\r\n\r\n".into()),
        ("HTTP/0.9", None, "GET /\r\n\r\n".into()),
        ("no such version", None, "GET / HTTP/3.7\r\nHost: x\r\n\r\n".into()),
        ("HTTP/2 preface", None, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into()),
        ("a TLS greeting", None, "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}".into()),
        ("no method", None, " / HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("a method of signs", None, "G@T{} / HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("NUL in the address", None, "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("spaces in the address", None, "GET / / HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("an address too long", None, format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n")),
        ("a header without a colon", None, "GET / HTTP/1.1\r\nHost x\r\n\r\n".into()),
        ("a header name with a space", None, "GET / HTTP/1.1\r\nHost : x\r\n\r\n".into()),
        ("NUL in a header", None, "GET / HTTP/1.1\r\nX: \0\r\n\r\n".into()),
        ("a folded header", None, "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n".into()),
        ("too many headers", None, format!("GET / HTTP/1.1\r\n{many}\r\n")),
        ("headers too large", None, format!("GET / HTTP/1.1\r\n{large}\r\n")),
        ("headers that end early", None, "GET / HTTP/1.1\r\nHost: x\r\nX".into()),
        ("a length in words", None, format!("{form}Content-Length: five\r\n\r\ncode=")),
        ("a length with a sign", None, format!("{form}Content-Length: +5\r\n\r\ncode=")),
        ("a length below nothing", None, format!("{form}Content-Length: -1\r\n\r\ncode=")),
        ("a length too large to count", None, format!("{form}Content-Length: 99999999999999999999\r\n\r\ncode=")),
        ("two lengths", None, format!("{form}Content-Length: 5\r\nContent-Length: 6\r\n\r\ncode=x")),
        ("a list of lengths", None, format!("{form}Content-Length: 5, 6\r\n\r\ncode=")),
        ("an encoding that is not chunked", None, format!("{form}Transfer-Encoding: gzip\r\n\r\ncode=")),
        ("chunked and then another", None, format!("{form}Transfer-Encoding: chunked, gzip\r\n\r\ncode=")),
        (
            "chunked in HTTP/1.0",
            None,
            form.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n5\r\ncode=\r\n0\r\n\r\n",
        ),
        // To be read: a page with everything that belongs to one.
        ("HTTP/1.0", Some(200), "GET / HTTP/1.0\r\n\r\n".into()),
        ("no host", Some(200), "GET / HTTP/1.1\r\n\r\n".into()),
        ("bare line ends", Some(200), "GET / HTTP/1.1\nHost: x\n\n".into()),
        ("a whole address", Some(200), "GET http://elsewhere.example/ HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("a proxy's method", Some(404), "CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("no address", Some(404), "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("TRACE", Some(405), "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        ("an unknown method", Some(405), "BREW / HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (
            "an upgrade to HTTP/2",
            Some(200),
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n".into(),
        ),
        ("dots in the address", Some(404), "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (ENDS_EARLY, Some(400), format!("{form}Content-Length: 50\r\n\r\ncode=")),
        ("a chunk without a size", Some(400), format!("{form}Transfer-Encoding: chunked\r\n\r\nxyz\r\ncode=\r\n0\r\n\r\n")),
        (
            "a chunk too large to count",
            Some(400),
            format!("{form}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\ncode=\r\n0\r\n\r\n"),
        ),
        // RFC 9112, 6.3: chunks win, and the connection ends; what follows is nobody's request.
        (
            "chunks and a length",
            Some(422),
            format!(
                "{form}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncode=\r\n0\r\n\r\nGET /keys HTTP/1.1\r\nHost: x\r\n\r\n"
            ),
        ),
        (
            "a second request behind the first",
            Some(200),
            "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        ),
        ("rubbish behind a request", Some(200), "GET / HTTP/1.1\r\nHost: x\r\n\r\n\0\0\0 rubbish\r\n\r\n".into()),
    ];
    let size = http::get(served.address, "/").size();
    for (what, expected, request) in &requests {
        let raw = answer(served.address, request.as_bytes(), expected.is_none() || *what == ENDS_EARLY);
        let Some(expected) = expected else {
            assert!(raw.is_empty(), "{what}: {}", String::from_utf8_lossy(&raw));
            continue;
        };
        let page = Page::parse(&raw).unwrap_or_else(|| panic!("{what}: no answer"));
        assert_eq!(page.status, *expected, "{what}: {}", page.head);
        assert_eq!(page.size(), size, "{what}: one page, and nothing behind it");
        assert_eq!(page.header("connection"), Some("close"), "{what}");
        whole(&page);
    }
}

fn whole(page: &Page) {
    for name in HEADERS {
        assert!(page.header(name).is_some(), "no {name}: {}", page.head);
    }
    for name in NEVER {
        assert_eq!(page.header(name), None, "{}", page.head);
    }
    // Fronts that compress, such as nginx, leave alone what has such a header.
    assert_eq!(page.header("content-encoding"), Some("identity"), "{}", page.head);
}

#[test]
fn a_compressed_page_is_never_sent() {
    let served = Served::new("");
    let page = http::exchange(served.address, "GET / HTTP/1.1\r\nAccept-Encoding: gzip, br, zstd\r\n", |_| Ok(()));
    whole(&page);
}

#[test]
fn tls_and_the_onion_service_are_told_of_only_over_tls() {
    let onion = format!("http://{}.onion", "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead");
    let told = |config: &str, request: &str| {
        let served = Served::new(config);
        let raw = answer(served.address, request.as_bytes(), false);
        let page = Page::parse(&raw).unwrap();
        whole(&page);
        let header = |name| page.header(name).map(str::to_owned);
        (header("strict-transport-security"), header("onion-location"))
    };
    let both = format!("[service]\nbehind_tls = true\nonion = \"{onion}/\"");
    let tls = || Some("max-age=63072000".to_owned());
    let get = "GET /report?route=staff-concern HTTP/1.1\r\nHost: box.example\r\n\r\n";
    assert_eq!(told("", get), (None, None));
    assert_eq!(told(&format!("[service]\nonion = \"{onion}\""), get), (None, None));
    assert_eq!(told("[service]\nbehind_tls = true", get), (tls(), None));
    assert_eq!(told(&both, get), (tls(), Some(format!("{onion}/report?route=staff-concern"))));
    // What came through the onion service did not come over TLS.
    for host in ["a.onion", "A.ONION:80"] {
        assert_eq!(told(&both, &format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")), (None, None));
    }
    // Nobody is led away from a page that holds what they typed or were given.
    let post = "POST /leave HTTP/1.1\r\nHost: box.example\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(told(&both, post), (tls(), None));
    assert_eq!(told(&both, "GET /nowhere HTTP/1.1\r\nHost: box.example\r\n\r\n"), (tls(), None));
}
