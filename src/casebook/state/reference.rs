//! What a team keeps beside its reports, folded together.

use std::collections::BTreeMap;

use crate::{
    casebook::log::reference::{
        Narrative, NoteSubject, Organisation, Reference, Register, RegisterEntry, SavedFilter, SavedText, TeamAddress,
        Theme,
    },
    domain::{Date, MemberId, OrganisationId, ReferenceId, Text, ThemeId},
};

/// What a team keeps beside its reports.
#[derive(Default)]
pub struct ReferenceBook {
    /// The team's own list of organisations.
    pub organisations: BTreeMap<OrganisationId, Organisation>,
    /// Names of one organisation: each of the first counts as the second.
    pub same: BTreeMap<OrganisationId, OrganisationId>,
    /// What several reports are about.
    pub themes: BTreeMap<ThemeId, Theme>,
    /// Notes about organisations and themes, the oldest first.
    pub notes: Vec<NoteRecord>,
    /// Texts that are written often.
    pub saved_texts: BTreeMap<ReferenceId, SavedText>,
    /// Teams to which reports are handed.
    pub addresses: BTreeMap<ReferenceId, TeamAddress>,
    /// Filters of the queue.
    pub filters: BTreeMap<ReferenceId, SavedFilter>,
    /// For how many months reports are kept, to choose from; empty while the team has not said.
    pub keeping_periods: Vec<u32>,
    /// What each year's report says in words, by the calendar year of its April.
    pub narratives: BTreeMap<i16, Narrative>,
    /// The register of organisations.
    pub register: Register,
    /// The event that holds it.
    pub(in crate::casebook) register_event: Option<u64>,
}

/// A note about an organisation or a theme.
pub struct NoteRecord {
    /// What it is about.
    pub about: NoteSubject,
    /// The day of the event.
    pub on: Date,
    /// Who wrote it.
    pub by: MemberId,
    /// In the member's words.
    pub text: Text,
}

impl ReferenceBook {
    /// The organisation that a name of it counts as.
    #[must_use]
    pub fn organisation_of(&self, id: OrganisationId) -> OrganisationId {
        let mut id = id;
        // No longer than there are any: two members can join names to each other at the same time.
        for _ in 0..=self.same.len() {
            match self.same.get(&id) {
                Some(other) => id = *other,
                None => break,
            }
        }
        id
    }

    /// What an organisation or a theme counts as: itself, unless it is another spelling.
    #[must_use]
    pub fn counts_as(&self, subject: NoteSubject) -> NoteSubject {
        match subject {
            NoteSubject::Organisation(id) => self.organisation_of(id).into(),
            NoteSubject::Theme(_) => subject,
        }
    }

    /// Whether it is on its list, and not only another spelling of one that is.
    #[must_use]
    pub fn is_listed(&self, subject: NoteSubject) -> bool {
        let is_there = match subject {
            NoteSubject::Organisation(id) => self.organisations.contains_key(&id),
            NoteSubject::Theme(id) => self.themes.contains_key(&id),
        };
        is_there && self.counts_as(subject) == subject
    }

    /// Every organisation of the list that is not another spelling of one, by its name.
    #[must_use]
    pub fn named_organisations(&self) -> Vec<(OrganisationId, &Organisation)> {
        let mut named: Vec<_> = self
            .organisations
            .iter()
            .filter(|(id, _)| self.organisation_of(**id) == **id)
            .map(|(id, organisation)| (*id, organisation))
            .collect();
        named.sort_by_cached_key(|(id, organisation)| (organisation.name.as_str().to_lowercase(), *id));
        named
    }

    /// The other spellings that count as an organisation.
    #[must_use]
    pub fn spellings_of(&self, id: OrganisationId) -> Vec<(OrganisationId, &Organisation)> {
        let others =
            self.organisations.iter().filter(|(other, _)| **other != id && self.organisation_of(**other) == id);
        others.map(|(other, organisation)| (*other, organisation)).collect()
    }

    /// Every theme, by its name.
    #[must_use]
    pub fn named_themes(&self) -> Vec<(ThemeId, &Theme)> {
        let mut named: Vec<_> = self.themes.iter().map(|(id, theme)| (*id, theme)).collect();
        named.sort_by_cached_key(|(id, theme)| (theme.name.as_str().to_lowercase(), *id));
        named
    }

    /// The organisation of the register that has a code.
    #[must_use]
    pub fn registered(&self, code: &str) -> Option<&RegisterEntry> {
        let place = self.register.organisations.binary_search_by(|entry| entry.code.as_str().cmp(code)).ok()?;
        self.register.organisations.get(place)
    }

    /// Whether the name of one organisation may be joined to another's.
    pub(in crate::casebook) fn may_join(&self, from: OrganisationId, into: Option<OrganisationId>) -> bool {
        into.is_none_or(|into| from != into && self.organisation_of(into) != from)
    }

    /// Whether it puts keys into the address book that were not there under that name: reports are sealed to them.
    pub(in crate::casebook) fn brings_keys(&self, reference: &Reference) -> bool {
        let Reference::Address(id, Some(address)) = reference else { return false };
        let before = self.addresses.get(id);
        before.is_none_or(|before| (&before.name, &before.recipients) != (&address.name, &address.recipients))
    }

    pub(in crate::casebook) fn take(&mut self, reference: Reference, (event, on, by): (u64, Date, MemberId)) {
        match reference {
            Reference::Organisation(id, organisation) => put(&mut self.organisations, id, organisation),
            Reference::SameOrganisation(id, other) => put(&mut self.same, id, other),
            Reference::Theme(id, theme) => put(&mut self.themes, id, theme),
            Reference::Note(about, text) => self.notes.push(NoteRecord { about, on, by, text }),
            Reference::SavedText(id, saved) => put(&mut self.saved_texts, id, saved),
            Reference::Address(id, address) => put(&mut self.addresses, id, address),
            Reference::Filter(id, filter) => put(&mut self.filters, id, filter),
            Reference::KeepingPeriods(months) => self.keeping_periods = months,
            Reference::Narrative(year, narrative) => {
                self.narratives.insert(year, narrative);
            }
            Reference::Register(register) => (self.register, self.register_event) = (register, Some(event)),
        }
    }
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}
