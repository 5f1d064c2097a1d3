//! What the box has, so far as collections tell: so that what is missing there, or here, is seen.

use std::collections::BTreeSet;

use crate::{
    casebook::log::word::BoxWord,
    domain::{
        Besides, CollectionId, Epoch, EpochId, ReportId,
        limits::{COLLECTIONS_AHEAD, COLLECTIONS_FIRST},
    },
};

/// What collections told of the box as a whole.
#[derive(Default)]
pub(in crate::casebook) struct AtBox {
    /// The epoch in which the box is; none before the first import.
    pub(in crate::casebook) epoch: Option<Epoch>,
    /// Those before: what the box says in one of them is over.
    pub(in crate::casebook) epochs_before: BTreeSet<EpochId>,
    /// The last collection of which a part was imported.
    pub(in crate::casebook) last: Option<LastCollection>,
    /// Reports that it has.
    pub(in crate::casebook) reports: BTreeSet<ReportId>,
    /// Reports that it had in the epoch before, until a whole collection of the new one is here.
    pub(in crate::casebook) awaited: BTreeSet<ReportId>,
    /// Reports that it has no more, and that it is still to be told to be known.
    pub(in crate::casebook) gone: BTreeSet<ReportId>,
    /// Reports of which it said last what can't be of those that are here under their ids.
    pub(in crate::casebook) apart: BTreeSet<ReportId>,
}

/// The last collection of which a part was imported.
pub(in crate::casebook) struct LastCollection {
    pub(in crate::casebook) id: CollectionId,
    pub(in crate::casebook) number: u64,
    pub(in crate::casebook) of: u32,
    /// The parts that were imported.
    pub(in crate::casebook) parts: BTreeSet<u32>,
    pub(in crate::casebook) besides: Besides,
    /// Reports that are listed in them.
    pub(in crate::casebook) listed: BTreeSet<ReportId>,
}

/// How a part of a collection stands to what was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::casebook) enum CollectionPlace {
    /// It follows; so many collections before it were never imported.
    Next {
        /// How many.
        passed_over: u64,
    },
    /// It is another part of the last one.
    Part,
    /// It begins an epoch, after another one.
    NewEpoch,
}

/// Why a part of a collection has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::casebook) enum NoPlace {
    /// The box was restored since it was made.
    EpochBefore,
    /// A later one was imported.
    Old,
    /// It does not follow the one before it as it was imported here.
    Unchained,
    /// It is part of another collection of that number than the other parts that are here.
    OtherPart,
    /// Nobody makes so many collections in between.
    FarAhead,
}

impl AtBox {
    /// The number of the last collection, 0 for none.
    pub(in crate::casebook) fn number(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.number)
    }

    /// Whether it says something of a report for the first time since it was restored, if it ever was: it may have forgotten
    /// what it said before, and given a number to another message.
    pub(in crate::casebook) fn is_anew(&self, id: ReportId, place: CollectionPlace) -> bool {
        place == CollectionPlace::NewEpoch || (!self.epochs_before.is_empty() && !self.reports.contains(&id))
    }

    /// How a part stands to what was imported.
    pub(in crate::casebook) fn place(&self, word: &Whereabouts) -> Result<CollectionPlace, NoPlace> {
        let first = |number: u64| match number.checked_sub(1) {
            Some(passed_over @ 0..COLLECTIONS_FIRST) => Ok(passed_over),
            _ => Err(NoPlace::FarAhead),
        };
        let Some(epoch) = self.epoch else {
            return first(word.number).map(|passed_over| CollectionPlace::Next { passed_over });
        };
        if epoch.id != word.epoch.id {
            let is_before = self.epochs_before.contains(&word.epoch.id);
            return if is_before {
                Err(NoPlace::EpochBefore)
            } else {
                first(word.number).map(|_| CollectionPlace::NewEpoch)
            };
        }
        // What people compared is all of it.
        if epoch != word.epoch {
            return Err(NoPlace::Unchained);
        }
        let Some(last) = &self.last else {
            return first(word.number).map(|passed_over| CollectionPlace::Next { passed_over });
        };
        match word.number.checked_sub(last.number) {
            None => Err(NoPlace::Old),
            Some(0) if (word.id, word.of, word.besides) != (last.id, last.of, last.besides) => {
                Err(if last.of > 1 { NoPlace::OtherPart } else { NoPlace::Unchained })
            }
            Some(0) if last.parts.contains(&word.part) => Err(NoPlace::Old),
            Some(0) => Ok(CollectionPlace::Part),
            Some(1) if word.previous != Some(last.id) => Err(NoPlace::Unchained),
            Some(ahead) if ahead <= COLLECTIONS_AHEAD => Ok(CollectionPlace::Next { passed_over: ahead - 1 }),
            Some(_) => Err(NoPlace::FarAhead),
        }
    }
}

/// Where a part of a collection says that it belongs.
pub(in crate::casebook) struct Whereabouts {
    pub(in crate::casebook) epoch: Epoch,
    pub(in crate::casebook) number: u64,
    pub(in crate::casebook) id: CollectionId,
    pub(in crate::casebook) part: u32,
    pub(in crate::casebook) of: u32,
    pub(in crate::casebook) previous: Option<CollectionId>,
    pub(in crate::casebook) besides: Besides,
}

impl BoxWord {
    pub(in crate::casebook) fn whereabouts(&self) -> Whereabouts {
        let Self { epoch, number, id, part, previous, besides, .. } = *self;
        Whereabouts { epoch, number, id, part: part.number, of: part.of, previous, besides }
    }
}
