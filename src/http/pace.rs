use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

use crate::domain::limits::KIB;

/// Bytes a second at which whoever is waited for keeps up: less than the slowest useful connection over Tor.
pub(super) const RATE: u64 = KIB as u64;
/// How far ahead of that rate anyone gets, and how long whoever begins may take before anything moves.
pub const GRACE: Duration = Duration::from_secs(5);

const MICROSECONDS: u64 = 1_000_000;
/// In place of when the box stopped waiting.
const WAITED_FOR: u64 = u64::MAX;

/// Whether somebody who sends or reads keeps up with 1 KiB a second.
///
/// There is a moment at which they are behind: [`GRACE`] after they begin. Each byte puts it off, and so does the time in
/// which the box is at work and does not wait for them; never further than [`GRACE`] from now. So whoever is steadily slow
/// is behind, whoever pauses for a moment is not, and nobody saves up time by having been fast.
pub struct Pace {
    began: Instant,
    /// When they are behind, in microseconds after they began.
    due: AtomicU64,
    /// Since when the box does not wait for them, likewise.
    since: AtomicU64,
}

impl Pace {
    /// Of someone who is waited for from now on.
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), due: AtomicU64::new(micros(GRACE)), since: AtomicU64::new(WAITED_FOR) }
    }

    /// So many bytes moved, and the box is at work until it waits again.
    pub fn moved(&self, bytes: usize) {
        let now = self.now();
        self.put_off(now, (bytes as u64).saturating_mul(MICROSECONDS) / RATE);
        if self.since.load(Ordering::Relaxed) == WAITED_FOR {
            self.since.store(now, Ordering::Relaxed);
        }
    }

    /// Something new is asked of them: they begin again, as soon as they are waited for.
    pub fn begins_again(&self) {
        let now = self.now();
        self.due.store(now + micros(GRACE), Ordering::Relaxed);
        self.since.store(now, Ordering::Relaxed);
    }

    /// They are waited for.
    pub fn waits(&self) {
        let since = self.since.swap(WAITED_FOR, Ordering::Relaxed);
        if since != WAITED_FOR {
            let now = self.now();
            self.put_off(now, now.saturating_sub(since));
        }
    }

    /// When they are behind; none while they are not waited for.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        let is_waited_for = self.since.load(Ordering::Relaxed) == WAITED_FOR;
        is_waited_for.then(|| self.began + Duration::from_micros(self.due.load(Ordering::Relaxed)))
    }

    fn put_off(&self, now: u64, by: u64) {
        // One task moves bytes; others only look.
        let due = self.due.load(Ordering::Relaxed).saturating_add(by).min(now + micros(GRACE));
        self.due.store(due, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        micros(self.began.elapsed())
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use tokio::time;

    use super::*;

    fn is_behind(pace: &Pace) -> bool {
        pace.due().is_some_and(|due| due <= Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_slower_than_the_rate_falls_behind_and_whoever_keeps_it_never_does() {
        let (slow, steady, silent) = (Pace::start(), Pace::start(), Pace::start());
        for second in 0..100 {
            assert_eq!(is_behind(&slow), second >= 10, "{second}");
            assert_eq!(is_behind(&silent), second >= 5, "{second}");
            assert!(!is_behind(&steady), "{second}");
            time::advance(Duration::from_secs(1)).await;
            for (pace, bytes) in [(&slow, KIB / 2), (&steady, KIB)] {
                pace.moved(bytes);
                pace.waits();
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_saves_up_time_and_the_box_s_own_work_costs_them_none() {
        let pace = Pace::start();
        pace.moved(100 * KIB);
        pace.waits();
        time::advance(GRACE).await;
        assert!(is_behind(&pace), "a fast beginning is no reserve");
        pace.moved(3 * KIB);
        time::advance(Duration::from_hours(1)).await;
        assert_eq!(pace.due(), None, "the box is at work");
        pace.waits();
        assert!(!is_behind(&pace));
        time::advance(GRACE).await;
        assert!(is_behind(&pace));
    }
}
