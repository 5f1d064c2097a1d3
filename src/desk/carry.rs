//! What is carried between the box and the desk: taking in collections, and writing decisions to carry back.

use std::{fs, io::Write, path::Path as FilePath};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use bytes::Bytes;
use tokio::sync::mpsc;

use super::{
    Desk, PageError, Visit,
    intake::{self, Standing},
    respond::{download, go_to, page},
    session::TOKEN,
    view::{CarryPage, ImportPage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, DeskError, Editor, Export, carry::inbox},
    domain::{FieldError, limits::KIB},
    files::FileError,
    http::{BodyError, forms, guard::Guarded},
};

/// The field that a collection comes in.
const COLLECTION: &str = "collection";
/// Bytes of the largest collection that a browser may bring: more than any stick holds.
const LARGEST: u64 = 1 << 40;
/// Bytes of a form's field.
const FIELD: usize = KIB;
/// Pieces of a file on their way to the disk.
const IN_FLIGHT: usize = 4;
/// How often the page of an import that is under way loads itself again, in seconds.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("2");

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/carry", get(carry))
        .route("/carry/import", get(progress).post(bring))
        .route("/carry/import/again", post(again))
        .route("/carry/import/discard", post(discard))
        .route("/carry/export", post(export))
        .route("/carry/decisions/{number}", get(decisions))
        .route("/carry/demonstration", post(demonstrate))
        .layer(DefaultBodyLimit::disable())
}

/// `GET /carry`
async fn carry(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&carry_page(page, casebook, None)?)).await
}

fn carry_page<'a>(
    page: &'a PageContext,
    casebook: &Casebook,
    error: Option<FieldError>,
) -> Result<CarryPage<'a>, PageError> {
    let brought = inbox::brought(page.desk.directory()).is_some();
    Ok(CarryPage::new(&page.shell, casebook, brought, page.desk.carrier().is_some(), error)?)
}

/// `POST /carry/import`: the file first goes to the disk as it is, sealed. Then it is taken in.
async fn bring(visit: Visit, request: Request) -> Result<Response, PageError> {
    if matches!(visit.desk().intake().standing(), Standing::Running(..)) {
        return go_to("/carry/import");
    }
    if receive(&visit, request).await? {
        intake::begin(&visit, false);
        return go_to("/carry/import");
    }
    let error = FieldError::new(COLLECTION, "Choose the collection that was carried from the box");
    visit.read(|page, casebook| page.show_again(&carry_page(page, casebook, Some(error))?)).await
}

/// `POST /carry/import/again`: what was brought and not taken in, once more; with `missing`, though earlier ones are lost.
async fn again(posted: Posted) -> Result<Response, PageError> {
    intake::begin(&posted, posted.form().first("missing") == "yes");
    go_to("/carry/import")
}

/// `POST /carry/import/discard`: throws away what was brought and not taken in.
async fn discard(posted: Posted) -> Result<Response, PageError> {
    posted
        .work(|page, _| {
            inbox::throw_away(page.desk.directory())?;
            page.desk.intake().forget();
            go_to("/carry")
        })
        .await
}

/// `GET /carry/import`: how far it has come, or what became of it. Needs nothing that is open, which the import holds.
async fn progress(visit: Visit) -> Result<Response, PageError> {
    let (desk, shell) = (visit.desk(), visit.shell());
    let standing = desk.intake().standing();
    let is_running = matches!(standing, Standing::Running(..));
    let brought = inbox::brought(desk.directory()).is_some();
    let Some(view) = ImportPage::new(&shell, standing, brought) else { return go_to("/carry") };
    let mut response = page(StatusCode::OK, &view)?;
    if is_running {
        response.headers_mut().insert(header::REFRESH, LOOK_AGAIN);
    }
    Ok(response)
}

/// `POST /carry/export`
async fn export(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            editor.export_to_outbox(page.form.first("again") == "yes", page.desk.today())?;
            go_to("/carry#outgoing")
        })
        .await
}

/// `GET /carry/decisions/{number}`: the file, which is sealed and signed.
async fn decisions(visit: Visit, Path(number): Path<u64>) -> Result<Response, PageError> {
    visit
        .read(move |_, casebook| {
            let outgoing = casebook.outgoing()?;
            let file = outgoing.into_iter().find(|file| file.number == number).ok_or(PageError::NotFound)?;
            let bytes = fs::read(&file.path);
            let bytes = bytes.map_err(|error| DeskError::from(FileError::io("read", &file.path)(error)))?;
            download(&format!("decisions-{number}"), "application/octet-stream", bytes)
        })
        .await
}

/// `POST /carry/demonstration`: what people do with a stick, at one press.
async fn demonstrate(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            deliver_and_collect(&page.desk, editor)?;
            go_to("/")
        })
        .await
}

fn deliver_and_collect(desk: &Desk, editor: &mut Editor<'_>) -> Result<(), PageError> {
    let carrier = desk.carrier().ok_or(PageError::NotFound)?;
    if let Export::Written { number, .. } | Export::Finished { number } =
        editor.export_to_outbox(false, desk.today())?
    {
        let outgoing = editor.casebook().outgoing()?;
        for file in outgoing.iter().filter(|file| file.number == number) {
            carrier.deliver(&file.path).map_err(PageError::Casebook)?;
        }
    }
    inbox::throw_away(desk.directory())?;
    let file = inbox::place(desk.directory());
    carrier.collect(&file).map_err(PageError::Casebook)?;
    editor.import(&file, false, desk.today())?;
    inbox::throw_away(desk.directory())?;
    Ok(())
}

/// Writes the file that a form brings into the tray. Gives whether there was one.
async fn receive(visit: &Visit, request: Request) -> Result<bool, PageError> {
    if !forms::is_type(request.headers(), "multipart/form-data") {
        return Err(BodyError::Type.into());
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).cloned().ok_or(BodyError::Type)?;
    let guarded = Guarded::new(forms::bounded(request, LARGEST)?, LARGEST);
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

/// Writes pieces into the tray until the word that all have come. Gives whether there was anything.
fn write(casebook: &FilePath, mut pieces: mpsc::Receiver<Option<Bytes>>) -> Result<bool, DeskError> {
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
