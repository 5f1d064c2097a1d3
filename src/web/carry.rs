//! Carrying without a stick: somebody with a key that the box knows fetches what lies ready, and brings decisions.
//!
//! Whatever is not a whole, fresh request that such a key signed gets the answer of an address that is not there, to the
//! byte: a stranger learns nothing, not even whether anything waits.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Instant,
};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    response::Response,
};
use bytes::{Buf, Bytes};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};

use super::{App, WebError};
use crate::{
    crypto::{
        CarrierRole, ChallengeKey, ChallengeNonce, Hasher, SignerRole, VerifyingKey, carried_size, verify,
    },
    domain::{
        Carried, CarriedPiece, CarryRequest, CollectionId, Digest, Errand, Part, WaitingCollection,
        limits::{CARRIED_DECISIONS_BYTES, CARRY_HEAD_BYTES, CARRY_REQUESTS, CHALLENGE_SECONDS, KIB, MIB},
        read_carry_head,
    },
    http::{
        Allowance,
        body_limits::{Guarded, Watch, discard},
        note_fault, plain,
    },
    store::{ReadyCollection, ReadyStanding},
    transfer::{count_of_not_taken, deliver_from, ready_part, told},
};

/// Bytes of a collection that are read at a time.
const PIECE: usize = 128 * KIB;
/// What a part is padded with.
const ZEROS: &[u8] = &[0; PIECE];
/// Pieces of decisions that wait in memory to be read.
const WAITING_PIECES: usize = 4;

/// What it takes to let somebody carry.
pub struct CarryOptions {
    /// Where collections lie ready.
    pub directory: PathBuf,
    /// Whose requests are answered besides the signers'.
    pub carriers: Vec<VerifyingKey<CarrierRole>>,
    /// Whose decisions are taken.
    pub signers: Vec<VerifyingKey<SignerRole>>,
}

/// What all requests of carriers share.
pub(super) struct Carriage {
    directory: PathBuf,
    may_carry: Vec<VerifyingKey<CarrierRole>>,
    signers: Vec<VerifyingKey<SignerRole>>,
    key: ChallengeKey,
    begun: Instant,
    used: Mutex<HashMap<ChallengeNonce, u32>>,
    /// One permit: the answers of decisions are in memory while they are checked.
    bringing: Arc<Semaphore>,
}

impl Carriage {
    pub(super) fn new(options: CarryOptions, now: Instant) -> Self {
        let CarryOptions { directory, carriers, signers } = options;
        let may_carry = carriers.into_iter().chain(signers.iter().map(VerifyingKey::as_carrier)).collect();
        Self {
            directory,
            may_carry,
            signers,
            key: ChallengeKey::generate(),
            begun: now,
            used: Mutex::default(),
            bringing: Arc::new(Semaphore::new(1)),
        }
    }

    fn seconds(&self, now: Instant) -> u32 {
        u32::try_from(now.saturating_duration_since(self.begun).as_secs()).unwrap_or(u32::MAX)
    }

    /// What is asked, if somebody who may carry signed it, a moment ago and for the first time.
    fn admit(&self, head: &[u8], now: Instant) -> Option<Errand> {
        let (json, signature) = read_carry_head(head)?;
        let request = verify::<CarryRequest>(json, signature, &self.may_carry).ok()?;
        let CarryRequest { challenge, errand, .. } = request.document();
        let (nonce, given_out) = self.key.read(challenge)?;
        let now = self.seconds(now);
        let is_fresh = |given_out: u32| now.saturating_sub(given_out) <= CHALLENGE_SECONDS;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, given_out| is_fresh(*given_out));
        let is_taken = is_fresh(given_out) && used.len() < CARRY_REQUESTS && used.insert(nonce, given_out).is_none();
        is_taken.then_some(*errand)
    }
}

/// `POST /carry/challenge`: anybody may ask, and learns that this is a box.
pub(super) async fn challenge(State(app): State<App>, method: Method) -> Result<Response, WebError> {
    let carriage = app.carriage().filter(|_| method == Method::POST).ok_or(WebError::NotFound)?;
    Ok(plain(format!("{}\n", carriage.key.challenge(carriage.seconds(app.now())))))
}

/// `POST /carry`
pub(super) async fn carry(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let carriage = app.carriage().filter(|_| *request.method() == Method::POST).ok_or(WebError::NotFound)?;
    let mut arriving = Arriving::new(request);
    let errand = match arriving.head().await {
        Some(head) => carriage.admit(&head, app.now()),
        None => None,
    };
    let Some(errand) = errand else {
        discard(Body::new(arriving.body));
        return Err(WebError::NotFound);
    };
    match errand {
        Errand::Look => look(&app).await,
        Errand::Fetch { collection, part, offset } => fetch(&app, collection, part, offset).await,
        Errand::Kept { collection } => {
            let kept = app.blocking(move |app| Ok(app.store().keep(collection, app.today())?)).await?;
            tell(&if kept { Carried::Kept } else { gone() })
        }
        Errand::Bring { size, sha256 } => bring(&app, arriving, size, sha256).await,
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
    ready.into_iter().find(|ready| ready.standing != ReadyStanding::Kept)
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
        let opened = File::open(path).and_then(|mut file| {
            let is_whole = file.metadata()?.len() == entry.size;
            file.seek(SeekFrom::Start(offset))?;
            Ok(is_whole.then_some(file))
        });
        let file = match opened {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(None),
            Err(error) => {
                note_fault(&format!("a collection that lies ready can't be read: {error}; run `candour collect --ready`"));
                return Ok(None);
            }
        };
        // On record before the first byte leaves.
        let of = u32::try_from(ready.parts.len()).unwrap_or(u32::MAX);
        let piece = CarriedPiece { part: Part { number, of }, size: entry.size, sha256: entry.sha256 };
        Ok(app.store().hand_out(id)?.then_some((file, piece)))
    });
    let Some((file, piece)) = opened.await? else { return tell(&gone()) };
    let mut head = written(&Carried::Piece(piece))?;
    head.resize(CARRY_HEAD_BYTES, b' ');
    let data = piece.size - offset;
    let said = head.len() as u64 + data;
    let body =
        PieceBody { head: Some(head.into()), file: ReadFile::Rests(file), data, padding: carried_size(said) - said };
    let mut response = Response::new(Body::new(body));
    let octets = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, octets);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(response)
}

fn gone() -> Carried {
    Carried::Refused("that collection lies ready at the box no more; run the command again".into())
}

async fn bring(app: &App, mut arriving: Arriving, size: u64, sha256: Digest) -> Result<Response, WebError> {
    let refuse = |arriving: Arriving, why: String| {
        discard(Body::new(arriving.body));
        tell(&Carried::Refused(why))
    };
    if size > CARRIED_DECISIONS_BYTES {
        let most = CARRIED_DECISIONS_BYTES / MIB as u64;
        let why = format!("the box takes decisions of at most {most} MiB so; carry this file there, for `candour deliver`");
        return refuse(arriving, why);
    }
    let turn = app.carriage().and_then(|carriage| Arc::clone(&carriage.bringing).try_acquire_owned().ok());
    let Some(turn) = turn else {
        return refuse(arriving, "somebody else is bringing decisions at this moment; run the command again".into());
    };
    let (pieces, arrived) = mpsc::channel(WAITING_PIECES);
    let delivering = app.blocking(move |app| {
        let _turn = turn;
        let Some(carriage) = app.carriage() else { return Err(WebError::NotFound) };
        let file = Decisions { arrived, piece: Bytes::new(), left: size, sha256, hasher: Some(Hasher::default()) };
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

/// A request as it arrives.
struct Arriving {
    body: Guarded,
    watch: Watch,
    /// What came and was not taken yet.
    piece: Bytes,
}

impl Arriving {
    fn new(request: Request) -> Self {
        let allowance = Allowance::of(&request);
        let most = carried_size(CARRY_HEAD_BYTES as u64 + CARRIED_DECISIONS_BYTES);
        let body = Guarded::new(request.into_body(), most, allowance);
        let watch = body.watch();
        Self { body, watch, piece: Bytes::new() }
    }

    /// What comes next; none at the end, or if it broke off.
    async fn next(&mut self) -> Option<Bytes> {
        while self.piece.is_empty() {
            let frame = self.body.frame().await?.ok()?;
            self.watch.progress();
            self.piece = frame.into_data().unwrap_or_default();
        }
        Some(std::mem::take(&mut self.piece))
    }

    /// The head alone: nothing more is looked at before its signature held.
    async fn head(&mut self) -> Option<Vec<u8>> {
        let mut head = Vec::with_capacity(CARRY_HEAD_BYTES);
        while head.len() < CARRY_HEAD_BYTES {
            let mut piece = self.next().await?;
            head.extend_from_slice(&piece.split_to(piece.len().min(CARRY_HEAD_BYTES - head.len())));
            self.piece = piece;
        }
        Some(head)
    }

    /// Passes so many bytes on, and reads what they are padded with: whoever sends hears an answer when all of it is sent.
    async fn pass_on(&mut self, mut size: u64, to: mpsc::Sender<Bytes>) {
        let mut to = Some(to);
        while let Some(mut piece) = self.next().await {
            let length = usize::try_from(size).map_or(piece.len(), |left| left.min(piece.len()));
            piece.truncate(length);
            size -= length as u64;
            let is_read = match &to {
                Some(to) if !piece.is_empty() => to.send(piece).await.is_ok(),
                _ => true,
            };
            if !is_read || size == 0 {
                to = None;
            }
        }
    }
}

/// Decisions as they arrive. What is not what the request named ends in an error, before anything of it is applied.
struct Decisions {
    arrived: mpsc::Receiver<Bytes>,
    piece: Bytes,
    left: u64,
    sha256: Digest,
    hasher: Option<Hasher>,
}

impl Read for Decisions {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.left > 0 {
            self.piece = self.arrived.blocking_recv().ok_or(io::ErrorKind::UnexpectedEof)?;
            self.left = self.left.saturating_sub(self.piece.len() as u64);
        }
        let length = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&buffer[..length]);
        }
        if self.left == 0 && self.piece.is_empty() {
            // All of it came: once.
            let digest = self.hasher.take().map(Hasher::finish);
            if digest.is_some_and(|digest| digest != self.sha256) {
                return Err(io::Error::other("it is not what was sent"));
            }
        }
        Ok(length)
    }
}

/// The bytes of a part as they are read from the disk, between what is told of them and what they are padded with.
struct PieceBody {
    head: Option<Bytes>,
    file: ReadFile,
    data: u64,
    padding: u64,
}

enum ReadFile {
    Rests(File),
    IsRead(JoinHandle<io::Result<(File, Bytes)>>),
    Ended,
}

impl PieceBody {
    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        loop {
            match std::mem::replace(&mut self.file, ReadFile::Ended) {
                ReadFile::Ended => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                ReadFile::Rests(mut file) => {
                    let wanted = usize::try_from(self.data).map_or(PIECE, |left| left.min(PIECE));
                    self.file = ReadFile::IsRead(tokio::task::spawn_blocking(move || {
                        let mut piece = vec![0; wanted];
                        file.read_exact(&mut piece)?;
                        Ok((file, piece.into()))
                    }));
                }
                ReadFile::IsRead(mut reading) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(context) else {
                        self.file = ReadFile::IsRead(reading);
                        return Poll::Pending;
                    };
                    let (file, piece) = read.map_err(io::Error::other)??;
                    self.file = ReadFile::Rests(file);
                    self.data -= piece.len() as u64;
                    return Poll::Ready(Ok(piece));
                }
            }
        }
    }
}

impl HttpBody for PieceBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(Frame::data(head))));
        }
        if self.data > 0 {
            let piece = ready!(self.poll_data(context));
            return Poll::Ready(Some(piece.map(Frame::data)));
        }
        if self.padding == 0 {
            return Poll::Ready(None);
        }
        let length = usize::try_from(self.padding).map_or(PIECE, |left| left.min(PIECE));
        self.padding -= length as u64;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&ZEROS[..length])))))
    }

    fn is_end_stream(&self) -> bool {
        self.head.is_none() && self.data == 0 && self.padding == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.head.as_ref().map_or(0, Bytes::len) as u64 + self.data + self.padding)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        crypto::{SigningKey, sign},
        domain::{Format, carry_head},
    };

    fn head(key: &SigningKey<CarrierRole>, challenge: &str) -> Vec<u8> {
        let challenge = challenge.to_owned();
        let request = CarryRequest { format: Format::CarryRequest, challenge, errand: Errand::Look };
        let (json, signature) = sign(&request, key).unwrap();
        carry_head(&json, &signature).unwrap()
    }

    #[test]
    fn a_request_is_admitted_once_and_for_two_minutes() {
        let (key, public) = SigningKey::generate().unwrap();
        let now = Instant::now();
        let options = || CarryOptions { directory: PathBuf::new(), carriers: vec![public.clone()], signers: vec![] };
        let (carriage, later) = (Carriage::new(options(), now), Carriage::new(options(), now));
        let after = |seconds| now + Duration::from_secs(seconds);
        let request = head(&key, &carriage.key.challenge(carriage.seconds(after(10))));
        assert_eq!(later.admit(&request, after(10)), None, "another run of the box");
        assert_eq!(carriage.admit(&request, after(131)), None, "too late");
        assert_eq!(carriage.admit(&request, after(130)), Some(Errand::Look));
        assert_eq!(carriage.admit(&request, after(130)), None, "a second time");
        let (stranger, _) = SigningKey::generate().unwrap();
        let challenge = carriage.key.challenge(0);
        assert_eq!(carriage.admit(&head(&stranger, &challenge), now), None);
        assert_eq!(carriage.admit(&head(&key, &challenge), now), Some(Errand::Look), "what a stranger used is not used up");
    }

    #[test]
    fn a_thousand_requests_of_two_minutes_are_remembered_and_then_forgotten() {
        let (key, public) = SigningKey::generate().unwrap();
        let now = Instant::now();
        let options = CarryOptions { directory: PathBuf::new(), carriers: vec![public], signers: vec![] };
        let carriage = Carriage::new(options, now);
        let requests: Vec<Vec<u8>> = (0..1000).map(|_| head(&key, &carriage.key.challenge(0))).collect();
        assert!(requests.iter().all(|request| carriage.admit(request, now).is_some()));
        assert!(requests.iter().all(|request| carriage.admit(request, now).is_none()));
        let after = now + Duration::from_secs(u64::from(CHALLENGE_SECONDS) + 1);
        assert_eq!(carriage.admit(&head(&key, &carriage.key.challenge(121)), after), Some(Errand::Look));
        assert_eq!(carriage.used.lock().unwrap().len(), 1);
    }

    #[test]
    fn decisions_that_are_not_what_was_signed_end_in_an_error() {
        use crate::crypto::digest;

        let read = |pieces: &[&'static [u8]], size, sha256| {
            let (to, arrived) = mpsc::channel(8);
            pieces.iter().for_each(|piece| to.try_send(Bytes::from_static(piece)).unwrap());
            drop(to);
            let mut file = Decisions { arrived, piece: Bytes::new(), left: size, sha256, hasher: Some(Hasher::default()) };
            let mut all = Vec::new();
            file.read_to_end(&mut all).map(|_| all)
        };
        assert_eq!(read(&[b"one ", b"two"], 7, digest(b"one two")).unwrap(), b"one two");
        assert!(read(&[b"one ", b"six"], 7, digest(b"one two")).is_err(), "another");
        assert!(read(&[b"one "], 7, digest(b"one two")).is_err(), "cut");
        assert!(read(&[], 0, digest(b"x")).is_err(), "none");
    }
}
