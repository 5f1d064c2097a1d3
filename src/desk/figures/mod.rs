//! The numbers of the annual report.

mod fact;

pub use fact::{Fact, Promise};
