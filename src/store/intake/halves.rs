use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

use rand::Rng;

use crate::{
    crypto::os_random,
    domain::limits::KIB,
    store::{StoreError, error::damaged},
};

/// Its name in the data directory.
const NAME: &str = "intake";
/// Bytes of one half.
const HALF: usize = 512 * KIB;
/// What a half begins with.
const MAGIC: [u8; 8] = *b"candour\x01";
/// Bytes before the state: [`MAGIC`], generation, writer, length, CRC-32 of the state, and of all that is before.
const HEAD: usize = 36;

/// The file, open.
pub(in crate::store) struct IntakeFile {
    file: File,
    /// Tells this program's states from another's.
    writer: u64,
}

/// The newer of the two halves.
pub(in crate::store) struct Latest {
    /// One more with each state.
    pub(in crate::store) generation: u64,
    /// 0 or 1.
    pub(in crate::store) half: usize,
    /// The state.
    pub(in crate::store) body: Vec<u8>,
}

struct HalfHead {
    generation: u64,
    writer: u64,
    length: usize,
    crc: u32,
}

impl IntakeFile {
    /// Bytes that a state may have.
    pub(in crate::store) const ROOM: usize = HALF - HEAD;

    /// Makes one that holds nothing, with all its room taken.
    pub(in crate::store) fn create(directory: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true).mode(0o600);
        let intake = Self { file: options.open(directory.join(NAME))?, writer: 0 };
        intake.write(0, 1, &[], HALF)?;
        intake.write(1, 1, &[], HALF)?;
        intake.file.sync_all()
    }

    pub(in crate::store) fn open(directory: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(directory.join(NAME))?;
        Ok(Self { file, writer: os_random().next_u64() })
    }

    /// The file's name in the data directory.
    pub(in crate::store) const fn file_name() -> &'static str {
        NAME
    }

    /// Holds every other program's commits and folds off until the guard is dropped.
    pub(in crate::store) fn lock(&self) -> io::Result<Locked<'_>> {
        self.file.lock()?;
        Ok(Locked(&self.file))
    }

    /// The newer state.
    pub(in crate::store) fn latest(&self) -> Result<Latest, StoreError> {
        let halves = [self.read(0)?, self.read(1)?];
        let newest = halves.into_iter().enumerate().filter_map(|(half, read)| Some((half, read?)));
        let (half, (head, body)) =
            newest.max_by_key(|(_, (head, _))| head.generation).ok_or_else(|| damaged("the intake"))?;
        Ok(Latest { generation: head.generation, half, body })
    }

    /// Whether the newest state is one that this program wrote.
    pub(in crate::store) fn is_own(&self) -> Result<bool, StoreError> {
        let heads = [self.head(0)?, self.head(1)?].into_iter().flatten();
        Ok(heads.max_by_key(|head| head.generation).is_some_and(|head| head.writer == self.writer))
    }

    /// Writes a state into a half, and zeros behind it up to so many bytes of the half in all.
    pub(in crate::store) fn write(&self, half: usize, generation: u64, body: &[u8], up_to: usize) -> io::Result<()> {
        let length = u32::try_from(body.len()).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity((HEAD + body.len()).max(up_to));
        bytes.extend(MAGIC);
        bytes.extend(generation.to_le_bytes());
        bytes.extend(self.writer.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(crc32fast::hash(body).to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes.extend(body);
        bytes.resize(bytes.len().max(up_to.min(HALF)), 0);
        if bytes.len() > HALF {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all_at(&bytes, (half * HALF) as u64)
    }

    /// Writes the newer state over the older, as it is.
    pub(in crate::store) fn mirror_latest(&self) -> Result<(), StoreError> {
        let Latest { half, body, .. } = self.latest()?;
        let mut bytes = vec![0; HEAD + body.len()];
        self.file.read_exact_at(&mut bytes, (half * HALF) as u64)?;
        self.file.write_all_at(&bytes, ((1 - half) * HALF) as u64)?;
        Ok(self.sync()?)
    }

    /// Empties both halves to their ends.
    pub(in crate::store) fn clear(&self, latest_half: usize, generation: u64) -> io::Result<()> {
        for half in [1 - latest_half, latest_half] {
            self.write(half, generation, &[], HALF)?;
            self.sync()?;
        }
        Ok(())
    }

    pub(in crate::store) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn head(&self, half: usize) -> Result<Option<HalfHead>, StoreError> {
        let mut bytes = [0; HEAD];
        self.file.read_exact_at(&mut bytes, (half * HALF) as u64)?;
        let long = |at: usize| bytes[at..at + 8].try_into().map(u64::from_le_bytes).unwrap_or_default();
        let short = |at: usize| bytes[at..at + 4].try_into().map(u32::from_le_bytes).unwrap_or_default();
        let length = usize::try_from(short(24)).unwrap_or(usize::MAX);
        // One that is read while it is being written is none either: the other half counts until it is there.
        let is_head = bytes.starts_with(&MAGIC) && length <= Self::ROOM && crc32fast::hash(&bytes[..32]) == short(32);
        Ok(is_head.then(|| HalfHead { generation: long(8), writer: long(16), length, crc: short(28) }))
    }

    fn read(&self, half: usize) -> Result<Option<(HalfHead, Vec<u8>)>, StoreError> {
        let Some(head) = self.head(half)? else { return Ok(None) };
        let mut body = vec![0; head.length];
        self.file.read_exact_at(&mut body, (half * HALF + HEAD) as u64)?;
        Ok((crc32fast::hash(&body) == head.crc).then_some((head, body)))
    }
}

/// Unlocks when it is dropped.
pub(in crate::store) struct Locked<'a>(&'a File);

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // Closing the file would do it too.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> (tempfile::TempDir, IntakeFile) {
        let directory = tempfile::tempdir().unwrap();
        IntakeFile::create(directory.path()).unwrap();
        let intake = IntakeFile::open(directory.path()).unwrap();
        (directory, intake)
    }

    #[test]
    fn the_newer_whole_half_counts_wherever_a_write_was_cut() {
        let (_directory, intake) = empty();
        intake.write(0, 2, b"two", 0).unwrap();
        let state = || intake.latest().map(|latest| (latest.generation, latest.half, latest.body)).unwrap();
        assert_eq!(state(), (2, 0, b"two".to_vec()));
        intake.write(1, 3, b"three and more", 0).unwrap();
        assert_eq!(state(), (3, 1, b"three and more".to_vec()));
        assert!(intake.is_own().unwrap());
        // Cut anywhere: what was there before stays.
        for cut in HALF..HALF + HEAD + 14 {
            let mut was = [0];
            intake.file.read_exact_at(&mut was, cut as u64).unwrap();
            intake.file.write_all_at(&[was[0] ^ 1], cut as u64).unwrap();
            assert_eq!(state(), (2, 0, b"two".to_vec()), "at {cut}");
            intake.file.write_all_at(&was, cut as u64).unwrap();
        }
        // Both are damaged: nothing is made up.
        intake.file.write_all_at(b"x", 0).unwrap();
        intake.file.write_all_at(b"x", HALF as u64).unwrap();
        assert!(matches!(intake.latest(), Err(StoreError::Damaged(_))));
    }

    #[test]
    fn what_another_program_wrote_is_told_from_ones_own_and_nothing_stays_when_it_is_cleared() {
        let (directory, intake) = empty();
        let other = IntakeFile::open(directory.path()).unwrap();
        intake.write(0, 2, &[b'q'; 9000], 0).unwrap();
        intake.write(1, 3, &[b'q'; 9001], 0).unwrap();
        assert!(intake.is_own().unwrap() && !other.is_own().unwrap());
        other.clear(1, 4).unwrap();
        assert!(!intake.is_own().unwrap());
        let latest = intake.latest().unwrap();
        assert_eq!((latest.generation, latest.body.len()), (4, 0));
        let bytes = std::fs::read(directory.path().join(NAME)).unwrap();
        assert!(bytes.len() == 2 * HALF && !bytes.windows(8).any(|window| window == b"qqqqqqqq"));
        assert!(intake.write(0, 5, &vec![0; IntakeFile::ROOM + 1], 0).is_err());
    }
}
