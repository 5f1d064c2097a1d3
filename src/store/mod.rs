//! What the box keeps, in one `SQLite` database: all the SQL there is.
//!
//! One thread writes, with as many waiting writes in one commit as there are; many read. Nothing is told to be done
//! before the commit is on the disk. What goes in is sealed already ([`crate::crypto::Sealed`], [`Upload`]).

mod change_settings;
mod clocks;
mod collect;
mod database;
mod deliver;
mod error;
mod maintain;
mod own_copies;
mod reports;
mod schema;
mod settings;
mod signers;
#[cfg(test)]
mod tests;
mod upload;
mod writer;

pub use clocks::ReportClock;
pub use collect::{CollectionRecord, CopyError, Snapshot};
pub use database::{DATABASE, Store};
pub use deliver::{Applied, ApplyError, Delivery};
pub use error::StoreError;
pub use own_copies::CopyRead;
pub use reports::{AddMessage, AddReport, NewMessage, NewReport, StoredAnswer, StoredMessage, StoredReport};
pub use settings::Settings;
pub use upload::{FinishedUpload, Upload};

use error::damaged;
