//! What tests begin with: days and keys, a box, a casebook with collections to import.
//!
//! The library's unit tests, the journeys, the benchmarks and the fuzz targets all have these files by their path, each
//! the part that it needs. They are no part of the library under any feature, so that the program that is released
//! holds none of it and is the one that the journeys run.

#[cfg(feature = "desk")]
pub(crate) mod casebook;
#[cfg(feature = "box")]
mod empty_box;
mod fixed;

#[cfg(feature = "box")]
pub(crate) use empty_box::EmptyBox;
pub(crate) use fixed::{DAY, KDF, TODAY};
