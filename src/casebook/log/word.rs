//! What the box says: the manifest of a collection, as an event keeps it.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::{
    casebook::log::event::Imported,
    crypto::{self, BoxRole, VerifyingKey},
    domain::{BoxId, CasebookSeen, Date, Digest, Manifest, ReportEntry, ReportId},
};

/// A manifest whose signature held, so far as the event that brought it needs it.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::casebook) struct BoxWord {
    /// The key that signed it. Whether it is this casebook's box is for the state to say.
    pub(in crate::casebook) key: String,
    /// SHA-256 of the manifest.
    pub(in crate::casebook) digest: Digest,
    pub(in crate::casebook) r#box: BoxId,
    /// The collection's number.
    pub(in crate::casebook) number: u64,
    pub(in crate::casebook) previous: Option<Digest>,
    /// The day it was made at the box.
    pub(in crate::casebook) on: Date,
    /// What the box knows of the casebook.
    pub(in crate::casebook) casebook: Option<CasebookSeen>,
    /// Every report that the event speaks of, and every other of which the collection has messages, by id.
    pub(in crate::casebook) reports: Vec<ReportEntry>,
}

impl BoxWord {
    /// What an import says that the box says; none if it is not signed by the key that it names.
    pub(in crate::casebook) fn of(imported: &Imported) -> Option<Self> {
        let key = VerifyingKey::<BoxRole>::from_base64(&imported.box_key).ok()?;
        let manifest = BASE64.decode(imported.manifest.as_bytes()).ok()?;
        let verified = crypto::verify::<Manifest>(&manifest, &imported.signature, &[key]).ok()?;
        let digest = verified.digest();
        let Manifest { r#box, number, previous, on, casebook, mut reports, .. } = verified.into_document();
        // Strictly by id, so that each is there once.
        if !reports.is_sorted_by(|one, next| one.id < next.id) {
            return None;
        }
        let mut named: Vec<ReportId> = imported.reports.iter().map(|news| news.about.report).collect();
        named.sort_unstable();
        reports.retain(|report| !report.messages.is_empty() || named.binary_search(&report.id).is_ok());
        Some(Self { key: imported.box_key.clone(), digest, r#box, number, previous, on, casebook, reports })
    }

    /// What it says of one report.
    pub(in crate::casebook) fn report(&self, id: ReportId) -> Option<&ReportEntry> {
        let place = self.reports.binary_search_by_key(&id, |report| report.id).ok()?;
        self.reports.get(place)
    }
}
