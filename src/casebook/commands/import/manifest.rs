//! The manifest of a collection: whether it is this box's, and how it stands to those imported before.

use std::io::Read;

use data_encoding::BASE64;

use crate::{
    casebook::{CasebookError, Editor, Refusal, state::replay::State},
    crypto::{self, Verified, VerifyError},
    domain::{
        Manifest,
        limits::{KIB, MANIFEST_BYTES},
    },
    files::tarball::TarReader,
};

/// Bytes of a minisign signature file, and to spare.
const SIGNATURE_BYTES: usize = 4 * KIB;

/// How a collection stands to those imported before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// It was imported before.
    Known,
    /// It follows them, after some that were never imported.
    New { passed_over: u64 },
}

impl Order {
    /// Of a manifest. With `missing`, collections before it may be missing.
    pub(super) fn of(manifest: &Verified<Manifest>, state: &State, missing: bool) -> Result<Self, Refusal> {
        let (document, last) = (manifest.document(), state.collection);
        if state.r#box.is_some_and(|known| known != document.r#box) {
            return Err(Refusal::OtherBox);
        }
        let number = document.number;
        if state.manifests.get(&number) == Some(&manifest.digest()) {
            return Ok(Self::Known);
        }
        if let Some(seen) = state.missing_of(document.casebook) {
            let (there, head) = (state.version(), seen.head);
            return Err(Refusal::Behind { there, seen: head.number, digest: head.digest });
        }
        match number.checked_sub(last) {
            None | Some(0) => Err(Refusal::Old { number, last }),
            Some(1) if document.previous == state.last_manifest() => Ok(Self::New { passed_over: 0 }),
            Some(1) => Err(Refusal::Unchained(last)),
            Some(ahead) if missing => Ok(Self::New { passed_over: ahead - 1 }),
            Some(_) => Err(Refusal::Gap { number, next: last + 1 }),
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
    /// The manifest at the beginning of a collection, signed by the box that this casebook belongs to.
    pub(super) fn read_manifest<R: Read>(&self, tar: &mut TarReader<R>) -> Result<ReadManifest, CasebookError> {
        let bytes = tar.read("manifest.json", MANIFEST_BYTES)?;
        let signature = tar.read("manifest.json.minisig", SIGNATURE_BYTES)?;
        let signature = std::str::from_utf8(&signature).map_err(|_| Refusal::Manifest(VerifyError::Unreadable))?;
        let verified =
            crypto::verify::<Manifest>(&bytes, signature, &[self.casebook.box_key()]).map_err(|error| match error {
                VerifyError::UnknownKey => Refusal::OtherBox,
                other => Refusal::Manifest(other),
            })?;
        verified.document().check().map_err(Refusal::Impossible)?;
        Ok(ReadManifest { verified, json: BASE64.encode(&bytes), signature: signature.to_owned() })
    }
}
