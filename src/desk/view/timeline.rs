//! All that happened with a report, in one order: what was said and promised, what was decided, drafted and handed on.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    history::{assessed, whereabouts},
    words::{join, state_name},
};
use crate::{
    casebook::{
        AccessView, AnswerView, AsideView, Casebook, DecisionView, DraftAct, DraftStep, EnteredView, FollowedUpView,
        ReadersView, ReferralView, ReportView, TakenBackView, ToldView,
    },
    domain::{
        AccessKind, AnswerKind, Assessment, ClockState, ClockView, Date, MemberId, ReportId, ReportState, Text,
        escape_invisible, escape_invisible_in_line,
    },
    http::Day,
};

/// Characters of a text that stands in the timeline unfolded.
const SHORT_TEXT: usize = 160;

/// Something that happened.
pub(super) struct TimelineEntry {
    pub(super) on: Day,
    /// In a sentence, without its full stop.
    pub(super) what: String,
    /// Where more of it is.
    pub(super) link: Option<(&'static str, String)>,
    /// What of it is short, with its label.
    pub(super) lines: Vec<(&'static str, String)>,
    /// What of it is long.
    pub(super) folded: Vec<(&'static str, String)>,
    place: TimelinePlace,
}

/// What decides where it stands: the day; what sort of thing it is, because a day is all that is known of most; the event.
type TimelinePlace = (Date, Sort, u64);

/// Of what happened on one day, in which order it is told: what came in, what it began, what was done, what reached the box,
/// and what was not done by the end of that day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Message,
    Begun,
    Done,
    AtBox,
    Kept,
    Late,
}

/// Who opened it on one day, or took something of it away.
pub(super) struct AccessedOn {
    pub(super) on: Day,
    pub(super) by: String,
    pub(super) what: String,
}

impl TimelineEntry {
    /// All of a report, the oldest first.
    pub(super) fn all(report: &ReportView, casebook: &Casebook, name: &dyn Fn(MemberId) -> String) -> Vec<Self> {
        let id = report.entry.id;
        let mut all = Self::of_messages(report);
        all.extend(report.entry.clocks.iter().flat_map(|clock| Self::of_promise(clock, report.entry.withdrawn)));
        let before = std::iter::once(None).chain(report.decisions.iter().map(Some));
        all.extend(before.zip(&report.decisions).map(|(before, decision)| Self::decided(before, decision, name)));
        all.extend(report.referrals.iter().map(|referral| Self::referred(referral, name)));
        all.extend(report.taken_back.iter().map(|taken_back| Self::taken_back(taken_back, name)));
        all.extend(report.readers.iter().map(|readers| Self::readers(readers, name)));
        all.extend(report.aside.iter().map(|aside| Self::set_aside(aside, name)));
        all.extend(report.entered.iter().map(|entered| Self::entered(entered, name)));
        let later = report.messages.iter().filter_map(|said| Some((said.seq, said.entered.as_ref()?)));
        all.extend(later.map(|(seq, came)| Self::followed_up(seq, came, name)));
        all.extend(report.told.iter().map(|told| Self::told(told, name)));
        all.extend(Self::of_drafts(id, &casebook.draft_steps(id), name));
        let delivered = report.deliveries.iter().filter(|delivery| delivery.kind != AnswerKind::Update);
        all.extend(delivered.map(|delivery| {
            let whose = if delivery.ours { "The box got" } else { "The box got from another casebook" };
            let what = format!("{whose} {} {}", a_letter(delivery.kind), delivery.seq);
            Self::new((delivery.on, Sort::AtBox, u64::from(delivery.seq)), what)
        }));
        in_order(all)
    }

    fn new(place: TimelinePlace, what: String) -> Self {
        Self { on: Day(place.0), what, link: None, lines: Vec::new(), folded: Vec::new(), place }
    }

    /// With texts, each as long as it is.
    fn with(self, texts: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let is_long = |text: &str| text.contains('\n') || text.chars().count() > SHORT_TEXT;
        let (folded, lines) = texts.into_iter().partition(|(_, text)| is_long(text));
        Self { lines, folded, ..self }
    }

    fn of_messages(report: &ReportView) -> Vec<Self> {
        let theirs = report.messages.iter().filter(|message| message.is_by_person());
        let told = theirs.map(|message| {
            let files = match message.attachments().len() {
                0 => String::new(),
                1 => ", with a file".to_owned(),
                many => format!(", with {many} files"),
            };
            let what = format!("The person sent {} {}{files}", message.label().to_lowercase(), message.seq);
            Self::new((message.on, Sort::Message, u64::from(message.seq)), what)
        });
        told.collect()
    }

    /// When a promise began, and what became of it. What was kept as it began is told once.
    fn of_promise(clock: &ClockView, withdrawn: bool) -> Vec<Self> {
        let label = if clock.supplementary { "We tell you that our plans changed" } else { clock.kind.label() };
        let seq = u64::from(clock.seq);
        let due = Day(clock.due_on).in_words();
        let entry = |on, sort, what| Self::new((on, sort, seq), what);
        if clock.met_on == Some(clock.started_on) {
            return vec![entry(clock.started_on, Sort::Begun, format!("Promised and kept at once: {label}"))];
        }
        let mut told = vec![entry(clock.started_on, Sort::Begun, format!("Promised by {due}: {label}"))];
        match clock.met_on {
            Some(on) if on > clock.due_on => {
                told.push(entry(on, Sort::Kept, format!("Kept late: {label}. It was due by {due}")));
            }
            Some(on) => told.push(entry(on, Sort::Kept, format!("Kept: {label}"))),
            None if clock.state == ClockState::Overdue && !withdrawn => {
                told.push(entry(clock.due_on, Sort::Late, format!("Not kept by the end of this day: {label}")));
            }
            None => {}
        }
        told
    }

    /// What a decision changed.
    fn decided(before: Option<&DecisionView>, decision: &DecisionView, name: &dyn Fn(MemberId) -> String) -> Self {
        let was = before.map(|before| before.assessment.clone()).unwrap_or_default();
        let (state, read) = before.map_or((ReportState::Received, 0), |before| (before.state, before.read));
        let verbs = Verbs { was: &was, state, read, decision }.all(name);
        let mut texts = Vec::new();
        if decision.read > read {
            texts.push(("Read", format!("up to message {}", decision.read)));
        }
        if decision.state != state {
            texts.push(("State", state_name(decision.state).to_owned()));
        }
        let changed = assessed(&was, name).into_iter().zip(assessed(&decision.assessment, name));
        for (_, (label, now)) in changed.filter(|(was, now)| was != now) {
            texts.push((label, now.unwrap_or_else(|| "Taken back".to_owned())));
        }
        texts.extend(decision.answers.iter().map(|answer| (answer.kind.label(), whereabouts(answer, name))));
        if let Some(due) = decision.change_of_use_due {
            texts.push(("Change of use", format!("a supplementary notice is due by {}", Day(due).in_words())));
        }
        texts.extend(decision.note.as_ref().map(|note| ("Note", escape_invisible(note.as_str()))));
        let what = format!("{} {}", name(decision.by), in_a_row(&verbs));
        Self::new((decision.on, Sort::Done, decision.event), what).with(texts)
    }

    fn referred(referral: &ReferralView, name: &dyn Fn(MemberId) -> String) -> Self {
        let team = escape_invisible_in_line(referral.team.as_str());
        let what = format!("{} handed it to {team} ({})", name(referral.by), referral.area.label());
        Self::new((referral.on, Sort::Done, referral.event), what).with([
            ("What", join(referral.parts.iter().map(|part| escape_invisible(part.as_str())))),
            ("Left out", if referral.redacted { "parts of it" } else { "nothing" }.to_owned()),
            ("Why", escape_invisible(referral.reason.as_str())),
        ])
    }

    fn taken_back(taken_back: &TakenBackView, name: &dyn Fn(MemberId) -> String) -> Self {
        let text = |text: &Option<Text>| text.as_ref().map_or_else(String::new, |text| escape_invisible(text.as_str()));
        let kinds = taken_back.answers.iter().map(|(kind, _)| a_letter(*kind).to_owned()).collect::<Vec<_>>();
        let what = format!("{} took back {} before it was approved", name(taken_back.by), in_a_row(&kinds));
        let said = taken_back.answers.iter().map(|(kind, said)| (kind.label(), text(said)));
        let why = ("Why", escape_invisible(taken_back.reason.as_str()));
        Self::new((taken_back.on, Sort::Done, taken_back.event), what).with(std::iter::once(why).chain(said))
    }

    fn set_aside(aside: &AsideView, name: &dyn Fn(MemberId) -> String) -> Self {
        let what = match aside.reason {
            Some(_) => "set it aside",
            None => "opened it again: it is not set aside any more",
        };
        let why = aside.reason.map(|reason| ("Why", reason.label().to_owned()));
        Self::new((aside.on, Sort::Done, aside.event), format!("{} {what}", name(aside.by))).with(why)
    }

    fn entered(entered: &EnteredView, name: &dyn Fn(MemberId) -> String) -> Self {
        let EnteredView { event, on, by, way, .. } = entered;
        let what = format!("{} entered it: it came {}", name(*by), way.label().to_lowercase());
        Self::new((*on, Sort::Done, *event), what)
    }

    fn followed_up(seq: u32, came: &FollowedUpView, name: &dyn Fn(MemberId) -> String) -> Self {
        let FollowedUpView { event, on, by, way, .. } = came;
        let what = format!("{} entered message {seq}: it came {}", name(*by), way.label().to_lowercase());
        Self::new((*on, Sort::Done, *event), what)
    }

    fn told(told: &ToldView, name: &dyn Fn(MemberId) -> String) -> Self {
        let ToldView { event, recorded_on, by, answer, on, way } = told;
        let what = match answer {
            Some(seq) => format!("{} gave answer {seq} to the person", name(*by)),
            None => format!("{} told the person that their concern is here", name(*by)),
        };
        let how = ("How", format!("{}, on {}", way.label(), Day(*on).in_words()));
        Self::new((*recorded_on, Sort::Done, *event), what).with([how])
    }

    fn readers(readers: &ReadersView, name: &dyn Fn(MemberId) -> String) -> Self {
        let who = match &readers.readers {
            None => "every member, those who join later too".to_owned(),
            Some(members) => join(members.iter().map(|member| name(*member))),
        };
        let what = format!("{} chose who may open it", name(readers.by));
        Self::new((readers.on, Sort::Done, readers.event), what)
            .with([("Who may open it", who), ("Why", escape_invisible(readers.reason.as_str()))])
    }

    /// Of a draft that somebody kept several times on one day the last is told.
    fn of_drafts(id: ReportId, steps: &[DraftStep], name: &dyn Fn(MemberId) -> String) -> Vec<Self> {
        let is_kept_again = |place: usize, step: &DraftStep, kind: AnswerKind| {
            steps[place + 1..].iter().any(|later| {
                let is_same = matches!(later.act, DraftAct::Kept { kind: other, .. } if other == kind);
                is_same && (later.on, later.by) == (step.on, step.by)
            })
        };
        let mut told = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            let who = name(step.by);
            let (what, link) = match step.act {
                DraftAct::Kept { kind, is_current } if is_current || !is_kept_again(place, step, kind) => {
                    let link = is_current.then(|| ("Read the draft", format!("/reports/{id}/drafts/{}", step.event)));
                    (format!("{who} kept a draft of {}", a_letter(kind)), link)
                }
                DraftAct::Kept { .. } => continue,
                DraftAct::Discarded(kind) => (format!("{who} threw away a draft of {}", a_letter(kind)), None),
                DraftAct::Commented { draft } => {
                    let is_there = steps
                        .iter()
                        .any(|step| step.event == draft && matches!(step.act, DraftAct::Kept { is_current: true, .. }));
                    let link = is_there.then(|| ("Read the comment", format!("/reports/{id}/drafts/{draft}")));
                    (format!("{who} commented on a draft"), link)
                }
            };
            told.push(Self { link, ..Self::new((step.on, Sort::Done, step.event), what) });
        }
        told
    }
}

/// What a decision did, verb by verb.
struct Verbs<'a> {
    was: &'a Assessment,
    state: ReportState,
    read: u32,
    decision: &'a DecisionView,
}

impl Verbs<'_> {
    fn all(&self, name: &dyn Fn(MemberId) -> String) -> Vec<String> {
        let Self { was, decision, .. } = *self;
        let now = &decision.assessment;
        let mut verbs = Vec::new();
        let mut add = |did: bool, verb: &str| {
            if did {
                verbs.push(verb.to_owned());
            }
        };
        let owner = match now.owner {
            Some(owner) if owner == decision.by => "took it".to_owned(),
            Some(owner) => format!("gave it to {}", name(owner)),
            None => "gave it back".to_owned(),
        };
        add(now.owner != was.owner, &owner);
        add(decision.read > self.read, "read it");
        let is_triaged = (now.worker, now.in_remit, now.risk) != (was.worker, was.in_remit, was.risk);
        add(is_triaged || now.failures != was.failures, "assessed it");
        add(now.areas != was.areas || now.area_reason != was.area_reason, "chose areas");
        add(now.gist != was.gist, "wrote its line");
        let belongs = |of: &Assessment| (of.organisations.clone(), of.themes.clone(), of.links.clone(), of.continues);
        add(belongs(now) != belongs(was), "said what it belongs to");
        let harm = if now.harm.is_some() { "saw to the danger" } else { "took back that the danger is seen to" };
        add(now.harm != was.harm, harm);
        let outcome = |of: &Assessment| (of.action, of.action_by, of.finding, of.detriment);
        add(outcome(now) != outcome(was) || now.action_detail != was.action_detail, "recorded the outcome");
        add(now.destroy_after != was.destroy_after, "set how long it is kept");
        add(decision.change_of_use_due.is_some(), "changed its use");
        for answer in &decision.answers {
            add(answer.kind != AnswerKind::Update, &format!("wrote {}", a_letter(answer.kind)));
        }
        let moved = match (self.state, decision.state) {
            (_, ReportState::Closed) => "closed it",
            (ReportState::Closed, _) => "opened it again",
            (_, ReportState::BeingRead) => "began to work on it",
            (_, ReportState::Decided) => "marked it as decided",
            (_, ReportState::Received) => "marked it as received",
        };
        add(decision.state != self.state, moved);
        add(decision.note.is_some(), "noted something");
        add(decision.answers.iter().any(is_update), "had the person told where it stands");
        if verbs.is_empty() {
            verbs.push("left it as it was".to_owned());
        }
        verbs
    }
}

impl AccessedOn {
    /// Of the accesses to one report, a line for each day and member, the last first. What was handed on is told elsewhere.
    pub(super) fn folded(log: &[AccessView]) -> Vec<Self> {
        let mut days = BTreeMap::<_, BTreeMap<AccessKind, usize>>::new();
        for access in log.iter().filter(|access| access.how != AccessKind::HandedOn) {
            let who = (Reverse(access.on), escape_invisible_in_line(access.name.as_str()));
            *days.entry(who).or_default().entry(access.how).or_default() += 1;
        }
        let told = days.into_iter().map(|((on, by), counts)| {
            let verbs: Vec<String> = counts.into_iter().map(|(how, count)| accessed(how, count)).collect();
            Self { on: Day(on.0), by, what: in_a_row(&verbs) }
        });
        told.collect()
    }
}

/// By day, then by what sort of thing it is, then by event.
fn in_order(mut all: Vec<TimelineEntry>) -> Vec<TimelineEntry> {
    all.sort_by_key(|entry| entry.place);
    // Two promises of one message say the same if they are of one kind.
    let mut told = BTreeSet::new();
    all.retain(|entry| entry.place.1 != Sort::Begun || told.insert((entry.place, entry.what.clone())));
    all
}

fn accessed(how: AccessKind, count: usize) -> String {
    let what = match how {
        AccessKind::Opened => "opened it",
        AccessKind::Printed => "printed it",
        AccessKind::Saved => "saved a file",
        AccessKind::HandedOn => "handed it on",
    };
    match count {
        1 => what.to_owned(),
        2 => format!("{what} twice"),
        many => format!("{what} {many} times"),
    }
}

fn is_update(answer: &AnswerView) -> bool {
    answer.kind == AnswerKind::Update
}

const fn a_letter(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Notice => "a notice",
        AnswerKind::Reply => "a reply",
        AnswerKind::Update => "an update",
    }
}

/// Verbs of one sentence.
fn in_a_row(verbs: &[String]) -> String {
    match verbs {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::NewAssessment,
        domain::{Area, Calendar, MessageKind, Route},
        world::{
            DAY,
            casebook::{World, assessed as of_areas},
        },
    };

    const LATER: Date = Date::constant(2027, 3, 1);

    #[test]
    fn each_day_is_told_from_what_came_in_to_what_was_not_done() {
        let day = |day: i8| Date::constant(2026, 12, day);
        let entry = |place: TimelinePlace, what: &str| TimelineEntry::new(place, what.to_owned());
        let all = in_order(vec![
            entry((day(2), Sort::Late, 1), "late"),
            entry((day(1), Sort::Done, 9), "second"),
            entry((day(2), Sort::Message, 2), "wrote again"),
            entry((day(1), Sort::Done, 7), "first"),
            entry((day(1), Sort::Begun, 1), "promised"),
            entry((day(1), Sort::Begun, 1), "promised"),
            entry((day(1), Sort::Message, 1), "wrote"),
            entry((day(2), Sort::AtBox, 1), "delivered"),
        ]);
        let told: Vec<&str> = all.iter().map(|entry| entry.what.as_str()).collect();
        assert_eq!(told, ["wrote", "promised", "first", "second", "wrote again", "delivered", "late"]);
    }

    #[test]
    fn a_report_tells_what_was_said_promised_and_done() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[2]);
        let import = |world: &mut World| {
            let file = world.collect();
            world.import(&file).unwrap();
        };
        import(&mut world);
        let areas = NewAssessment::of_areas(vec![Area::Competition], None, None);
        world.decide(id, of_areas(areas)).unwrap();
        world.reply(id, "Thank you.");
        world.say(id, MessageKind::FollowUp, &[]);
        import(&mut world);
        let casebook = world.open().unwrap();
        let report = casebook.show(id, LATER, &Calendar::default()).unwrap();
        let told = TimelineEntry::all(&report, &casebook, &|_| "Someone".to_owned());
        let told: Vec<&str> = told.iter().map(|entry| entry.what.as_str()).collect();
        let promise = "We tell you what other work your information will be used for";
        assert_eq!(told[0], "The person sent concern 1, with a file");
        assert_eq!(told[1], "The person sent follow-up 2");
        assert!(told[2].starts_with("Promised by ") && told[2].ends_with(promise), "{told:?}");
        assert_eq!(
            told[4..6],
            [
                "Someone read it, chose areas, began to work on it and had the person told where it stands",
                "Someone wrote a reply"
            ]
        );
        assert_eq!(*told.last().unwrap(), format!("Not kept by the end of this day: {promise}"));
        assert!(report.decisions[0].on == DAY);
    }

    #[test]
    fn accesses_of_one_day_and_member_are_one_line() {
        let access = |event, day, how| AccessView {
            event,
            on: Date::constant(2026, 12, day),
            by: MemberId([1; 8]),
            name: Text::typed("Someone"),
            report: ReportId([1; 8]),
            how,
            file: None,
        };
        let (opened, printed) = (AccessKind::Opened, AccessKind::Printed);
        let log = [
            access(5, 3, opened),
            access(4, 2, printed),
            access(3, 2, opened),
            access(2, 2, opened),
            access(1, 2, AccessKind::HandedOn),
        ];
        let told = AccessedOn::folded(&log);
        let told: Vec<_> = told.iter().map(|line| (line.on.in_words(), line.what.as_str())).collect();
        assert_eq!(
            told,
            [
                ("3 December 2026".to_owned(), "opened it"),
                ("2 December 2026".to_owned(), "opened it twice and printed it")
            ]
        );
    }
}
