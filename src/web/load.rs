//! How many codes are issued, and how old one has to be to be sent while there are many.
//!
//! Nobody writes a concern in a few seconds; a program that sends one form after the other does. While more is asked for
//! than people ask for, each code waits a little: a person never notices, and a flood has to keep what it sends.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::crypto::{Code, Stamp, StampKey};

/// Seconds over which codes are counted.
const COUNTED: usize = 60;
/// Seconds that a code is old before it is sent, while there is load.
const LEAST_AGE: u64 = 8;
/// The same when far more is asked for than may be sent.
const MOST_AGE: u64 = 30;

/// The codes that were issued lately: counted, and each with the moment at which it was, which this process alone can read.
pub(super) struct IssuedCodes {
    key: StampKey,
    began: Instant,
    sends_a_minute: u64,
    lately: Mutex<Lately>,
}

/// What was issued in each of the last seconds.
struct Lately {
    /// The last second that is counted in it, since the process began.
    until: u64,
    seconds: [u32; COUNTED],
}

impl IssuedCodes {
    pub(super) fn new(now: Instant, sends_a_minute: u32) -> Self {
        let lately = Mutex::new(Lately { until: 0, seconds: [0; COUNTED] });
        Self { key: StampKey::generate(), began: now, sends_a_minute: sends_a_minute.into(), lately }
    }

    /// Stamps a code that is issued now, and counts it.
    pub(super) fn stamp(&self, code: &Code, now: Instant) -> Stamp {
        let second = self.second(now);
        self.lately.lock().unwrap_or_else(PoisonError::into_inner).add(second);
        self.key.stamp(code, u32::try_from(second).unwrap_or(u32::MAX))
    }

    /// How long a code has to wait before it may be sent; nothing if it may be now. `few_left` says that more than half of
    /// the sends of a minute were used.
    pub(super) fn wait(&self, code: &Code, stamp: Stamp, now: Instant, few_left: bool) -> Duration {
        let needed = self.needed(now, few_left);
        // What another process issued was issued before this one began.
        let age = self.key.seconds(code, stamp).map_or(MOST_AGE, |then| self.second(now).saturating_sub(then.into()));
        Duration::from_secs(needed.saturating_sub(age))
    }

    /// The same for a code of which nothing is known.
    pub(super) fn longest_wait(&self, now: Instant, few_left: bool) -> Duration {
        Duration::from_secs(self.needed(now, few_left))
    }

    /// Seconds that a code has to be old now: in proportion to how many are issued.
    fn needed(&self, now: Instant, few_left: bool) -> u64 {
        let issued = self.lately.lock().unwrap_or_else(PoisonError::into_inner).count(self.second(now));
        if !few_left && 2 * issued <= self.sends_a_minute {
            return 0;
        }
        (LEAST_AGE * issued / self.sends_a_minute.max(1)).clamp(LEAST_AGE, MOST_AGE)
    }

    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs()
    }
}

impl Lately {
    fn add(&mut self, second: u64) {
        self.go_on_to(second);
        let place = &mut self.seconds[place(self.until)];
        *place = place.saturating_add(1);
    }

    fn count(&mut self, second: u64) -> u64 {
        self.go_on_to(second);
        self.seconds.iter().map(|count| u64::from(*count)).sum()
    }

    /// Empties the places of the seconds that have come since.
    fn go_on_to(&mut self, second: u64) {
        let from = (self.until + 1).max(second.saturating_sub(COUNTED as u64 - 1));
        (from..=second).for_each(|second| self.seconds[place(second)] = 0);
        self.until = self.until.max(second);
    }
}

/// Where a second is counted.
fn place(second: u64) -> usize {
    // It is less than 60, so this can't fail.
    usize::try_from(second % COUNTED as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::os_random;

    struct Issuing {
        start: Instant,
        issued: IssuedCodes,
    }

    impl Issuing {
        /// At which 10 may be sent in a minute.
        fn new() -> Self {
            let start = Instant::now();
            Self { start, issued: IssuedCodes::new(start, 10) }
        }

        fn at(&self, second: u64) -> Instant {
            self.start + Duration::from_secs(second)
        }

        fn issue(&self, second: u64) -> (Code, Stamp) {
            let code = Code::issue(&mut os_random());
            let stamp = self.issued.stamp(&code, self.at(second));
            (code, stamp)
        }

        fn wait(&self, (code, stamp): &(Code, Stamp), second: u64, few_left: bool) -> u64 {
            self.issued.wait(code, *stamp, self.at(second), few_left).as_secs()
        }
    }

    #[test]
    fn a_code_waits_while_many_are_issued_and_else_not() {
        let world = Issuing::new();
        let codes: Vec<_> = (0..5).map(|_| world.issue(0)).collect();
        assert_eq!(world.wait(&codes[0], 0, false), 0, "half of what may be sent");
        let last = world.issue(1);
        let waits = |second| world.wait(&last, second, false);
        assert_eq!([waits(1), waits(2), waits(8), waits(9)], [8, 7, 1, 0]);
        // Those of a minute ago count no more.
        assert_eq!(world.wait(&world.issue(60), 60, false), 0);
        assert_eq!(world.wait(&world.issue(61), 61, true), 8, "few sends are left");
    }

    #[test]
    fn the_more_are_issued_the_longer_it_is_up_to_a_bound() {
        let world = Issuing::new();
        let waits = |count: usize| {
            (0..count).map(|_| world.issue(0)).last().map(|last| world.wait(&last, 0, false)).unwrap_or_default()
        };
        assert_eq!([waits(20), waits(10), waits(1_000)], [16, 24, 30]);
        assert_eq!(world.issued.longest_wait(world.at(0), false).as_secs(), 30);
        assert_eq!(world.issued.longest_wait(world.at(60), false).as_secs(), 0);
    }

    #[test]
    fn what_another_process_issued_is_old_enough() {
        let (world, before) = (Issuing::new(), Issuing::new());
        let old = before.issue(0);
        (0..1_000).for_each(|_| drop(world.issue(0)));
        assert_eq!(world.wait(&old, 0, true), 0);
    }

    #[test]
    fn however_long_nobody_asks_nothing_of_before_is_counted() {
        let mut lately = Lately { until: 0, seconds: [0; COUNTED] };
        for second in [0, 0, 59] {
            lately.add(second);
        }
        let counts = [59, 60, 118, 119, 1_000_000].map(|second| lately.count(second));
        assert_eq!(counts, [3, 1, 1, 0, 0]);
        lately.add(1_000_000);
        // A moment that seems to lie before the last one loses nothing.
        assert_eq!([lately.count(999_999), lately.count(1_000_059), lately.count(1_000_060)], [1, 1, 0]);
    }
}
