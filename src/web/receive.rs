//! Multipart bodies: fields into memory, files sealed piece by piece while they arrive. Nothing plain is ever whole
//! anywhere.

use std::{
    io::{self, Write},
    mem,
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::Field},
    http::header,
};
use bytes::Bytes;
use tokio::{sync::mpsc, time};

use super::{
    App, WebError,
    capacity::{FilesClosed, Stage},
    received::Received,
    uploads::{UploadPlace, UploadTurn},
};
use crate::{
    crypto::{Hasher, PaddedSealer, SealError, SealedTrueSize},
    domain::{
        Attachment, Entries, FormField, Text, kept_file_name, kept_media_type,
        limits::{FIELD_BYTES, FIELDS, FORM_BYTES, KIB, MIB, MULTIPART_OVERHEAD, PARTS},
    },
    http::{
        Allowance, Share,
        body_limits::{Guarded, Watch},
        forms::{self, GatheredText},
        scrub,
    },
    store::{FinishedUpload, StoreError},
};

/// The field that files come in.
const FILES: &str = FormField::Attachment.slug();
/// Batches on their way to the sealer.
const IN_FLIGHT: usize = 1;
/// Bytes of a batch: waking the sealer for each piece would take more time than some pieces do.
const BATCH: usize = 256 * KIB;
/// Bytes of a file that are taken into memory before it waits for its turn to be sealed.
const BEFORE_ITS_TURN: usize = 64 * KIB;
/// Bytes of a file that are in memory in its turn: a batch that fills, those on their way, and the one that is sealed.
const IN_ITS_TURN: usize = (2 + IN_FLIGHT) * BATCH;
/// Bytes of the name of a field and of its file, as they are sent: more than any that is kept, however it is written.
const PART_NAME_BYTES: usize = 4 * KIB;
/// Bytes of a file after which is looked again whether there is room.
const LOOK_EVERY: usize = MIB;
/// Bytes of a file after which what reading it left on a thread's stack is wiped.
const WIPE_EVERY: usize = MIB;
/// How long the rest of a form may pause of which no more is taken, and how long it may take.
const REST_PAUSE: Duration = Duration::from_secs(2);
const REST_WITHIN: Duration = Duration::from_mins(1);

/// Receives a multipart form. Whatever goes wrong, nothing of it stays.
///
/// No byte of a file is taken before the fields that came say that the form may have files: whoever has no code that was
/// issued to them has nothing sealed and written. What came until then is given at once, and the rest thrown away.
pub(super) async fn receive(
    app: &App,
    request: Request,
    may_have_files: fn(&App, &Entries) -> bool,
) -> Result<Received, WebError> {
    if !forms::is_type(request.headers(), "multipart/form-data") {
        return Err(WebError::Type);
    }
    if app.blocking(|app| app.why_full(Stage::Sending)).await?.is_some() {
        forms::refuse(request);
        return Err(WebError::Full);
    }
    let overhead = FORM_BYTES + MULTIPART_OVERHEAD + app.config().limits.attachments * KIB;
    // Files past the limit are thrown away one by one, so that whoever chose too many loses those alone; but not without
    // end.
    let limit = 2 * app.config().attachment_bytes() + overhead as u64;
    let content_type = request.headers().get(header::CONTENT_TYPE).cloned().ok_or(WebError::Type)?;
    let allowance = Allowance::of(&request);
    let guarded = Guarded::new(forms::bounded(request, limit)?, limit, allowance.clone());
    let watch = guarded.watch();
    let mut request = Request::new(Body::new(guarded));
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    // The guard has the limit; axum's own would stop at 2 MB.
    DefaultBodyLimit::disable().apply(&mut request);
    let multipart = Multipart::from_request(request, &()).await.map_err(|_| WebError::Broken)?;
    Receiver {
        app,
        watch,
        allowance,
        upload_place: None,
        text_bytes: 0,
        part_count: 0,
        field_count: 0,
        file_bytes: 0,
        unwiped: 0,
        may_have_files,
        files: FilesSoFar::None,
        received: Received::default(),
    }
    .run(multipart)
    .await
}

struct Receiver<'a> {
    app: &'a App,
    watch: Watch,
    allowance: Allowance,
    /// From the first byte of a file on.
    upload_place: Option<UploadPlace>,
    text_bytes: usize,
    part_count: usize,
    field_count: usize,
    file_bytes: u64,
    /// Bytes that were read since this thread's stack was wiped.
    unwiped: usize,
    may_have_files: fn(&App, &Entries) -> bool,
    files: FilesSoFar,
    received: Received,
}

/// What was found out when the first file of a form came.
#[derive(Clone, Copy)]
enum FilesSoFar {
    None,
    Taken,
    Closed(FilesClosed),
}

/// What became of a file.
enum FilePart {
    Read,
    /// The form may not have any.
    Refused,
}

enum Batch {
    Pieces(Vec<Bytes>),
    /// The file is whole. A channel that closes without it carried a broken upload.
    End,
}

impl Receiver<'_> {
    async fn run(mut self, mut multipart: Multipart) -> Result<Received, WebError> {
        while let Some(field) = multipart.next_field().await.map_err(|_| self.watch.cause())? {
            self.watch.progress();
            self.part_count += 1;
            if self.part_count > PARTS || name_bytes(&field) > PART_NAME_BYTES {
                return Err(WebError::TooLarge);
            }
            match (field.name(), field.file_name()) {
                (Some(name), Some(_)) if name == FILES => {
                    if let FilePart::Refused = self.file(field).await? {
                        throw_away_rest(multipart, self.watch);
                        return Ok(Received { is_cut: true, ..self.received });
                    }
                }
                (_, None) => self.text(field).await?,
                // A file where no file belongs.
                _ => self.throw_away(&mut { field }).await?,
            }
        }
        Ok(self.received)
    }

    async fn next(&mut self, field: &mut Field<'_>) -> Result<Option<Bytes>, WebError> {
        let piece = field.chunk().await.map_err(|_| self.watch.cause())?;
        self.watch.progress();
        self.unwiped += piece.as_ref().map_or(WIPE_EVERY, Bytes::len);
        if self.unwiped >= WIPE_EVERY {
            self.unwiped = 0;
            // Each piece may have been read on another of the runtime's threads.
            scrub::wipe();
        }
        Ok(piece)
    }

    /// Whoever brings files has one of the few places for them until they are done. Gives whether there is one, and memory.
    fn has_upload_place(&mut self) -> bool {
        if self.upload_place.is_none() && !matches!(self.files, FilesSoFar::Closed(_)) {
            let place = self.app.uploads().place().ok();
            self.upload_place = place.filter(|_| self.allowance.take(Share::Files, BEFORE_ITS_TURN));
        }
        self.upload_place.is_some()
    }

    async fn throw_away(&mut self, field: &mut Field<'_>) -> Result<(), WebError> {
        while self.next(field).await?.is_some() {}
        Ok(())
    }

    async fn text(&mut self, mut field: Field<'_>) -> Result<(), WebError> {
        self.field_count += 1;
        if self.field_count > FIELDS {
            return Err(WebError::TooLarge);
        }
        let name = field.name().unwrap_or_default().to_owned();
        let mut value = GatheredText::new(self.allowance.clone());
        while let Some(piece) = self.next(&mut field).await? {
            self.text_bytes += piece.len();
            if value.bytes().len() + piece.len() > FIELD_BYTES || self.text_bytes > FORM_BYTES {
                return Err(WebError::TooLarge);
            }
            value.push(&piece)?;
        }
        self.received.fields.push(name, value.text()?);
        Ok(())
    }

    async fn file(&mut self, mut field: Field<'_>) -> Result<FilePart, WebError> {
        let sent_name = field.file_name().unwrap_or_default().to_owned();
        let media_type = media_type(&field);
        let is_allowed = (self.may_have_files)(self.app, &self.received.fields);
        // A file that trickles in takes no turn from others before this much of it is here.
        let mut start = Vec::new();
        let mut is_whole = false;
        while start.len() < BEFORE_ITS_TURN && !is_whole {
            if !is_allowed && (!start.is_empty() || !sent_name.is_empty()) {
                return Ok(FilePart::Refused);
            }
            match self.next(&mut field).await? {
                Some(piece) if self.has_upload_place() => start.extend_from_slice(&piece),
                Some(_) => {
                    // Its text is taken all the same.
                    if !matches!(self.files, FilesSoFar::Closed(_)) {
                        self.files = FilesSoFar::Closed(FilesClosed::Now);
                    }
                    self.throw_away(&mut field).await?;
                    is_whole = true;
                }
                None => is_whole = true,
            }
        }
        // How a browser says that no file was chosen.
        if start.is_empty() && sent_name.is_empty() {
            return Ok(FilePart::Read);
        }
        let name = kept_file_name(&sent_name);
        let sealed = if self.received.files.count() >= self.app.config().limits.attachments {
            SealedFile::PastLimit
        } else if let Some(closed) = self.closed().await? {
            SealedFile::NoRoom(closed)
        } else {
            self.seal(&mut field, start, is_whole).await?
        };
        match sealed {
            SealedFile::Whole(truth, upload) => {
                let (name, size, sha256) = (Text::verbatim(&name), truth.size, truth.sha256);
                self.received.files.add(Attachment { name, media_type, size, sha256 }, upload);
            }
            SealedFile::PastLimit => self.received.left_out.add(name),
            SealedFile::NoRoom(closed) => self.received.left_out.add_closed(name, closed),
        }
        // What is left of it, if it was not taken.
        self.throw_away(&mut field).await?;
        Ok(FilePart::Read)
    }

    /// Why no file of this form is taken. Found out once, when its first one comes.
    async fn closed(&mut self) -> Result<Option<FilesClosed>, WebError> {
        if let FilesSoFar::None = self.files {
            let closed = self.app.blocking(|app| app.why_no_room_for_files(Stage::Sending)).await?;
            // It counts when it is sent.
            let is_one_left = || self.app.sends_with_files().is_left(self.app.now());
            self.files = match closed {
                Some(closed) => FilesSoFar::Closed(closed),
                None if is_one_left() => FilesSoFar::Taken,
                None => FilesSoFar::Closed(FilesClosed::Now),
            };
        }
        Ok(match self.files {
            FilesSoFar::Closed(closed) => Some(closed),
            FilesSoFar::None | FilesSoFar::Taken => None,
        })
    }

    /// Seals a file as it arrives.
    async fn seal(&mut self, field: &mut Field<'_>, start: Vec<u8>, is_whole: bool) -> Result<SealedFile, WebError> {
        let turn = match self.app.uploads().turn().await {
            Ok(turn) if self.allowance.take(Share::Files, IN_ITS_TURN) => turn,
            Ok(_) | Err(WebError::Busy) => return Ok(SealedFile::NoRoom(FilesClosed::Now)),
            Err(error) => return Err(error),
        };
        let sealed = self.seal_in_turn(field, start, is_whole, turn).await;
        self.allowance.give_back(Share::Files, IN_ITS_TURN);
        sealed
    }

    async fn seal_in_turn(
        &mut self,
        field: &mut Field<'_>,
        start: Vec<u8>,
        is_whole: bool,
        turn: Arc<UploadTurn>,
    ) -> Result<SealedFile, WebError> {
        let sealers = Arc::clone(&turn);
        let (sender, batches) = mpsc::channel(IN_FLIGHT);
        let app = self.app.clone();
        let sealing = tokio::spawn(async move {
            app.blocking(move |app| {
                // Held until this file is sealed or dropped.
                let _turn = sealers;
                seal(app, batches)
            })
            .await
        });
        let before = self.file_bytes;
        // Hashed here and sealed there: two cores work at one file.
        let mut hasher = Hasher::default();
        let (mut batch, mut batch_bytes) = (Vec::new(), 0);
        let mut piece = Some(Bytes::from(start));
        while let Some(data) = piece {
            self.file_bytes += data.len() as u64;
            if self.file_bytes > self.app.config().attachment_bytes() {
                // There may be room for a smaller one after it.
                self.file_bytes = before;
                return Ok(SealedFile::PastLimit);
            }
            hasher.update(&data);
            batch_bytes += data.len();
            batch.push(data);
            if batch_bytes >= BATCH {
                batch_bytes = 0;
                if sender.send(Batch::Pieces(mem::take(&mut batch))).await.is_err() {
                    // The sealer gave up; its own error says why.
                    break;
                }
            }
            piece = if is_whole {
                None
            } else {
                turn.pace.waits();
                tokio::select! {
                    () = turn.lost() => {
                        self.file_bytes = before;
                        return Ok(SealedFile::NoRoom(FilesClosed::Now));
                    }
                    piece = self.next(field) => piece?,
                }
            };
            turn.pace.moved(piece.as_ref().map_or(0, Bytes::len));
        }
        let _ = sender.send(Batch::Pieces(batch)).await;
        let _ = sender.send(Batch::End).await;
        drop(sender);
        let sealed = sealing.await.map_err(|_| WebError::Internal)?;
        match sealed {
            Ok(SealedUpload::Whole(size, upload)) => {
                Ok(SealedFile::Whole(SealedTrueSize { size, sha256: hasher.finish() }, upload))
            }
            Ok(SealedUpload::NoRoom(closed)) => {
                self.file_bytes = before;
                Ok(SealedFile::NoRoom(closed))
            }
            // Its sender is here, so the file did not break off.
            Ok(SealedUpload::BrokenOff) => Err(WebError::Internal),
            Err(error) => Err(error),
        }
    }
}

/// A file once it was read.
enum SealedFile {
    Whole(SealedTrueSize, FinishedUpload),
    /// It goes past a limit of its message.
    PastLimit,
    NoRoom(FilesClosed),
}

/// What the sealer gives: the file's size and its place, if it came whole.
enum SealedUpload {
    Whole(u64, FinishedUpload),
    BrokenOff,
    NoRoom(FilesClosed),
}

/// A file for which there is no room is no fault: its text goes on without it.
fn seal(app: &App, batches: mpsc::Receiver<Batch>) -> Result<SealedUpload, WebError> {
    match try_seal(app, batches) {
        Err(SealError::Write(error)) => match error.downcast::<StoreError>() {
            Ok(StoreError::Arriving | StoreError::Full) => Ok(SealedUpload::NoRoom(FilesClosed::Now)),
            Ok(error) => Err(app.not_written(error)),
            Err(error) => Err(SealError::Write(error).into()),
        },
        sealed => Ok(sealed?),
    }
}

fn try_seal(app: &App, mut batches: mpsc::Receiver<Batch>) -> Result<SealedUpload, SealError> {
    let mut sealer = PaddedSealer::start(app.recipients(), app.store().upload())?;
    let mut unseen = 0;
    loop {
        match batches.blocking_recv() {
            Some(Batch::Pieces(pieces)) => {
                for piece in pieces {
                    sealer.write_all(&piece)?;
                    unseen += piece.len();
                }
                if unseen > LOOK_EVERY {
                    unseen = 0;
                    // A disk that does not say how full it is has no room for files.
                    let closed = app.why_no_room_for_files(Stage::Sending).unwrap_or(Some(FilesClosed::Now));
                    if let Some(closed) = closed {
                        return Ok(SealedUpload::NoRoom(closed));
                    }
                }
            }
            Some(Batch::End) => break,
            None => return Ok(SealedUpload::BrokenOff),
        }
    }
    let (size, upload) = sealer.finish()?;
    Ok(SealedUpload::Whole(size, upload.finish().map_err(io::Error::other)?))
}

/// Lets the rest of a form be sent, unread, for a while: a browser shows the answer only when it could send everything.
fn throw_away_rest(mut multipart: Multipart, watch: Watch) {
    let rest = async move {
        while let Ok(Ok(Some(mut field))) = time::timeout(REST_PAUSE, multipart.next_field()).await {
            watch.progress();
            loop {
                match time::timeout(REST_PAUSE, field.chunk()).await {
                    Ok(Ok(Some(_))) => watch.progress(),
                    Ok(Ok(None)) => break,
                    _ => return,
                }
            }
        }
    };
    tokio::spawn(time::timeout(REST_WITHIN, rest));
}

/// Bytes of what a part is called, which is in memory for as long as the part comes.
fn name_bytes(field: &Field<'_>) -> usize {
    field.name().map_or(0, str::len) + field.file_name().map_or(0, str::len)
}

fn media_type(field: &Field<'_>) -> Text {
    let sent = field.headers().get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    kept_media_type(sent)
}
