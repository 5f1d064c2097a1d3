//! Files on their way from the browser: what a form sends before its first file, then each file, piece by piece.

use std::{
    io::{self, Read, Write},
    path::Path,
};

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::Field},
    http::header,
};
use bytes::{Buf, Bytes};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::{PageError, Visit, form::carried::TOKEN};
use crate::{
    casebook::{CasebookError, IncomingFiles, carry::inbox},
    domain::{
        Entries,
        limits::{FIELD_BYTES, FIELDS},
    },
    files::FileError,
    http::{
        Allowance, BodyError,
        body_limits::{self, Guarded, Watch},
        forms, scrub,
    },
};

/// The field that a collection comes in.
pub(super) const COLLECTION: &str = "collection";
/// Bytes of the largest collection that a browser may bring: more than any stick holds.
pub(super) const LARGEST_COLLECTION: u64 = 1 << 40;
/// Pieces of a file on their way.
const IN_FLIGHT: usize = 4;

/// A form with files, as it arrives. Its token stands before the files in every form of the desk.
pub(super) struct ArrivingForm {
    multipart: Multipart,
    watch: Watch,
}

/// A part of it.
pub(super) enum ArrivingPart<'a> {
    /// A text, which the form has now; or that no file was chosen.
    Typed,
    File(Box<ArrivingFile<'a>>),
    End,
}

/// A file as it arrives, of which the first piece is here.
pub(super) struct ArrivingFile<'a> {
    field: Field<'a>,
    first: Bytes,
    watch: Watch,
}

impl ArrivingForm {
    /// Of a form of at most so many bytes.
    ///
    /// # Errors
    /// If it is no form with files, or says itself that it is larger.
    pub(super) async fn begin(request: Request, largest: u64) -> Result<Self, PageError> {
        if !forms::is_type(request.headers(), "multipart/form-data") {
            return Err(BodyError::Type.into());
        }
        let content_type = request.headers().get(header::CONTENT_TYPE).cloned().ok_or(BodyError::Type)?;
        let allowance = Allowance::of(&request);
        let guarded = Guarded::new(forms::bounded(request, largest)?, largest, allowance);
        let watch = guarded.watch();
        let mut request = Request::new(Body::new(guarded));
        request.headers_mut().insert(header::CONTENT_TYPE, content_type);
        DefaultBodyLimit::disable().apply(&mut request);
        let multipart = Multipart::from_request(request, &()).await.map_err(|_| BodyError::Broken)?;
        Ok(Self { multipart, watch })
    }

    /// The next part of it, of which a text is added to the form.
    ///
    /// # Errors
    /// If the form breaks off, takes too long, or has more than a form can.
    pub(super) async fn next(&mut self, form: &mut Entries) -> Result<ArrivingPart<'_>, PageError> {
        let watch = &self.watch;
        let Some(mut field) = self.multipart.next_field().await.map_err(|_| watch.cause())? else {
            return Ok(ArrivingPart::End);
        };
        watch.progress();
        if field.file_name().is_some() {
            let mut first = field.chunk().await.map_err(|_| watch.cause())?;
            while first.as_ref().is_some_and(Bytes::is_empty) {
                first = field.chunk().await.map_err(|_| watch.cause())?;
            }
            watch.progress();
            // So a browser says that no file was chosen.
            let is_none = first.is_none() && field.file_name().is_none_or(str::is_empty);
            let file = ArrivingFile { field, first: first.unwrap_or_default(), watch: watch.clone() };
            return Ok(if is_none { ArrivingPart::Typed } else { ArrivingPart::File(Box::new(file)) });
        }
        if form.iter().count() == FIELDS {
            return Err(BodyError::TooLarge.into());
        }
        let name = field.name().unwrap_or_default().to_owned();
        let mut value = Zeroizing::new(Vec::new());
        while let Some(piece) = field.chunk().await.map_err(|_| watch.cause())? {
            watch.progress();
            if value.len() + piece.len() > FIELD_BYTES {
                return Err(BodyError::TooLarge.into());
            }
            value.extend_from_slice(&piece);
        }
        form.push(name, String::from_utf8_lossy(&value).into_owned());
        Ok(ArrivingPart::Typed)
    }

    /// What was typed before the first file.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(super) async fn typed(&mut self) -> Result<Entries, PageError> {
        let mut form = Entries::default();
        while let ArrivingPart::Typed = self.next(&mut form).await? {}
        Ok(form)
    }

    /// Lets the rest of a form that is not taken be sent, unread, for a while.
    pub(super) fn discard(mut self) {
        body_limits::let_end(async move {
            while let Ok(Some(mut field)) = self.multipart.next_field().await {
                while let Ok(Some(_)) = field.chunk().await {
                    self.watch.progress();
                }
            }
        });
    }
}

impl ArrivingFile<'_> {
    /// The name of the field that it comes in.
    fn field_name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// Lets it in unread: a browser shows the answer only when it could send everything.
    async fn skip(mut self) -> Result<(), PageError> {
        while self.field.chunk().await.map_err(|_| self.watch.cause())?.is_some() {
            self.watch.progress();
        }
        Ok(())
    }

    /// Gives its pieces to a thread that may wait for the disk, and that thread's result. What that does not want is let in
    /// unread.
    async fn on_a_thread<T: Send + 'static>(
        mut self,
        work: impl FnOnce(ArrivingPieces) -> T + Send + 'static,
    ) -> Result<T, PageError> {
        let (sender, pieces) = mpsc::channel(IN_FLIGHT);
        let working = tokio::task::spawn_blocking(move || scrub::wiped(|| work(ArrivingPieces::new(pieces))));
        let mut next = Some(std::mem::take(&mut self.first));
        while let Some(piece) = next {
            // Whoever wants no more has said why.
            let _ = sender.send(Some(piece)).await;
            next = self.field.chunk().await.map_err(|_| self.watch.cause())?;
            self.watch.progress();
        }
        // Without this word the file did not come whole.
        let _ = sender.send(None).await;
        working.await.map_err(|_| PageError::Internal)
    }
}

/// The pieces of a file, on a thread that may wait for them. If the word that all have come fails to come, reading fails.
struct ArrivingPieces {
    pieces: mpsc::Receiver<Option<Bytes>>,
    piece: Bytes,
    is_whole: bool,
}

impl ArrivingPieces {
    const fn new(pieces: mpsc::Receiver<Option<Bytes>>) -> Self {
        Self { pieces, piece: Bytes::new(), is_whole: false }
    }
}

impl Read for ArrivingPieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.is_whole {
            match self.pieces.blocking_recv() {
                Some(Some(piece)) => self.piece = piece,
                Some(None) => self.is_whole = true,
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let length = self.piece.len().min(buffer.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

/// Writes the collection that a form brings into the inbox, as it is: sealed. Gives whether there was one.
///
/// # Errors
/// If the form is not of this session, breaks off, or can't be written.
pub(super) async fn receive_collection(visit: &Visit, request: Request) -> Result<bool, PageError> {
    let mut upload = ArrivingForm::begin(request, LARGEST_COLLECTION).await?;
    let mut form = Entries::default();
    loop {
        let file = match upload.next(&mut form).await? {
            ArrivingPart::File(file) if file.field_name() == COLLECTION => file,
            ArrivingPart::File(file) => {
                file.skip().await?;
                continue;
            }
            ArrivingPart::Typed => continue,
            ArrivingPart::End => return Ok(false),
        };
        if !visit.form_token_is(form.first(TOKEN)) {
            drop(file);
            upload.discard();
            return Err(PageError::Forged);
        }
        let directory = visit.desk().directory().to_owned();
        return Ok(file.on_a_thread(move |pieces| bring(&directory, pieces)).await??);
    }
}

fn bring(casebook: &Path, mut pieces: ArrivingPieces) -> Result<bool, CasebookError> {
    let mut bringing = inbox::bring(casebook)?;
    let mut piece = vec![0; FIELD_BYTES];
    let mut is_empty = true;
    loop {
        match pieces.read(&mut piece) {
            Ok(0) if is_empty => return Ok(false),
            Ok(0) => return bringing.finish().map(|()| true),
            Ok(read) => {
                is_empty = false;
                bringing.file.write_all(&piece[..read]).map_err(FileError::io("write", casebook))?;
            }
            // It did not come whole, and why is told to whoever sent it.
            Err(_) => return Ok(false),
        }
    }
}

/// Seals each file of a form's field as it comes. Gives all of them, and what is wrong with the first that could not be taken:
/// none is after that.
///
/// # Errors
/// If the form is not of this session, or breaks off.
pub(super) async fn receive_files(
    visit: &Visit,
    (mut upload, form): (ArrivingForm, &mut Entries),
    field: &str,
    mut incoming: IncomingFiles,
) -> Result<(IncomingFiles, Option<CasebookError>), PageError> {
    let mut problem = None;
    loop {
        let file = match upload.next(form).await? {
            ArrivingPart::File(file) => file,
            ArrivingPart::Typed => continue,
            ArrivingPart::End => break,
        };
        if !visit.form_token_is(form.first(TOKEN)) {
            drop(file);
            upload.discard();
            return Err(PageError::Forged);
        }
        if problem.is_some() || file.field_name() != field {
            file.skip().await?;
            continue;
        }
        let name = file.field.file_name().unwrap_or_default().to_owned();
        let media_type = file.field.content_type().unwrap_or_default().to_owned();
        let take = move |pieces| {
            let taken = incoming.take(&name, &media_type, pieces);
            (incoming, taken)
        };
        let (back, taken) = file.on_a_thread(take).await?;
        incoming = back;
        problem = taken.err();
    }
    Ok((incoming, problem))
}
