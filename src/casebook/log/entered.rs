//! What is recorded of concerns that came another way than through the box, besides the event itself.

use serde::{Deserialize, Serialize};

use crate::domain::{Date, Digest, WayIn};

/// What is kept of a receipt code that the desk made.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct EnteredCode {
    /// Where it leads.
    pub(in crate::casebook) locator: Digest,
    /// What it was hashed at.
    pub(in crate::casebook) kdf: String,
}

/// A person who has no receipt code was told something.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct ToldPerson {
    /// The answer that they were given; none if they were told only that their concern is here.
    pub(in crate::casebook) answer: Option<u32>,
    /// On which day.
    pub(in crate::casebook) on: Date,
    /// In which way.
    pub(in crate::casebook) way: WayIn,
}
