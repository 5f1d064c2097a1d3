//! Box and desk on one machine, with made-up concerns, for whoever wants to try them. Everything is wiped at the end.

mod carrier;
mod run;
mod samples;

pub(super) use run::{DemoArguments, run};
