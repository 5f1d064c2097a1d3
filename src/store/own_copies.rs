//! What the box keeps for a person of what they wrote: sealed to their receipt code, until the report is withdrawn or gone,
//! or is set aside and nothing of it that is sealed to the team is here any more.

use std::collections::BTreeMap;

use super::{Store, StoreError, read_file::read_whole, vault::Placed};
use crate::domain::{MessageKind, ReportId};

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
    /// The copies of a report's messages by number, as long as they come to so many bytes together. Blocks.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn own_copies(&self, report: ReportId, at_most: usize) -> Result<BTreeMap<u32, CopyRead>, StoreError> {
        let pending = self.pending()?;
        if pending.of(report).any(|message| message.kind == MessageKind::Withdrawal) {
            return Ok(BTreeMap::new());
        }
        let news = pending.of(report).filter_map(|message| Some((message.seq, Some(message.own_copy.clone()?))));
        let mut places: BTreeMap<u32, Option<Placed>> = news.collect();
        self.read(|connection| {
            let sql = "SELECT seq, shelf, size, slots FROM own_copy WHERE report = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([report.0], |row| {
                Ok((row.get::<_, u32>(0)?, row.get::<_, u8>(1)?, row.get::<_, i64>(2)?, row.get::<_, Vec<u8>>(3)?))
            })?;
            for row in rows {
                let (seq, shelf, size, slots) = row?;
                places.insert(seq, Placed::from_record(shelf, size, &slots).ok());
            }
            Ok(())
        })?;
        let mut left = at_most as u64;
        let read = |(seq, placed): (u32, Option<Placed>)| {
            // One that is damaged keeps nobody from all else.
            let Some(placed) = placed else { return Ok((seq, CopyRead::Damaged)) };
            // However many there are, few are read.
            let Some(rest) = left.checked_sub(placed.size) else { return Ok((seq, CopyRead::TooMuch)) };
            left = rest;
            let read = read_whole(self.vault(), &placed)?;
            Ok((seq, read.map_or(CopyRead::Damaged, CopyRead::Sealed)))
        };
        places.into_iter().map(read).collect()
    }
}
