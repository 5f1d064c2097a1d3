//! One import at a time, beside the pages: whoever waits sees how far it has come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    casebook::{Import, Progress},
    domain::LogHead,
};

/// The import that is under way, or what became of the last one.
#[derive(Default)]
pub(super) struct ImportJob(Mutex<Slot>);

#[derive(Default, Clone)]
enum Slot {
    #[default]
    None,
    Running(Arc<Progress>),
    Done(ImportOutcome),
}

/// What became of an import.
#[derive(Clone)]
pub(super) enum ImportOutcome {
    /// It was taken in.
    Taken(Arc<Import>),
    /// It was refused; why, without anything of any report. The file is still there. `gap`: whether collections before
    /// it are missing, and it can be taken in all the same.
    Refused {
        /// As the casebook says it, for whoever carried the file.
        why: String,
        /// Whether it can be taken in all the same.
        gap: bool,
        /// The end of the casebook that the box saw, if this one is behind it.
        behind: Option<LogHead>,
    },
}

/// How it stands.
pub(super) enum ImportStage {
    /// Nothing was imported since the desk was opened.
    None,
    /// Bytes that were read, and all of them.
    Running(u64, u64),
    /// What became of the last one.
    Done(ImportOutcome),
}

impl ImportJob {
    /// How it stands.
    pub(super) fn stage(&self) -> ImportStage {
        match &*self.slot() {
            Slot::None => ImportStage::None,
            Slot::Running(progress) => {
                let (done, total) = progress.bytes();
                ImportStage::Running(done, total)
            }
            Slot::Done(outcome) => ImportStage::Done(outcome.clone()),
        }
    }

    /// Begins one, unless one is under way: how far it has come is to be said there.
    pub(super) fn begin(&self) -> Option<Arc<Progress>> {
        let mut slot = self.slot();
        if matches!(*slot, Slot::Running(_)) {
            return None;
        }
        let progress = Arc::new(Progress::default());
        *slot = Slot::Running(Arc::clone(&progress));
        Some(progress)
    }

    /// The one that is under way has ended.
    pub(super) fn end(&self, outcome: ImportOutcome) {
        *self.slot() = Slot::Done(outcome);
    }

    /// Forgets what became of the last one.
    pub(super) fn forget(&self) {
        *self.slot() = Slot::None;
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        // It is set whole each time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
