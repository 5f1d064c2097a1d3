use super::{Store, StoreError, damaged, reports};
use crate::domain::{ClockEntry, ReportId};

/// A clock and the report it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct ReportClock {
    /// Whose promise it is.
    pub report: ReportId,
    /// The clock and the message that started it.
    pub entry: ClockEntry,
}

/// By an index of the open ones alone: how many were ever met does not count.
pub(super) const OPEN: &str = "SELECT seq, kind, started_on, due_on, met_on, report FROM clock WHERE met_on IS NULL
                    ORDER BY due_on, report, seq, kind";
const ALL: &str = "SELECT seq, kind, started_on, due_on, met_on, report FROM clock ORDER BY due_on, report, seq, kind";

impl Store {
    /// Every open clock of every report, by due date; with `met`, those that are met as well. Blocks.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn clocks(&self, met: bool) -> Result<Vec<ReportClock>, StoreError> {
        self.read_all(|connection| {
            let mut statement = connection.prepare_cached(if met { ALL } else { OPEN })?;
            let rows = statement.query_map([], |row| Ok((reports::clock_columns(row)?, row.get::<_, Vec<u8>>(5)?)))?;
            rows.map(|row| {
                let (columns, report) = row?;
                Ok(ReportClock {
                    report: ReportId::from_slice(&report).map_err(|_| damaged("a report's id"))?,
                    entry: reports::clock_entry(columns)?,
                })
            })
            .collect()
        })
    }
}
