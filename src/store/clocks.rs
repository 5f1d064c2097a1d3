use super::{Store, StoreError, rows};
use crate::domain::{ClockEntry, ReportId};

/// A clock and the report it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct ReportClock {
    /// Whose promise it is.
    pub report: ReportId,
    /// The clock and the message that started it.
    pub entry: ClockEntry,
}

/// From the list of the open ones: how many were ever met does not count.
pub(super) const OPEN: &str = "SELECT clock.seq, clock.kind, started_on, clock.due_on, met_on, clock.report
    FROM open_clock CROSS JOIN clock USING (report, seq, kind)
    ORDER BY open_clock.due_on, open_clock.report, open_clock.seq, open_clock.kind";
const ALL: &str = "SELECT seq, kind, started_on, due_on, met_on, report FROM clock ORDER BY due_on, report, seq, kind";

impl Store {
    /// Every open clock of every report, by due date; with `met`, those that are met as well. Blocks.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn clocks(&self, met: bool) -> Result<Vec<ReportClock>, StoreError> {
        self.read_all(|connection| {
            rows::all(connection, if met { ALL } else { OPEN }, [], |row| {
                Ok(ReportClock { report: rows::report_id(row, "report")?, entry: rows::clock(row)? })
            })
        })
    }
}
