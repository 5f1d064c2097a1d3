//! When the answer to a receipt code leaves: at a time that whoever watches the connection can tell nothing from.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use tokio::time::{self, Instant, Sleep};

/// What the time from a request to its answer is a multiple of. One hash and [`READING`] fit into it on a machine that
/// hashes in less than 30 ms, and a page comes in less than 60.
const STEP: Duration = Duration::from_millis(50);
/// Kept free between the hash and the step: for looking up, opening answers and making the page, which take longer for
/// one code than for another.
const READING: Duration = Duration::from_millis(20);
/// The same where something is written to the disk for a right code.
const WRITING: Duration = Duration::from_millis(70);

/// The steps of one request, counted from when it has been read: what came before is the connection's own pace.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    from: Instant,
    room: Duration,
}

/// When an answer leaves: a timer that runs already.
pub(super) struct Departure(Pin<Box<Sleep>>);

impl Steps {
    /// For a request that only reads, counted from now.
    pub(super) fn for_reading() -> Self {
        Self { from: Instant::now(), room: READING }
    }

    /// For a request that writes, counted from now.
    pub(super) fn for_writing() -> Self {
        Self { from: Instant::now(), room: WRITING }
    }

    /// The step at which the answer leaves, for a code that has just been hashed.
    ///
    /// It is chosen before anything is known of the code, with room for all that depends on it. The first step after the
    /// work would not do: a hash that waited until shortly before a step would show by it whether the rest took long. Its
    /// timer is set now for the same reason: of those that end at the same moment, the one that was set first goes first.
    pub(super) async fn hashed(self) -> Departure {
        let at = next_step(self.from, Instant::now() + self.room);
        let mut timer = Box::pin(time::sleep_until(at));
        // A timer is set when it is first asked whether it has ended.
        poll_fn(|context| Poll::Ready(timer.as_mut().poll(context).is_ready())).await;
        Departure(timer)
    }
}

impl Departure {
    /// Waits for it. Where the work took longer than there was room for, the next step.
    pub(super) async fn wait(mut self) {
        let (chosen, now) = (self.0.deadline(), Instant::now());
        if chosen < now {
            self.0.as_mut().reset(next_step(chosen, now));
        }
        self.0.await;
    }
}

fn next_step(mut step: Instant, earliest: Instant) -> Instant {
    while step < earliest {
        step += STEP;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds from a request to its answer, on a clock that does not wait.
    async fn leaves_after(steps: impl Fn() -> Steps, hash: u64, rest: u64) -> u128 {
        let (start, steps) = (Instant::now(), steps());
        time::advance(Duration::from_millis(hash)).await;
        let departure = steps.hashed().await;
        time::advance(Duration::from_millis(rest)).await;
        departure.wait().await;
        start.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_leaves_at_a_step_that_its_code_has_no_part_in() {
        for (hash, expected) in [(0, 50), (15, 50), (30, 50), (31, 100), (79, 100), (81, 150), (1_000, 1_050)] {
            for rest in [0, 1, 10, 19] {
                assert_eq!(leaves_after(Steps::for_reading, hash, rest).await, expected, "{hash} and {rest} ms");
            }
        }
        for (hash, expected) in [(0, 100), (30, 100), (31, 150)] {
            for rest in [0, 10, 69] {
                assert_eq!(leaves_after(Steps::for_writing, hash, rest).await, expected, "{hash} and {rest} ms");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_beyond_its_room_leaves_at_the_next_step() {
        assert_eq!(leaves_after(Steps::for_reading, 15, 36).await, 100);
        assert_eq!(leaves_after(Steps::for_reading, 15, 90).await, 150);
    }
}
