//! The commands: one clap enum, one function a command. Nothing imports this but `main`.

#[cfg(any(feature = "desk", feature = "carry"))]
mod carrier_key;
#[cfg(feature = "carry")]
mod carry;
mod command;
mod confined;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "desk")]
mod desk;
mod due;
#[cfg(any(feature = "box", feature = "desk"))]
mod findings;
#[cfg(any(feature = "desk", feature = "carry"))]
mod keys;
#[cfg(any(feature = "box", feature = "desk"))]
mod listen;
mod output;
#[cfg(any(feature = "desk", feature = "carry"))]
mod passphrase;
#[cfg(feature = "box")]
mod server;

pub use command::run;
