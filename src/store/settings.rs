use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, damaged};
use crate::{
    crypto::{BoxRole, CodeTagger, Fingerprint, GovernanceRecipients, KdfParams, SignerRole, VerifyingKey},
    domain::{BoxId, Epoch},
};

/// The settings that a backup carries. Every other is of one life of the box on one machine: since when it counts its
/// collections, what of the intake was folded, and when it was backed up.
pub(super) const CARRIED: [&str; 9] =
    ["box_id", "box_key", "kdf", "tag_key", "recipients", "team_keys", KEY_DAYS, "signers", "second_approver"];

/// Since when each recipient is confirmed; not there before others were confirmed than those that the box was made with.
pub(super) const KEY_DAYS: &str = "key_days";

/// What was fixed when the box was made.
pub struct Settings {
    /// The box's random id, and the salt under its receipt codes.
    pub box_id: BoxId,
    /// Argon2id's costs.
    pub kdf: KdfParams,
    /// Since when it counts its collections from 1.
    pub epoch: Epoch,
    /// Tags the codes that this box issued.
    pub tagger: CodeTagger,
    /// The public half of its key, the one that it was made with or renewed to: what is signed by another one is no word of
    /// this box.
    pub box_key: VerifyingKey<BoxRole>,
    /// Over the recipients that the operator confirmed.
    pub recipients: Fingerprint,
    /// Of each recipient that was ever confirmed, by itself: what was sealed to an earlier one may still be here.
    pub team_keys: Vec<Fingerprint>,
    /// Over the signers that the operator confirmed.
    pub signers: Fingerprint,
    /// Whether every text to a person is taken only with the word of two signers.
    pub second_approver: bool,
}

impl Settings {
    pub(super) fn save(&self, connection: &Connection) -> Result<(), StoreError> {
        let (kdf, recipients, signers) = (self.kdf.to_string(), self.recipients.to_string(), self.signers.to_string());
        let (epoch, box_key) = (written(&self.epoch)?, self.box_key.to_base64());
        let team_keys = lines(&self.team_keys);
        let rows: [(&str, &[u8]); 9] = [
            ("box_id", &self.box_id.0),
            ("epoch", &epoch),
            ("kdf", kdf.as_bytes()),
            ("tag_key", self.tagger.as_bytes()),
            ("box_key", box_key.as_bytes()),
            ("recipients", recipients.as_bytes()),
            ("team_keys", team_keys.as_bytes()),
            ("signers", signers.as_bytes()),
            ("second_approver", yes_or_no(self.second_approver)),
        ];
        let step = connection.unchecked_transaction()?;
        for (name, value) in rows {
            step.execute("INSERT INTO setting (name, value) VALUES (?1, ?2)", (name, value))?;
        }
        Ok(step.commit()?)
    }

    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let value = |name: &str| -> Result<Vec<u8>, StoreError> {
            connection
                .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0))
                .optional()?
                .ok_or_else(|| damaged("a setting is missing"))
        };
        let text = |name: &str| String::from_utf8(value(name)?).map_err(|_| damaged("a setting is not text"));
        let fingerprint = |text: &str| text.parse().map_err(|_| damaged("a pinned fingerprint"));
        Ok(Self {
            box_id: BoxId::from_slice(&value("box_id")?).map_err(|_| damaged("the box's id"))?,
            kdf: text("kdf")?.parse().map_err(|_| damaged("the Argon2id parameters"))?,
            epoch: serde_json::from_slice(&value("epoch")?).map_err(|_| damaged("the epoch"))?,
            tagger: CodeTagger::from_slice(&value("tag_key")?).map_err(|_| damaged("the tag key"))?,
            box_key: VerifyingKey::from_base64(&text("box_key")?).map_err(|_| damaged("the box's public key"))?,
            recipients: fingerprint(&text("recipients")?)?,
            team_keys: text("team_keys")?.lines().map(fingerprint).collect::<Result<_, _>>()?,
            signers: fingerprint(&text("signers")?)?,
            second_approver: match text("second_approver")?.as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(damaged("whether there is a second approver")),
            },
        })
    }

    /// Keeps signers as ones who were confirmed.
    pub(super) fn add_signers(connection: &Connection, signers: &[VerifyingKey<SignerRole>]) -> Result<(), StoreError> {
        for signer in signers {
            connection.execute("INSERT OR IGNORE INTO signer (key) VALUES (?1)", [signer.to_base64()])?;
        }
        Ok(())
    }

    pub(super) fn set_epoch(connection: &Connection, epoch: &Epoch) -> Result<(), StoreError> {
        set(connection, "epoch", &written(epoch)?)
    }

    pub(super) fn set_second_approver(connection: &Connection, needed: bool) -> Result<(), StoreError> {
        set(connection, "second_approver", yes_or_no(needed))
    }

    pub(super) fn set_recipients(connection: &Connection, recipients: &GovernanceRecipients) -> Result<(), StoreError> {
        let mut team_keys = Self::load(connection)?.team_keys;
        team_keys.extend(recipients.fingerprint_of_each());
        set(connection, "recipients", recipients.fingerprint().to_string().as_bytes())?;
        set(connection, "team_keys", lines(&team_keys).as_bytes())
    }

    /// The public half of another key of the box.
    pub(super) fn set_box_key(connection: &Connection, key: &VerifyingKey<BoxRole>) -> Result<(), StoreError> {
        set(connection, "box_key", key.to_base64().as_bytes())
    }

    pub(super) fn set_signers(connection: &Connection, signers: Fingerprint) -> Result<(), StoreError> {
        set(connection, "signers", signers.to_string().as_bytes())
    }
}

fn lines(fingerprints: &[Fingerprint]) -> String {
    fingerprints.iter().map(ToString::to_string).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n")
}

fn written(epoch: &Epoch) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(epoch).map_err(|_| damaged("the epoch"))
}

fn set(connection: &Connection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    connection.execute("UPDATE setting SET value = ?2 WHERE name = ?1", (name, value))?;
    Ok(())
}

const fn yes_or_no(yes: bool) -> &'static [u8] {
    if yes { b"yes" } else { b"no" }
}
