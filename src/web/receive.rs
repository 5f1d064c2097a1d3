//! Multipart bodies: fields into memory, files sealed piece by piece while they arrive. Nothing plain is ever whole
//! anywhere.

use std::{io::Write, mem, sync::Arc};

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::Field},
    http::header,
};
use bytes::Bytes;
use tokio::sync::mpsc;

use super::{App, WebError, capacity::Stage, uploads::UploadPlace};
use crate::{
    crypto::{Hasher, PaddedSealer, SealedTrueSize},
    domain::{
        Attachment, Entries, FormField, Text,
        limits::{
            FIELD_BYTES, FIELDS, FILE_NAME_BYTES, FORM_BYTES, KIB, MEDIA_TYPE_BYTES, MIB, MULTIPART_OVERHEAD, PARTS,
        },
    },
    http::{
        Allowance, Share,
        body_limits::{Guarded, Watch},
        forms::{self, GatheredText},
        scrub,
    },
    store::FinishedUpload,
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
/// Names of files past the limit that are told.
const LEFT_OUT_NAMES: usize = 20;
/// Bytes of a file after which is looked again whether there is room.
const LOOK_EVERY: usize = MIB;
/// Bytes of a file after which what reading it left on a thread's stack is wiped.
const WIPE_EVERY: usize = MIB;
/// The media type of what has none.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// What a multipart form sent.
pub(super) struct Received {
    /// The text fields.
    pub fields: Entries,
    /// The files, sealed and in the store, but reachable from nowhere until a message names them.
    pub files: Files,
    /// Files that went past a limit. They were thrown away; all else was kept.
    pub left_out: LeftOut,
}

/// Files that went past a limit, by name.
#[derive(Default)]
pub(super) struct LeftOut(Vec<String>);

impl LeftOut {
    /// Their names, as far as they are told.
    pub(super) fn names(&self) -> &[String] {
        &self.0
    }

    fn add(&mut self, name: String) {
        if self.0.len() < LEFT_OUT_NAMES {
            self.0.push(name);
        } else if self.0.len() == LEFT_OUT_NAMES {
            self.0.push("and others".to_owned());
        }
    }
}

/// Sealed files. Dropped without [`Files::take`], their room is free again.
#[derive(Default)]
pub(super) struct Files(Vec<(Attachment, FinishedUpload)>);

impl Files {
    /// What the message will say of them.
    pub(super) fn described(&self) -> impl Iterator<Item = &Attachment> {
        self.0.iter().map(|(attachment, _)| attachment)
    }

    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the message says of them, and the files themselves.
    pub(super) fn take(self) -> (Vec<Attachment>, Vec<FinishedUpload>) {
        self.0.into_iter().unzip()
    }
}

/// Receives a multipart form. Whatever goes wrong, nothing of it stays.
pub(super) async fn receive(app: &App, request: Request) -> Result<Received, WebError> {
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
        received: Received { fields: Entries::default(), files: Files::default(), left_out: LeftOut::default() },
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
    received: Received,
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
            if self.part_count > PARTS {
                return Err(WebError::TooLarge);
            }
            match (field.name(), field.file_name()) {
                (Some(name), Some(_)) if name == FILES => self.file(field).await?,
                (_, None) => self.text(field).await?,
                // A file where no file belongs.
                _ => self.throw_away(field).await?,
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

    /// Whoever brings files has one of the few places for them until they are done.
    fn take_upload_place(&mut self) -> Result<(), WebError> {
        if self.upload_place.is_none() {
            self.upload_place = Some(self.app.uploads().place()?);
            self.take_for_files(BEFORE_ITS_TURN)?;
        }
        Ok(())
    }

    fn take_for_files(&self, bytes: usize) -> Result<(), WebError> {
        if self.allowance.take(Share::Files, bytes) { Ok(()) } else { Err(WebError::Busy) }
    }

    async fn throw_away(&mut self, mut field: Field<'_>) -> Result<(), WebError> {
        while self.next(&mut field).await?.is_some() {}
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
        self.received.fields.push(name, String::from_utf8_lossy(value.bytes()).into_owned());
        Ok(())
    }

    async fn file(&mut self, mut field: Field<'_>) -> Result<(), WebError> {
        let sent_name = field.file_name().unwrap_or_default().to_owned();
        let media_type = media_type(&field);
        // A file that trickles in takes no turn from others before this much of it is here.
        let mut start = Vec::new();
        let mut is_whole = false;
        while start.len() < BEFORE_ITS_TURN && !is_whole {
            match self.next(&mut field).await? {
                Some(piece) => {
                    self.take_upload_place()?;
                    start.extend_from_slice(&piece);
                }
                None => is_whole = true,
            }
        }
        // How a browser says that no file was chosen.
        if start.is_empty() && sent_name.is_empty() {
            return Ok(());
        }
        let name = kept_name(&sent_name);
        if self.received.files.0.len() >= self.app.config().limits.attachments {
            self.received.left_out.add(name);
            return self.throw_away(field).await;
        }
        match self.seal(field, start, is_whole).await? {
            Some((truth, upload)) => {
                let (name, size, sha256) = (Text::verbatim(&name), truth.size, truth.sha256);
                self.received.files.0.push((Attachment { name, media_type, size, sha256 }, upload));
            }
            None => self.received.left_out.add(name),
        }
        Ok(())
    }

    /// Seals a file as it arrives; none if it goes past the limit of all files together.
    async fn seal(
        &mut self,
        mut field: Field<'_>,
        start: Vec<u8>,
        is_whole: bool,
    ) -> Result<Option<(SealedTrueSize, FinishedUpload)>, WebError> {
        let turn = self.app.uploads().turn().await?;
        self.take_for_files(IN_ITS_TURN)?;
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
                drop((sender, turn));
                self.allowance.give_back(Share::Files, IN_ITS_TURN);
                self.throw_away(field).await?;
                return Ok(None);
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
                    () = turn.lost() => return Err(WebError::Busy),
                    piece = self.next(&mut field) => piece?,
                }
            };
            turn.pace.moved(piece.as_ref().map_or(0, Bytes::len));
        }
        let _ = sender.send(Batch::Pieces(batch)).await;
        let _ = sender.send(Batch::End).await;
        let sealed = sealing.await.map_err(|_| WebError::Internal)??;
        self.allowance.give_back(Share::Files, IN_ITS_TURN);
        Ok(sealed.map(|(size, upload)| (SealedTrueSize { size, sha256: hasher.finish() }, upload)))
    }
}

/// Gives the file's size and its place, if it came whole.
fn seal(app: &App, mut batches: mpsc::Receiver<Batch>) -> Result<Option<(u64, FinishedUpload)>, WebError> {
    let mut sealer = PaddedSealer::start(app.recipients(), app.store().upload())?;
    let mut unseen = 0;
    loop {
        match batches.blocking_recv() {
            Some(Batch::Pieces(pieces)) => {
                for piece in pieces {
                    sealer.write_all(&piece).map_err(|error| app.not_sealed(error.into()))?;
                    unseen += piece.len();
                }
                if unseen > LOOK_EVERY {
                    unseen = 0;
                    if app.why_full(Stage::Sending)?.is_some() {
                        return Err(WebError::Full);
                    }
                }
            }
            Some(Batch::End) => break,
            None => return Ok(None),
        }
    }
    let (size, upload) = sealer.finish().map_err(|error| app.not_sealed(error))?;
    Ok(Some((size, upload.finish().map_err(|error| app.not_written(error))?)))
}

fn media_type(field: &Field<'_>) -> Text {
    let sent = field.headers().get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    Text::verbatim(if sent.is_empty() || sent.len() > MEDIA_TYPE_BYTES { UNKNOWN_TYPE } else { sent })
}

/// The last part of what may be a path, cut to what is kept.
fn kept_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let mut kept = last.to_owned();
    while kept.len() > FILE_NAME_BYTES {
        kept.pop();
    }
    if kept.is_empty() { "unnamed".to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path_and_never_too_long() {
        for (sent, kept) in [
            ("a.pdf", "a.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\note.txt", "note.txt"),
            ("", "unnamed"),
            ("dir/", "unnamed"),
            (" ", "unnamed"),
        ] {
            assert_eq!(kept_name(sent), kept);
        }
        let long = kept_name(&"é".repeat(200));
        assert_eq!((long.len(), long.chars().count()), (254, 127));
    }
}
