use std::collections::BTreeSet;
use std::io::{BufRead, Read, Write};

use age::{Decryptor, secrecy::ExposeSecret, stream::StreamReader, x25519};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    crypto::{Commitments, GovernanceRecipients, Hasher, OpenError, attachment_size, read_limited, stream_error},
    domain::{
        Attachment, Digest, Message,
        limits::{KIB, MESSAGE_BYTES},
    },
};

/// Separates the tags of a casebook from every other use of an identity.
const TAG_CONTEXT: &[u8] = b"candour casebook seal v1\n";

/// Private keys of the governance team: a reviewer's, from an identity file, or those that a casebook makes for itself
/// and for each report. Only the desk makes one. Several keys open what is sealed to any of them; the first is the
/// newest.
pub struct GovernanceIdentity(Vec<x25519::Identity>);

impl GovernanceIdentity {
    pub(super) const fn new(keys: Vec<x25519::Identity>) -> Self {
        Self(keys)
    }

    /// One new key.
    #[must_use]
    pub fn generate() -> Self {
        Self(vec![x25519::Identity::generate()])
    }

    /// Reads the lines that [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// If one of them is not a key, or there is none.
    pub fn from_text(text: &str) -> Result<Self, OpenError> {
        let keys: Vec<_> =
            text.lines().map(|line| line.parse().map_err(|_| OpenError::Inside)).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(OpenError::Inside) } else { Ok(Self(keys)) }
    }

    /// Every key on a line of its own, as age writes it.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(80 * self.0.len()));
        for key in &self.0 {
            text.push_str(key.to_string().expose_secret());
            text.push('\n');
        }
        text
    }

    /// These keys, then others that are not among them.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        let public = |key: &x25519::Identity| key.to_public().to_string();
        let known: BTreeSet<String> = self.0.iter().map(public).collect();
        let more = others.0.iter().filter(|key| !known.contains(&public(key)));
        Self(self.0.iter().chain(more).cloned().collect())
    }

    /// Those of these keys whose public halves are named; none if there is none.
    #[must_use]
    pub fn among(&self, named: &[String]) -> Option<Self> {
        let known = |key: &&x25519::Identity| named.contains(&key.to_public().to_string());
        let keys: Vec<_> = self.0.iter().filter(known).cloned().collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The one key of these that has that public half.
    #[must_use]
    pub fn only(&self, public: &str) -> Option<Self> {
        self.0.iter().find(|key| key.to_public().to_string() == public).map(|key| Self(vec![key.clone()]))
    }

    /// The public halves.
    #[must_use]
    pub fn recipients(&self) -> GovernanceRecipients {
        GovernanceRecipients::from_keys(self.0.iter().map(x25519::Identity::to_public).collect())
    }

    /// Opens a small sealed file whole.
    ///
    /// # Errors
    /// If it is not a whole file sealed to this identity, or is larger than that many bytes.
    pub fn open_bytes(&self, sealed: &[u8], limit: usize) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        read_limited(self.open_stream(sealed)?, sealed.len(), limit)
    }

    /// Opens a message from a person. Gives what a box says of such a one besides.
    ///
    /// # Errors
    /// If it is not a whole message sealed to this identity.
    pub fn open_message(&self, sealed: impl BufRead) -> Result<(Message, Commitments), OpenError> {
        let padded = read_limited(self.open_stream(sealed)?, 32 * KIB, MESSAGE_BYTES)?;
        let message: Message = serde_json::from_slice(&padded).map_err(|_| OpenError::Inside)?;
        let json = padded.trim_ascii_end();
        let commitments = Commitments::to(&message, json).ok_or(OpenError::Inside)?;
        Ok((message, commitments))
    }

    /// Opens a file into `out`, cut to its true length. On an error `out` may hold part of it: throw that away.
    ///
    /// # Errors
    /// If it is not the file that the message names, byte for byte.
    pub fn open_attachment(
        &self,
        sealed: impl BufRead,
        attachment: &Attachment,
        mut out: impl Write,
    ) -> Result<(), OpenError> {
        let mut plain = self.open_stream(sealed)?;
        let mut hasher = Hasher::default();
        let mut left = attachment.size;
        let mut total = 0_u64;
        let mut buffer = Zeroizing::new(vec![0; 64 * KIB]);
        loop {
            let read = plain.read(&mut buffer).map_err(stream_error)?;
            if read == 0 {
                break;
            }
            total += read as u64;
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(read);
            hasher.update(&buffer[..wanted]);
            out.write_all(&buffer[..wanted])?;
            left -= wanted as u64;
        }
        if left > 0 || total != attachment_size(attachment.size) || hasher.finish() != attachment.sha256 {
            return Err(OpenError::Inside);
        }
        Ok(())
    }

    /// Opens a collection or a casebook file. Read it to its end: only then is it known to be whole.
    ///
    /// # Errors
    /// If it is not an age file sealed to this identity.
    pub fn open_stream<R: BufRead>(&self, sealed: R) -> Result<StreamReader<R>, OpenError> {
        Ok(Decryptor::new_buffered(sealed)?.decrypt(self.0.iter().map(|key| key as &dyn age::Identity))?)
    }

    /// A tag over some bytes that only a holder of this identity can make: HMAC-SHA256 under its first key.
    #[must_use]
    pub fn casebook_tag(&self, context: &[u8]) -> Digest {
        // Every way to make an identity wants at least one key; with none, a tag that nothing fits is right.
        Digest(self.0.first().map(|key| tag_under(key, context)).unwrap_or_default())
    }

    /// Whether such a tag was made under any key of this identity: a later key may stand before an earlier one.
    #[must_use]
    pub fn is_casebook_tag(&self, context: &[u8], tag: Digest) -> bool {
        self.0.iter().any(|key| bool::from(tag_under(key, context).ct_eq(&tag.0)))
    }
}

/// HMAC-SHA256 keyed by the SHA-256 of a private key's text form.
fn tag_under(key: &x25519::Identity, context: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(TAG_CONTEXT);
    hash.update(key.to_string().expose_secret());
    let mac_key: Zeroizing<[u8; 32]> = Zeroizing::new(hash.finalize().into());
    // HMAC takes a key of any length, so this can't fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(mac_key.as_slice()).expect("HMAC takes keys of any length");
    mac.update(context);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    use crate::{
        crypto::{AttachmentSealer, seal_message},
        domain::{BoxId, Date, MessageContent, ReportId, Route, Salt, Text},
    };

    fn identity() -> GovernanceIdentity {
        GovernanceIdentity::new(vec![x25519::Identity::generate()])
    }

    fn message(text: &str) -> Message {
        Message {
            r#box: BoxId([1; 16]),
            report: ReportId([2; 8]),
            seq: 2,
            route: Route::StaffConcern,
            on: Date::constant(2026, 12, 1),
            content: MessageContent::FollowUp(Some(Text::typed(text))),
            reply_to: x25519::Identity::generate().to_public().to_string(),
            salt: Salt([3; 32]),
            attachments: vec![],
        }
    }

    fn seal_file(plain: &[u8], to: &GovernanceIdentity) -> (Vec<u8>, Attachment) {
        let mut sealer = AttachmentSealer::start(&to.recipients(), Vec::new()).unwrap_or_else(|e| panic!("{e}"));
        plain.chunks(1000).for_each(|piece| sealer.write_all(piece).unwrap_or_else(|e| panic!("{e}")));
        let (truth, sealed) = sealer.finish().unwrap_or_else(|e| panic!("{e}"));
        let attachment = Attachment {
            name: Text::verbatim("a"),
            media_type: Text::verbatim("b/c"),
            size: truth.size,
            sha256: truth.sha256,
        };
        (sealed, attachment)
    }

    #[test]
    fn a_message_is_opened_by_its_identity_alone() {
        let team = identity();
        let sealed = seal_message(&message("What happened."), &team.recipients()).unwrap_or_else(|e| panic!("{e}")).0;
        let (opened, _) = team.open_message(sealed.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        assert!(opened.content.follow_up().is_some_and(|text| text.as_str() == "What happened."));
        assert!(matches!(identity().open_message(sealed.as_bytes()), Err(OpenError::OtherKeys)));
    }

    #[test]
    fn a_casebook_is_vouched_for_by_its_identity_alone() {
        let (one, two) = (x25519::Identity::generate(), x25519::Identity::generate());
        let tag = GovernanceIdentity::new(vec![one.clone()]).casebook_tag(b"x");
        assert!(GovernanceIdentity::new(vec![two.clone(), one.clone()]).is_casebook_tag(b"x", tag));
        assert!(!GovernanceIdentity::new(vec![two]).is_casebook_tag(b"x", tag));
        assert!(!GovernanceIdentity::new(vec![one]).is_casebook_tag(b"y", tag));
    }

    #[test]
    fn messages_of_very_different_length_differ_by_the_header_alone() {
        let team = identity();
        let size = |text: &str| {
            seal_message(&message(text), &team.recipients()).unwrap_or_else(|e| panic!("{e}")).0.as_bytes().len()
        };
        let (short, long) = (size("x"), size(&"x".repeat(14_000)));
        assert!(short.abs_diff(long) < 1024, "{short} {long}");
    }

    #[test]
    fn an_altered_or_cut_message_is_refused() {
        let team = identity();
        let sealed = seal_message(&message("What happened."), &team.recipients()).unwrap_or_else(|e| panic!("{e}")).0;
        let bytes = sealed.as_bytes();
        for place in (0..bytes.len()).step_by(97) {
            let mut altered = bytes.to_vec();
            altered[place] ^= 1;
            assert!(team.open_message(altered.as_slice()).is_err(), "altered at {place}");
            assert!(team.open_message(&bytes[..place]).is_err(), "cut at {place}");
        }
        assert!(team.open_message([bytes, b"x"].concat().as_slice()).is_err(), "appended to");
    }

    #[test]
    fn attachments_of_every_length_come_back() {
        let team = identity();
        for length in [0, 1, 65_535, 65_536, 65_537, 262_144, 1_000_000] {
            let plain: Vec<u8> = (0..length).map(|place: u32| place.to_le_bytes()[0] ^ 0x5a).collect();
            let (sealed, attachment) = seal_file(&plain, &team);
            let mut opened = Vec::new();
            team.open_attachment(sealed.as_slice(), &attachment, &mut opened)
                .unwrap_or_else(|e| panic!("{length}: {e}"));
            assert!(opened == plain, "{length}");
        }
    }

    #[test]
    fn an_attachment_is_held_against_the_message_that_names_it() {
        let team = identity();
        let (sealed, attachment) = seal_file(b"evidence", &team);
        let open = |attachment: &Attachment| team.open_attachment(sealed.as_slice(), attachment, io::sink());
        assert!(open(&attachment).is_ok());
        assert!(open(&Attachment { size: 7, ..attachment.clone() }).is_err());
        assert!(open(&Attachment { size: 70_000_000, ..attachment.clone() }).is_err());
        assert!(open(&Attachment { sha256: Digest([0; 32]), ..attachment }).is_err());
    }
}
