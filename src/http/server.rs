//! HTTP/1.1 as the box and the desk speak it: one request a connection, no `Date`, bounded headers and connections, and
//! a clean end.

use std::{
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, HttpBody},
    http::{HeaderValue, Request, header},
    response::Response,
};
use bytes::Bytes;
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, getrlimit};
use tokio::{sync::watch, time};
use tower::ServiceExt;

use super::{
    connections::{Conduct, Connections, Seat},
    listener::{CameOver, Listener, Socket, Transport, accept},
    sockets,
    stream::{Answers, Asked},
    tell_operator,
};
use crate::{
    crypto::os_random,
    domain::limits::{CONNECTIONS, KIB, OTHER_OPEN_FILES},
};

/// How long the first byte of a request may take, and how long its headers after that.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// Bytes of all headers of a request: an honest one has less than one KiB.
const HEADER_BYTES: usize = 16 * KIB;
/// Bytes of a connection's buffer.
const BUFFER: usize = 16 * KIB;
/// Headers of one request.
const HEADERS: usize = 64;
/// How long a request and its answer may take whatever happens: 250 MiB at 6 KiB a second.
const WHOLE_WITHIN: Duration = Duration::from_hours(12);
/// How long what is being answered may take when the server stops.
const FINISH_WITHIN: Duration = Duration::from_secs(30);
/// Likewise, how long whoever has an answer may take to close their connection.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// The pause after a failed accept, for whatever ran out to come back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How far the server's end has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stopping {
    NotYet,
    /// Nothing new is answered.
    Finishing,
    /// Nobody is waited for who has their answer.
    Closing,
}

/// Serves until `shutdown` is done, then stops accepting and finishes what is being answered, for 30 seconds at most.
///
/// # Errors
/// If a listener can't be used at all.
pub async fn serve(listeners: Vec<Listener>, router: Router, shutdown: impl Future) -> io::Result<()> {
    listeners.iter().try_for_each(sockets::bound_all)?;
    let mut turn = 0;
    let connections = Connections::new(places());
    let (stop, stopping) = watch::channel(Stopping::NotYet);
    let http = http();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = async { shutdown.as_mut().await; } => break,
            accepted = accept(&listeners, &mut turn) => accepted,
        };
        let Ok(socket) = accepted.and_then(|socket| sockets::bound(&socket).map(|()| socket)) else {
            // A connection that broke before it was accepted, or too few file descriptors: neither ends the service.
            tell_operator(&"a connection could not be accepted; if this goes on, raise the limit on open files");
            connections.make_room(&mut os_random());
            time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        // Whoever finds no place is closed without a word: there would be no end to telling them.
        let Some(seat) = connections.seat(&mut os_random()) else { continue };
        let (router, http, stopping) = (router.clone(), http.clone(), stopping.clone());
        tokio::spawn(async move {
            let attended = time::timeout(WHOLE_WITHIN, attend(socket, &seat, &http, router, stopping));
            tokio::select! {
                () = seat.dismissed() => {}
                _ = attended => {}
            }
        });
    }
    drop((listeners, stopping));
    stop.send_replace(Stopping::Finishing);
    let closing = async {
        time::sleep(CLOSE_WITHIN).await;
        stop.send_replace(Stopping::Closing);
        stop.closed().await;
    };
    tokio::select! {
        () = stop.closed() => {}
        finished = time::timeout(FINISH_WITHIN, closing) => if finished.is_err() {
            tell_operator(&"some answers were cut off because they took longer than 30 seconds");
        },
    }
    Ok(())
}

/// As many places as there may be, unless fewer files may be open at once.
fn places() -> usize {
    let open_files = getrlimit(Resource::Nofile).current.and_then(|most| usize::try_from(most).ok());
    open_files.map_or(CONNECTIONS, |most| most.saturating_sub(OTHER_OPEN_FILES).clamp(1, CONNECTIONS))
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(BUFFER)
        .max_header_size(HEADER_BYTES)
        .max_headers(HEADERS)
        // Each page is one response, so there is nothing to gain, and nothing can be smuggled in behind a request.
        .keep_alive(false)
        // The time of an answer is finer than the day, and the day is all that anyone may learn.
        .auto_date_header(false);
    http
}

/// Answers the one request of a connection. Until its first byte there is next to nothing of it in memory.
async fn attend(
    socket: Socket,
    seat: &Seat,
    http: &http1::Builder,
    router: Router,
    mut stopping: watch::Receiver<Stopping>,
) {
    let came_over = socket.came_over();
    let opened = tokio::select! {
        _ = stopping.wait_for(|stopping| *stopping >= Stopping::Finishing) => return,
        opened = time::timeout(HEADERS_WITHIN, socket.open(Arc::clone(seat.conduct()))) => opened,
    };
    if let Ok(Ok(stream)) = opened {
        let asked = Asked::default();
        let answers = Answers::new(stream, asked.clone(), Arc::clone(seat.conduct()));
        Box::pin(answer(answers, (asked, came_over), seat, http, router, stopping)).await;
    }
}

async fn answer(
    mut answers: Answers<Pin<Box<dyn Transport>>>,
    (asked, came_over): (Asked, CameOver),
    seat: &Seat,
    http: &http1::Builder,
    router: Router,
    mut stopping: watch::Receiver<Stopping>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        asked.tell();
        let allowance = seat.allowance();
        let mut request = request.map(|body| Body::new(Arriving::new(body, Arc::clone(seat.conduct()))));
        request.extensions_mut().insert(came_over);
        request.extensions_mut().insert(allowance.clone());
        let answer = router.clone().oneshot(request);
        async move {
            let answer = answer.await;
            drop(allowance);
            seat.has_answered(answer.as_ref().map_or(0, page_bytes));
            answer
        }
    });
    {
        let mut connection = pin!(http.serve_connection(TokioIo::new(&mut answers), service));
        let mut is_told = false;
        loop {
            tokio::select! {
                // How a connection ends is nobody's business: there is no log of connections.
                _ = connection.as_mut() => break,
                _ = stopping.wait_for(|stopping| *stopping >= Stopping::Finishing), if !is_told => {
                    is_told = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
    seat.has_written();
    tokio::select! {
        _ = stopping.wait_for(|stopping| *stopping >= Stopping::Closing) => {}
        () = answers.end() => {}
    }
}

/// Bytes of a page that wait in memory for its reader. What else is sent comes from the disk as it is read.
fn page_bytes(answer: &Response) -> usize {
    let is_page = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value: &HeaderValue| value.as_bytes().starts_with(b"text/"));
    let length = answer.body().size_hint().exact().and_then(|length| usize::try_from(length).ok());
    length.filter(|_| is_page).unwrap_or_default()
}

/// A body that says when nothing more of it is waited for.
struct Arriving {
    body: Incoming,
    conduct: Arc<Conduct>,
}

impl Arriving {
    fn new(body: Incoming, conduct: Arc<Conduct>) -> Self {
        if body.is_end_stream() {
            conduct.has_asked();
        }
        Self { body, conduct }
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.conduct.has_asked();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.conduct.has_asked();
    }
}
