//! Reports that say word for word the same as another one: what a script sends is often that. Everything is opened in memory,
//! read once and wiped.

use std::collections::BTreeSet;

use crate::{
    casebook::{Casebook, CasebookError, LookupError, parallel::in_parallel, state::report::Report},
    crypto,
    domain::{Digest, ReportId, ReportState},
};

/// Reports that say the same as others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SameText {
    /// Those of which nobody read anything, and the others themselves unless they are over.
    pub reports: Vec<ReportId>,
    /// Those that say more besides, in a further message: what that is, somebody has to read.
    pub with_more: Vec<ReportId>,
    /// How many could not be opened, and so may say the same.
    pub unopened: usize,
}

impl Casebook {
    /// The reports whose description is that of one of some others, of those that nobody has read yet: capitals, and how words
    /// are spaced, do not matter. That the program compares them is no access by a member.
    ///
    /// # Errors
    /// If one of the others is not there, has no description, or can't be opened.
    pub fn same_text(&self, as_of: &[ReportId]) -> Result<SameText, CasebookError> {
        let mut texts = BTreeSet::new();
        for id in as_of {
            let report = self.state.reports.get(id).ok_or_else(|| self.no_report(*id))?;
            texts.insert(self.description(*id, report)?.ok_or(CasebookError::Lookup(LookupError::NoDescription(*id)))?);
        }
        let is_open = |report: &Report| report.state == ReportState::Received && !report.is_over();
        let reports = self.state.reports.iter();
        let asked: Vec<(ReportId, &Report)> = reports
            .filter(
                |(id, report)| if as_of.contains(id) { !report.is_over() } else { is_open(report) && report.read == 0 },
            )
            .map(|(id, report)| (*id, report))
            .collect();
        let said = in_parallel(&asked, |(id, report)| self.description(*id, report));
        let mut found = SameText::default();
        for ((id, report), said) in asked.into_iter().zip(said) {
            match said {
                Err(_) => found.unopened += 1,
                Ok(Some(said)) if texts.contains(&said) => {
                    if report.messages.len() > 1 && !as_of.contains(&id) {
                        found.with_more.push(id);
                    } else {
                        found.reports.push(id);
                    }
                }
                Ok(_) => {}
            }
        }
        Ok(found)
    }

    /// A digest of the description in a report's concern; none if that is not here.
    fn description(&self, id: ReportId, report: &Report) -> Result<Option<Digest>, CasebookError> {
        let Some(first) = report.messages.first().filter(|stored| stored.is_here()) else { return Ok(None) };
        let message = self.open_message(id, first)?;
        Ok(message.content.concern().map(|concern| {
            let text = concern.description.as_str();
            let mut folded = zeroize::Zeroizing::new(String::with_capacity(2 * text.len()));
            for word in text.split_whitespace() {
                folded.push(' ');
                folded.extend(word.chars().flat_map(char::to_lowercase));
            }
            crypto::digest(folded.as_bytes())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{MessageContent, MessageKind, Route, SetAsideReason, Text},
        world::{
            TODAY,
            casebook::{World, note},
        },
    };

    fn concern(world: &mut World, number: u8, text: &str) -> ReportId {
        let id = world.concern(number, Route::StaffConcern, &[]);
        let held = &mut world.reports.get_mut(&id).unwrap().entry;
        (held.messages, held.clocks) = (Vec::new(), Vec::new());
        let mut message = world.message(id, MessageKind::Concern);
        let MessageContent::Concern(said) = &mut message.content else { unreachable!() };
        said.description = Text::typed(text);
        world.add(id, message, MessageKind::Concern, &[]);
        id
    }

    #[test]
    fn only_what_nobody_read_and_says_nothing_else_is_found() {
        const JUNK: &str = "Buy  our\n\nÄpfel now";
        let mut world = World::new();
        let junk: Vec<ReportId> = (1..=40).map(|number| concern(&mut world, number, JUNK)).collect();
        let shouted = concern(&mut world, 41, "BUY our äpfel NOW");
        for (number, other) in (42..).zip(["Buy our Äpfel", "Buy our Äpfel now.", "Buyour Äpfel now", "On the ward."])
        {
            concern(&mut world, number, other);
        }
        let (says_more, read, over) = (junk[1], junk[2], junk[3]);
        world.say(says_more, MessageKind::FollowUp, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.decide(read, note("Somebody read it.")).unwrap();
        world.edit(|editor| editor.set_aside(&[over], SetAsideReason::Test, &TODAY)).unwrap();
        let events = world.open().unwrap().version();
        let casebook = world.open().unwrap();
        let found = casebook.same_text(&[junk[0]]).unwrap();
        let mut expected: Vec<ReportId> =
            junk.iter().copied().filter(|id| ![says_more, read, over].contains(id)).chain([shouted]).collect();
        expected.sort_unstable();
        assert_eq!(found, SameText { reports: expected.clone(), with_more: vec![says_more], unopened: 0 });
        // The one that is named is meant, whatever became of it; and one that is over still says what is looked for.
        assert!(casebook.same_text(&[read]).unwrap().reports.contains(&read));
        assert!(casebook.same_text(&[says_more]).unwrap().reports.contains(&says_more));
        assert_eq!(casebook.same_text(&[over]).unwrap().reports, expected);
        assert!(matches!(casebook.same_text(&[ReportId([99; 8])]), Err(CasebookError::Lookup(LookupError::NoReport))));
        // Looking leaves nothing behind, and what can't be opened is counted.
        assert_eq!(world.open().unwrap().version(), events);
        std::fs::remove_dir_all(world.casebook().join(format!("collections/1/reports/{}", junk[9]))).unwrap();
        let found = casebook.same_text(&[junk[0]]).unwrap();
        assert_eq!((found.reports.len(), found.unopened), (expected.len() - 1, 1));
        assert!(casebook.same_text(&[junk[9]]).is_err());
    }
}
