//! The box's commands.

mod account;
pub(super) mod backup;
mod band;
mod box_files;
pub(super) mod check;
pub(super) mod clocks;
pub(super) mod collect;
pub(super) mod config;
mod config_file;
mod damaged;
pub(super) mod deliver;
pub(super) mod digest;
mod front;
mod handover;
mod holidays;
pub(super) mod init;
mod listen_at;
pub(super) mod poster;
mod private_keys;
mod renew;
pub(super) mod restore;
mod right_clock;
pub(super) mod serve;
pub(super) mod setup;
pub(super) mod stats;
pub(super) mod texts;
mod tls_files;
