//! What came since the last fold: a small file that holds it in the order of random ids, written as a whole for each
//! commit.
//!
//! A log of commits would tell in which order reports came. Here two halves of one file take turns, each a whole state:
//! the newer one counts, and the older is made the same as soon as nobody waits for it.

mod halves;
mod pending;

pub(super) use halves::{IntakeFile, Latest, StateNumbers, later_generation, refuse_without};
pub(super) use pending::{Begins, Pending, PendingMessage};
