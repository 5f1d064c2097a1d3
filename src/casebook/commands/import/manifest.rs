//! The manifest of a collection: whether it is this box's, and how it stands to those imported before.

use std::io::Read;

use data_encoding::BASE64;

use crate::{
    casebook::{
        CasebookError, Editor, Refusal,
        commands::import::choices::ImportChoices,
        state::{
            at_box::{CollectionPlace, NoPlace, Whereabouts},
            replay::State,
        },
    },
    crypto::{self, BoxRole, ReplyRecipient, Verified, VerifyError, VerifyingKey, epoch_fingerprint},
    domain::{
        Epoch, Manifest, ReportEntry, ReportId,
        limits::{KIB, MANIFEST_BYTES},
    },
    files::tarball::TarReader,
};

/// Bytes of a minisign signature file, and to spare.
const SIGNATURE_BYTES: usize = 4 * KIB;

/// How a part of a collection stands to those imported before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// It was imported before.
    Known,
    /// It follows them.
    New(CollectionPlace),
}

impl Order {
    /// Of a manifest.
    pub(super) fn of(manifest: &Verified<Manifest>, state: &State, given: &ImportChoices) -> Result<Self, Refusal> {
        let document = manifest.document();
        if !state.may_be_box(document.r#box) {
            return Err(Refusal::OtherBox);
        }
        if state.manifests.contains(&manifest.digest()) {
            return Ok(Self::Known);
        }
        if let Some(seen) = state.missing_of(document.casebook) {
            let (there, head) = (state.version(), seen.head);
            return Err(Refusal::Behind { there, seen: head.number, digest: head.digest });
        }
        if let Some(seen) = document.casebook.filter(|seen| !state.may_have_written(*seen)) {
            return Err(Refusal::DecisionsAhead { seen: seen.decisions, last: state.exported });
        }
        let Manifest { r#box, epoch, number, id, part, previous, besides, .. } = *document;
        let last = state.at_box.number();
        let whereabouts = Whereabouts { epoch, number, id, part: part.number, of: part.of, previous, besides };
        match state.at_box.place(&whereabouts) {
            Ok(CollectionPlace::Next { passed_over: 1.. }) if !given.missing && last > 0 => {
                Err(Refusal::Gap { number, next: last + 1 })
            }
            Ok(CollectionPlace::NewEpoch) => {
                let fingerprint = epoch_fingerprint(r#box, &epoch);
                if given.epoch == Some(fingerprint) {
                    return Ok(Self::New(CollectionPlace::NewEpoch));
                }
                let Epoch { began_on, backup_of, .. } = epoch;
                let is_another = given.epoch.is_some();
                Err(Refusal::NewEpoch { fingerprint, began_on, backup_of, is_another })
            }
            Ok(place) => Ok(Self::New(place)),
            Err(NoPlace::Old) => Err(Refusal::Old { number, last }),
            Err(NoPlace::Unchained) => Err(Refusal::Unchained(last)),
            Err(NoPlace::OtherPart) => Err(Refusal::OtherPart(number)),
            Err(NoPlace::FarAhead) => Err(Refusal::FarAhead { number, last }),
            Err(NoPlace::EpochBefore) => Err(Refusal::EpochBefore),
        }
    }

    /// Whether the box says something of a report for the first time since it was restored.
    pub(super) fn is_anew(self, id: ReportId, state: &State) -> bool {
        matches!(self, Self::New(place) if state.at_box.is_anew(id, place))
    }

    /// Collections before it that were never imported.
    pub(super) const fn passed_over(self) -> u64 {
        match self {
            Self::New(CollectionPlace::Next { passed_over }) => passed_over,
            Self::Known | Self::New(CollectionPlace::Part | CollectionPlace::NewEpoch) => 0,
        }
    }
}

/// A manifest whose signature held, and both as an event keeps them.
pub(super) struct ReadManifest {
    pub(super) verified: Verified<Manifest>,
    /// In base64.
    pub(super) json: String,
    pub(super) signature: String,
}

impl Editor<'_> {
    /// Why a manifest is refused that the key of the box did not sign: whether one that it had or is to have did.
    fn by_another_key(&self, bytes: &[u8], signature: &str) -> Refusal {
        let state = &self.casebook.state;
        let signed = |key: &str| {
            let key = VerifyingKey::<BoxRole>::from_base64(key);
            key.is_ok_and(|key| crypto::verify::<Manifest>(bytes, signature, &[key]).is_ok())
        };
        if state.box_keys_before.iter().any(|before| signed(before)) {
            return Refusal::KeyBefore;
        }
        let mut proposed = state.proposals.iter().filter_map(|(event, open)| Some((*event, open.change.box_key()?)));
        proposed.find(|(_, key)| signed(key)).map_or(Refusal::OtherKey, |(event, _)| Refusal::KeyProposed(event))
    }

    /// The manifest at the beginning of a collection, signed by the box that this casebook belongs to.
    pub(super) fn read_manifest<R: Read>(&self, tar: &mut TarReader<R>) -> Result<ReadManifest, CasebookError> {
        let bytes = tar.read("manifest.json", MANIFEST_BYTES)?;
        let signature = tar.read("manifest.json.minisig", SIGNATURE_BYTES)?;
        let signature = std::str::from_utf8(&signature).map_err(|_| Refusal::Manifest(VerifyError::Unreadable))?;
        let verified =
            crypto::verify::<Manifest>(&bytes, signature, &[self.casebook.box_key()]).map_err(|error| match error {
                VerifyError::UnknownKey => self.by_another_key(&bytes, signature),
                other => Refusal::Manifest(other),
            })?;
        verified.document().check().map_err(Refusal::Impossible)?;
        // An answer is sealed to it.
        let bad = |report: &&ReportEntry| ReplyRecipient::parse(&report.reply_to).is_err();
        if let Some(report) = verified.document().reports.iter().find(bad) {
            return Err(Refusal::ReplyKey(report.id).into());
        }
        Ok(ReadManifest { verified, json: BASE64.encode(&bytes), signature: signature.to_owned() })
    }
}
