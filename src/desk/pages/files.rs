//! Saving one attachment: the only way in which anything that a person sent leaves the casebook in the clear.

use std::{
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::{Desk, PageError, Visit, respond::page, seen::report_id, session::Posted, view::FilePage};
use crate::{
    desk::DeskError,
    domain::{ReportId, limits::KIB},
};

/// Bytes of one piece on its way to the browser.
const PIECE: usize = 64 * KIB;
/// Pieces that may be on their way.
const IN_FLIGHT: usize = 4;
/// Characters of a name's extension that is kept: it says how to open the file, and can't be a path.
const EXTENSION: usize = 5;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/files/{seq}/{number}", get(warn).post(save))
}

/// `GET /reports/{id}/files/{seq}/{number}`: what saving it means.
async fn warn(
    State(desk): State<Desk>,
    visit: Visit,
    Path((id, seq, number)): Path<(String, u32, usize)>,
) -> Result<Response, PageError> {
    let id = report_id(&id)?;
    let shell = desk.shell(Some(&visit));
    desk.with(&visit, move |_, bench| {
        let place = format!("{seq}/{number}");
        let attachment = bench.casebook()?.attachment(id, &place).map_err(unknown)?;
        page(StatusCode::OK, &FilePage::new(&shell, id, &place, &attachment))
    })
    .await
}

/// `POST` of the same: the file itself, piece by piece. If it turns out to be damaged midway the connection breaks, so that
/// no browser takes a part for the whole.
async fn save(
    State(desk): State<Desk>,
    visit: Visit,
    Path((id, seq, number)): Path<(String, u32, usize)>,
    _form: Posted,
) -> Result<Response, PageError> {
    let id = report_id(&id)?;
    let place = format!("{seq}/{number}");
    let found = {
        let place = place.clone();
        desk.with(&visit, move |_, bench| Ok(bench.casebook()?.attachment(id, &place).map_err(unknown)?)).await?
    };
    let name = saved_name(id, seq, number, found.name.as_str());
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_DISPOSITION, disposition.map_err(|_| PageError::Internal)?),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, HeaderValue::from(found.size)),
    ];
    let (sender, pieces) = mpsc::channel(IN_FLIGHT);
    tokio::spawn(async move {
        let failed = sender.clone();
        let copied = desk.with(&visit, move |_, bench| {
            let mut out = io::BufWriter::with_capacity(PIECE, Pieces(sender));
            bench.casebook()?.copy_attachment(id, &place, &mut out)?;
            out.flush().map_err(|_| PageError::Internal)
        });
        if copied.await.is_err() {
            // The browser sees that the file ended before its length.
            let _ = failed.send(Err(io::Error::other("the attachment can't be opened"))).await;
        }
    });
    Ok((headers, Body::new(Download(pieces))).into_response())
}

/// What comes out of a casebook, as it comes.
struct Download(mpsc::Receiver<io::Result<Frame<Bytes>>>);

impl HttpBody for Download {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context)
    }
}

/// What is written to it goes to the browser.
struct Pieces(mpsc::Sender<io::Result<Frame<Bytes>>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Frame::data(Bytes::copy_from_slice(bytes));
        self.0.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe)?;
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
fn unknown(error: DeskError) -> PageError {
    if matches!(error, DeskError::NoAttachment(_)) { PageError::NotFound } else { error.into() }
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
