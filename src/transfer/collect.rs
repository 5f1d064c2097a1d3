use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use crate::{
    crypto::{BoxRole, GovernanceRecipients, SealError, SignError, SigningKey, digest, seal_stream, sign},
    domain::{
        Date, Digest, Format, Manifest,
        limits::{KIB, MIB},
    },
    files::{self, FileError, NewFile, Readers, tarball},
    store::{CollectionRecord, CopyError, Snapshot, Store, StoreError},
};

/// Bytes at the beginning of a collection that tell it from any other.
const MARKED: u64 = 4 * KIB as u64;

/// What a collection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectOutcome {
    /// From 1; the desk refuses a gap.
    pub number: u64,
    /// All that the desk has not acknowledged, those of earlier collections too.
    pub messages: usize,
    /// Reports that those belong to.
    pub reports: usize,
    /// Whether it was made by an earlier command that was killed just before it gave the file its name.
    pub finished_earlier: bool,
}

/// A collection could not be made. There is no file, and nothing in the box has changed.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Writing it.
    #[error("the collection can't be written: {0}; free some space or use another disk")]
    Write(#[from] io::Error),
    /// Sealing it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Signing it.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl From<CopyError> for CollectError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store(error) => Self::Store(error),
            CopyError::Write(error) => Self::Write(error),
        }
    }
}

/// Writes what the desk has not acknowledged into a new file at `out`, sealed to the recipients and signed by the box. With
/// `again`, also what it has acknowledged and the box still keeps: for a desk that finds that it never had it.
///
/// The file gets its name after its number is on record; killed between the two, the same command again finishes it.
///
/// # Errors
/// If anything can't be read, sealed or written; then there is no file.
pub fn collect(
    store: &Store,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    on: Date,
    out: &Path,
    again: bool,
) -> Result<CollectOutcome, CollectError> {
    if let Some(outcome) = finish_earlier(store, out)? {
        return Ok(outcome);
    }
    let previous = store.last_collection()?;
    let mut file = NewFile::create(out, Readers::Owner)?;
    let (manifest, manifest_digest) = store.snapshot(|snapshot| {
        let manifest = Manifest {
            format: Format::Collection,
            r#box: store.settings().box_id,
            number: previous.map_or(1, |last| last.number + 1),
            previous: previous.map(|last| last.manifest),
            on,
            casebook: snapshot.casebook()?,
            reports: snapshot.reports(again)?,
        };
        let mut out = BufWriter::with_capacity(MIB / 4, &mut file);
        let digest = write(snapshot, &manifest, to, key, &mut out)?;
        out.flush()?;
        Ok::<_, CollectError>((manifest, digest))
    })?;
    file.sync()?;
    let mark = mark_of(&files::partial_path(out))?;
    store.record_collection(CollectionRecord { number: manifest.number, on, manifest: manifest_digest, file: mark })?;
    file.keep();
    file.commit()?;
    let with_messages = manifest.reports.iter().filter(|report| !report.messages.is_empty());
    Ok(CollectOutcome {
        number: manifest.number,
        messages: manifest.reports.iter().map(|report| report.messages.len()).sum(),
        reports: with_messages.count(),
        finished_earlier: false,
    })
}

/// Names a file that is whole and on record, but was not given its name.
fn finish_earlier(store: &Store, out: &Path) -> Result<Option<CollectOutcome>, CollectError> {
    let partial = files::partial_path(out);
    let Some(last) = store.last_collection()? else { return Ok(None) };
    if !partial.is_file() || mark_of(&partial)? != last.file {
        return Ok(None);
    }
    files::rename_new(&partial, out)?;
    Ok(Some(CollectOutcome { number: last.number, messages: 0, reports: 0, finished_earlier: true }))
}

/// What tells a whole collection from any other: SHA-256 over its first bytes, which hold a key's random stanza, and its
/// length. It was on the disk before it was on record, so that nothing of it is missing; what is altered, the desk refuses.
fn mark_of(path: &Path) -> Result<Digest, FileError> {
    let failed = || FileError::io("read", path);
    let file = File::open(path).map_err(failed())?;
    let mut marked = file.metadata().map_err(failed())?.len().to_le_bytes().to_vec();
    file.take(MARKED).read_to_end(&mut marked).map_err(failed())?;
    Ok(digest(&marked))
}

fn write(
    snapshot: &Snapshot<'_>,
    manifest: &Manifest,
    to: &GovernanceRecipients,
    key: &SigningKey<BoxRole>,
    out: impl Write,
) -> Result<Digest, CollectError> {
    let (json, signature) = sign(manifest, key)?;
    let mut tar = tarball::TarWriter::new(seal_stream(to, out)?);
    tar.append("manifest.json", &json)?;
    tar.append("manifest.json.minisig", signature.as_bytes())?;
    for report in &manifest.reports {
        for message in &report.messages {
            for (place, file) in message.files.iter().enumerate() {
                let path = Manifest::path(report.id, message.seq, place);
                tar.append_with(&path, file.size, |out| {
                    Ok::<_, CollectError>(snapshot.copy_file(report.id, message.seq, place, out)?)
                })?;
            }
        }
    }
    tar.finish()?.finish()?;
    Ok(digest(&json))
}
