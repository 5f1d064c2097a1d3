//! What a collection needs: one consistent view of every report, and the sealed files as they are.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension};

use super::{
    CopyError, Store, StoreError, damaged, read_file, reports, signers,
    vault::{Placed, Vault},
};
use crate::{
    crypto::Hashed,
    domain::{
        AnswerKind, CasebookSeen, DeliveryEntry, Digest, FileEntry, MessageEntry, MessageKind, ReportEntry, ReportId,
        Route,
    },
};

/// The last collection that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectionRecord {
    /// From 1; the desk refuses a gap.
    pub number: u64,
    /// The day on which it was made, Europe/London; nothing finer.
    pub on: Date,
    /// SHA-256 of its manifest.
    pub manifest: Digest,
    /// What the file is told by, if it has not got its name yet.
    pub file: Digest,
}

/// The store as it is at one moment, whatever is written meanwhile: until it is dropped, no slot is wiped.
pub struct Snapshot<'a> {
    connection: &'a Connection,
    vault: &'a Vault,
}

impl Store {
    /// Works on one consistent view. Blocks.
    ///
    /// # Errors
    /// Those of `work`, and those of reading.
    pub fn snapshot<T, E: From<StoreError>>(&self, work: impl FnOnce(&Snapshot<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut outcome = None;
        // Before the records are read: what they name then stays where it is.
        let _held = self.vault().hold_slots().map_err(StoreError::from)?;
        self.read_all(|connection| {
            outcome = Some(work(&Snapshot { connection, vault: self.vault() }));
            Ok(())
        })?;
        outcome.unwrap_or_else(|| Err(StoreError::Stopped.into()))
    }

    /// The last collection. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn last_collection(&self) -> Result<Option<CollectionRecord>, StoreError> {
        self.read(|connection| {
            let last = connection
                .query_row(
                    "SELECT number, made_on, manifest, file FROM collection ORDER BY number DESC LIMIT 1",
                    [],
                    |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, String>(1)?,
                            row.get::<_, Vec<u8>>(2)?,
                            row.get::<_, Vec<u8>>(3)?,
                        ))
                    },
                )
                .optional()?;
            last.map(|(number, on, manifest, file)| {
                Ok(CollectionRecord {
                    number: u64::try_from(number).map_err(|_| damaged("a collection's number"))?,
                    on: reports::day(&on)?,
                    manifest: sha256(&manifest)?,
                    file: sha256(&file)?,
                })
            })
            .transpose()
        })
    }

    /// The day on which the box was last emptied: on which the last collection was made. None if none was. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn last_collected_on(&self) -> Result<Option<Date>, StoreError> {
        Ok(self.last_collection()?.map(|last| last.on))
    }

    /// Records a collection, if it is the next one; else another was made meanwhile. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if it is not the next one.
    pub fn record_collection(&self, record: CollectionRecord) -> Result<(), StoreError> {
        self.change(move |connection| {
            let last: i64 =
                connection.query_row("SELECT coalesce(max(number), 0) FROM collection", [], |row| row.get(0))?;
            let number = i64::try_from(record.number).map_err(|_| damaged("a collection's number"))?;
            if number != last + 1 {
                return Err(StoreError::Busy);
            }
            // Only the last is needed: the next one names it.
            connection.execute("DELETE FROM collection", [])?;
            connection.execute(
                "INSERT INTO collection (number, made_on, manifest, file) VALUES (?1, ?2, ?3, ?4)",
                (number, record.on.to_string(), record.manifest.0, record.file.0),
            )?;
            Ok(())
        })
    }
}

impl Snapshot<'_> {
    /// What the box knows of the casebook whose decisions it takes.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn casebook(&self) -> Result<Option<CasebookSeen>, StoreError> {
        signers::casebook(self.connection)
    }

    /// Every report by id, with the messages that the desk has not acknowledged; with `again`, also those that it has and
    /// that are still kept here.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn reports(&self, again: bool) -> Result<Vec<ReportEntry>, StoreError> {
        let sql = "SELECT id, route, received_on, withdrawn_on IS NOT NULL FROM report ORDER BY id";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get(3)?))
        })?;
        let mut placed = Vec::new();
        let reports = rows.map(|row| {
            let (id, route, received_on, withdrawn) = row?;
            let id = ReportId::from_slice(&id).map_err(|_| damaged("a report's id"))?;
            Ok(ReportEntry {
                id,
                route: Route::from_slug(&route).ok_or_else(|| damaged("a route"))?,
                received_on: reports::day(&received_on)?,
                withdrawn,
                acknowledged: self.acknowledged(id)?,
                deliveries: self.deliveries(id)?,
                clocks: reports::clocks(self.connection, id)?,
                messages: self.messages(id, again, &mut placed)?,
            })
        });
        let mut reports: Vec<ReportEntry> = reports.collect::<Result<_, StoreError>>()?;
        let files = reports.iter_mut().flat_map(|report| &mut report.messages).flat_map(|message| &mut message.files);
        files.zip(self.digest(&placed)?).for_each(|(file, digest)| file.sha256 = digest);
        Ok(reports)
    }

    fn acknowledged(&self, report: ReportId) -> Result<u32, StoreError> {
        let sql = "SELECT coalesce(max(seq), 0) FROM message WHERE report = ?1 AND acknowledged_on IS NOT NULL";
        Ok(self.connection.prepare_cached(sql)?.query_row([report.0], |row| row.get(0))?)
    }

    fn deliveries(&self, report: ReportId) -> Result<Vec<DeliveryEntry>, StoreError> {
        let sql = "SELECT seq, delivered_on, kind, text, sha256 FROM answer WHERE report = ?1 ORDER BY seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([report.0], |row| {
            Ok((
                row.get(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, Vec<u8>>(3)?,
                row.get::<_, Vec<u8>>(4)?,
            ))
        })?;
        rows.map(|row| {
            let (seq, on, kind, text, digest) = row?;
            Ok(DeliveryEntry {
                seq,
                on: reports::day(&on)?,
                kind: AnswerKind::from_slug(&kind).ok_or_else(|| damaged("a kind of answer"))?,
                text: sha256(&text)?,
                sha256: sha256(&digest)?,
            })
        })
        .collect()
    }

    /// Writes a sealed file as it is.
    ///
    /// # Errors
    /// If it is not there whole, or `out` fails.
    pub fn copy_file(&self, report: ReportId, seq: u32, place: usize, mut out: impl Write) -> Result<(), CopyError> {
        let sql = "SELECT shelf, size, slots FROM file WHERE report = ?1 AND seq = ?2 AND place = ?3";
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        let found = self.connection.prepare_cached(sql).and_then(|mut statement| {
            let row = (report.0, seq, place);
            statement.query_row(row, |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?))).optional()
        });
        let (shelf, size, slots) =
            found.map_err(StoreError::from)?.ok_or_else(|| damaged("a file of a message is missing"))?;
        read_file::copy(self.vault, &Placed::from_record(shelf, size, &slots)?, &mut out)
    }

    fn messages(
        &self,
        report: ReportId,
        again: bool,
        placed: &mut Vec<Placed>,
    ) -> Result<Vec<MessageEntry>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, kind, received_on, commitment, summary FROM message WHERE report = ?1 AND (collected = 0 OR (?2
               AND held = 1)) ORDER BY seq",
        )?;
        let rows = statement.query_map((report.0, again), |row| {
            Ok((
                row.get(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, Vec<u8>>(3)?,
                row.get::<_, Vec<u8>>(4)?,
            ))
        })?;
        rows.map(|row| {
            let (seq, kind, on, commitment, summary) = row?;
            Ok(MessageEntry {
                seq,
                kind: MessageKind::from_slug(&kind).ok_or_else(|| damaged("a kind of message"))?,
                on: reports::day(&on)?,
                files: self.files(report, seq, placed)?,
                commitment: sha256(&commitment)?,
                summary: sha256(&summary)?,
            })
        })
        .collect()
    }

    /// Its files, whose digests [`Self::digest`] adds.
    fn files(&self, report: ReportId, seq: u32, placed: &mut Vec<Placed>) -> Result<Vec<FileEntry>, StoreError> {
        let sql = "SELECT shelf, size, slots FROM file WHERE report = ?1 AND seq = ?2 ORDER BY place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows =
            statement.query_map((report.0, seq), |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))?;
        rows.map(|row| {
            let (shelf, size, slots) = row?;
            let file = Placed::from_record(shelf, size, &slots)?;
            let entry = FileEntry { size: file.size, sha256: Digest([0; Digest::LEN]) };
            placed.push(file);
            Ok(entry)
        })
        .collect()
    }

    /// SHA-256 of files, on every core. Nobody who sends a file waits for it, and no byte is hashed twice.
    fn digest(&self, placed: &[Placed]) -> Result<Vec<Digest>, StoreError> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let place = next.fetch_add(1, Ordering::Relaxed)
                && let Some(file) = placed.get(place)
            {
                let mut hashed = Hashed::new(io::sink());
                match read_file::copy(self.vault, file, &mut hashed) {
                    Ok(()) => done.push((place, hashed.finish().0)),
                    Err(CopyError::Store(error)) => return Err(error),
                    Err(CopyError::Write(error)) => return Err(error.into()),
                }
            }
            Ok(done)
        };
        let mut digests = vec![Digest([0; Digest::LEN]); placed.len()];
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.min(placed.len())).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                for (place, digest) in worker.join().map_err(|_| StoreError::Stopped)?? {
                    digests[place] = digest;
                }
            }
            Ok(digests)
        })
    }
}

fn sha256(bytes: &[u8]) -> Result<Digest, StoreError> {
    Digest::from_slice(bytes).map_err(|_| damaged("a digest"))
}
