//! The disclosure audit: which values of a suppressed number are feasible for someone who knows all that is published
//! and how everything adds up.

use super::{
    pattern::{Pattern, SMALL},
    plan::{Id, Plan, Sum},
};

/// Steps of one search; past it, nothing is found and more is pattern.
const STEPS: u32 = 400;
/// How far beyond the truth a search goes. A reader would go on without end, so this errs on the side of hiding more.
const BEYOND: u64 = 8;

/// The audit of one plan.
pub(super) struct Audit<'a> {
    plan: &'a Plan,
    /// Beyond this no number is tried.
    highest: u64,
    /// For each number, which of the small values it was found to be able to have. What is found stays true when more
    /// is pattern.
    found: Vec<[bool; SMALL.len()]>,
}

/// Between what and what each number is.
#[derive(Clone)]
struct Bounds {
    low: Vec<u64>,
    high: Vec<u64>,
}

impl<'a> Audit<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let most = plan.ids().map(|id| plan.count(id)).max().unwrap_or_default();
        let mut audit =
            Self { plan, highest: 2 * most + BEYOND, found: plan.ids().map(|_| [false; SMALL.len()]).collect() };
        audit.remember(&plan.ids().map(|id| plan.count(id)).collect::<Vec<_>>());
        audit
    }

    /// Whether a number could have that small value, with everything published as it is. It is sure if it says yes.
    pub(super) fn is_feasible(&mut self, pattern: &Pattern, id: Id, value: u64) -> bool {
        if SMALL.iter().zip(self.found[id.0]).any(|(small, found)| found && *small == value) {
            return true;
        }
        if pattern.shows(id) || value < pattern.least(self.plan, id) {
            return false;
        }
        let mut bounds = Bounds {
            low: self.plan.ids().map(|id| self.plan.count(id)).collect(),
            high: self.plan.ids().map(|id| self.plan.count(id)).collect(),
        };
        // What has nothing to do with it may as well be as it is.
        let (open, sums) = self.connected(pattern, id);
        for open in &open {
            bounds.low[open.0] = pattern.least(self.plan, *open);
            bounds.high[open.0] = self.highest;
        }
        bounds.low[id.0] = value;
        bounds.high[id.0] = value;
        let mut steps = STEPS;
        let solution = self.solve(bounds, &open, &sums, &mut steps);
        if let Some(solution) = &solution {
            self.remember(solution);
        }
        solution.is_some()
    }

    fn remember(&mut self, solution: &[u64]) {
        for (found, value) in self.found.iter_mut().zip(solution) {
            for (small, found) in SMALL.iter().zip(found) {
                *found |= small == value;
            }
        }
    }

    /// What is not shown and is added up with it, directly or by way of others that are not shown; and these sums.
    fn connected(&self, pattern: &Pattern, id: Id) -> (Vec<Id>, Vec<&'a Sum>) {
        let mut open = vec![id];
        let mut sums = Vec::new();
        let mut rest: Vec<&Sum> = self.plan.sums().iter().collect();
        let mut next = 0;
        while let Some(id) = open.get(next).copied() {
            next += 1;
            let (these, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|sum| sum.whole == id || sum.parts.contains(&id));
            rest = others;
            for sum in these {
                for id in sum.parts.iter().chain([&sum.whole]) {
                    if !pattern.shows(*id) && !open.contains(id) {
                        open.push(*id);
                    }
                }
                sums.push(sum);
            }
        }
        (open, sums)
    }

    /// Values that add up, as near to the true ones as they come.
    fn solve(&self, mut bounds: Bounds, open: &[Id], sums: &[&Sum], steps: &mut u32) -> Option<Vec<u64>> {
        *steps = steps.checked_sub(1)?;
        if !bounds.tighten(sums) {
            return None;
        }
        let Some(&Id(next)) = open.iter().find(|id| bounds.low[id.0] < bounds.high[id.0]) else {
            return Some(bounds.low);
        };
        let (low, high) = (bounds.low[next], bounds.high[next]);
        let value = self.plan.count(Id(next)).clamp(low, high);
        let mut between = |low, high| {
            let mut bounds = bounds.clone();
            bounds.low[next] = low;
            bounds.high[next] = high;
            self.solve(bounds, open, sums, steps)
        };
        between(value, value)
            .or_else(|| if value > low { between(low, value - 1) } else { None })
            .or_else(|| if value < high { between(value + 1, high) } else { None })
    }
}

impl Bounds {
    /// Draws the bounds as near together as the sums allow. False if they allow nothing.
    fn tighten(&mut self, sums: &[&Sum]) -> bool {
        loop {
            let mut changed = false;
            for Sum { whole: Id(whole), parts } in sums.iter().copied() {
                let low: u64 = parts.iter().map(|part| self.low[part.0]).sum();
                let high: u64 = parts.iter().map(|part| self.high[part.0]).sum();
                changed |= self.narrow(*whole, low, high);
                let (least, most) = (self.low[*whole], self.high[*whole]);
                for Id(part) in parts.iter().copied() {
                    // The others take at least `low` and at most `high`, without this part's own share.
                    let (own_low, own_high) = (self.low[part], self.high[part]);
                    let Some(top) = (most + own_low).checked_sub(low) else { return false };
                    changed |= self.narrow(part, (least + own_high).saturating_sub(high), top);
                }
                if parts.iter().any(|part| self.low[part.0] > self.high[part.0]) || self.low[*whole] > self.high[*whole]
                {
                    return false;
                }
            }
            if !changed {
                return true;
            }
        }
    }

    fn narrow(&mut self, index: usize, low: u64, high: u64) -> bool {
        let changed = low > self.low[index] || high < self.high[index];
        self.low[index] = self.low[index].max(low);
        self.high[index] = self.high[index].min(high);
        changed
    }
}
