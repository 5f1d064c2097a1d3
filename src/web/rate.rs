//! How much is done in a minute, whoever asks: nothing is known of anyone who asks, so each limit is one for all, in
//! memory alone.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What the limit is counted over, and how much of it may be used at once.
const WINDOW: Duration = Duration::from_mins(1);

/// A bucket that holds a minute's worth and fills evenly.
pub(super) struct Rate {
    each: Duration,
    /// When the bucket would be full again.
    full_at: Mutex<Instant>,
}

impl Rate {
    pub(super) fn a_minute(count: u32) -> Self {
        Self { each: WINDOW / count.max(1), full_at: Mutex::new(Instant::now()) }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&self) -> bool {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> bool {
        // A thread that panicked with it left a time that is as good as any.
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let after = (*full_at).max(now) + self.each;
        let there = after <= now + WINDOW;
        if there {
            *full_at = after;
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_many_and_they_come_back_evenly() {
        let rate = Rate::a_minute(3);
        let start = Instant::now() + WINDOW;
        let taken = |seconds: u64| rate.take_at(start + Duration::from_secs(seconds));
        assert_eq!([taken(0), taken(0), taken(0), taken(0)], [true, true, true, false]);
        assert_eq!([taken(19), taken(20), taken(20), taken(40)], [false, true, false, true]);
        // However long nobody asks, there is no more than a minute's worth.
        assert_eq!([taken(999), taken(999), taken(999), taken(999)], [true, true, true, false]);
    }
}
