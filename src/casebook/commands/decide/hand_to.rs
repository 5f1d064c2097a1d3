use super::record::NewEntry;
use crate::{
    casebook::{CasebookError, DecisionError, Editor, Seen, state::outcome::Assessed},
    domain::{Assessment, MemberId, ReportId, ReportState, Today},
};

impl Editor<'_> {
    /// Records who looks after a report. Nothing else about it changes, and it is not read by that.
    ///
    /// # Errors
    /// If there is no such report, or that member can't open it.
    pub fn hand_to(&mut self, id: ReportId, owner: MemberId, today: &dyn Today) -> Result<(), CasebookError> {
        let seen = self.unread(id)?;
        if !self.casebook.readers(id).iter().any(|member| member.id == owner) {
            return Err(CasebookError::Decision(DecisionError::NoReader(id)));
        }
        let report = self.casebook.state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        let assessment = Assessment { owner: Some(owner), ..report.assessment.clone() };
        let assessed = Assessed::Anew(Box::new(assessment));
        self.record(id, seen, NewEntry { assessed, ..NewEntry::default() }, today).map(drop)
    }

    /// Closes a report, without reading it by that.
    ///
    /// # Errors
    /// If there is no such report.
    pub fn close(&mut self, id: ReportId, today: &dyn Today) -> Result<(), CasebookError> {
        let seen = self.unread(id)?;
        let entry = NewEntry { state: Some(ReportState::Closed), ..NewEntry::default() };
        self.record(id, seen, entry, today).map(drop)
    }

    /// A report as it stands now, of which nothing more is read.
    fn unread(&self, id: ReportId) -> Result<Seen, CasebookError> {
        Ok(Seen { read: 0, ..self.casebook.seen(id)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::NewReaders,
        domain::{Calendar, Route, TeamRole, Text},
        world::{DAY, TODAY, casebook::World},
    };

    #[test]
    fn handing_on_and_closing_change_nothing_else() {
        let mut world = World::new();
        let ids = [1, 2].map(|number| world.concern(number, Route::StaffConcern, &[]));
        let file = world.collect();
        world.import(&file).unwrap();
        let colleague = world.colleague("Second", TeamRole::Reviewer);
        world.edit(|editor| editor.hand_to(ids[0], colleague.id, &TODAY)).unwrap();
        world.edit(|editor| editor.close(ids[0], &TODAY)).unwrap();
        let casebook = world.open().unwrap();
        let queue = casebook.list(DAY, &Calendar::default());
        let entry = queue.iter().find(|entry| entry.id == ids[0]).unwrap();
        assert_eq!((entry.owner, entry.state, entry.unread), (Some(colleague.id), ReportState::Closed, 1));
        assert!(entry.is_due(|_| true), "what was promised stays promised");
        drop(casebook);
        // Nobody is given what they can't open.
        let me = world.open().unwrap().me().unwrap();
        let readers = NewReaders { readers: vec![me], reason: Text::typed("They are named.") };
        world.edit(|editor| editor.restrict(ids[1], readers, &TODAY)).unwrap();
        let refused = world.edit(|editor| editor.hand_to(ids[1], colleague.id, &TODAY));
        assert!(matches!(refused, Err(CasebookError::Decision(DecisionError::NoReader(_)))));
        let missing = ReportId([9; 8]);
        world.edit(|editor| editor.close(missing, &TODAY)).unwrap_err();
    }
}
