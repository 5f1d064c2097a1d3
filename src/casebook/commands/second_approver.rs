//! Whether every notice needs the word of a second member.

use crate::{
    casebook::{CasebookError, Editor, log::event::What},
    domain::Today,
};

impl Editor<'_> {
    /// Sets whether every notice needs a second approver from now on.
    ///
    /// # Errors
    /// If it can't be recorded.
    pub fn ask_for_second_approver(&mut self, needed: bool, today: &dyn Today) -> Result<(), CasebookError> {
        if self.casebook.state.second_approver != needed {
            self.append(What::SecondApprover(needed), Vec::new(), today)?;
        }
        Ok(())
    }
}
