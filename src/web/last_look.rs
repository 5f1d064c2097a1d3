use std::sync::{Mutex, PoisonError};

use crate::store::StoreError;

/// Why what is sent now would be lost, if it would, as the last look at the store found it. The metronome looks each second;
/// whoever asks only learns of it.
#[derive(Default)]
pub(super) struct LastLook {
    found: Mutex<Option<String>>,
}

impl LastLook {
    pub(super) fn set(&self, found: &Result<(), StoreError>) {
        let why = found.as_ref().err().map(|error| {
            let text = error.to_string();
            // What happened. What to do about it is said to the operator where it can be done.
            text.split(';').next().unwrap_or_default().to_owned()
        });
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    pub(super) fn why_not(&self) -> Option<String> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
