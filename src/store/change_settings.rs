use super::{Settings, Store, StoreError, handover::set_confirmed};
use crate::crypto::{BoxRole, GovernanceRecipients, VerifyingKey};

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
        self.change(move |connection| {
            set_confirmed(connection, &recipients)?;
            Settings::set_recipients(connection, &recipients)
        })
    }

    /// Takes another key as the box's own: from then on what is signed by the one before is no word of this box. The
    /// settings of this store stay as they were opened.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn renew_box_key(&self, key: &VerifyingKey<BoxRole>) -> Result<(), StoreError> {
        let key = key.clone();
        self.change(move |connection| Settings::set_box_key(connection, &key))
    }
}
