//! A collection on its way from the browser to the disk, as it is: sealed.

use std::{io::Write, path::Path};

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::header,
};
use bytes::Bytes;
use tokio::sync::mpsc;

use super::{PageError, Visit, session::TOKEN};
use crate::{
    casebook::{CasebookError, carry::inbox},
    domain::limits::KIB,
    files::FileError,
    http::{Allowance, BodyError, body_limits::Guarded, forms},
};

/// The field that a collection comes in.
pub(super) const COLLECTION: &str = "collection";
/// Bytes of the largest collection that a browser may bring: more than any stick holds.
const LARGEST: u64 = 1 << 40;
/// Bytes of a form's field.
const FIELD: usize = KIB;
/// Pieces of a file on their way to the disk.
const IN_FLIGHT: usize = 4;

/// Writes the file that a form brings into the inbox. Gives whether there was one.
pub(super) async fn receive(visit: &Visit, request: Request) -> Result<bool, PageError> {
    if !forms::is_type(request.headers(), "multipart/form-data") {
        return Err(BodyError::Type.into());
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).cloned().ok_or(BodyError::Type)?;
    let allowance = Allowance::of(&request);
    let guarded = Guarded::new(forms::bounded(request, LARGEST)?, LARGEST, allowance);
    let watch = guarded.watch();
    let mut request = Request::new(Body::new(guarded));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    DefaultBodyLimit::disable().apply(&mut request);
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| BodyError::Broken)?;
    let mut is_ours = false;
    while let Some(mut field) = multipart.next_field().await.map_err(|_| watch.cause())? {
        watch.progress();
        match field.name() {
            Some(TOKEN) => {
                let mut token = zeroize::Zeroizing::new(Vec::new());
                while let Some(piece) = field.chunk().await.map_err(|_| watch.cause())? {
                    watch.progress();
                    if token.len() + piece.len() > FIELD {
                        return Err(BodyError::TooLarge.into());
                    }
                    token.extend_from_slice(&piece);
                }
                is_ours = std::str::from_utf8(&token).is_ok_and(|token| visit.form_token_is(token));
            }
            // The token stands before the file in every form of the desk.
            Some(COLLECTION) if !is_ours => return Err(PageError::Forged),
            Some(COLLECTION) => {
                let (sender, pieces) = mpsc::channel::<Option<Bytes>>(IN_FLIGHT);
                let directory = visit.desk().directory().to_owned();
                let writing = tokio::task::spawn_blocking(move || write(&directory, pieces));
                while let Some(piece) = field.chunk().await.map_err(|_| watch.cause())? {
                    watch.progress();
                    if sender.send(Some(piece)).await.is_err() {
                        break;
                    }
                }
                // Without this word the file did not come whole.
                let _ = sender.send(None).await;
                return Ok(writing.await.map_err(|_| PageError::Internal)??);
            }
            _ => while field.chunk().await.map_err(|_| watch.cause())?.is_some() {},
        }
    }
    Ok(false)
}

/// Writes pieces into the inbox until the word that all have come. Gives whether there was anything.
fn write(casebook: &Path, mut pieces: mpsc::Receiver<Option<Bytes>>) -> Result<bool, CasebookError> {
    let mut bringing = inbox::bring(casebook)?;
    let mut is_empty = true;
    loop {
        match pieces.blocking_recv() {
            Some(Some(piece)) => {
                is_empty &= piece.is_empty();
                bringing.file.write_all(&piece).map_err(FileError::io("write", casebook))?;
            }
            Some(None) if is_empty => return Ok(false),
            Some(None) => return bringing.finish().map(|()| true),
            None => return Ok(false),
        }
    }
}
