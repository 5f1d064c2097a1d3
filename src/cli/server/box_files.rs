//! What the box's commands find in their two directories: the data, and the public keys.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    cli::{
        output::{Failure, Outcome},
        server::{account, private_keys},
    },
    crypto::{
        BoxRole, CarrierRole, GovernanceRecipients, SignerRole, SigningKey, VerifyingKey, read_keys,
        signers_fingerprint,
    },
    domain::{Calendar, SystemDay, Today, limits::MIB},
    files::{self, FileError},
    store::{DATABASE, Store, StoreError, VAULT_FILES},
    transfer::{self, KeyPairFound},
};

pub(in crate::cli) use crate::transfer::{BOX_KEY, BOX_PUBLIC, CALENDAR, KEY_FILE_BYTES};

/// The public keys of those who may carry and nothing else, beside the team's.
const CARRIERS: &str = "carriers.pub";

#[derive(Args)]
pub(in crate::cli) struct DataArgument {
    /// The box's data directory
    #[arg(id = "data", long = "data", value_name = "DIR")]
    pub(in crate::cli) path: PathBuf,
}

#[derive(Args)]
pub(in crate::cli) struct KeysArgument {
    /// The directory with governance.recipients and signers.pub
    #[arg(id = "keys", long = "keys", value_name = "DIR")]
    pub(in crate::cli) path: PathBuf,
}

/// The public keys that the box was given.
pub(in crate::cli) struct PublicKeys {
    pub(in crate::cli) recipients: GovernanceRecipients,
    pub(in crate::cli) signers: Vec<VerifyingKey<SignerRole>>,
}

/// What the box asks for before a text goes to a person.
pub(in crate::cli) const fn demanded_words(second_approver: bool) -> &'static str {
    if second_approver { "texts to a person need two signers" } else { "texts to a person need one signer" }
}

impl KeysArgument {
    /// Reads both files. A private key anywhere in the directory stops everything: it must never have come here.
    pub(in crate::cli) fn read(&self) -> Result<PublicKeys, Failure> {
        self.refuse_private()?;
        Ok(PublicKeys { recipients: self.recipients()?, signers: self.signers()? })
    }

    pub(in crate::cli) fn recipients(&self) -> Result<GovernanceRecipients, Failure> {
        let path = self.path.join("governance.recipients");
        let text = files::read_ordinary_text(&path, KEY_FILE_BYTES)?;
        GovernanceRecipients::parse(&text).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
    }

    pub(in crate::cli) fn signers(&self) -> Result<Vec<VerifyingKey<SignerRole>>, Failure> {
        let path = self.path.join("signers.pub");
        let text = files::read_ordinary_text(&path, KEY_FILE_BYTES)?;
        let signers: Vec<VerifyingKey<SignerRole>> = read_keys(&text).map_err(|line| {
            let what = if line == 0 {
                "holds no minisign public key".to_owned()
            } else {
                format!("line {line} is not a minisign public key")
            };
            Failure::Failed(format!("{} {what}; put each signer's signer.pub there, one after another", path.display()))
        })?;
        let mut keys: Vec<_> = signers.iter().map(VerifyingKey::bytes).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() < signers.len() {
            // One signer under two lines would count as two.
            return Err(Failure::Failed(format!(
                "{} holds a key twice; put each signer's signer.pub there once",
                path.display()
            )));
        }
        Ok(signers)
    }

    /// Whose requests are answered besides the signers', if there are any.
    pub(in crate::cli) fn carriers(&self) -> Result<Vec<VerifyingKey<CarrierRole>>, Failure> {
        let path = self.path.join(CARRIERS);
        if !path.exists() {
            return Ok(Vec::new());
        }
        read_keys(&files::read_ordinary_text(&path, KEY_FILE_BYTES)?).map_err(|line| {
            let place = if line == 0 {
                "holds no minisign public key".to_owned()
            } else {
                format!("line {line} is not a minisign public key")
            };
            Failure::Failed(format!(
                "{} {place}; put each carrier's carrier.pub there, one after another, or remove the file",
                path.display()
            ))
        })
    }

    pub(in crate::cli) fn refuse_private(&self) -> Result<(), Failure> {
        private_keys::refuse_private(&self.path)
    }
}

impl DataArgument {
    /// Refuses a data directory that is another account's, or in which something is. For every command, before it gives up the
    /// files that say what accounts are called; whatever opens the store asks again.
    pub(in crate::cli) fn refuse_anothers(&self) -> Outcome {
        account::refuse_anothers(&self.path)
    }

    /// Where the store lies in it.
    pub(in crate::cli) fn store_directory(&self) -> PathBuf {
        transfer::store_directory(&self.path)
    }

    /// Where collections lie ready in it.
    pub(in crate::cli) fn carry_directory(&self) -> PathBuf {
        transfer::carry_directory(&self.path)
    }

    /// Opens the store of a box that is used from now on.
    pub(in crate::cli) fn store(&self) -> Result<Store, Failure> {
        let store = self.store_as_it_is()?;
        self.forget_restore();
        Ok(store)
    }

    /// Lets go of what a restore left, for a box that is used from now on.
    pub(in crate::cli) fn forget_restore(&self) {
        transfer::forget_restore(&self.path);
    }

    /// Opens the store, and lets everything be beside it.
    pub(in crate::cli) fn store_as_it_is(&self) -> Result<Store, Failure> {
        self.opened(Store::open)
    }

    /// The same, whatever the vault has lost: to take out of it what is still there.
    pub(in crate::cli) fn store_to_save(&self) -> Result<Store, Failure> {
        let store = self.opened(Store::open_to_save)?;
        self.forget_restore();
        Ok(store)
    }

    /// Opens a store of this version, or of an earlier one, which it is no more then.
    fn opened(&self, open: fn(&Path) -> Result<Store, StoreError>) -> Result<Store, Failure> {
        self.refuse_anothers()?;
        let directory = self.store_directory();
        match Store::bring_forward(&directory, SystemDay.today()).and_then(|()| open(&directory)) {
            // A box was here: another one under its key would be none that anybody knows.
            Err(StoreError::Missing(_)) => {
                self.refuse_remains()?;
                Err(StoreError::Missing(self.path.clone()).into())
            }
            opened => Ok(opened?),
        }
    }

    /// What there is of a box but for its database.
    pub(in crate::cli) fn remains(&self) -> Option<&'static str> {
        let beside = [BOX_KEY, BOX_PUBLIC].into_iter().find(|name| self.path.join(name).exists());
        beside.or_else(|| VAULT_FILES.into_iter().find(|name| self.store_directory().join(name).exists()))
    }

    /// Refuses a directory in which a box was whose database is gone.
    pub(in crate::cli) fn refuse_remains(&self) -> Outcome {
        if transfer::is_unfinished(&self.path) {
            return Err(Failure::Failed(format!(
                "a box was being restored in {} and is not whole; run the same `candour restore` again",
                self.path.display()
            )));
        }
        if Store::is_half_made(&self.store_directory()) {
            return Err(Failure::Failed(format!(
                "a box was being made in {} and is not whole; run the same `candour init` again",
                self.path.display()
            )));
        }
        let Some(name) = self.remains() else { return Ok(()) };
        Err(Failure::Failed(format!(
            "{} held a box: {name} is there, and its database is not. Move what is there aside, and restore the box from its \
             backup with `candour restore` into an empty directory; `candour init` would make another box, which no receipt \
             leads to",
            self.path.display()
        )))
    }

    /// Holds recipients and signers against what was confirmed.
    pub(in crate::cli) fn hold_against_pins(
        &self,
        store: &Store,
        keys: &PublicKeys,
        directory: &Path,
    ) -> Result<(), Failure> {
        self.hold_against_pin(store, &keys.recipients, directory)?;
        self.hold_signers_against_pin(store, &keys.signers, directory)
    }

    pub(in crate::cli) fn hold_signers_against_pin(
        &self,
        store: &Store,
        signers: &[VerifyingKey<SignerRole>],
        keys: &Path,
    ) -> Result<(), Failure> {
        let (found, pinned) = (signers_fingerprint(signers), store.settings().signers);
        if found == pinned {
            return Ok(());
        }
        Err(Failure::Failed(format!(
            "signers.pub is not what was confirmed: its fingerprint is {found}, the confirmed one is {pinned}; if the governance team's desk \
             shows the same new fingerprint under Team, run: candour init --data {} --keys {} --confirm-signers '{found}'",
            self.path.display(),
            keys.display()
        )))
    }

    pub(in crate::cli) fn hold_against_pin(
        &self,
        store: &Store,
        recipients: &GovernanceRecipients,
        keys: &Path,
    ) -> Result<(), Failure> {
        let (found, pinned) = (recipients.fingerprint(), store.settings().recipients);
        if found == pinned {
            return Ok(());
        }
        Err(Failure::Failed(format!(
            "governance.recipients is not what was confirmed: its fingerprint is {found}, the confirmed one is {pinned}; if the governance team \
             reads out the same new fingerprint, run: candour init --data {} --keys {} --confirm-recipients '{found}'",
            self.path.display(),
            keys.display()
        )))
    }

    /// The box's signing key, if it and the public one are those that the box was made with.
    pub(in crate::cli) fn signing_key(&self, store: &Store) -> Result<SigningKey<BoxRole>, Failure> {
        Ok(transfer::box_key(&self.path, store.settings())?.0)
    }

    /// The public halves of the key pair that lies there, to be held against what the box was made with.
    pub(in crate::cli) fn key_pair(&self) -> Result<KeyPairFound, Failure> {
        Ok(KeyPairFound::read(&self.path)?)
    }

    /// Where the operator puts a newer bank holiday file.
    pub(in crate::cli) fn bank_holidays(&self) -> PathBuf {
        transfer::bank_holidays_file(&self.path)
    }

    /// The bundled bank holidays with the operator's file over them.
    pub(in crate::cli) fn calendar(&self) -> Result<Calendar, Failure> {
        let path = self.bank_holidays();
        if !path.exists() {
            let astray = self.path.join(transfer::BANK_HOLIDAYS);
            if astray.exists() {
                let (from, to) = (astray.display(), path.display());
                return Err(Failure::Failed(format!(
                    "{from} is not where bank holidays are looked for; run: mv {from} {to}"
                )));
            }
            return Ok(Calendar::default());
        }
        let read = Calendar::with_file(&files::read_ordinary_text(&path, MIB)?);
        read.map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
    }

    /// Holds the box for one `serve` alone: a second one would sweep away what the first is taking in.
    pub(in crate::cli) fn lock(&self) -> Result<File, Failure> {
        self.refuse_anothers()?;
        let path = self.path.join(BOX_PUBLIC);
        let file = match files::open_ordinary(&path) {
            Err(_) if !self.store_directory().join(DATABASE).exists() => {
                self.refuse_remains()?;
                return Err(StoreError::Missing(self.path.clone()).into());
            }
            Err(FileError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                return Err(transfer::BoxKeyError::Public(path).into());
            }
            opened => opened?,
        };
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(_) => Err(Failure::Failed(format!(
                "the box in {} is being served already; stop that one first",
                self.path.display()
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    #[test]
    fn a_signer_who_stands_there_twice_is_not_counted_as_two() {
        let directory = tempfile::tempdir().unwrap();
        let keys = KeysArgument { path: directory.path().to_owned() };
        let path = directory.path().join("signers.pub");
        let write =
            |lines: &[&str]| files::replace(&path, files::Readers::Everyone, lines.join("\n").as_bytes()).unwrap();
        let new = || SigningKey::<SignerRole>::generate().unwrap().1.to_base64();
        let (one, two) = (new(), new());
        // The same key under another number.
        let mut bytes = BASE64.decode(one.as_bytes()).unwrap();
        bytes[2] ^= 1;
        let renumbered = BASE64.encode(&bytes);
        for lines in [[one.as_str(), &one], [&one, &renumbered]] {
            write(&lines);
            let Err(Failure::Failed(refused)) = keys.signers() else { panic!("it is taken") };
            assert!(refused.contains("holds a key twice"), "{refused}");
        }
        write(&[&one, &two]);
        assert_eq!(keys.signers().map(|signers| signers.len()).unwrap_or_default(), 2);
    }
}
