//! The team's private key files: making them, and reading them with or without a passphrase.

use std::io::{self, Read, Write};

use age::{
    Decryptor, Encryptor, IdentityFile,
    armor::{ArmoredReader, ArmoredWriter, Format},
    scrypt,
    secrecy::{ExposeSecret, SecretString},
    x25519,
};
use minisign::{KeyPair, SecretKeyBox};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::GovernanceIdentity;
use crate::crypto::{MAX_WORK_FACTOR, SignerRole, SigningKey, VerifyingKey, is_under_passphrase};

/// Characters that a new passphrase has at least: a password that stands alone needs as many (NIST SP 800-63B-4, section
/// 3.1.1.2), and whoever has the file can try as fast as their machines go.
const LEAST_CHARACTERS: usize = 15;

/// What unlocks a key file. Wiped when dropped.
pub struct Passphrase(SecretString);

impl Passphrase {
    /// As typed, or as it stands in a file without the line break at its end.
    #[must_use]
    pub fn new(text: &Zeroizing<String>) -> Self {
        Self(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }

    /// Whether new keys may be put under it. Keys that are under a shorter one are opened all the same.
    ///
    /// # Errors
    /// [`KeyFileError::Short`] if it has fewer characters than a passphrase that stands alone needs.
    pub fn long_enough_for_new_keys(self) -> Result<Self, KeyFileError> {
        // A character is a code point, as the standard counts them.
        if self.0.expose_secret().chars().count() < LEAST_CHARACTERS { Err(KeyFileError::Short) } else { Ok(self) }
    }

    /// Whether two are the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        bool::from(self.0.expose_secret().as_bytes().ct_eq(other.0.expose_secret().as_bytes()))
    }

    /// The same for a second key file, so that it need not be asked for twice.
    #[must_use]
    pub fn again(&self) -> Self {
        Self(self.0.clone())
    }

    fn exposed(&self) -> String {
        self.0.expose_secret().to_owned()
    }
}

/// A key file that can't be used; no part of the key is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The passphrase does not open it.
    #[error("the passphrase does not open it; check what you typed")]
    Passphrase,
    /// No new keys are put under it.
    #[error(
        "the passphrase has fewer than {LEAST_CHARACTERS} characters, and is all that stands before the keys; choose one of several random words"
    )]
    Short,
    /// Not such a key file.
    #[error("it is not {0}")]
    Kind(&'static str),
    /// It asks for an absurd amount of work.
    #[error("it asks for too much work to unlock; make new keys with `candour keys new`")]
    Work,
    /// The passphrase could not be had.
    #[error("{0}")]
    Asking(String),
    /// New keys could not be made.
    #[error("keys could not be made: {0}")]
    Making(String),
}

/// New keys for a governance team, each as the text of its file.
pub struct NewKeys {
    /// `identity.txt`: an age identity, armoured and under the passphrase if there is one.
    pub identity: Zeroizing<String>,
    /// `governance.recipients`: an age recipients file.
    pub recipients: String,
    /// `signing.key`: a minisign secret key.
    pub signing_key: Zeroizing<String>,
    /// `signer.pub`: a minisign public key.
    pub signer: String,
}

impl NewKeys {
    /// Makes them. With a passphrase it takes about a second: both formats make guessing slow.
    ///
    /// # Errors
    /// If there is not enough memory or the operating system gives no random numbers.
    pub fn generate(passphrase: Option<&Passphrase>) -> Result<Self, KeyFileError> {
        let identity = x25519::Identity::generate();
        let public = identity.to_public();
        let plain = Zeroizing::new(format!("# public key: {public}\n{}\n", identity.to_string().expose_secret()));
        let making = |error: &dyn std::fmt::Display| KeyFileError::Making(error.to_string());
        let (identity, pair) = match passphrase {
            None => (plain, KeyPair::generate_unencrypted_keypair()),
            Some(passphrase) => (
                armour(&plain, passphrase).map_err(|e| making(&e))?,
                KeyPair::generate_encrypted_keypair(Some(passphrase.exposed())),
            ),
        };
        let pair = pair.map_err(|e| making(&e))?;
        let secret = pair.sk.to_box(Some("candour signer secret key")).map_err(|e| making(&e))?;
        let signer = VerifyingKey::<SignerRole>::from_base64(&pair.pk.to_base64()).map_err(|e| making(&e))?;
        Ok(Self {
            identity,
            recipients: format!("{public}\n"),
            signing_key: Zeroizing::new(secret.into_string()),
            signer: signer.to_file(),
        })
    }
}

/// Reads an age identity file. `ask` is called once if it is under a passphrase.
///
/// # Errors
/// If it is not an identity file or the passphrase does not open it.
pub fn read_identity(
    file: &[u8],
    ask: impl FnOnce() -> Result<Passphrase, KeyFileError>,
) -> Result<GovernanceIdentity, KeyFileError> {
    const KIND: KeyFileError =
        KeyFileError::Kind("an age identity file with X25519 keys; give the identity.txt that `candour keys new` made");
    let text =
        if is_under_passphrase(file) { Zeroizing::new(unlock(file, &ask()?)?) } else { Zeroizing::new(file.to_vec()) };
    // age tells whether every line is a key; it gives back no keys with their public halves, so they are read again
    // here.
    IdentityFile::from_buffer(text.as_slice()).map_err(|_| KIND)?;
    let lines = std::str::from_utf8(&text).map_err(|_| KIND)?.lines();
    let keys: Vec<x25519::Identity> =
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(|line| line.parse().ok()).collect();
    if keys.is_empty() { Err(KIND) } else { Ok(GovernanceIdentity::new(keys)) }
}

/// Whether reading such a file asks for a passphrase.
#[must_use]
pub fn is_signing_key_under_passphrase(file: &[u8]) -> bool {
    std::str::from_utf8(file).is_ok_and(|text| derivation(text) == Some(*UNDER_PASSPHRASE))
}

/// How a minisign secret key file says that its key is derived from a passphrase.
const UNDER_PASSPHRASE: &[u8; 2] = b"Sc";

/// What it says of that.
fn derivation(file: &str) -> Option<[u8; 2]> {
    let raw = file.lines().nth(1).and_then(|line| data_encoding::BASE64.decode(line.trim().as_bytes()).ok());
    Zeroizing::new(raw?).get(2..4)?.try_into().ok()
}

/// Reads a minisign secret key file. `ask` is called once if it is under a passphrase.
///
/// # Errors
/// If it is not such a file or the passphrase does not open it.
pub fn read_signing_key(
    file: &str,
    ask: impl FnOnce() -> Result<Passphrase, KeyFileError>,
) -> Result<SigningKey<SignerRole>, KeyFileError> {
    const KIND: KeyFileError =
        KeyFileError::Kind("a minisign secret key; give the signing.key that `candour keys new` made");
    let encrypted = match derivation(file) {
        Some(derivation) if derivation == *UNDER_PASSPHRASE => true,
        Some([0, 0]) => false,
        _ => return Err(KIND),
    };
    let parsed = SecretKeyBox::from_string(file).map_err(|_| KIND)?;
    if !encrypted {
        return parsed.into_unencrypted_secret_key().map(SigningKey::new).map_err(|_| KIND);
    }
    let passphrase = ask()?;
    parsed.into_secret_key(Some(passphrase.exposed())).map(SigningKey::new).map_err(|_| KeyFileError::Passphrase)
}

fn armour(plain: &str, passphrase: &Passphrase) -> io::Result<Zeroizing<String>> {
    let mut armoured = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut out = Encryptor::with_user_passphrase(passphrase.0.clone()).wrap_output(&mut armoured)?;
    out.write_all(plain.as_bytes())?;
    out.finish()?;
    String::from_utf8(armoured.finish()?).map(Zeroizing::new).map_err(io::Error::other)
}

fn unlock(file: &[u8], passphrase: &Passphrase) -> Result<Vec<u8>, KeyFileError> {
    const KIND: KeyFileError = KeyFileError::Kind("an identity file under a passphrase");
    let decryptor = Decryptor::new(ArmoredReader::new(file)).map_err(|_| KIND)?;
    if !decryptor.is_scrypt() {
        return Err(KIND);
    }
    let mut identity = scrypt::Identity::new(passphrase.0.clone());
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let mut plain = Vec::new();
    decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|error| match error {
            age::DecryptError::ExcessiveWork { .. } => KeyFileError::Work,
            _ => KeyFileError::Passphrase,
        })?
        .read_to_end(&mut plain)
        .map_err(|_| KeyFileError::Passphrase)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::is_private_key;

    fn unasked() -> Result<Passphrase, KeyFileError> {
        panic!("asked for a passphrase that is not needed")
    }

    #[test]
    fn new_keys_are_read_back() {
        let keys = NewKeys::generate(None).unwrap_or_else(|e| panic!("{e}"));
        let identity = read_identity(keys.identity.as_bytes(), unasked).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(identity.recipients().keys().join("\n") + "\n", keys.recipients);
        let signing = read_signing_key(&keys.signing_key, unasked).unwrap_or_else(|e| panic!("{e}"));
        assert!(keys.signer.contains(&signing.verifying_key().unwrap().to_base64()));
    }

    #[test]
    fn private_keys_are_known_by_sight() {
        let keys = NewKeys::generate(None).unwrap_or_else(|e| panic!("{e}"));
        let sealed = armour("x", &Passphrase::new(&Zeroizing::new("p".into()))).unwrap();
        for private in [&*keys.identity, &*keys.signing_key, &*sealed, "x\nage-secret-key-1qq"] {
            assert!(is_private_key(private.as_bytes()));
        }
        for public in [&*keys.recipients, &*keys.signer, "# a README about identity.txt\n"] {
            assert!(!is_private_key(public.as_bytes()));
        }
    }

    #[test]
    fn new_keys_need_a_passphrase_that_can_stand_alone_and_old_ones_open_with_theirs() {
        let passphrase = |text: &str| Passphrase::new(&Zeroizing::new(text.to_owned()));
        for (text, is_enough) in [
            ("abc", false),
            ("fourteen signs", false),
            ("fifteen signs..", true),
            ("ééééééé", false),
            ("é é é é é é é é", true),
        ] {
            let taken = passphrase(text).long_enough_for_new_keys();
            assert_eq!(taken.is_ok(), is_enough, "{text}");
            assert!(taken.is_ok() || matches!(taken, Err(KeyFileError::Short)));
        }
        let keys = NewKeys::generate(Some(&passphrase("abc"))).unwrap_or_else(|e| panic!("{e}"));
        assert!(read_identity(keys.identity.as_bytes(), || Ok(passphrase("abc"))).is_ok());
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        for bad in ["", "# nothing\n", "age1abc", "hello"] {
            assert!(matches!(read_identity(bad.as_bytes(), unasked), Err(KeyFileError::Kind(_))), "{bad}");
            assert!(matches!(read_signing_key(bad, unasked), Err(KeyFileError::Kind(_))), "{bad}");
        }
    }
}
