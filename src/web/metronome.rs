//! What the box does on a timer, whatever its visitors do: the store's housekeeping, and whether a write reaches the disk.

use std::time::{Duration, Instant};

use tokio::time::{self, MissedTickBehavior};

use super::{App, WebError};
use crate::{
    domain::limits::MIB,
    http::{faults_are_over, note_fault, tell_faults},
    store::{Budget, ServingRight, StoreError},
    transfer::clear_carried,
};

/// How often the times of files are renewed, and what failed is tried again.
const BEAT: Duration = Duration::from_secs(1);
/// How often what came is folded away, and what was deleted is wiped.
const TICK: Duration = Duration::from_mins(10);

/// How many beats the memory of hashes is kept that nobody needs.
const IDLE_BEATS: u64 = 60;

/// Goes on for as long as the box serves. The first tick is at once: a box that was killed left something to be done.
pub async fn metronome(app: App) {
    let mut beats = time::interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ticked: Option<Instant> = None;
    for beat_number in 0_u64.. {
        beats.tick().await;
        let is_due = ticked.is_none_or(|at| at.elapsed() >= TICK);
        if is_due {
            ticked = Some(Instant::now());
        }
        // A fault in it ends neither the box nor the metronome.
        let _ = app
            .blocking(move |app| {
                if is_due {
                    tick(app);
                } else {
                    beat(app);
                }
                if beat_number.is_multiple_of(IDLE_BEATS) {
                    app.release_idle_memory();
                }
                Ok::<(), WebError>(())
            })
            .await;
    }
}

/// What has to be done before anybody is answered: nobody else may serve, and what is kept no longer is gone then. Blocks.
///
/// # Errors
/// If another box serves from the same data, or they can't be read. If they can't be written, people must be able to read
/// their answers all the same.
pub fn begin(app: &App) -> Result<ServingRight, StoreError> {
    let limits = app.config().limits;
    let budget = Budget { disk_reserve: limits.disk_reserve_mib * MIB as u64, arriving: limits.arriving_bytes() };
    let right = app.store().begin_serving(budget)?;
    match app.store().forget_acknowledged(app.today(), app.config().limits.acknowledged_days) {
        Ok(_) => Ok(right),
        Err(error @ StoreError::Damaged(_)) => Err(error),
        Err(error) => {
            app.last_write().set(false);
            note_fault(&error);
            Ok(right)
        }
    }
}

/// The last tick, when the box stops. Blocks.
pub fn last_tick(app: &App) {
    tick(app);
}

fn beat(app: &App) {
    app.store().renew_times(app.today());
    // What failed is tried again, and nothing else is written.
    if look(app) && app.last_write().failed() {
        probe(app);
    }
}

fn tick(app: &App) {
    if !look(app) {
        // Nothing more is written to what is not the box's any more, or not whole.
        tell_faults();
        return;
    }
    let limits = app.config().limits;
    let done = app.store().forget_acknowledged(app.today(), limits.acknowledged_days).map(drop);
    let over = app.store().forget_over(app.today(), &limits.periods()).map(drop);
    probe(app);
    let ticked = app.store().tick(app.today());
    // After what was withdrawn was folded.
    if let Some(Err(error)) = app.carriage().map(|carriage| clear_carried(app.store(), &carriage.directory)) {
        note_fault(&format!("what lay ready can't be removed: {error}"));
    }
    if let Some(error) =
        [done, over, ticked].into_iter().find_map(Result::err).filter(|e| !matches!(e, StoreError::Busy))
    {
        note_fault(&error);
    }
    // At a tick alone: who reads the log would learn from the time of a line that somebody met a fault then. `/healthz`
    // tells at once that there is one.
    tell_faults();
}

/// Whether all that is open is still there and whole.
fn look(app: &App) -> bool {
    let found = app.store().look();
    if let Err(error) = &found {
        // Another command holds the database, most often for a moment.
        if matches!(error, StoreError::Busy) {
            return true;
        }
        note_fault(error);
    }
    app.last_look().set(&found);
    found.is_ok()
}

fn probe(app: &App) {
    let probed = app.store().probe();
    match probed {
        // Another command is using the database: no fault, and looked at again at the next tick.
        Err(StoreError::Busy) => return,
        _ => app.last_write().set(probed.is_ok()),
    }
    match probed {
        Ok(()) => faults_are_over(),
        Err(error) => note_fault(&error),
    }
}
