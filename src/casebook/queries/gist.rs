//! What a report is about, in a line: made of what the person said first. It is opened once and stays in memory until the
//! desk is locked.

use std::sync::Arc;

use crate::{
    casebook::{Casebook, book::gist::ConcernGist, parallel::in_parallel},
    domain::ReportId,
};

impl Casebook {
    /// What a report is about; none if its first message is not here or can't be opened.
    #[must_use]
    pub fn gist(&self, id: ReportId) -> Option<Arc<ConcernGist>> {
        if let Some(known) = self.known_gists().get(&id) {
            return Some(Arc::clone(known));
        }
        let report = self.state.reports.get(&id)?;
        let first = report.messages.iter().find(|message| message.is_here())?;
        let message = self.open_message(id, first).ok()?;
        let gist = Arc::new(ConcernGist::of(message.content.concern()?));
        self.known_gists().insert(id, Arc::clone(&gist));
        Some(gist)
    }

    /// The same of many, on every core.
    #[must_use]
    pub fn gists(&self, ids: &[ReportId]) -> Vec<Option<Arc<ConcernGist>>> {
        in_parallel(ids, |id| self.gist(*id))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        casebook::NewProposal,
        domain::Route,
        world::casebook::{MARKER, World},
    };

    #[test]
    fn it_is_known_as_long_as_the_report_is() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let mut casebook = world.open().unwrap();
        for _ in 0..2 {
            assert!(casebook.gist(id).is_some_and(|gist| gist.first_words.as_str().starts_with(MARKER)));
        }
        assert!(casebook.gists(&[id, crate::domain::ReportId([9; 8])])[1].is_none());
        // Whatever two members agree on, a report may be gone with it.
        let mut editor = casebook.edit(&world.signer).unwrap();
        editor.propose(NewProposal::NoSecondApprover, &crate::world::TODAY).unwrap_err();
        drop(editor);
        assert_eq!(casebook.known_gists().len(), 1);
    }
}
