use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    path::PathBuf,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
};

/// Where connections come from.
pub enum Listener {
    /// An address of the machine.
    Tcp(TcpListener),
    /// A socket in the file system, for what stands before the box on the same machine.
    Unix(UnixListener),
}

/// Where a listener can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a socket.
    Unix(PathBuf),
}

/// A connection that was accepted, before anything was read of it.
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
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
        }
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<Socket>> {
        match self {
            Self::Tcp(listener) => listener.poll_accept(context).map_ok(|(stream, _)| Socket::Tcp(stream)),
            Self::Unix(listener) => listener.poll_accept(context).map_ok(|(stream, _)| Socket::Unix(stream)),
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
    /// Makes it ready to be spoken over. May take as long as whoever connected lets it.
    ///
    /// # Errors
    /// If they don't go along.
    #[expect(clippy::unused_async, reason = "with TLS there is a handshake to wait for")]
    pub(super) async fn open(self) -> io::Result<Pin<Box<dyn Transport>>> {
        match self {
            Self::Tcp(stream) => {
                // Answers are sent whole, so waiting to fill a packet only delays them; without it they come all the same.
                let _ = stream.set_nodelay(true);
                Ok(Box::pin(stream))
            }
            Self::Unix(stream) => Ok(Box::pin(stream)),
        }
    }
}
