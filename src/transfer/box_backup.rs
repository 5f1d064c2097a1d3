//! What stands in a backup of a box, and where.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{BoxId, Date, Epoch, Format, Manifest, ReportId, Text},
    store::{BoxRecords, DeliveredFile, ReportRecords, SealedPlace},
};

/// Its first entry.
pub(super) const HEAD: &str = "backup.json";
/// What every version of its format begins with.
pub(super) const FORMATS: &str = "candour-box-backup-";

/// [`HEAD`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BoxBackupHead {
    /// [`Format::BoxBackup`].
    pub(super) format: Format,
    /// Which box it is of.
    pub(super) r#box: BoxId,
    /// The day on which it was made, Europe/London.
    pub(super) on: Date,
    /// The life of the box that it is of.
    pub(super) epoch: Epoch,
    /// How many reports are in it.
    pub(super) reports: u64,
    /// The store's records but for reports and lists.
    pub(super) records: BoxRecords,
    /// The box's private signing key, as it stands in its file.
    pub(super) box_key: Text,
    /// As the operator put it there.
    pub(super) bank_holidays: Option<String>,
}

/// `records/N.json`: some reports, whose sealed files follow.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordList {
    pub(super) deliveries: Vec<DeliveredFile>,
    pub(super) gone: Vec<ReportId>,
    pub(super) reports: Vec<ReportRecords>,
    /// Whether no more follow.
    pub(super) last: bool,
}

/// The path of a list, from 1.
pub(super) fn list_path(number: u64) -> String {
    format!("records/{number}.json")
}

/// The path of a sealed file.
pub(super) fn sealed_path(id: ReportId, place: SealedPlace) -> String {
    match place {
        SealedPlace::Message(seq, place) => Manifest::path(id, seq, place),
        SealedPlace::OwnCopy(seq) => format!("reports/{id}/{seq}/own-copy.age"),
        SealedPlace::Answer(seq) => format!("answers/{id}/{seq}/answer.age"),
    }
}
