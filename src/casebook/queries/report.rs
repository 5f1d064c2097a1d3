//! What the desk shows. Texts and names are as the person wrote them: whoever shows them makes them inert.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    casebook::{
        Casebook, DeskError,
        commands::export::{is_held, is_to_export},
        log::event::{Matter, Referred, What, Written},
        state::report::{Report, StoredAnswer},
    },
    domain::{
        AnswerKind, Area, Assessment, Attachment, Calendar, ClockView, Concern, Date, MemberId, Message, MessageKind,
        ReportId, ReportState, Route, SeriousHarm, TeamRole, Text,
    },
};

/// Digits that the shortest prefix of a report's id has.
const PREFIX_DIGITS: usize = 4;

/// One line of the queue.
#[derive(Clone, Serialize)]
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
    /// Every clock as it stood at the box when the last collection was made, and those of changes of use.
    pub clocks: Vec<ClockView>,
    /// Whether the person withdrew it.
    pub withdrawn: bool,
    /// How many messages of the person are here.
    pub message_count: usize,
    /// How many of them came after the last that was read.
    pub unread: usize,
    /// Who looks after it.
    pub owner: Option<MemberId>,
    /// How many answers wait for an export.
    pub waiting: usize,
    /// How many notices wait for a second approver.
    pub to_approve: usize,
    /// How many answers were exported and are not known to be at the box.
    pub on_the_way: usize,
    /// The day from which it may be destroyed.
    pub destroy_after: Option<Date>,
    /// Changes with every decision about it.
    pub version: u64,
}

/// One report, opened.
#[derive(Serialize)]
pub struct ReportView {
    /// As in the queue.
    #[serde(flatten)]
    pub entry: QueueEntry,
    /// The areas that the person chose.
    pub chosen_areas: Vec<Area>,
    /// What the team makes of it.
    pub assessment: Assessment,
    /// The day it was closed.
    pub closed_on: Option<Date>,
    /// What was said in either direction, each answer after the last message that it takes into account.
    pub messages: Vec<MessageView>,
    /// What the team decided, the oldest first.
    pub decisions: Vec<DecisionView>,
    /// To whom it was handed.
    pub referrals: Vec<ReferralView>,
    /// The notices that were taken back before anyone approved them.
    pub taken_back: Vec<TakenBackView>,
    /// Who was shut out of it, each time anew.
    pub shut_outs: Vec<ShutOutView>,
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
    /// For a notice: whether it tells of a later change of use.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub supplementary: bool,
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
    /// The event that holds it: what happened first has the lowest.
    pub event: u64,
    /// The day.
    pub on: Date,
    /// Who decided.
    pub by: MemberId,
    /// The areas after it; none while the team had chosen none.
    pub areas: Option<Vec<Area>>,
    /// Where the report stood after it.
    pub state: ReportState,
    /// What the team made of it after it.
    pub assessment: Assessment,
    /// The last message that was read then.
    pub read: u32,
    /// For the team alone.
    pub note: Option<Text>,
    /// What it told the person.
    pub answers: Vec<AnswerView>,
    /// When the supplementary notice is due, if it changed the use.
    pub change_of_use_due: Option<Date>,
}

/// Where an answer got to.
#[derive(Clone, Serialize)]
pub struct AnswerView {
    /// Its number.
    pub seq: u32,
    /// Which kind.
    pub kind: AnswerKind,
    /// For a notice: whether it tells of a later change of use.
    pub supplementary: bool,
    /// What it says.
    pub text: Option<Text>,
    /// The day it was written.
    pub on: Date,
    /// Who wrote it.
    pub by: MemberId,
    /// Whether it waits for a second member.
    pub to_approve: bool,
    /// Who approved it.
    pub approved_by: Option<MemberId>,
    /// The decisions files that it was written to.
    pub exported_in: Vec<u64>,
    /// Whether a collection has shown that the box has it.
    pub delivered: bool,
    /// The day on which the box got it.
    pub delivered_on: Option<Date>,
}

/// A report handed to an area's team.
#[derive(Clone, Serialize)]
pub struct ReferralView {
    /// The event that holds it.
    pub event: u64,
    /// The day.
    pub on: Date,
    /// Who handed it on.
    pub by: MemberId,
    /// The area.
    pub area: Area,
    /// The team.
    pub team: Text,
    /// What was in it.
    pub parts: Vec<Text>,
    /// Whether something was left out of a text.
    pub redacted: bool,
    /// Why.
    pub reason: Text,
}

/// A notice that was taken back, and what was written after it.
#[derive(Clone, Serialize)]
pub struct TakenBackView {
    /// The event that holds it.
    pub event: u64,
    /// The day.
    pub on: Date,
    /// Who took it back.
    pub by: MemberId,
    /// Why.
    pub reason: Text,
    /// What the person would have been told, in order.
    pub answers: Vec<(AnswerKind, Option<Text>)>,
}

/// Who may not open a report from then on.
#[derive(Clone, Serialize)]
pub struct ShutOutView {
    /// The event that holds it.
    pub event: u64,
    /// The day.
    pub on: Date,
    /// Who decided it.
    pub by: MemberId,
    /// By name.
    pub members: Vec<MemberId>,
    /// By what they do.
    pub roles: Vec<TeamRole>,
    /// Why.
    pub reason: Text,
}

impl Casebook {
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
            (!entry.is_urgent(), entry.next_due().is_none(), entry.next_due(), entry.received_on, entry.id)
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
        let known = self.state.reports.keys().chain(self.state.opaque.keys()).chain(self.state.destroyed.keys());
        let mut found = known.filter(|id| id.to_string().starts_with(&prefix));
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
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        let mut view = ReportView {
            entry: queue_entry(id, report, today, calendar)?,
            chosen_areas: report.chosen_areas.clone(),
            assessment: report.assessment.clone(),
            closed_on: report.closed_on,
            messages: Vec::new(),
            decisions: Vec::new(),
            referrals: Vec::new(),
            taken_back: Vec::new(),
            shut_outs: Vec::new(),
        };
        let mut gone = Vec::new();
        for number in &report.history {
            self.add_history(*number, report, &mut view, &mut gone)?;
        }
        let said = view.decisions.iter().flat_map(|decision| &decision.answers);
        let texts: BTreeMap<u32, Option<Text>> = said.map(|answer| (answer.seq, answer.text.clone())).collect();
        let mut answers = report.answers.iter().filter(|answer| answer.kind != AnswerKind::Update).peekable();
        let team = |answer: &StoredAnswer| said_by_team(answer, texts.get(&answer.seq).cloned().flatten());
        for stored in &report.messages {
            while let Some(answer) = answers.next_if(|answer| answer.after < stored.seq) {
                view.messages.push(team(answer));
            }
            view.messages.push(said_by_person(self.open_message(id, stored)?));
        }
        view.messages.extend(answers.map(team));
        Ok(view)
    }

    /// Reads one event of a report again, with what was written in it. `gone` has the answers that no report has any more, until
    /// the event is read that took them back.
    fn add_history(
        &self,
        number: u64,
        report: &Report,
        view: &mut ReportView,
        gone: &mut Vec<(u32, AnswerKind, Option<Text>)>,
    ) -> Result<(), DeskError> {
        let opened = self.open_event(number)?;
        let (on, by) = (opened.event.on, opened.event.by);
        for matter in opened.matters.into_iter().flatten() {
            match matter {
                Matter::Decided(decided) => {
                    let mut answers = Vec::new();
                    for Written { answer, .. } in decided.answers {
                        // Numbers are given anew after one was taken back.
                        match report.answers.iter().find(|stored| stored.seq == answer.seq && stored.event == number) {
                            Some(stored) => answers.push(answer_view(stored, answer.text, report)),
                            None => gone.push((answer.seq, answer.kind, answer.text)),
                        }
                    }
                    view.decisions.push(DecisionView {
                        event: number,
                        on,
                        by,
                        areas: decided.assessment.areas.clone(),
                        state: decided.state,
                        assessment: decided.assessment,
                        read: decided.read,
                        note: decided.note,
                        answers,
                        change_of_use_due: decided.change_of_use.map(|entry| entry.clock.due_on),
                    });
                }
                Matter::Referred(Referred { area, team, parts, redacted, reason, .. }) => {
                    view.referrals.push(ReferralView { event: number, on, by, area, team, parts, redacted, reason });
                }
                Matter::Reason(reason) => match &opened.event.what {
                    What::ShutOut(shut_out) => {
                        let (members, roles) = (shut_out.members.clone(), shut_out.roles.clone());
                        view.shut_outs.push(ShutOutView { event: number, on, by, members, roles, reason });
                    }
                    What::TakenBack(taken_back) => {
                        let first = taken_back.answer.seq;
                        let taken = gone.extract_if(.., |(seq, ..)| *seq >= first);
                        let answers = taken.map(|(_, kind, text)| (kind, text)).collect();
                        view.taken_back.push(TakenBackView { event: number, on, by, reason, answers });
                    }
                    _ => {}
                },
                Matter::News(_) => {}
            }
        }
        Ok(())
    }
}

impl QueueEntry {
    /// Whether someone could be seriously harmed soon and it is still open.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.serious_harm == Some(SeriousHarm::Yes) && self.state != ReportState::Closed && !self.withdrawn
    }

    /// The open clock that is due first.
    #[must_use]
    pub fn next_clock(&self) -> Option<&ClockView> {
        self.clocks.iter().filter(|clock| clock.met_on.is_none()).min_by_key(|clock| clock.due_on)
    }

    /// Whether something that was promised for it is still open and due on such a day. Nothing is once the person withdrew it:
    /// a promise to someone who has left can't be kept.
    #[must_use]
    pub fn is_due(&self, on: impl Fn(Date) -> bool) -> bool {
        self.open_clocks().any(|clock| on(clock.due_on))
    }

    /// Those of its clocks that are still owed.
    pub(crate) fn open_clocks(&self) -> impl Iterator<Item = &ClockView> {
        self.clocks.iter().filter(|clock| clock.met_on.is_none() && !self.withdrawn)
    }

    fn next_due(&self) -> Option<Date> {
        self.next_clock().map(|clock| clock.due_on)
    }
}

impl Report {
    /// Changes with every decision about it.
    pub(in crate::casebook) fn version(&self) -> u64 {
        self.history.last().copied().unwrap_or_default()
    }

    /// Whether a notice was written already.
    pub(in crate::casebook) fn has_notice(&self) -> bool {
        self.answers.iter().any(|answer| answer.kind == AnswerKind::Notice)
    }
}

fn queue_entry(id: ReportId, report: &Report, today: Date, calendar: &Calendar) -> Result<QueueEntry, DeskError> {
    let mut clocks: Vec<ClockView> =
        report.clocks.iter().map(|entry| entry.view(today, calendar)).collect::<Result<_, _>>()?;
    for entry in report.supplementary_clocks() {
        clocks.push(ClockView { supplementary: true, ..entry.view(today, calendar)? });
    }
    let answers = |which: &dyn Fn(&StoredAnswer) -> bool| report.answers.iter().filter(|answer| which(answer)).count();
    Ok(QueueEntry {
        id,
        route: report.route,
        received_on: report.received_on,
        areas: report.shown_areas().to_vec(),
        state: report.state,
        serious_harm: report.serious_harm,
        clocks,
        withdrawn: report.withdrawn,
        message_count: report.messages.len(),
        unread: report.messages.iter().filter(|message| message.seq > report.read).count(),
        owner: report.assessment.owner,
        waiting: answers(&|answer| is_to_export(report, answer, false)),
        to_approve: answers(&|answer| is_held(answer) && !report.withdrawn),
        on_the_way: answers(&|answer| !answer.exported_in.is_empty() && is_to_export(report, answer, true)),
        destroy_after: report.assessment.destroy_after,
        version: report.version(),
    })
}

fn answer_view(stored: &StoredAnswer, text: Option<Text>, report: &Report) -> AnswerView {
    AnswerView {
        seq: stored.seq,
        kind: stored.kind,
        supplementary: stored.supplementary,
        text,
        on: stored.on,
        by: stored.by,
        to_approve: is_held(stored),
        approved_by: stored.approved_by,
        exported_in: stored.exported_in.clone(),
        delivered: stored.seq <= report.delivered(),
        delivered_on: report.delivered_on(stored.seq),
    }
}

fn said_by_person(message: Message) -> MessageView {
    MessageView {
        seq: message.seq,
        from: Sender::Person,
        kind: Word::Person(message.kind),
        on: message.on,
        supplementary: false,
        answers: message.answers,
        text: message.text,
        attachments: message.attachments,
    }
}

fn said_by_team(answer: &StoredAnswer, text: Option<Text>) -> MessageView {
    MessageView {
        seq: answer.seq,
        from: Sender::Team,
        kind: Word::Team(answer.kind),
        on: answer.on,
        supplementary: answer.supplementary,
        answers: None,
        text,
        attachments: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casebook::{
        NewDecision,
        fixture::{DAY, MARKER, TODAY, World},
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
        world.edit(|editor| editor.decide(ReportId([2; 8]), closed, &TODAY)).unwrap();
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
        let areas = NewDecision { areas: vec![Area::Competition], ..NewDecision::default() };
        world.edit(|editor| editor.decide(id, areas, &TODAY)).unwrap();
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
