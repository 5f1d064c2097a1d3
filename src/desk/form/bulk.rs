//! What is done about several reports of the queue at once.

use std::collections::BTreeSet;

use super::{
    fields::{fields, form},
    question::FieldQuestion,
};
use crate::domain::{Entries, Input, ReportId};

/// In the queue's address: which rows are ticked, by id or all of the page.
pub(in crate::desk) const TICK: &str = "tick";
pub(in crate::desk) const ALL_ROWS: &str = "all";

fields! {
    /// What the form around the queue's rows carries.
    enum BulkField {
        // A report that is ticked.
        Report = "report",
        // What is done about those that are ticked.
        Act = "act",
        // The report beside whose row “Take it” was pressed.
        TakeOne = "take-one",
    }
}

form! {
    /// To whom they are given.
    enum HandToField {
        To = "to", FieldQuestion::new("To whom", Input::Select("Choose somebody", &[]))
            .remedy("Select who is to look after them");
    }
}

/// What can be done about several reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::desk) enum BulkAct {
    /// Whoever looks takes them.
    Take,
    /// They are given to another member.
    HandTo,
    /// Everything in them is read.
    Read,
    Close,
}

impl BulkAct {
    const ALL: [Self; 4] = [Self::Take, Self::HandTo, Self::Read, Self::Close];

    /// What its button stands for.
    pub(in crate::desk) const fn slug(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::HandTo => "hand-to",
            Self::Read => "read",
            Self::Close => "close",
        }
    }

    pub(in crate::desk) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.slug() == slug)
    }
}

/// Which rows of the queue are ticked.
#[derive(Default)]
pub(in crate::desk) struct Ticks {
    all: bool,
    reports: BTreeSet<ReportId>,
}

impl Ticks {
    /// As an address asks for it.
    pub(in crate::desk) fn asked(query: &Entries) -> Self {
        Self { all: query.has(TICK, ALL_ROWS), reports: query.all(TICK).filter_map(|id| id.parse().ok()).collect() }
    }

    /// As a form sent them.
    pub(in crate::desk) fn sent(form: &Entries) -> Self {
        let reports = form.all(BulkField::Report.name()).filter_map(|id| id.parse().ok()).collect();
        Self { all: false, reports }
    }

    pub(in crate::desk) fn has(&self, id: ReportId) -> bool {
        self.all || self.reports.contains(&id)
    }

    /// Whether all of a page are.
    pub(in crate::desk) const fn are_all(&self) -> bool {
        self.all
    }

    pub(in crate::desk) fn into_reports(self) -> Vec<ReportId> {
        self.reports.into_iter().collect()
    }
}
