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
    /// Of all the others of which the box was told that messages are here, the last such message.
    acknowledged: Vec<(ReportId, u32)>,
}

impl BoxWord {
    /// What an import says that the box says; none if it is not signed by the key that it names, or no box says so.
    pub(in crate::casebook) fn of(imported: &Imported) -> Option<Self> {
        let key = VerifyingKey::<BoxRole>::from_base64(&imported.box_key).ok()?;
        let manifest = BASE64.decode(imported.manifest.as_bytes()).ok()?;
        let verified = crypto::verify::<Manifest>(&manifest, &imported.signature, &[key]).ok()?;
        let digest = verified.digest();
        verified.document().check().ok()?;
        let Manifest { r#box, number, previous, on, casebook, mut reports, .. } = verified.into_document();
        // Strictly by id, so that each is there once.
        if !reports.is_sorted_by(|one, next| one.id < next.id) {
            return None;
        }
        let mut named: Vec<ReportId> = imported.reports.iter().map(|news| news.about.report).collect();
        named.sort_unstable();
        let is_needed = |report: &ReportEntry| !report.messages.is_empty() || named.binary_search(&report.id).is_ok();
        let told = reports.iter().filter(|report| report.acknowledged > 0 && !is_needed(report));
        let acknowledged = told.map(|report| (report.id, report.acknowledged)).collect();
        reports.retain(is_needed);
        Some(Self {
            key: imported.box_key.clone(),
            digest,
            r#box,
            number,
            previous,
            on,
            casebook,
            reports,
            acknowledged,
        })
    }

    /// The last message of each report of which the box was told that it is here.
    pub(in crate::casebook) fn acknowledged(&self) -> impl Iterator<Item = (ReportId, u32)> {
        let entries = self.reports.iter().map(|report| (report.id, report.acknowledged));
        entries.chain(self.acknowledged.iter().copied())
    }

    /// What it says of one report.
    pub(in crate::casebook) fn report(&self, id: ReportId) -> Option<&ReportEntry> {
        let place = self.reports.binary_search_by_key(&id, |report| report.id).ok()?;
        self.reports.get(place)
    }
}
