use crate::domain::{Area, Date, Text};

/// What in a notice only the reviewer can say. Each goes on from words of the notice and ends its sentence; one that is
/// missing stands in the notice as `[what to say here]`.
#[derive(Clone, Default)]
pub struct NoticeGaps {
    /// Why it is used in no other work.
    pub why_not: Option<Text>,
    /// What is new since the first notice.
    pub what_changed: Option<Text>,
    /// Why that changed.
    pub why_changed: Option<Text>,
    /// What is looked at in each area.
    pub looked_at: Vec<(Area, Text)>,
    /// Which other regulator sees it, and why.
    pub regulator: Option<Text>,
    /// The last day on which an objection comes in time.
    pub object_by: Option<Date>,
}

impl NoticeGaps {
    /// What is looked at in that area.
    pub(super) fn looked_at(&self, area: Area) -> Option<&Text> {
        self.looked_at.iter().find(|(of, _)| *of == area).map(|(_, text)| text)
    }
}
