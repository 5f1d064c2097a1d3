//! What stands between a browser without scripts and a front: speaks TLS or SOCKS for it, and counts what comes back.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};

use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf, copy, split},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};
use tokio_rustls::TlsConnector;

use super::certificates::Authority;

/// Where a relay leads, and how.
pub(crate) enum Towards {
    /// Over TLS, to whoever has a certificate of that authority for that name.
    Tls { front: SocketAddr, name: &'static str, roots: RootCertStore },
    /// Through a SOCKS port of tor, to port 80 of a name.
    Socks { proxy: SocketAddr, name: String },
}

/// A port of this machine behind which a front is. Each connection is led on by itself.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    counts: Arc<Mutex<Counts>>,
    _runtime: Runtime,
}

/// Bytes that came back on the last connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counts {
    /// Head and body, whatever carried them.
    pub(crate) answer: usize,
    /// What whoever watches the line sees, after the handshake of TLS.
    pub(crate) wire: usize,
}

impl Towards {
    /// Over TLS, with a certificate that the authority made.
    pub(crate) fn tls(front: SocketAddr, authority: &Authority) -> Self {
        Self::Tls { front, name: Authority::NAME, roots: authority.roots() }
    }
}

impl Relay {
    pub(crate) fn new(towards: Towards) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        let counts = Arc::new(Mutex::new(Counts::default()));
        let (towards, counted) = (Arc::new(towards), Arc::clone(&counts));
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (towards, counted) = (Arc::clone(&towards), Arc::clone(&counted));
                tokio::spawn(async move {
                    // Whoever waits for an answer sees a connection that ended without one.
                    let _ = lead(near, &towards, &counted).await;
                });
            }
        });
        Self { address, counts, _runtime: runtime }
    }

    /// What came back on the last connection, once it has ended.
    pub(crate) fn counts(&self) -> Counts {
        *self.counts.lock().expect("no test panics with it")
    }
}

async fn lead(near: TcpStream, towards: &Towards, counted: &Mutex<Counts>) -> io::Result<()> {
    *counted.lock().expect("no test panics with it") = Counts::default();
    match towards {
        Towards::Tls { front, name, roots } => {
            let config = ClientConfig::builder().with_root_certificates(roots.clone()).with_no_client_auth();
            let wire =
                Counting { inner: TcpStream::connect(front).await?, count: |counts, n| counts.wire += n, counted };
            let name = ServerName::try_from(*name).expect("a name");
            let far = TlsConnector::from(Arc::new(config)).connect(name, wire).await?;
            // Signatures are not all of one length; they say nothing of the answer.
            *counted.lock().expect("no test panics with it") = Counts::default();
            join(near, far, counted).await
        }
        Towards::Socks { proxy, name } => join(near, through_socks(*proxy, name).await?, counted).await,
    }
}

/// Carries bytes both ways until the front has said all, or whoever asked is gone.
async fn join(mut near: TcpStream, far: impl AsyncRead + AsyncWrite, counted: &Mutex<Counts>) -> io::Result<()> {
    let far = Counting { inner: Box::pin(far), count: |counts, n| counts.answer += n, counted };
    let (mut from_near, mut to_near) = near.split();
    let (mut from_far, mut to_far) = split(far);
    let asking = async {
        // A front that refuses closes before it has read everything: its answer is still to come.
        if copy(&mut from_near, &mut to_far).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = asking => {}
        _ = copy(&mut from_far, &mut to_near) => to_near.shutdown().await?,
    }
    Ok(())
}

/// RFC 1928, without a word about who asks: the name is looked up at the other end.
async fn through_socks(proxy: SocketAddr, name: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(proxy).await?;
    stream.write_all(&[5, 1, 0]).await?;
    let mut method = [0; 2];
    stream.read_exact(&mut method).await?;
    let length = u8::try_from(name.len()).map_err(io::Error::other)?;
    stream.write_all(&[&[5, 1, 0, 3, length], name.as_bytes(), &80_u16.to_be_bytes()].concat()).await?;
    let mut reply = [0; 10];
    stream.read_exact(&mut reply).await?;
    if method == [5, 0] && reply[..2] == [5, 0] { Ok(stream) } else { Err(io::Error::other("tor can't reach it")) }
}

/// Counts what is read.
struct Counting<'a, S> {
    inner: S,
    count: fn(&mut Counts, usize),
    counted: &'a Mutex<Counts>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Counting<'_, S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.inner).poll_read(context, buffer));
        (self.count)(&mut self.counted.lock().expect("no test panics with it"), buffer.filled().len() - before);
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counting<'_, S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
