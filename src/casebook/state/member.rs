use crate::{
    casebook::log::event::Joining,
    domain::{Date, TeamRole, Text},
};

/// A member of the team, past ones included.
pub(in crate::casebook) struct Member {
    pub(in crate::casebook) name: Text,
    pub(in crate::casebook) role: TeamRole,
    pub(in crate::casebook) signer: String,
    pub(in crate::casebook) recipients: Vec<String>,
    pub(in crate::casebook) joined_on: Date,
    pub(in crate::casebook) left_on: Option<Date>,
    /// The last event that they confirmed to have seen.
    pub(in crate::casebook) confirmed: u64,
}

impl Member {
    /// Of someone who joins with an event.
    pub(in crate::casebook) fn joining(joining: Joining, event: u64, on: Date) -> Self {
        let Joining { name, role, signer, recipients, .. } = joining;
        // What came before they joined is no news to them.
        Self { name, role, signer, recipients, joined_on: on, left_on: None, confirmed: event }
    }
}
