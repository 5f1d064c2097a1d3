use std::{
    io,
    io::{BufRead, Write},
};

use age::{Encryptor, stream::StreamWriter};
use zeroize::Zeroizing;

use super::{
    Commitments, Hasher, digest,
    pad::{attachment_size, message_size},
    recipients::{GovernanceRecipients, ReplyRecipient},
};
use crate::domain::{Answer, Digest, EndorsedAnswer, Format, Message, OwnCopy, Text, limits::KIB};

/// Sealing failed; nothing of what was to be sealed is in it.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The keys can't be used together.
    #[error("the recipients can't be used together; check governance.recipients")]
    Recipients,
    /// What was to be sealed has no JSON form.
    #[error("the message can't be written as JSON")]
    Json,
    /// Writing what was sealed failed.
    #[error("writing what was sealed failed: {0}")]
    Write(#[from] io::Error),
}

/// A whole age file. The store and the transfer take nothing else, so nothing plain can get there.
#[derive(Clone)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Bytes that came from elsewhere, if they are those that a verified document names.
    #[must_use]
    pub fn checked(bytes: Vec<u8>, expected: Digest) -> Option<Self> {
        (digest(&bytes) == expected).then_some(Self(bytes))
    }

    /// The age file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 of the age file.
    #[must_use]
    pub fn digest(&self) -> Digest {
        digest(&self.0)
    }
}

/// Seals a message from the person to the team: JSON, padded with spaces. Gives what a box commits to besides.
///
/// # Errors
/// If the recipients can't be used.
pub fn seal_message(message: &Message, to: &GovernanceRecipients) -> Result<(Sealed, Commitments), SealError> {
    let json = to_json(message)?;
    let commitments = Commitments::to(message, &json).ok_or(SealError::Json)?;
    Ok((pad_and_seal(json, to.as_age())?, commitments))
}

/// SHA-256 of an answer's JSON: what whoever stands by it signs.
///
/// # Errors
/// If it has no JSON form.
pub fn answer_digest(answer: &Answer) -> Result<Digest, SealError> {
    Ok(digest(&to_json(answer)?))
}

/// Seals an answer from the team to the person, with the signatures of whoever stands by it: JSON, padded with spaces.
///
/// # Errors
/// If the recipient can't be used.
pub fn seal_answer(answer: &Answer, endorsements: Vec<String>, to: &ReplyRecipient) -> Result<Sealed, SealError> {
    let json = to_json(answer)?;
    let text = std::str::from_utf8(&json).map_err(|_| SealError::Json)?;
    let endorsed = EndorsedAnswer { format: Format::EndorsedAnswer, answer: Text::verbatim(text), endorsements };
    pad_and_seal(to_json(&endorsed)?, std::iter::once(to.as_age()))
}

/// Seals a person's own copy of what they said to their receipt code: JSON, padded with spaces.
///
/// # Errors
/// If the recipient can't be used.
pub fn seal_own_copy(copy: &OwnCopy, to: &ReplyRecipient) -> Result<Sealed, SealError> {
    pad_and_seal(to_json(copy)?, std::iter::once(to.as_age()))
}

/// Seals a few bytes whole, for the casebook.
///
/// # Errors
/// If the recipients can't be used.
pub fn seal_bytes(plain: &[u8], to: &GovernanceRecipients) -> Result<Sealed, SealError> {
    let mut out = seal_stream(to, Vec::with_capacity(plain.len() + plain.len() / KIB + KIB))?;
    out.write_all(plain)?;
    Ok(Sealed(out.finish()?))
}

/// Seals whatever is written to it, for collections and the casebook. Call `finish`, or what was written can't be
/// opened.
///
/// # Errors
/// If the recipients can't be used or `out` fails.
pub fn seal_stream<W: Write>(to: &GovernanceRecipients, out: W) -> Result<StreamWriter<W>, SealError> {
    Ok(Encryptor::with_recipients(to.as_age()).map_err(|_| SealError::Recipients)?.wrap_output(out)?)
}

/// Seals a file as it comes, piece by piece, and pads it. Only [`PaddedSealer::finish`] makes it whole: what was dropped
/// before can't be opened.
pub struct PaddedSealer<W: Write> {
    out: StreamWriter<W>,
    size: u64,
}

impl<W: Write> PaddedSealer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// If the recipients can't be used or `out` fails.
    pub fn start(to: &GovernanceRecipients, out: W) -> Result<Self, SealError> {
        Ok(Self { out: seal_stream(to, out)?, size: 0 })
    }

    /// Pads, seals the end marker, and gives back the bytes that were written before padding, and `out`.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn finish(mut self) -> Result<(u64, W), SealError> {
        pad_attachment(&mut self.out, self.size)?;
        Ok((self.size, self.out.finish()?))
    }
}

impl<W: Write> Write for PaddedSealer<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.size += piece.len() as u64;
        self.out.write_all(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The same, and what the message says of the file.
pub struct AttachmentSealer<W: Write> {
    padded: PaddedSealer<W>,
    hasher: Hasher,
}

/// What the message says of a file, known when its last byte was sealed.
#[derive(Clone, Copy)]
pub struct SealedTrueSize {
    /// Bytes before padding.
    pub size: u64,
    /// SHA-256 of those bytes.
    pub sha256: Digest,
}

impl<W: Write> AttachmentSealer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// If the recipients can't be used or `out` fails.
    pub fn start(to: &GovernanceRecipients, out: W) -> Result<Self, SealError> {
        Ok(Self { padded: PaddedSealer::start(to, out)?, hasher: Hasher::default() })
    }

    /// Pads, seals the end marker, and gives back `out`.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn finish(self) -> Result<(SealedTrueSize, W), SealError> {
        let (size, out) = self.padded.finish()?;
        Ok((SealedTrueSize { size, sha256: self.hasher.finish() }, out))
    }
}

impl<W: Write> Write for AttachmentSealer<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.hasher.update(piece);
        self.padded.write(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Seals a file that was opened and whose digest is known, as [`AttachmentSealer`] does.
///
/// # Errors
/// If the recipients can't be used, `plain` can't be read to its end, or `out` fails.
pub fn seal_attachment(mut plain: impl BufRead, to: &GovernanceRecipients, out: impl Write) -> Result<(), SealError> {
    let mut out = seal_stream(to, out)?;
    let mut size = 0;
    loop {
        let piece = plain.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        out.write_all(piece)?;
        let length = piece.len();
        size += length as u64;
        plain.consume(length);
    }
    pad_attachment(&mut out, size)?;
    out.finish()?;
    Ok(())
}

/// Writes the zeros behind a file of that many bytes.
fn pad_attachment(mut out: impl Write, size: u64) -> io::Result<()> {
    let zeros = [0; 8 * KIB];
    let mut left = attachment_size(size) - size;
    while left > 0 {
        let piece = left.min(zeros.len() as u64);
        // At most 8 KiB, so it fits.
        out.write_all(&zeros[..usize::try_from(piece).unwrap_or(zeros.len())])?;
        left -= piece;
    }
    Ok(())
}

fn to_json(value: &impl serde::Serialize) -> Result<Zeroizing<Vec<u8>>, SealError> {
    serde_json::to_vec(value).map(Zeroizing::new).map_err(|_| SealError::Json)
}

fn pad_and_seal<'a>(
    mut json: Zeroizing<Vec<u8>>,
    to: impl Iterator<Item = &'a dyn age::Recipient>,
) -> Result<Sealed, SealError> {
    let size = message_size(json.len());
    json.resize(size, b' ');
    let mut out = Encryptor::with_recipients(to)
        .map_err(|_| SealError::Recipients)?
        .wrap_output(Vec::with_capacity(size + KIB))?;
    out.write_all(&json)?;
    Ok(Sealed(out.finish()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_from_elsewhere_are_taken_if_they_are_those_that_were_named() {
        let named = digest(b"sealed");
        assert!(Sealed::checked(b"sealed".to_vec(), named).is_some_and(|sealed| sealed.as_bytes() == b"sealed"));
        assert!(Sealed::checked(b"Sealed".to_vec(), named).is_none());
    }
}
