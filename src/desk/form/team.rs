//! The forms about the team.

use super::fields::fields;

fields! {
    /// Who is to join.
    enum JoinField {
        Name = "name",
        Role = "role",
        Signer = "signer",
        Recipients = "recipients",
    }
}

fields! {
    /// Who is to be shut out of a report.
    enum ShutOutField {
        Member = "member",
        Role = "role",
        Reason = "reason",
    }
}
