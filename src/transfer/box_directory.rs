//! What a box keeps in its data directory beside the store.

use crate::domain::limits::KIB;

/// Bytes of a key file, with room for many keys and comments.
pub const KEY_FILE_BYTES: usize = 256 * KIB;
/// The box's private signing key.
pub const BOX_KEY: &str = "box.key";
/// Its public half.
pub const BOX_PUBLIC: &str = "box.pub";
/// GOV.UK's bank-holidays.json, for years that this version does not know.
pub const BANK_HOLIDAYS: &str = "bank-holidays.json";
