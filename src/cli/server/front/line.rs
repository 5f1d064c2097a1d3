use std::{
    io::{self, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring::default_provider, pki_types::ServerName,
};

use crate::domain::limits::MIB;

/// How long connecting may take, and each wait for the front.
const WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read: more than any page of the box has.
const ANSWER_BYTES: usize = MIB;
/// Bytes that are read at a time.
const PIECE: usize = 16 * 1024;

/// The address of a front, as a browser would be given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct FrontAddress {
    /// Whether it speaks TLS.
    is_tls: bool,
    /// In brackets if it is an address of IPv6.
    host: String,
    port: u16,
}

/// A front that was looked up, with what it takes to connect to it as often as wanted: no more names are asked for, and no
/// more files are read.
pub(super) struct Front {
    address: FrontAddress,
    reached_at: Vec<SocketAddr>,
    /// Whose certificates are trusted, if it speaks TLS.
    trusted: RootCertStore,
}

/// One connection to a front.
pub(super) struct FrontLine {
    stream: Box<dyn ReadWrite>,
    /// The same, for its time limits.
    socket: TcpStream,
    /// From where this machine speaks to it.
    pub(super) own: IpAddr,
    /// Whether it chose HTTP/2 when that was offered.
    pub(super) has_http2: bool,
    read: Vec<u8>,
}

/// What a front answered.
pub(super) struct FrontAnswer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// Bytes of head and body together.
    pub(super) size: usize,
    pub(super) body: String,
}

trait ReadWrite: Read + Write {}

impl<T: Read + Write> ReadWrite for T {}

impl FromStr for FrontAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or("begin it with https:// or http://")?;
        let is_tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err("begin it with https:// or http://"),
        };
        let place = rest.strip_suffix('/').unwrap_or(rest);
        if place.is_empty() || place.contains(['/', '?', '#', '@', ' ']) {
            return Err("give the name alone, as in https://speak-up.example.org");
        }
        let default = if is_tls { 443 } else { 80 };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| "its port is not a number")?),
            _ => (place, default),
        };
        if host.to_ascii_lowercase().ends_with(".onion") {
            return Err(
                "an onion service is no front that stores or changes anything; hold its tor against deploy/torrc, and give \
                        the name on the web here",
            );
        }
        Ok(Self { is_tls, host: host.to_owned(), port })
    }
}

impl FrontAddress {
    /// As a browser names it in its requests.
    fn authority(&self) -> String {
        let default = if self.is_tls { 443 } else { 80 };
        if self.port == default { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Looks up where it is, and whom this machine trusts.
    pub(super) fn look_up(&self) -> Result<Front, String> {
        let reached_at = (self.bare_host(), self.port).to_socket_addrs();
        let reached_at = reached_at.map_err(|error| format!("{} is not found: {error}", self.host))?.collect();
        let trusted = if self.is_tls { trusted()? } else { RootCertStore::empty() };
        Ok(Front { address: self.clone(), reached_at, trusted })
    }
}

impl Front {
    /// Whether it speaks TLS.
    pub(super) const fn is_tls(&self) -> bool {
        self.address.is_tls
    }

    /// Connects, and offers these protocols.
    pub(super) fn connect(&self, protocols: &[&str]) -> Result<FrontLine, String> {
        let (host, authority) = (&self.address.host, self.address.authority());
        let socket =
            first_that_answers(&self.reached_at).map_err(|error| format!("{authority} can't be reached: {error}"))?;
        let failed = |error: io::Error| format!("{authority} does not speak as it should: {error}");
        socket.set_read_timeout(Some(WITHIN)).and_then(|()| socket.set_write_timeout(Some(WITHIN))).map_err(failed)?;
        let own = socket.local_addr().map_err(failed)?.ip();
        let mut stream = socket.try_clone().map_err(failed)?;
        if !self.is_tls() {
            return Ok(FrontLine { stream: Box::new(stream), socket, own, has_http2: false, read: Vec::new() });
        }
        let name =
            ServerName::try_from(self.address.bare_host().to_owned()).map_err(|error| format!("{host}: {error}"))?;
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(self.trusted.clone())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let mut tls = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
        while tls.is_handshaking() {
            tls.complete_io(&mut stream).map_err(failed)?;
        }
        let has_http2 = tls.alpn_protocol() == Some(b"h2");
        let stream = Box::new(StreamOwned::new(tls, stream));
        Ok(FrontLine { stream, socket, own, has_http2, read: Vec::new() })
    }

    /// Asks for a page, or sends a short form, and gives the answer.
    pub(super) fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Result<FrontAnswer, String> {
        let mut line = self.connect(&["http/1.1"])?;
        let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        line.send(&self.request(method, path, &format!("{headers}{length}")))?;
        line.send(body)?;
        line.answer(WITHIN)
            .ok_or_else(|| format!("{} does not answer within {} seconds", self.address.authority(), WITHIN.as_secs()))
    }

    /// The header lines by which a browser says that a form was on the site's own page.
    pub(super) fn own_page(&self) -> String {
        let scheme = if self.is_tls() { "https" } else { "http" };
        format!("Origin: {scheme}://{}\r\nSec-Fetch-Site: same-origin\r\n", self.address.authority())
    }

    /// The head of a request, with these header lines.
    pub(super) fn request(&self, method: &str, path: &str, headers: &str) -> String {
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.address.authority())
    }
}

impl FrontLine {
    pub(super) fn send(&mut self, text: &str) -> Result<(), String> {
        let sent = self.stream.write_all(text.as_bytes()).and_then(|()| self.stream.flush());
        sent.map_err(|error| format!("the front ended the connection: {error}"))
    }

    /// The answer, if it comes in time. What has come of it stays for the next call.
    pub(super) fn answer(&mut self, within: Duration) -> Option<FrontAnswer> {
        let until = Instant::now() + within;
        let mut piece = [0; PIECE];
        let mut has_ended = false;
        loop {
            if let Some(answer) = FrontAnswer::parse(&self.read, has_ended) {
                return Some(answer);
            }
            let left = until.saturating_duration_since(Instant::now());
            if has_ended || left.is_zero() || self.socket.set_read_timeout(Some(left)).is_err() {
                return None;
            }
            match self.stream.read(&mut piece) {
                Ok(length) if length > 0 && self.read.len() < ANSWER_BYTES => {
                    self.read.extend_from_slice(&piece[..length]);
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    return None;
                }
                _ => has_ended = true,
            }
        }
    }
}

impl FrontAnswer {
    /// None as long as more of it is to come.
    fn parse(read: &[u8], has_ended: bool) -> Option<Self> {
        let end = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&read[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        let body = String::from_utf8_lossy(&read[end..]).into_owned();
        let answer = Self { status, headers, size: read.len(), body };
        let announced: Option<usize> = answer.header("content-length").and_then(|length| length.parse().ok());
        let is_whole = announced.is_some_and(|length| read.len() >= end + length);
        (is_whole || has_ended).then_some(answer)
    }

    /// The first line of that name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All lines of that name: a browser takes the last of some.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value of a hidden field of a form on it.
    pub(super) fn hidden(&self, name: &str) -> Option<&str> {
        let (_, after) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
        after.split_once('"').map(|(value, _)| value)
    }
}

fn first_that_answers(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for address in addresses {
        match TcpStream::connect_timeout(address, WITHIN) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The authorities that this machine trusts, as a browser on it would.
fn trusted() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this machine trusts no authority for certificates; install ca-certificates".into());
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_name_and_perhaps_a_port() {
        let parse = |text: &str| text.parse::<FrontAddress>();
        let front = |is_tls, host: &str, port| Ok(FrontAddress { is_tls, host: host.to_owned(), port });
        assert_eq!(parse("https://speak-up.example.org"), front(true, "speak-up.example.org", 443));
        assert_eq!(parse("https://speak-up.example.org:8443/"), front(true, "speak-up.example.org", 8443));
        assert_eq!(parse("http://127.0.0.1"), front(false, "127.0.0.1", 80));
        assert_eq!(parse("http://[::1]:8080"), front(false, "[::1]", 8080));
        assert_eq!(parse("https://[::1]"), front(true, "[::1]", 443));
        for refused in
            ["speak-up.example.org", "ftp://a.example", "https://", "https://a.example/keys", "https://me@a.example"]
        {
            assert!(parse(refused).is_err(), "{refused}");
        }
        assert!(parse("http://abc.onion").is_err_and(|why| why.contains("deploy/torrc")));
    }

    #[test]
    fn an_answer_is_whole_when_as_much_has_come_as_was_announced() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Own: a\r\n\r\nbody";
        assert!((1..text.len()).all(|length| FrontAnswer::parse(&text[..length], false).is_none()));
        let answer = FrontAnswer::parse(text, false).unwrap();
        assert_eq!((answer.status, answer.size, answer.header("x-own")), (200, text.len(), Some("a")));
        // Without a length it goes on to the end.
        let text = b"HTTP/1.1 502 Bad Gateway\r\n\r\nbody";
        assert!(FrontAnswer::parse(text, false).is_none());
        assert!(FrontAnswer::parse(text, true).is_some_and(|answer| answer.status == 502));
    }
}
