use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::WebError;
use crate::domain::limits::{HASH_MEMORY_BYTES, HASH_QUEUE};

/// Lets as many codes be hashed at a time as there are cores, and some wait; the rest are told that the box is busy. So a
/// flood costs no more memory than is meant for it, and no more time than the cores have.
///
/// The codes of sends do not wait behind codes that someone typed, so that who tries codes keeps nobody from sending: each
/// kind has a lane of its own, and those that are typed have one core fewer.
pub(super) struct KdfQueue {
    sent: Lane,
    typed: Lane,
}

/// Some at a time, and some that wait.
struct Lane {
    /// Running and waiting.
    admitted: Arc<Semaphore>,
    /// One permit for each code that is hashed at the same moment.
    running: Arc<Semaphore>,
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
    /// For a machine with so many cores, on which a hash takes so many bytes.
    pub(super) fn new(cores: usize, hash_bytes: usize) -> Self {
        let (sent, typed) = at_once(cores, hash_bytes);
        Self { sent: Lane::new(sent), typed: Lane::new(typed) }
    }

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
    fn new(at_once: usize) -> Self {
        Self { admitted: Arc::new(Semaphore::new(at_once + HASH_QUEUE)), running: Arc::new(Semaphore::new(at_once)) }
    }

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

/// How many codes of sends, and how many that were typed, are hashed at the same moment: at least one each.
fn at_once(cores: usize, hash_bytes: usize) -> (usize, usize) {
    let fit = (HASH_MEMORY_BYTES / hash_bytes.max(1)).max(2);
    let typed = cores.saturating_sub(1).clamp(1, fit / 2);
    (cores.clamp(1, fit - typed), typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::KdfParams,
        domain::limits::{KIB, MIB},
    };

    #[test]
    fn as_many_are_hashed_at_once_as_there_are_cores_and_memory_for() {
        let hash = KdfParams::RECOMMENDED.memory_bytes();
        assert_eq!([1, 2, 3, 4, 64].map(|cores| at_once(cores, hash)), [(1, 1), (2, 1), (3, 2), (3, 3), (3, 3)]);
        for cores in 1..100 {
            for hash in [64 * KIB, 19 * MIB, 33 * MIB, 64 * MIB] {
                let (sent, typed) = at_once(cores, hash);
                assert!(sent >= typed && sent <= cores && (sent + typed) * hash <= HASH_MEMORY_BYTES);
            }
        }
        assert_eq!(at_once(8, 2 * HASH_MEMORY_BYTES), (1, 1), "neither kind ever waits for the other");
    }

    #[tokio::test]
    async fn what_was_typed_takes_no_place_of_a_send_and_past_the_queue_the_box_is_busy() {
        let queue = KdfQueue::new(2, MIB);
        let typed: Vec<Place> = std::iter::from_fn(|| queue.admit_typed().ok()).collect();
        assert_eq!(typed.len(), 1 + HASH_QUEUE);
        let mut typed = typed.into_iter();
        let _running = typed.next().unwrap().turn().await.unwrap();
        assert_eq!(queue.typed.running.available_permits(), 0);
        let sent: Vec<Place> = std::iter::from_fn(|| queue.admit_sent().ok()).collect();
        assert_eq!(sent.len(), 2 + HASH_QUEUE);
        let mut sent = sent.into_iter();
        let (first, _second) = (sent.next().unwrap().turn().await.unwrap(), sent.next().unwrap().turn().await.unwrap());
        assert!(queue.admit_sent().is_err() && queue.sent.running.available_permits() == 0);
        drop(first);
        assert!(queue.admit_sent().is_ok() && queue.sent.running.available_permits() == 1);
    }
}
