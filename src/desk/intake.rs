//! One import at a time, beside the pages: whoever waits sees how far it has come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{PageError, Visit, Workbench, visit::PageContext};
use crate::casebook::{DeskError, Import, Progress, Refusal, carry::inbox};

/// The import that is under way, or what became of the last one.
#[derive(Default)]
pub(super) struct Intake(Mutex<Stage>);

#[derive(Default, Clone)]
enum Stage {
    #[default]
    None,
    Running(Arc<Progress>),
    Done(Outcome),
}

/// What became of an import.
#[derive(Clone)]
pub(super) enum Outcome {
    /// It was taken in.
    Taken(Arc<Import>),
    /// It was refused; why, without anything of any report. The file is still there. `gap`: whether collections before it are
    /// missing, and it can be taken in all the same.
    Refused {
        /// Why.
        why: String,
        /// Whether it can be taken in all the same.
        gap: bool,
    },
}

/// How it stands.
pub(super) enum Standing {
    /// Nothing was imported since the desk was opened.
    None,
    /// Bytes that were read, and all of them.
    Running(u64, u64),
    /// What became of the last one.
    Done(Outcome),
}

impl Intake {
    /// How it stands.
    pub(super) fn standing(&self) -> Standing {
        match &*self.stage() {
            Stage::None => Standing::None,
            Stage::Running(progress) => {
                let (done, total) = progress.bytes();
                Standing::Running(done, total)
            }
            Stage::Done(outcome) => Standing::Done(outcome.clone()),
        }
    }

    /// Forgets what became of the last one.
    pub(super) fn forget(&self) {
        *self.stage() = Stage::None;
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        // It is set whole each time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins to take in the collection that was brought, unless one is being taken in.
pub(super) fn begin(visit: &Visit, missing: bool) {
    let progress = Arc::new(Progress::default());
    {
        let mut stage = visit.desk().intake().stage();
        if matches!(*stage, Stage::Running(_)) {
            return;
        }
        *stage = Stage::Running(Arc::clone(&progress));
    }
    let visit = visit.clone();
    tokio::spawn(async move {
        let taken = visit.work(move |page, bench| Ok(take_in(page, bench, missing, &progress))).await;
        let outcome = match taken {
            Ok(Ok(import)) => Outcome::Taken(Arc::new(import)),
            Ok(Err(error)) => {
                let gap = matches!(error, DeskError::Refused(Refusal::Gap { .. }));
                Outcome::Refused { why: error.to_string(), gap }
            }
            // Locked meanwhile, or a fault: the file is still there.
            Err(PageError::Locked) => return visit.desk().intake().forget(),
            Err(error) => {
                let words = error.words();
                Outcome::Refused { why: format!("{} {}", words.happened, words.remedy), gap: false }
            }
        };
        *visit.desk().intake().stage() = Stage::Done(outcome);
    });
}

fn take_in(page: &PageContext, bench: &mut Workbench, missing: bool, progress: &Progress) -> Result<Import, DeskError> {
    let Some(file) = inbox::brought(page.desk.directory()) else { return Err(DeskError::NothingBrought) };
    let import = bench.edit()?.import_watched(&file, missing, page.desk.today(), progress)?;
    inbox::throw_away(page.desk.directory())?;
    Ok(import)
}
