//! Hiding commitments: what was said, told in a digest that tells nothing of it to whoever can't open it.

use super::Hasher;
use crate::domain::{Digest, Message, MessageSummary, Salt};

/// What a box says of a message in its manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitments {
    /// To the message: SHA-256 over its salt and its JSON.
    pub message: Digest,
    /// To its summary, likewise.
    pub summary: Digest,
}

impl Commitments {
    /// To a message whose JSON that is; none if its summary has no JSON form.
    pub(crate) fn to(message: &Message, json: &[u8]) -> Option<Self> {
        let summary = summary_commitment(message.salt, &MessageSummary::of(message))?;
        Some(Self { message: commit(message.salt, json), summary })
    }
}

/// The commitment to a summary under its message's salt; none if it has no JSON form.
#[must_use]
pub fn summary_commitment(salt: Salt, summary: &MessageSummary) -> Option<Digest> {
    Some(commit(salt, &serde_json::to_vec(summary).ok()?))
}

fn commit(salt: Salt, json: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&salt.0);
    hasher.update(json);
    hasher.finish()
}
