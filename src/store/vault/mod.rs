//! Where sealed files lie: files of slots, each file of one size of slot, taken at random among all that are free.
//!
//! Whoever takes the disk finds slots full of sealed bytes, and of random ones. Which of them belong together,
//! and which are free, stands in the records alone; in which order they were taken, nowhere.

mod free;
mod shelf;
mod shelf_file;
mod shelves;
mod slots;

pub(super) use free::FreeSlots;
pub(super) use shelf::Shelf;
pub(super) use shelf_file::ShelfFile;
pub use shelves::Budget;
pub(super) use shelves::{Cargo, Vault};
pub(super) use slots::{FilledSlot, Placed};
