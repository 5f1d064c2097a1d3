//! The box's commands.

mod account;
pub(super) mod backup;
mod box_files;
pub(super) mod check;
pub(super) mod clocks;
pub(super) mod collect;
mod config_file;
mod damaged;
pub(super) mod deliver;
mod front;
mod handover;
mod holidays;
pub(super) mod init;
mod listen_at;
pub(super) mod poster;
mod private_keys;
mod renew;
pub(super) mod restore;
pub(super) mod serve;
pub(super) mod setup;
pub(super) mod texts;
mod tls_files;
