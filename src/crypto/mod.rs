//! Receipt codes, sealing, opening, padding, signatures and key files.
//!
//! Keys are typed by their role: what seals ([`GovernanceRecipients`], [`ReplyRecipient`]) can't open, and what opens is
//! made only from the desk's identity file ([`keyfile`]) or from a receipt code ([`ReplyIdentity`]).

mod fingerprint;
pub mod keyfile;
mod open;
mod pad;
mod random;
mod receipt;
mod recipients;
mod seal;
mod sign;

pub use fingerprint::{Fingerprint, FingerprintError};
pub use open::{GovernanceIdentity, OpenError, ReplyIdentity};
pub use pad::{attachment_size, frame, message_size, unframe};
pub use random::{OsRandom, os_random};
pub use receipt::{Code, CodeError, CodeTagger, KdfError, KdfParams, Locator, Receipt};
pub use recipients::{GovernanceRecipients, RecipientsError, ReplyRecipient};
pub use seal::{AttachmentSealer, SealError, Sealed, SealedTrueSize, seal_answer, seal_message, seal_stream};
pub use sign::{
    BoxRole, Document, Role, SignError, SignerRole, SigningKey, Verified, VerifyError, VerifyingKey, read_keys, sign,
    verify,
};

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use crate::domain::Digest;

/// SHA-256 of some bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// SHA-256 of bytes that come in pieces.
#[derive(Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes in one more piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// Hashes what is written through it.
pub struct Hashed<W> {
    out: W,
    hasher: Hasher,
}

impl<W: Write> Hashed<W> {
    /// Passes everything on to `out`.
    pub fn new(out: W) -> Self {
        Self { out, hasher: Hasher::default() }
    }

    /// The digest of all that was written, and `out`.
    #[must_use]
    pub fn finish(self) -> (Digest, W) {
        (self.hasher.finish(), self.out)
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// SHA-256 of everything that can be read.
///
/// # Errors
/// Those of reading.
pub fn digest_all(mut input: impl Read) -> io::Result<Digest> {
    let mut hashed = Hashed::new(io::sink());
    io::copy(&mut input, &mut hashed)?;
    Ok(hashed.finish().0)
}
