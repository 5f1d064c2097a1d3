//! Telling a database that is whole from one that is not, before `SQLite` may write to it: an empty file would be made into
//! a new database, and what was cut off is noticed by `SQLite` only where it happens to look.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{StoreError, damaged};
use crate::domain::limits::MIB;

/// Says that a `SQLite` file is a Candour box: "Cand".
pub(super) const APPLICATION_ID: i64 = 0x4361_6e64;
/// Bytes at the beginning of a database that say what it is.
const HEAD: usize = 100;
/// What they begin with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Bytes at the beginning of a log, and before each page in it.
const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;
/// How often a head is read again that another program changes meanwhile.
const LOOKS: u32 = 20;
/// Bytes of a database that is looked through whole whenever it is opened: some milliseconds.
const LOOKED_THROUGH: u64 = 2 * MIB as u64;

/// A database's file, open beside `SQLite`, and never closed before its connections are: closing it would give up the locks
/// that they hold.
pub(super) struct DatabaseFile {
    file: File,
    log: PathBuf,
}

/// What a head says.
#[derive(Clone, Copy, PartialEq, Eq)]
struct DatabaseHead {
    page_bytes: u64,
    pages: u64,
    application: i64,
    version: i64,
}

/// What stands in a log and may not be in the database yet.
#[derive(Default)]
struct LoggedPages {
    numbers: Vec<u64>,
    /// Pages of the database after the last commit.
    pages: Option<u64>,
    version: Option<i64>,
}

/// A database that is whole.
pub(super) struct WholeDatabase {
    pub(super) version: i64,
    /// Whether some of it stands in its log alone. `SQLite` would write that into it, if it opens it to write.
    pub(super) is_logged: bool,
}

impl DatabaseFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self { file: File::open(path)?, log: log.into() })
    }

    /// Looks at it; refuses a file that is no box's database, or that ends before its last page.
    pub(super) fn look(&self) -> Result<WholeDatabase, StoreError> {
        let mut head = self.head()?;
        for _ in 0..LOOKS {
            // The log before the size: what is taken out of the log is in the file by then.
            let logged = self.logged(head.page_bytes)?;
            let there = self.file.metadata()?.len() / head.page_bytes;
            let pages = logged.pages.unwrap_or(head.pages);
            let is_whole = (there + 1..=pages).all(|page| logged.numbers.binary_search(&page).is_ok());
            let was = std::mem::replace(&mut head, self.head()?);
            // Another program may be writing the log into it.
            if is_whole && was.pages > 0 {
                let version = logged.version.unwrap_or(was.version);
                return Ok(WholeDatabase { version, is_logged: logged.pages.is_some() });
            }
            if was == head {
                break;
            }
        }
        Err(damaged("candour.db ends before its last page: it was cut off, or copied while the box ran"))
    }

    /// The same of one that is open, looking into the log only if it has to.
    pub(super) fn refuse_cut(&self) -> Result<(), StoreError> {
        let head = self.head()?;
        let is_whole = head.pages > 0 && self.file.metadata()?.len() / head.page_bytes >= head.pages;
        if is_whole { Ok(()) } else { self.look().map(drop) }
    }

    fn head(&self) -> Result<DatabaseHead, StoreError> {
        if self.file.metadata()?.len() == 0 {
            return Err(damaged("candour.db is empty"));
        }
        let mut bytes = [0; HEAD];
        match self.file.read_exact_at(&mut bytes, 0) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(no_database()),
            Err(error) => return Err(error.into()),
        }
        let page_bytes = match number(&bytes, 16, 2) {
            1 => 65_536,
            other => other,
        };
        if !bytes.starts_with(MAGIC) || page_bytes < 512 || !page_bytes.is_power_of_two() {
            return Err(no_database());
        }
        let head = DatabaseHead {
            page_bytes,
            pages: number(&bytes, 28, 4),
            application: number(&bytes, 68, 4).cast_signed(),
            version: number(&bytes, 60, 4).cast_signed(),
        };
        if head.application != APPLICATION_ID {
            return Err(damaged("candour.db belongs to another program"));
        }
        Ok(head)
    }

    /// Which pages stand in the log. Those of an earlier round of it are told by their salt; whether the others are as they
    /// were written, `SQLite` looks itself.
    fn logged(&self, page_bytes: u64) -> Result<LoggedPages, StoreError> {
        let mut logged = LoggedPages::default();
        let file = match File::open(&self.log) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(logged),
            Err(error) => return Err(error.into()),
        };
        let mut head = [0; LOG_HEAD];
        if file.read_exact_at(&mut head, 0).is_err() || number(&head, 8, 4) != page_bytes {
            return Ok(logged);
        }
        let mut frame = [0; FRAME_HEAD];
        let (mut since_commit, mut version) = (Vec::new(), None);
        let mut at = LOG_HEAD as u64;
        while file.read_exact_at(&mut frame, at).is_ok() && frame[8..16] == head[16..24] {
            since_commit.push(number(&frame, 0, 4));
            let mut first = [0; HEAD];
            if since_commit.ends_with(&[1]) && file.read_exact_at(&mut first, at + FRAME_HEAD as u64).is_ok() {
                version = Some(number(&first, 60, 4).cast_signed());
            }
            let pages = number(&frame, 4, 4);
            if pages > 0 {
                logged.numbers.append(&mut since_commit);
                (logged.pages, logged.version) = (Some(pages), version);
            }
            at += FRAME_HEAD as u64 + page_bytes;
        }
        logged.numbers.sort_unstable();
        Ok(logged)
    }
}

/// Looks through a small database whole. A larger one is looked through by `candour check --whole`.
pub(super) fn look_through_small(connection: &Connection) -> Result<(), StoreError> {
    let of = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0)).map(u64::from);
    if of("page_count")?.saturating_mul(of("page_size")?) > LOOKED_THROUGH {
        return Ok(());
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(damaged("the pages of candour.db do not fit together")) }
}

fn no_database() -> StoreError {
    damaged("candour.db is no database")
}

/// So many bytes as a number, the most significant first.
fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    bytes[at..at + length].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
