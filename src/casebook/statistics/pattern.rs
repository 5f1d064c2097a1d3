use super::plan::{Id, Plan};

/// What is not published: counts from 1 to 4.
pub(super) const SMALL: [u64; 4] = [1, 2, 3, 4];

/// Which of a plan's numbers are suppressed, and which of its tables are withheld as a whole.
pub(super) struct Pattern {
    /// For each number, whether it is published.
    pub(super) shown: Vec<bool>,
    /// For each table, whether nothing of it is.
    pub(super) withheld: Vec<bool>,
}

/// Whether a count is one of them.
pub(super) fn is_small(count: u64) -> bool {
    SMALL.contains(&count)
}

impl Pattern {
    /// All that is published at all is shown.
    pub(super) fn of_nothing(plan: &Plan) -> Self {
        Self {
            shown: plan.ids().map(|id| plan.home(id).is_some()).collect(),
            withheld: vec![false; plan.tables().len()],
        }
    }

    pub(super) fn shows(&self, id: Id) -> bool {
        self.shown[id.0]
    }

    pub(super) fn withholds(&self, table: usize) -> bool {
        self.withheld[table]
    }

    /// The least that a reader knows a hidden number to be.
    pub(super) fn least(&self, plan: &Plan, id: Id) -> u64 {
        plan.home(id).map_or(0, |table| u64::from(!self.withheld[table]))
    }
}
