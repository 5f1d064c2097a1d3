//! Every signer who was ever confirmed, and the casebook whose decisions the box takes.

use rusqlite::{Connection, OptionalExtension};

use super::{Settings, Store, StoreError, damaged};
use crate::{
    crypto::{SignerRole, VerifyingKey, signers_fingerprint},
    domain::{CasebookId, CasebookSeen, Digest, LogHead},
};

impl Store {
    /// Pins other signers: from then on they alone are taken for decisions. Those before stay known, so that answers
    /// which they stood by can still be shown.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn pin_signers(&self, signers: &[VerifyingKey<SignerRole>]) -> Result<(), StoreError> {
        let (fingerprint, signers) = (signers_fingerprint(signers), signers.to_vec());
        self.change(move |connection| {
            Settings::set_signers(connection, fingerprint)?;
            Settings::add_signers(connection, &signers)
        })
    }

    /// Whether whose word is asked for, and how many words, is still as it was when this store was opened: a command may have
    /// confirmed others beside a box that serves. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn asks_for_the_same_words(&self) -> Result<bool, StoreError> {
        let now = self.read(Settings::load)?;
        let opened = self.settings();
        Ok((now.signers, now.second_approver) == (opened.signers, opened.second_approver))
    }

    /// Every signer who was ever confirmed. Blocks.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn known_signers(&self) -> Result<Vec<VerifyingKey<SignerRole>>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT key FROM signer")?;
            let keys = statement.query_map([], |row| row.get::<_, String>(0))?;
            keys.map(|key| VerifyingKey::from_base64(&key?).map_err(|_| damaged("a signer's key"))).collect()
        })
    }

    /// Pins another casebook: its decisions are taken from then on, from whatever number, and no other's.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn pin_casebook(&self, casebook: CasebookId) -> Result<(), StoreError> {
        self.change(move |connection| {
            connection.execute("DELETE FROM casebook", [])?;
            let seen = CasebookSeen { casebook, decisions: 0, head: LogHead { number: 0, digest: Digest([0; 32]) } };
            set_casebook(connection, seen)
        })
    }
}

/// The casebook whose decisions the box takes; none before the first delivery.
pub(super) fn casebook(connection: &Connection) -> Result<Option<CasebookSeen>, StoreError> {
    let row = connection
        .query_row("SELECT id, decisions, number, digest FROM casebook", [], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, row.get::<_, Vec<u8>>(3)?))
        })
        .optional()?;
    row.map(|(id, decisions, number, digest)| {
        let count = |number: i64| u64::try_from(number).map_err(|_| damaged("a casebook's number"));
        let digest = Digest::from_slice(&digest).map_err(|_| damaged("a digest"))?;
        Ok(CasebookSeen {
            casebook: CasebookId::from_slice(&id).map_err(|_| damaged("a casebook's id"))?,
            decisions: count(decisions)?,
            head: LogHead { number: count(number)?, digest },
        })
    })
    .transpose()
}

/// Records how far the casebook has come.
pub(super) fn set_casebook(connection: &Connection, seen: CasebookSeen) -> Result<(), StoreError> {
    let number = |number: u64| i64::try_from(number).map_err(|_| damaged("a casebook's number"));
    connection.execute(
        "INSERT OR REPLACE INTO casebook (id, decisions, number, digest) VALUES (?1, ?2, ?3, ?4)",
        (seen.casebook.0, number(seen.decisions)?, number(seen.head.number)?, seen.head.digest.0),
    )?;
    Ok(())
}
