//! Retention: destroying a report so that nothing readable is left of it in the casebook.
//!
//! Two of its readers agree, and the event that says so comes first; then its files go, and its key, without which what
//! events say about it can't be opened by anyone. Killed in between, the next change to the casebook goes on with it. What
//! copies and backups hold, and what a disk keeps of overwritten places, is for whoever runs the machine.

use crate::{
    casebook::{
        CasebookError, Editor, Retained, RetentionError,
        book::casebook::ANSWERS,
        log::{event::Destroy, snapshot},
    },
    domain::{ReportId, Today},
    files,
};

impl Editor<'_> {
    /// What is proposed to be destroyed: a report that is over and for which nothing is owed any more. Before its day,
    /// or without one, two members may agree to that all the same.
    pub(in crate::casebook) fn to_destroy(&self, id: ReportId, today: &dyn Today) -> Result<Destroy, CasebookError> {
        let report = self.casebook.state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        match self.casebook.retained(id, report, today.today()) {
            Some(Retained::NotOver | Retained::Owed) => {
                Err(CasebookError::Retention(RetentionError::NotToBeDestroyed(id)))
            }
            Some(Retained::Untold) => Err(CasebookError::Retention(RetentionError::Untold(id))),
            Some(Retained::NoDay | Retained::UntilDay) | None => {
                let fact = self.casebook.fact(id, today.today()).ok_or_else(|| self.casebook.no_report(id))?;
                Ok(Destroy { report: id, fact, goes_on_with: self.casebook.state.goes_on_with(id) })
            }
        }
    }

    /// Goes on with what a command that was killed began to destroy.
    pub(in crate::casebook) fn finish_destroying(&mut self) -> Result<(), CasebookError> {
        let unfinished: Vec<ReportId> = self.casebook.state.destroyed.keys().copied().collect();
        let unfinished = unfinished.into_iter().filter(|id| self.casebook.keys.has_any(*id));
        for id in unfinished.collect::<Vec<_>>() {
            self.remove_destroyed(id)?;
        }
        Ok(())
    }

    /// The key goes last: as long as it is there, this is not finished.
    pub(in crate::casebook) fn remove_destroyed(&self, id: ReportId) -> Result<(), CasebookError> {
        for collection in self.casebook.collection_paths()? {
            files::remove_tree(&collection.join("reports").join(id.to_string()))?;
        }
        files::remove_tree(&self.casebook.directory.join(ANSWERS).join(id.to_string()))?;
        snapshot::remove_all(&self.casebook.directory)?;
        Ok(self.casebook.keys.destroy(id)?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        casebook::{
            LookupError, NewAssessment, NewNote, NewProposal, NewReferral, Passage, Proposed, Retained,
            log::{
                chain::OpenedMatter,
                event::{Change, What},
            },
        },
        domain::{Area, Assessment, Calendar, Date, FixedDay, ReportState, Text},
        world::{
            DAY, TODAY,
            casebook::{MARKER, World, assessed, notice},
        },
    };

    const LATER: FixedDay = FixedDay(Date::constant(2027, 1, 5));

    /// A closed report with everything about it that there can be, and another one.
    fn closed() -> (World, ReportId, ReportId) {
        let mut world = World::new();
        let id = world.concern(1, crate::domain::Route::StaffConcern, &[100_000]);
        let other = world.concern(2, crate::domain::Route::StaffConcern, &[5]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.reply(id, &format!("{MARKER} reply"));
        let referral = NewReferral {
            area: Area::IntegratedCare,
            team: Text::typed("The area's team"),
            recipients: crate::unseal::GovernanceIdentity::generate().recipients(),
            reason: Text::typed(MARKER),
            passages: vec![Passage { title: Text::typed("Description"), text: Text::typed(MARKER) }],
            attachments: vec!["1/1".into()],
            redacted: true,
        };
        let out = world.dir.path().join("referral");
        world.edit(|editor| editor.refer(id, referral, &out, &TODAY)).unwrap();
        let assessment = Assessment { destroy_after: Some(DAY), ..Assessment::default() };
        let close = NewAssessment::new(Some(assessment), Some(ReportState::Closed), None);
        world.decide(id, assessed(close)).unwrap();
        (world, id, other)
    }

    #[test]
    fn a_report_is_destroyed_only_when_it_is_over() {
        let (mut world, id, other) = closed();
        let destroy = |world: &World, id, day: FixedDay| world.agree_on(day, NewProposal::Destroy(id));
        // Not with a promise open, and not while it is worked on.
        assert!(matches!(
            destroy(&world, id, TODAY),
            Err(CasebookError::Retention(RetentionError::NotToBeDestroyed(_)))
        ));
        assert!(matches!(
            destroy(&world, id, LATER),
            Err(CasebookError::Retention(RetentionError::NotToBeDestroyed(_)))
        ));
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        world.reports.get_mut(&other).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        let file = world.collect();
        world.import(&file).unwrap();
        assert!(matches!(
            destroy(&world, other, LATER),
            Err(CasebookError::Retention(RetentionError::NotToBeDestroyed(_)))
        ));
        destroy(&world, id, LATER).unwrap();
        assert!(matches!(destroy(&world, id, LATER), Err(CasebookError::Lookup(LookupError::Destroyed(_)))));
    }

    #[test]
    fn a_report_that_is_set_aside_is_destroyed_once_the_box_was_told() {
        let mut world = World::new();
        let ids = [1, 2].map(|number| world.concern(number, crate::domain::Route::StaffConcern, &[5]));
        let file = world.collect();
        world.import(&file).unwrap();
        let second = world.colleague("Second", crate::domain::TeamRole::Reviewer);
        let reason = crate::domain::SetAsideReason::Abusive;
        world.edit(|editor| editor.set_aside(&ids, reason, &TODAY)).unwrap();
        let propose = |id| world.edit(|editor| editor.propose(NewProposal::Destroy(id), &TODAY));
        let untold = propose(ids[0]).map(drop);
        assert!(matches!(untold, Err(CasebookError::Retention(RetentionError::Untold(_)))));
        let queue = world.open().unwrap().list(DAY, &Calendar::default());
        assert_eq!(queue[0].retained, Some(Retained::Untold), "what the page says is what the command does");
        world.edit(|editor| editor.export(&world.dir.path().join("d1"), false, &TODAY)).unwrap();
        // Though its promises are open at the box, as far as collections tell.
        propose(ids[0]).unwrap();
        let open = world.open().unwrap().proposals();
        world.edit_as(&second, |editor| editor.consent(open[0].event, &TODAY)).map(drop).unwrap();
        assert!(world.open().unwrap().show(ids[0], DAY, &Calendar::default()).is_err());
    }

    #[test]
    fn a_report_that_was_brought_back_is_not_destroyed_by_what_was_proposed_before() {
        let mut world = World::new();
        let id = world.concern(1, crate::domain::Route::StaffConcern, &[5]);
        let file = world.collect();
        world.import(&file).unwrap();
        let second = world.colleague("Second", crate::domain::TeamRole::Reviewer);
        let reason = crate::domain::SetAsideReason::Abusive;
        world.edit(|editor| editor.set_aside(&[id], reason, &TODAY)).unwrap();
        // By hand, for the program waits for the export.
        let casebook = world.open_as(&second).unwrap();
        let fact = casebook.fact(id, DAY).unwrap();
        let change = Change::Destroy(Destroy { report: id, fact, goes_on_with: None });
        casebook.write_by_hand(second.id, &second.signer, What::Proposed(change), &[]);
        assert_eq!(world.open().unwrap().proposals().len(), 1);
        world.edit(|editor| editor.bring_back(&[id], &TODAY)).unwrap();
        assert!(world.open().unwrap().proposals().is_empty());
    }

    #[test]
    fn a_report_for_which_a_notice_of_a_change_of_use_is_owed_is_not_destroyed() {
        let (mut world, id, _) = closed();
        world.decide(id, notice("How we use it.")).unwrap();
        let (seen, why) =
            (world.open().unwrap().seen(id).unwrap(), NewNote::new(Text::typed("Another plan.")).unwrap());
        world.edit(|editor| editor.change_use(id, seen, why, &Calendar::default(), &TODAY)).unwrap();
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        let file = world.collect();
        world.import(&file).unwrap();
        let queue = world.open().unwrap().list(LATER.0, &Calendar::default());
        let entry = queue.iter().find(|entry| entry.id == id).unwrap();
        assert_eq!(entry.retained, Some(Retained::Owed), "what the page says is what the command does");
        let destroyed = world.agree_on(LATER, NewProposal::Destroy(id));
        assert!(matches!(destroyed, Err(CasebookError::Retention(RetentionError::NotToBeDestroyed(_)))));
        assert!(world.open().unwrap().show(id, DAY, &Calendar::default()).is_ok());
    }

    #[test]
    fn nothing_of_a_destroyed_report_can_be_opened_with_every_key_that_is_left() {
        let (mut world, id, other) = closed();
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        let file = world.collect();
        world.import(&file).unwrap();
        let keys = world.open().unwrap();
        world.agree_on(LATER, NewProposal::Destroy(id)).unwrap();
        drop(keys);
        let casebook = world.open().unwrap();
        assert!(matches!(
            casebook.show(id, DAY, &Calendar::default()),
            Err(CasebookError::Lookup(LookupError::Destroyed(_)))
        ));
        assert!(casebook.show(other, DAY, &Calendar::default()).is_ok());
        for number in 1..=casebook.version() {
            let mut opened = casebook.open_event(number).unwrap();
            let mut abouts = opened.event.what.about();
            for (about, matter) in abouts.iter_mut().zip(&opened.matters) {
                let is_closed = matches!(matter, OpenedMatter::Closed(_));
                assert!(about.report != id || is_closed, "event {number}");
            }
        }
        let left = world.snapshot();
        assert!(left.keys().all(|path| !path.to_string_lossy().contains(&id.to_string())), "a file is left");
        // The figures still count it.
        assert_eq!(casebook.state.destroyed.len(), 1);
    }

    #[test]
    fn what_was_killed_in_between_is_finished_by_the_next_change() {
        let (mut world, id, other) = closed();
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        let file = world.collect();
        world.import(&file).unwrap();
        let before = world.snapshot();
        world.agree_on(LATER, NewProposal::Destroy(id)).unwrap();
        // As if only the event had come on the disk.
        for (path, bytes) in before.iter().filter(|(path, _)| path.to_string_lossy().contains(&id.to_string())) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            files::write_new(path, files::Readers::Owner, bytes).unwrap();
        }
        assert!(matches!(
            world.open().unwrap().show(id, DAY, &Calendar::default()),
            Err(CasebookError::Lookup(LookupError::Destroyed(_)))
        ));
        world.reply(other, "anything");
        assert!(world.snapshot().keys().all(|path| !path.to_string_lossy().contains(&id.to_string())));
    }

    #[test]
    fn a_person_who_writes_again_after_that_is_heard() {
        let (mut world, id, _) = closed();
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        let file = world.collect();
        world.import(&file).unwrap();
        world.agree_on(LATER, NewProposal::Destroy(id)).unwrap();
        world.say(id, crate::domain::MessageKind::FollowUp, &[]);
        let file = world.collect();
        let imported = world.import(&file).unwrap();
        assert_eq!((imported.new_reports, imported.messages.len(), imported.messages[0].seq), (1, 1, 2));
        let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
        assert_eq!((view.messages.len(), view.entry.state), (1, ReportState::Received));
        world.reply(id, "We are still here.");
    }

    #[test]
    fn it_takes_two_readers_and_before_its_day_too() {
        let (mut world, id, _) = closed();
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        let file = world.collect();
        world.import(&file).unwrap();
        let second = world.colleague("Second", crate::domain::TeamRole::Reviewer);
        let proposed = world.edit(|editor| editor.propose(NewProposal::Destroy(id), &TODAY)).unwrap();
        let Proposed::Waits(event) = proposed else { panic!("alone") };
        assert!(world.open().unwrap().show(id, DAY, &Calendar::default()).is_ok(), "one word is not enough");
        let alone = world.edit(|editor| editor.consent(event, &TODAY));
        assert!(matches!(alone, Err(CasebookError::NotAllowed(crate::casebook::NotAllowed::OwnProposal))));
        world.edit_as(&second, |editor| editor.consent(event, &TODAY)).unwrap();
        assert!(world.snapshot().keys().all(|path| !path.to_string_lossy().contains(&id.to_string())));
    }
}
