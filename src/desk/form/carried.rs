//! What forms carry that asks nobody anything.

use super::fields::fields;

fields! {
    /// Hidden fields, and what a button stands for.
    enum CarriedField {
        // How the report stood when the page was made: its last event, and the last message of the person.
        Seen = "seen",
        Read = "read",
        // Import though earlier collections are lost.
        Missing = "missing",
        // Export everything that the box is not known to have.
        Again = "again",
        // Whether every notice needs a second member.
        Needed = "needed",
    }
}

/// What a tick or a button stands for.
pub(in crate::desk) const YES: &str = "yes";
pub(in crate::desk) const NO: &str = "no";
