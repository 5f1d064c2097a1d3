//! Someone who tries to work out hidden numbers from published figures by trying everything. It shares nothing with
//! what hides them but the tables, so that a mistake there does not hide itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::BitOrAssign,
};

use crate::{
    casebook::{
        log::fact::Fact,
        statistics::{Cell, Figures, ReportingYear, Table, sample},
    },
    domain::{Action, Area},
};

/// The values that each number can have, as bits, under its name and place.
#[derive(Default)]
struct Possible(BTreeMap<(&'static str, usize), u64>);

/// What is known of a number: all, or the least that it can be.
type Known = Result<u64, u64>;

/// What is far from small.
const FAR: u64 = 60;

/// What so many concerns can be.
struct Concerned {
    /// What has to do with nothing else.
    apart: Possible,
    /// By how many of them are no complaint about the body.
    topics: BTreeMap<u64, Possible>,
    /// By how many of them are disclosures.
    disclosed: BTreeMap<u64, Possible>,
}

/// What can have become of promises.
struct Promised {
    /// Of those that no report bounds.
    others: Possible,
    /// By how many lapsed and how many are not owed.
    advice: BTreeMap<[u64; 2], Possible>,
    decision: BTreeMap<[u64; 2], Possible>,
}

/// What can have become of them, by how many reports advice and a decision is promised for; and which of that fits how many
/// reports are withdrawn and set aside.
#[derive(Default)]
struct Promises {
    by_route: BTreeMap<[u64; 2], Option<Promised>>,
    fitting: BTreeMap<([u64; 2], [u64; 2]), Option<Possible>>,
}

impl Promises {
    fn fits(&mut self, (by_route, reports): ([u64; 2], [u64; 2])) -> bool {
        let fitting = self.fitting.entry((by_route, reports)).or_insert_with(|| {
            let mut these = Possible::default();
            let promised = self.by_route[&by_route].as_ref()?;
            these.join(&promised.others);
            promised.within(reports, &mut these).then_some(these)
        });
        fitting.is_some()
    }

    fn join_what_fits(&self, possible: &mut Possible) {
        self.fitting.values().flatten().for_each(|these| possible.join(these));
    }
}

impl Promised {
    /// What can be if no more of them lapsed or are not owed than there are reports of which that can be.
    fn within(&self, reports: [u64; 2], possible: &mut Possible) -> bool {
        let mut fit: [BTreeSet<&[u64; 2]>; 2] = Default::default();
        let mut ended = [0_u64; 4];
        for advice in self.advice.keys() {
            for decision in self.decision.keys() {
                let [lapsed, not_owed] = [0, 1].map(|place| advice[place] + decision[place]);
                if lapsed <= reports[0] && not_owed <= reports[1] {
                    fit[0].insert(advice);
                    fit[1].insert(decision);
                    let counts = [lapsed, reports[0] - lapsed, not_owed, reports[1] - not_owed];
                    ended.iter_mut().zip(counts).for_each(|(seen, count)| *seen |= 1 << count);
                }
            }
        }
        fit[0].iter().for_each(|key| possible.join(&self.advice[*key]));
        fit[1].iter().for_each(|key| possible.join(&self.decision[*key]));
        for (place, seen) in ended.into_iter().enumerate().filter(|(_, seen)| *seen > 0) {
            possible.0.entry(("ended", place)).or_default().bitor_assign(seen);
        }
        !fit[0].is_empty()
    }
}

/// How so many reports can have come in, and where they can stand.
struct Came {
    all: u64,
    /// By how many are on the staff's route and how many are complaints: what else hangs on routes hangs on those.
    routes: BTreeMap<[u64; 2], Possible>,
    standing: Vec<Vec<u64>>,
}

struct Intruder<'a> {
    figures: &'a Figures,
    /// No total is tried beyond it.
    most: u64,
}

impl Possible {
    fn add(&mut self, name: &'static str, place: usize, value: u64) {
        self.0.entry((name, place)).or_default().bitor_assign(1_u64.checked_shl(value.try_into().unwrap()).unwrap());
    }

    fn add_all(&mut self, name: &'static str, values: &[u64]) {
        values.iter().enumerate().for_each(|(place, value)| self.add(name, place, *value));
    }

    fn join(&mut self, other: &Self) {
        for (name, values) in &other.0 {
            self.0.entry(*name).or_default().bitor_assign(*values);
        }
    }
}

impl Intruder<'_> {
    fn possible(&self) -> Possible {
        let mut possible = Possible::default();
        let mut concerns: BTreeMap<u64, Option<Concerned>> = BTreeMap::new();
        for all in self.values(self.column("standing")[3]) {
            let mut these = Possible::default();
            these.add("all", 0, all);
            if !["months", "ways"].iter().all(|slug| self.partition(slug, all, &mut these)) {
                continue;
            }
            // By how many are concerns and how many were set aside: what each report can be.
            let mut counted: BTreeMap<[u64; 3], Possible> = BTreeMap::new();
            for parts in every(all, &self.column("counted")[..7]) {
                // One that goes on with another may be set aside too, as not for this body.
                let (concerns, aside, open) = (parts[0] + parts[1], all - parts[0], parts[0] + parts[2]);
                let these = counted.entry([concerns, aside, open]).or_default();
                these.add_all("counted", &parts);
                these.add_all("counted together", &[concerns, all - concerns, aside, open]);
            }
            let mut promised = Promises::default();
            let came = self.came(all);
            for ([count, aside, open], counted) in &counted {
                let concerned = concerns.entry(*count).or_insert_with(|| self.concerned(*count));
                let Some(concerned) = concerned else { continue };
                let mut linked = Possible::default();
                if self.linked(&came, [*count, *aside, *open], concerned, &mut promised, &mut linked) {
                    [&these, counted, &concerned.apart, &linked].into_iter().for_each(|one| possible.join(one));
                }
            }
            promised.join_what_fits(&mut possible);
        }
        possible
    }

    /// A table whose rows are parts of a whole and have to do with nothing else.
    fn partition(&self, slug: &'static str, whole: u64, possible: &mut Possible) -> bool {
        let rows = self.column(slug);
        let (all, rows) = rows.split_last().unwrap();
        fits(&[whole], &[*all]) && add_parts(slug, 0, rows, whole, possible)
    }

    /// What so many concerns can be.
    fn concerned(&self, count: u64) -> Option<Concerned> {
        let mut apart = Possible::default();
        let is_possible =
            ["findings", "detriment", "referred"].iter().all(|slug| self.partition(slug, count, &mut apart))
                && self.areas(count, &mut apart);
        let mut topics = BTreeMap::new();
        for others in 0..=count {
            let mut these = Possible::default();
            these.add("not about us", 0, others);
            if self.partition("organisations", others, &mut these)
                && self.overlapping("topics", others, true, &mut these)
                && self.overlapping("complaints", count - others, true, &mut these)
            {
                topics.insert(others, these);
            }
        }
        let disclosed = self.disclosed(count);
        (is_possible && !topics.is_empty() && !disclosed.is_empty()).then_some(Concerned { apart, topics, disclosed })
    }

    /// By how many disclosures there can be among so many concerns: what follows from that.
    fn disclosed(&self, concerns: u64) -> BTreeMap<u64, Possible> {
        let rows = self.column("disclosures");
        let decided = every(concerns, &self.column("actions")[..3]);
        let mut disclosed = BTreeMap::new();
        for total in self.values(rows[0]).filter(|total| *total <= concerns) {
            let mut these = Possible::default();
            if !self.overlapping("failures", total, false, &mut these) {
                continue;
            }
            let mut seen = [0_u64; 8];
            let mut was_decided = 0_u64;
            decided.iter().for_each(|actions| these.add_all("actions", actions));
            let acted_on: BTreeSet<u64> = decided.iter().map(|actions| actions[0]).collect();
            for acted in acted_on {
                for both in (total + acted).saturating_sub(concerns)..=total.min(acted) {
                    for in_year in self.values(rows[1]) {
                        was_decided |= 1 << in_year;
                        for now in 0..=both.min(in_year) {
                            let known = [both, total - both, acted - both, concerns + both - total - acted];
                            let other = [now, both - now, in_year - now, concerns - total];
                            for (seen, count) in seen.iter_mut().zip(known.into_iter().chain(other)) {
                                *seen |= 1 << count;
                            }
                        }
                    }
                }
            }
            if was_decided > 0 {
                these.add("disclosures", 0, total);
                these.0.insert(("disclosures", 1), was_decided);
                for (place, seen) in seen.into_iter().enumerate() {
                    these.0.insert(("acted on", place), seen);
                }
                disclosed.insert(total, these);
            }
        }
        disclosed
    }

    /// Rows of which one thing can be in several; in one at least, unless it is in the last one, if that is for none.
    fn overlapping(&self, slug: &'static str, whole: u64, has_none: bool, possible: &mut Possible) -> bool {
        let rows = self.column(slug);
        let (all, rows) = rows.split_last().unwrap();
        if !fits(&[whole], &[*all]) {
            return false;
        }
        let (nones, named): (Vec<u64>, &[Known]) = match rows.split_last() {
            Some((none, named)) if has_none => (self.values(*none).filter(|none| *none <= whole).collect(), named),
            _ => (vec![0], rows),
        };
        let mut is_possible = false;
        for none in nones {
            let any = whole - none;
            let ranges: Vec<(u64, u64)> =
                named.iter().map(|row| row.map_or_else(|least| (least, any), |it| (it, it))).collect();
            let most: u64 = ranges.iter().map(|(_, high)| high).sum();
            if most < any || ranges.iter().any(|(low, high)| low > high || *high > any) {
                continue;
            }
            is_possible = true;
            for (place, (low, high)) in ranges.iter().enumerate() {
                for value in (*low).max((any + high).saturating_sub(most))..=*high {
                    possible.add(slug, 4 * place, value);
                    possible.add(slug, 4 * place + 1, whole - value);
                    possible.add(slug, 4 * place + 2, any - value);
                }
            }
            possible.add(slug, 3, none);
            possible.add(slug, 7, any);
            let least: u64 = ranges.iter().map(|(low, _)| low).sum();
            // What is far from small is one to whoever reads.
            (least.max(any) - any..=most - any).for_each(|more| possible.add(slug, 11, more.min(FAR)));
        }
        is_possible
    }

    /// Every way to put concerns into sets of areas.
    fn areas(&self, all: u64, possible: &mut Possible) -> bool {
        let rows = self.column("areas");
        // Six numbers for each set, then two more.
        let mut seen = [0_u64; 6 * 8 + 2];
        let mut see = |place: usize, value: u64| seen[place] |= 1 << value;
        let mut is_possible = false;
        compositions(all, 8, &mut |sets| {
            let with = |wanted: usize| -> u64 {
                sets.iter().enumerate().filter(|(set, _)| set & wanted == wanted).map(|(_, count)| count).sum()
            };
            let single = [with(1), with(2), with(4), sets[0]];
            if !fits(&single, &rows) {
                return;
            }
            is_possible = true;
            for (place, count) in single.iter().enumerate() {
                see(place, *count);
                see(8 + place, all - count);
            }
            for (set, count) in sets.iter().enumerate().skip(1) {
                see(16 + set, *count);
                see(24 + set, with(set));
            }
            see(32, single[..3].iter().sum::<u64>() - (all - sets[0]));
        });
        for (place, values) in seen.into_iter().enumerate().filter(|(_, values)| *values > 0) {
            possible.0.insert((if place < 8 { "areas" } else { "areas that overlap" }, place), values);
        }
        is_possible
    }

    fn came(&self, all: u64) -> Came {
        let mut routes: BTreeMap<[u64; 2], Possible> = BTreeMap::new();
        for by_route in every(all, &self.column("routes")[..4]) {
            routes.entry([by_route[0], by_route[3]]).or_default().add_all("routes", &by_route);
        }
        Came { all, routes, standing: every(all, &self.column("standing")[..3]) }
    }

    /// Routes, disclosures, topics, promises, and what is owed no longer.
    fn linked(
        &self,
        came: &Came,
        [concerns, aside, open]: [u64; 3],
        concerned: &Concerned,
        promised: &mut Promises,
        possible: &mut Possible,
    ) -> bool {
        let all = came.all;
        let mut stands: BTreeMap<u64, Possible> = BTreeMap::new();
        for parts in came.standing.iter().filter(|parts| parts[0] <= open) {
            let these = stands.entry(parts[2]).or_default();
            these.add_all("standing", parts);
            these.add("not open", 0, open - parts[0]);
        }
        // What fits together is put down first, and joined once.
        let mut fit: [BTreeSet<u64>; 3] = Default::default();
        let (mut is_possible, mut left_over) = (false, [0_u64; 4]);
        for ([staff, complaints], routes) in &came.routes {
            let (staff, complaints) = (*staff, *complaints);
            let pairs = concerned.topics.keys().flat_map(|others| {
                let is_among = move |total: &&u64| **total <= staff && *total <= others;
                concerned.disclosed.keys().filter(is_among).map(move |total| (*others, *total))
            });
            let fits = |others: u64| others <= all - complaints && concerns - others <= complaints;
            let pairs: Vec<(u64, u64)> = pairs.filter(|(others, _)| fits(*others)).collect();
            if pairs.is_empty() {
                continue;
            }
            let key = [all - staff - complaints, complaints];
            promised.by_route.entry(key).or_insert_with(|| self.promises(all, key));
            let withdrawn: Vec<u64> =
                stands.keys().copied().filter(|withdrawn| promised.fits((key, [*withdrawn, aside]))).collect();
            if withdrawn.is_empty() {
                continue;
            }
            is_possible = true;
            fit[2].extend(withdrawn);
            possible.join(routes);
            for (others, total) in pairs {
                fit[0].insert(others);
                fit[1].insert(total);
                let uncounted = complaints + others - concerns;
                let rests = [staff - total, others - total, uncounted, all - concerns - uncounted];
                left_over.iter_mut().zip(rests).for_each(|(seen, count)| *seen |= 1 << count);
            }
        }
        for (place, seen) in left_over.into_iter().enumerate().filter(|_| is_possible) {
            possible.0.insert(("left over", place), seen);
        }
        fit[0].iter().for_each(|others| possible.join(&concerned.topics[others]));
        fit[1].iter().for_each(|total| possible.join(&concerned.disclosed[total]));
        fit[2].iter().for_each(|withdrawn| possible.join(&stands[withdrawn]));
        is_possible
    }

    /// What can have become of promises, with so many reports that advice and that a decision is promised for.
    fn promises(&self, all: u64, [advised, complaints]: [u64; 2]) -> Option<Promised> {
        let table = table(self.figures, "promises");
        let rows: Vec<Vec<Known>> =
            table.rows.iter().map(|row| row.cells.iter().map(|cell| known(table, *cell)).collect()).collect();
        let mut others = Possible::default();
        let totals = [
            (0, advised + complaints..=advised + complaints),
            (3, all..=2 * self.most),
            (4, 0..=2 * self.most),
            // Some complaints are about personal data, one promise each.
            (5, 0..=complaints),
        ];
        for (row, totals) in totals {
            let mut is_possible = false;
            for total in totals.filter(|total| fits(&[*total], &rows[row][6..])) {
                if add_parts("promises", 8 * row, &rows[row][..6], total, &mut others) {
                    is_possible = true;
                    others.add("promises", 8 * row + 6, total);
                    if row == 3 {
                        others.add("further notices", 0, total - all);
                    }
                    if row == 5 {
                        others.add("other complaints", 0, complaints - total);
                    }
                }
            }
            if !is_possible {
                return None;
            }
        }
        // By how many of a row lapsed or are not owed.
        let ended = |row: usize, total: u64| {
            let mut ended = BTreeMap::new();
            let values = |column: usize| self.values(rows[row][column]).filter(|value| *value <= total);
            for [lapsed, not_owed] in values(4).flat_map(|lapsed| values(5).map(move |not_owed| [lapsed, not_owed])) {
                let mut these = Possible::default();
                let is_total = fits(&[total], &rows[row][6..]) && lapsed + not_owed <= total;
                if is_total && add_parts("promises", 8 * row, &rows[row][..4], total - lapsed - not_owed, &mut these) {
                    these.add("promises", 8 * row + 4, lapsed);
                    these.add("promises", 8 * row + 5, not_owed);
                    these.add("promises", 8 * row + 6, total);
                    ended.insert([lapsed, not_owed], these);
                }
            }
            ended
        };
        Some(Promised { others, advice: ended(1, advised), decision: ended(2, complaints) })
    }

    fn values(&self, known: Known) -> impl Iterator<Item = u64> + use<> {
        match known {
            Ok(count) => count..=count,
            Err(least) => least..=self.most,
        }
    }

    fn column(&self, slug: &str) -> Vec<Known> {
        let table = table(self.figures, slug);
        table.rows.iter().map(|row| known(table, row.cells[0])).collect()
    }
}

/// A table by its id.
pub(super) fn table<'a>(figures: &'a Figures, slug: &str) -> &'a Table {
    figures.tables.iter().find(|table| table.slug == slug).unwrap()
}

fn known(table: &Table, cell: Cell) -> Known {
    match cell {
        Cell::Count(count) => Ok(count),
        Cell::Suppressed => Err(u64::from(!table.is_withheld)),
    }
}

/// Whether numbers are what is known of them.
fn fits(counts: &[u64], known: &[Known]) -> bool {
    counts.iter().zip(known).all(|(count, known)| match known {
        Ok(known) => known == count,
        Err(least) => count >= least,
    })
}

/// What the parts of a whole can be, if nothing else is known. False if they can't be its parts.
fn add_parts(name: &'static str, place: usize, parts: &[Known], whole: u64, possible: &mut Possible) -> bool {
    let least: u64 = parts.iter().map(|part| part.unwrap_or_else(|least| least)).sum();
    let hidden = parts.iter().filter(|part| part.is_err()).count();
    let Some(free) = whole.checked_sub(least) else { return false };
    if hidden == 0 && free > 0 {
        return false;
    }
    for (place, part) in (place..).zip(parts) {
        let (low, high) = match part {
            Ok(count) => (*count, *count),
            Err(least) if hidden == 1 => (least + free, least + free),
            Err(least) => (*least, least + free),
        };
        (low..=high).for_each(|value| possible.add(name, place, value));
    }
    true
}

/// Every way to write a sum with parts of which that much is known.
fn every(sum: u64, known: &[Known]) -> Vec<Vec<u64>> {
    let mut all = Vec::new();
    compositions(sum, known.len(), &mut |parts| {
        if fits(parts, known) {
            all.push(parts.to_vec());
        }
    });
    all
}

/// Every way to write a sum with so many parts.
fn compositions(sum: u64, parts: usize, visit: &mut impl FnMut(&[u64])) {
    fn go(rest: u64, place: usize, all: &mut [u64], visit: &mut impl FnMut(&[u64])) {
        if place + 1 == all.len() {
            all[place] = rest;
            return visit(all);
        }
        for value in 0..=rest {
            all[place] = value;
            go(rest - value, place + 1, all, visit);
        }
    }
    go(sum, 0, &mut vec![0; parts], visit);
}

/// Panics if a small number can be worked out, or any of the four small values ruled out for it.
pub(super) fn intrude(facts: &[Fact]) -> Figures {
    let figures = Figures::published(facts, sample::YEAR);
    let internal = Figures::internal(facts, sample::YEAR);
    let most = facts.len().max(4) as u64 + 4;
    let possible = Intruder { figures: &figures, most }.possible();
    // From exact figures everything follows but how areas overlap.
    let mut truth = Intruder { figures: &internal, most: 2 * most }.possible();
    let bits = |fact: &Fact| -> usize {
        Area::ALL.iter().enumerate().filter(|(_, area)| fact.areas.contains(area)).map(|(place, _)| 1 << place).sum()
    };
    for set in 1..8 {
        let concerns = facts
            .iter()
            .filter(|fact| ReportingYear::of(fact.received_on) == sample::YEAR && fact.counted_as().is_a_concern());
        let sets: Vec<usize> = concerns.map(bits).collect();
        let count = |holds: &dyn Fn(usize) -> bool| sets.iter().filter(|set| holds(**set)).count();
        truth.0.insert(("areas that overlap", 16 + set), 1 << count(&|other| other == set));
        truth.0.insert(("areas that overlap", 24 + set), 1 << count(&|other| other & set == set));
    }
    let came: Vec<&Fact> = facts.iter().filter(|fact| ReportingYear::of(fact.received_on) == sample::YEAR).collect();
    let count = |holds: &dyn Fn(&Fact) -> bool| came.iter().filter(|fact| holds(fact)).count();
    let in_year = |fact: &Fact| fact.acted_on.is_some_and(|on| ReportingYear::of(on) == sample::YEAR);
    let is_acted = |fact: &Fact| fact.action == Some(Action::FurtherAction);
    let (concern, disclosure) = (|fact: &Fact| fact.counted_as().is_a_concern(), Fact::is_qualifying);
    let decided = facts.iter().filter(|fact| disclosure(fact) && in_year(fact)).count();
    let now = count(&|fact| disclosure(fact) && in_year(fact));
    let acted_on = [
        count(&|fact| disclosure(fact) && is_acted(fact)),
        count(&|fact| disclosure(fact) && !is_acted(fact)),
        count(&|fact| concern(fact) && !disclosure(fact) && is_acted(fact)),
        count(&|fact| concern(fact) && !disclosure(fact) && !is_acted(fact)),
        now,
        count(&|fact| disclosure(fact) && is_acted(fact) && !in_year(fact)),
        decided - now,
        count(&|fact| concern(fact) && !disclosure(fact)),
    ];
    for (place, count) in acted_on.into_iter().enumerate() {
        truth.0.insert(("acted on", place), 1 << count);
    }
    for (name, count) in &truth.0 {
        assert_eq!(count.count_ones(), 1, "{name:?}");
        let possible = possible.0.get(name).copied().unwrap_or_default();
        assert_eq!(possible & count, *count, "{name:?}: not what it is\n{}", figures.csv());
        let small = 0b11110;
        let count = count.trailing_zeros();
        assert!(
            !(1..=4).contains(&count) || possible & small == small,
            "{name:?} is {count}, and is known to be in {possible:b}\n{}",
            figures.csv()
        );
    }
    figures
}
