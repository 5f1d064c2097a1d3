//! Cell suppression: leaving out small numbers, and as many others as it takes, so that none can be worked out.
//!
//! A number from 1 to 4 is not published. That alone hides little: who knows the total and all other rows can subtract.
//! So further numbers are hidden until this holds: **whatever small number there is, published or not, a reader who
//! knows all that is published and all that is in the plan can't rule out any of 1, 2, 3 and 4 for it.** It is not
//! tried to break this; it is shown that nobody can: for each small number and each of the four values one whole set of
//! numbers is worked out that has that value, agrees with everything that is published, and adds up (see
//! `disclosure_audit`). Where none is found, the smallest number near by is hidden too, totals last, and it begins
//! again. If there is nothing left to hide but zeros, a whole table is withheld.
//!
//! The reader may know: that what is hidden is at least 1, unless the table is withheld; every sum in the plan, the
//! rests that subtraction leaves included; what each route is promised. Limits:
//!
//! - Whoever has figures of the same year from two days can compare them. Publish a year once, after it has ended.
//! - The whole is published, or none: numbers picked from it are safe too, but not numbers that are told besides.
//! - That a row is 0, or that all reports are in one row, is told. Whoever knows that someone raised a concern that
//!   year then knows it of them.
//! - A reader who runs this very program on guesses learns a little from which numbers it chose to hide.

use std::collections::BTreeSet;

use super::{
    disclosure_audit::Audit,
    pattern::{Pattern, SMALL, is_small},
    plan::{Id, Plan},
};

impl Pattern {
    /// Primary suppression, and as much secondary suppression as the disclosure audit asks for.
    pub(super) fn sufficient(plan: &Plan) -> Self {
        let mut pattern = Self::of_nothing(plan);
        let small: Vec<Id> = plan.ids().filter(|id| is_small(plan.count(*id))).collect();
        for id in &small {
            pattern.shown[id.0] = false;
        }
        let mut audit = Audit::of(plan);
        while let Some(id) =
            small.iter().find(|id| SMALL.iter().any(|value| !audit.is_feasible(&pattern, **id, *value)))
        {
            if !pattern.suppress_near(plan, *id) && !pattern.withhold_near(plan, *id) {
                pattern.withhold_everything(plan);
                break;
            }
        }
        pattern
    }

    /// The numbers that are added up with one that is not shown, directly or by way of others that are not shown: for
    /// each step away, those that are a part and those that are a whole.
    fn near(&self, plan: &Plan, id: Id) -> Vec<(BTreeSet<Id>, BTreeSet<Id>)> {
        let (mut reached, mut used) = (BTreeSet::from([id]), BTreeSet::new());
        let mut steps = Vec::new();
        loop {
            let (mut parts, mut wholes) = (BTreeSet::new(), BTreeSet::new());
            for (index, sum) in plan.sums().iter().enumerate() {
                if reached.iter().any(|id| sum.whole == *id || sum.parts.contains(id)) && used.insert(index) {
                    parts.extend(&sum.parts);
                    wholes.insert(sum.whole);
                }
            }
            if wholes.is_empty() {
                return steps;
            }
            // What is shown is known: nothing is learnt by way of it.
            reached = parts.union(&wholes).copied().filter(|id| !self.shows(*id)).collect();
            steps.push((parts, wholes));
        }
    }

    /// Suppresses the smallest number near by that is not 0, totals last. False if there is none.
    fn suppress_near(&mut self, plan: &Plan, id: Id) -> bool {
        let smallest = |ids: &BTreeSet<Id>| {
            let shown = ids.iter().copied().filter(|id| self.shows(*id) && plan.count(*id) > 0);
            shown.min_by_key(|id| (plan.count(*id), *id))
        };
        let found = self.near(plan, id).iter().find_map(|(parts, wholes)| smallest(parts).or_else(|| smallest(wholes)));
        found.inspect(|id| self.shown[id.0] = false).is_some()
    }

    /// Withholds the nearest table that is not withheld yet. False if there is none.
    fn withhold_near(&mut self, plan: &Plan, id: Id) -> bool {
        let near = self.near(plan, id).into_iter().flat_map(|(parts, wholes)| parts.into_iter().chain(wholes));
        let table = near.filter_map(|id| plan.home(id)).find(|table| !self.withheld[*table]);
        table.inspect(|table| self.withhold(plan, *table)).is_some()
    }

    fn withhold_everything(&mut self, plan: &Plan) {
        for table in 0..plan.tables().len() {
            self.withhold(plan, table);
        }
    }

    /// With every table that has a number of it in a row: a reader of that would take what is hidden for at least 1.
    fn withhold(&mut self, plan: &Plan, table: usize) {
        self.withheld[table] = true;
        for id in plan.ids().filter(|id| plan.home(*id) == Some(table)) {
            self.shown[id.0] = false;
        }
        for (other, planned) in plan.tables().iter().enumerate() {
            let mut ids = planned.rows.iter().flat_map(|row| &row.ids);
            if !self.withheld[other] && ids.any(|id| plan.home(*id) == Some(table)) {
                self.withhold(plan, other);
            }
        }
    }
}
