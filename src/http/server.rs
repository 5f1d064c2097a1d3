//! HTTP/1.1 as the box and the desk speak it: one request a connection, no `Date`, bounded headers and connections, and
//! a clean end.

use std::{io, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    sync::{Semaphore, watch},
    time,
};
use tower::ServiceExt;

use super::{
    listener::{Listener, accept},
    stream::{Answers, Asked},
    tell_operator,
};
use crate::domain::limits::KIB;

/// Connections at the same moment; later ones wait to be accepted.
pub const CONNECTIONS: usize = 1024;
/// How long the headers of a request may take.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Bytes of a connection's buffer, and so of all headers of a request.
const BUFFER: usize = 64 * KIB;
/// Headers of one request.
const HEADERS: usize = 64;
/// How long a request and its answer may take whatever happens: 250 MiB at 6 KiB a second.
const WHOLE_WITHIN: Duration = Duration::from_hours(12);
/// How long what is being answered may take when the server stops.
const FINISH_WITHIN: Duration = Duration::from_secs(30);
/// The pause after a failed accept, for whatever ran out to come back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is done, then stops accepting and finishes what is being answered, for 30 seconds at most.
///
/// # Errors
/// If a listener can't be used at all.
pub async fn serve(listeners: Vec<Listener>, router: Router, shutdown: impl Future) -> io::Result<()> {
    listeners.iter().try_for_each(|listener| listener.address().map(drop))?;
    let mut turn = 0;
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    // Gone when the server stops: whoever is not done connecting by then is not waited for.
    let (accepting, stopped) = watch::channel(());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(BUFFER)
        .max_headers(HEADERS)
        // Each page is one response, so there is nothing to gain, and nothing can be smuggled in behind a request.
        .keep_alive(false)
        // The time of an answer is finer than the day, and the day is all that anyone may learn.
        .auto_date_header(false);
    tokio::pin!(shutdown);
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let permit = Arc::clone(&connections).acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((accept(&listeners, &mut turn).await?, permit))
        };
        let (socket, permit) = tokio::select! {
            () = async { shutdown.as_mut().await; } => break,
            accepted = accepted => if let Ok(accepted) = accepted { accepted } else {
                // A connection that broke before it was accepted, or too few file descriptors: neither ends the
                // service.
                tell_operator(&"a connection could not be accepted; if this goes on, raise the limit on open files");
                time::sleep(ACCEPT_PAUSE).await;
                continue;
            },
        };
        let (router, http, watcher) = (router.clone(), http.clone(), graceful.watcher());
        let (came_over, mut stopped) = (socket.came_over(), stopped.clone());
        tokio::spawn(async move {
            let answering = async {
                let opened = tokio::select! {
                    opened = time::timeout(HEADERS_WITHIN, socket.open()) => opened,
                    _ = stopped.changed() => return,
                };
                let Ok(Ok(stream)) = opened else { return };
                let asked = Asked::default();
                let answers = Answers::new(stream, asked.clone());
                let service = service_fn(move |mut request: Request<Incoming>| {
                    asked.tell();
                    request.extensions_mut().insert(came_over);
                    router.clone().oneshot(request.map(Body::new))
                });
                // How a connection ends is nobody's business: there is no log of connections.
                let _ = watcher.watch(http.serve_connection(TokioIo::new(answers), service)).await;
            };
            let _ = time::timeout(WHOLE_WITHIN, answering).await;
            drop(permit);
        });
    }
    drop((listeners, accepting));
    if time::timeout(FINISH_WITHIN, graceful.shutdown()).await.is_err() {
        tell_operator(&"some answers were cut off because they took longer than 30 seconds");
    }
    Ok(())
}
