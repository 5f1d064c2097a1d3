//! What in a letter may show who spoke, kind by kind, and what whoever writes or approves it has to tick because of that.
//! Both are asked the same: it depends on the letter and the report alone.

use std::ops::Range;

use super::{
    correspondence::{file_names, theirs, use_concerns},
    form::{correspondence::AnswerField, question::AskedField},
};
use crate::{
    casebook::{
        ReportView,
        notice::{SharedKind, quotes, shared, tells_the_organisation},
    },
    domain::{AnswerKind, Entries, FieldError, Identifying, RiskCheck, escape_invisible},
};

/// What something in a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FindKind {
    /// It looks like something that identifies.
    Identifying(Identifying),
    /// A copy of the person's words.
    Copied,
    /// Something that the person wrote or sent too.
    Shared(SharedKind),
    /// Signs that the person would not see, and another reader might find.
    Unseen,
}

impl FindKind {
    /// As the page names it.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Identifying(kind) => kind.label(),
            Self::Copied => "words as the person wrote them",
            Self::Unseen => "signs that can’t be seen, shown here by their numbers",
            Self::Shared(SharedKind::FileName) => "the name of a file that they sent",
            Self::Shared(SharedKind::Place) => "a place that they named",
            Self::Shared(SharedKind::Day) => "a day that they named",
            Self::Shared(SharedKind::Time) => "a time that they named",
            Self::Shared(SharedKind::Number) => "a number that they gave",
            Self::Shared(SharedKind::Name) => "a name that they gave",
        }
    }

    /// The word that stands for its tick in a form.
    const fn slug(self) -> &'static str {
        match self {
            Self::Identifying(kind) => kind.slug(),
            Self::Copied => "copied",
            Self::Unseen => "unseen",
            Self::Shared(SharedKind::FileName) => "file-name",
            Self::Shared(SharedKind::Place) => "place",
            Self::Shared(SharedKind::Day) => "day",
            Self::Shared(SharedKind::Time) => "time",
            Self::Shared(SharedKind::Number) => "number",
            Self::Shared(SharedKind::Name) => "name",
        }
    }
}

/// Everything in a text that may show who spoke, in order of where it begins.
pub(super) fn letter_finds(text: &str, theirs: &[&str], files: &[&str]) -> Vec<(Range<usize>, FindKind)> {
    let identifying = Identifying::find(text).into_iter().map(|span| (span.range, FindKind::Identifying(span.kind)));
    let copied = quotes(text, theirs).into_iter().map(|range| (range, FindKind::Copied));
    let mut found: Vec<(Range<usize>, FindKind)> = identifying.chain(copied).collect();
    for (range, kind) in shared(text, theirs, files) {
        // A number in a telephone number, or in a day, is told with it.
        if !found.iter().any(|(other, _)| other.start <= range.start && range.end <= other.end) {
            found.push((range, FindKind::Shared(kind)));
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// The same of a letter to the person of a report.
pub(super) fn finds_of(text: &str, report: &ReportView) -> Vec<(Range<usize>, FindKind)> {
    letter_finds(text, &theirs(report), &file_names(report))
}

/// A point to be ticked: its word in the form, and what it says.
pub(super) type LetterCheck = (&'static str, String);

/// What has to be ticked before a letter is recorded, or approved: one for all of it, one for each kind of find, and in a
/// notice what it plans and what the person asked for.
pub(super) fn letter_checks(kind: AnswerKind, text: &str, report: &ReportView) -> Vec<LetterCheck> {
    let mut kinds: Vec<FindKind> = Vec::new();
    for (_, kind) in finds_of(text, report) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if escape_invisible(text) != text {
        kinds.push(FindKind::Unseen);
    }
    let found = kinds.into_iter().map(|kind| {
        (kind.slug(), format!("I looked at what is marked as ‘{}’, and it gives nobody away", kind.noun()))
    });
    let said = |check: RiskCheck| (check.slug(), check.label().to_owned());
    let mut checks: Vec<LetterCheck> = found.collect();
    if kind == AnswerKind::Notice {
        checks.extend(tells_the_organisation(text).then(|| said(RiskCheck::WhoSpoke)));
        checks.extend(use_concerns(report).map(|_| said(RiskCheck::UseConcerns)));
    }
    checks.push(said(RiskCheck::Nobody));
    checks
}

/// What is wrong if not every point was ticked.
pub(super) fn unchecked(form: &Entries, checks: &[LetterCheck]) -> Option<FieldError> {
    let all = checks.iter().all(|(slug, _)| form.has(AnswerField::Check.name(), slug));
    (!all).then(|| AnswerField::Check.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Calendar, Route},
        world::{
            DAY,
            casebook::{MARKER, World},
        },
    };

    #[test]
    fn each_kind_of_find_calls_for_its_own_tick_and_a_notice_for_more() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let report = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
        let slugs = |kind, text: &str| -> Vec<&str> {
            letter_checks(kind, text, &report).into_iter().map(|(slug, _)| slug).collect()
        };
        assert_eq!(slugs(AnswerKind::Reply, "Thank you."), ["nobody"]);
        let found = "Call 01632 960 001, or 01632 960 002, or a@b.example.\u{200b}";
        assert_eq!(slugs(AnswerKind::Reply, found), ["telephone", "email", "unseen", "nobody"]);
        assert!(slugs(AnswerKind::Reply, &format!("You wrote {MARKER}.")).len() > 1, "what they wrote");
        let concerns = use_concerns(&report).is_some();
        let expected: Vec<&str> =
            ["who-spoke"].into_iter().chain(concerns.then_some("use-concerns")).chain(["nobody"]).collect();
        assert_eq!(slugs(AnswerKind::Notice, "We plan something."), expected);
        let told_nothing = "We will not tell the trust what you told us, or that anyone wrote to us.";
        assert!(!slugs(AnswerKind::Notice, told_nothing).contains(&"who-spoke"));

        let checks = letter_checks(AnswerKind::Reply, found, &report);
        let mut form = Entries::default();
        for (slug, _) in &checks {
            assert_eq!(unchecked(&form, &checks).map(|error| error.field), Some("check"), "without {slug}");
            form.push("check".into(), (*slug).into());
        }
        assert_eq!(unchecked(&form, &checks), None);
    }
}
