use std::{
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, extract::Path, routing::get};
use rustls::{
    ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion, client::Resumption, pki_types::ServerName,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadBuf, duplex},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::{self, Instant},
};
use tokio_rustls::{TlsConnector, client::TlsStream as ClientStream};

use super::*;
use crate::{
    authority::Authority,
    crypto::os_random,
    http::{CameOver, Listener, body_limits::PAUSE, connections::Connections, server},
};

/// What TLS 1.3 adds to a record: five bytes before it, what kind it is, and its tag (RFC 8446, section 5.2).
const RECORD_ADDS: usize = 5 + 1 + 16;
/// Bytes in a record at most.
const RECORD: usize = 16 * 1024;

/// What a client does over TLS, and the box on the other side.
struct Sides {
    authority: Authority,
    tls: Tls,
}

impl Sides {
    fn new() -> Self {
        let authority = Authority::new();
        let issued = authority.issue(&["box.example"]);
        let tls = Tls::new(TlsPair::parse(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap());
        Self { authority, tls }
    }

    /// A client that would come back to a session, and remembers everything that it was given.
    fn client(&self, version: &'static SupportedProtocolVersion, protocols: &[&str]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().into()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(8);
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    }

    /// Serves some pages until it is told to stop.
    async fn serve(&self, router: Router) -> (std::net::SocketAddr, oneshot::Sender<()>, JoinHandle<io::Result<()>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = server::serve(vec![Listener::Tls(listener, self.tls.clone())], router, stopped);
        (address, stop, tokio::spawn(served))
    }
}

/// Counts what comes from the other side.
struct Counted<S> {
    stream: S,
    read: Arc<Mutex<usize>>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        *self.read.lock().unwrap() += buffer.filled().len() - before;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

async fn connect<S>(client: &Arc<ClientConfig>, stream: S) -> io::Result<ClientStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = ServerName::try_from("box.example").unwrap();
    TlsConnector::from(Arc::clone(client)).connect(name, stream).await
}

#[test]
fn a_pair_that_cannot_be_used_says_which_half() {
    let authority = Authority::new();
    let (issued, other) = (authority.issue(&["box.example"]), authority.issue(&["box.example"]));
    let why = |certificate: &str, key: &str| TlsPair::parse(certificate.as_bytes(), key.as_bytes()).err();
    assert_eq!(why(&issued.chain, &issued.key), None);
    assert_eq!(why(&format!("{}{}", issued.chain, authority.pem()), &issued.key), None, "a whole chain");
    for (certificate, key, expected) in [
        (issued.chain.as_str(), other.key.as_str(), TlsError::Mismatch),
        // The authority's before the box's own.
        (&format!("{}{}", authority.pem(), issued.chain), &issued.key, TlsError::Mismatch),
        ("", &issued.key, TlsError::Certificate),
        (&issued.key, &issued.key, TlsError::Certificate),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &issued.key, TlsError::Certificate),
        ("-----BEGIN CERTIFICATE-----\n", &issued.key, TlsError::Certificate),
        (&issued.chain, "", TlsError::Key),
        (&issued.chain, &issued.chain, TlsError::Key),
        (&issued.chain, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", TlsError::Key),
        (&issued.chain, &issued.key.replace("PRIVATE", "ENCRYPTED PRIVATE"), TlsError::Key),
    ] {
        assert_eq!(why(certificate, key), Some(expected), "{certificate}{key}");
    }
}

#[test]
fn a_key_of_its_own_kind_is_read_too() {
    let authority = Authority::new();
    let issued = authority.issue(&["box.example"]);
    // SEC1 is what PKCS#8 has inside: a sequence that begins with version 1 and 32 bytes of key (RFC 5915).
    let der = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
    let der = der.secret_der();
    let start = der.windows(5).position(|bytes| bytes == [2, 1, 1, 4, 32]).unwrap() - 2;
    let text = data_encoding::BASE64.encode(&der[start..]);
    let sec1 = format!("-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n");
    assert_eq!(TlsPair::parse(issued.chain.as_bytes(), sec1.as_bytes()).err(), None);
}

#[tokio::test]
async fn no_visit_can_be_told_to_be_the_one_from_before() {
    let sides = Sides::new();
    let (address, _stop, _served) = sides.serve(Router::new().route("/", get("page"))).await;
    for version in [&TLS13, &TLS12] {
        let client = sides.client(version, &["h2", "http/1.1"]);
        for _ in 0..3 {
            let mut stream = connect(&client, TcpStream::connect(address).await.unwrap()).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: box.example\r\n\r\n").await.unwrap();
            let mut page = String::new();
            // To the end, where tickets would have come too; it is said that this is the end.
            stream.read_to_string(&mut page).await.unwrap();
            assert!(page.ends_with("page"), "{page}");
            let (_, connection) = stream.get_ref();
            assert_eq!(connection.protocol_version(), Some(version.version));
            assert_eq!(connection.alpn_protocol(), Some(PROTOCOL));
            assert_eq!(connection.handshake_kind(), Some(HandshakeKind::Full));
            assert_eq!(connection.tls13_tickets_received(), 0);
        }
    }
    // Another protocol is not spoken; none is HTTP/1.1.
    let client = sides.client(&TLS13, &["h2"]);
    assert!(connect(&client, TcpStream::connect(address).await.unwrap()).await.is_err());
    let client = sides.client(&TLS13, &[]);
    assert!(connect(&client, TcpStream::connect(address).await.unwrap()).await.is_ok());
}

#[tokio::test]
async fn what_does_not_begin_with_tls_gets_nothing() {
    let sides = Sides::new();
    let (address, _stop, _served) = sides.serve(Router::new()).await;
    for hello in [
        &b"GET / HTTP/1.1\r\nHost: box.example\r\n\r\n"[..],
        b"\x80\x2e\x01\x03\x01",
        b"SSH-2.0-a\r\n",
        b"\x17\x03\x03",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(hello).await.unwrap();
        let mut answer = Vec::new();
        // The connection may end in a reset, with what was not read.
        let _ = stream.read_to_end(&mut answer).await;
        assert_eq!(answer, b"");
    }
}

#[tokio::test]
async fn a_greeting_that_fills_memory_is_not_read_to_its_end() {
    let sides = Sides::new();
    let (address, _stop, _served) = sides.serve(Router::new()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A greeting that says it has 60,000 bytes, in records of 16,384, and more of it than is read.
    let mut hello = vec![1, 0, 0xea, 0x60, 3, 3];
    hello.resize(HANDSHAKE_BYTES + RECORD, 0);
    for piece in hello.chunks(RECORD) {
        let length = u16::try_from(piece.len()).unwrap().to_be_bytes();
        let _ = stream.write_all(&[&[HANDSHAKE, 3, 1][..], &length, piece].concat()).await;
    }
    let mut answer = Vec::new();
    let ended = time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "it is waited for");
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_finish_the_handshake_is_not_waited_for() {
    let sides = Sides::new();
    let (address, stop, served) = sides.serve(Router::new()).await;
    let start = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&[HANDSHAKE, 3, 1]).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert_eq!((answer.len(), start.elapsed().as_secs()), (0, 30), "the time that heads have");
    // Nor when the server stops.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&[HANDSHAKE]).await.unwrap();
    // Whoever comes after has been accepted after.
    let client = sides.client(&TLS13, &[]);
    drop(connect(&client, TcpStream::connect(address).await.unwrap()).await.unwrap());
    let start = Instant::now();
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn each_request_says_that_it_came_over_tls() {
    let sides = Sides::new();
    let said = async |request: axum::extract::Request| format!("{:?}", request.extensions().get::<CameOver>());
    let (address, _stop, _served) = sides.serve(Router::new().route("/", get(said))).await;
    let client = sides.client(&TLS13, &[]);
    let mut stream = connect(&client, TcpStream::connect(address).await.unwrap()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: box.example\r\n\r\n").await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    assert!(page.ends_with("Some(Tls)"), "{page}");
}

#[tokio::test]
async fn answers_of_one_size_are_one_size_on_the_wire() {
    /// Head and body together.
    const WHOLE: usize = 4 * RECORD;
    let sides = Sides::new();
    // The longer the head, the shorter the body.
    let page = async |Path(length): Path<usize>| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nx-long: {}\r\n\
                            content-type: text/plain; charset=utf-8\r\ncontent-length: 12345\r\nconnection: close\r\n\r\n",
            "y".repeat(length)
        );
        ([("x-long", "y".repeat(length))], "z".repeat(WHOLE - head.len()))
    };
    let (address, _stop, _served) = sides.serve(Router::new().route("/{length}", get(page))).await;
    let client = sides.client(&TLS13, &[]);
    let mut sizes = Vec::new();
    for (length, slowly) in
        [(1, false), (1, true), (100, false), (5000, false), (5000, true), (RECORD / 2, false), (RECORD / 2 + 1, true)]
    {
        let read = Arc::new(Mutex::new(0));
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        if slowly {
            // The page does not fit into what waits for it.
            socket.set_recv_buffer_size(2048).unwrap();
        }
        let stream = Counted { stream: socket.connect(address).await.unwrap(), read: Arc::clone(&read) };
        let mut stream = connect(&client, stream).await.unwrap();
        let handshake = *read.lock().unwrap();
        stream.write_all(format!("GET /{length} HTTP/1.1\r\nHost: box.example\r\n\r\n").as_bytes()).await.unwrap();
        let mut page = Vec::new();
        while stream.read_buf(&mut page).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(page.len(), WHOLE);
        sizes.push(*read.lock().unwrap() - handshake);
    }
    // The page's records, and one that says that this is the end.
    let expected = WHOLE + (WHOLE / RECORD) * RECORD_ADDS + (2 + RECORD_ADDS);
    assert_eq!(sizes, vec![expected; sizes.len()]);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stops_is_not_waited_for_over_tls_either() {
    let sides = Sides::new();
    let (near, far) = duplex(1024);
    let client = sides.client(&TLS13, &[]);
    let seat = Connections::new(1).seat(&mut os_random()).unwrap();
    let accepted = async { sides.tls.accept(Paced::begin(near, Arc::clone(seat.conduct())).await?).await };
    let (server, client) = tokio::join!(accepted, connect(&client, far));
    let (mut server, _client) = (server.unwrap(), client.unwrap());
    let start = Instant::now();
    let page = vec![b'x'; 4 * RECORD];
    let written = async {
        server.write_all(&page).await?;
        server.flush().await
    };
    let error = written.await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (io::ErrorKind::TimedOut, PAUSE));
}
