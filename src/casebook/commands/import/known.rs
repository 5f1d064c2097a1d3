//! What a manifest says of one report, held against what the casebook knows of it.

use crate::{
    casebook::state::{
        outline::Outline,
        replay::{Remains, State},
        report::Report,
    },
    domain::{Clock, ClockEntry, ReportEntry, ReportId},
};

/// What the casebook knows of a report that a manifest names.
#[derive(Clone, Copy)]
pub(super) struct KnownReport<'a> {
    pub(super) id: ReportId,
    /// What every member knows; none if there is no such report, or it was destroyed.
    pub(super) outline: Option<&'a Outline>,
    /// If this member can open it.
    pub(super) report: Option<&'a Report>,
    /// It was destroyed.
    pub(super) destroyed: Option<&'a Remains>,
}

impl<'a> KnownReport<'a> {
    pub(super) fn of(id: ReportId, state: &'a State) -> Self {
        let (outline, report, destroyed) = (state.outlines.get(&id), state.reports.get(&id), state.destroyed.get(&id));
        Self { id, outline, report, destroyed }
    }

    /// Whether there is such a report and this member can't open it.
    pub(super) const fn is_closed(self) -> bool {
        self.outline.is_some() && self.report.is_none()
    }

    /// Whether the manifest says of it what it said before in the same epoch. In a new one a box may have forgotten what it
    /// said, and given a number to another message.
    pub(super) fn fits(self, entry: &ReportEntry) -> bool {
        let (Some(known), Some(outline)) = (self.report, self.outline) else { return true };
        let is_there = |commitment| outline.heard.message(commitment).is_some_and(|message| message.is_there);
        // Who withdrew took their answers with them, and does not come back.
        (entry.withdrawn || (entry.delivered() >= known.delivered() && !outline.heard.withdrawn))
            && self.lists_all(entry)
            && entry.messages.iter().all(|message| {
                let mut there = known.messages.iter().filter(|stored| is_there(stored.commitment));
                let by_number = there.find(|stored| stored.at_box == Some(message.seq));
                by_number.is_none_or(|stored| {
                    stored.commitment == message.commitment
                        && (stored.kind, stored.on, stored.summary) == (message.kind, message.on, message.summary)
                        && (message.files.is_empty() || stored.files.is_empty() || stored.files == message.files)
                })
            })
    }

    /// Whether it lists every message and every promise that it listed before. Withdrawing ends promises, and so does setting
    /// aside.
    fn lists_all(self, entry: &ReportEntry) -> bool {
        let (Some(known), Some(outline)) = (self.report, self.outline) else { return true };
        let is_listed = |commitment| entry.messages.iter().any(|message| message.commitment == commitment);
        let mut there = outline.heard.messages.iter().filter(|message| message.is_there);
        let goes_on = |one: &ClockEntry| {
            let is_this = |other: &ClockEntry| {
                let (one, other) = (Clock { met_on: None, ..one.clock }, Clock { met_on: None, ..other.clock });
                one == other
            };
            entry.clocks.iter().any(|other| one.seq == other.seq && is_this(other))
        };
        there.all(|message| is_listed(message.commitment))
            && (entry.withdrawn || entry.set_aside.is_some() || known.clocks.iter().all(goes_on))
    }
}
