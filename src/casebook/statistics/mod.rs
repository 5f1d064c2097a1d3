//! The numbers of the annual report: counted exactly for the team, or with small numbers hidden for everybody (see `hide`).
//! Plain values in, plain values and text out.

#[cfg(test)]
mod attack;
mod count;
mod hide;
mod plan;
mod reader;
#[cfg(test)]
pub(crate) mod sample;
mod table;
#[cfg(test)]
mod tests;
mod year;

pub use table::{Cell, Figures, Row, Table};
pub use year::ReportingYear;
