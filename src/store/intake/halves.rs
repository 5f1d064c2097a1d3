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
const MAGIC: [u8; 8] = *b"candour\x02";
/// Bytes before the state: [`MAGIC`], generation, writer, base, length, CRC-32 of the state, and of all that is before.
const HEAD: usize = 44;
/// The same of a half that was written before 0.2.0, which has no base.
const MAGIC_V1: [u8; 8] = *b"candour\x01";
const HEAD_V1: usize = 36;

/// No generation is less, but of a box that was made before 0.2.0 and was sent nothing since.
const FIRST_GENERATION: u64 = 1 << 48;
/// By how much the next one is larger, at most.
const STEP_BITS: u32 = 16;

/// The file, open.
pub(in crate::store) struct IntakeFile {
    file: File,
    /// Tells this program's states from another's.
    writer: u64,
}

/// The newer of the two halves.
pub(in crate::store) struct Latest {
    /// Larger with each state.
    pub(in crate::store) generation: u64,
    /// 0 or 1.
    pub(in crate::store) half: usize,
    /// The generation of the last state that was folded before this one: what the database has to hold beside it. None if
    /// an earlier version wrote it.
    pub(in crate::store) base: Option<u64>,
    /// The state.
    pub(in crate::store) body: Vec<u8>,
}

struct HalfHead {
    bytes: usize,
    generation: u64,
    writer: u64,
    base: Option<u64>,
    length: usize,
    crc: u32,
}

/// What a state is written with.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct StateNumbers {
    pub(in crate::store) generation: u64,
    pub(in crate::store) base: u64,
}

impl IntakeFile {
    /// Bytes that a state may have.
    pub(in crate::store) const ROOM: usize = HALF - HEAD;

    /// Makes one that holds nothing, with all its room taken, beside a database that has that generation as folded.
    pub(in crate::store) fn create(directory: &Path, folded: u64) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true).mode(0o600);
        let intake = Self { file: options.open(directory.join(NAME))?, writer: 0 };
        let first = StateNumbers { generation: later_generation(folded), base: folded };
        intake.write(0, first, &[], HALF)?;
        intake.write(1, first, &[], HALF)?;
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
        Ok(Latest { generation: head.generation, half, base: head.base, body })
    }

    /// Whether the newest state is one that this program wrote.
    pub(in crate::store) fn is_own(&self) -> Result<bool, StoreError> {
        let heads = [self.head(0)?, self.head(1)?].into_iter().flatten();
        Ok(heads.max_by_key(|head| head.generation).is_some_and(|head| head.writer == self.writer))
    }

    /// Refuses a database in which not all is that was folded away from here. `folded` says what is, and is asked last:
    /// another program may fold meanwhile.
    pub(in crate::store) fn refuse_older(
        &self,
        folded: impl FnOnce() -> Result<u64, StoreError>,
    ) -> Result<(), StoreError> {
        let heads = [self.head(0)?, self.head(1)?].into_iter().flatten();
        let latest = heads.max_by_key(|head| head.generation).ok_or_else(|| damaged("the intake"))?;
        refuse_without(latest.base, folded()?)
    }

    /// Writes a state into a half, and zeros behind it up to so many bytes of the half in all.
    pub(in crate::store) fn write(
        &self,
        half: usize,
        StateNumbers { generation, base }: StateNumbers,
        body: &[u8],
        up_to: usize,
    ) -> io::Result<()> {
        let length = u32::try_from(body.len()).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity((HEAD + body.len()).max(up_to));
        bytes.extend(MAGIC);
        bytes.extend(generation.to_le_bytes());
        bytes.extend(self.writer.to_le_bytes());
        bytes.extend(base.to_le_bytes());
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
        let Latest { half, base, body, .. } = self.latest()?;
        let mut bytes = vec![0; if base.is_some() { HEAD } else { HEAD_V1 } + body.len()];
        self.file.read_exact_at(&mut bytes, (half * HALF) as u64)?;
        self.file.write_all_at(&bytes, ((1 - half) * HALF) as u64)?;
        Ok(self.sync()?)
    }

    /// Empties both halves to their ends.
    pub(in crate::store) fn clear(&self, latest_half: usize, numbers: StateNumbers) -> io::Result<()> {
        for half in [1 - latest_half, latest_half] {
            self.write(half, numbers, &[], HALF)?;
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
        // One that is read while it is being written is none either: the other half counts until it is there.
        let (head, base) = match bytes.first_chunk() {
            Some(&MAGIC) => (HEAD, Some(long(24))),
            Some(&MAGIC_V1) => (HEAD_V1, None),
            _ => return Ok(None),
        };
        let length = usize::try_from(short(head - 12)).unwrap_or(usize::MAX);
        let is_head = length <= HALF - head && crc32fast::hash(&bytes[..head - 4]) == short(head - 4);
        let (generation, writer, crc) = (long(8), long(16), short(head - 8));
        Ok(is_head.then_some(HalfHead { bytes: head, generation, writer, base, length, crc }))
    }

    fn read(&self, half: usize) -> Result<Option<(HalfHead, Vec<u8>)>, StoreError> {
        let Some(head) = self.head(half)? else { return Ok(None) };
        let mut body = vec![0; head.length];
        self.file.read_exact_at(&mut body, (half * HALF + head.bytes) as u64)?;
        Ok((crc32fast::hash(&body) == head.crc).then_some((head, body)))
    }
}

/// A generation after this one: by a random step, from a random beginning, so that it tells nobody how often something came.
/// There is room for 2^46 of them.
pub(in crate::store) fn later_generation(generation: u64) -> u64 {
    let random = os_random().next_u64();
    if generation < FIRST_GENERATION {
        return FIRST_GENERATION + (random >> 2);
    }
    generation.saturating_add(1 + (random >> (u64::BITS - STEP_BITS)))
}

/// Refuses a database that holds less than what was folded before a state: it is older than the intake beside it.
pub(in crate::store) fn refuse_without(base: Option<u64>, folded: u64) -> Result<(), StoreError> {
    match base {
        Some(base) if base > folded => {
            Err(damaged("candour.db is older than what lies beside it: it was copied while the box ran, or put back"))
        }
        _ => Ok(()),
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
    use std::collections::BTreeSet;

    use super::*;

    const fn at(generation: u64) -> StateNumbers {
        StateNumbers { generation, base: 0 }
    }

    fn empty() -> (tempfile::TempDir, IntakeFile) {
        let directory = tempfile::tempdir().unwrap();
        IntakeFile::create(directory.path(), 0).unwrap();
        let intake = IntakeFile::open(directory.path()).unwrap();
        // From one on, as these are easier to read.
        [0, 1].into_iter().for_each(|half| intake.write(half, at(1), &[], HALF).unwrap());
        (directory, intake)
    }

    #[test]
    fn the_newer_whole_half_counts_wherever_a_write_was_cut() {
        let (_directory, intake) = empty();
        intake.write(0, at(2), b"two", 0).unwrap();
        let state = || intake.latest().map(|latest| (latest.generation, latest.half, latest.body)).unwrap();
        assert_eq!(state(), (2, 0, b"two".to_vec()));
        intake.write(1, at(3), b"three and more", 0).unwrap();
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
        intake.write(0, at(2), &[b'q'; 9000], 0).unwrap();
        intake.write(1, at(3), &[b'q'; 9001], 0).unwrap();
        assert!(intake.is_own().unwrap() && !other.is_own().unwrap());
        other.clear(1, at(4)).unwrap();
        assert!(!intake.is_own().unwrap());
        let latest = intake.latest().unwrap();
        assert_eq!((latest.generation, latest.body.len()), (4, 0));
        let bytes = std::fs::read(directory.path().join(NAME)).unwrap();
        assert!(bytes.len() == 2 * HALF && !bytes.windows(8).any(|window| window == b"qqqqqqqq"));
        assert!(intake.write(0, at(5), &vec![0; IntakeFile::ROOM + 1], 0).is_err());
    }

    #[test]
    fn generations_are_later_by_steps_that_tell_nothing_from_a_beginning_that_tells_nothing() {
        let mut generation = 0;
        let mut steps = BTreeSet::new();
        for _ in 0..200 {
            let later = later_generation(generation);
            assert!(later > generation && later >= FIRST_GENERATION);
            steps.insert(later - generation);
            generation = later;
        }
        // Of 65,536 steps; the first is the beginning. Twenty of the same would be a fault.
        assert!(steps.len() > 180, "{steps:?}");
        assert!(steps.iter().rev().skip(1).all(|step| *step <= 1 << STEP_BITS), "{steps:?}");
        let begins: BTreeSet<u64> = (0..20).map(|earlier| later_generation(earlier) >> STEP_BITS).collect();
        assert_eq!(begins.len(), 20, "two begin at the same");
        assert_eq!(later_generation(u64::MAX), u64::MAX, "no panic for a file that somebody made up");
    }

    #[test]
    fn what_an_earlier_version_wrote_is_read_and_the_next_state_says_what_it_stands_on() {
        let (_directory, intake) = empty();
        let mut bytes = MAGIC_V1.to_vec();
        bytes.extend([7_u64, 99].map(u64::to_le_bytes).concat());
        bytes.extend([3, crc32fast::hash(b"old")].map(u32::to_le_bytes).concat());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes.extend(b"old");
        intake.file.write_all_at(&bytes, HALF as u64).unwrap();
        for half in [1, 0] {
            let latest = intake.latest().unwrap();
            assert_eq!((latest.generation, latest.base, latest.body), (7, None, b"old".to_vec()));
            intake.refuse_older(|| Ok(0)).unwrap();
            assert!(!intake.is_own().unwrap());
            intake.mirror_latest().unwrap();
            // The other half has it now.
            intake.file.write_all_at(&[0; HEAD], (half * HALF) as u64).unwrap();
        }
        intake.write(1, StateNumbers { generation: 8, base: 6 }, b"new", 0).unwrap();
        assert_eq!(intake.latest().unwrap().base, Some(6));
        intake.refuse_older(|| Ok(6)).unwrap();
        assert!(matches!(intake.refuse_older(|| Ok(5)), Err(StoreError::Damaged(_))));
    }
}
