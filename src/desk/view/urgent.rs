//! What can't wait, as every page says it.

use crate::casebook::UrgentCounts;

/// One reason, with how many reports have it and where they are shown.
pub(in crate::desk) struct UrgentLink {
    pub(super) number: usize,
    pub(super) label: &'static str,
    pub(super) path: &'static str,
    /// Whether it is about harm, which alone is red all over.
    pub(super) is_harm: bool,
}

impl UrgentLink {
    /// Those that some report has, the most pressing first.
    pub(super) fn of(counts: UrgentCounts) -> Vec<Self> {
        let all = [
            (counts.harm, "serious harm, not seen to", "/?harm=yes"),
            (counts.overdue, "overdue", "/?due=overdue"),
            (counts.due_today, "due today", "/?due=today"),
            (counts.own_dates, "to do by the team’s own date", "/?due=ours-come"),
            (counts.unanswered, "not answered", "/?unanswered=yes"),
        ];
        let some = all.into_iter().filter(|(number, ..)| *number > 0);
        some.map(|(number, label, path)| Self { number, label, path, is_harm: path == all[0].2 }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harm_comes_first_and_what_nobody_has_is_not_there() {
        assert!(UrgentLink::of(UrgentCounts::default()).is_empty());
        let counts = UrgentCounts { harm: 2, due_today: 1, unanswered: 3, ..UrgentCounts::default() };
        let links = UrgentLink::of(counts);
        let shown: Vec<_> = links.iter().map(|link| (link.number, link.path, link.is_harm)).collect();
        assert_eq!(shown, [(2, "/?harm=yes", true), (1, "/?due=today", false), (3, "/?unanswered=yes", false)]);
    }
}
