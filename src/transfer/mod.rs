//! The box's side of what is carried by hand: collections out, decisions in; and its backups, out and in again.

mod backup;
#[cfg(test)]
mod backup_tests;
mod box_backup;
mod box_directory;
mod collect;
mod deliver;
mod mark;
mod renewal;
mod restore;
mod told;
// What is carried is opened there, which a box alone can't do.
#[cfg(test)]
#[cfg(feature = "desk")]
mod tests;

pub use backup::{BackupError, BackupOutcome, backup};
pub use box_directory::{
    BANK_HOLIDAYS, BOX_KEY, BOX_PUBLIC, BoxKeyError, CALENDAR, CARRY, KEY_BEFORE, KEY_FILE_BYTES, KeyPairFound,
    NEXT_KEY, STORE, bank_holidays_file, box_key, carry_directory, is_half_renewed, ready_part, store_directory,
};
pub use collect::{CollectError, CollectOutcome, clear_carried, collect, collect_ready};
pub use deliver::{DecisionsName, DeliverError, Delivered, deliver, deliver_from};
pub use renewal::{BOX_VOUCHED, RenewalError, Renewed, renew_box_key};
pub use restore::{OF_BACKUP, RESTORING, RestoreError, Restored, forget_restore, is_left_over, is_unfinished, restore};
pub use told::{count_of_not_taken, told};
