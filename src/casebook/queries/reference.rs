use crate::casebook::{Casebook, ReferenceBook};

impl Casebook {
    /// What the team keeps beside its reports.
    #[must_use]
    pub const fn reference(&self) -> &ReferenceBook {
        &self.state.reference
    }
}
