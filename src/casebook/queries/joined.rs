use crate::{casebook::Casebook, domain::ReportId};

impl Casebook {
    /// The other reports of the same concern, by id: those that one goes on with, and those that go on with it, however many
    /// are between them, of the reports that this member can open.
    #[must_use]
    pub fn joined_to(&self, id: ReportId) -> Vec<ReportId> {
        let concerns = self.state.concerns();
        let Some(concern) = concerns.get(&id) else { return Vec::new() };
        let others = concerns.iter().filter(|(other, first)| *first == concern && **other != id);
        others.map(|(other, _)| *other).filter(|other| self.state.reports.contains_key(other)).collect()
    }
}
