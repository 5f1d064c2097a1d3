//! The box's side of what is carried by hand: collections out, decisions in.

mod collect;
mod deliver;
// What is carried is opened there, which a box alone can't do.
#[cfg(test)]
#[cfg(feature = "desk")]
mod tests;

pub use collect::{CollectError, CollectOutcome, collect};
pub use deliver::{DeliverError, deliver};
