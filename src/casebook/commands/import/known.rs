//! What a manifest says of one report, held against what the casebook knows of it.

use crate::{
    casebook::{
        Refusal,
        state::{
            outline::Outline,
            replay::{Remains, State},
            report::Report,
        },
    },
    domain::{ReportEntry, ReportId},
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

    /// The last message that was imported, 0 for none.
    pub(super) fn last_message(self) -> u32 {
        let known = self.outline.map(|outline| outline.last_message);
        known.or(self.destroyed.map(|remains| remains.last_message)).unwrap_or_default()
    }

    /// Whether the manifest says of it what it said before, and numbers its messages upwards.
    pub(super) fn fits(self, entry: &ReportEntry) -> bool {
        let Some(known) = self.report else { return entry.messages.is_sorted_by_key(|message| message.seq) };
        let mut resent = entry.messages.iter().filter(|message| message.seq <= known.last_message());
        known.route == entry.route
            && known.received_on == entry.received_on
            && (entry.withdrawn || entry.delivered() >= known.delivered())
            && (entry.withdrawn || !known.withdrawn)
            && resent.all(|message| {
                known.messages.iter().any(|stored| {
                    (stored.seq, stored.kind, stored.on, &stored.files, stored.commitment, stored.summary)
                        == (message.seq, message.kind, message.on, &message.files, message.commitment, message.summary)
                })
            })
    }

    /// New messages follow those that are known. Not so when the person withdrew: what was not collected is then
    /// deleted.
    pub(super) fn check_sequence(self, entry: &ReportEntry, missing: bool) -> Result<(), Refusal> {
        let known = self.last_message();
        let mut last = known;
        let mut lenient = missing || entry.withdrawn;
        if known == 0 && entry.messages.is_empty() && !lenient {
            return Err(Refusal::Sequence(entry.id));
        }
        for message in entry.messages.iter().filter(|message| message.seq > known) {
            if message.seq <= last {
                return Err(Refusal::Contradiction(entry.id));
            }
            if message.seq != last.saturating_add(1) && !lenient {
                return Err(Refusal::Sequence(entry.id));
            }
            last = message.seq;
            // Only what was collected and lost can be missing, and that is at the beginning.
            lenient = entry.withdrawn;
        }
        Ok(())
    }

    /// Whether the manifest says anything of it that is not known.
    pub(super) fn has_news(self, entry: &ReportEntry) -> bool {
        entry.messages.iter().any(|message| message.seq > self.last_message())
            || match self.report {
                Some(known) => {
                    entry.withdrawn != known.withdrawn
                        || entry.deliveries != known.deliveries
                        || entry.clocks != known.clocks
                }
                None => self.destroyed.is_none(),
            }
    }
}
