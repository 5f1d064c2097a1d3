use crate::domain::{Date, TeamRole, Text};

/// A member of the team, past ones included.
pub(in crate::casebook) struct Member {
    pub(in crate::casebook) name: Text,
    pub(in crate::casebook) role: TeamRole,
    pub(in crate::casebook) signer: String,
    pub(in crate::casebook) recipients: Vec<String>,
    pub(in crate::casebook) joined_on: Date,
    pub(in crate::casebook) left_on: Option<Date>,
}
