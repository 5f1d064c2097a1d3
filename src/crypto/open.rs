//! What is common to whoever opens: the errors, and plaintext in memory that is wiped. Who can open what stands
//! elsewhere: a receipt code its own answers ([`super::ReplyIdentity`]), the team's private keys all else
//! (`crate::unseal`).

use std::io;
#[cfg(any(feature = "box", feature = "desk", test))]
use std::io::Read;

use age::DecryptError;
#[cfg(any(feature = "box", feature = "desk", test))]
use zeroize::Zeroizing;

#[cfg(any(feature = "box", feature = "desk", test))]
use crate::domain::limits::KIB;

/// Something sealed can't be opened; nothing of what is inside is in it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Sealed to other keys.
    #[error("it is sealed to other keys than this identity; use the identity whose recipient the box has")]
    OtherKeys,
    /// Altered, cut, or not an age file.
    #[error("it is altered, cut short, or not a sealed file; carry it again")]
    Altered,
    /// Opened, but what is inside is not what it should be.
    #[error("what is inside is not what it should be; it was not made by this version of candour")]
    Inside,
    /// Reading it failed, or writing what was opened.
    #[error("reading or writing failed: {0}")]
    Io(#[from] io::Error),
}

impl From<DecryptError> for OpenError {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::NoMatchingKeys => Self::OtherKeys,
            DecryptError::Io(error) if !damaged(&error) => Self::Io(error),
            _ => Self::Altered,
        }
    }
}

/// Whether a file begins as every age file does.
#[must_use]
pub fn is_sealed(begins: &[u8]) -> bool {
    begins.starts_with(b"age-encryption.org/v1")
}

#[cfg(any(feature = "box", feature = "desk", test))]
/// All of a plaintext up to a limit, in memory that is wiped: the places as well from which it moved as it grew beyond what
/// was expected.
pub(crate) fn read_limited(
    mut plain: impl Read,
    expected: usize,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut all = Zeroizing::new(Vec::with_capacity(expected.min(limit)));
    let mut buffer = Zeroizing::new([0; 16 * KIB]);
    loop {
        let read = plain.read(buffer.as_mut_slice()).map_err(stream_error)?;
        if read == 0 {
            return Ok(all);
        }
        if all.len() + read > limit {
            return Err(OpenError::Inside);
        }
        if all.capacity() - all.len() < read {
            let mut larger = Zeroizing::new(Vec::with_capacity((2 * all.capacity()).max(all.len() + read)));
            larger.extend_from_slice(&all);
            all = larger;
        }
        all.extend_from_slice(&buffer[..read]);
    }
}

#[cfg(any(feature = "box", feature = "desk", test))]
/// An error while reading a plaintext: the machine's, or the file's.
pub(crate) fn stream_error(error: io::Error) -> OpenError {
    if damaged(&error) { OpenError::Altered } else { OpenError::Io(error) }
}

fn damaged(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_not_taken_for_what_is_wrong_with_the_machine() {
        let io = |kind: io::ErrorKind| DecryptError::Io(kind.into());
        assert!(matches!(OpenError::from(DecryptError::NoMatchingKeys), OpenError::OtherKeys));
        assert!(matches!(OpenError::from(DecryptError::InvalidHeader), OpenError::Altered));
        for kind in [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof] {
            assert!(matches!(OpenError::from(io(kind)), OpenError::Altered));
            assert!(matches!(stream_error(kind.into()), OpenError::Altered));
        }
        let kind = io::ErrorKind::PermissionDenied;
        assert!(matches!(OpenError::from(io(kind)), OpenError::Io(error) if error.kind() == kind));
        assert!(matches!(stream_error(kind.into()), OpenError::Io(error) if error.kind() == kind));
    }

    #[test]
    fn a_plaintext_is_read_up_to_its_limit_and_not_further() {
        let plain = vec![7; 40 * KIB];
        let read = |limit: usize| read_limited(plain.as_slice(), 1, limit);
        assert!(read(plain.len()).is_ok_and(|all| *all == plain));
        assert!(matches!(read(plain.len() - 1), Err(OpenError::Inside)));
    }
}
