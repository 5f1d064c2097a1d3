use super::record::NewEntry;
use crate::{
    casebook::{CasebookError, Editor, Seen},
    domain::{ReportId, Today},
};

impl Editor<'_> {
    /// Records that everything up to a message of the person was read, whatever a colleague has decided meanwhile.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn mark_read(&mut self, id: ReportId, message: u32, today: &dyn Today) -> Result<(), CasebookError> {
        let seen = Seen { read: message, ..self.casebook.seen(id)? };
        self.record(id, seen, NewEntry::default(), today).map(drop)
    }
}
