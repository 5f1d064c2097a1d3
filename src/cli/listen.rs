//! Listening, and what ends it: the same for whatever serves pages.

#[cfg(feature = "desk")]
use std::time::Duration;
use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    os::fd::AsFd,
};

#[cfg(feature = "desk")]
use rustix::time::{ClockId, clock_gettime};
use tokio::signal::unix;

use super::output::Failure;

/// Connections that may wait to be accepted.
const QUEUE: i32 = 1024;

/// Takes the address, before anything else is given up.
pub(in crate::cli) fn bind(listen: SocketAddr) -> Result<StdListener, Failure> {
    let unavailable = |error: io::Error| {
        Failure::Failed(format!("can't listen on {listen}: {error}; give another address with --listen"))
    };
    let listener = StdListener::bind(listen).map_err(unavailable)?;
    listener.set_nonblocking(true).map_err(unavailable)?;
    listen_longer(&listener).map_err(unavailable)?;
    Ok(listener)
}

/// Lets more connections wait. The standard library's own queue is short: whoever finds it full waits for seconds.
pub(in crate::cli) fn listen_longer(listener: impl AsFd) -> io::Result<()> {
    Ok(rustix::net::listen(listener, QUEUE)?)
}

/// The time since the machine started, with what passed while it slept.
#[cfg(feature = "desk")]
pub(in crate::cli) fn uptime() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    // Neither is negative: the machine has been started.
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Resolves on SIGTERM and on Ctrl-C.
pub(in crate::cli) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let signal = |kind| {
        unix::signal(kind).map_err(|error| Failure::Failed(format!("can't wait for signals: {error}; start it again")))
    };
    let (mut terminate, mut interrupt) =
        (signal(unix::SignalKind::terminate())?, signal(unix::SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
