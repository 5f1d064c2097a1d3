use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the last write that was tried reached the disk. The metronome tries, and whoever sends; whoever asks only
/// learns of it, so that asking leaves no trace on the disk.
#[derive(Default)]
pub(super) struct LastWrite {
    failed: AtomicBool,
}

impl LastWrite {
    pub(super) fn set(&self, reached_the_disk: bool) {
        self.failed.store(!reached_the_disk, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}
