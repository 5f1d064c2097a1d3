//! The commands: one clap enum, one function a command. Nothing imports this but `main`.

mod command;
mod confined;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "desk")]
mod desk;
mod due;
mod findings;
mod listen;
mod output;
#[cfg(feature = "box")]
mod server;

pub use command::run;
