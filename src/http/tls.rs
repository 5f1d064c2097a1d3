//! TLS as the box speaks it: nobody stands between a person's browser and the box who could read what is sent.
//!
//! A visit leaves nothing by which the next one could be told to be the same person's. There are no tickets and no
//! sessions to resume: whoever brought one back would say who they were before, to the box and, in TLS 1.2, to
//! everybody on the way. Every page is a connection of its own, and so a handshake of its own; that is its price.

use std::{
    fmt, io,
    sync::{Arc, PoisonError, RwLock},
};

use rustls::{
    Error as RustlsError, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::paced::Paced;
use crate::domain::limits::KIB;

/// What is spoken inside: the one protocol that the server knows.
const PROTOCOL: &[u8] = b"http/1.1";
/// With what a connection begins that is TLS: a record of a handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// Bytes of a handshake that are read of whoever connects: a browser's takes two KiB, with a key that a quantum computer does not
/// break. What is not through is kept in memory.
const HANDSHAKE_BYTES: usize = 16 * KIB;

/// A certificate with its chain, and the key that goes with it.
pub struct TlsPair(Arc<CertifiedKey>);

/// A certificate and a key can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// There is none, or it is not one.
    #[error("this is no certificate that can be used; give its whole chain in PEM, the box's own first")]
    Certificate,
    /// There is none, or it is of a kind that is not known.
    #[error(
        "this is no key that can be used; give one in PEM (PKCS#8, SEC1 or PKCS#1) without a passphrase: P-256, P-384 or RSA"
    )]
    Key,
    /// Each could be used, but not together.
    #[error("the key does not fit the certificate; give the two that were made together")]
    Mismatch,
}

/// Speaks TLS with whoever connects, and proves with the pair that was given last who the box is.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    shown: Arc<ShownPair>,
}

/// The pair that the next handshake is made with.
struct ShownPair(RwLock<Arc<CertifiedKey>>);

impl TlsPair {
    /// Reads both from PEM. What a certificate says of names and dates is not looked at.
    ///
    /// # Errors
    /// If they can't be used.
    pub fn parse(certificate: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or(TlsError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
        let key = provider().key_provider.load_private_key(key).map_err(|_| TlsError::Key)?;
        let pair = CertifiedKey::new(chain, key);
        pair.keys_match().map_err(|error| match error {
            RustlsError::InconsistentKeys(_) => TlsError::Mismatch,
            _ => TlsError::Certificate,
        })?;
        Ok(Self(Arc::new(pair)))
    }

    /// The certificate without its chain (X.509, DER).
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.0.cert.first().map_or(&[], |certificate| certificate.as_ref())
    }
}

impl Tls {
    /// From now on with this pair.
    #[must_use]
    pub fn new(pair: TlsPair) -> Self {
        let shown = Arc::new(ShownPair(RwLock::new(pair.0)));
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            // The provider has suites for both.
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::<ShownPair>::clone(&shown));
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        // Nothing to come back with: see above.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_tls13_tickets = 0;
        config.max_early_data_size = 0;
        // In TLS 1.2 too, what was agreed on holds for this handshake alone (RFC 7627). Every browser knows it.
        config.require_ems = true;
        Self { config: Arc::new(config), shown }
    }

    /// From the next handshake on with this pair. Connections that are there keep theirs.
    pub fn exchange(&self, pair: TlsPair) {
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = pair.0;
    }

    /// The certificate that the next handshake is made with.
    #[cfg(test)]
    pub(crate) fn certificate(&self) -> Vec<u8> {
        self.shown.pair().cert[0].to_vec()
    }

    /// Makes the handshake. Takes as long as the other side lets it; whoever does not begin with one is not told that TLS is
    /// spoken here.
    pub(super) async fn accept<S>(&self, mut stream: Paced<S>) -> io::Result<TlsStream<Paced<S>>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if stream.first() != Some(HANDSHAKE) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        stream.bound_reading(Some(HANDSHAKE_BYTES));
        let mut accepted = TlsAcceptor::from(Arc::clone(&self.config))
            // With a limit, a page that meets a slow reader would leave in more records than another of the same size. There
            // is one answer, and it is in memory as it is.
            .accept_with(stream, |connection| connection.set_buffer_limit(None))
            .await?;
        accepted.get_mut().0.bound_reading(None);
        Ok(accepted)
    }
}

impl ShownPair {
    fn pair(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A box has one name: whichever was asked for, and if none was.
impl ResolvesServerCert for ShownPair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pair())
    }
}

/// Demanded of whatever resolves; says nothing of what is in it.
impl fmt::Debug for ShownPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownPair")
    }
}

fn provider() -> CryptoProvider {
    ring::default_provider()
}

#[cfg(test)]
mod tests;
