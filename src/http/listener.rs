use std::{
    fmt,
    future::poll_fn,
    io,
    net::SocketAddr,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
};

#[cfg(feature = "box")]
use super::tls::Tls;
use super::{connections::Conduct, paced::Paced};

/// Where connections come from.
pub enum Listener {
    /// An address of the machine, without TLS.
    Tcp(TcpListener),
    /// A socket in the file system, for what stands before the box on the same machine.
    Unix(UnixListener),
    /// An address of the machine, over TLS.
    #[cfg(feature = "box")]
    Tls(TcpListener, Tls),
}

/// Where a listener can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a socket; empty if it has no name in the file system.
    Unix(PathBuf),
    /// An address and a port, over TLS.
    Tls(SocketAddr),
}

/// What a request came over, as far as this process knows: each request has it among its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameOver {
    /// Without TLS; what stands before the box may have spoken it.
    Plain,
    /// TLS that ended here.
    Tls,
}

/// A connection that was accepted, before anything was read of it.
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
    #[cfg(feature = "box")]
    Tls(TcpStream, Tls),
}

/// What HTTP is spoken over.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

impl Listener {
    /// Where it can be reached.
    ///
    /// # Errors
    /// If the listener can't be used.
    pub fn address(&self) -> io::Result<ListenAddress> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(ListenAddress::Tcp),
            Self::Unix(listener) => {
                let address = listener.local_addr()?;
                Ok(ListenAddress::Unix(address.as_pathname().unwrap_or_else(|| "".as_ref()).to_owned()))
            }
            #[cfg(feature = "box")]
            Self::Tls(listener, _) => listener.local_addr().map(ListenAddress::Tls),
        }
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<Socket>> {
        match self {
            Self::Tcp(listener) => listener.poll_accept(context).map_ok(|(stream, _)| Socket::Tcp(stream)),
            Self::Unix(listener) => listener.poll_accept(context).map_ok(|(stream, _)| Socket::Unix(stream)),
            #[cfg(feature = "box")]
            Self::Tls(listener, tls) => {
                listener.poll_accept(context).map_ok(|(stream, _)| Socket::Tls(stream, tls.clone()))
            }
        }
    }
}

/// As it is told to whoever started the program.
impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "http://{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tls(address) => write!(f, "https://{address}"),
        }
    }
}

/// The next connection from any of them; none comes before all others each time.
pub(super) async fn accept(listeners: &[Listener], turn: &mut usize) -> io::Result<Socket> {
    poll_fn(|context| {
        for _ in listeners {
            *turn = (*turn + 1) % listeners.len();
            if let Poll::Ready(accepted) = listeners[*turn].poll_accept(context) {
                return Poll::Ready(accepted);
            }
        }
        Poll::Pending
    })
    .await
}

impl Socket {
    /// What its requests come over.
    pub(super) const fn came_over(&self) -> CameOver {
        match self {
            Self::Tcp(_) | Self::Unix(_) => CameOver::Plain,
            #[cfg(feature = "box")]
            Self::Tls(..) => CameOver::Tls,
        }
    }

    /// Makes it ready to be spoken over, once something comes. May take as long as whoever connected lets it.
    ///
    /// # Errors
    /// If they don't go along.
    pub(super) async fn open(self, conduct: Arc<Conduct>) -> io::Result<Pin<Box<dyn Transport>>> {
        match self {
            Self::Tcp(stream) => Ok(Box::pin(Paced::begin(without_delay(stream), conduct).await?)),
            Self::Unix(stream) => Ok(Box::pin(Paced::begin(stream, conduct).await?)),
            #[cfg(feature = "box")]
            Self::Tls(stream, tls) => {
                let begun = Paced::begin(without_delay(stream), conduct).await?;
                Ok(Box::pin(tls.accept(begun).await?))
            }
        }
    }
}

/// Answers are sent whole, so waiting to fill a packet only delays them; without it they come all the same.
fn without_delay(stream: TcpStream) -> TcpStream {
    let _ = stream.set_nodelay(true);
    stream
}
