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
/// Nobody begins to write when there is none. Whoever has begun by then may still send: half of the reserve, and half a
/// day's worth more, are kept for them.
pub(super) struct Capacity {
    a_day: u64,
    reserve: u64,
    /// The day, and the bytes that were taken in on it. In memory alone: a box that starts again counts from nothing.
    taken: Mutex<(Date, u64)>,
}

/// How far the person has come for whom it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// They have not begun to write.
    Before,
    /// They send what they wrote.
    Sending,
}

impl Capacity {
    pub(super) fn new(limits: &LimitsConfig) -> Self {
        let bytes = |mib: u64| mib * MIB as u64;
        let taken = Mutex::new((Date::ZERO, 0));
        Self { a_day: bytes(limits.daily_mib), reserve: bytes(limits.disk_reserve_mib), taken }
    }

    /// Counts what is on the disk now.
    pub(super) fn took(&self, on: Date, bytes: u64) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = (on, Self::on(*taken, on) + bytes);
    }

    /// Why nothing can be taken on a day on which so many bytes of disk are free.
    pub(super) fn why_full(&self, stage: Stage, on: Date, free: u64) -> Option<&'static str> {
        if !self.is_left(stage, on) {
            Some("as much was sent today as is taken in a day")
        } else if !self.is_free(stage, free) {
            Some("too little disk space is free")
        } else {
            None
        }
    }

    fn is_left(&self, stage: Stage, on: Date) -> bool {
        let taken = Self::on(*self.taken.lock().unwrap_or_else(PoisonError::into_inner), on);
        taken < if stage == Stage::Before { self.a_day } else { self.a_day + self.a_day / 2 }
    }

    fn is_free(&self, stage: Stage, free: u64) -> bool {
        free >= if stage == Stage::Before { self.reserve } else { self.reserve / 2 }
    }

    /// What was taken in on a day.
    fn on((day, bytes): (Date, u64), on: Date) -> u64 {
        if day == on { bytes } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_begun_gets_half_as_much_again_and_each_day_begins_anew() {
        let capacity = Capacity::new(&LimitsConfig { daily_mib: 2, disk_reserve_mib: 4, ..LimitsConfig::default() });
        let (today, tomorrow) = (Date::constant(2026, 12, 1), Date::constant(2026, 12, 2));
        let left = |on| (capacity.is_left(Stage::Before, on), capacity.is_left(Stage::Sending, on));
        let mib = MIB as u64;
        for (more, expected) in [(2 * mib - 1, (true, true)), (1, (false, true)), (mib, (false, false))] {
            capacity.took(today, more);
            assert_eq!(left(today), expected);
        }
        assert_eq!(left(tomorrow), (true, true));
        capacity.took(tomorrow, 2 * mib);
        assert_eq!(left(tomorrow), (false, true));
        let free = |free| (capacity.is_free(Stage::Before, free), capacity.is_free(Stage::Sending, free));
        assert_eq!(
            [4 * mib, 4 * mib - 1, 2 * mib, 2 * mib - 1].map(free),
            [(true, true), (false, true), (false, true), (false, false)]
        );
    }

    #[test]
    fn nothing_reserved_is_no_limit() {
        let capacity = Capacity::new(&LimitsConfig { disk_reserve_mib: 0, ..LimitsConfig::default() });
        assert!(capacity.is_free(Stage::Before, 0));
    }
}
