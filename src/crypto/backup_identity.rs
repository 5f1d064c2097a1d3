//! The operator's own keys, to which backups of a box are sealed.
//!
//! These are types of their own, so that they can't be taken for the team's: nothing that a person sends can be sealed to
//! [`BackupRecipients`], and [`BackupIdentity`] opens what begins as a backup does and gives nothing of anything else. What is
//! sealed inside a backup stays sealed: the keys to that are the team's, and the types that use them stand in `crate::unseal`,
//! which the box's build does not have.

use std::io::{self, BufRead, Cursor, Read, Write};

use age::{
    Decryptor, armor::ArmoredReader, scrypt, secrecy::SecretString, stream::StreamReader, stream::StreamWriter, x25519,
};
use zeroize::Zeroizing;

use super::{
    Fingerprint, GovernanceRecipients, OpenError, RecipientsError, SealError,
    open::{read_limited, stream_error},
    private_key::{MAX_WORK_FACTOR, is_under_passphrase},
    seal_stream,
};
use crate::domain::limits::KIB;

/// Bytes of an identity file.
const FILE_BYTES: usize = 64 * KIB;
/// What every backup begins with: the name of its first entry, as a tar has it. A message begins as JSON does, a collection
/// with the name of its own first entry.
const BEGINS: &[u8; 12] = b"backup.json\0";

/// The operator's public keys: backups of the box are sealed to each of them.
pub struct BackupRecipients(GovernanceRecipients);

impl BackupRecipients {
    /// Reads an age recipients file.
    ///
    /// # Errors
    /// The first line that can't be used.
    pub fn parse(text: &str) -> Result<Self, RecipientsError> {
        GovernanceRecipients::parse(text).map(Self)
    }

    /// The first of them that messages are sealed to, by the fingerprint of each key of the team.
    #[must_use]
    pub fn first_of_the_team(&self, team: &[Fingerprint]) -> Option<String> {
        let own = self.0.keys().into_iter().zip(self.0.fingerprint_of_each());
        own.into_iter().find(|(_, fingerprint)| team.contains(fingerprint)).map(|(key, _)| key)
    }
}

/// Seals a backup as it is written. Call `finish`, or what was written can't be opened.
///
/// # Errors
/// If the recipients can't be used or `out` fails.
pub fn seal_backup<W: Write>(to: &BackupRecipients, out: W) -> Result<StreamWriter<W>, SealError> {
    seal_stream(&to.0, out)
}

/// The operator's private keys for backups: brought to a machine for a restore, and used for nothing else.
pub struct BackupIdentity(Vec<x25519::Identity>);

/// An identity file that can't be used; no part of the key is in it.
#[derive(Debug, thiserror::Error)]
pub enum BackupIdentityError {
    /// It is under a passphrase, and none was given.
    #[error("it is under a passphrase; put that into a file of your own and give --passphrase-file")]
    NoPassphrase,
    /// The passphrase does not open it.
    #[error("the passphrase does not open it; check the passphrase file")]
    Passphrase,
    /// Not such a file.
    #[error("it is not an age identity file with X25519 keys; give the one whose recipient the backup was made to")]
    Kind,
    /// It asks for an absurd amount of work.
    #[error("it asks for too much work to unlock; check that it is yours")]
    Work,
}

impl BackupIdentity {
    /// Reads an age identity file, plain or under a passphrase.
    ///
    /// # Errors
    /// If it is none, or the passphrase does not open it.
    pub fn read(file: &[u8], passphrase: Option<&str>) -> Result<Self, BackupIdentityError> {
        let text = if is_under_passphrase(file) {
            unlock(file, passphrase.ok_or(BackupIdentityError::NoPassphrase)?)?
        } else {
            Zeroizing::new(file.to_vec())
        };
        let lines = std::str::from_utf8(&text).map_err(|_| BackupIdentityError::Kind)?.lines().map(str::trim);
        let keys: Option<Vec<x25519::Identity>> =
            lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.parse().ok()).collect();
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Self(keys)),
            _ => Err(BackupIdentityError::Kind),
        }
    }

    /// Their public halves.
    #[must_use]
    pub fn recipients(&self) -> BackupRecipients {
        BackupRecipients(GovernanceRecipients::from_keys(self.0.iter().map(x25519::Identity::to_public).collect()))
    }

    /// Opens a backup as it is read. Only at its end is it known to be whole.
    ///
    /// # Errors
    /// If it is sealed to other keys, is no sealed file, or what is sealed in it is no backup.
    pub fn open_backup<R: BufRead>(&self, sealed: R) -> Result<BackupReader<R>, OpenError> {
        let keys = self.0.iter().map(|key| key as &dyn age::Identity);
        let mut plain = Decryptor::new_buffered(sealed)?.decrypt(keys)?;
        let mut first = Vec::with_capacity(BEGINS.len());
        plain.by_ref().take(BEGINS.len() as u64).read_to_end(&mut first).map_err(stream_error)?;
        if first == BEGINS { Ok(BackupReader { first: Cursor::new(*BEGINS), plain }) } else { Err(OpenError::Inside) }
    }
}

/// What is sealed in a backup, as it is opened.
pub struct BackupReader<R> {
    first: Cursor<[u8; BEGINS.len()]>,
    plain: StreamReader<R>,
}

impl<R: Read> Read for BackupReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.first.read(buffer)? {
            0 => self.plain.read(buffer),
            some => Ok(some),
        }
    }
}

fn unlock(file: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, BackupIdentityError> {
    let mut key = scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    key.set_max_work_factor(MAX_WORK_FACTOR);
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(|_| BackupIdentityError::Kind)?;
    if !decryptor.is_scrypt() {
        return Err(BackupIdentityError::Kind);
    }
    let plain = decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).map_err(|error| match error {
        age::DecryptError::ExcessiveWork { .. } => BackupIdentityError::Work,
        _ => BackupIdentityError::Passphrase,
    })?;
    read_limited(plain, FILE_BYTES, FILE_BYTES).map_err(|_: OpenError| BackupIdentityError::Passphrase)
}

#[cfg(test)]
mod tests {
    use age::{
        Encryptor,
        armor::{ArmoredWriter, Format},
        secrecy::ExposeSecret,
    };

    use super::*;
    use crate::crypto::seal_bytes;

    fn file_of(key: &x25519::Identity) -> String {
        format!("# mine\n{}\n", key.to_string().expose_secret())
    }

    fn read(text: &str) -> BackupIdentity {
        BackupIdentity::read(text.as_bytes(), None).unwrap()
    }

    fn backup_to(key: &x25519::Identity) -> Vec<u8> {
        let to = BackupRecipients::parse(&key.to_public().to_string()).unwrap();
        let mut out = seal_backup(&to, Vec::new()).unwrap();
        out.write_all(b"backup.json\0and what follows").unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn a_backup_opens_with_its_own_identity_alone() {
        let (mine, other) = (x25519::Identity::generate(), x25519::Identity::generate());
        let sealed = backup_to(&mine);
        let open = |identity: &BackupIdentity| {
            let mut plain = Vec::new();
            identity.open_backup(sealed.as_slice()).map(|mut stream| stream.read_to_end(&mut plain).map(|_| plain))
        };
        assert_eq!(open(&read(&file_of(&mine))).unwrap().unwrap(), b"backup.json\0and what follows");
        assert_eq!(open(&read(&(file_of(&other) + file_of(&mine).as_str()))).unwrap().unwrap().len(), 28);
        assert!(matches!(open(&read(&file_of(&other))), Err(OpenError::OtherKeys)));
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            let opened = |bytes: &[u8]| {
                let stream = read(&file_of(&mine)).open_backup(bytes);
                stream.is_ok_and(|mut stream| stream.read_to_end(&mut Vec::new()).is_ok())
            };
            assert!(!opened(&altered), "altered at {place}");
            assert!(!opened(&sealed[..place]), "cut at {place}");
        }
    }

    #[test]
    fn it_opens_nothing_but_a_backup() {
        let mine = x25519::Identity::generate();
        let to = GovernanceRecipients::parse(&mine.to_public().to_string()).unwrap();
        for other in [b"".as_slice(), b"{\"format\":\"candour-message-v1\"}", b"manifest.json\0", b"backup.json"] {
            let sealed = seal_bytes(other, &to).unwrap();
            assert!(matches!(read(&file_of(&mine)).open_backup(sealed.as_bytes()), Err(OpenError::Inside)));
        }
    }

    #[test]
    fn an_identity_may_be_under_a_passphrase() {
        let mine = x25519::Identity::generate();
        let sealed = backup_to(&mine);
        let encryptor = || {
            let mut work = scrypt::Recipient::new(SecretString::from("several random words".to_owned()));
            work.set_work_factor(2);
            Encryptor::with_recipients(std::iter::once(&work as &dyn age::Recipient)).unwrap()
        };
        let mut armoured = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).unwrap();
        let mut out = encryptor().wrap_output(&mut armoured).unwrap();
        out.write_all(file_of(&mine).as_bytes()).unwrap();
        out.finish().unwrap();
        let mut binary = encryptor().wrap_output(Vec::new()).unwrap();
        binary.write_all(file_of(&mine).as_bytes()).unwrap();
        for file in [armoured.finish().unwrap(), binary.finish().unwrap()] {
            let identity = BackupIdentity::read(&file, Some("several random words")).unwrap();
            assert!(identity.open_backup(sealed.as_slice()).is_ok());
            assert!(matches!(BackupIdentity::read(&file, None), Err(BackupIdentityError::NoPassphrase)));
            assert!(matches!(BackupIdentity::read(&file, Some("wrong")), Err(BackupIdentityError::Passphrase)));
        }
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        for bad in ["", "# nothing", "age1xyz", "AGE-SECRET-KEY-1X", "AGE-SECRET-KEY-PQ-1X"] {
            assert!(matches!(BackupIdentity::read(bad.as_bytes(), None), Err(BackupIdentityError::Kind)), "{bad}");
        }
        // Sealed, but under no passphrase.
        let mine = x25519::Identity::generate();
        assert!(matches!(BackupIdentity::read(&backup_to(&mine), Some("x")), Err(BackupIdentityError::Kind)));
    }

    #[test]
    fn each_of_the_teams_keys_is_known_whatever_stands_beside_it() {
        let [one, two, own] = [(); 3].map(|()| x25519::Identity::generate());
        let team = GovernanceRecipients::parse(&format!("{}\n{}", one.to_public(), two.to_public())).unwrap();
        let team = team.fingerprint_of_each();
        let first = |keys: &[&x25519::Identity]| {
            let file: String = keys.iter().map(|key| file_of(key)).collect();
            read(&file).recipients().first_of_the_team(&team)
        };
        for keys in [[&one, &two].as_slice(), &[&one], &[&one, &own], &[&own, &one]] {
            assert_eq!(first(keys), Some(one.to_public().to_string()));
        }
        assert_eq!(first(&[&own, &two, &one]), Some(two.to_public().to_string()));
        assert_eq!(first(&[&own]), None);
    }
}
