//! What the box keeps: records in one `SQLite` database, with all the SQL there is, and sealed files in a vault of slots.
//!
//! What people send is committed to a small file, the intake, which holds it in the order of random ids; from there it is
//! folded into the database on a timer, whatever comes or does not come ([`Store::tick`]). So no log, no place of a page
//! and no slot says in which order reports came.
//!
//! One thread writes, with as many waiting messages in one commit as there are; many read. Nothing is told to be done
//! before the commit is on the disk. What goes in is sealed already ([`crate::crypto::Sealed`], [`Upload`]).

mod acknowledge;
mod answer_places;
mod at_a_glance;
mod backup;
#[cfg(test)]
mod backup_tests;
#[cfg(test)]
mod carried_tests;
mod change_settings;
mod clocks;
mod collect;
mod daily_counts;
mod database;
#[cfg(test)]
mod decided_tests;
mod deliver;
mod delivery;
mod ended_clocks;
mod entered;
#[cfg(test)]
mod entered_tests;
mod epoch;
mod error;
#[cfg(test)]
mod filled;
mod fold;
#[cfg(test)]
mod forensics;
mod handover;
mod intake;
mod last_days;
mod maintain;
mod metronome;
mod migration;
#[cfg(test)]
mod migration_tests;
mod outcome;
mod own_copies;
#[cfg(test)]
mod plans;
mod read_file;
mod ready;
mod ready_records;
mod removal;
mod report_entry;
mod reports;
mod restore;
mod retention;
#[cfg(test)]
mod retention_tests;
mod rows;
mod schema;
mod sealed_place;
mod settings;
mod signers;
mod slot_records;
mod soundness;
mod standing;
#[cfg(test)]
mod standing_tests;
#[cfg(test)]
pub(crate) mod tests;
mod upload;
mod vault;
#[cfg(test)]
mod whole_tests;
mod writer;

pub use at_a_glance::{OpenPromises, VaultUse};
pub use backup::{BoxRecords, DeliveredFile, ReportRecords};
pub use clocks::ReportClock;
pub use collect::{CollectionPlan, CollectionRecord, NextCollection, PartReports, Snapshot};
pub use daily_counts::DayCount;
pub use database::{DATABASE, Store, VAULT_FILES};
pub use delivery::{Applied, ApplyError, Delivery, NotEntered, Skipped, WhyNotEntered, WhySkipped};
pub use error::{CopyError, NeededVersion, StoreError};
pub use handover::{ConfirmedKey, Handover, SealedSince};
pub use last_days::LastDay;
pub use metronome::{ServingRight, show_day_alone};
pub use outcome::{AddMessage, AddReport};
pub use own_copies::CopyRead;
pub use ready_records::{ReadyCollection, ReadyStanding, WithdrawnSoFar};
pub use reports::{NewMessage, NewReport, StoredAnswer, StoredMessage, StoredReport};
pub use restore::Restoration;
pub use sealed_place::{DamagedFile, SealedPlace};
pub use settings::Settings;
pub use upload::{FinishedUpload, Upload};
pub use vault::Budget;

use error::damaged;
