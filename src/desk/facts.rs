//! What the figures need to know of each report.
use super::{figures::Fact, state::Report};
use crate::domain::Date;
impl Report {
    pub(super) fn fact(&self, _today: Date) -> Fact {
        Fact { received_on: self.received_on }
    }
}
