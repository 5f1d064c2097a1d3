//! The team's private key files: making them, and reading them with or without a passphrase.

use std::io::{self, Read, Write};

use age::{
    Decryptor, Encryptor, IdentityFile,
    armor::{ArmoredReader, ArmoredWriter, Format},
    scrypt,
    secrecy::ExposeSecret,
    x25519,
};
use zeroize::Zeroizing;

use super::GovernanceIdentity;
use crate::crypto::{KeyFileError, MAX_WORK_FACTOR, Passphrase, SignerRole, is_under_passphrase, new_signing_key};

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
        let identity = match passphrase {
            None => plain,
            Some(passphrase) => armour(&plain, passphrase).map_err(|e| making(&e))?,
        };
        let (signing_key, signer) = new_signing_key::<SignerRole>(passphrase)?;
        Ok(Self { identity, recipients: format!("{public}\n"), signing_key, signer: signer.to_file() })
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

fn armour(plain: &str, passphrase: &Passphrase) -> io::Result<Zeroizing<String>> {
    let mut armoured = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut out = Encryptor::with_user_passphrase(passphrase.for_age()).wrap_output(&mut armoured)?;
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
    let mut identity = scrypt::Identity::new(passphrase.for_age());
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
    use crate::crypto::{is_private_key, read_signing_key};

    fn unasked() -> Result<Passphrase, KeyFileError> {
        panic!("asked for a passphrase that is not needed")
    }

    #[test]
    fn new_keys_are_read_back() {
        let keys = NewKeys::generate(None).unwrap_or_else(|e| panic!("{e}"));
        let identity = read_identity(keys.identity.as_bytes(), unasked).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(identity.recipients().keys().join("\n") + "\n", keys.recipients);
        let signing = read_signing_key::<SignerRole>(&keys.signing_key, unasked).unwrap_or_else(|e| panic!("{e}"));
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
            assert!(matches!(read_signing_key::<SignerRole>(bad, unasked), Err(KeyFileError::Kind(_))), "{bad}");
        }
    }
}
