//! What is too much for one file goes into several.

use serde::{Deserialize, Serialize};

use super::limits::PARTS_MAX;

/// Which part of a whole a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// From 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Default for Part {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl Part {
    /// The only one.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether it is one of them, and they are not more than anybody makes.
    #[must_use]
    pub fn is_sound(self) -> bool {
        (1..=PARTS_MAX).contains(&self.of) && (1..=self.of).contains(&self.number)
    }
}
