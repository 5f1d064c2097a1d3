//! What a team keeps beside its reports.

use crate::{
    casebook::{
        CasebookError, Editor,
        log::{event::What, reference::Reference},
    },
    domain::Today,
};

impl Editor<'_> {
    /// Records one thing of what the team keeps beside its reports, in place of what there was.
    ///
    /// # Errors
    /// If a text of it is missing or too long, or an organisation would be joined to itself.
    pub fn change_reference(&mut self, reference: Reference, today: &dyn Today) -> Result<(), CasebookError> {
        self.append(What::ReferenceChanged(Box::new(reference)), today).map(drop)
    }
}
