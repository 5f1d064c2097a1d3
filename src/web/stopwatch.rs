use std::time::Instant;

/// Where moments come from that nothing but this process ever compares: the machine, or what a test says.
pub trait Stopwatch: Send + Sync {
    /// This moment.
    fn now(&self) -> Instant;
}

/// The machine's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemStopwatch;

impl Stopwatch for SystemStopwatch {
    fn now(&self) -> Instant {
        Instant::now()
    }
}
