//! Someone who tries to work out hidden numbers from published figures by trying everything. It shares nothing with
//! what hides them but the tables, so that a mistake there does not hide itself.

use std::{collections::BTreeMap, ops::BitOrAssign};

use crate::{
    casebook::{
        log::fact::Fact,
        statistics::{Cell, Figures, Table, sample},
    },
    domain::Area,
};

/// The values that each number can have, as bits, under its name and place.
#[derive(Default)]
struct Possible(BTreeMap<(&'static str, usize), u64>);

/// What is known of a number: all, or the least that it can be.
type Known = Result<u64, u64>;

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
        for all in self.values(self.column("standing")[3]) {
            let mut these = Possible::default();
            these.add("all", 0, all);
            if self.partitions(all, &mut these) && self.areas(all, &mut these) && self.linked(all, &mut these) {
                possible.join(&these);
            }
        }
        possible
    }

    /// Tables whose rows are parts of all reports and have to do with nothing else.
    fn partitions(&self, all: u64, possible: &mut Possible) -> bool {
        ["months", "findings", "detriment", "referred"].into_iter().all(|slug| {
            let rows = self.column(slug);
            add_parts(slug, 0, &rows[..rows.len() - 1], all, possible)
        })
    }

    /// Every way to put reports into sets of areas.
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

    /// Routes, actions, qualifying disclosures, promises and withdrawals.
    fn linked(&self, all: u64, possible: &mut Possible) -> bool {
        let rows = self.column("disclosures");
        // By how many disclosures there are: what follows from that.
        let mut disclosed: BTreeMap<u64, Possible> = BTreeMap::new();
        let decided = every(all, &self.column("actions")[..3]);
        for total in self.values(rows[0]).filter(|total| *total <= all) {
            for parts in every(total, &rows[1..]) {
                for actions in
                    decided.iter().filter(|actions| parts.iter().zip(*actions).all(|(part, all)| part <= all))
                {
                    let these = disclosed.entry(total).or_default();
                    these.add_all("disclosures", &[total, parts[0], parts[1], parts[2]]);
                    these.add_all("actions", actions);
                    (0..3).for_each(|place| these.add("actions on others", place, actions[place] - parts[place]));
                }
            }
        }
        // Likewise by how many reports are withdrawn.
        let mut stands: BTreeMap<u64, Possible> = BTreeMap::new();
        for parts in every(all, &self.column("standing")[..3]) {
            stands.entry(parts[2]).or_default().add_all("standing", &parts);
        }
        let mut promised: BTreeMap<[u64; 3], Option<Possible>> = BTreeMap::new();
        let mut is_possible = false;
        for by_route in every(all, &self.column("routes")[..4]) {
            let [staff, choice, procurement, complaints] = by_route[..] else { unreachable!() };
            let disclosed: Vec<_> = disclosed.range(..=staff).collect();
            let mut fits = false;
            for (withdrawn, these) in stands.iter().filter(|_| !disclosed.is_empty()) {
                let key = [choice + procurement, complaints, *withdrawn];
                let promises = promised.entry(key).or_insert_with(|| self.promises(all, key));
                let Some(promises) = promises else { continue };
                fits = true;
                possible.join(promises);
                possible.join(these);
            }
            if fits {
                is_possible = true;
                possible.add_all("routes", &by_route);
                for (total, these) in disclosed {
                    possible.join(these);
                    possible.add("other staff concerns", 0, staff - total);
                }
            }
        }
        is_possible
    }

    /// What can have become of promises, with so many reports that advice and that a decision is promised for, and so
    /// many withdrawn.
    fn promises(&self, all: u64, [advised, complaints, withdrawn]: [u64; 3]) -> Option<Possible> {
        let mut possible = Possible::default();
        let table = table(self.figures, "promises");
        let rows: Vec<Vec<Known>> =
            table.rows.iter().map(|row| row.cells.iter().map(|cell| known(table, *cell)).collect()).collect();
        let totals = [
            advised + complaints..=advised + complaints,
            advised..=advised,
            complaints..=complaints,
            all..=2 * self.most,
            0..=2 * self.most,
            // Some complaints are about personal data, one promise each.
            0..=complaints,
        ];
        // By row and by how many of it lapsed.
        let mut by_lapsed: [BTreeMap<u64, Possible>; 6] = Default::default();
        for (row, totals) in totals.into_iter().enumerate() {
            for total in totals.filter(|total| fits(&[*total], &rows[row][5..])) {
                for lapsed in self.values(rows[row][4]).filter(|lapsed| *lapsed <= total) {
                    let mut these = Possible::default();
                    if add_parts("promises", 8 * row, &rows[row][..4], total - lapsed, &mut these) {
                        these.add("promises", 8 * row + 4, lapsed);
                        these.add("promises", 8 * row + 5, total);
                        if row == 3 {
                            these.add("further notices", 0, total - all);
                        }
                        if row == 5 {
                            these.add("other complaints", 0, complaints - total);
                        }
                        by_lapsed[row].entry(lapsed).or_default().join(&these);
                    }
                }
            }
        }
        let mut is_possible = false;
        for (advice, advices) in &by_lapsed[1] {
            for (decision, decisions) in by_lapsed[2].iter().filter(|(decision, _)| advice + *decision <= withdrawn) {
                is_possible = true;
                possible.join(advices);
                possible.join(decisions);
                possible.add("lapsed", 0, advice + decision);
                possible.add("lapsed", 1, withdrawn - advice - decision);
            }
        }
        let others = [&by_lapsed[0], &by_lapsed[3], &by_lapsed[4], &by_lapsed[5]];
        others.iter().flat_map(|row| row.values()).for_each(|these| possible.join(these));
        (is_possible && others.iter().all(|row| !row.is_empty())).then_some(possible)
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
        let count = |holds: &dyn Fn(usize) -> bool| facts.iter().filter(|fact| holds(bits(fact))).count();
        truth.0.insert(("areas that overlap", 16 + set), 1 << count(&|other| other == set));
        truth.0.insert(("areas that overlap", 24 + set), 1 << count(&|other| other & set == set));
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
