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
        // The last groups of a new epoch's fingerprint, as whoever runs the box reads them out.
        Epoch = "epoch",
        // Export everything that the box is not known to have.
        Again = "again",
        // Where to go on from here.
        Then = "then",
        // Whether every text to a person needs a second member.
        Needed = "needed",
        // The last event that was shown, or that the box saw.
        Number = "number",
        // That a letter was shown as the person will see it.
        Looked = "looked",
        // That a saved text was put into it, so that a square bracket is a blank.
        HasBlanks = "has_blanks",
        // That the text of a letter that was taken back takes the place of what is written.
        TakenBack = "taken_back",
        // Which kind of letter a draft is thrown away of.
        Kind = "kind",
        // SHA-256 of that event's file.
        Digest = "digest",
    }
}

/// The field in which each form carries the session's token.
pub(in crate::desk) const TOKEN: &str = "token";
/// What a tick or a button stands for.
pub(in crate::desk) const YES: &str = "yes";
pub(in crate::desk) const NO: &str = "no";
/// Every member, as a choice beside some of them.
pub(in crate::desk) const EVERYONE: &str = "everyone";
