//! How much is done in a minute, whoever asks: nothing is known of anyone who asks, so each limit is one for all, in
//! memory alone.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
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
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut full_at = self.full_at();
        let after = (*full_at).max(now) + self.each;
        let there = after <= now + WINDOW;
        if there {
            *full_at = after;
        }
        there
    }

    /// Whether there is one to be taken.
    pub(super) fn is_left(&self, now: Instant) -> bool {
        (*self.full_at()).max(now) + self.each <= now + WINDOW
    }

    /// Whether more than half of a minute's worth was used.
    pub(super) fn is_over_half_used(&self, now: Instant) -> bool {
        self.full_at().saturating_duration_since(now) > WINDOW / 2
    }

    fn full_at(&self) -> MutexGuard<'_, Instant> {
        // A thread that panicked with it left a time that is as good as any.
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_many_and_they_come_back_evenly() {
        let rate = Rate::a_minute(3);
        let start = Instant::now() + WINDOW;
        let taken = |seconds: u64| rate.take(start + Duration::from_secs(seconds));
        assert_eq!([taken(0), taken(0), taken(0), taken(0)], [true, true, true, false]);
        assert_eq!([taken(19), taken(20), taken(20), taken(40)], [false, true, false, true]);
        // However long nobody asks, there is no more than a minute's worth.
        assert_eq!([taken(999), taken(999), taken(999), taken(999)], [true, true, true, false]);
    }

    #[test]
    fn it_tells_what_is_left_without_taking_it() {
        let rate = Rate::a_minute(4);
        let start = Instant::now() + WINDOW;
        let tells = |seconds: u64| {
            let now = start + Duration::from_secs(seconds);
            (rate.is_left(now), rate.is_over_half_used(now))
        };
        let mut told = vec![tells(0)];
        for _ in 0..4 {
            assert!(rate.take(start));
            told.push(tells(0));
        }
        assert_eq!(told, [(true, false), (true, false), (true, false), (true, true), (false, true)]);
        assert_eq!([tells(14), tells(15), tells(30)], [(false, true), (true, true), (true, false)]);
    }
}
