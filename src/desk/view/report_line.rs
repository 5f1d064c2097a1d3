//! What a report is in one line, and which organisation it is about.

use crate::{
    casebook::{Casebook, ConcernGist, QueueEntry},
    domain::{ReportId, escape_invisible_in_line},
};

/// What a report is, in short.
pub(in crate::desk) struct ReportLine {
    /// As a reviewer wrote it; otherwise how it begins, in the person's words, and what it is about.
    pub(in crate::desk) line: String,
    /// Whether a reviewer wrote it.
    pub(in crate::desk) is_written: bool,
    /// Of the team's list, otherwise as the person named it.
    pub(in crate::desk) organisation: Option<String>,
}

impl ReportLine {
    /// Of each of some reports. What has to be opened for it is opened on every core, once until the desk is locked.
    pub(in crate::desk) fn of_all(entries: &[QueueEntry], casebook: &Casebook) -> Vec<Self> {
        let ids: Vec<ReportId> = entries.iter().map(|entry| entry.id).collect();
        let gists = casebook.gists(&ids);
        entries.iter().zip(gists).map(|(entry, gist)| Self::new(entry, casebook, gist.as_deref())).collect()
    }

    fn new(entry: &QueueEntry, casebook: &Casebook, said: Option<&ConcernGist>) -> Self {
        let line = match (&entry.gist, said) {
            (Some(gist), _) => gist.as_str().to_owned(),
            (None, Some(said)) => {
                // The words first: many reports are about the same, and a row has no room for both.
                let about = said.about.iter().map(|about| about.label());
                let parts: Vec<&str> = [said.first_words.as_str()].into_iter().chain(about).collect();
                parts.join(" · ")
            }
            (None, None) => "What was written is not here".to_owned(),
        };
        let organisation = listed(entry, casebook).or_else(|| {
            let said = said?;
            let named = said.organisation.as_ref().map(|name| name.as_str().to_owned());
            named.or_else(|| said.organisation_type.map(|kind| kind.label().to_owned()))
        });
        Self {
            line: escape_invisible_in_line(&line),
            is_written: entry.gist.is_some(),
            organisation: organisation.map(|name| escape_invisible_in_line(&name)),
        }
    }
}

/// Those of the team's list, each once, by the name that it counts as.
fn listed(entry: &QueueEntry, casebook: &Casebook) -> Option<String> {
    let reference = casebook.reference();
    let mut names: Vec<&str> = Vec::new();
    for id in &entry.organisations {
        let known = reference.organisations.get(&reference.organisation_of(*id));
        if let Some(organisation) = known.or_else(|| reference.organisations.get(id))
            && !names.contains(&organisation.name.as_str())
        {
            names.push(organisation.name.as_str());
        }
    }
    (!names.is_empty()).then(|| names.join("; "))
}
