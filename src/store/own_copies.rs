//! What the box keeps for a person of what they wrote: sealed to their receipt code, until they withdraw the report.

use super::{Store, StoreError, damaged};
use crate::{crypto::unframe, domain::ReportId};

/// A copy as it was asked for.
pub enum CopyRead {
    /// The age file.
    Sealed(Vec<u8>),
    /// Those before it came to more than was asked for.
    TooMuch,
}

impl Store {
    /// The copies of a report's messages by number, as long as they come to so many bytes together. Blocks.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn own_copies(&self, report: ReportId, at_most: usize) -> Result<Vec<(u32, CopyRead)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT seq, data FROM own_copy WHERE report = ?1 ORDER BY seq";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([report.0])?;
            let (mut copies, mut read) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let data = row.get_ref(1)?.as_blob().map_err(|_| damaged("a copy"))?;
                let sealed = unframe(data).ok_or_else(|| damaged("a copy"))?;
                read += sealed.len();
                let copy = if read > at_most { CopyRead::TooMuch } else { CopyRead::Sealed(sealed.to_vec()) };
                copies.push((row.get(0)?, copy));
            }
            Ok(copies)
        })
    }
}
