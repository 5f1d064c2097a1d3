//! Saving one attachment: the only way in which anything that a person sent leaves the casebook in the clear.

use std::{
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll},
    thread,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::Path,
    http::{HeaderValue, header},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use hyper::body::Frame;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

use super::{Desk, PageError, Visit, address::report_id, respond::download, view::FilePage, visit::Posted};
use crate::{
    casebook::{CasebookError, LookupError, SealedAttachment},
    domain::ReportId,
};

/// Pieces of 64 KiB that may be on their way to the browser.
const IN_FLIGHT: usize = 4;
/// How often to look whether a browser that takes its time has taken a piece, or the desk was locked.
const LOOK: Duration = Duration::from_millis(20);
/// Characters of a name's extension that is kept: it says how to open the file, and can't be a path.
const EXTENSION: usize = 5;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/files/{seq}/{number}", get(warn).post(save))
}

/// `GET /reports/{id}/files/{seq}/{number}`: what saving it means.
async fn warn(visit: Visit, Path((id, seq, number)): Path<(String, u32, usize)>) -> Result<Response, PageError> {
    let id = report_id(&id)?;
    visit
        .read(move |page, casebook| {
            let place = format!("{seq}/{number}");
            let attachment = casebook.attachment_named(id, &place).map_err(unknown)?;
            page.show(&FilePage::new(&page.shell, id, &place, &attachment))
        })
        .await
}

/// `POST` of the same: the file itself, piece by piece. If it turns out to be damaged, or the desk is locked meanwhile,
/// the connection breaks, so that no browser takes a part for the whole.
async fn save(posted: Posted, Path((id, seq, number)): Path<(String, u32, usize)>) -> Result<Response, PageError> {
    let id = report_id(&id)?;
    let place = format!("{seq}/{number}");
    let saved =
        posted.change(move |page, editor| editor.attachment_to_save(id, &place, page.desk.today()).map_err(unknown));
    let file = saved.await?;
    let name = saved_name(id, seq, number, file.said().name.as_str());
    let length = HeaderValue::from(file.said().size);
    let (sender, pieces) = channel(IN_FLIGHT);
    let visit = Visit::clone(&posted);
    let out = Pieces { visit: visit.clone(), sender, last: None };
    Desk::aside(move || out.send_all(&file));
    let mut response = download(&name, "application/octet-stream", Body::new(Download { visit, pieces }))?;
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    Ok(response)
}

/// Whether the session that asked for a file has not ended.
fn check(visit: &Visit) -> io::Result<()> {
    let ended = || io::Error::new(io::ErrorKind::ConnectionAborted, "the desk was locked");
    if visit.is_current() { Ok(()) } else { Err(ended()) }
}

/// What comes out of a casebook, as it comes. If it ends before the length that was announced, the connection breaks.
struct Download {
    visit: Visit,
    pieces: Receiver<Bytes>,
}

impl HttpBody for Download {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        check(&self.visit)?;
        self.pieces.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// What is written to it goes to the browser, but for the last piece: that goes once the file is known to be the right
/// one.
struct Pieces {
    visit: Visit,
    sender: Sender<Bytes>,
    last: Option<Bytes>,
}

impl Pieces {
    fn send_all(mut self, file: &SealedAttachment) {
        // Without its last piece it can't pass for the whole.
        if file.copy(&mut self).is_ok()
            && let Some(last) = self.last.take()
        {
            // The browser has gone, or the desk was locked: there is nobody to tell.
            let _ = self.send(last);
        }
    }

    /// Waits until there is room: for as long as the browser likes, if nobody locks the desk.
    fn send(&self, mut piece: Bytes) -> io::Result<()> {
        loop {
            check(&self.visit)?;
            piece = match self.sender.try_send(piece) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(piece)) => piece,
                Err(TrySendError::Closed(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
            };
            thread::sleep(LOOK);
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        if let Some(before) = self.last.replace(Bytes::copy_from_slice(bytes)) {
            self.send(before)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The name under which it is saved: nothing of what the person called it but a harmless extension.
fn saved_name(id: ReportId, seq: u32, number: usize, theirs: &str) -> String {
    let extension = theirs.rsplit_once('.').map(|(_, extension)| extension).filter(|extension| {
        (1..=EXTENSION).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let extension = extension.map(|extension| format!(".{}", extension.to_ascii_lowercase())).unwrap_or_default();
    format!("{id}-{seq}-{number}{extension}")
}

/// A file that is not there is a page that is not there.
fn unknown(error: CasebookError) -> PageError {
    if matches!(error, CasebookError::Lookup(LookupError::NoAttachment(_))) {
        PageError::NotFound
    } else {
        error.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_name_is_ours() {
        let id = ReportId([0xab; 8]);
        for (theirs, extension) in [
            ("Rota of the ward.PDF", ".pdf"),
            ("../../etc/passwd", ""),
            ("x.p\u{202e}fdp", ""),
            ("a.tar.gz", ".gz"),
            (".bashrc", ""),
            ("none", ""),
            ("a.toolong", ""),
            ("a.", ""),
        ] {
            assert_eq!(saved_name(id, 2, 1, theirs), format!("abababababababab-2-1{extension}"), "{theirs}");
        }
    }
}
