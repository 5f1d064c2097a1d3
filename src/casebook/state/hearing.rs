//! Hearing of the box as a whole: where a part of a collection belongs, what it says that is gone, and what it lost.

use crate::{
    casebook::{
        error::NotAllowed,
        log::word::BoxWord,
        state::{
            alert::AlertKind,
            at_box::{CollectionPlace, LastCollection},
            heard::StandingAtBox,
            replay::State,
        },
    },
    crypto::besides,
    domain::{ReportEntry, ReportId},
};

impl State {
    /// Whether a part of a collection has a place after what was imported.
    pub(in crate::casebook) fn judge_place(&self, word: &BoxWord) -> Result<CollectionPlace, NotAllowed> {
        self.at_box.place(&word.whereabouts()).map_err(|_| NotAllowed::CollectionOrder)
    }

    /// Takes in what a part says of the box as a whole. Gives what everybody is told.
    pub(in crate::casebook) fn hear_of_box(&mut self, word: &BoxWord, place: CollectionPlace) -> Vec<AlertKind> {
        let mut told = Vec::new();
        let (apart, fitting): (Vec<&ReportEntry>, Vec<&ReportEntry>) =
            word.reports.iter().partition(|entry| self.contradicts(entry));
        let at_box = &mut self.at_box;
        if place == CollectionPlace::NewEpoch {
            at_box.epochs_before.extend(at_box.epoch.map(|epoch| epoch.id));
            at_box.last = None;
            // What was awaited in an epoch that ended before it was whole is awaited still.
            let had = std::mem::take(&mut at_box.reports);
            at_box.awaited.extend(had);
            told.push(AlertKind::NewEpoch { epoch: word.epoch });
            // Of what was entered here, a restored box may have forgotten all that it never said to have.
            for outline in self.outlines.values_mut().filter(|it| it.heard.standing == StandingAtBox::ToBeTold) {
                outline.code.iter_mut().for_each(|code| code.told_in = None);
            }
        }
        at_box.epoch = Some(word.epoch);
        let listed = word.reports.iter().map(|report| report.id);
        match &mut at_box.last {
            Some(last) if last.number == word.number => {
                last.parts.insert(word.part.number);
                last.listed.extend(listed);
            }
            last => {
                let parts = [word.part.number].into();
                let (listed, besides) = (listed.collect(), word.besides);
                *last =
                    Some(LastCollection { id: word.id, number: word.number, of: word.part.of, parts, besides, listed });
            }
        }
        for id in &word.gone {
            at_box.reports.remove(id);
            at_box.awaited.remove(id);
            at_box.apart.remove(id);
            at_box.gone.insert(*id);
            if let Some(outline) = self.outlines.get_mut(id) {
                outline.heard.standing = StandingAtBox::Gone;
            }
        }
        at_box.reports.extend(word.reports.iter().map(|report| report.id));
        for entry in fitting {
            at_box.apart.remove(&entry.id);
        }
        for ReportEntry { id, .. } in apart {
            if at_box.apart.insert(*id) {
                told.push(AlertKind::Contradicts { report: *id });
            }
            // What is here under that id, the box has no more.
            if let Some(outline) = self.outlines.get_mut(id) {
                outline.is_lost_at_box();
            }
        }
        let seen = word.casebook.filter(|seen| Some(seen.casebook) == self.casebook);
        told.extend(self.look_for_missing(seen.map_or(0, |seen| seen.decisions)));
        told
    }

    /// Once all parts of a collection are here: what the box has that nobody told of, and what it lost. `decisions` is the number
    /// of the last ones that the box took.
    fn look_for_missing(&mut self, decisions: u64) -> Vec<AlertKind> {
        let at_box = &mut self.at_box;
        let Some(last) = at_box.last.as_ref().filter(|last| last.parts.len() == last.of as usize) else {
            return Vec::new();
        };
        let lost: Vec<ReportId> =
            std::mem::take(&mut at_box.awaited).into_iter().filter(|id| !at_box.reports.contains(id)).collect();
        let expected = besides(at_box.reports.difference(&last.listed).copied());
        let said = last.besides;
        // Decisions that say on record to tell of it may never have been given to the box: their author alone knows.
        let untold = self
            .outlines
            .iter_mut()
            .filter(|(id, outline)| outline.heard.standing == StandingAtBox::ToBeTold && !last.listed.contains(id));
        for code in untold.filter_map(|(_, outline)| outline.code.as_mut()) {
            code.told_in = code.told_in.filter(|number| *number > decisions);
        }
        for id in &lost {
            if let Some(outline) = self.outlines.get_mut(id) {
                outline.is_lost_at_box();
            }
        }
        let mut told = Vec::new();
        if !lost.is_empty() {
            told.push(AlertKind::LostAtBox { reports: lost.len() as u64 });
        }
        if said != expected {
            told.push(AlertKind::OtherReports { there: said.reports, here: expected.reports });
        }
        told
    }
}
