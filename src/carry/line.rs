use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use http_body_util::BodyExt;
use hyper::{Request, Response, StatusCode, body::Incoming, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time,
};
use tokio_rustls::TlsConnector;
use tokio_socks::tcp::Socks5Stream;

use super::{
    CarryError,
    address::{BoxAddress, Way},
    sent_body::SentBody,
};

/// Where tor listens.
const TOR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9050);
/// How long it may take until somebody answers: Tor looks for an onion service, and makes a circuit to it.
const CONNECTED_WITHIN: Duration = Duration::from_mins(2);
/// How long whatever is under way may pause. A box that takes decisions in says nothing until it has them all.
const PAUSE: Duration = Duration::from_mins(5);

/// A box that was looked up, with what it takes to speak to it as often as wanted: no more names are asked for, and no more
/// files are read.
pub struct BoxLine {
    address: BoxAddress,
    reached_at: Vec<SocketAddr>,
    by_proxy: bool,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

trait Spoken: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Spoken for T {}

/// What comes back, piece by piece.
pub(super) struct Answering {
    response: Response<Incoming>,
}

impl BoxLine {
    /// Looks up where it is, and whom this machine trusts. Through a proxy nothing is looked up here: the proxy does that.
    ///
    /// # Errors
    /// If there is no such name, or this machine trusts nobody.
    pub fn look_up(address: BoxAddress, proxy: Option<SocketAddr>) -> Result<Self, CarryError> {
        let proxy = proxy.or((address.way == Way::Onion).then_some(TOR));
        let reached_at = match proxy {
            Some(proxy) => vec![proxy],
            None => (address.bare_host(), address.port)
                .to_socket_addrs()
                .map_err(|error| CarryError::Unreachable {
                    at: address.authority(),
                    why: error.to_string(),
                    remedy: "check the address, and this machine's network",
                })?
                .collect(),
        };
        let tls = if address.way == Way::Tls { Some(tls(&address)?) } else { None };
        Ok(Self { address, reached_at, by_proxy: proxy.is_some(), tls })
    }

    /// As people call it.
    pub(super) fn name(&self) -> String {
        self.address.authority()
    }

    /// Sends one request on a connection of its own, and gives the answer if it is one to somebody whom the box knows.
    pub(super) async fn post(&self, path: &str, body: SentBody) -> Result<Answering, CarryError> {
        let stream = time::timeout(CONNECTED_WITHIN, self.connect())
            .await
            .unwrap_or_else(|_| Err(self.unreachable("nobody answered within two minutes")))?;
        let ended = |error: hyper::Error| CarryError::Ended(error.to_string());
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(ended)?;
        tokio::spawn(connection);
        let request = Request::post(path)
            .header(header::HOST, self.name())
            .header(header::CONNECTION, "close")
            .body(body)
            .map_err(|error| CarryError::Unasked(error.to_string()))?;
        let answer = time::timeout(PAUSE, sender.send_request(request)).await;
        let response = answer.map_err(|_| CarryError::Ended("nothing came for five minutes".into()))?.map_err(ended)?;
        if response.status().is_server_error() {
            let status = response.status();
            return Err(CarryError::Refused(format!(
                "it answers with status {status}; ask whoever runs it to look at it"
            )));
        }
        if response.status() != StatusCode::OK {
            return Err(CarryError::Unknown(self.name()));
        }
        Ok(Answering { response })
    }

    async fn connect(&self) -> Result<Pin<Box<dyn Spoken>>, CarryError> {
        let stream: Pin<Box<dyn Spoken>> = if self.by_proxy {
            let proxy = self.reached_at.first().copied().ok_or_else(|| self.unreachable("there is no proxy"))?;
            let to = (self.address.bare_host(), self.address.port);
            let connected = Socks5Stream::connect(proxy, to).await;
            Box::pin(connected.map_err(|error| self.unreachable(&error.to_string()))?)
        } else {
            let connected = TcpStream::connect(self.reached_at.as_slice()).await;
            Box::pin(connected.map_err(|error| self.unreachable(&error.to_string()))?)
        };
        let Some((tls, name)) = &self.tls else { return Ok(stream) };
        let secured = tls.connect(name.clone(), stream).await;
        Ok(Box::pin(secured.map_err(|error| self.unreachable(&error.to_string()))?))
    }

    fn unreachable(&self, why: &str) -> CarryError {
        let remedy = if self.by_proxy {
            "check the address, and that tor runs on this machine or --proxy leads to one"
        } else {
            "check the address, this machine's network, and whether the box runs"
        };
        CarryError::Unreachable { at: self.name(), why: why.to_owned(), remedy }
    }
}

impl Answering {
    /// Whether it is a few words, and not the bytes of a file.
    pub(super) fn is_text(&self) -> bool {
        let kind = self.response.headers().get(header::CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
    }

    /// What comes next; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<bytes::Bytes>, CarryError> {
        loop {
            let frame = time::timeout(PAUSE, self.response.frame()).await;
            let frame = frame.map_err(|_| CarryError::Ended("nothing came for five minutes".into()))?;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| CarryError::Ended(error.to_string()))?;
            if let Ok(data) = frame.into_data() {
                return Ok(Some(data));
            }
        }
    }
}

/// As a browser on this machine would trust it.
fn tls(address: &BoxAddress) -> Result<(TlsConnector, ServerName<'static>), CarryError> {
    let name = ServerName::try_from(address.bare_host().to_owned());
    let name = name.map_err(|error| CarryError::Unasked(format!("{}: {error}", address.host)))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        let why = "this machine trusts no authority for certificates; install ca-certificates";
        return Err(CarryError::Unasked(why.into()));
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| CarryError::Unasked(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsConnector::from(Arc::new(config)), name))
}
