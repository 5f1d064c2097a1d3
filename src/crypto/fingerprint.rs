use std::{fmt, str::FromStr};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest as _, Sha256};

/// Digits in a group, as shown.
const GROUP: usize = 4;

/// A SHA-256 over public keys, short enough to read out over a telephone in groups of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// What was given is not a fingerprint.
#[derive(Debug, thiserror::Error)]
#[error("not a fingerprint; copy all 16 groups of 4 digits")]
pub struct FingerprintError;

impl Fingerprint {
    /// Over a kind of key and a list of keys in their text form. The order of the list does not matter.
    #[must_use]
    pub fn of(kind: &str, keys: &[String]) -> Self {
        let mut sorted: Vec<_> = keys.iter().collect();
        sorted.sort();
        let mut hash = Sha256::new();
        hash.update(b"candour fingerprint v1\n");
        hash.update(kind);
        for key in sorted {
            hash.update(b"\n");
            hash.update(key);
        }
        Self(hash.finalize().into())
    }
}

impl Fingerprint {
    /// Whether it ends with what somebody typed: the last four groups, as people copy them.
    #[must_use]
    pub fn ends_with(&self, typed: &str) -> bool {
        const GROUPS: usize = 4;

        let digits: String = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | ':')).collect();
        digits.len() == GROUPS * GROUP && HEXLOWER.encode(&self.0).ends_with(&digits.to_ascii_lowercase())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, digit) in HEXLOWER.encode(&self.0).chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | ':')).collect();
        let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| FingerprintError)?;
        bytes.try_into().map(Self).map_err(|_| FingerprintError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_does_not_matter_but_each_key_does() {
        let of = |keys: &[&str]| Fingerprint::of("test", &keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert_ne!(of(&["a"]), Fingerprint::of("other", &["a".into()]));
    }

    #[test]
    fn is_read_back_as_people_copy_it() {
        let fingerprint = Fingerprint::of("test", &["a".into()]);
        let shown = fingerprint.to_string();
        assert_eq!(shown.split(' ').count(), 16);
        for copied in
            [shown.clone(), shown.replace(' ', ""), shown.to_uppercase(), format!("  {} ", shown.replace(' ', "-"))]
        {
            assert_eq!(copied.parse::<Fingerprint>().unwrap(), fingerprint);
        }
        assert!("1234".parse::<Fingerprint>().is_err());
        let last = &shown[shown.len() - 19..];
        for typed in [last.to_owned(), last.to_uppercase(), last.replace(' ', "-")] {
            assert!(fingerprint.ends_with(&typed), "{typed}");
        }
        for typed in ["", &last[5..], &shown, "0000 0000 0000 0000"] {
            assert!(!fingerprint.ends_with(typed), "{typed}");
        }
    }
}
