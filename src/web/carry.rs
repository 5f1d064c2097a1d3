//! Carrying without a stick: somebody with a key that the box knows fetches what lies ready, and brings decisions.
//!
//! Whatever is not a whole, fresh request that such a key signed gets the answer of an address that is not there, to the
//! byte: a stranger learns nothing, not even whether anything waits.

use std::{
    fs::{File, OpenOptions},
    io::{self, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    response::Response,
};
use rustix::fs::OFlags;
use tokio::sync::mpsc;

use super::{
    App, WebError,
    carriage::CarryingKey,
    carried_body::{ArrivingDecisions, CarriedBody, PieceBody},
};
use crate::{
    domain::{
        Carried, CarriedPiece, CollectionId, Digest, Errand, Part, WaitingCollection,
        limits::{CARRIED_DECISIONS_BYTES, CARRY_HEAD_BYTES, MIB},
    },
    http::{note_fault, plain},
    store::{ReadyCollection, ReadyStanding},
    transfer::{count_of_not_taken, deliver_from, ready_part, told},
};

/// Pieces of decisions that wait in memory to be read.
const WAITING_PIECES: usize = 4;

/// `POST /carry/challenge`: anybody may ask, and learns that this is a box.
pub(super) async fn challenge(State(app): State<App>, method: Method) -> Result<Response, WebError> {
    let carriage = app.carriage().filter(|_| method == Method::POST).ok_or(WebError::NotFound)?;
    Ok(plain(format!("{}\n", carriage.challenge(app.now()))))
}

/// `POST /carry`
pub(super) async fn carry(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let carriage = app.carriage().filter(|_| *request.method() == Method::POST).ok_or(WebError::NotFound)?;
    let mut arriving = CarriedBody::new(request);
    let errand = match arriving.head().await {
        Some(head) => carriage.admit(&head, app.now()),
        None => None,
    };
    let Some((errand, by)) = errand else {
        arriving.discard();
        return Err(WebError::NotFound);
    };
    match errand {
        Errand::Look => look(&app).await,
        Errand::Fetch { collection, part, offset } => fetch(&app, collection, part, offset).await,
        Errand::Kept { collection } => kept(&app, collection).await,
        Errand::Bring { size, sha256 } => bring(&app, arriving, by, (size, sha256)).await,
    }
}

async fn look(app: &App) -> Result<Response, WebError> {
    let waiting = app.blocking(|app| Ok(first(app.store().ready_collections()?))).await?;
    tell(&Carried::Waiting(waiting.map(|ReadyCollection { number, id, on, parts, .. }| {
        let parts = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        WaitingCollection { number, id, on, parts }
    })))
}

/// The one that is to be fetched next.
fn first(ready: Vec<ReadyCollection>) -> Option<ReadyCollection> {
    let is_offered =
        |ready: &ReadyCollection| matches!(ready.standing, ReadyStanding::Waits | ReadyStanding::HandedOut);
    ready.into_iter().find(is_offered)
}

async fn fetch(app: &App, id: CollectionId, number: u32, offset: u64) -> Result<Response, WebError> {
    let opened = app.blocking(move |app| {
        let Some(carriage) = app.carriage() else { return Ok(None) };
        let Some(ready) = first(app.store().ready_collections()?).filter(|ready| ready.id == id) else {
            return Ok(None);
        };
        let entry = number.checked_sub(1).and_then(|index| ready.parts.get(index as usize)).copied();
        let Some(entry) = entry.filter(|entry| offset <= entry.size) else { return Ok(None) };
        let path = ready_part(&carriage.directory, id, number);
        let opened = open_unmarked(&path).and_then(|mut file| {
            let found = file.metadata()?;
            if !found.is_file() || found.len() != entry.size {
                return Ok(None);
            }
            file.seek(SeekFrom::Start(offset))?;
            Ok(Some(file))
        });
        let file = match opened {
            Ok(Some(file)) => file,
            Ok(None) => {
                note_fault(
                    &"a collection that lies ready is not as long as it was made; run `candour collect --ready`",
                );
                return Ok(None);
            }
            Err(error) => {
                note_fault(&format!(
                    "a collection that lies ready can't be read: {error}; run `candour collect --ready`"
                ));
                return Ok(None);
            }
        };
        // On record before the first byte leaves.
        let of = u32::try_from(ready.parts.len()).unwrap_or(u32::MAX);
        let piece = CarriedPiece { part: Part { number, of }, size: entry.size, sha256: entry.sha256 };
        let sending = carriage.sent.begin(id, number, offset);
        Ok(app.store().hand_out(id)?.then_some((file, piece, sending)))
    });
    let Some((file, piece, sending)) = opened.await? else { return tell(&gone()) };
    let mut head = written(&Carried::Piece(piece))?;
    head.resize(CARRY_HEAD_BYTES, b' ');
    let body = PieceBody::new(head, file, piece.size - offset, sending);
    let mut response = Response::new(Body::new(body));
    let octets = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, octets);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(response)
}

/// Opens a file so that it is not marked when it was read: that is when somebody carried. What has another owner can't be opened
/// so.
fn open_unmarked(path: &Path) -> io::Result<File> {
    // A pipe in its place keeps nobody waiting, and a link leads nowhere.
    let plain = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let open = |flags: OFlags| {
        OpenOptions::new().read(true).custom_flags(i32::try_from(flags.bits()).unwrap_or_default()).open(path)
    };
    match open(plain | OFlags::NOATIME) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => open(plain),
        opened => opened,
    }
}

/// Somebody says that they have all of it. It counts if all of it left: a thief of a key could else have it offered to nobody.
async fn kept(app: &App, id: CollectionId) -> Result<Response, WebError> {
    let answer = app.blocking(move |app| {
        let Some(carriage) = app.carriage() else { return Ok(gone()) };
        let ready = app.store().ready_collections()?.into_iter().find(|ready| ready.id == id);
        let Some(ReadyCollection { parts, standing, .. }) = ready else { return Ok(gone()) };
        if standing == ReadyStanding::HandedOut && !carriage.sent.has_all(id, parts.len()) {
            let why = "not all of that collection left since the box was started; run the command again";
            return Ok(Carried::Refused(why.into()));
        }
        Ok(if app.store().keep(id, app.today())? { Carried::Kept } else { gone() })
    });
    tell(&answer.await?)
}

fn gone() -> Carried {
    Carried::Refused("that collection lies ready at the box no more; run the command again".into())
}

async fn bring(
    app: &App,
    mut arriving: CarriedBody,
    by: CarryingKey,
    (size, sha256): (u64, Digest),
) -> Result<Response, WebError> {
    let refuse = |arriving: CarriedBody, why: String| {
        arriving.discard();
        tell(&Carried::Refused(why))
    };
    if size > CARRIED_DECISIONS_BYTES {
        let most = CARRIED_DECISIONS_BYTES / MIB as u64;
        let why =
            format!("the box takes decisions of at most {most} MiB so; carry this file there, for `candour deliver`");
        return refuse(arriving, why);
    }
    let turn = app.carriage().and_then(|carriage| carriage.turn(by));
    let Some(turn) = turn else {
        return refuse(arriving, "somebody else is bringing decisions at this moment; run the command again".into());
    };
    let (pieces, arrived) = mpsc::channel(WAITING_PIECES);
    let delivering = app.blocking(move |app| {
        let _turn = turn;
        let Some(carriage) = app.carriage() else { return Err(WebError::NotFound) };
        let file = ArrivingDecisions::new(arrived, size, sha256);
        Ok(deliver_from(app.store(), &carriage.signers, app.today(), file, None).map_err(|error| error.to_string()))
    });
    let (delivered, ()) = tokio::join!(delivering, arriving.pass_on(size, pieces));
    match delivered? {
        Ok(delivered) => {
            let told = told(&delivered.applied, count_of_not_taken(&delivered.applied));
            tell(&Carried::Taken { told, part: delivered.part })
        }
        Err(why) => refuse(arriving, why),
    }
}

/// An answer of the size that every page has.
fn tell(said: &Carried) -> Result<Response, WebError> {
    let text = String::from_utf8(written(said)?).map_err(|_| WebError::Internal)?;
    Ok(plain(text))
}

fn written(said: &Carried) -> Result<Vec<u8>, WebError> {
    let mut json = serde_json::to_vec(said).map_err(|_| WebError::Internal)?;
    json.push(b'\n');
    Ok(json)
}
