//! The box's side of what is carried by hand: collections out, decisions in.

mod collect;
mod deliver;

pub use collect::{CollectError, CollectOutcome, collect};
pub use deliver::{DeliverError, deliver};
