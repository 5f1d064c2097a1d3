//! What the box has, and what it lost when it was restored.

use crate::{
    casebook::{
        AnswerId, Casebook,
        state::heard::{Heard, StandingAtBox},
    },
    domain::{Epoch, ReportId},
};

/// What a restored box lost, so far as collections tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostAtBox {
    /// The epoch in which the box is, if that began with a restore or after another one.
    pub epoch: Option<Epoch>,
    /// Reports that are here and not there: their receipt codes open nothing.
    pub reports: Vec<ReportId>,
    /// Reports of which messages are here and not there, with how many.
    pub messages: Vec<(ReportId, usize)>,
    /// Answers that it lost and that have not arrived there again: they go with the next decisions, or are on their way.
    pub answers: Vec<AnswerId>,
    /// Reports of which it says what can't be of those that are here under their ids.
    pub apart: Vec<ReportId>,
    /// Parts of the last collection that are not here yet; none if all are.
    pub missing: Option<MissingParts>,
}

/// Parts of the last collection that are not here yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingParts {
    /// The collection's number.
    pub collection: u64,
    /// Which parts.
    pub parts: Vec<u32>,
    /// How many it has.
    pub of: u32,
}

impl LostAtBox {
    /// Whether nothing is known to be lost.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.reports.is_empty() && self.messages.is_empty() && self.answers.is_empty() && self.apart.is_empty()
    }
}

impl Casebook {
    /// What the box lost, and what of its last collection is not here yet.
    #[must_use]
    pub fn lost_at_box(&self) -> LostAtBox {
        let at_box = &self.state.at_box;
        let outlines = || self.state.outlines.iter();
        let is_lost = |standing| standing == StandingAtBox::Lost;
        let lost = outlines().filter(|(_, outline)| is_lost(outline.heard.standing)).map(|(id, _)| *id);
        // What a person took back is no loss to them.
        let is_there = |heard: &Heard| heard.standing == StandingAtBox::There && !heard.is_taken_back();
        let there = outlines().filter(|(_, outline)| is_there(&outline.heard));
        let messages = there.map(|(id, outline)| (*id, outline.heard.lost_messages())).filter(|(_, lost)| *lost > 0);
        let answers =
            self.state.reports.iter().filter(|(id, _)| self.state.is_at_box(**id)).flat_map(|(id, report)| {
                let lost = report.undelivered().filter(|(answer, _)| answer.goes_again);
                lost.map(|(answer, _)| AnswerId { report: *id, seq: answer.seq })
            });
        LostAtBox {
            epoch: at_box.epoch.filter(|epoch| epoch.backup_of.is_some() || !at_box.epochs_before.is_empty()),
            reports: lost.collect(),
            messages: messages.collect(),
            answers: answers.collect(),
            apart: at_box.apart.iter().copied().collect(),
            missing: self.missing_parts(),
        }
    }

    /// What of the last collection is not here yet.
    fn missing_parts(&self) -> Option<MissingParts> {
        let last = self.state.at_box.last.as_ref()?;
        let parts: Vec<u32> = (1..=last.of).filter(|part| !last.parts.contains(part)).collect();
        (!parts.is_empty()).then_some(MissingParts { collection: last.number, parts, of: last.of })
    }
}
