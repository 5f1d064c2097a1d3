use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{self, Instant},
};

use super::WebError;
use crate::{
    domain::limits::{UPLOAD_PLACES, UPLOADS},
    http::{GRACE, Pace},
};

/// How long a file waits for its turn to be sealed.
const TURN_WITHIN: Duration = Duration::from_mins(1);

/// How many bring files at once, and whose turn it is to have one sealed.
pub(super) struct Uploads {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    taken: Mutex<Vec<Weak<UploadTurn>>>,
}

/// A place among those who bring files: of all connections, these few alone may.
pub(super) struct UploadPlace(
    #[expect(dead_code, reason = "it is held, and given back when it is dropped")] OwnedSemaphorePermit,
);

/// A file's turn to be sealed. Another's when the last holder drops it.
pub(super) struct UploadTurn {
    /// Whether whoever sends the file keeps up.
    pub(super) pace: Pace,
    is_lost: Notify,
    _permit: OwnedSemaphorePermit,
}

impl Uploads {
    pub(super) fn new() -> Self {
        Self::of(UPLOAD_PLACES, UPLOADS)
    }

    fn of(places: usize, turns: usize) -> Self {
        let [places, turns] = [places, turns].map(|count| Arc::new(Semaphore::new(count)));
        Self { places, turns, taken: Mutex::default() }
    }

    /// A place for someone who begins to send a file.
    ///
    /// # Errors
    /// [`WebError::Busy`] if there is none.
    pub(super) fn place(&self) -> Result<UploadPlace, WebError> {
        Arc::clone(&self.places).try_acquire_owned().map(UploadPlace).map_err(|_| WebError::Busy)
    }

    /// Waits for a turn. Whoever has one and is behind loses it to whoever waits.
    ///
    /// # Errors
    /// [`WebError::Busy`] if none comes within a minute.
    pub(super) async fn turn(&self) -> Result<Arc<UploadTurn>, WebError> {
        let until = Instant::now() + TURN_WITHIN;
        let mut acquired = std::pin::pin!(Arc::clone(&self.turns).acquire_owned());
        loop {
            let look_again = until.min(Instant::now() + GRACE / 2);
            tokio::select! {
                biased;
                permit = acquired.as_mut() => {
                    let permit = permit.map_err(|_| WebError::Internal)?;
                    let turn = Arc::new(UploadTurn { pace: Pace::start(), is_lost: Notify::new(), _permit: permit });
                    self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&turn));
                    return Ok(turn);
                }
                () = time::sleep_until(look_again) => {
                    if look_again == until {
                        return Err(WebError::Busy);
                    }
                    self.end_the_slowest();
                }
            }
        }
    }

    fn end_the_slowest(&self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|turn| turn.strong_count() > 0);
        let turns = taken.iter().enumerate().filter_map(|(place, turn)| Some((turn.upgrade()?, place)));
        let slowest =
            turns.filter_map(|(turn, place)| Some((turn.pace.due()?, place, turn))).min_by_key(|(due, ..)| *due);
        if let Some((due, place, turn)) = slowest
            && due <= Instant::now()
        {
            taken.swap_remove(place);
            turn.is_lost.notify_one();
        }
    }
}

impl UploadTurn {
    /// Resolves when another has it.
    pub(super) async fn lost(&self) {
        self.is_lost.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_bring_files_at_once() {
        let uploads = Uploads::of(2, 1);
        let first = uploads.place().unwrap();
        let _second = uploads.place().unwrap();
        assert_eq!(uploads.place().err(), Some(WebError::Busy));
        drop(first);
        assert!(uploads.place().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_trickles_loses_the_turn_to_whoever_waits_and_whoever_keeps_up_does_not() {
        let uploads = Arc::new(Uploads::of(9, 2));
        let (steady, trickling) = (uploads.turn().await.unwrap(), uploads.turn().await.unwrap());
        let keeps_up = async {
            loop {
                steady.pace.waits();
                time::sleep(Duration::from_secs(1)).await;
                steady.pace.moved(2048);
            }
        };
        let trickles = async {
            loop {
                tokio::select! {
                    () = trickling.lost() => break,
                    () = time::sleep(Duration::from_secs(1)) => trickling.pace.moved(1),
                }
                trickling.pace.waits();
            }
            drop(trickling);
            std::future::pending::<()>().await;
        };
        let began = Instant::now();
        let third = tokio::select! {
            () = keeps_up => unreachable!(),
            () = trickles => unreachable!(),
            turn = uploads.turn() => turn.unwrap(),
        };
        assert!((GRACE..2 * GRACE).contains(&began.elapsed()), "{:?}", began.elapsed());
        // The box is at work with both: nobody is behind, and the fourth is told so in a minute.
        third.pace.moved(1);
        let began = Instant::now();
        assert_eq!(uploads.turn().await.err(), Some(WebError::Busy));
        assert_eq!(began.elapsed(), TURN_WITHIN);
    }
}
