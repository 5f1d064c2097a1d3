//! What is carried between the box and the desk: taking in collections, and writing decisions to carry back.

use std::{
    fs::File,
    io::{Read, Write},
};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use tokio::sync::mpsc;

use super::{
    Desk, PageError, Visit, Workbench,
    intake::{self, Standing},
    respond::{go_to, page},
    session::{Posted, TOKEN},
    view::{CarryPage, ImportPage, Problem},
};
use crate::{
    casebook::{DeskError, Export, carry::inbox},
    domain::limits::KIB,
    files::FileError,
    http::{BodyError, body_limits::Guarded, forms},
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
async fn carry(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    carry_page(&desk, &visit, StatusCode::OK, None).await
}

async fn carry_page(
    desk: &Desk,
    visit: &Visit,
    status: StatusCode,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(visit));
    desk.with(visit, move |desk, bench| {
        let brought = inbox::brought(desk.directory()).is_some();
        let casebook = bench.casebook()?;
        page(status, &CarryPage::new(&shell, casebook, brought, desk.carrier().is_some(), problem)?)
    })
    .await
}

/// `POST /carry/import`: the file first goes to the disk as it is, sealed. Then it is taken in.
async fn bring(State(desk): State<Desk>, visit: Visit, request: Request) -> Result<Response, PageError> {
    if matches!(desk.intake().standing(), Standing::Running(..)) {
        return go_to("/carry/import");
    }
    if receive(&desk, &visit, request).await? {
        intake::begin(&desk, &visit, false);
        go_to("/carry/import")
    } else {
        let problem =
            Problem { field: COLLECTION, message: "Choose the collection that was carried from the box".into() };
        carry_page(&desk, &visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await
    }
}

/// `POST /carry/import/again`: what was brought and not taken in, once more; with `missing`, though earlier ones are lost.
async fn again(State(desk): State<Desk>, visit: Visit, form: Posted) -> Result<Response, PageError> {
    intake::begin(&desk, &visit, form.first("missing") == "yes");
    go_to("/carry/import")
}

/// `POST /carry/import/discard`: throws away what was brought and not taken in.
async fn discard(State(desk): State<Desk>, visit: Visit, _form: Posted) -> Result<Response, PageError> {
    desk.with(&visit, |desk, _| {
        inbox::throw_away(desk.directory())?;
        desk.intake().forget();
        go_to("/carry")
    })
    .await
}

/// `GET /carry/import`: how far it has come, or what became of it. Needs nothing that is open, which the import holds.
async fn progress(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
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
async fn export(State(desk): State<Desk>, visit: Visit, form: Posted) -> Result<Response, PageError> {
    let again = form.first("again") == "yes";
    desk.with(&visit, move |desk, bench| {
        bench.edit()?.export_to_outbox(again, desk.today())?;
        go_to("/carry#outgoing")
    })
    .await
}

/// `GET /carry/decisions/{number}`: the file, which is sealed and signed.
async fn decisions(State(desk): State<Desk>, visit: Visit, Path(number): Path<u64>) -> Result<Response, PageError> {
    desk.with(&visit, move |_, bench| {
        let outgoing = bench.casebook()?.outgoing()?;
        let file = outgoing.into_iter().find(|file| file.number == number).ok_or(PageError::NotFound)?;
        let mut bytes = Vec::new();
        let read = File::open(&file.path).and_then(|mut opened| opened.read_to_end(&mut bytes));
        read.map_err(|error| DeskError::from(FileError::io("read", &file.path)(error)))?;
        let name = format!("attachment; filename=\"decisions-{number}\"");
        let name = HeaderValue::from_str(&name).map_err(|_| PageError::Internal)?;
        let kind = HeaderValue::from_static("application/octet-stream");
        Ok(([(header::CONTENT_DISPOSITION, name), (header::CONTENT_TYPE, kind)], bytes).into_response())
    })
    .await
}

/// `POST /carry/demonstration`: what people do with a stick, at one press.
async fn demonstrate(State(desk): State<Desk>, visit: Visit, _form: Posted) -> Result<Response, PageError> {
    desk.with(&visit, |desk, bench| {
        let carrier = desk.carrier().ok_or(PageError::NotFound)?;
        let failed = PageError::Casebook;
        if let Export::Written { number, .. } | Export::Finished { number } =
            bench.edit()?.export_to_outbox(false, desk.today())?
        {
            let outgoing = bench.casebook()?.outgoing()?;
            for file in outgoing.iter().filter(|file| file.number == number) {
                carrier.deliver(&file.path).map_err(failed)?;
            }
        }
        collect_and_import(desk, bench)?;
        go_to("/")
    })
    .await
}

fn collect_and_import(desk: &Desk, bench: &mut Workbench) -> Result<(), PageError> {
    let carrier = desk.carrier().ok_or(PageError::NotFound)?;
    inbox::throw_away(desk.directory())?;
    let file = inbox::place(desk.directory());
    carrier.collect(&file).map_err(PageError::Casebook)?;
    bench.edit()?.import(&file, false, desk.today())?;
    inbox::throw_away(desk.directory())?;
    Ok(())
}

/// Writes the file that a form brings into the tray. Gives whether there was one.
async fn receive(desk: &Desk, visit: &Visit, request: Request) -> Result<bool, PageError> {
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
                is_ours = std::str::from_utf8(&token).is_ok_and(|token| visit.is_token(token));
            }
            // The token stands before the file in every form of the desk.
            Some(COLLECTION) if !is_ours => return Err(PageError::Forged),
            Some(COLLECTION) => {
                let (sender, pieces) = mpsc::channel::<Option<Bytes>>(IN_FLIGHT);
                let directory = desk.directory().to_owned();
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
fn write(casebook: &std::path::Path, mut pieces: mpsc::Receiver<Option<Bytes>>) -> Result<bool, DeskError> {
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
