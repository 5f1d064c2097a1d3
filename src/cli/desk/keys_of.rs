//! Reading a member's keys, and giving up every file but theirs and the casebook.

use std::path::Path;

use super::{
    key_ring::{KeyRing, Locations},
    reach,
};
use crate::{
    cli::{confined, output},
    unseal::GovernanceIdentity,
};

/// Gives up every file but the casebook, the keys, and those that are named. What the kernel can't hold a command to,
/// it goes without: it ends soon, and `candour desk open`, which does not, refuses then.
pub(super) fn confine<const N: usize>(casebook: &Path, ring: &KeyRing, read: [&Path; N], made: Option<&Path>) {
    let _ = confined::to_files(&reach::named(casebook, ring.files().chain(read), made));
}

/// The identity, for a command that only reads.
pub(super) fn identity(casebook: &Path, keys: &Locations) -> Result<GovernanceIdentity, output::Failure> {
    let mut ring = KeyRing::of(casebook, keys, None)?;
    confine(casebook, &ring, [], None);
    Ok(ring.identity()?)
}
