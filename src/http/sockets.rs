//! What the kernel keeps of connections: it counts as the program's memory where a service is held to a limit.

use std::{io, time::Duration};

use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size, set_socket_send_buffer_size};

use super::listener::{Listener, Socket};
use crate::domain::limits::KIB;

/// Bytes of what was sent that wait in the kernel for the program to read them; it reserves the double. Without a bound a
/// connection that was fast has many MiB there; with half of this one, loopback is slower than a file is sealed.
const RECEIVE_BUFFER: usize = 64 * KIB;
/// Bytes of an answer that wait in the kernel for whoever reads it, likewise.
pub(super) const SEND_BUFFER: usize = 32 * KIB;

/// Bounds what the kernel keeps of each connection that will be accepted.
///
/// # Errors
/// If it can't be bounded.
pub(super) fn bound_all(listener: &Listener) -> io::Result<()> {
    let listener = match listener {
        Listener::Tcp(listener) => listener,
        #[cfg(feature = "box")]
        Listener::Tls(listener, _) => listener,
        // Of a Unix socket the other side chooses.
        Listener::Unix(_) => return Ok(()),
    };
    set_socket_recv_buffer_size(listener, RECEIVE_BUFFER)?;
    set_socket_send_buffer_size(listener, SEND_BUFFER)?;
    // What is closed before its end is gone at once, with all that the kernel has of it. What ended well has been read.
    Ok(set_socket_linger(listener, Some(Duration::ZERO))?)
}

/// Bounds what it keeps of one that was accepted and takes no bound from its listener.
///
/// # Errors
/// If it can't be bounded.
pub(super) fn bound(socket: &Socket) -> io::Result<()> {
    match socket {
        Socket::Unix(stream) => Ok(set_socket_send_buffer_size(stream, SEND_BUFFER)?),
        Socket::Tcp(_) => Ok(()),
        #[cfg(feature = "box")]
        Socket::Tls(..) => Ok(()),
    }
}
