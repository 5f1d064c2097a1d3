use super::{note::NewNote, record::NewEntry};
use crate::{
    casebook::{CasebookError, Editor, Seen},
    domain::{Calendar, Clock, ReportId, Today},
};

impl Editor<'_> {
    /// Records that the use of what a person sent changes, and why. It starts the clock that a supplementary notice has
    /// to meet.
    ///
    /// # Errors
    /// If there is no such report, it changed meanwhile, a supplementary notice could not follow (see
    /// [`crate::casebook::Hindrance`]), or the calendar does not reach the day on which that is due.
    pub fn change_use(
        &mut self,
        id: ReportId,
        seen: Seen,
        why: NewNote,
        calendar: &Calendar,
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        let clock = Clock::start(Clock::NOTICE, today.today(), calendar)?;
        let change = NewEntry { note: Some(why), change_of_use: Some(clock), ..NewEntry::default() };
        self.record(id, seen, change, today).map(drop)
    }
}
