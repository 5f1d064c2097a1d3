//! What the desk shows. Texts and names are as the person wrote them: whoever shows them makes them inert.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    casebook::{
        Casebook, CasebookError,
        log::{
            chain::OpenedMatter,
            entered::ToldPerson,
            event::{Change, HowEntered, HowFollowedUp, Matter, Referred, What, Written},
        },
        queries::{
            answers::AnswerView,
            message::{FollowedUpView, MessageView},
            queue::QueueEntry,
        },
        state::report::{AsideRecord, Report},
    },
    domain::{
        AnswerKind, Area, Assessment, Calendar, Date, DeliveryEntry, MemberId, ReportId, ReportState, SetAsideReason,
        Text, WayIn, WhoseWords, YesNo,
    },
};

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
    /// Whether a notice was written already.
    #[serde(skip)]
    pub has_notice: bool,
    /// The day it was closed.
    pub closed_on: Option<Date>,
    /// What was said in either direction, each answer after the last message that it takes into account.
    pub messages: Vec<MessageView>,
    /// How it came, if it was entered here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered: Option<EnteredView>,
    /// What the person was told by hand, who has no receipt code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<ToldView>,
    /// What the team decided, the oldest first.
    pub decisions: Vec<DecisionView>,
    /// To whom it was handed.
    pub referrals: Vec<ReferralView>,
    /// What was taken back before anyone approved it.
    pub taken_back: Vec<TakenBackView>,
    /// Who was chosen to open it, each time anew.
    pub readers: Vec<ReadersView>,
    /// Each time that the team set it aside.
    pub aside: Vec<AsideView>,
    /// The answers that the box has, whoever wrote them, so far as the last collection tells.
    pub deliveries: Vec<DeliveryView>,
}

/// How a concern came that was entered here.
#[derive(Clone, Serialize)]
pub struct EnteredView {
    /// The event that holds it.
    pub event: u64,
    /// The day on which it was entered, in London.
    pub on: Date,
    /// Who entered it.
    pub by: MemberId,
    /// In which way it came.
    pub way: WayIn,
    /// Who took it, in the member's words.
    pub taken_by: Text,
    /// Whose words it is in.
    pub words: WhoseWords,
    /// Whether the team knows who the person is.
    pub known: YesNo,
    /// How the person is answered.
    pub answer_by: Option<Text>,
    /// Whether a receipt code was made for it.
    pub has_code: bool,
    /// Whether it is still owed that the person is told that it is here.
    pub to_acknowledge: bool,
}

/// That a person was told something by hand.
#[derive(Clone, Serialize)]
pub struct ToldView {
    /// The event that holds it.
    pub event: u64,
    /// The day on which it was recorded, in London.
    pub recorded_on: Date,
    /// Who recorded it.
    pub by: MemberId,
    /// The answer that they were given; none if they were told only that their concern is here.
    pub answer: Option<u32>,
    /// On which day.
    pub on: Date,
    /// In which way.
    pub way: WayIn,
}

/// That the team set a report aside, or undid that.
#[derive(Clone, Serialize)]
pub struct AsideView {
    /// The event that holds it.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who did it.
    pub by: MemberId,
    /// What the person is told; none if it was undone.
    pub reason: Option<SetAsideReason>,
}

/// An answer that the box has.
#[derive(Clone, Serialize)]
pub struct DeliveryView {
    /// Its number there.
    pub seq: u32,
    /// The day on which the box got it.
    pub on: Date,
    /// What it is.
    pub kind: AnswerKind,
    /// Whether this casebook wrote it.
    pub ours: bool,
}

/// One decision.
#[derive(Clone, Serialize)]
pub struct DecisionView {
    /// The event that holds it: what happened first has the lowest.
    pub event: u64,
    /// The day of the event, in London.
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

/// A report handed to an area's team.
#[derive(Clone, Serialize)]
pub struct ReferralView {
    /// The event that holds it.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who handed it on.
    pub by: MemberId,
    /// Which of the body's work it is evidence for.
    pub area: Area,
    /// The team's name, as the reviewer wrote it.
    pub team: Text,
    /// What was in it.
    pub parts: Vec<Text>,
    /// Whether something was left out of a text.
    pub redacted: bool,
    /// In the member's words; stays in the casebook.
    pub reason: Text,
}

/// An answer that was taken back, and what was written after it.
#[derive(Clone, Serialize)]
pub struct TakenBackView {
    /// The event that holds it.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who took it back.
    pub by: MemberId,
    /// In the member's words; stays in the casebook.
    pub reason: Text,
    /// What the person would have been told, in order.
    pub answers: Vec<(AnswerKind, Option<Text>)>,
}

/// Who may open a report from then on.
#[derive(Clone, Serialize)]
pub struct ReadersView {
    /// The event that holds it.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who decided it, or proposed it.
    pub by: MemberId,
    /// Those who may; none for every member.
    pub readers: Option<Vec<MemberId>>,
    /// In the member's words; stays in the casebook.
    pub reason: Text,
}

impl AsideView {
    const fn of(record: &AsideRecord) -> Self {
        let AsideRecord { event, on, by, reason } = *record;
        Self { event, on, by, reason }
    }
}

impl DeliveryView {
    fn of(delivery: &DeliveryEntry, report: &Report) -> Self {
        let ours = report.answers.iter().any(|answer| answer.is_what_was_delivered(delivery));
        Self { seq: delivery.seq, on: delivery.on, kind: delivery.kind, ours }
    }
}

/// What is read in a report's history and stands elsewhere.
#[derive(Default)]
struct HistoryApart {
    /// The answers that no report has any more, until the event is read that took them back.
    gone: Vec<(u32, AnswerKind, Option<Text>)>,
    /// How each message came that was entered after the concern, by its number.
    later: BTreeMap<u32, FollowedUpView>,
}

impl Casebook {
    /// One report, with every message opened.
    ///
    /// # Errors
    /// If there is no such report, or a message can't be opened.
    pub(crate) fn show(&self, id: ReportId, today: Date, calendar: &Calendar) -> Result<ReportView, CasebookError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        let mut view = ReportView {
            entry: self.entry(id, report, today, calendar),
            chosen_areas: report.chosen_areas.clone(),
            assessment: report.assessment.clone(),
            has_notice: report.has_notice(),
            closed_on: report.closed_on,
            messages: Vec::new(),
            entered: None,
            told: Vec::new(),
            decisions: Vec::new(),
            referrals: Vec::new(),
            taken_back: Vec::new(),
            readers: Vec::new(),
            aside: report.aside.iter().map(AsideView::of).collect(),
            deliveries: report.deliveries.iter().map(|delivery| DeliveryView::of(delivery, report)).collect(),
        };
        let mut apart = HistoryApart::default();
        for number in &report.history {
            self.add_history(*number, report, &mut view, &mut apart)?;
        }
        let said = view.decisions.iter().flat_map(|decision| &decision.answers);
        let texts: BTreeMap<u32, &Text> = said.filter_map(|answer| Some((answer.seq, answer.text.as_ref()?))).collect();
        let letters = report.answers.iter().filter_map(|answer| {
            // None is recorded without.
            let text = texts.get(&answer.seq).map_or_else(|| Text::verbatim(""), |text| (*text).clone());
            Some((answer.after, MessageView::of_team(answer, answer.letter()?, text)))
        });
        let mut letters = letters.peekable();
        for stored in &report.messages {
            while let Some((_, letter)) = letters.next_if(|(after, _)| *after < stored.seq) {
                view.messages.push(letter);
            }
            let shown = match self.open_if_here(id, report, stored)? {
                Some(message) => MessageView::of_person(stored, message),
                None => MessageView::not_here(stored),
            };
            let number_at_box = stored.at_box.filter(|_| report.is_apart(stored));
            view.messages.push(MessageView {
                number_at_box,
                is_lost: stored.at_box.is_some() && self.state.is_lost(id, stored.commitment),
                entered: apart.later.remove(&stored.seq),
                ..shown
            });
        }
        view.messages.extend(letters.map(|(_, letter)| letter));
        Ok(view)
    }

    /// Reads one event of a report again, with what was written in it.
    fn add_history(
        &self,
        number: u64,
        report: &Report,
        view: &mut ReportView,
        apart: &mut HistoryApart,
    ) -> Result<(), CasebookError> {
        let opened = self.open_event(number)?;
        let (on, by) = (opened.event.on, opened.event.by);
        for matter in opened.matters.into_iter().filter_map(OpenedMatter::into_open) {
            match matter {
                Matter::Decided(decided) => {
                    let mut answers = Vec::new();
                    for Written { answer, .. } in decided.answers {
                        // Numbers are given anew after one was taken back.
                        match report.answers.iter().find(|stored| stored.seq == answer.seq && stored.event == number) {
                            Some(stored) => answers.push(AnswerView::new(stored, answer.text, report)),
                            // It goes with the setting aside that it was about.
                            None if !answer.turn_to.is_empty() => {}
                            None => apart.gone.push((answer.seq, answer.kind, answer.text)),
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
                    What::Restricted(restricted) => {
                        let readers = Some(restricted.readers.clone());
                        view.readers.push(ReadersView { event: number, on, by, readers, reason });
                    }
                    What::Proposed(Change::LetIn(let_in)) => {
                        let readers = let_in.readers.clone();
                        view.readers.push(ReadersView { event: number, on, by, readers, reason });
                    }
                    What::TakenBack(taken_back) => {
                        let first = taken_back.answer.seq;
                        let taken = apart.gone.extract_if(.., |(seq, ..)| *seq >= first);
                        let answers = taken.map(|(_, kind, text)| (kind, text)).collect();
                        view.taken_back.push(TakenBackView { event: number, on, by, reason, answers });
                    }
                    _ => {}
                },
                Matter::Entered(how) => {
                    let HowEntered { taken_by, words, known, answer_by, message: _ } = *how;
                    let (way, has_code) = (report.way(), !report.is_without_code());
                    let to_acknowledge = !report.is_acknowledged();
                    view.entered = Some(EnteredView {
                        event: number,
                        on,
                        by,
                        way,
                        taken_by,
                        words,
                        known,
                        answer_by,
                        has_code,
                        to_acknowledge,
                    });
                }
                Matter::FollowedUp(how) => {
                    let HowFollowedUp { way, taken_by, words, message: _ } = *how;
                    let record = report.followed_up.iter().find(|record| record.event == number);
                    let view = FollowedUpView { event: number, on, by, way, taken_by, words };
                    apart.later.extend(record.map(|record| (record.seq, view)));
                }
                Matter::ToldPerson(ToldPerson { answer, on: told_on, way }) => {
                    view.told.push(ToldView { event: number, recorded_on: on, by, answer, on: told_on, way });
                }
                Matter::News(_) | Matter::Accessed(_) | Matter::Drafted(_) | Matter::Commented(_) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::NewAssessment,
        domain::{MessageKind, Route},
        world::{
            DAY,
            casebook::{MARKER, World, assessed},
        },
    };

    fn import(world: &mut World) {
        let file = world.collect();
        world.import(&file).unwrap();
    }

    #[test]
    fn both_sides_are_shown_in_turn() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[2]);
        import(&mut world);
        world.reply(id, "Thank you.");
        let areas = NewAssessment::of_areas(vec![Area::Competition], None, None);
        world.decide(id, assessed(areas)).unwrap();
        world.say(id, MessageKind::FollowUp, &[]);
        import(&mut world);
        let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap_or_else(|e| panic!("{e}"));
        let json = serde_json::to_value(&view).unwrap();
        let said: Vec<_> = view.messages.iter().map(|message| (message.is_by_person(), message.seq)).collect();
        assert_eq!(said, [(true, 1), (false, 1), (true, 2)]);
        assert_eq!(
            (&json["areas"][0], &json["state"], &json["withdrawn"]),
            (&"competition".into(), &"being-read".into(), &false.into())
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
}
