//! Setting reports aside, and undoing it.

use std::sync::Arc;

use askama::Template;

use super::{Shell, alerts::name, promise::OpenPromise, short_list::ShortList};
use crate::{
    casebook::{Casebook, ConcernGist, QueueEntry},
    desk::form::{
        aside::{AsideCarried, AsideField},
        carried::YES,
        question::AskedField,
    },
    domain::{Entries, FieldError, ReportId, SetAsideReason, WhoElse, escape_invisible},
    http::{Day, Field},
};

/// Names of other reports in one sentence; more are counted.
const NAMED: usize = 12;
/// Reports of which one is the other, as a choice.
const CANDIDATES: usize = 8;
/// Reports that are looked through for such: of more, the first messages are not opened for a choice.
const LOOKED_AT: usize = 2_000;

/// Asks why reports are to be set aside.
#[derive(Template)]
#[template(path = "desk/aside.html")]
pub(in crate::desk) struct AsidePage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    chosen: ToSetAside,
    /// What the form carries: the ids, and how the reports stand.
    ids: String,
    seen: String,
    /// Whether the others that say the same are meant too.
    with_others: bool,
    note: Field,
    note_open: bool,
    /// The reasons that need nothing besides.
    plain: Vec<SetAsideReason>,
    /// What the reason of a duplicate needs, and what goes with that which is for others.
    same: Vec<Field>,
    turn_to: Field,
}

/// The reports that are to be set aside, and what goes with them.
pub(in crate::desk) struct ToSetAside {
    rows: Vec<AsideRow>,
    /// What can't be set aside, with why.
    left_out: Vec<(ReportId, &'static str)>,
    /// Others that say the same and that nobody has read, by id.
    others: Vec<ReportId>,
    /// Those that have the same text and more: somebody has to read them.
    with_more: Vec<ReportId>,
}

/// One report in such a list.
struct AsideRow {
    id: ReportId,
    /// The reviewer's line, or how it begins; never more than that of what may be abuse.
    line: String,
    owed: Vec<OpenPromise>,
    version: u64,
    messages: usize,
}

impl ToSetAside {
    /// Of the reports that were named; none if one of them is not in the queue.
    pub(in crate::desk) fn of(casebook: &Casebook, queue: &[QueueEntry], named: &[ReportId]) -> Option<Self> {
        let (mut rows, mut left_out) = (Vec::new(), Vec::new());
        for id in named {
            let entry = queue.iter().find(|entry| entry.id == *id)?;
            if entry.withdrawn {
                left_out.push((*id, "the person withdrew it"));
            } else if entry.set_aside.is_some() {
                left_out.push((*id, "it is set aside already"));
            } else {
                rows.push(AsideRow::new(casebook, entry));
            }
        }
        let ids: Vec<ReportId> = rows.iter().map(|row| row.id).collect();
        let found = if ids.is_empty() { None } else { casebook.same_text(&ids).ok() }.unwrap_or_default();
        let is_other = |id: &ReportId| !ids.contains(id);
        let others = found.reports.into_iter().filter(is_other).collect();
        Some(Self { rows, left_out, others, with_more: found.with_more })
    }

    /// Those that are set aside, with the others that say the same if they are meant too.
    pub(in crate::desk) fn ids(&self, with_others: bool) -> Vec<ReportId> {
        let others = if with_others { self.others.as_slice() } else { &[] };
        self.rows.iter().map(|row| row.id).chain(others.iter().copied()).collect()
    }

    /// Whether some of those that were named can't be set aside.
    pub(in crate::desk) const fn has_left_out(&self) -> bool {
        !self.left_out.is_empty()
    }

    /// How many others say the same.
    pub(in crate::desk) const fn others(&self) -> usize {
        self.others.len()
    }

    /// How they stand: another word for it once anything is decided about one of them, or its person wrote again.
    pub(in crate::desk) fn standing(&self) -> String {
        let stand: Vec<String> = self.rows.iter().map(|row| format!("{}.{}", row.version, row.messages)).collect();
        stand.join(" ")
    }
}

impl<'a> AsidePage<'a> {
    /// With what was typed so far.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        queue: &[QueueEntry],
        chosen: ToSetAside,
        (typed, errors): (&Entries, Vec<FieldError>),
    ) -> Self {
        let candidates = candidates(casebook, queue, &chosen);
        let picked = candidates.iter().map(|(id, why)| (id.to_string(), format!("{}: {why}", named(*id))));
        let pick = AsideField::Pick.offering(picked, typed, &errors);
        let typed_name = AsideField::SameAs.field(typed, &errors);
        let same = if candidates.is_empty() { vec![typed_name] } else { vec![pick, typed_name] };
        let note = AsideField::Note.name();
        let people = WhoElse::ALL.iter().map(|who| (who.slug(), who.called()));
        Self {
            shell,
            ids: chosen.rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>().join(" "),
            seen: chosen.standing(),
            with_others: typed.has(AsideCarried::Same.name(), YES),
            note_open: !typed.first(note).is_empty() || errors.iter().any(|error| error.field == note),
            note: AsideField::Note.field(typed, &errors),
            plain: vec![SetAsideReason::NotAConcern, SetAsideReason::Abusive, SetAsideReason::Test],
            same,
            turn_to: AsideField::TurnTo.offering(people, typed, &errors),
            chosen,
            errors,
        }
    }

    /// The others that say the same, named as far as there is room.
    fn others_in_words(&self) -> String {
        in_words(&self.chosen.others)
    }

    fn with_more_in_words(&self) -> String {
        in_words(&self.chosen.with_more)
    }
}

impl AsideRow {
    fn new(casebook: &Casebook, entry: &QueueEntry) -> Self {
        Self {
            id: entry.id,
            line: line(casebook, entry),
            owed: entry.open_clocks().map(OpenPromise::of).collect(),
            version: entry.version,
            messages: entry.message_count,
        }
    }
}

/// What a report is, in a line.
fn line(casebook: &Casebook, entry: &QueueEntry) -> String {
    let said = || casebook.gist(entry.id).map(|gist| escape_invisible(gist.first_words.as_str()));
    let line = entry.gist.as_ref().map(|gist| escape_invisible(gist.as_str()));
    line.or_else(said).unwrap_or_else(|| "Its first message can’t be opened here".to_owned())
}

/// A report's name, with the beginning of its id.
pub(in crate::desk) fn named(id: ReportId) -> String {
    format!("{} ({})", id.in_words(), id.short())
}

fn in_words(ids: &[ReportId]) -> String {
    let names: Vec<String> = ids.iter().take(NAMED).map(|id| named(*id)).collect();
    let more = ids.len().saturating_sub(NAMED);
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}

/// Reports that these may be the same as: those of the same text, those that are linked, those of the same organisation.
fn candidates(casebook: &Casebook, queue: &[QueueEntry], chosen: &ToSetAside) -> Vec<(ReportId, &'static str)> {
    let ids = chosen.ids(false);
    let ours: Vec<&QueueEntry> = queue.iter().filter(|entry| ids.contains(&entry.id)).collect();
    if ours.is_empty() {
        return Vec::new();
    }
    let others: Vec<&QueueEntry> = queue.iter().filter(|entry| !ids.contains(&entry.id) && !entry.withdrawn).collect();
    let gists = |entries: &[&QueueEntry]| -> Vec<Option<Arc<ConcernGist>>> {
        let ids: Vec<ReportId> = entries.iter().map(|entry| entry.id).collect();
        if ids.len() > LOOKED_AT { vec![None; ids.len()] } else { casebook.gists(&ids) }
    };
    let (our_gists, other_gists) = (gists(&ours), gists(&others));
    let is_linked = |one: &QueueEntry, other: &QueueEntry| one.links.iter().any(|link| link.report == other.id);
    let mut found: Vec<(u8, ReportId, &'static str)> = others
        .iter()
        .zip(&other_gists)
        .filter_map(|(other, gist)| {
            let both = |holds: &dyn Fn(&ConcernGist, &ConcernGist) -> bool| {
                gist.as_ref().is_some_and(|gist| our_gists.iter().flatten().any(|ours| holds(ours, gist)))
            };
            let (rank, why) =
                if both(&|one, other| folded(one.first_words.as_str()) == folded(other.first_words.as_str())) {
                    (0, "it begins with the same words")
                } else if ours.iter().any(|entry| is_linked(entry, other) || is_linked(other, entry)) {
                    (1, "it is linked")
                } else if ours.iter().any(|entry| entry.organisations.iter().any(|it| other.organisations.contains(it)))
                    || both(&|one, other| match (&one.organisation, &other.organisation) {
                        (Some(one), Some(other)) => folded(one.as_str()) == folded(other.as_str()),
                        _ => false,
                    })
                {
                    (2, "it is about the same organisation")
                } else {
                    return None;
                };
            Some((rank, other.id, why))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(CANDIDATES).map(|(_, id, why)| (id, why)).collect()
}

/// A text in which capitals and spacing tell nothing apart.
fn folded(text: &str) -> zeroize::Zeroizing<String> {
    let mut folded = zeroize::Zeroizing::new(String::with_capacity(2 * text.len()));
    for word in text.split_whitespace() {
        folded.push(' ');
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

/// What is set aside and can still be brought back.
#[derive(Template)]
#[template(path = "desk/aside_undo.html")]
pub(in crate::desk) struct UndoAsidePage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    acts: ShortList<ActRow>,
}

/// One act by which reports were set aside.
struct ActRow {
    event: u64,
    on: Day,
    by: String,
    why: &'static str,
    rows: ShortList<(ReportId, String)>,
}

impl<'a> UndoAsidePage<'a> {
    /// As things stand.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        queue: &[QueueEntry],
        errors: Vec<FieldError>,
    ) -> Self {
        let acts = casebook.to_bring_back().into_iter().map(|act| {
            let rows = ShortList::of(act.reports);
            let shown = rows.shown.iter().filter_map(|id| queue.iter().find(|entry| entry.id == *id));
            let shown = shown.map(|entry| (entry.id, line(casebook, entry))).collect();
            ActRow {
                event: act.event,
                on: Day(act.on),
                by: name(casebook, act.by),
                why: act.reason.label(),
                rows: ShortList { shown, more: rows.more },
            }
        });
        Self { shell, errors, acts: ShortList::of(acts.collect()) }
    }
}
