//! What the box says: the manifest of a collection, as an event keeps it.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::{
    casebook::log::event::Imported,
    crypto::{self, BoxRole, VerifyingKey},
    domain::{Besides, BoxId, CasebookSeen, CollectionId, Date, Digest, Epoch, Manifest, Part, ReportEntry, ReportId},
};

/// A manifest whose signature held, so far as the event that brought it needs it.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::casebook) struct BoxWord {
    /// The key that signed it. Whether it is this casebook's box is for the state to say.
    pub(in crate::casebook) key: String,
    /// SHA-256 of the manifest.
    pub(in crate::casebook) digest: Digest,
    pub(in crate::casebook) r#box: BoxId,
    pub(in crate::casebook) epoch: Epoch,
    /// The collection's number.
    pub(in crate::casebook) number: u64,
    pub(in crate::casebook) id: CollectionId,
    pub(in crate::casebook) part: Part,
    pub(in crate::casebook) previous: Option<CollectionId>,
    /// The day it was made at the box.
    pub(in crate::casebook) on: Date,
    /// What the box knows of the casebook.
    pub(in crate::casebook) casebook: Option<CasebookSeen>,
    pub(in crate::casebook) besides: Besides,
    pub(in crate::casebook) gone: Vec<ReportId>,
    /// By id, each once.
    pub(in crate::casebook) reports: Vec<ReportEntry>,
}

impl BoxWord {
    /// What an import says that the box says; none if it is not signed by the key that it names, or no box says so.
    pub(in crate::casebook) fn of(imported: &Imported) -> Option<Self> {
        let key = VerifyingKey::<BoxRole>::from_base64(&imported.box_key).ok()?;
        let manifest = BASE64.decode(imported.manifest.as_bytes()).ok()?;
        let verified = crypto::verify::<Manifest>(&manifest, &imported.signature, &[key]).ok()?;
        let digest = verified.digest();
        verified.document().check().ok()?;
        let manifest = verified.into_document();
        let Manifest { format: _, r#box, epoch, number, id, part, previous, on, casebook, besides, gone, reports } =
            manifest;
        let key = imported.box_key.clone();
        Some(Self { key, digest, r#box, epoch, number, id, part, previous, on, casebook, besides, gone, reports })
    }

    /// What it says of one report.
    pub(in crate::casebook) fn report(&self, id: ReportId) -> Option<&ReportEntry> {
        let place = self.reports.binary_search_by_key(&id, |report| report.id).ok()?;
        self.reports.get(place)
    }
}
