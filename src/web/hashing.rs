use std::{sync::Arc, thread};

use tokio::sync::Semaphore;

use super::{App, WebError};
use crate::{
    crypto::{Code, Receipt},
    domain::limits::HASH_QUEUE,
};

/// Codes that are hashed at the same moment, however many cores there are: each takes some 19 MiB.
const MOST_AT_ONCE: usize = 2;

/// Lets few codes be hashed at a time and some wait; the rest are told that the box is busy. So a flood costs neither
/// memory nor everybody else's time.
pub(super) struct Hashing {
    /// Running and waiting.
    admitted: Arc<Semaphore>,
    /// Running.
    running: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self::new(cores.min(MOST_AT_ONCE), HASH_QUEUE)
    }
}

impl Hashing {
    fn new(at_once: usize, waiting: usize) -> Self {
        Self { admitted: Arc::new(Semaphore::new(at_once + waiting)), running: Arc::new(Semaphore::new(at_once)) }
    }
}

/// What a code that someone typed leads to, as long as there are not too many of them.
pub(super) async fn look_up(app: &App, code: Code) -> Result<Receipt, WebError> {
    if app.code_checks().take() { derive(app, code).await } else { Err(WebError::TooMany) }
}

/// What a code leads to.
pub(super) async fn derive(app: &App, code: Code) -> Result<Receipt, WebError> {
    let hashing = app.hashing();
    let admitted = Arc::clone(&hashing.admitted).try_acquire_owned().map_err(|_| WebError::Busy)?;
    let running = Arc::clone(&hashing.running).acquire_owned().await.map_err(|_| WebError::Internal)?;
    app.blocking(move |app| {
        // Held by the work itself: whoever asked may have gone, and the core is busy all the same.
        let _permits = (admitted, running);
        let settings = app.store().settings();
        Ok(code.derive(settings.box_id, settings.kdf)?)
    })
    .await
}
