//! What the desk shows. Texts and names are as the person wrote them: whoever shows them makes them inert.

use serde::Serialize;

use super::{
    Casebook, DeskError,
    state::{Decision, Report, StoredAnswer},
};
use crate::domain::{
    AnswerKind, Area, Attachment, Calendar, ClockView, Concern, Date, Message, MessageKind, ReportId, ReportState,
    Route, SeriousHarm, Text,
};

/// Digits that the shortest prefix of a report's id has.
const PREFIX_DIGITS: usize = 4;

/// One line of the queue.
#[derive(Clone, Debug, Serialize)]
pub struct QueueEntry {
    /// The report.
    pub id: ReportId,
    /// Its route.
    pub route: Route,
    /// The day the concern came in.
    pub received_on: Date,
    /// The team's areas once decided, else the person's own.
    pub areas: Vec<Area>,
    /// Where it stands.
    pub state: ReportState,
    /// Whether someone could be seriously harmed soon; none if not answered.
    pub serious_harm: Option<SeriousHarm>,
    /// Every clock as it stood at the box when the last collection was made.
    pub clocks: Vec<ClockView>,
    /// Whether the person withdrew it.
    pub withdrawn: bool,
    /// How many messages of the person are here.
    pub message_count: usize,
    /// How many answers wait for an export.
    pub waiting: usize,
}

/// One report, opened.
#[derive(Serialize)]
pub struct ReportView {
    /// As in the queue.
    #[serde(flatten)]
    pub entry: QueueEntry,
    /// What was said in either direction, each answer after the last message that it takes into account.
    pub messages: Vec<MessageView>,
    /// What the team decided, the oldest first.
    pub decisions: Vec<DecisionView>,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sender {
    /// Whoever raised the concern.
    Person,
    /// The governance team.
    Team,
}

/// What kind of thing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Word {
    /// By the person.
    Person(MessageKind),
    /// By the team.
    Team(AnswerKind),
}

/// One thing said in either direction.
#[derive(Serialize)]
pub struct MessageView {
    /// Counted apart for the person and the team.
    pub seq: u32,
    /// Who says it.
    pub from: Sender,
    /// What kind it is.
    pub kind: Word,
    /// The day.
    pub on: Date,
    /// For a concern: the answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Concern>,
    /// For all else: what it says, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
}

/// One decision.
#[derive(Clone, Serialize)]
pub struct DecisionView {
    /// The day.
    pub on: Date,
    /// The areas after it; none while the team had chosen none.
    pub areas: Option<Vec<Area>>,
    /// Where the report stood after it.
    pub state: ReportState,
    /// For the team alone.
    pub note: Option<Text>,
    /// What it told the person.
    pub answers: Vec<AnswerView>,
}

/// Where an answer got to.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerView {
    /// Its number.
    pub seq: u32,
    /// Which kind.
    pub kind: AnswerKind,
    /// The decisions files that it was written to.
    pub exported_in: Vec<u64>,
    /// Whether a collection has shown that the box has it.
    pub delivered: bool,
}

impl Casebook<'_> {
    /// The queue: reports where someone could be seriously harmed first, unless closed or withdrawn; then by the open clock
    /// that is due first; then by the day received.
    ///
    /// # Errors
    /// If an open clock's working days can't be counted.
    pub fn list(&self, today: Date, calendar: &Calendar) -> Result<Vec<QueueEntry>, DeskError> {
        let mut queue = self
            .state
            .reports
            .iter()
            .map(|(id, report)| queue_entry(*id, report, today, calendar))
            .collect::<Result<Vec<_>, _>>()?;
        queue.sort_by_key(|entry| {
            let urgent =
                entry.serious_harm == Some(SeriousHarm::Yes) && entry.state != ReportState::Closed && !entry.withdrawn;
            let due = entry.clocks.iter().filter(|clock| clock.met_on.is_none()).map(|clock| clock.due_on).min();
            (!urgent, due.is_none(), due, entry.received_on, entry.id)
        });
        Ok(queue)
    }

    /// The report that an id, or the beginning of one, names.
    ///
    /// # Errors
    /// If it names none or several, or is shorter than 4 digits.
    pub fn find(&self, prefix: &str) -> Result<ReportId, DeskError> {
        let prefix = prefix.to_ascii_lowercase();
        if prefix.len() < PREFIX_DIGITS || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(DeskError::NotAnId);
        }
        let mut found = self.state.reports.keys().filter(|id| id.to_string().starts_with(&prefix));
        match (found.next(), found.count()) {
            (Some(id), 0) => Ok(*id),
            (None, _) => Err(DeskError::NoReport),
            (Some(_), others) => Err(DeskError::AmbiguousId(others + 1)),
        }
    }

    /// One report, with every message opened.
    ///
    /// # Errors
    /// If there is no such report, a clock can't be counted, or a message can't be opened.
    pub fn show(&self, id: ReportId, today: Date, calendar: &Calendar) -> Result<ReportView, DeskError> {
        let report = self.state.reports.get(&id).ok_or(DeskError::NoReport)?;
        let mut messages = Vec::new();
        let mut answers = report.answers.iter().filter(|answer| answer.kind != AnswerKind::Update).peekable();
        for stored in &report.messages {
            while let Some(answer) = answers.next_if(|answer| answer.after < stored.seq) {
                messages.push(said_by_team(answer));
            }
            messages.push(said_by_person(self.open_message(id, stored)?));
        }
        messages.extend(answers.map(said_by_team));
        Ok(ReportView { entry: queue_entry(id, report, today, calendar)?, messages, decisions: decisions(report) })
    }
}

fn queue_entry(id: ReportId, report: &Report, today: Date, calendar: &Calendar) -> Result<QueueEntry, DeskError> {
    let clocks = report.clocks.iter().map(|entry| entry.view(today, calendar));
    Ok(QueueEntry {
        id,
        route: report.route,
        received_on: report.received_on,
        areas: report.shown_areas().to_vec(),
        state: report.state,
        serious_harm: report.serious_harm,
        clocks: clocks.collect::<Result<_, _>>()?,
        withdrawn: report.withdrawn,
        message_count: report.messages.len(),
        waiting: if report.withdrawn {
            0
        } else {
            report
                .answers
                .iter()
                .filter(|answer| answer.exported_in.is_empty() && answer.seq > report.delivered)
                .count()
        },
    })
}

fn decisions(report: &Report) -> Vec<DecisionView> {
    let answer = |seq: &u32| {
        let stored = report.answers.iter().find(|answer| answer.seq == *seq)?;
        Some(AnswerView {
            seq: stored.seq,
            kind: stored.kind,
            exported_in: stored.exported_in.clone(),
            delivered: stored.seq <= report.delivered,
        })
    };
    let view = |decision: &Decision| DecisionView {
        on: decision.on,
        areas: decision.areas.clone(),
        state: decision.state,
        note: decision.note.clone(),
        answers: decision.answers.iter().filter_map(answer).collect(),
    };
    report.decisions.iter().map(view).collect()
}

fn said_by_person(message: Message) -> MessageView {
    MessageView {
        seq: message.seq,
        from: Sender::Person,
        kind: Word::Person(message.kind),
        on: message.on,
        answers: message.answers,
        text: message.text,
        attachments: message.attachments,
    }
}

fn said_by_team(answer: &StoredAnswer) -> MessageView {
    MessageView {
        seq: answer.seq,
        from: Sender::Team,
        kind: Word::Team(answer.kind),
        on: answer.on,
        answers: None,
        text: answer.text.clone(),
        attachments: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            NewDecision,
            fixture::{DAY, MARKER, TODAY, World},
        },
        *,
    };

    fn import(world: &mut World) {
        let file = world.collect();
        world.import(&file).unwrap();
    }

    #[test]
    fn the_queue_has_what_is_urgent_first() {
        let mut world = World::new();
        for number in [3, 1, 2] {
            world.concern(number, Route::StaffConcern, &[]);
        }
        let mut late = world.reports[&ReportId([1; 8])].entry.clocks[0];
        late.clock.due_on = Date::constant(2026, 12, 20);
        world.reports.get_mut(&ReportId([1; 8])).unwrap().entry.clocks[0] = late;
        import(&mut world);
        let closed = NewDecision { state: Some(ReportState::Closed), ..NewDecision::default() };
        world.edit().unwrap().decide(ReportId([2; 8]), closed, &TODAY).unwrap();
        let queue = world.open().unwrap().list(Date::constant(2026, 12, 10), &Calendar::default()).unwrap();
        assert_eq!(queue.iter().map(|entry| entry.id.0[0]).collect::<Vec<_>>(), [3, 1, 2]);
        assert_eq!(
            (queue[0].clocks[0].state, queue[0].clocks[0].working_days_left),
            (crate::domain::ClockState::DueSoon, Some(3))
        );
        assert_eq!(
            (queue[0].areas.as_slice(), queue[0].serious_harm),
            ([Area::IntegratedCare].as_slice(), Some(SeriousHarm::Yes))
        );
    }

    #[test]
    fn both_sides_are_shown_in_turn() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[2]);
        import(&mut world);
        world.reply(id, "Thank you.");
        world
            .edit()
            .unwrap()
            .decide(id, NewDecision { areas: vec![Area::Competition], ..NewDecision::default() }, &TODAY)
            .unwrap();
        world.say(id, MessageKind::FollowUp, &[]);
        import(&mut world);
        let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap_or_else(|e| panic!("{e}"));
        let json = serde_json::to_value(&view).unwrap();
        let said: Vec<_> = view.messages.iter().map(|message| (message.from, message.seq)).collect();
        assert_eq!(said, [(Sender::Person, 1), (Sender::Team, 1), (Sender::Person, 2)]);
        assert_eq!(
            (&json["areas"][0], &json["state"], &json["withdrawn"]),
            (&"competition".into(), &"decided".into(), &false.into())
        );
        assert_eq!((&json["messages"][0]["kind"], &json["messages"][1]["kind"]), (&"concern".into(), &"reply".into()));
        assert_eq!(json["messages"][0]["attachments"][0]["size"], 2);
        assert!(json["messages"][0]["answers"]["description"].as_str().unwrap().starts_with(MARKER));
        assert_eq!(
            (&json["messages"][1]["text"], &json["messages"][1]["from"]),
            (&"Thank you.".into(), &"team".into())
        );
        assert_eq!(json["decisions"][1]["answers"][0]["kind"], "update");
    }

    #[test]
    fn a_report_is_found_by_the_beginning_of_its_id() {
        let mut world = World::new();
        let id = world.concern(0xab, Route::StaffConcern, &[]);
        import(&mut world);
        let casebook = world.open().unwrap();
        for good in ["abab", "ABABab", &id.to_string()] {
            assert_eq!(casebook.find(good).unwrap(), id);
        }
        assert!(matches!(casebook.find("aba"), Err(DeskError::NotAnId)));
        assert!(matches!(casebook.find("../a"), Err(DeskError::NotAnId)));
        assert!(matches!(casebook.find("abac"), Err(DeskError::NoReport)));
    }
}
