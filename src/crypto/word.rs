//! Digests of what a box says, made the same way on both sides.

use sha2::{Digest as _, Sha256};

use super::{Fingerprint, SignError, digest};
use crate::domain::{Besides, BoxId, Digest, Epoch, ReportEntry, ReportId};

/// SHA-256 of what a box says of a report, by which decisions acknowledge it.
///
/// # Errors
/// If it can't be written as JSON.
pub fn record_digest(entry: &ReportEntry) -> Result<Digest, SignError> {
    Ok(digest(&serde_json::to_vec(&entry.record()).map_err(|_| SignError::Json)?))
}

/// Reports that a list leaves out, given in the order of their ids.
#[must_use]
pub fn besides(ids: impl IntoIterator<Item = ReportId>) -> Besides {
    let (mut reports, mut hash) = (0, Sha256::new());
    for id in ids {
        reports += 1;
        hash.update(id.0);
    }
    Besides { reports, digest: Digest(hash.finalize().into()) }
}

/// For people to compare before a desk takes a restored box for the one that it knew: of all that it says of that.
#[must_use]
pub fn epoch_fingerprint(r#box: BoxId, epoch: &Epoch) -> Fingerprint {
    let Epoch { id, began_on, backup_of } = epoch;
    let backup_of = backup_of.map_or_else(|| "-".to_owned(), |day| day.to_string());
    Fingerprint::of("candour epoch", &[format!("{box} {id} {began_on} {backup_of}")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EpochId;

    #[test]
    fn what_is_left_out_is_told_by_number_and_digest() {
        let (one, two) = (ReportId([1; 8]), ReportId([2; 8]));
        assert_eq!(besides([]).reports, 0);
        assert_eq!(besides([one, two]).digest, digest(&[[1; 8], [2; 8]].concat()));
        assert_ne!(besides([one]), besides([two]));
    }

    #[test]
    fn each_epoch_of_each_box_has_a_fingerprint_of_its_own() {
        let began_on = "2026-11-27".parse().unwrap();
        let epoch = |id| Epoch { id: EpochId([id; 16]), began_on, backup_of: None };
        let of = |byte, epoch| epoch_fingerprint(BoxId([byte; 16]), &epoch);
        assert_eq!(of(1, epoch(1)), of(1, epoch(1)));
        assert!(of(1, epoch(1)) != of(2, epoch(1)) && of(1, epoch(1)) != of(1, epoch(2)));
        assert_ne!(of(1, epoch(1)), of(1, Epoch { backup_of: Some(began_on), ..epoch(1) }));
        assert_ne!(of(1, epoch(1)), of(1, Epoch { began_on: "2026-11-28".parse().unwrap(), ..epoch(1) }));
    }
}
