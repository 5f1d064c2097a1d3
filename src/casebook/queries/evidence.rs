//! What several reports are evidence for: an organisation, a theme, each other.

use std::collections::BTreeMap;

use crate::{
    casebook::{Casebook, NoteSubject, Organisation, RegisterEntry},
    domain::{Assessment, LikeText, LinkKind, OrganisationId, OrganisationType, ReportId, Text},
};

/// Reports whose first messages are looked into for the names of organisations, the newest: after a flood there are very
/// many, and each has to be opened.
const LOOKED_INTO: usize = 1000;
/// Names for which something like them is looked for: the whole register is compared with each.
const SUGGESTED: usize = 50;
/// Reports that one may go on with, at most.
const CANDIDATES: usize = 5;

/// Another report, as far as this member may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherReport {
    /// One that they can open.
    Open(ReportId),
    /// One that they may not open: which is not said.
    Closed,
    /// One that was destroyed.
    Destroyed,
}

/// A link between two reports, as it stands on one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkSeen {
    /// The report at the other end.
    pub other: OtherReport,
    /// How the one bears on the other.
    pub kind: LinkKind,
    /// Whether the link stands on the other one and leads here.
    pub leads_here: bool,
}

/// A name of an organisation that persons wrote, in reports for which the team has named none.
pub struct NamedByPeople {
    /// One spelling for all that differ in case and punctuation alone.
    pub spelling: Text,
    /// As most of them wrote it.
    pub name: Text,
    /// What kind of organisation most of those who said so say it is.
    pub kind: Option<OrganisationType>,
    /// The reports.
    pub reports: Vec<ReportId>,
    /// What it could be.
    pub suggestion: Option<Suggestion>,
}

/// An organisation that is known already.
#[derive(Clone)]
pub enum Suggestion {
    /// One of the team's list.
    Listed(OrganisationId, Organisation),
    /// One of the register.
    Registered(RegisterEntry),
}

impl Casebook {
    /// What the team makes of a report; none if this member can't open it.
    #[must_use]
    pub fn assessment(&self, id: ReportId) -> Option<&Assessment> {
        self.state.reports.get(&id).map(|report| &report.assessment)
    }

    /// The reports that this member can open.
    pub fn open_reports(&self) -> impl Iterator<Item = ReportId> {
        self.state.reports.keys().copied()
    }

    /// What this member may know of a report that another one names.
    #[must_use]
    pub fn other_report(&self, id: ReportId) -> OtherReport {
        if self.state.reports.contains_key(&id) {
            OtherReport::Open(id)
        } else if self.state.destroyed.contains_key(&id) {
            OtherReport::Destroyed
        } else {
            OtherReport::Closed
        }
    }

    /// Whether a report is evidence for an organisation, by whichever of its spellings, or a theme.
    #[must_use]
    pub fn bears_on(&self, id: ReportId, subject: NoteSubject) -> bool {
        let Some(assessment) = self.assessment(id) else { return false };
        match subject {
            NoteSubject::Organisation(organisation) => {
                assessment.organisations.iter().any(|named| self.reference().organisation_of(*named) == organisation)
            }
            NoteSubject::Theme(theme) => assessment.themes.contains(&theme),
        }
    }

    /// The reports that are evidence for it, of those that this member can open.
    #[must_use]
    pub fn evidence_for(&self, subject: NoteSubject) -> Vec<ReportId> {
        self.state.reports.keys().copied().filter(|id| self.bears_on(*id, subject)).collect()
    }

    /// How many reports are evidence for each organisation of the list, of those that this member can open.
    #[must_use]
    pub fn reports_by_organisation(&self) -> BTreeMap<OrganisationId, usize> {
        let mut counts = BTreeMap::new();
        for report in self.state.reports.values() {
            let named = report.assessment.organisations.iter().map(|id| self.reference().organisation_of(*id));
            let mut named: Vec<OrganisationId> = named.collect();
            named.sort_unstable();
            named.dedup();
            named.into_iter().for_each(|id| *counts.entry(id).or_default() += 1);
        }
        counts
    }

    /// The links of a report, in both directions; each that both ends have, once.
    #[must_use]
    pub fn links_of(&self, id: ReportId) -> Vec<LinkSeen> {
        let own = self.assessment(id).map(|assessment| assessment.links.as_slice()).unwrap_or_default();
        let mut links: Vec<LinkSeen> = own
            .iter()
            .map(|link| LinkSeen { other: self.other_report(link.report), kind: link.kind, leads_here: false })
            .collect();
        for (other, report) in &self.state.reports {
            for link in report.assessment.links.iter().filter(|link| link.report == id) {
                if !own.iter().any(|mine| mine.report == *other && mine.kind == link.kind) {
                    links.push(LinkSeen { other: OtherReport::Open(*other), kind: link.kind, leads_here: true });
                }
            }
        }
        links.sort_unstable();
        links
    }

    /// Whether one report goes on with another already, or would if this were followed back.
    #[must_use]
    pub fn goes_back_to(&self, from: ReportId, to: ReportId) -> bool {
        let mut at = from;
        // No longer than there are any: what members wrote at the same time can go in a circle.
        for _ in 0..=self.state.reports.len() {
            if at == to {
                return true;
            }
            let Some(before) = self.assessment(at).and_then(|assessment| assessment.continues) else { return false };
            at = before;
        }
        false
    }

    /// The reports that a report may go on with, the likeliest first: those that came before, about the same organisation or
    /// in like words.
    #[must_use]
    pub fn may_go_on_with(&self, id: ReportId) -> Vec<ReportId> {
        let Some(report) = self.state.reports.get(&id) else { return Vec::new() };
        let Some(own) = self.gist(id) else { return Vec::new() };
        let mut earlier: Vec<ReportId> = self
            .state
            .reports
            .iter()
            .filter(|(other, it)| **other != id && it.received_on <= report.received_on && it.set_aside.is_none())
            .map(|(other, _)| *other)
            .collect();
        earlier.sort_by_key(|other| std::cmp::Reverse(self.received(*other)));
        earlier.truncate(LOOKED_INTO);
        let spelt = |name: &Option<Text>| name.as_ref().map(|name| LikeText::of(name.as_str()));
        let (words, place) = (LikeText::of(own.first_words.as_str()), spelt(&own.organisation));
        let gists = self.gists(&earlier);
        let mut likely: Vec<(usize, ReportId)> = Vec::new();
        for (other, gist) in earlier.into_iter().zip(gists) {
            let Some(gist) = gist else { continue };
            let same_organisation =
                report.assessment.organisations.iter().any(|named| {
                    self.bears_on(other, NoteSubject::Organisation(self.reference().organisation_of(*named)))
                }) || spelt(&gist.organisation)
                    .zip(place.as_ref())
                    .is_some_and(|(one, two)| !one.spelling().is_empty() && one.percent(two) >= LikeText::ALIKE);
            let alike = words.percent(&LikeText::of(gist.first_words.as_str()));
            if same_organisation || alike >= LikeText::ALIKE {
                likely.push((alike + if same_organisation { 100 } else { 0 }, other));
            }
        }
        likely.sort_by_key(|(likeness, other)| (std::cmp::Reverse(*likeness), *other));
        likely.into_iter().take(CANDIDATES).map(|(_, other)| other).collect()
    }

    /// The names of organisations that persons wrote in reports for which the team has named none, of the newest reports;
    /// those of most reports first.
    #[must_use]
    pub fn named_by_people(&self) -> Vec<NamedByPeople> {
        let mut unnamed: Vec<ReportId> = self
            .state
            .reports
            .iter()
            .filter(|(_, report)| report.assessment.organisations.is_empty() && report.set_aside.is_none())
            .map(|(id, _)| *id)
            .collect();
        unnamed.sort_by_key(|id| std::cmp::Reverse(self.received(*id)));
        unnamed.truncate(LOOKED_INTO);
        type NameWritten = (ReportId, Text, Option<OrganisationType>);
        let mut groups: BTreeMap<String, Vec<NameWritten>> = BTreeMap::new();
        for (id, gist) in unnamed.iter().zip(self.gists(&unnamed)) {
            let Some(gist) = gist else { continue };
            let Some(name) = &gist.organisation else { continue };
            let spelling = LikeText::of(name.as_str()).spelling().to_owned();
            if !spelling.is_empty() {
                groups.entry(spelling).or_default().push((*id, name.clone(), gist.organisation_type));
            }
        }
        let mut named: Vec<NamedByPeople> = groups
            .into_iter()
            .map(|(spelling, written)| NamedByPeople {
                name: commonest(written.iter().map(|(_, name, _)| name.as_str()))
                    .map_or_else(|| Text::verbatim(&spelling), Text::verbatim),
                kind: commonest(written.iter().filter_map(|(_, _, kind)| *kind)),
                reports: written.into_iter().map(|(id, ..)| id).collect(),
                suggestion: None,
                spelling: Text::verbatim(&spelling),
            })
            .collect();
        named.sort_by(|one, other| {
            (other.reports.len(), one.spelling.as_str()).cmp(&(one.reports.len(), other.spelling.as_str()))
        });
        if !named.is_empty() {
            let known = KnownNames::of(self);
            named.iter_mut().take(SUGGESTED).for_each(|one| one.suggestion = known.like(one.spelling.as_str()));
        }
        named
    }

    fn received(&self, id: ReportId) -> Option<(crate::domain::Date, ReportId)> {
        self.state.reports.get(&id).map(|report| (report.received_on, id))
    }
}

/// Every name that an organisation is known by, ready to be compared.
struct KnownNames<'a> {
    listed: Vec<(LikeText, OrganisationId, &'a Organisation)>,
    registered: Vec<(LikeText, &'a RegisterEntry)>,
}

impl<'a> KnownNames<'a> {
    fn of(casebook: &'a Casebook) -> Self {
        let reference = casebook.reference();
        let listed = reference.organisations.iter();
        let listed = listed.map(|(id, it)| (LikeText::of(it.name.as_str()), reference.organisation_of(*id), it));
        let registered = reference.register.organisations.iter().map(|entry| (LikeText::of(&entry.name), entry));
        Self { listed: listed.collect(), registered: registered.collect() }
    }

    /// What is most like a name: one of the list before one of the register.
    fn like(&self, spelling: &str) -> Option<Suggestion> {
        let name = LikeText::of(spelling);
        let alike = |other: &LikeText| Some(name.percent(other)).filter(|percent| *percent >= LikeText::ALIKE);
        let listed = self.listed.iter().filter_map(|(other, id, it)| Some((alike(other)?, *id, *it)));
        if let Some((_, id, it)) = listed.max_by_key(|(percent, ..)| *percent) {
            return Some(Suggestion::Listed(id, it.clone()));
        }
        let registered = self.registered.iter().filter_map(|(other, entry)| Some((alike(other)?, *entry)));
        registered.max_by_key(|(percent, _)| *percent).map(|(_, entry)| Suggestion::Registered(entry.clone()))
    }
}

/// What comes most often; the first in order of those that come as often.
fn commonest<T: Ord + Copy>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    all.for_each(|one| *counts.entry(one).or_default() += 1);
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(one, _)| one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{CasebookError, NewAssessment, NewReaders, NotAllowed, Reference, Theme},
        domain::{ReportLink, Route, TeamRole, ThemeId},
        world::{
            TODAY,
            casebook::{MARKER, World},
        },
    };

    const HERE: OrganisationId = OrganisationId([1; 8]);
    const THERE: OrganisationId = OrganisationId([2; 8]);

    fn world(reports: u8) -> (World, Vec<ReportId>) {
        let mut world = World::new();
        let ids = (1..=reports).map(|number| world.concern(number, Route::StaffConcern, &[])).collect();
        let file = world.collect();
        world.import(&file).unwrap();
        (world, ids)
    }

    fn assess(world: &World, id: ReportId, change: impl FnOnce(&mut Assessment)) -> Result<(), CasebookError> {
        world.edit(|editor| {
            let mut assessment = editor.casebook().assessment(id).unwrap().clone();
            change(&mut assessment);
            let seen = editor.casebook().seen(id)?;
            editor.assess(id, seen, NewAssessment::new(Some(assessment), None, None).unwrap(), &TODAY).map(drop)
        })
    }

    fn list(world: &World, id: OrganisationId, name: &str) {
        let organisation = Organisation { name: Text::typed(name), code: None, kind: None };
        let reference = Reference::Organisation(id, Some(organisation));
        world.edit(|editor| editor.change_reference(reference, &TODAY)).unwrap();
    }

    fn link(report: ReportId) -> ReportLink {
        ReportLink { report, kind: LinkKind::SameMatter }
    }

    #[test]
    fn reports_count_for_an_organisation_by_whichever_spelling() {
        let (world, ids) = world(3);
        list(&world, HERE, "Here");
        list(&world, THERE, "Heer");
        assess(&world, ids[0], |it| it.organisations = vec![HERE]).unwrap();
        assess(&world, ids[1], |it| it.organisations = vec![THERE, HERE]).unwrap();
        let counts = || world.open().unwrap().reports_by_organisation();
        assert_eq!(counts(), BTreeMap::from([(HERE, 2), (THERE, 1)]));
        let join =
            |into| world.edit(|editor| editor.change_reference(Reference::SameOrganisation(THERE, into), &TODAY));
        join(Some(HERE)).unwrap();
        assert_eq!(counts(), BTreeMap::from([(HERE, 2)]));
        let casebook = world.open().unwrap();
        assert_eq!(casebook.evidence_for(NoteSubject::Organisation(HERE)), ids[..2]);
        assert_eq!(casebook.reference().spellings_of(HERE).len(), 1);
        join(None).unwrap();
        assert_eq!(counts(), BTreeMap::from([(HERE, 2), (THERE, 1)]));
        let theme = Theme { name: Text::typed("Rotas"), about: Text::typed("") };
        let id = ThemeId([3; 8]);
        world.edit(|editor| editor.change_reference(Reference::Theme(id, Some(theme)), &TODAY)).unwrap();
        assess(&world, ids[2], |it| it.themes = vec![id]).unwrap();
        assert_eq!(world.open().unwrap().evidence_for(NoteSubject::Theme(id)), ids[2..]);
    }

    #[test]
    fn a_link_names_another_report_that_is_there_and_is_seen_from_both_ends() {
        let (world, ids) = world(3);
        for nowhere in [ids[0], ReportId([9; 8])] {
            let linked = assess(&world, ids[0], |it| it.links = vec![link(nowhere)]);
            assert!(matches!(linked, Err(CasebookError::NotAllowed(NotAllowed::Linked(_)))));
            let joined = assess(&world, ids[0], |it| it.continues = Some(nowhere));
            assert!(matches!(joined, Err(CasebookError::NotAllowed(NotAllowed::Linked(_)))));
        }
        assess(&world, ids[0], |it| it.links = vec![link(ids[1])]).unwrap();
        let seen = |id| world.open().unwrap().links_of(id);
        let to =
            |other, leads_here| LinkSeen { other: OtherReport::Open(other), kind: LinkKind::SameMatter, leads_here };
        assert_eq!((seen(ids[0]), seen(ids[1])), (vec![to(ids[1], false)], vec![to(ids[0], true)]));
        // Both ends say it: that is one link.
        assess(&world, ids[1], |it| it.links = vec![link(ids[0])]).unwrap();
        assert_eq!(seen(ids[1]), [to(ids[0], false)]);
        // What was linked stays so for whoever may no longer open the other one, and they do not learn which it is.
        let second = world.colleague("Second", TeamRole::Reviewer);
        let me = world.open().unwrap().me().unwrap();
        let third = world.colleague("Third", TeamRole::Reviewer);
        let readers = NewReaders { readers: vec![me, third.id], reason: Text::typed("Named.") };
        world.edit(|editor| editor.restrict(ids[1], readers, &TODAY)).unwrap();
        let theirs = world.open_as(&second).unwrap();
        assert_eq!(theirs.links_of(ids[0])[0].other, OtherReport::Closed);
        assert!(theirs.assessment(ids[1]).is_none());
        assess(&world, ids[0], |it| it.gist = Some(Text::typed("Still."))).unwrap();
    }

    #[test]
    fn reports_that_go_on_with_each_other_are_joined_and_a_circle_ends() {
        let (world, ids) = world(3);
        assess(&world, ids[1], |it| it.continues = Some(ids[0])).unwrap();
        assess(&world, ids[2], |it| it.continues = Some(ids[1])).unwrap();
        let casebook = world.open().unwrap();
        assert!(casebook.goes_back_to(ids[2], ids[0]) && !casebook.goes_back_to(ids[0], ids[2]));
        assert_eq!(casebook.joined_to(ids[0]), ids[1..]);
        assess(&world, ids[0], |it| it.continues = Some(ids[2])).unwrap();
        let casebook = world.open().unwrap();
        assert!(!casebook.goes_back_to(ids[0], ReportId([9; 8])));
        assert_eq!(casebook.joined_to(ids[1]), [ids[0], ids[2]]);
    }

    #[test]
    fn names_that_people_wrote_are_gathered_until_the_team_has_named_the_organisation() {
        let (world, ids) = world(2);
        let casebook = world.open().unwrap();
        let named = casebook.named_by_people();
        assert_eq!((named.len(), named[0].reports.len()), (1, 2));
        assert!(named[0].name.as_str().starts_with(MARKER) && named[0].suggestion.is_none());
        assert_eq!(casebook.may_go_on_with(ids[1]), [ids[0]]);
        list(&world, HERE, &format!("{MARKER} hospitals trust"));
        let named = world.open().unwrap().named_by_people();
        assert!(matches!(named[0].suggestion, Some(Suggestion::Listed(HERE, _))));
        assess(&world, ids[0], |it| it.organisations = vec![HERE]).unwrap();
        assert_eq!(world.open().unwrap().named_by_people()[0].reports, [ids[1]]);
    }
}
