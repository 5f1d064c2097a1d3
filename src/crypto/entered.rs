use super::digest;
use crate::domain::{CasebookId, ReportId};

/// The id of a report that is entered in a casebook, from its first key. Nobody can choose it: who would enter something under
/// the id of a report that the box still has, so that what the person said is never taken in, had to find a key for that id
/// among 2⁶⁴.
#[must_use]
pub fn entered_report(casebook: CasebookId, key: &str) -> ReportId {
    let digest = digest(format!("candour entered report v1\n{casebook}\n{key}").as_bytes());
    let mut id = [0; ReportId::LEN];
    id.iter_mut().zip(digest.0).for_each(|(byte, of_digest)| *byte = of_digest);
    ReportId(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_follows_from_casebook_and_key_and_stays_what_it_is() {
        let (one, other) = (CasebookId([1; 16]), CasebookId([2; 16]));
        assert_eq!(entered_report(one, "age1"), entered_report(one, "age1"));
        assert_ne!(entered_report(one, "age1"), entered_report(other, "age1"));
        assert_ne!(entered_report(one, "age1"), entered_report(one, "age2"));
        // Casebooks that are there name reports by it.
        let text = "candour entered report v1\n01010101010101010101010101010101\nage1";
        assert_eq!(entered_report(one, "age1").0, digest(text.as_bytes()).0[..ReportId::LEN]);
    }
}
