//! Finding reports by what was written in them. Everything is opened in memory, read once and wiped.

use crate::{
    casebook::{Casebook, CasebookError, log::event::Matter, parallel::in_parallel, queries::snippet::Snippet},
    domain::{Date, ReportId, Text},
};

/// A report that a search found.
pub struct SearchHit {
    /// Which.
    pub report: ReportId,
    /// Where what was looked for stands, of all that was searched where most of it stands.
    pub place: FoundIn,
    /// The words around it.
    pub snippet: Snippet,
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundIn {
    /// In the report's name or id.
    Name,
    /// In the line that a reviewer wrote about it.
    Gist,
    /// In a message of the person.
    Person(Date),
    /// In the name of a file that the person sent.
    FileName(Date),
    /// In what the team wrote to the person.
    Team(Date),
    /// In a note of the team.
    Note(Date),
}

impl Casebook {
    /// The reports in which every word that was asked for stands: in what the person wrote, in a file's name, in an
    /// answer, in a note, or in the line about it. Capitals do not matter, and a word may be the beginning or the middle of
    /// another. A report's id and its name in words find it too.
    ///
    /// # Errors
    /// If something can't be opened.
    pub fn search(&self, asked: &Text) -> Result<Vec<SearchHit>, CasebookError> {
        let words: Vec<String> = asked.as_str().split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<ReportId> = self.state.reports.keys().copied().collect();
        in_parallel(&ids, |id| self.hit(*id, &words)).into_iter().filter_map(Result::transpose).collect()
    }

    fn hit(&self, id: ReportId, words: &[String]) -> Result<Option<SearchHit>, CasebookError> {
        let Some(report) = self.state.reports.get(&id) else { return Ok(None) };
        let mut look = Looking::new(id, words);
        if look.in_text(&format!("{} {id}", id.in_words()), FoundIn::Name) {
            return Ok(look.found());
        }
        if let Some(gist) = &report.assessment.gist
            && look.in_text(gist.as_str(), FoundIn::Gist)
        {
            return Ok(look.found());
        }
        for stored in &report.messages {
            let Some(message) = self.open_if_here(id, report, stored)? else { continue };
            let said = message.content.texts().map(|text| (text, FoundIn::Person(stored.on)));
            let files = message.attachments.iter().map(|file| (&file.name, FoundIn::FileName(stored.on)));
            for (text, place) in said.chain(files) {
                if look.in_text(text.as_str(), place) {
                    return Ok(look.found());
                }
            }
        }
        for number in &report.history {
            let event = self.open_event(*number)?;
            let on = event.event.on;
            for matter in event.matters {
                let Some(Matter::Decided(decided)) = matter.into_open() else { continue };
                let said = decided.answers.iter().filter_map(|written| written.answer.text.as_ref());
                let said = said.map(|text| (text, FoundIn::Team(on)));
                for (text, place) in said.chain(decided.note.iter().map(|note| (note, FoundIn::Note(on)))) {
                    if look.in_text(text.as_str(), place) {
                        return Ok(look.found());
                    }
                }
            }
        }
        Ok(look.found())
    }
}

/// A search in one report, text by text.
struct Looking<'a> {
    report: ReportId,
    words: &'a [String],
    /// Those that stood nowhere yet.
    missing: Vec<&'a str>,
    /// Where most of them stand so far, and how many.
    best: Option<(usize, FoundIn, Snippet)>,
}

impl<'a> Looking<'a> {
    fn new(report: ReportId, words: &'a [String]) -> Self {
        Self { report, words, missing: words.iter().map(String::as_str).collect(), best: None }
    }

    /// Whether every word was found once this text was looked at too.
    fn in_text(&mut self, text: &str, place: FoundIn) -> bool {
        let lower = zeroize::Zeroizing::new(text.to_lowercase());
        let here = self.words.iter().filter(|word| lower.contains(word.as_str())).count();
        self.missing.retain(|word| !lower.contains(word));
        if here > self.best.as_ref().map_or(0, |(most, ..)| *most) {
            self.best = Some((here, place, Snippet::around(text, self.words)));
        }
        self.missing.is_empty()
    }

    fn found(self) -> Option<SearchHit> {
        let (_, place, snippet) = self.best.filter(|_| self.missing.is_empty())?;
        Some(SearchHit { report: self.report, place, snippet })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::NewAssessment,
        domain::{Assessment, MessageKind, Route},
        world::casebook::{MARKER, World, note},
    };

    #[test]
    fn a_hit_says_where_the_words_stand_and_who_said_them() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[10]);
        let other = world.concern(2, Route::StaffConcern, &[]);
        world.say(other, MessageKind::FollowUp, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.decide(other, note("Ask the regional lead about the harbour.")).unwrap();
        world.reply(other, "Which ward was it?");
        let assessment = Assessment { gist: Some(Text::typed("Agency rota not kept")), ..Assessment::default() };
        world
            .edit(|editor| {
                let seen = editor.casebook().seen(id)?;
                let assessment = NewAssessment::new(Some(assessment), None, None).unwrap();
                editor.assess(id, seen, assessment, &crate::world::TODAY).map(drop)
            })
            .unwrap();
        let casebook = world.open().unwrap();
        let find = |asked: &str| casebook.search(&Text::typed(asked)).unwrap();
        let only = |asked: &str| {
            let mut hits = find(asked);
            assert_eq!(hits.len(), 1, "{asked}");
            hits.remove(0)
        };
        let marked = |hit: &SearchHit| {
            let marked = hit.snippet.parts.iter().filter(|part| part.marked);
            marked.map(|part| part.text.clone()).collect::<Vec<_>>()
        };
        for (asked, report, place) in [
            (id.in_words(), id, FoundIn::Name),
            (id.to_string(), id, FoundIn::Name),
            ("agency ROTA".to_owned(), id, FoundIn::Gist),
            ("regional lead".to_owned(), other, FoundIn::Note(crate::world::DAY)),
            ("which ward".to_owned(), other, FoundIn::Team(crate::world::DAY)),
        ] {
            let hit = only(&asked);
            assert_eq!((hit.report, hit.place), (report, place), "{asked}");
            assert!(!marked(&hit).is_empty());
        }
        assert_eq!(marked(&only("regional harbour")), ["regional", "harbour"]);
        let both = find(MARKER);
        assert_eq!(both.len(), 2);
        assert!(both.iter().all(|hit| matches!(hit.place, FoundIn::Person(_)) && marked(hit) == [MARKER]));
        // What stands in several places is told where most of it is.
        assert_eq!(only(&format!("{MARKER} regional lead")).place, FoundIn::Note(crate::world::DAY));
        assert!(find("regional nowhere").is_empty() && find(" ").is_empty());
    }
}
