use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::{BoxLine, CarryError, line::Answering, sent_body::SentBody};
use crate::{
    crypto::{CarrierRole, SigningKey, carried_size, digest_all, sign},
    domain::{
        Carried, CarriedPiece, CarryRequest, CollectionId, Date, Errand, Format, Part, WaitingCollection, carry_head,
        limits::{CARRIED_DECISIONS_BYTES, CARRIED_PART_BYTES, CARRIER_FREE_BYTES, CARRY_HEAD_BYTES, MIB, PARTS_MAX},
    },
    files::{self, FileError, part_path},
};

/// Bytes of an answer in words.
const WORDS_BYTES: usize = MIB;

/// Whoever carries between a box and this machine.
pub struct BoxCarrier {
    line: BoxLine,
    key: SigningKey<CarrierRole>,
}

/// A collection that lies here, whole.
pub struct FetchedCollection {
    /// From 1 in each epoch of the box.
    pub number: u64,
    /// The day on which the box made it.
    pub on: Date,
    /// Its first part; the others lie beside it.
    pub first: PathBuf,
    /// How many parts it has.
    pub parts: u32,
}

/// Decisions that the box took.
pub struct Brought {
    /// What `candour deliver` would have printed.
    pub told: Vec<String>,
    /// Which part of them it was.
    pub part: Part,
}

impl BoxCarrier {
    /// One who signs with that key.
    #[must_use]
    pub const fn new(line: BoxLine, key: SigningKey<CarrierRole>) -> Self {
        Self { line, key }
    }

    /// Brings one decisions file.
    ///
    /// # Errors
    /// If it can't be read, or the box does not take it.
    pub async fn bring(&self, file: &Path) -> Result<Brought, CarryError> {
        let failed = || FileError::io("read", file);
        let mut opened = File::open(file).map_err(failed())?;
        let sha256 = digest_all(&opened).map_err(failed())?;
        let size = opened.stream_position().map_err(failed())?;
        opened.rewind().map_err(failed())?;
        if size > CARRIED_DECISIONS_BYTES {
            return Err(FileError::TooLarge(file.to_owned()).into());
        }
        let answer = self.ask(Errand::Bring { size, sha256 }, Some((opened, size))).await?;
        match self.words(answer).await? {
            Carried::Taken { told, part } if part.is_sound() => Ok(Brought { told, part }),
            other => Err(self.unexpected(other)),
        }
    }

    /// Fetches the collection that waits, if there is one, into a directory: all of its parts, or none under its name. What
    /// came of an earlier attempt need not come again.
    ///
    /// # Errors
    /// If something else lies there under that name, or it can't be fetched or written whole.
    pub async fn fetch(&self, out: &Path) -> Result<Option<FetchedCollection>, CarryError> {
        let waiting = match self.words(self.ask(Errand::Look, None).await?).await? {
            Carried::Waiting(waiting) => waiting,
            other => return Err(self.unexpected(other)),
        };
        let Some(waiting) = waiting else { return Ok(None) };
        let WaitingCollection { number, id, on, parts } = waiting;
        if !(1..=PARTS_MAX).contains(&parts) {
            return Err(CarryError::Altered);
        }
        let first = out.join(format!("collection-{number}"));
        // The first last: whoever finds it there finds all others beside it.
        for part in (2..=parts).chain([1]) {
            self.fetch_part((id, number), Part { number: part, of: parts }, &first).await?;
        }
        let kept = || async { self.words(self.ask(Errand::Kept { collection: id }, None).await?).await };
        let mut answer = kept().await?;
        if matches!(answer, Carried::Refused(_)) {
            // A box that was started since does not know what left before: it counts what it sent itself.
            for number in 1..=parts {
                self.read_again(id, Part { number, of: parts }).await?;
            }
            answer = kept().await?;
        }
        match answer {
            Carried::Kept => Ok(Some(FetchedCollection { number, on, first, parts })),
            other => Err(self.unexpected(other)),
        }
    }

    async fn fetch_part(&self, (id, of): (CollectionId, u64), part: Part, first: &Path) -> Result<(), CarryError> {
        let place = part_path(first, part.number);
        if place.symlink_metadata().is_ok() {
            // Of an attempt that broke off after it, or somebody's other file.
            let (_, piece, _) = self.piece(id, part, 0).await?;
            let found = File::open(&place).map_err(FileError::io("read", &place))?;
            let found = digest_all(found).map_err(FileError::io("read", &place))?;
            return if found == piece.sha256 { Ok(()) } else { Err(FileError::Exists(place).into()) };
        }
        let mut name = place.as_os_str().to_owned();
        name.push(format!(".{id}.fetching"));
        let partial = PathBuf::from(name);
        let failed = || FileError::io("write", &partial);
        let mut file = begun(&partial)?;
        let mut here = file.seek(SeekFrom::End(0)).map_err(failed())?;
        let (mut answer, piece, mut data) = match self.piece(id, part, here).await {
            // More than there is of it is of something else, and is begun again.
            Err(CarryError::Refused(_)) if here > 0 => {
                file.set_len(0).and_then(|()| file.rewind()).map_err(failed())?;
                here = 0;
                self.piece(id, part, here).await?
            }
            found => found?,
        };
        let Some(mut missing) = piece.size.checked_sub(here) else {
            files::remove(&partial)?;
            return Err(CarryError::Altered);
        };
        if piece.size > CARRIED_PART_BYTES || !has_room(&file, missing).map_err(failed())? {
            let at = place.parent().unwrap_or(&place).display().to_string();
            return Err(CarryError::NoRoom { number: of, size: piece.size, at });
        }
        let mut coming = coming(missing);
        loop {
            let length = usize::try_from(missing).map_or(data.len(), |missing| missing.min(data.len()));
            file.write_all(&data[..length]).map_err(failed())?;
            missing -= length as u64;
            // What comes after it is padding, and is read all the same: how much came tells nothing. More is not read.
            coming = coming.saturating_sub(data.len() as u64);
            if coming == 0 {
                break;
            }
            match answer.next().await? {
                Some(next) => data = next,
                None => break,
            }
        }
        if missing > 0 {
            return Err(CarryError::Ended("the box stopped".into()));
        }
        file.sync_all().map_err(failed())?;
        file.rewind().map_err(failed())?;
        if digest_all(&file).map_err(failed())? != piece.sha256 {
            files::remove(&partial)?;
            return Err(CarryError::Altered);
        }
        Ok(files::rename_new(&partial, &place)?)
    }

    /// Reads all of a part that lies here already.
    async fn read_again(&self, id: CollectionId, part: Part) -> Result<(), CarryError> {
        let (mut answer, piece, data) = self.piece(id, part, 0).await?;
        if piece.size > CARRIED_PART_BYTES {
            return Err(CarryError::Altered);
        }
        let mut coming = coming(piece.size).saturating_sub(data.len() as u64);
        while coming > 0 {
            let Some(data) = answer.next().await? else { return Err(CarryError::Ended("the box stopped".into())) };
            coming = coming.saturating_sub(data.len() as u64);
        }
        Ok(())
    }

    /// What is told of a part, and what came of its bytes already.
    async fn piece(
        &self,
        id: CollectionId,
        part: Part,
        offset: u64,
    ) -> Result<(Answering, CarriedPiece, Bytes), CarryError> {
        let mut answer = self.ask(Errand::Fetch { collection: id, part: part.number, offset }, None).await?;
        if answer.is_text() {
            return Err(self.unexpected(self.words(answer).await?));
        }
        let mut head = Vec::with_capacity(CARRY_HEAD_BYTES);
        let mut rest = Bytes::new();
        while head.len() < CARRY_HEAD_BYTES {
            rest = answer.next().await?.ok_or_else(|| CarryError::Ended("the box stopped".into()))?;
            head.extend_from_slice(&rest.split_to(rest.len().min(CARRY_HEAD_BYTES - head.len())));
        }
        match first_line(&head) {
            Some(Carried::Piece(piece)) if piece.part == part => Ok((answer, piece, rest)),
            _ => Err(CarryError::Altered),
        }
    }

    /// Sends one request, signed over what the box gives out for it.
    async fn ask(&self, errand: Errand, file: Option<(File, u64)>) -> Result<Answering, CarryError> {
        let answer = self.line.post("/carry/challenge", SentBody::whole(Vec::new())).await?;
        let words = read_words(answer).await?;
        let challenge = words.split(|byte| *byte == b'\n').next().and_then(|line| std::str::from_utf8(line).ok());
        let is_one = |text: &&str| (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let challenge = challenge.filter(is_one).ok_or_else(|| CarryError::Unknown(self.line.name()))?.to_owned();
        let (json, signature) = sign(&CarryRequest { format: Format::CarryRequest, challenge, errand }, &self.key)?;
        let head = carry_head(&json, &signature).ok_or(CarryError::Altered)?;
        let body = match file {
            None => SentBody::whole(head),
            Some((file, size)) => {
                let length = carried_size(head.len() as u64 + size);
                SentBody::with_file(head, file, length)
            }
        };
        self.line.post("/carry", body).await
    }

    async fn words(&self, answer: Answering) -> Result<Carried, CarryError> {
        let words = read_words(answer).await?;
        first_line(&words).ok_or_else(|| CarryError::Unknown(self.line.name()))
    }

    fn unexpected(&self, answer: Carried) -> CarryError {
        match answer {
            Carried::Refused(why) => CarryError::Refused(why),
            _ => CarryError::Unknown(self.line.name()),
        }
    }
}

/// Bytes that follow the head of an answer which tells of so many that are missing.
fn coming(missing: u64) -> u64 {
    let head = CARRY_HEAD_BYTES as u64;
    carried_size(head + missing) - head
}

/// Whether so many bytes more leave some of the disk free for others: how many come is what a box says.
fn has_room(file: &File, bytes: u64) -> io::Result<bool> {
    let disk = rustix::fs::fstatvfs(file)?;
    Ok(bytes.saturating_add(CARRIER_FREE_BYTES) <= disk.f_bavail.saturating_mul(disk.f_frsize))
}

async fn read_words(mut answer: Answering) -> Result<Vec<u8>, CarryError> {
    let mut words = Vec::new();
    while let Some(piece) = answer.next().await? {
        if words.len() + piece.len() > WORDS_BYTES {
            return Err(CarryError::Altered);
        }
        words.extend_from_slice(&piece);
    }
    Ok(words)
}

fn first_line(words: &[u8]) -> Option<Carried> {
    serde_json::from_slice(words.split(|byte| *byte == b'\n').next()?).ok()
}

/// What came of a part so far, held for one command alone.
fn begun(partial: &Path) -> Result<File, FileError> {
    let flags = i32::try_from((rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits()).unwrap_or_default();
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(flags);
    let file = options.open(partial).map_err(FileError::io("write", partial))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FileError::Busy(partial.to_owned())),
        Err(TryLockError::Error(source)) => Err(FileError::io("lock", partial)(source)),
    }
}
