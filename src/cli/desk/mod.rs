//! The desk's commands: clap in `commands`, private keys in `key_ring`, what people read in `print`, all the logic in
//! [`crate::casebook`].

mod annual_report;
mod casebook_argument;
mod check;
mod commands;
mod enter;
mod import;
mod key_ring;
mod keys_of;
pub(super) mod new_keys;
mod open;
mod print;
pub(super) mod reach;
mod register;
mod set_aside;
mod team_commands;
mod today;
mod typed_file;

pub(super) use commands::{DeskCommand, run};
