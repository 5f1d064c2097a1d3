use std::thread;

use crate::crypto::scrub::wiped;

/// Does two things at the same time, the first on a thread of its own. What that leaves on its stack is wiped.
pub(super) fn side_by_side<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(|| wiped(one));
        let other = other();
        (finished(one), other)
    })
}

/// Does the same to each of many, on every core, and keeps their order. As [`side_by_side`], it leaves nothing on a
/// stack.
pub(super) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    /// Fewer are not worth a thread.
    const WORTH_SPLITTING: usize = 32;

    let cores = thread::available_parallelism().map_or(1, usize::from);
    if cores == 1 || items.len() < WORTH_SPLITTING {
        return items.iter().map(work).collect();
    }
    let part = items.len().div_ceil(cores);
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = items
            .chunks(part)
            .map(|part| scope.spawn(move || wiped(|| part.iter().map(work).collect::<Vec<R>>())))
            .collect();
        threads.into_iter().flat_map(finished).collect()
    })
}

fn finished<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(done) => done,
        Err(fault) => std::panic::resume_unwind(fault),
    }
}
