//! Retention: destroying a report so that nothing readable is left of it in the casebook.
//!
//! The event comes first and says that it is to be gone; then its files go, and its key, without which what events say about it
//! can't be opened by anyone. Killed in between, the next change to the casebook goes on with it. What copies and backups hold, and what
//! a disk keeps of overwritten places, is for whoever runs the machine.

use std::{fs, io, path::Path};

use super::{
    DeskError, Editor, checkpoint,
    event::{Destroyed, What},
    keys::Owner,
};
use crate::{
    domain::{ReportId, ReportState, Today},
    files::FileError,
};

impl Editor<'_> {
    /// Destroys a report that is closed and past the day that was set for it.
    ///
    /// # Errors
    /// If it is not, or if something of it can't be removed.
    pub fn destroy(&mut self, id: ReportId, today: &dyn Today) -> Result<(), DeskError> {
        let report = self.casebook.state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        let is_over = report.state == ReportState::Closed || report.withdrawn;
        let is_due = report.assessment.destroy_after.is_some_and(|day| day < today.today());
        let is_owed = report.clocks.iter().any(|entry| entry.clock.met_on.is_none()) && !report.withdrawn;
        if !is_over || !is_due || is_owed {
            return Err(DeskError::NotToBeDestroyed(id));
        }
        let destroyed = Destroyed { report: id, last_message: report.last_message(), fact: report.fact(today.today()) };
        self.append(What::Destroyed(destroyed), Vec::new(), today)?;
        self.remove(id)
    }

    /// Goes on with what a command that was killed began to destroy.
    pub(super) fn finish_destroying(&mut self) -> Result<(), DeskError> {
        let unfinished: Vec<ReportId> = self.casebook.state.destroyed.keys().copied().collect();
        let unfinished = unfinished.into_iter().filter(|id| self.casebook.keys.has_any(*id));
        for id in unfinished.collect::<Vec<_>>() {
            self.remove(id)?;
        }
        Ok(())
    }

    /// The key goes last: as long as it is there, this is not finished.
    fn remove(&self, id: ReportId) -> Result<(), DeskError> {
        for collection in self.casebook.collection_paths()? {
            remove_tree(&collection.join("reports").join(id.to_string()))?;
        }
        remove_tree(&self.casebook.directory.join(super::casebook::ANSWERS).join(id.to_string()))?;
        checkpoint::remove_all(&self.casebook.directory)?;
        self.casebook.keys.settle(Owner::Report(id), None)
    }
}

fn remove_tree(directory: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::io("remove", directory)(error)),
        _ => Ok(()),
    }
}
