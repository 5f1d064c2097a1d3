//! Everything that opens for the governance team: its private keys, and the files that they lie in.
//!
//! Only the desk's build has this module. What a box is built from can't open what people send, because nothing that
//! could is compiled into it.

mod identity;
mod key_files;

pub use crate::crypto::{KeyFileError, Passphrase, is_signing_key_under_passphrase, read_signing_key};
pub use identity::GovernanceIdentity;
pub use key_files::{NewKeys, read_identity};
