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

impl Store {
    /// Every clock of every report, by due date. Blocks.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn clocks(&self) -> Result<Vec<ReportClock>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT seq, kind, started_on, due_on, met_on, report FROM clock ORDER BY due_on, report, seq, kind",
            )?;
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
