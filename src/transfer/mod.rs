//! The box's side of what is carried by hand: collections out, decisions in.

mod collect;
mod deliver;
#[cfg(test)]
mod tests;

pub use collect::{CollectError, CollectOutcome, collect};
pub use deliver::{DeliverError, deliver};
