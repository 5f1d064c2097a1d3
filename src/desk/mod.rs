//! The offline desk: a casebook that takes in collections, shows reports, records decisions and writes them for the box.
//!
//! ```text
//! DIR/casebook.json        which keys it uses; no secret, nothing about any concern; sealed by the identity's own tag
//! DIR/events/00000001.age  what happened, one sealed and signed event a file, each naming the digest of the one before
//! DIR/collections/N/…      the sealed files of collection N as they came
//! DIR/lock                 held by the one command that writes
//! ```
//!
//! An event is there whole or not at all, and what it names is on the disk before it: killed at any point, a casebook reads
//! as it did before or after the command. An altered, missing, moved or foreign event is named when the casebook is opened.
//! Events that were cut off at the end can't be told from events that never were: keep backups whole.

mod casebook;
mod decide;
mod error;
mod event;
mod export;
#[cfg(test)]
mod fixture;
mod import;
mod opened;
pub mod pages;
mod pointer;
mod staging;
mod state;
mod view;

pub use casebook::{Casebook, Editor};
pub use decide::{NewDecision, Recorded};
pub use error::{DeskError, EventProblem, Refusal};
pub use export::Export;
pub use import::{Import, NewMessage};
pub use pointer::{KeyPaths, Pointer};
pub use view::{AnswerView, DecisionView, MessageView, QueueEntry, ReportView, Sender, Word};
