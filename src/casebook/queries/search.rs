//! Finding reports by what was written in them. Everything is opened in memory, read once and wiped.

use crate::{
    casebook::{Casebook, CasebookError, log::event::Matter, parallel::in_parallel},
    domain::{ReportId, Text},
};

impl Casebook {
    /// The reports in which every word that was asked for stands: in what the person wrote, in a file's name, in an
    /// answer, or in a note. Capitals do not matter, and a word may be the beginning or the middle of another. A
    /// report's id finds it too.
    ///
    /// # Errors
    /// If something can't be opened.
    pub fn search(&self, asked: &Text) -> Result<Vec<ReportId>, CasebookError> {
        let words: Vec<String> = asked.as_str().split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<ReportId> = self.state.reports.keys().copied().collect();
        let hits = in_parallel(&ids, |id| self.matches(*id, &words));
        ids.into_iter()
            .zip(hits)
            .filter_map(|(id, hit)| match hit {
                Ok(true) => Some(Ok(id)),
                Ok(false) => None,
                Err(error) => Some(Err(error)),
            })
            .collect()
    }

    fn matches(&self, id: ReportId, words: &[String]) -> Result<bool, CasebookError> {
        let Some(report) = self.state.reports.get(&id) else { return Ok(false) };
        let mut missing: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut look = |text: &str| {
            let text = zeroize::Zeroizing::new(text.to_lowercase());
            missing.retain(|word| !text.contains(word));
            missing.is_empty()
        };
        if look(&id.to_string()) {
            return Ok(true);
        }
        for stored in report.messages.iter().filter(|stored| stored.is_here()) {
            let message = self.open_message(id, stored)?;
            let names = message.attachments.iter().map(|attachment| &attachment.name);
            if message.content.texts().chain(names).any(|text| look(text.as_str())) {
                return Ok(true);
            }
        }
        for number in &report.history {
            for matter in self.open_event(*number)?.matters {
                let Some(Matter::Decided(decided)) = matter.into_open() else { continue };
                let said = decided.answers.iter().filter_map(|written| written.answer.text.as_ref());
                if said.chain(&decided.note).any(|text| look(text.as_str())) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
