//! The numbers of the annual report: counted exactly for the team, or with small numbers suppressed for everybody (see
//! `suppression`). Plain values in, plain values and text out.

mod concerns;
mod count;
mod disclosure_audit;
#[cfg(test)]
mod intruder;
mod pattern;
mod plan;
mod promises;
#[cfg(test)]
pub(crate) mod sample;
mod sums;
mod suppression;
mod table;
#[cfg(test)]
mod tests;
mod year;

pub use table::{Cell, Figures, Row, Table};
pub use year::ReportingYear;
