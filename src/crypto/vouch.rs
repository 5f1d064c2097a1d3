//! The word of a box's key for the one that takes its place.
//!
//! What is signed is the public key file of the new key as it lies there, so that minisign itself can tell. That file begins
//! with `untrusted comment:` and says that it is a box's public key, and every document that a key of ours signs is JSON and
//! begins with a brace: no signature over the one is ever one over the other. The trusted comment says so besides.

use super::sign::{BoxRole, VerifyingKey, check_bytes};
#[cfg(any(feature = "box", test))]
use super::sign::{SignError, SigningKey, sign_bytes};

/// What the trusted comment of such a signature says.
const WHAT: &str = "candour-box-key-v1";

/// The word of the key that a box had for the one that it has now: a minisign signature over the new `box.pub`.
///
/// # Errors
/// If the key can't sign.
#[cfg(any(feature = "box", test))]
pub fn vouch_for(new: &VerifyingKey<BoxRole>, before: &SigningKey<BoxRole>) -> Result<String, SignError> {
    sign_bytes(new.to_file().as_bytes(), before, WHAT)
}

/// Whether a signature is the word of the key before for the new one. Whoever has the key before, a thief too, can give it.
#[must_use]
pub fn is_vouched_for(new: &VerifyingKey<BoxRole>, signature: &str, before: &VerifyingKey<BoxRole>) -> bool {
    check_bytes(new.to_file().as_bytes(), signature, std::slice::from_ref(before), WHAT).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{VerifyError, sign, verify},
        domain::{Besides, BoxId, CollectionId, Date, Digest, Epoch, EpochId, Format, Manifest, Part},
    };

    fn manifest() -> Manifest {
        let on = Date::constant(2026, 12, 1);
        Manifest {
            format: Format::Collection,
            r#box: BoxId([1; 16]),
            epoch: Epoch { id: EpochId([2; 16]), began_on: on, backup_of: None },
            number: 1,
            id: CollectionId([3; 16]),
            part: Part::WHOLE,
            previous: None,
            on,
            casebook: None,
            besides: Besides { reports: 0, digest: Digest([0; 32]) },
            gone: vec![],
            reports: vec![],
        }
    }

    #[test]
    fn the_key_before_alone_vouches_for_the_one_that_it_signed() {
        let (before, public) = SigningKey::<BoxRole>::generate().unwrap();
        let (new, new_public) = SigningKey::<BoxRole>::generate().unwrap();
        let word = vouch_for(&new_public, &before).unwrap();
        assert!(is_vouched_for(&new_public, &word, &public));
        assert!(!is_vouched_for(&public, &word, &public), "another key than it signed");
        assert!(!is_vouched_for(&new_public, &word, &new_public), "by another key");
        let of_itself = vouch_for(&new_public, &new).unwrap();
        assert!(!is_vouched_for(&new_public, &of_itself, &public), "a key does not vouch for itself");
        for place in 0..word.len() {
            let mut altered = word.clone().into_bytes();
            altered[place] ^= 1;
            let Ok(altered) = String::from_utf8(altered) else { continue };
            assert!(!is_vouched_for(&new_public, &altered, &public), "{place}");
        }
    }

    #[test]
    fn a_word_for_a_key_is_no_manifest_and_a_manifest_no_word_for_a_key() {
        let (before, public) = SigningKey::<BoxRole>::generate().unwrap();
        let (_, new) = SigningKey::<BoxRole>::generate().unwrap();
        let word = vouch_for(&new, &before).unwrap();
        let keys = std::slice::from_ref(&public);
        let refused = verify::<Manifest>(new.to_file().as_bytes(), &word, keys).err();
        assert_eq!(refused, Some(VerifyError::Format));
        let (json, signature) = sign(&manifest(), &before).unwrap();
        assert!(verify::<Manifest>(&json, &signature, keys).is_ok());
        assert!(!is_vouched_for(&new, &signature, &public));
        // Even under the trusted comment of the other: what is signed begins otherwise.
        let over_json = sign_bytes(&json, &before, WHAT).unwrap();
        assert!(!is_vouched_for(&new, &over_json, &public));
        assert!(json.starts_with(b"{") && new.to_file().starts_with("untrusted comment: candour box public key\n"));
    }
}
