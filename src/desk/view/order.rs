//! What the queue is sorted by: what presses first, or one of its columns.

use form_urlencoded::Serializer;

use super::report_line::ReportLine;
use crate::{
    casebook::{Casebook, QueueEntry},
    desk::form::{carried::YES, filter::FilterField},
    domain::{Entries, ReportState},
};

/// The order of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::desk) struct QueueOrder {
    /// None for what presses first.
    column: Option<QueueColumn>,
    down: bool,
}

/// What can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::desk) enum QueueColumn {
    /// The name in words.
    Report,
    /// The day received.
    Received,
    /// What it is in one line.
    Line,
    Organisation,
    /// The promise that is due first.
    Due,
    /// By when the team set out to act.
    OwnDate,
    State,
    Areas,
    Route,
    Owner,
}

impl QueueColumn {
    pub(super) const ALL: [Self; 10] = [
        Self::Report,
        Self::Received,
        Self::Line,
        Self::Organisation,
        Self::Due,
        Self::OwnDate,
        Self::State,
        Self::Areas,
        Self::Route,
        Self::Owner,
    ];

    /// As it stands in an address.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Received => "received",
            Self::Line => "line",
            Self::Organisation => "organisation",
            Self::Due => "due",
            Self::OwnDate => "own-date",
            Self::State => "state",
            Self::Areas => "areas",
            Self::Route => "route",
            Self::Owner => "owner",
        }
    }

    /// As it stands over the column.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Report => "Report",
            Self::Received => "Received",
            Self::Line => "What it is",
            Self::Organisation => "Organisation",
            Self::Due => "Promised next",
            Self::OwnDate => "Our own date",
            Self::State => "State",
            Self::Areas => "Areas",
            Self::Route => "Route",
            Self::Owner => "Who",
        }
    }

    /// By what two reports are compared; none where the column is empty, which comes last either way.
    fn key(self, entry: &QueueEntry, casebook: &Casebook, line: Option<&ReportLine>) -> Option<String> {
        let text = match self {
            Self::Report => entry.id.in_words(),
            Self::Received => entry.received_on.to_string(),
            Self::Line => line?.line.clone(),
            Self::Organisation => line?.organisation.clone()?,
            Self::Due => entry.next_clock().filter(|_| !entry.withdrawn)?.due_on.to_string(),
            Self::OwnDate => entry.action_by?.to_string(),
            Self::State => match (entry.withdrawn, entry.set_aside) {
                (true, _) => "9".to_owned(),
                (_, Some(_)) => "8".to_owned(),
                _ => ReportState::ALL.iter().position(|state| *state == entry.state)?.to_string(),
            },
            Self::Areas => entry.areas.first()?.label().to_owned(),
            Self::Route => entry.route.name().to_owned(),
            Self::Owner => casebook.member_name(entry.owner?)?.as_str().to_owned(),
        };
        Some(text.to_lowercase())
    }
}

impl QueueOrder {
    /// Of a query; what it does not know it passes over.
    pub(super) fn read(query: &Entries) -> Self {
        let column = QueueColumn::ALL.into_iter().find(|column| column.slug() == query.first(FilterField::Sort.name()));
        Self { column, down: column.is_some() && query.has(FilterField::Down.name(), YES) }
    }

    /// Adds it to a query.
    pub(super) fn write(self, query: &mut Serializer<'_, String>) {
        if let Some(column) = self.column {
            query.append_pair(FilterField::Sort.name(), column.slug());
            if self.down {
                query.append_pair(FilterField::Down.name(), YES);
            }
        }
    }

    /// Whether it goes by that column, and if so, whether from the last to the first.
    pub(super) fn by(self, column: QueueColumn) -> Option<bool> {
        (self.column == Some(column)).then_some(self.down)
    }

    /// The order that the head of a column leads to: by it, and if it is by it already, the other way round.
    pub(super) fn turned(self, column: QueueColumn) -> Self {
        Self { column: Some(column), down: self.by(column) == Some(false) }
    }

    /// Puts the queue in this order; where two are alike, what presses more comes first.
    pub(super) fn sort(self, queue: Vec<QueueEntry>, casebook: &Casebook) -> Vec<QueueEntry> {
        let Some(column) = self.column else { return queue };
        // Only these two open anything.
        let lines = if matches!(column, QueueColumn::Line | QueueColumn::Organisation) {
            ReportLine::of_all(&queue, casebook)
        } else {
            Vec::new()
        };
        let keyed = queue.into_iter().enumerate();
        let mut keyed: Vec<_> =
            keyed.map(|(place, entry)| (column.key(&entry, casebook, lines.get(place)), entry)).collect();
        keyed.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) if self.down => other.cmp(one),
            (Some(one), Some(other)) => one.cmp(other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        });
        keyed.into_iter().map(|(_, entry)| entry).collect()
    }
}
