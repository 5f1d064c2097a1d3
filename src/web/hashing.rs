use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{App, WebError};
use crate::{
    crypto::{Code, Receipt},
    domain::limits::HASH_QUEUE,
};

/// Lets few codes be hashed at a time and some wait; the rest are told that the box is busy. So a flood costs neither
/// memory nor everybody else's time: each hash takes some 19 MiB, however many cores there are.
///
/// The codes of sends do not wait behind codes that someone typed, so that who tries codes keeps nobody from sending.
#[derive(Default)]
pub(super) struct Hashing {
    sent: Lane,
    typed: Lane,
}

/// One at a time, and some that wait.
struct Lane {
    /// Running and waiting.
    admitted: Arc<Semaphore>,
    /// Running.
    running: Arc<Semaphore>,
}

impl Default for Lane {
    fn default() -> Self {
        Self { admitted: Arc::new(Semaphore::new(1 + HASH_QUEUE)), running: Arc::new(Semaphore::new(1)) }
    }
}

/// A place in a lane.
struct Admitted {
    place: OwnedSemaphorePermit,
    running: Arc<Semaphore>,
}

impl Lane {
    fn admit(&self) -> Result<Admitted, WebError> {
        let place = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| WebError::Busy)?;
        Ok(Admitted { place, running: Arc::clone(&self.running) })
    }
}

/// What a code that someone typed leads to, as long as there are not too many of them.
pub(super) async fn look_up(app: &App, code: Code) -> Result<Receipt, WebError> {
    let admitted = app.hashing().typed.admit()?;
    // What finds no place is not looked up, and does not count.
    if app.code_checks().take() { derive(app, admitted, code).await } else { Err(WebError::TooMany) }
}

/// What the code that comes with a concern leads to.
pub(super) async fn for_send(app: &App, code: Code) -> Result<Receipt, WebError> {
    derive(app, app.hashing().sent.admit()?, code).await
}

async fn derive(app: &App, Admitted { place, running }: Admitted, code: Code) -> Result<Receipt, WebError> {
    let running = running.acquire_owned().await.map_err(|_| WebError::Internal)?;
    app.blocking(move |app| {
        // Held by the work itself: whoever asked may have gone, and the core is busy all the same.
        let _permits = (place, running);
        let settings = app.store().settings();
        Ok(code.derive(settings.box_id, settings.kdf)?)
    })
    .await
}
