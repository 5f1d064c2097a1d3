//! The day, and the hashing.

use candour::{
    crypto::KdfParams,
    domain::{Date, FixedDay},
};

/// A Tuesday.
pub(crate) const DAY: Date = Date::constant(2026, 12, 1);
pub(crate) const TODAY: FixedDay = FixedDay(DAY);
/// Hashing that costs next to nothing.
pub(crate) const KDF: KdfParams = KdfParams { memory_kib: 64, passes: 1, lanes: 1 };
