//! What concerns are about and what came of them, each counted once.

use std::borrow::Cow;

use crate::{
    casebook::{
        log::fact::Fact,
        statistics::{
            plan::{Frame, Id, Plan},
            sums::{ConcernNumbers, ReportNumbers, place, tally},
        },
    },
    domain::{About, Action, Area, FailureKind, Finding, OrganisationType, Route, YesNo},
};

/// The column of these tables.
const CONCERNS: &str = "Concerns";
/// The column of the one about the body itself.
const COMPLAINTS: &str = "Complaints";
/// So many topics, the last ones, are for complaints about the body itself.
const ABOUT_US: usize = 7;

impl Plan {
    pub(super) fn concerns(&mut self, concerns: &[&Fact], whole: &ReportNumbers) -> ConcernNumbers {
        let about_us = |fact: &&Fact| fact.route == Route::ServiceComplaint;
        let (complaints, others): (Vec<&Fact>, Vec<&Fact>) = concerns.iter().partition(|fact| about_us(fact));
        let received = whole.disclosures.received;
        self.table(
            Frame::of("Disclosures", "failures", "What they tend to show", "Kind of failure")
                .note("Of the disclosures received. One can tend to show several."),
        );
        let disclosed: Vec<&Fact> = others.iter().copied().filter(|fact| fact.is_qualifying()).collect();
        let failures = FailureKind::ALL
            .iter()
            .map(|failure| (failure.label().into(), tally(&disclosed, |fact| fact.failures.contains(failure))));
        self.overlapping(received, failures, None);
        // Complaints about the body are asked other things.
        self.table(
            Frame::of(CONCERNS, "topics", "What they are about", "Topic, as the person chose")
                .note("Without complaints about us. A concern can be about several things."),
        );
        let of_others = self.publish(tally(&others, |_| true));
        let (topics, about_us) = About::ALL.split_at(About::ALL.len() - ABOUT_US);
        self.topics(of_others, topics, &others);
        self.table(
            Frame::of(CONCERNS, "organisations", "Kind of organisation", "Kind")
                .note("Without complaints about us. The kind that we know, else the one that the person chose."),
        );
        let kinds = OrganisationType::ALL.iter().copied().map(Some).chain([None]);
        self.split(
            of_others,
            kinds.map(|kind| {
                let header = match kind {
                    Some(OrganisationType::RatherNotSay) => "Would rather not say",
                    Some(kind) => kind.label(),
                    None => "Not said",
                };
                (header.into(), tally(&others, |fact| fact.organisation_type == kind))
            }),
        );
        self.table(
            Frame::of(COMPLAINTS, "complaints", "Complaints about us", "Topic, as the person chose")
                .note("A complaint can be about several things."),
        );
        let of_complaints = self.publish(tally(&complaints, |_| true));
        let topics = self.topics(of_complaints, about_us, &complaints);
        let personal_data = topics[place(about_us, &About::PersonalData)];
        // Which reports are not counted is known, but not on which route they came.
        self.sum(whole.concerns, vec![of_others, of_complaints]);
        self.rest(of_others, received);
        let complained = whole.routes[place(Route::ALL, &Route::ServiceComplaint)];
        let uncounted_complaints = self.rest(complained, of_complaints);
        if let Some(uncounted) = uncounted_complaints {
            self.rest(whole.uncounted, uncounted);
        }
        self.table(Frame::of(CONCERNS, "actions", "What we decided", "Decision"));
        let all = self.publish(self.count(whole.concerns));
        self.sum(all, vec![whole.concerns]);
        let actions = outcomes(self, concerns, all);
        areas(self, concerns, all);
        let acted_on = actions[place(Action::ALL, &Action::FurtherAction)];
        ConcernNumbers { all, acted_on, personal_data, uncounted_complaints }
    }

    fn topics(&mut self, whole: Id, topics: &[About], concerns: &[&Fact]) -> Vec<Id> {
        let rows =
            topics.iter().map(|about| (about.label().into(), tally(concerns, |fact| fact.about.contains(about))));
        let none = tally(concerns, |fact| !topics.iter().any(|about| fact.about.contains(about)));
        self.overlapping(whole, rows, Some(none))
    }

    /// Rows of the last table of which one thing can be in several, and is in one at least, unless it is among `none`.
    /// How many are in two rows at once is neither published nor told by anything here but bounds; which rows there can be
    /// together is told by these sums to the last: each no larger than what is in any, and all of them together no smaller.
    fn overlapping(
        &mut self,
        whole: Id,
        rows: impl IntoIterator<Item = (Cow<'static, str>, u64)>,
        none: Option<u64>,
    ) -> Vec<Id> {
        let mut named = Vec::new();
        for (header, count) in rows {
            let id = self.publish(count);
            self.row(header, false, vec![id]);
            self.rest(whole, id);
            named.push(id);
        }
        let any = match none {
            None => Some(whole),
            Some(none) => {
                let none = self.publish(none);
                self.row("None of these", false, vec![none]);
                self.rest(whole, none)
            }
        };
        self.row("All", true, vec![whole]);
        let times_named = self.together(&named);
        if let Some(any) = any {
            self.rest(times_named, any);
            for id in named.iter().filter(|_| any != whole) {
                self.rest(any, *id);
            }
        }
        named
    }
}

/// Gives the numbers by action.
fn outcomes(plan: &mut Plan, facts: &[&Fact], all: Id) -> Vec<Id> {
    let actions = Action::ALL.iter().copied().map(Some).chain([None]);
    let actions = plan.split(
        all,
        actions.map(|action| {
            let header = action.map_or("Not decided yet", Action::label);
            (header.into(), tally(facts, |fact| fact.action == action))
        }),
    );
    plan.table(Frame::of(CONCERNS, "findings", "What we found", "Finding"));
    let findings = Finding::ALL.iter().copied().map(Some).chain([None]);
    plan.split(
        all,
        findings.map(|finding| {
            let header = finding.map_or("Nothing recorded yet", Finding::label);
            (header.into(), tally(facts, |fact| fact.finding == finding))
        }),
    );
    plan.table(Frame::of(CONCERNS, "detriment", "Treated badly for speaking up", "Answer"));
    let answers = YesNo::ALL.iter().copied().map(Some).chain([None]);
    plan.split(
        all,
        answers.map(|answer| {
            let header = answer.map_or("Nothing recorded yet", YesNo::label);
            (header.into(), tally(facts, |fact| fact.detriment == answer))
        }),
    );
    plan.table(Frame::of(CONCERNS, "referred", "Handed to an area’s team", "Answer"));
    let answers = [("Yes", true), ("No", false)];
    plan.split(all, answers.map(|(header, referred)| (header.into(), tally(facts, |fact| fact.referred == referred))));
    actions
}

/// Areas overlap: how many reports are in exactly these or in both of two is never published, but others are sums of
/// it.
fn areas(plan: &mut Plan, facts: &[&Fact], all: Id) {
    plan.table(Frame::of(CONCERNS, "areas", "By area", "Area").note("A concern can be in more than one area."));
    let sets = 1..1_usize << Area::ALL.len();
    let exactly: Vec<(usize, Id)> =
        sets.map(|set| (set, plan.conceal(tally(facts, |fact| set_of(fact) == set)))).collect();
    let with = |wanted: usize| -> Vec<Id> {
        exactly.iter().filter(|(set, _)| set & wanted == wanted).map(|(_, id)| *id).collect()
    };
    let mut named = Vec::new();
    for (place, area) in Area::ALL.iter().enumerate() {
        let id = plan.publish(tally(facts, |fact| fact.areas.contains(area)));
        plan.row(area.label(), false, vec![id]);
        plan.sum(id, with(1 << place));
        plan.rest(all, id);
        named.push(id);
    }
    let none = plan.publish(tally(facts, |fact| fact.areas.is_empty()));
    plan.row("None of these", false, vec![none]);
    plan.row("All", true, vec![all]);
    for pair in (0..1 << Area::ALL.len()).filter(|set: &usize| set.count_ones() == 2) {
        let both = plan.conceal(tally(facts, |fact| set_of(fact) & pair == pair));
        plan.sum(both, with(pair));
    }
    let any = plan.rest(all, none);
    let times_named = plan.conceal(named.iter().map(|id| plan.count(*id)).sum());
    plan.sum(times_named, named);
    if let Some(any) = any {
        plan.sum(any, with(0));
        plan.rest(times_named, any);
    }
}

/// A report's areas as bits.
fn set_of(fact: &Fact) -> usize {
    let places = Area::ALL.iter().enumerate().filter(|(_, area)| fact.areas.contains(area));
    places.map(|(place, _)| 1 << place).sum()
}
