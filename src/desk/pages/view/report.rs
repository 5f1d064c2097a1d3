//! One report, opened.

use std::collections::BTreeSet;

use askama::Template;

use super::{
    Shell,
    queue::{Due, state_name},
};
use crate::{
    desk::{AnswerView, Casebook, DecisionView, MessageView, ReferralView, ReportView, Sender, ShutOutView, Word},
    domain::{
        Assessment, Attachment, ClockKind, ClockState, ClockView, Concern, Date, Identifying, MemberId, ReportId,
        ReportState, SeriousHarm, TeamRole, Text,
    },
    http::{Day, inert},
};

/// A report.
#[derive(Template)]
#[template(path = "desk/report.html")]
pub(in crate::desk::pages) struct ReportPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    today: Day,
    /// Whether it is for paper: no links, no buttons.
    on_paper: bool,
    route: &'static str,
    received: Day,
    state: &'static str,
    closed: Option<Day>,
    withdrawn: bool,
    urgent: bool,
    harm: &'static str,
    unread: usize,
    /// The last message of the person that is shown.
    last_message: u32,
    clocks: Vec<Clock>,
    /// What in the texts may show who someone is.
    found: BTreeSet<&'static str>,
    messages: Vec<Said>,
    assessment: Vec<(&'static str, String)>,
    history: Vec<Step>,
    readers: usize,
}

struct Clock {
    label: &'static str,
    started: Day,
    due: Due,
    met: Option<Day>,
    state: ClockState,
    supplementary: bool,
    seq: u32,
}

struct Said {
    from_person: bool,
    heading: String,
    on: Day,
    unread: bool,
    answers: Vec<Answered>,
    files: Vec<File>,
    /// For an answer of the team: where it got to.
    whereabouts: Option<String>,
}

/// A question, if it was one, and what was answered.
struct Answered {
    label: Option<&'static str>,
    parts: Vec<Part>,
    found: Vec<&'static str>,
}

/// A part of a text, marked if it may show who someone is.
struct Part {
    text: String,
    marked: bool,
}

struct File {
    place: String,
    name: String,
    kind: String,
    size: String,
    sha256: String,
}

/// Something that was done with the report.
struct Step {
    event: u64,
    on: Day,
    by: String,
    what: String,
    lines: Vec<(&'static str, String)>,
}

impl<'a> ReportPage<'a> {
    /// Of a report as on a day.
    pub(in crate::desk::pages) fn new(
        shell: &'a Shell,
        report: &ReportView,
        casebook: &Casebook,
        today: Date,
        on_paper: bool,
    ) -> Self {
        let entry = &report.entry;
        let name = |id: MemberId| casebook.member_name(id).map_or("someone", |name| name.as_str()).to_owned();
        let read = report.decisions.iter().map(|decision| decision.read).max().unwrap_or_default();
        let answers: Vec<&AnswerView> = report.decisions.iter().flat_map(|decision| &decision.answers).collect();
        let messages: Vec<Said> =
            report.messages.iter().map(|message| Said::new(message, read, &answers, &name)).collect();
        let found = messages.iter().filter(|said| said.from_person).flat_map(|said| &said.answers);
        let found = found.flat_map(|answered| answered.found.iter().copied()).collect();
        let mut history: Vec<Step> = report.decisions.iter().map(|decision| Step::decided(decision, &name)).collect();
        history.extend(report.referrals.iter().map(|referral| Step::referred(referral, &name)));
        history.extend(report.shut_outs.iter().map(|shut_out| Step::shut_out(shut_out, &name)));
        history.sort_by_key(|step| step.event);
        let theirs = report.messages.iter().filter(|message| message.from == Sender::Person);
        Self {
            shell,
            id: entry.id,
            today: Day(today),
            on_paper,
            route: entry.route.name(),
            received: Day(entry.received_on),
            state: state_name(entry.state),
            closed: report.closed_on.map(Day),
            withdrawn: entry.withdrawn,
            urgent: entry.is_urgent(),
            harm: entry.serious_harm.map_or("Not answered", SeriousHarm::label),
            unread: entry.unread,
            last_message: theirs.map(|message| message.seq).max().unwrap_or_default(),
            clocks: entry.clocks.iter().map(Clock::new).collect(),
            found,
            messages,
            assessment: assessed(report, &name),
            history,
            readers: casebook.readers_of(entry.id),
        }
    }
}

impl Clock {
    fn new(clock: &ClockView) -> Self {
        Self {
            label: match clock.kind {
                ClockKind::Acknowledgement => "Acknowledgement",
                ClockKind::Advice => "Advice, or what we intend to do",
                ClockKind::Decision => "Provisional decision or further response",
                ClockKind::InformationUseNotice => "Information-use notice",
            },
            started: Day(clock.started_on),
            due: Due::new(clock),
            met: clock.met_on.map(Day),
            state: clock.state,
            supplementary: clock.supplementary,
            seq: clock.seq,
        }
    }
}

impl Said {
    fn new(message: &MessageView, read: u32, written: &[&AnswerView], name: &dyn Fn(MemberId) -> String) -> Self {
        let from_person = message.from == Sender::Person;
        let (kind, side) = match message.kind {
            Word::Person(kind) => (kind.label(), "From the person"),
            Word::Team(kind) if message.supplementary => (kind.label(), "Supplementary, from the team"),
            Word::Team(kind) => (kind.label(), "From the team"),
        };
        let mut answers = message.answers.as_ref().map(asked).unwrap_or_default();
        answers.extend(message.text.iter().map(|text| Answered::new(None, text.as_str())));
        let whereabouts = if from_person {
            None
        } else {
            written.iter().find(|answer| answer.seq == message.seq).map(|answer| whereabouts(answer, name))
        };
        Self {
            from_person,
            heading: format!("{kind} {}: {side}", message.seq),
            on: Day(message.on),
            unread: from_person && message.seq > read,
            answers,
            files: (1..).zip(&message.attachments).map(|(number, file)| File::new(message.seq, number, file)).collect(),
            whereabouts,
        }
    }
}

impl Answered {
    fn new(label: Option<&'static str>, text: &str) -> Self {
        let text = inert(text);
        let mut parts = Vec::new();
        let mut found = BTreeSet::new();
        let mut push = |part: &str, marked| {
            if !part.is_empty() {
                parts.push(Part { text: part.to_owned(), marked });
            }
        };
        let mut from = 0;
        for span in Identifying::find(&text) {
            push(&text[from..span.range.start], false);
            push(&text[span.range.clone()], true);
            from = span.range.end;
            found.insert(span.kind.label());
        }
        push(&text[from..], false);
        Self { label, parts, found: found.into_iter().collect() }
    }
}

impl File {
    fn new(seq: u32, number: usize, file: &Attachment) -> Self {
        Self {
            place: format!("{seq}/{number}"),
            name: inert(file.name.as_str()),
            kind: inert(file.media_type.as_str()),
            size: size(file.size),
            sha256: file.sha256.to_string(),
        }
    }
}

impl Step {
    fn decided(decision: &DecisionView, name: &dyn Fn(MemberId) -> String) -> Self {
        let mut lines = vec![("State", state_name(decision.state).to_owned())];
        if let Some(areas) = &decision.areas {
            lines.push(("Areas", join(areas.iter().map(|area| area.label()))));
        }
        for answer in &decision.answers {
            lines.push((answer.kind.label(), whereabouts(answer, name)));
        }
        if let Some(due) = decision.change_of_use_due {
            lines.push(("Change of use", format!("a supplementary notice is due by {}", due.strftime("%-d %B %Y"))));
        }
        if let Some(note) = &decision.note {
            lines.push(("Note", inert(note.as_str())));
        }
        Self { event: decision.event, on: Day(decision.on), by: name(decision.by), what: "Decided".into(), lines }
    }

    fn referred(referral: &ReferralView, name: &dyn Fn(MemberId) -> String) -> Self {
        let lines = vec![
            ("To", format!("{} ({})", inert(referral.team.as_str()), referral.area.label())),
            ("What", join(referral.parts.iter().map(|part| inert(part.as_str())))),
            ("Left out", if referral.redacted { "parts of it" } else { "nothing" }.to_owned()),
            ("Why", inert(referral.reason.as_str())),
        ];
        Self { event: referral.event, on: Day(referral.on), by: name(referral.by), what: "Referred".into(), lines }
    }

    fn shut_out(shut_out: &ShutOutView, name: &dyn Fn(MemberId) -> String) -> Self {
        let roles =
            shut_out.roles.iter().map(|role: &TeamRole| format!("everyone who is {}", role.label().to_lowercase()));
        let who = join(shut_out.members.iter().map(|member| name(*member)).chain(roles));
        let what = if who.is_empty() { "Let everyone in" } else { "Conflict of interest" }.to_owned();
        let mut lines = Vec::new();
        if !who.is_empty() {
            lines.push(("Shut out", who));
        }
        lines.push(("Why", inert(shut_out.reason.as_str())));
        Self { event: shut_out.event, on: Day(shut_out.on), by: name(shut_out.by), what, lines }
    }
}

/// What a person answered the first time, question by question.
fn asked(concern: &Concern) -> Vec<Answered> {
    let mut all = Vec::new();
    all.extend(concern.organisation_type.map(|answer| ("Kind of organisation", answer.label().to_owned())));
    let text = |label, text: &Option<Text>| text.as_ref().map(|text| (label, text.as_str().to_owned()));
    all.extend(text("Name of the organisation", &concern.organisation));
    all.push(("What it is about", join(concern.about.iter().map(|about| about.label()))));
    all.push(("What happened", concern.description.as_str().to_owned()));
    all.extend(concern.ongoing.map(|answer| ("Still happening", answer.label().to_owned())));
    all.extend(text("When", &concern.when));
    all.extend(
        concern.serious_harm.map(|answer| ("Could someone be seriously harmed soon", answer.label().to_owned())),
    );
    all.extend(concern.raised_internally.map(|answer| ("Raised where they work", answer.label().to_owned())));
    all.extend(text("What happened then", &concern.raised_detail));
    all.extend(concern.role.map(|answer| ("Role", answer.label().to_owned())));
    all.extend(text("Documents or records", &concern.documents));
    if !concern.area.is_empty() {
        all.push(("Could be evidence for", join(concern.area.iter().map(|area| area.label()))));
    }
    all.extend(text("Uses that could identify them", &concern.use_concerns));
    all.into_iter().map(|(label, text)| Answered::new(Some(label), &text)).collect()
}

/// What the team makes of it, as far as it has said.
fn assessed(report: &ReportView, name: &dyn Fn(MemberId) -> String) -> Vec<(&'static str, String)> {
    let Assessment {
        areas,
        area_reason,
        worker,
        in_remit,
        failures,
        risk,
        owner,
        action,
        action_detail,
        action_by,
        finding,
        detriment,
        destroy_after,
    } = &report.assessment;
    let day = |day: &Date| day.strftime("%-d %B %Y").to_string();
    let none_if_empty = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    let chosen = none_if_empty(join(report.chosen_areas.iter().map(|area| area.label())));
    let decided = areas.as_ref().map(|areas| none_if_empty(join(areas.iter().map(|area| area.label()))));
    let all = [
        ("Areas, as the person chose", Some(chosen)),
        ("Areas, as the team decided", decided),
        ("Why these areas", area_reason.as_ref().map(|text| inert(text.as_str()))),
        ("Who looks after it", owner.map(name)),
        ("A worker", worker.map(|answer| answer.label().to_owned())),
        ("In our remit", in_remit.map(|answer| answer.label().to_owned())),
        ("What it tends to show", (!failures.is_empty()).then(|| join(failures.iter().map(|kind| kind.label())))),
        ("Risk", risk.map(|risk| risk.label().to_owned())),
        ("Outcome", action.map(|action| action.label().to_owned())),
        ("What, or why not", action_detail.as_ref().map(|text| inert(text.as_str()))),
        ("By when", action_by.as_ref().map(day)),
        ("Finding", finding.map(|finding| finding.label().to_owned())),
        ("Treated badly for speaking up", detriment.map(|answer| answer.label().to_owned())),
        ("Kept until", destroy_after.as_ref().map(day)),
    ];
    all.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
}

/// Where an answer got to.
fn whereabouts(answer: &AnswerView, name: &dyn Fn(MemberId) -> String) -> String {
    let by = format!("written by {}", name(answer.by));
    let approved = answer.approved_by.map(|id| format!(", approved by {}", name(id))).unwrap_or_default();
    let where_to = if answer.to_approve {
        "waits for a second member to approve it".to_owned()
    } else if let Some(on) = answer.delivered_on {
        format!("delivered on {}", on.strftime("%-d %B %Y"))
    } else if answer.delivered {
        "delivered".to_owned()
    } else if let Some(number) = answer.exported_in.last() {
        format!("exported in decisions {number}, not yet known to be delivered")
    } else {
        "not exported yet".to_owned()
    };
    format!("{by}{approved}; {where_to}")
}

fn join<T: AsRef<str>>(parts: impl Iterator<Item = T>) -> String {
    parts.fold(String::new(), |mut all, part| {
        if !all.is_empty() {
            all.push_str("; ");
        }
        all.push_str(part.as_ref());
        all
    })
}

/// Bytes in words.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KB", bytes.div_ceil(1_024)),
        _ => format!("{} MB", bytes.div_ceil(1_048_576)),
    }
}

/// What saving an attachment means.
#[derive(Template)]
#[template(path = "desk/file.html")]
pub(in crate::desk::pages) struct FilePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    file: File,
}

impl<'a> FilePage<'a> {
    /// Of the attachment at `MESSAGE/FILE`.
    pub(in crate::desk::pages) fn new(shell: &'a Shell, id: ReportId, place: &str, attachment: &Attachment) -> Self {
        let file = File { place: place.to_owned(), ..File::new(0, 0, attachment) };
        Self { shell, id, file }
    }
}

/// Whether a report is over, for the template.
impl ReportPage<'_> {
    fn can_be_destroyed(&self) -> bool {
        self.withdrawn || self.state == state_name(ReportState::Closed)
    }
}
