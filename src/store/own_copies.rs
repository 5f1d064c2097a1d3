//! What the box keeps for a person of what they wrote: sealed to their receipt code, until they withdraw the report.

use std::collections::BTreeMap;

use super::{Store, StoreError, damaged};
use crate::{crypto::unframe, domain::ReportId};

/// A copy as it was asked for.
pub enum CopyRead {
    /// The age file.
    Sealed(Vec<u8>),
    /// With it they would come to more bytes than were asked for.
    TooMuch,
    /// Not as it was put there.
    Damaged,
}

impl Store {
    /// The copies of a report's messages by number, as long as their rows come to so many bytes together. Blocks.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn own_copies(&self, report: ReportId, at_most: usize) -> Result<BTreeMap<u32, CopyRead>, StoreError> {
        self.read(|connection| {
            // SQLite tells the length of a row without reading it: however many there are, few are read.
            let lengths = "SELECT seq, length(data) FROM own_copy WHERE report = ?1 ORDER BY seq";
            let mut lengths = connection.prepare_cached(lengths)?;
            let mut whole = connection.prepare_cached("SELECT data FROM own_copy WHERE report = ?1 AND seq = ?2")?;
            let mut left = at_most;
            let rows = lengths.query_map([report.0], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, i64>(1)?)))?;
            rows.map(|row| {
                let (seq, length) = row?;
                let length = usize::try_from(length).map_err(|_| damaged("a copy"))?;
                let Some(rest) = left.checked_sub(length) else { return Ok((seq, CopyRead::TooMuch)) };
                left = rest;
                let data: Vec<u8> = whole.query_row((report.0, seq), |row| row.get(0))?;
                // One that is damaged keeps nobody from all else.
                Ok((seq, unframe(&data).map_or(CopyRead::Damaged, |sealed| CopyRead::Sealed(sealed.to_vec()))))
            })
            .collect()
        })
    }
}
