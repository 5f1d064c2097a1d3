//! Numbers that are added up in several tables, and how tables are begun.

use super::plan::{Frame, Id, Plan};

/// Numbers of a year's reports that others add up with.
pub(super) struct ReportNumbers {
    /// All of them.
    pub(super) reports: Id,
    /// By route, in the order of `Route::ALL`.
    pub(super) routes: Vec<Id>,
    /// Those that are concerns, each counted once.
    pub(super) concerns: Id,
    /// Those that are none, or were counted with another.
    pub(super) uncounted: Id,
    pub(super) withdrawn: Id,
    /// Those that are set aside, or may be.
    pub(super) set_aside: Id,
    pub(super) disclosures: DisclosureNumbers,
}

/// The numbers of SI 2017/507, regulation 5.
pub(super) struct DisclosureNumbers {
    /// Those that came in in the year.
    pub(super) received: Id,
    /// Those on which further action was decided in the year, whenever they came in.
    pub(super) decided: Id,
}

/// Numbers of a year's concerns that others add up with.
pub(super) struct ConcernNumbers {
    /// Each once.
    pub(super) all: Id,
    /// On which further action was decided.
    pub(super) acted_on: Id,
    /// Complaints about the body that are about personal data.
    pub(super) personal_data: Id,
    /// Complaints about the body that are no concern, or were counted with another.
    pub(super) uncounted_complaints: Option<Id>,
}

impl Plan {
    /// The sum of numbers, which is never published.
    pub(super) fn together(&mut self, parts: &[Id]) -> Id {
        let whole = self.conceal(parts.iter().map(|id| self.count(*id)).sum());
        self.sum(whole, parts.to_vec());
        whole
    }
}

impl Frame {
    /// Of a table with one column, without a note.
    pub(super) fn of(counts: &'static str, slug: &'static str, title: &'static str, rows_are: &'static str) -> Self {
        Self { slug, title, rows_are, note: None, columns: vec![counts] }
    }

    pub(super) fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }
}

pub(super) fn place<T: PartialEq>(all: &[T], wanted: &T) -> usize {
    all.iter().take_while(|one| *one != wanted).count()
}

pub(super) fn tally<T>(all: &[&T], is_meant: impl Fn(&T) -> bool) -> u64 {
    all.iter().map(|one| u64::from(is_meant(one))).sum()
}
