use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::WebError;
use crate::domain::limits::HASH_QUEUE;

/// Lets few codes be hashed at a time and some wait; the rest are told that the box is busy. So a flood costs neither
/// memory nor everybody else's time: each hash takes some 19 MiB, however many cores there are.
///
/// The codes of sends do not wait behind codes that someone typed, so that who tries codes keeps nobody from sending.
#[derive(Default)]
pub(super) struct KdfQueue {
    sent: Lane,
    typed: Lane,
}

/// One at a time, and some that wait.
struct Lane {
    /// Running and waiting.
    admitted: Arc<Semaphore>,
    /// One permit for each code that is hashed at the same moment.
    running: Arc<Semaphore>,
}

impl Default for Lane {
    fn default() -> Self {
        Self { admitted: Arc::new(Semaphore::new(1 + HASH_QUEUE)), running: Arc::new(Semaphore::new(1)) }
    }
}

/// A place in the queue.
pub(super) struct Place {
    admitted: OwnedSemaphorePermit,
    running: Arc<Semaphore>,
}

/// Whose turn it is. Dropped when the code is hashed.
pub(super) struct Turn {
    _admitted: OwnedSemaphorePermit,
    _running: OwnedSemaphorePermit,
}

impl KdfQueue {
    /// A place for a code that comes with a concern.
    pub(super) fn admit_sent(&self) -> Result<Place, WebError> {
        self.sent.admit()
    }

    /// A place for a code that someone typed.
    pub(super) fn admit_typed(&self) -> Result<Place, WebError> {
        self.typed.admit()
    }
}

impl Lane {
    fn admit(&self) -> Result<Place, WebError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| WebError::Busy)?;
        Ok(Place { admitted, running: Arc::clone(&self.running) })
    }
}

impl Place {
    /// Waits for its turn.
    pub(super) async fn turn(self) -> Result<Turn, WebError> {
        let running = self.running.acquire_owned().await.map_err(|_| WebError::Internal)?;
        Ok(Turn { _admitted: self.admitted, _running: running })
    }
}
