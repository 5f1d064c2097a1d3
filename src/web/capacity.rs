use std::sync::{Mutex, PoisonError};

use super::LimitsConfig;
use crate::{
    domain::{Date, limits::MIB},
    store::{Store, StoreError},
};

/// Where the number of free bytes comes from: the disk of the store, or what a test says.
pub trait FreeSpace: Send + Sync {
    /// Bytes that are free now. Blocks.
    ///
    /// # Errors
    /// If it can't be told.
    fn free_bytes(&self) -> Result<u64, StoreError>;
}

impl FreeSpace for Store {
    fn free_bytes(&self) -> Result<u64, StoreError> {
        self.free_bytes()
    }
}

/// Whether there is room for what people send: so many bytes a day, and so many that stay free on the disk.
///
/// Files are closed first: a text is worth more than a file, needs little, and nobody's files may keep it out. Texts have a
/// quarter of a day's worth that files never touch, and the half of the disk's reserve at which files have long been closed.
/// Nobody begins what there is no room for; whoever has begun by then has half as much room again of the day, and half or a
/// quarter of the reserve more of the disk.
pub(super) struct Capacity {
    a_day: u64,
    reserve: u64,
    /// In memory alone: a box that starts again counts from nothing.
    taken: Mutex<TakenIn>,
}

/// How far the person has come for whom it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// They have not begun to write.
    Before,
    /// They send what they wrote.
    Sending,
}

/// Why no files are taken while texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilesClosed {
    /// As many came as are taken in a day.
    Today,
    /// There is no room for them at this moment.
    Now,
}

/// What was taken in on a day, in bytes.
#[derive(Clone, Copy)]
struct TakenIn {
    on: Date,
    texts: u64,
    files: u64,
}

impl Capacity {
    pub(super) fn new(limits: &LimitsConfig) -> Self {
        let bytes = |mib: u64| mib * MIB as u64;
        let taken = Mutex::new(TakenIn { on: Date::ZERO, texts: 0, files: 0 });
        Self { a_day: bytes(limits.daily_mib), reserve: bytes(limits.disk_reserve_mib), taken }
    }

    /// Counts what is on the disk now: of a text, and of the files with it.
    pub(super) fn took(&self, on: Date, texts: u64, files: u64) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let before = taken.of(on);
        *taken = TakenIn { on, texts: before.texts + texts, files: before.files + files };
    }

    /// Why no text can be taken on a day on which so many bytes of disk are free: then nothing can.
    pub(super) fn why_full(&self, stage: Stage, on: Date, free: u64) -> Option<&'static str> {
        let taken = self.taken(on);
        let (own, all) = (stage.of_a_day(self.a_day / 4), stage.of_a_day(self.a_day));
        if taken.texts >= own && taken.besides(own) >= all {
            Some("as much was sent today as is taken in a day")
        } else if free < if stage == Stage::Before { self.reserve / 2 } else { self.reserve / 4 } {
            Some("too little disk space is free")
        } else {
            None
        }
    }

    /// Why no files can be taken then.
    pub(super) fn files_closed(&self, stage: Stage, on: Date, free: u64) -> Option<FilesClosed> {
        if self.taken(on).besides(self.a_day / 4) >= stage.of_a_day(self.a_day) {
            Some(FilesClosed::Today)
        } else if free < if stage == Stage::Before { self.reserve } else { self.reserve / 4 * 3 } {
            Some(FilesClosed::Now)
        } else {
            None
        }
    }

    fn taken(&self, on: Date) -> TakenIn {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).of(on)
    }
}

impl Stage {
    const fn of_a_day(self, bytes: u64) -> u64 {
        match self {
            Self::Before => bytes,
            Self::Sending => bytes + bytes / 2,
        }
    }
}

impl TakenIn {
    /// On another day nothing was.
    fn of(self, on: Date) -> Self {
        if self.on == on { self } else { Self { on, texts: 0, files: 0 } }
    }

    /// Bytes of what files and texts share, when texts have so many of their own.
    const fn besides(self, own: u64) -> u64 {
        self.files + self.texts.saturating_sub(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 12, 1);
    const MUCH: u64 = u64::MAX;
    const STAGES: [Stage; 2] = [Stage::Before, Stage::Sending];

    fn capacity(daily_mib: u64, disk_reserve_mib: u64) -> Capacity {
        Capacity::new(&LimitsConfig { daily_mib, disk_reserve_mib, ..LimitsConfig::default() })
    }

    /// Whether texts are taken of whoever has not begun and of whoever has; and files likewise.
    fn open(capacity: &Capacity, on: Date, free: u64) -> ([bool; 2], [bool; 2]) {
        (
            STAGES.map(|stage| capacity.why_full(stage, on, free).is_none()),
            STAGES.map(|stage| capacity.files_closed(stage, on, free).is_none()),
        )
    }

    #[test]
    fn files_close_first_and_texts_have_what_files_never_touch() {
        let (capacity, mib) = (capacity(4, 0), MIB as u64);
        let (yes, begun, no) = ([true, true], [false, true], [false, false]);
        // MiB of texts and of files that come in, and what is open after it.
        for ((texts, files), expected) in [
            ((0, 3), (yes, yes)),
            ((1, 0), (yes, yes)),
            ((0, 1), (begun, begun)),
            ((0, 2), (begun, no)),
            // Half a MiB more than a quarter of the day is kept for whoever is writing.
            ((1, 0), (no, no)),
        ] {
            capacity.took(TODAY, texts * mib, files * mib);
            assert_eq!(open(&capacity, TODAY, MUCH), expected, "{texts} {files}");
        }
        let tomorrow = Date::constant(2026, 12, 2);
        assert_eq!(open(&capacity, tomorrow, MUCH), (yes, yes));
        // Files alone never close it for texts.
        capacity.took(tomorrow, 0, 100 * mib);
        assert_eq!(open(&capacity, tomorrow, MUCH), (yes, no));
        assert_eq!(capacity.files_closed(Stage::Sending, tomorrow, MUCH), Some(FilesClosed::Today));
    }

    #[test]
    fn on_the_disk_files_stop_where_texts_go_on() {
        let (capacity, mib) = (capacity(1_000, 8), MIB as u64);
        for (free, expected) in [
            (8 * mib, ([true, true], [true, true])),
            (8 * mib - 1, ([true, true], [false, true])),
            (6 * mib - 1, ([true, true], [false, false])),
            (4 * mib - 1, ([false, true], [false, false])),
            (2 * mib - 1, ([false, false], [false, false])),
        ] {
            assert_eq!(open(&capacity, TODAY, free), expected, "{free}");
        }
        assert_eq!(capacity.files_closed(Stage::Before, TODAY, 0), Some(FilesClosed::Now));
    }

    #[test]
    fn nothing_reserved_is_no_limit() {
        assert_eq!(open(&capacity(1, 0), TODAY, 0), ([true, true], [true, true]));
    }
}
