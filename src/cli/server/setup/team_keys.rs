//! The team's public keys, on their way from a stick to where the box reads them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::answers;
use crate::{
    cli::{
        output::{Failure, Outcome},
        server::box_files::{KEY_FILE_BYTES, KeysArgument},
    },
    crypto::{GovernanceRecipients, SignerRole, VerifyingKey, read_keys, signers_fingerprint},
    files::{self, FileError},
};

/// Where the keys are to be taken from, if they are to be: what was named, or an answer where the box has none yet.
pub(super) fn place(keys: &KeysArgument, from: Option<&Path>, asking: bool) -> Result<Option<PathBuf>, Failure> {
    if let Some(from) = from {
        return Ok(Some(from.to_owned()));
    }
    if TeamKeys::NAMES.iter().all(|name| keys.path.join(name).exists()) {
        return Ok(None);
    }
    answers::stick(asking).map(PathBuf::from).map(Some)
}

/// The keys of every member, each once.
pub(super) struct TeamKeys {
    recipients: GovernanceRecipients,
    signers: Vec<VerifyingKey<SignerRole>>,
}

impl TeamKeys {
    /// What the box reads.
    pub(super) const NAMES: [&'static str; 2] = ["governance.recipients", "signers.pub"];

    /// What is on a stick: files of those names, numbered or in a directory for each member.
    pub(super) fn of_stick(directory: &Path) -> Result<Self, Failure> {
        let found = public_files(directory)?;
        let named = |begins: &str, ends: &str| {
            let fits = |path: &&PathBuf| {
                path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
                    let name = name.to_ascii_lowercase();
                    name.starts_with(begins) && name.ends_with(ends)
                })
            };
            found.iter().filter(fits).cloned().collect::<Vec<_>>()
        };
        let mut recipients: Option<GovernanceRecipients> = None;
        for path in named("governance", ".recipients") {
            let read = GovernanceRecipients::parse(&files::read_ordinary_text(&path, KEY_FILE_BYTES)?)
                .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
            recipients = Some(recipients.map_or(read.clone(), |so_far| so_far.and(&read)));
        }
        let mut signers: Vec<VerifyingKey<SignerRole>> = Vec::new();
        for path in named("signer", ".pub") {
            let read = read_keys::<SignerRole>(&files::read_ordinary_text(&path, KEY_FILE_BYTES)?);
            let read = read.map_err(|_| {
                Failure::Failed(format!("{} is no minisign public key; copy it from its maker again", path.display()))
            })?;
            for key in read {
                if signers.iter().all(|known| known.bytes() != key.bytes()) {
                    signers.push(key);
                }
            }
        }
        let lacks = |what: &str| {
            Failure::Failed(format!(
                "{} holds no {what}; give the directory with what `candour keys new` made for the box",
                directory.display()
            ))
        };
        let recipients = recipients.ok_or_else(|| lacks("governance.recipients"))?;
        if signers.is_empty() {
            return Err(lacks("signer.pub"));
        }
        Ok(Self { recipients, signers })
    }

    /// The files that the box reads, with their text.
    pub(super) fn files(&self) -> Vec<(&'static str, String)> {
        let recipients: String = self.recipients.keys().iter().map(|key| format!("{key}\n")).collect();
        let signers: String = self.signers.iter().map(VerifyingKey::to_file).collect();
        Self::NAMES.into_iter().zip([recipients, signers]).collect()
    }

    /// Keys that the box has are never written over: another team's would be sealed to from then on.
    pub(super) fn refuse_others(&self, keys: &KeysArgument) -> Outcome {
        let [recipients, signers] = Self::NAMES.map(|name| keys.path.join(name));
        let other = if recipients.exists() && keys.recipients()?.fingerprint() != self.recipients.fingerprint() {
            Some((recipients, "--confirm-recipients"))
        } else if signers.exists() && signers_fingerprint(&keys.signers()?) != signers_fingerprint(&self.signers) {
            Some((signers, "--confirm-signers"))
        } else {
            None
        };
        other.map_or(Ok(()), |(path, option)| {
            Err(Failure::Failed(format!(
                "{} is there and holds other keys than the stick; nothing was changed: if the team changed its keys, put the new \
                 file there by hand and confirm it with `candour init {option}`",
                path.display()
            )))
        })
    }
}

/// Files in a directory and in those below it, in an order that is the same each time. How many there may be was seen to.
fn public_files(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let (mut left, mut found) = (vec![directory.to_owned()], Vec::new());
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).map_err(FileError::io("read", &directory))? {
            let path = entry.map_err(FileError::io("read", &directory))?.path();
            let kind = path.symlink_metadata().map_err(FileError::io("read", &path))?;
            if kind.is_dir() {
                left.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::SigningKey,
        files::{Readers, write_new},
    };

    #[test]
    fn every_members_keys_are_gathered_once_and_never_put_over_others() {
        let place = tempfile::tempdir().unwrap();
        let (stick, keys) = (place.path().join("stick"), KeysArgument { path: place.path().join("keys") });
        let put = |path: &Path, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            write_new(path, Readers::Owner, text.as_bytes()).unwrap();
        };
        let recipient = || age::x25519::Identity::generate().to_public().to_string();
        let signer = || SigningKey::<SignerRole>::generate().unwrap().1.to_file();
        let (one, two) = (recipient(), recipient());
        put(&stick.join("a/governance.recipients"), &one);
        put(&stick.join("b/governance.recipients"), &format!("{two}\n{one}"));
        let why = |stick: &Path| match TeamKeys::of_stick(stick) {
            Err(Failure::Failed(why)) => why,
            _ => String::new(),
        };
        assert!(why(&stick).contains("holds no signer.pub"), "{}", why(&stick));
        let (first, second) = (signer(), signer());
        put(&stick.join("a/signer.pub"), &first);
        put(&stick.join("signer-2.pub"), &second);
        put(&stick.join("signer-3.pub"), &first);
        put(&stick.join("notes.txt"), "passed over");
        let team = TeamKeys::of_stick(&stick).unwrap_or_else(|_| panic!("it is refused"));
        let files = team.files();
        assert_eq!(files[0], ("governance.recipients", format!("{one}\n{two}\n")));
        assert_eq!((files[1].0, files[1].1.matches("RW").count()), ("signers.pub", 2));
        let refused = |keys: &KeysArgument| match team.refuse_others(keys) {
            Err(Failure::Failed(why)) => why,
            _ => String::new(),
        };
        assert_eq!(refused(&keys), "");
        put(&keys.path.join("governance.recipients"), &format!("{two}\n{one}\n"));
        put(&keys.path.join("signers.pub"), &files[1].1);
        assert_eq!(refused(&keys), "", "in whatever order");
        fs::remove_file(keys.path.join("signers.pub")).unwrap();
        put(&keys.path.join("signers.pub"), &signer());
        assert!(refused(&keys).contains("--confirm-signers"), "{}", refused(&keys));
        fs::remove_file(keys.path.join("governance.recipients")).unwrap();
        put(&keys.path.join("governance.recipients"), &two);
        assert!(refused(&keys).contains("--confirm-recipients"), "{}", refused(&keys));
        put(&stick.join("c/signer.pub"), "no key");
        assert!(why(&stick).contains("c/signer.pub is no minisign public key"));
    }
}
