//! What box and desk both may hold: receipt codes, sealing, padding, signatures and public keys.
//!
//! Keys are typed by their role. What seals ([`GovernanceRecipients`], [`ReplyRecipient`]) can't open; a receipt code
//! makes the one key that opens the answers to its own report ([`ReplyIdentity`]); and whatever opens for the team
//! stands in `crate::unseal`, which the box's build does not have.

#[cfg(any(feature = "box", all(test, feature = "desk")))]
mod backup_identity;
#[cfg(any(feature = "box", all(test, feature = "desk")))]
mod challenge;
#[cfg(any(feature = "box", all(test, feature = "desk")))]
mod code_tag;
mod commit;
mod digest;
#[cfg(feature = "desk")]
mod entered;
mod fingerprint;
#[cfg(any(feature = "box", feature = "desk"))]
mod hash_memory;
#[cfg(any(feature = "desk", feature = "carry"))]
mod key_file;
mod open;
mod pad;
mod pipe;
mod private_key;
mod random;
#[cfg(any(feature = "box", feature = "desk"))]
mod receipt;
mod recipients;
#[cfg(any(feature = "box", feature = "desk"))]
mod reply;
pub mod scrub;
mod seal;
mod sign;
mod vouch;
mod word;

#[cfg(any(feature = "box", all(test, feature = "desk")))]
pub use backup_identity::{BackupIdentity, BackupIdentityError, BackupReader, BackupRecipients, seal_backup};
#[cfg(any(feature = "box", all(test, feature = "desk")))]
pub use challenge::{ChallengeKey, ChallengeNonce};
#[cfg(any(feature = "box", all(test, feature = "desk")))]
pub use code_tag::{CodeTagger, Issue, Stamp, StampKey};
pub use commit::{Commitments, summary_commitment};
pub use digest::{Hashed, Hasher, digest, digest_all};
#[cfg(feature = "desk")]
pub use entered::entered_report;
pub use fingerprint::{Fingerprint, FingerprintError};
#[cfg(any(feature = "box", feature = "desk"))]
pub use hash_memory::HashMemory;
#[cfg(any(feature = "desk", feature = "carry"))]
pub use key_file::{KeyFileError, Passphrase, is_signing_key_under_passphrase, new_signing_key, read_signing_key};
pub use open::{OpenError, is_sealed};
#[cfg(feature = "desk")]
pub(crate) use open::{read_limited, stream_error};
pub use pad::{attachment_size, carried_size, message_size};
pub use pipe::{PipeReader, PipeWriter, is_given_up, pipe};
pub use private_key::{MAX_WORK_FACTOR, is_private_key, is_under_passphrase};
pub use random::{OsRandom, os_random};
#[cfg(any(feature = "box", feature = "desk"))]
pub use receipt::{Code, KdfError, KdfParams, Locator, Receipt};
pub use recipients::{GovernanceRecipients, RecipientsError, ReplyRecipient};
#[cfg(any(feature = "box", feature = "desk"))]
pub use reply::{OpenedAnswer, ReplyIdentity};
pub use seal::{
    AttachmentSealer, PaddedSealer, SealError, Sealed, SealedTrueSize, answer_digest, seal_answer, seal_attachment,
    seal_bytes, seal_message, seal_own_copy, seal_stream,
};
#[cfg(all(test, feature = "desk"))]
pub(crate) use sign::sign_as;
pub use sign::{
    BoxRole, CarrierRole, Document, KeyRole, SignError, SignerRole, SigningKey, Verified, VerifyError, VerifyingKey,
    endorsers, read_keys, sign, signers_fingerprint, verify,
};
pub use vouch::is_vouched_for;
#[cfg(any(feature = "box", test))]
pub use vouch::vouch_for;
pub use word::{besides, epoch_fingerprint, record_digest};
