//! Whether what the team says of a report may name other reports.

use crate::{
    casebook::{error::NotAllowed, state::replay::State},
    domain::{Assessment, ReportId},
};

impl State {
    /// A link, or the report that one goes on with, is another one that is there. What was there before may stay: a report
    /// that is destroyed since keeps nobody from deciding on those that were linked to it. Whether reports go on with each
    /// other in a circle depends on what other reports' readers alone know, so it is no rule; it joins them and no more.
    pub(in crate::casebook) fn may_link(
        &self,
        id: ReportId,
        now: &Assessment,
        was: &Assessment,
    ) -> Result<(), NotAllowed> {
        let links = now.links.iter().filter(|link| !was.links.contains(link)).map(|link| link.report);
        let continues = now.continues.filter(|_| now.continues != was.continues);
        let is_other = |other: ReportId| other != id && self.outlines.contains_key(&other);
        if links.chain(continues).all(is_other) { Ok(()) } else { Err(NotAllowed::Linked(id)) }
    }
}
