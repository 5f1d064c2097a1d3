//! One import at a time, beside the pages: whoever waits sees how far it has come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    casebook::{CasebookError, Import, ImportError, MissingParts, Progress, Refusal},
    crypto::Fingerprint,
    domain::{Date, LogHead},
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
    Taken {
        /// What came with it.
        import: Arc<Import>,
        /// What of its collection is not here yet.
        missing: Option<MissingParts>,
    },
    /// It was refused; why, without anything of any report. The file is still there.
    Refused {
        /// As the casebook says it, for whoever carried the file.
        why: String,
        /// Whether collections before it are missing, and it can be taken in all the same.
        gap: bool,
        /// The end of the casebook that the box saw, if this one is behind it.
        behind: Option<LogHead>,
    },
    /// The box is in another epoch than before, which has to be confirmed first. The file is still there.
    NewEpoch(EpochSeen),
}

/// What a collection says of an epoch of the box that nobody confirmed yet.
#[derive(Clone, Copy)]
pub(super) struct EpochSeen {
    /// What whoever runs the box has to read out.
    pub(super) fingerprint: Fingerprint,
    /// The day it began.
    pub(super) began_on: Date,
    /// The day of the backup; none if the box was not restored from one.
    pub(super) backup_of: Option<Date>,
}

impl ImportOutcome {
    /// Of one that did not come to be taken in.
    pub(super) fn refused(error: &CasebookError) -> Self {
        let CasebookError::Import(ImportError::Refused(refusal)) = error else {
            return Self::Refused { why: error.to_string(), gap: false, behind: None };
        };
        match refusal {
            Refusal::NewEpoch { fingerprint, began_on, backup_of, .. } => {
                Self::NewEpoch(EpochSeen { fingerprint: *fingerprint, began_on: *began_on, backup_of: *backup_of })
            }
            Refusal::Behind { seen, digest, .. } => {
                let behind = Some(LogHead { number: *seen, digest: *digest });
                Self::Refused { why: error.to_string(), gap: false, behind }
            }
            other => {
                let gap = matches!(other, Refusal::Gap { .. });
                Self::Refused { why: error.to_string(), gap, behind: None }
            }
        }
    }
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
