//! What was destroyed.

use crate::{
    casebook::Casebook,
    domain::{Date, ReportId},
};

impl Casebook {
    /// The reports that were destroyed, and the day of each, the last first.
    #[must_use]
    pub fn destroyed(&self) -> Vec<(ReportId, Date)> {
        let mut all: Vec<_> = self.state.destroyed.iter().map(|(id, remains)| (*id, remains.on)).collect();
        all.sort_by_key(|(id, on)| (std::cmp::Reverse(*on), *id));
        all
    }
}
