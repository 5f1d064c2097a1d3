//! Signatures in minisign's form. What is signed is JSON that begins with what it is ([`Format`]) and names the box, or a
//! box's public key file, which begins as no JSON does ([`super::vouch`]): so a signature over one thing can't be taken for
//! another. What is not verified is bytes; what is, is
//! [`Verified`].

use std::{io::Cursor, marker::PhantomData};

use data_encoding::BASE64;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox, SignatureBox};
use serde::{Serialize, de::DeserializeOwned};

use super::{digest, fingerprint::Fingerprint};
use crate::domain::{CarryRequest, Decisions, Digest, Endorsement, Format, Manifest};

/// Who holds a signing key.
pub trait KeyRole {
    /// The role, as key files and fingerprints name it.
    const NAME: &'static str;
}

/// The box, which signs manifests.
pub struct BoxRole;

impl KeyRole for BoxRole {
    const NAME: &'static str = "candour box";
}

/// Someone on the governance team, who signs decisions and casebook events.
pub struct SignerRole;

impl KeyRole for SignerRole {
    const NAME: &'static str = "candour signer";
}

/// Whoever may fetch sealed collections from a box and bring it decisions, and nothing else.
pub struct CarrierRole;

impl KeyRole for CarrierRole {
    const NAME: &'static str = "candour carrier";
}

/// Something that is signed as JSON.
pub trait Document: Serialize + DeserializeOwned {
    /// What it says it is.
    const FORMAT: Format;
    /// Who signs it.
    type Role: KeyRole;

    /// What this one says it is.
    fn format(&self) -> Format;
}

impl Document for Manifest {
    const FORMAT: Format = Format::Collection;
    type Role = BoxRole;

    fn format(&self) -> Format {
        self.format
    }
}

impl Document for Decisions {
    const FORMAT: Format = Format::Decisions;
    type Role = SignerRole;

    fn format(&self) -> Format {
        self.format
    }
}

impl Document for Endorsement {
    const FORMAT: Format = Format::Endorsement;
    type Role = SignerRole;

    fn format(&self) -> Format {
        self.format
    }
}

impl Document for CarryRequest {
    const FORMAT: Format = Format::CarryRequest;
    type Role = CarrierRole;

    fn format(&self) -> Format {
        self.format
    }
}

/// A document whose signature was checked. There is no other way to make one.
pub struct Verified<T> {
    document: T,
    digest: Digest,
}

impl<T> Verified<T> {
    /// The document.
    #[must_use]
    pub const fn document(&self) -> &T {
        &self.document
    }

    /// SHA-256 of the signed bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The document alone.
    #[must_use]
    pub fn into_document(self) -> T {
        self.document
    }
}

/// Signing failed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The document has no JSON form.
    #[error("the document can't be written as JSON")]
    Json,
    /// The signature could not be made.
    #[error("the signature could not be made; check the signing key")]
    Key,
}

/// A signed document is not to be trusted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The signature is not one.
    #[error("its signature can't be read; carry the file again")]
    Unreadable,
    /// No known key made it.
    #[error("it is signed by a key that is not known here")]
    UnknownKey,
    /// The bytes are not those that were signed.
    #[error("it is altered: the signature does not fit")]
    Altered,
    /// Rightly signed, but something else.
    #[error("it is something else than expected, or from another version of candour")]
    Format,
}

/// A private signing key.
pub struct SigningKey<R> {
    secret: SecretKey,
    role: PhantomData<R>,
}

/// A public key that checks signatures.
pub struct VerifyingKey<R> {
    key: PublicKey,
    role: PhantomData<R>,
}

impl<R> Clone for VerifyingKey<R> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), role: PhantomData }
    }
}

impl<R: KeyRole> SigningKey<R> {
    /// Around what a key file held.
    pub(crate) const fn new(secret: SecretKey) -> Self {
        Self { secret, role: PhantomData }
    }

    /// A new key that is not under a passphrase, for a box, and its public half. Both also as minisign key files.
    ///
    /// # Errors
    /// If the operating system gives no random numbers.
    pub fn generate() -> Result<(Self, VerifyingKey<R>), SignError> {
        let pair = KeyPair::generate_unencrypted_keypair().map_err(|_| SignError::Key)?;
        Ok((Self::new(pair.sk), VerifyingKey { key: pair.pk, role: PhantomData }))
    }

    /// As a minisign secret key file.
    ///
    /// # Errors
    /// If it can't be written as one.
    pub fn to_file(&self) -> Result<zeroize::Zeroizing<String>, SignError> {
        let comment = format!("{} secret key", R::NAME);
        let file = self.secret.to_box(Some(&comment)).map_err(|_| SignError::Key)?;
        Ok(zeroize::Zeroizing::new(file.into_string()))
    }

    /// From a minisign secret key file that is not under a passphrase.
    ///
    /// # Errors
    /// If it is not one.
    pub fn from_plain_file(text: &str) -> Result<Self, SignError> {
        let file = SecretKeyBox::from_string(text).map_err(|_| SignError::Key)?;
        file.into_unencrypted_secret_key().map(Self::new).map_err(|_| SignError::Key)
    }

    /// The public half.
    ///
    /// # Errors
    /// If the secret key is damaged.
    pub fn verifying_key(&self) -> Result<VerifyingKey<R>, SignError> {
        PublicKey::from_secret_key(&self.secret)
            .map(|key| VerifyingKey { key, role: PhantomData })
            .map_err(|_| SignError::Key)
    }
}

impl<R: KeyRole> VerifyingKey<R> {
    /// From its base64 line.
    ///
    /// # Errors
    /// If it is not a minisign public key.
    pub fn from_base64(text: &str) -> Result<Self, VerifyError> {
        PublicKey::from_base64(text).map(|key| Self { key, role: PhantomData }).map_err(|_| VerifyError::Unreadable)
    }

    /// Its base64 line.
    #[must_use]
    pub fn to_base64(&self) -> String {
        self.key.to_base64()
    }

    /// The Ed25519 key alone, without the number that minisign gives it: two numbers make no two signers.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        /// Bytes of the algorithm and the number before it.
        const BEFORE: usize = 2 + 8;
        self.key.to_bytes().split_off(BEFORE)
    }

    /// As a minisign public key file.
    #[must_use]
    pub fn to_file(&self) -> String {
        format!("untrusted comment: {} public key\n{}\n", R::NAME, self.key.to_base64())
    }

    /// For people to compare.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(R::NAME, &[self.key.to_base64()])
    }
}

impl VerifyingKey<SignerRole> {
    /// The same key as a carrier's: whoever may decide may carry. There is no way back.
    #[must_use]
    pub fn as_carrier(&self) -> VerifyingKey<CarrierRole> {
        VerifyingKey { key: self.key.clone(), role: PhantomData }
    }
}

/// Reads minisign public keys, one after another: comment lines are passed over, every other line must be a key.
///
/// # Errors
/// The number of the first line that is not a key, or 0 if there is none at all.
pub fn read_keys<R: KeyRole>(text: &str) -> Result<Vec<VerifyingKey<R>>, usize> {
    let mut keys = Vec::new();
    for (number, line) in (1_usize..).zip(text.lines()) {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with("untrusted comment:") {
            keys.push(VerifyingKey::from_base64(line).map_err(|_| number)?);
        }
    }
    if keys.is_empty() { Err(0) } else { Ok(keys) }
}

/// For people to compare: over all of a team's signing keys, in whatever order they stand.
#[must_use]
pub fn signers_fingerprint(signers: &[VerifyingKey<SignerRole>]) -> Fingerprint {
    let mut keys: Vec<String> = signers.iter().map(VerifyingKey::to_base64).collect();
    keys.sort_unstable();
    keys.dedup();
    Fingerprint::of("governance signers", &keys)
}

/// How many different signers gave their word for an answer: each signature counts for one key, each key once.
#[must_use]
pub fn endorsers(endorsement: &Endorsement, signatures: &[String], signers: &[VerifyingKey<SignerRole>]) -> usize {
    // A document that has no JSON form has no signature either.
    let Ok(bytes) = serde_json::to_vec(endorsement) else { return 0 };
    let signed = |signature: &str, signer: &VerifyingKey<SignerRole>| {
        verify::<Endorsement>(&bytes, signature, std::slice::from_ref(signer)).is_ok()
    };
    let gave_word = |signer: &VerifyingKey<SignerRole>| signatures.iter().any(|signature| signed(signature, signer));
    let mut keys: Vec<String> =
        signers.iter().filter(|signer| gave_word(signer)).map(VerifyingKey::to_base64).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

/// The JSON of a document and a minisign signature over it. The trusted comment says what it is, and no time.
///
/// # Errors
/// If the key can't sign.
pub fn sign<T: Document>(document: &T, key: &SigningKey<T::Role>) -> Result<(Vec<u8>, String), SignError> {
    let bytes = serde_json::to_vec(document).map_err(|_| SignError::Json)?;
    let signature = sign_bytes(&bytes, key, T::FORMAT.slug())?;
    Ok((bytes, signature))
}

/// A minisign signature over bytes, with a trusted comment that says what they are.
pub(super) fn sign_bytes<R: KeyRole>(bytes: &[u8], key: &SigningKey<R>, what: &str) -> Result<String, SignError> {
    let untrusted = untrusted_comment::<R>();
    let signature = minisign::sign(None, &key.secret, Cursor::new(bytes), Some(what), Some(&untrusted));
    signature.map(SignatureBox::into_string).map_err(|_| SignError::Key)
}

/// A signature over bytes as they are, under the name of a document: for tests of what can't be read.
#[cfg(all(test, feature = "desk"))]
pub(crate) fn sign_as<T: Document>(bytes: &[u8], key: &SigningKey<T::Role>) -> String {
    sign_bytes(bytes, key, T::FORMAT.slug()).unwrap_or_default()
}

/// Checks a signature against every key that may have made it, and only then reads the document.
///
/// # Errors
/// If none of the keys made it, if it is altered, or if it is not such a document.
pub fn verify<T: Document>(
    bytes: &[u8],
    signature: &str,
    keys: &[VerifyingKey<T::Role>],
) -> Result<Verified<T>, VerifyError> {
    check_bytes(bytes, signature, keys, T::FORMAT.slug())?;
    let document: T = serde_json::from_slice(bytes).map_err(|_| VerifyError::Format)?;
    if document.format() != T::FORMAT {
        return Err(VerifyError::Format);
    }
    Ok(Verified { document, digest: digest(bytes) })
}

/// Checks a signature over bytes against every key that may have made it, and that its trusted comment says what they are.
pub(super) fn check_bytes<R: KeyRole>(
    bytes: &[u8],
    signature: &str,
    keys: &[VerifyingKey<R>],
    what: &str,
) -> Result<(), VerifyError> {
    let text = signature;
    if !has_both_signatures(text) {
        return Err(VerifyError::Unreadable);
    }
    let signature = SignatureBox::from_string(text).map_err(|_| VerifyError::Unreadable)?;
    // Only the one way to write it down is taken: minisign does not sign its first line, and base64 has spare bits.
    if signature.untrusted_comment().ok() != Some(untrusted_comment::<R>()) || signature.to_string() != text {
        return Err(VerifyError::Altered);
    }
    let known: Vec<_> = keys.iter().filter(|key| key.key.keynum() == signature.keynum()).collect();
    if known.is_empty() {
        return Err(VerifyError::UnknownKey);
    }
    let fits =
        |key: &VerifyingKey<R>| minisign::verify(&key.key, &signature, Cursor::new(bytes), true, false, false).is_ok();
    if !known.into_iter().any(fits) {
        return Err(VerifyError::Altered);
    }
    // A signature without the trusted comment's own signature would pass above; ours always have one that names the
    // format.
    if signature.trusted_comment().ok().as_deref() != Some(what) {
        return Err(VerifyError::Format);
    }
    Ok(())
}

/// Whether both signatures of a file, over what is signed and over the trusted comment, have the bytes of one. The library
/// takes a shorter one for a fault of the program.
fn has_both_signatures(text: &str) -> bool {
    /// Bytes of the algorithm, the key's number and an Ed25519 signature.
    const FIRST: usize = 2 + 8 + SECOND;
    /// Bytes of an Ed25519 signature.
    const SECOND: usize = 64;

    let lines: Vec<&str> = text.lines().collect();
    let bytes = |line: usize| lines.get(line).and_then(|line| BASE64.decode(line.as_bytes()).ok()).map(|it| it.len());
    (bytes(1), bytes(3)) == (Some(FIRST), Some(SECOND))
}

fn untrusted_comment<R: KeyRole>() -> String {
    format!("signature from a {} key", R::NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BoxId, CasebookId, LogHead, Part};

    fn decisions() -> Decisions {
        Decisions {
            format: Format::Decisions,
            r#box: BoxId([1; 16]),
            casebook: CasebookId([2; 16]),
            number: 1,
            part: Part::WHOLE,
            head: LogHead { number: 3, digest: Digest([4; 32]) },
            collected: vec![],
            gone: vec![],
            set_aside: vec![],
            entered: vec![],
            answers: vec![],
        }
    }

    #[test]
    fn a_signature_of_any_length_is_no_fault_of_the_program() {
        let (key, public) = SigningKey::generate().unwrap();
        let (bytes, signature) = sign(&decisions(), &key).unwrap();
        let lines: Vec<&str> = signature.lines().collect();
        for (place, line) in [(1, lines[1]), (3, lines[3])] {
            for length in 0..=line.len() {
                let mut cut = lines.clone();
                cut[place] = &line[..length];
                let cut = format!("{}\n", cut.join("\n"));
                let verified = verify::<Decisions>(&bytes, &cut, std::slice::from_ref(&public));
                assert_eq!(verified.is_ok(), length == line.len(), "line {place}, {length} characters");
            }
        }
    }

    #[test]
    fn what_a_known_key_signed_is_read_back() {
        let (key, public) = SigningKey::generate().unwrap();
        let (bytes, signature) = sign(&decisions(), &key).unwrap();
        let verified = verify::<Decisions>(&bytes, &signature, &[public]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(*verified.document(), decisions());
        assert!(!signature.contains("timestamp"));
        // Files that were signed before have this line too.
        assert!(signature.starts_with("untrusted comment: signature from a candour signer key\n"), "{signature}");
    }

    #[test]
    fn every_single_altered_byte_is_refused() {
        let (key, public) = SigningKey::generate().unwrap();
        let (bytes, signature) = sign(&decisions(), &key).unwrap();
        let keys = [public];
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            assert_eq!(verify::<Decisions>(&altered, &signature, &keys).err(), Some(VerifyError::Altered), "{place}");
        }
        for place in 0..signature.len() {
            let mut altered = signature.clone().into_bytes();
            altered[place] ^= 1;
            let Ok(altered) = String::from_utf8(altered) else { continue };
            assert!(verify::<Decisions>(&bytes, &altered, &keys).is_err(), "{place}: {altered}");
        }
        assert!(verify::<Decisions>(&bytes, &format!("{signature}\n"), &keys).is_err());
    }

    #[test]
    fn another_key_or_another_kind_is_refused() {
        let (key, public) = SigningKey::generate().unwrap();
        let (_, stranger) = SigningKey::<SignerRole>::generate().unwrap();
        let (bytes, signature) = sign(&decisions(), &key).unwrap();
        assert_eq!(verify::<Decisions>(&bytes, &signature, &[stranger]).err(), Some(VerifyError::UnknownKey));
        let mut wrong = decisions();
        wrong.format = Format::Collection;
        let (bytes, signature) = sign(&wrong, &key).unwrap();
        assert_eq!(verify::<Decisions>(&bytes, &signature, &[public]).err(), Some(VerifyError::Format));
    }

    #[test]
    fn key_files_are_read_one_after_another() {
        let (_, one) = SigningKey::<SignerRole>::generate().unwrap();
        let (_, two) = SigningKey::<SignerRole>::generate().unwrap();
        let text = format!("{}{}", one.to_file(), two.to_file());
        let keys = read_keys::<SignerRole>(&text).unwrap_or_default();
        assert_eq!(keys.iter().map(VerifyingKey::to_base64).collect::<Vec<_>>(), [one.to_base64(), two.to_base64()]);
        assert_eq!(one.to_file().lines().last(), Some(one.to_base64().as_str()));
        assert_eq!(read_keys::<SignerRole>("# a note\n").err(), Some(1));
        assert_eq!(read_keys::<SignerRole>("\n").err(), Some(0));
    }
}
