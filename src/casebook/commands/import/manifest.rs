//! The manifest of a collection: whether it is this box's, and how it stands to those imported before.

use std::io::Read;

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
    /// It is the last one again.
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
        match number.checked_sub(last) {
            Some(0) if state.manifest == Some(manifest.digest()) => Ok(Self::Known),
            None | Some(0) => Err(Refusal::Old { number, last }),
            Some(1) if document.previous == state.manifest => Ok(Self::New { passed_over: 0 }),
            Some(1) => Err(Refusal::Unchained(last)),
            Some(ahead) if missing => Ok(Self::New { passed_over: ahead - 1 }),
            Some(_) => Err(Refusal::Gap { number, next: last + 1 }),
        }
    }
}

impl Editor<'_> {
    /// The manifest at the beginning of a collection, signed by the box that this casebook belongs to.
    pub(super) fn read_manifest<R: Read>(&self, tar: &mut TarReader<R>) -> Result<Verified<Manifest>, CasebookError> {
        let bytes = tar.read("manifest.json", MANIFEST_BYTES)?;
        let signature = tar.read("manifest.json.minisig", SIGNATURE_BYTES)?;
        let signature = std::str::from_utf8(&signature).map_err(|_| Refusal::Manifest(VerifyError::Unreadable))?;
        let keys = std::slice::from_ref(&self.casebook.trusted.box_key);
        let verified = crypto::verify::<Manifest>(&bytes, signature, keys).map_err(|error| match error {
            VerifyError::UnknownKey => Refusal::OtherBox,
            other => Refusal::Manifest(other),
        })?;
        Ok(verified)
    }
}
