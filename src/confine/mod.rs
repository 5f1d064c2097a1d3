//! What a process gives up, so that a fault in it can do less: files that it has no use for (Landlock), and every system
//! call that it does not make (seccomp). Both hold for the rest of its life and for every thread started after them.
//!
//! Of files, Landlock's first version is enough: what later ones add is denied as system calls besides, whatever the
//! kernel. docs/confinement.md has the list, with a reason for each.

mod arguments;
mod calls;
mod error;
mod files;
mod kernel;
mod profile;
mod refused;
mod system_calls;
#[cfg(test)]
mod trials;

pub use error::ConfineError;
pub use files::{Landlock, Reach, files};
pub use kernel::{Kernel, kernel};
pub use profile::Profile;
pub use system_calls::system_calls;
