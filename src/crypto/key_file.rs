//! Minisign's secret key files, as the desk and a carrier have them: with or without a passphrase.

use age::secrecy::{ExposeSecret, SecretString};
use minisign::{KeyPair, SecretKeyBox};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{CarrierRole, KeyRole, SigningKey, VerifyingKey};

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

    /// The passphrase as age takes it.
    #[cfg(feature = "desk")]
    pub(crate) fn for_age(&self) -> SecretString {
        self.0.clone()
    }

    /// The passphrase as minisign takes it.
    pub(crate) fn exposed(&self) -> String {
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

/// A new signing key, under the passphrase if there is one, as the text of its file, and its public half. With a passphrase it
/// takes about a second: the format makes guessing slow.
///
/// # Errors
/// If there is not enough memory or the operating system gives no random numbers.
pub fn new_signing_key<R: KeyRole>(
    passphrase: Option<&Passphrase>,
) -> Result<(Zeroizing<String>, VerifyingKey<R>), KeyFileError> {
    let making = |error: &dyn std::fmt::Display| KeyFileError::Making(error.to_string());
    let pair = match passphrase {
        None => KeyPair::generate_unencrypted_keypair(),
        Some(passphrase) => KeyPair::generate_encrypted_keypair(Some(passphrase.exposed())),
    };
    let pair = pair.map_err(|e| making(&e))?;
    let secret = pair.sk.to_box(Some(&format!("{} secret key", R::NAME))).map_err(|e| making(&e))?;
    let public = VerifyingKey::from_base64(&pair.pk.to_base64()).map_err(|e| making(&e))?;
    Ok((Zeroizing::new(secret.into_string()), public))
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
pub fn read_signing_key<R: KeyRole>(
    file: &str,
    ask: impl FnOnce() -> Result<Passphrase, KeyFileError>,
) -> Result<SigningKey<R>, KeyFileError> {
    let kind = || {
        KeyFileError::Kind(if R::NAME == CarrierRole::NAME {
            "a minisign secret key; give the carrier.key that `candour keys carrier` made"
        } else {
            "a minisign secret key; give the signing.key that `candour keys new` made"
        })
    };
    let encrypted = match derivation(file) {
        Some(derivation) if derivation == *UNDER_PASSPHRASE => true,
        Some([0, 0]) => false,
        _ => return Err(kind()),
    };
    let parsed = SecretKeyBox::from_string(file).map_err(|_| kind())?;
    if !encrypted {
        return parsed.into_unencrypted_secret_key().map(SigningKey::new).map_err(|_| kind());
    }
    let passphrase = ask()?;
    parsed.into_secret_key(Some(passphrase.exposed())).map(SigningKey::new).map_err(|_| KeyFileError::Passphrase)
}
