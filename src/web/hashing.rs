use std::sync::Arc;

use tokio::sync::Semaphore;

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

/// What a code that someone typed leads to, as long as there are not too many of them.
pub(super) async fn look_up(app: &App, code: Code) -> Result<Receipt, WebError> {
    if app.code_checks().take() { derive(app, &app.hashing().typed, code).await } else { Err(WebError::TooMany) }
}

/// What the code that comes with a concern leads to.
pub(super) async fn for_send(app: &App, code: Code) -> Result<Receipt, WebError> {
    derive(app, &app.hashing().sent, code).await
}

async fn derive(app: &App, lane: &Lane, code: Code) -> Result<Receipt, WebError> {
    let admitted = Arc::clone(&lane.admitted).try_acquire_owned().map_err(|_| WebError::Busy)?;
    let running = Arc::clone(&lane.running).acquire_owned().await.map_err(|_| WebError::Internal)?;
    app.blocking(move |app| {
        // Held by the work itself: whoever asked may have gone, and the core is busy all the same.
        let _permits = (admitted, running);
        let settings = app.store().settings();
        Ok(code.derive(settings.box_id, settings.kdf)?)
    })
    .await
}
