use super::{Settings, Store, StoreError};
use crate::crypto::GovernanceRecipients;

impl Store {
    /// Sets whether a notice is taken only with the word of two signers, from the next delivery on.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn ask_for_second_approver(&self, needed: bool) -> Result<(), StoreError> {
        self.change(move |connection| Settings::set_second_approver(connection, needed))
    }

    /// Pins other recipients: what is sent from the next start on is sealed to them.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn pin_recipients(&self, recipients: &GovernanceRecipients) -> Result<(), StoreError> {
        let recipients = recipients.clone();
        self.change(move |connection| Settings::set_recipients(connection, &recipients))
    }
}
