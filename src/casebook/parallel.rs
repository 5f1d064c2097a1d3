use std::thread;

/// Does two things at the same time.
pub(super) fn side_by_side<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (finished(one), other)
    })
}

/// Does the same to each of many, on every core, and keeps their order.
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
        let threads: Vec<_> =
            items.chunks(part).map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>())).collect();
        threads.into_iter().flat_map(finished).collect()
    })
}

fn finished<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(done) => done,
        Err(fault) => std::panic::resume_unwind(fault),
    }
}
